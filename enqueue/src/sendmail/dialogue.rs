//! `sendmail -bs`: the caller is an SMTP client on stdin and stdout. No message is acknowledged before it is stored.

use std::io::ErrorKind;

use receive::session::{Kept, Limits, LineEnds, Session, Settings, Step};
use spool_format::alert::RECIPIENTS_MAX;

use super::message::{self, MESSAGE_OCTETS_MAX};
use crate::alert::source;
use crate::exit::{Exit, Refusal};
use crate::place::Places;
use crate::{Outcome, World, store};

/// Octets read at once.
const PIECE_OCTETS: usize = 16 * 1024;

/// Holds the dialogue until the client ends it.
///
/// It succeeds if the client has said QUIT, or has just gone after its last message was stored. A client that goes away amid
/// a mail, or without having sent one, was not served, whatever it believes; then the exit code says so.
pub(super) fn hold(places: &Places, world: &mut World<'_>) -> Outcome {
    let limits =
        Limits { message_octets: MESSAGE_OCTETS_MAX, recipients: RECIPIENTS_MAX, ..Limits::default() };
    let host = source("").host;
    let mut session =
        Session::new(Settings { host, line_ends: LineEnds::AsFirst, limits, ..Settings::default() });
    let mut piece = vec![0; PIECE_OCTETS];
    // What of it has not been taken.
    let mut left = 0..0;
    let mut stored = 0_u64;
    let mut failed: Option<Outcome> = None;
    loop {
        let mut octets = &piece[left.clone()];
        let step = session.take(&mut octets);
        left.start = left.end - octets.len();
        match step {
            // A client that does not listen any more may have sent something all the same.
            Step::Reply(reply) => drop(world.stdout.write_all(&reply).and_then(|()| world.stdout.flush())),
            Step::Close => break,
            Step::Message(message) => {
                let outcome = match message::alert_of(message, world.now) {
                    Ok(alert) => store::store(alert, places, None, world),
                    Err(refusal) => Outcome::of(Err(refusal), places.voice),
                };
                session.kept(&kept(&outcome));
                match outcome.exit {
                    Exit::Done => stored += 1,
                    _ => failed = Some(outcome),
                }
            }
            Step::More => match world.stdin.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => left = 0..count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            },
        }
    }
    if let Some(failed) = failed {
        return Outcome { stdout: String::new(), ..failed };
    }
    let is_complete = session.has_quit() || (stored > 0 && !session.is_amid());
    if is_complete {
        return Outcome::said("");
    }
    let text = format!(
        "the dialogue on stdin ended amid a mail, or without one, and without QUIT; {stored} stored before that"
    );
    Outcome::of(Err(Refusal::new(Exit::BadData, text)), crate::Voice::Nothing)
}

/// What the client is told. The name of a stored alert stands in the reply to it.
fn kept(outcome: &Outcome) -> Kept {
    let why = || outcome.stderr.trim_end().to_owned();
    match outcome.exit {
        Exit::Done => Kept::Yes(outcome.stdout.split_whitespace().last().unwrap_or_default().to_owned()),
        Exit::BadData | Exit::Usage => Kept::Never(why()),
        _ => Kept::Later(why()),
    }
}
