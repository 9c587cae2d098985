//! `alertmail send`: one message, now, past the spool, with the dialogue to look at: for setting a provider up.
//!
//! Composed by the composer of all alerts and sent by the driver of all sessions, so what works here works for the agent.
//! Nothing is tried twice and nothing is kept: what is to arrive whatever happens goes through `enqueue`. A password never
//! stands on the command line, where every user of the machine could read it.

mod canary;
mod mail;
mod outcome;
mod route;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use smtp::Transaction;

use super::place::Place;
use super::visit;
use super::{Refusal, finish, json};
use crate::edge::language;
use crate::exit::Exit;
use crate::output::trace::{Detail, Trace, Unsaid};
use crate::submit::{Onlooker, Sight, Target, Visit};
pub(super) use canary::{Manner, run as canary};
use mail::Mail;
use outcome::Sent;
use route::Route;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Exit code 0: everybody has it; 65: a recipient, the sender or the message is refused; 69: no connection, no TLS, no
service; 75: come back later, or the reply was lost; 77: the login is refused or impossible. One line says who has it.

Examples:
  alertmail send --provider home --to ops@example.jp --subject test works
  alertmail send --provider home --tls implicit --auth login --trace=full works
  alertmail send --provider home --to ops --subject 試験 --dry-run x
  alertmail send --server mail.example.jp --from a@example.jp --to b@example.jp -
  alertmail send --server mail.example.jp --user a --password-file pw --from a@example.jp x

The body comes from the command line, from --body-file, or from stdin.")]
pub struct Args {
    #[command(flatten)]
    route: route::RouteOptions,
    #[command(flatten)]
    mail: mail::MailOptions,
    /// Seconds for the connection, and for the reply to each command.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// How much of the dialogue is shown on stderr; `--trace` alone: without the message.
    #[arg(
        long,
        value_name = "HOW",
        num_args = 0..=1,
        require_equals = true,
        default_value = "dialogue",
        default_missing_value = "dialogue"
    )]
    trace: Detail,
    /// Show the mail that would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: the mail as it stands on the wire.
    #[arg(long, requires = "dry_run")]
    raw: bool,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "raw")]
    json: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(send(args, place))
}

fn send(args: &Args, place: &Place) -> Result<(Exit, String), Refusal> {
    if args.route.reads_stdin() && args.mail.reads_stdin() {
        let text = "password and body cannot both come from stdin; give one of them as a file";
        return Err(Refusal::new(Exit::Usage, text));
    }
    let config = visit::config(place)?;
    let route = Route::new(&args.route, config.as_ref())?;
    let mail = Mail::compose(&args.mail, &route, config.as_ref())?;
    if args.dry_run {
        return dry_run(args, &route, &mail);
    }
    let unsaid = Unsaid::default();
    let target = route.with_login(&args.route)?;
    let target = Target { identity: visit::watched(target.identity, &unsaid), ..target };
    let limits = visit::limits(config.as_ref(), Some(Duration::from_secs(args.timeout)));
    let content = (args.trace == Detail::Full).then(|| Arc::clone(&mail.octets));
    let onlooker: Arc<dyn Onlooker> = match args.trace {
        Detail::None => Arc::new(Nobody),
        Detail::Dialogue | Detail::Full => Arc::new(Trace::new(&target.name, content, unsaid)),
    };
    let visit = Visit::new(target, limits, onlooker).map_err(|error| Refusal::new(Exit::Config, error))?;
    let transaction = Transaction {
        sender: mail.sender.clone(),
        recipients: mail.recipients.clone(),
        content: Arc::clone(&mail.octets),
    };
    let outcome = visit::block_on(visit.send(transaction))?;
    let sent = Sent::new(&route.target.name, &mail, &outcome);
    let text = if args.json { json(&sent) } else { sent.line(language::asked()) };
    Ok((sent.exit(), text))
}

fn dry_run(args: &Args, route: &Route, mail: &Mail) -> Result<(Exit, String), Refusal> {
    if args.raw {
        io::stdout()
            .lock()
            .write_all(&mail.octets)
            .map_err(|error| Refusal::new(Exit::Io, format!("cannot print the mail: {error}")))?;
        return Ok((Exit::Done, String::new()));
    }
    let text = if args.json { json(&mail.shown(route)) } else { mail.shown(route).text(language::asked()) };
    Ok((Exit::Done, text))
}

/// Looks at nothing.
struct Nobody;

impl Onlooker for Nobody {
    fn sees(&self, _: &Sight<'_>) {}
}

/// A file, or stdin where a dash stands.
fn is_stdin(path: Option<&PathBuf>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
}
