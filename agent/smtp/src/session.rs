//! The session: what the driver asks, and what it tells.
//!
//! This file holds the state, the public methods and the rules that are the same in every phase: 421 ends it, octets
//! that nobody asked for end it, and whatever ends it is the outcome of the transaction in hand. What a reply
//! means in its phase stands in one file a phase below `session/`.

mod auth;
mod greeting;
mod hello;
mod progress;
mod quit;
mod starttls;
mod step;
mod transaction;
mod unsaid;

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::limits::RECIPIENTS_MAX;
use crate::outcome::{Failure, Outcome, Phase, Trouble};
use crate::reply::{Reply, ReplyError, ReplyParser};
use crate::settings::{Security, Settings, Transaction};
use crate::status::ReplyCode;
use crate::transcript::Transcript;
use auth::Login;
use hello::Hello;
use progress::Progress;
pub use step::{Gate, Step};
use unsaid::Unsaid;

/// Where the dialogue stands.
enum At {
    Greeting,
    Hello(Hello),
    StartTls,
    Handshake,
    Auth(Login),
    Ready,
    Gate(Gate),
    /// The replies to come are listed in the progress of the transaction.
    Transaction,
    Quit,
    Ended(Option<Failure>),
}

/// One connection to one provider, from the greeting to QUIT.
///
/// Call [`next`](Session::next), do what it says, tell what came of it, and again. A transaction may be handed over
/// at any time, also before the greeting; then a failed greeting, EHLO, TLS or AUTH is its outcome.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Session {
    settings: Settings,
    at: At,
    tls: bool,
    capabilities: Capabilities,
    parser: ReplyParser,
    /// What has to be written; may hold secrets, so it is overwritten when it was sent.
    output: Zeroizing<Vec<u8>>,
    transcript: Transcript,
    /// The transaction in hand.
    work: Option<Progress>,
    /// An outcome that the driver has not fetched yet.
    settled: Option<Outcome>,
    /// QUIT as soon as nothing is in hand.
    leaving: bool,
    /// What the server is not to be quoted with after the login.
    unsaid: Option<Unsaid>,
    /// The server may still hold parts of a failed transaction.
    needs_reset: bool,
    /// The server has just taken a message on this connection.
    is_proven: bool,
    /// How many recipients are offered in one go: less once the server has shown that it takes no more.
    recipients_max: usize,
}

impl Session {
    /// Starts on a fresh connection, on which nothing was read yet; with [`Security::Implicit`] inside TLS.
    pub fn new(settings: Settings) -> Self {
        let mut transcript = Transcript::default();
        let tls = settings.security == Security::Implicit;
        let recipients_max = settings.recipients_max.clamp(1, RECIPIENTS_MAX);
        if tls {
            transcript.enter_tls();
        }
        Self {
            tls,
            settings,
            at: At::Greeting,
            capabilities: Capabilities::default(),
            parser: ReplyParser::new(),
            output: Zeroizing::default(),
            transcript,
            work: None,
            settled: None,
            leaving: false,
            unsaid: None,
            needs_reset: false,
            is_proven: false,
            recipients_max,
        }
    }

