//! `alertmail preview`: the mail that an alert becomes at a provider. It is composed as the agent does it
//! (`engine::compose`), and sent nowhere.

mod docomo;
mod document;
mod page;
mod subject;
mod words;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use mime::carrier::Letter;
use spool_format::Address;

use self::docomo::Docomo;
use self::document::Document;
use self::subject::Subject;
use super::place::Place;
use super::{Refusal, finish, json};
use crate::accept::{Form, Policy, Sender};
use crate::config::{Config, Provider};
use crate::edge::{clock, host, language};
use crate::engine::compose::compose;
use crate::exit::Exit;
use crate::output::terminal::Look;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It sends nothing, changes nothing and needs no running agent. The mail is the one that would go
out now to those who do not have the alert yet. Once everybody has it, its file is gone, and there
is no preview any more.

Examples:
  alertmail preview 01kax3                       at the first provider; any beginning of the id
  alertmail preview 01kax3 --provider docomo
  alertmail preview --file alert.json --all      an alert that is in no spool, at every provider
  alertmail preview --file alert.json --docomo   as docomo's relay and mailbox would have it
  alertmail preview 01kax3 --octets              the octets and nothing else, for a program")]
pub struct Args {
    /// The alert's id, or its beginning.
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    id: Option<String>,
    /// An alert that is in no spool; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// At this provider of the configuration; without it, the first one.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// At every provider.
    #[arg(long, conflicts_with = "provider")]
    all: bool,
    /// Show what docomo's mailbox makes of it also if nobody at docomo.ne.jp gets it.
    #[arg(long)]
    docomo: bool,
    #[command(flatten)]
    output: Output,
}

/// What is printed in place of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
struct Output {
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
    /// Print the octets of the mail and nothing else.
    #[arg(long, conflicts_with_all = ["json", "all"])]
    octets: bool,
}

/// Makes a mail of a text that is none.
const TEXT_HEADER: &[u8] =
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";

/// One mail, or why there is none.
struct Preview {
    provider: String,
    sender: Address,
    recipients: Vec<Address>,
    mail: Result<Mail, String>,
}

struct Mail {
    octets: Vec<u8>,
    /// How it differs from what the alert asked for.
    notes: Vec<String>,
    /// As a reader has it.
    letter: Letter,
    docomo: Docomo,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(preview(args, place))
}

fn preview(args: &Args, place: &Place) -> Result<(Exit, String), Refusal> {
    let config = Config::load(place.config_path()).map_err(|error| Refusal::new(Exit::Config, error))?;
    let policy = Policy::of(&config).on(&host::name());
    let subject = match (&args.id, &args.file) {
        (Some(id), _) => Subject::in_spool(id, &place.layout(Some(&config)), &config)?,
        (None, file) => Subject::in_file(file.as_deref(), &place.layout(Some(&config)), &config)?,
    };
    let subject = subject.read(&policy)?;
    let previews: Vec<Preview> = chosen(args, &config)?
        .into_iter()
        .map(|provider| one(&subject, provider, &policy, args.docomo))
        .collect();
    let is_whole = previews.iter().all(|preview| preview.mail.is_ok());
    let exit = if is_whole { Exit::Done } else { Exit::Data };
    if args.output.octets {
        return octets(&previews).map(|text| (exit, text));
    }
    let now = clock::wall_now();
    let text = if args.output.json {
        json(&Document::new(&subject, &previews))
    } else {
        page::text(&subject, &previews, clock::offset_minutes(now), (Look::of_stdout(), language::asked()))
    };
    Ok((exit, text))
}

fn chosen<'c>(args: &Args, config: &'c Config) -> Result<Vec<&'c Provider>, Refusal> {
    let Some(name) = &args.provider else {
        let number = if args.all { config.providers.len() } else { 1 };
        return Ok(config.providers.iter().take(number).collect());
    };
    let named = config.providers.iter().find(|provider| provider.name == *name);
    named.map(|provider| vec![provider]).ok_or_else(|| {
        let known: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
        Refusal::new(Exit::Usage, format!("there is no provider `{name}`; there are {}", known.join(", ")))
    })
}

/// Composes it as the agent would now.
fn one(subject: &subject::Read, provider: &Provider, policy: &Policy, asks_docomo: bool) -> Preview {
    let sender = Sender::of(provider);
    let ready = compose(
        (subject.id, &subject.octets),
        (subject.reach, &subject.domain, subject.to.as_deref()),
        (&sender, policy),
        &subject.recipients,
        (clock::wall_now(), clock::offset_minutes),
    );
    let mail = match ready {
        Ok(ready) => {
            let octets = ready.errand.transaction.content.to_vec();
            let letter = match sender.form {
                Form::Mail => Letter::read(&octets),
                // What is no mail is shown as the text of one.
                Form::Text { .. } => Letter::read(&[TEXT_HEADER, &octets].concat()),
            };
            let docomo = Docomo::of(&letter, provider, &subject.recipients, asks_docomo);
            Ok(Mail { octets, notes: ready.differs.notes, letter, docomo })
        }
        Err(outcome) => Err(docomo::in_words(&outcome)),
    };
    Preview { provider: sender.provider, sender: sender.from, recipients: subject.recipients.clone(), mail }
}

/// The octets as they are; a terminal gets signs in place of what would move its cursor.
fn octets(previews: &[Preview]) -> Result<String, Refusal> {
    let Some(preview) = previews.first() else { return Ok(String::new()) };
    match &preview.mail {
        Ok(mail) if io::stdout().is_terminal() => {
            Ok(page::lines(&mail.octets).map(|line| line + "\n").collect())
        }
        Ok(mail) => Ok(String::from_utf8_lossy(&mail.octets).into_owned()),
        Err(why) => {
            Err(Refusal::new(Exit::Data, format!("there is no mail for {}: {why}", preview.provider)))
        }
    }
}
