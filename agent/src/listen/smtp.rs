//! A connection on which mail is spoken: gives octets to a `receive::session::Session`, and does what it says.
//!
//! Two times end a session: a command, or a piece of a message, has to come within `idle`, however many octets drip; and a
//! whole mail within `within`, from the beginning or from the one before.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use receive::fields;
use receive::session::{
    Kept, Limits, LineEnds, Login, Message, Protocol, Recipients, Session, Settings, Step,
};
use spool_format::AlertId;
use spool_format::alert::RECIPIENTS_MAX;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::gate::Gate;
use super::keeper::NotKept;
use super::visitors::Seat;
use super::{House, UNIT_OCTETS};
use crate::config::{Intake, Speech};
use crate::edge::clock;
use crate::metrics::{Listener, Turned};

/// Octets read at once. There may be a thousand connections.
const PIECE_OCTETS: usize = 8 * 1024;

/// For a reply to somebody who does not read.
const REPLY_WITHIN: Duration = Duration::from_secs(10);

/// Who has sent a mail on that often is in a circle (RFC 5321 section 6.3 asks for 100 at least).
const HOPS_MAX: usize = 100;

/// What is told to every session of a place.
pub(super) fn session_settings(intake: &Intake, gate: &Arc<Gate>, counts: &Listener, host: &str) -> Settings {
    let (gate, counts) = (Arc::clone(gate), counts.clone());
    let lets_in = move |name: &str| {
        let lets_in = gate.lets_in(name);
        if !lets_in {
            counts.turned(Turned::Recipient);
        }
        lets_in
    };
    Settings {
        host: host.to_owned(),
        protocol: if intake.speech == Speech::Lmtp { Protocol::Lmtp } else { Protocol::Smtp },
        line_ends: LineEnds::Strict,
        limits: Limits { message_octets: intake.octets_max, recipients: RECIPIENTS_MAX, ..Limits::default() },
        recipients: Recipients::Judged(Arc::new(lets_in)),
        login: if intake.any_login { Login::Any } else { Login::None },
    }
}

/// Speaks with one client until it has gone, or `closed` says that nobody listens any more.
pub(super) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    from: (Option<IpAddr>, &Seat),
    house: &House,
    mut closed: watch::Receiver<()>,
) {
    let mut session = Session::new(Arc::clone(&house.session));
    let mut piece = vec![0; PIECE_OCTETS];
    // What of it has not been taken.
    let mut left = 0..0;
    let (mut idle_at, mut mail_at) =
        (Instant::now() + house.intake.idle, Instant::now() + house.intake.within);
    let mut memory: Option<OwnedSemaphorePermit> = None;
    let mut oversized = 0;
    loop {
        let mut octets = &piece[left.clone()];
        let step = session.take(&mut octets);
        left.start = left.end - octets.len();
        match step {
            Step::Reply(reply) => {
                let so_many = session.oversized();
                house.counts.turned_often(Turned::Size, so_many - oversized);
                oversized = so_many;
                if !matches!(timeout(REPLY_WITHIN, stream.write_all(&reply)).await, Ok(Ok(()))) {
                    return;
                }
                idle_at = Instant::now() + house.intake.idle;
            }
            Step::Close => break,
            Step::Message(message) => {
                let kept = keep(message, session.client(), from, house).await;
                session.kept(&kept);
                memory = None;
                mail_at = Instant::now() + house.intake.within;
            }
            Step::More => {
                if !reserve(&mut memory, session.octets() + PIECE_OCTETS, house) {
                    house.counts.turned(Turned::Memory);
                    session.end("no memory for more mails at a time; try again");
                    continue;
                }
                let read = tokio::select! {
                    biased;
                    _ = closed.changed() => {
                        session.end("nobody listens any more for now; try again");
                        continue;
                    }
                    read = timeout_at(idle_at.min(mail_at), stream.read(&mut piece)) => read,
                };
                match read {
                    Err(_) => {
                        house.counts.turned(Turned::Slow);
                        session.end("too slow; try again");
                    }
                    Ok(Ok(0) | Err(_)) => return,
                    Ok(Ok(count)) => left = 0..count,
                }
                if session.is_in_message() {
                    idle_at = Instant::now() + house.intake.idle;
                }
            }
        }
    }
    let _ = timeout(REPLY_WITHIN, stream.shutdown()).await;
}

/// Sees to it that so many octets are granted.
fn reserve(memory: &mut Option<OwnedSemaphorePermit>, octets: usize, house: &House) -> bool {
    let units = octets.div_ceil(UNIT_OCTETS);
    let has = memory.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    let Some(more) = units.checked_sub(has).and_then(|more| u32::try_from(more).ok()) else { return true };
    let Ok(more) = Arc::clone(&house.memory).try_acquire_many_owned(more) else { return false };
    match memory {
        Some(memory) => memory.merge(more),
        None => *memory = Some(more),
    }
    true
}

async fn keep(message: Message, client: &str, (peer, seat): (Option<IpAddr>, &Seat), house: &House) -> Kept {
    let hops = fields::split(&message.octets).fields.iter().filter(|field| field.is("Received")).count();
    if hops >= HOPS_MAX {
        house.counts.turned(Turned::Message);
        return Kept::Never("the mail goes round in a circle".to_owned());
    }
    let (speech, now) = (house.intake.speech, clock::wall_now());
    let trace = Trace { client: client.to_owned(), peer, host: house.host.clone(), speech };
    let (gate, octets) = (Arc::clone(&house.gate), message.octets.len());
    let make = move |id: AlertId| {
        let Message { sender, recipients, octets } = message;
        let octets = trace.on_top_of(octets, id);
        let mail = Message { sender, recipients, octets };
        let mut alert =
            enqueue::intake::mail(&speech.to_string(), mail, now).map_err(|error| error.to_string())?;
        gate.keep_to(&mut alert);
        Ok(alert)
    };
    match house.keep(seat, octets, make).await {
        Ok(id) => Kept::Yes(id.to_string()),
        Err(NotKept::Later(why)) => Kept::Later(why),
        Err(NotKept::Never(why)) => Kept::Never(why),
    }
}

/// Where a mail has come from.
struct Trace {
    client: String,
    peer: Option<IpAddr>,
    host: String,
    speech: Speech,
}

impl Trace {
    /// The message with a Received field (RFC 5321 section 4.4), by which circles are found. One that has no header gets none.
    fn on_top_of(&self, message: Vec<u8>, id: AlertId) -> Vec<u8> {
        let is_of_mailbox = message.starts_with(b"From ") || message.starts_with(b">From ");
        if is_of_mailbox || fields::split(&message).fields.is_empty() {
            return message;
        }
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-._:[]".contains(*c);
        let client: String = self.client.chars().filter(is_plain).take(255).collect();
        let client = if client.is_empty() { "unknown" } else { &client };
        let peer = self.peer.map_or_else(String::new, |peer| format!(" ([{peer}])"));
        let with = if self.speech == Speech::Lmtp { "LMTP" } else { "ESMTP" };
        let now = clock::wall_now();
        let date = mime::rfc5322(now.unix_ms(), clock::offset_minutes(now));
        let field =
            format!("Received: from {client}{peer}\r\n\tby {} with {with} id {id}; {date}\r\n", self.host);
        [field.as_bytes(), &message].concat()
    }
}