    /// Says what has to be done now. The answer stays the same until it was done, but [`Step::Settled`] comes once.
    #[expect(
        clippy::should_implement_trait,
        reason = "a dialogue is not a sequence that one could loop over"
    )]
    pub fn next(&mut self) -> Step {
        if let Some(outcome) = self.settled.take() {
            return Step::Settled(outcome);
        }
        match &self.at {
            At::Ended(failure) => Step::Done(failure.clone()),
            _ if !self.output.is_empty() => Step::Send,
            At::Handshake => Step::StartTls,
            At::Gate(gate) => Step::Ask(*gate),
            At::Ready => Step::Idle,
            At::Greeting | At::Hello(_) | At::StartTls | At::Auth(_) | At::Transaction | At::Quit => {
                Step::Receive(self.phase())
            }
        }
    }

    /// The octets to write at [`Step::Send`]. May hold secrets: not to be logged.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// The output was written.
    pub fn sent(&mut self) {
        self.output.zeroize();
    }

    /// Octets came from the server, in any pieces: at [`Step::Receive`], [`Step::Ask`] or [`Step::Idle`].
    ///
    /// Octets that answer nothing end the session; a 421 among them is named as the reason.
    pub fn received(&mut self, octets: &[u8]) {
        let mut fed = octets;
        while !matches!(self.at, At::Ended(_)) {
            match self.parser.feed(fed) {
                Ok(Some(reply)) => self.answered(reply),
                Ok(None) if self.parser.has_leftovers() && !self.may_go_on_saying() => {
                    return self.unasked(&self.parser.leftovers());
                }
                Ok(None) => return,
                Err(error) => return self.unreadable(error),
            }
            fed = &[];
        }
    }

    /// The connection ended or broke, at any step; the text says how, if more is known.
    pub fn closed(&mut self, text: &str) {
        self.end_with(Trouble::Closed(text.to_owned()));
    }

    /// The driver waited so long, at any step, and gives the connection up.
    pub fn silence(&mut self, seconds: u64) {
        self.end_with(Trouble::Silent { seconds });
    }

    /// Leave was given at the gate. Without an open gate nothing happens: an answer may come too late.
    pub fn granted(&mut self) {
        match self.gate() {
            Some(Gate::Data) => self.enter_data(),
            Some(Gate::FinalDot) => self.send_content(),
            None => {}
        }
    }

    /// Leave was refused at the gate.
    ///
    /// At [`Gate::Data`] the connection stays usable. At [`Gate::FinalDot`] it has to be closed if the server waits for a
    /// message: there is no other way to say that none will come. Without an open gate nothing happens.
    pub fn withdrawn(&mut self) {
        match self.gate() {
            Some(Gate::FinalDot) if !self.holds_everything_back() => self.end_with(Trouble::Withdrawn),
            Some(Gate::Data | Gate::FinalDot) => {
                self.settle_by(&Failure::new(Phase::Data, Trouble::Withdrawn));
            }
            None => {}
        }
    }

    /// The connection lies idle for so long that the server may leave it at any moment. The next message then waits until
    /// the server has answered to its envelope, even if it could go out along with it.
    pub fn rested(&mut self) {
        self.is_proven = false;
    }

    fn gate(&self) -> Option<Gate> {
        if let At::Gate(gate) = self.at { Some(gate) } else { None }
    }

    /// Hands over a transaction: while idle, or before, so that no [`Step::Idle`] is seen first.
    ///
    /// On a session that is over the transaction fails at once, with the reason for which it is over. One at a time:
    /// the outcome of the one before must have been fetched.
    pub fn begin(&mut self, transaction: Transaction) {
        assert!(
            self.work.is_none() && self.settled.is_none(),
            "a session has one transaction in hand at a time"
        );
        let work = Progress::new(transaction);
        let over = match &self.at {
            At::Ended(failure) => failure.clone(),
            At::Quit => None,
            At::Ready => {
                self.work = Some(work);
                return self.start_transaction();
            }
            At::Greeting
            | At::Hello(_)
            | At::StartTls
            | At::Handshake
            | At::Auth(_)
            | At::Gate(_)
            | At::Transaction => {
                self.work = Some(work);
                return;
            }
        };
        let over = over
            .unwrap_or_else(|| Failure::new(Phase::Quit, Trouble::Closed("it was over before".to_owned())));
        self.settled = Some(work.closed_by(&over));
    }

    /// Asks for QUIT as soon as nothing is in hand. Before the greeting: after a whole login, which makes a probe.
    pub fn quit(&mut self) {
        self.leaving = true;
        if matches!(self.at, At::Ready) {
            self.say_goodbye();
        }
    }

    /// What the server offered in its last answer to EHLO.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The dialogue so far, without secrets.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Whether everything that is sent now goes through TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// A whole reply came: what it means depends on where we are.
    fn answered(&mut self, mut reply: Reply) {
        let phase = self.phase_of_reply();
        if let At::Auth(login) = &self.at {
            self.transcript.server(phase, &login.mask(&mut reply));
        } else {
            if let Some(unsaid) = &self.unsaid {
                unsaid.mask(&mut reply);
            }
            self.transcript.server(phase, &reply);
        }
        // A 421 may come unasked, but not in clear where TLS is about to start: anybody could have said it.
        if reply.code == ReplyCode::GOING_AWAY && !matches!(self.at, At::Handshake) {
            return self.end(Failure::new(phase, Trouble::Reply(reply)));
        }
        if !self.expects_reply() {
            return self.unasked(&reply.to_string());
        }
        match &self.at {
            At::Greeting => self.greeted(reply),
            At::Hello(hello) => self.hello_answered(*hello, reply),
            At::StartTls => self.starttls_answered(reply),
            At::Auth(_) => self.auth_answered(reply),
            At::Transaction => self.transaction_answered(reply),
            At::Quit => self.at = At::Ended(None),
            At::Handshake | At::Ready | At::Gate(_) | At::Ended(_) => {}
        }
    }

    fn expects_reply(&self) -> bool {
        self.output.is_empty()
            && match &self.at {
                At::Greeting | At::Hello(_) | At::StartTls | At::Auth(_) | At::Transaction | At::Quit => true,
                At::Handshake | At::Ready | At::Gate(_) | At::Ended(_) => false,
            }
    }

    /// Whether the rest of a reply that has begun is of interest: it was asked for, or it may become a 421.
    fn may_go_on_saying(&self) -> bool {
        self.expects_reply()
            || (!matches!(self.at, At::Handshake) && self.parser.may_become(ReplyCode::GOING_AWAY))
    }

    /// What is being done, or between commands what would come next.
    fn phase(&self) -> Phase {
        match &self.at {
            At::Greeting => Phase::Greeting,
            At::Hello(_) => Phase::Ehlo,
            At::StartTls => Phase::StartTls,
            At::Handshake => Phase::Tls,
            At::Auth(_) => Phase::Auth,
            At::Ready => Phase::Mail,
            At::Gate(_) | At::Transaction => self.work.as_ref().map_or(Phase::Mail, Progress::phase),
            At::Quit | At::Ended(_) => Phase::Quit,
        }
    }

    /// What a reply would answer.
    fn phase_of_reply(&self) -> Phase {
        match (&self.at, &self.work) {
            (At::Transaction, Some(work)) => work.phase_of_reply(),
            _ => self.phase(),
        }
    }

    /// Ends the session because the server said something that answers nothing.
    fn unasked(&mut self, text: &str) {
        self.breach(format!("words that answer nothing: `{text}`"));
    }

    /// Ends the session because what the server said is no reply.
    fn unreadable(&mut self, error: ReplyError) {
        // During AUTH a server may echo what it got, so nothing is quoted then.
        if matches!(self.at, At::Auth(_)) {
            self.breach(error.to_string());
        } else {
            self.breach(format!("{error}: `{}`", self.parser.leftovers()));
        }
    }

    fn breach(&mut self, text: String) {
        // Words in clear where the handshake should start are the work of whoever answered STARTTLS.
        let phase = if matches!(self.at, At::Handshake) { Phase::StartTls } else { self.phase() };
        self.end(Failure::new(phase, Trouble::Protocol(text)));
    }

    fn say(&mut self, command: &Command<'_>) {
        command.write(&mut self.output, &mut self.transcript);
    }

    /// The connection is logged in and nothing is asked of the server.
    fn ready(&mut self) {
        self.at = At::Ready;
        if self.work.is_some() {
            self.start_transaction();
        } else if self.leaving {
            self.say_goodbye();
        }
    }

    fn end_with(&mut self, trouble: Trouble) {
        self.end(Failure::new(self.phase(), trouble));
    }

    /// Ends the session. The transaction in hand gets the failure as its outcome; after QUIT nothing is a failure.
    fn end(&mut self, failure: Failure) {
        if matches!(self.at, At::Ended(_)) {
            return;
        }
        // The end of a message is written last: as long as something is left, the server cannot have seen it.
        let has_said_all = self.output.is_empty();
        self.output.zeroize();
        self.transcript.event(failure.phase, &failure);
        let untold = match self.work.take() {
            Some(work) => {
                self.settled =
                    Some(if has_said_all { work.closed_by(&failure) } else { work.cut_off_by(&failure) });
                None
            }
            None => Some(failure).filter(|_| !matches!(self.at, At::Quit)),
        };
        self.at = At::Ended(untold);
    }
}

impl fmt::Debug for Session {
    /// Shows where the session stands; neither output nor content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("phase", &self.phase())
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}
