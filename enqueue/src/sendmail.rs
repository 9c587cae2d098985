//! The program as `sendmail`, `mailq` and `newaliases`: what every program that sends mail knows how to call.
//!
//! Nobody reads what it says on stderr, and few look at its exit code; so it refuses next to nothing. Unknown flags are
//! warned of and ignored, whatever stands on stdin is an alert, and who is to get it is decided by the agent, which knows
//! the aliases. A line with a single dot ends the text only where a person types it: machines forget `-i`.

mod dialogue;
mod flags;
pub(crate) mod message;

use std::ffi::OsString;
use std::io;

use crate::exit::{Exit, Refusal};
use crate::personality::Personality;
use crate::place::Places;
use crate::{Outcome, Voice, World, default_spool, help, store};
use flags::{Call, Mode};

/// What `alertmail` is asked for in place of a queue of our own.
const LIST: [&str; 1] = ["list"];
const RETRY_ALL: [&str; 2] = ["retry", "--all"];

/// Does what `argv` asks for.
#[cold]
pub(crate) fn answer(
    personality: Personality,
    argv: &[OsString],
    world: &mut World<'_>,
) -> Result<Outcome, Refusal> {
    let mut call = flags::parse(argv.get(1..).unwrap_or_default());
    match personality {
        Personality::Mailq => call.mode = Mode::List,
        Personality::Newaliases => call.mode = Mode::NewAliases,
        _ => {}
    }
    let warnings: Vec<String> =
        call.warnings.iter().map(|warning| format!("sendmail: warning: {warning}\n")).collect();
    let mut outcome = match call.mode {
        Mode::Deliver => deliver(&call, world)?,
        Mode::Dialogue => {
            let places = places(world, Voice::Smtp);
            dialogue::hold(&places, world)
        }
        Mode::List => ask_the_agent(&LIST, world)?,
        Mode::Flush => ask_the_agent(&RETRY_ALL, world)?,
        Mode::NewAliases | Mode::Nothing => Outcome::said(""),
        Mode::Help => world.help(&help::OF_SENDMAIL),
        Mode::Version => Outcome::said(help::VERSION),
        Mode::Refused(why) => return Err(Refusal::new(Exit::Usage, why.to_owned())),
    };
    outcome.stderr.insert_str(0, &warnings.concat());
    Ok(outcome)
}

pub(crate) fn places(world: &World<'_>, voice: Voice) -> Places {
    let spool = default_spool(world.env, world.uid);
    Places { voice, ..Places::of(spool, world.syslog.clone(), world.env) }
}

fn deliver(call: &Call, world: &mut World<'_>) -> Result<Outcome, Refusal> {
    let ends_at_dot = world.stdin_is_terminal && !call.ignores_dots;
    let message = message::read(world.stdin, ends_at_dot);
    let alert = message::alert(message, call, world.now)?;
    let places = places(world, Voice::Nothing);
    Ok(store::store(alert, &places, None, world))
}

/// Becomes `alertmail`, which can read the queue.
fn ask_the_agent(arguments: &[&str], world: &World<'_>) -> Result<Outcome, Refusal> {
    let error = match world.become_alertmail {
        Some(become_alertmail) => become_alertmail(arguments),
        None => io::ErrorKind::Unsupported.into(),
    };
    let text = format!(
        "cannot start `alertmail {}`: {error}; install alertmail, it knows the queue",
        arguments.join(" ")
    );
    Err(Refusal::new(Exit::NoProgram, text))
}
