//! One connection: the real session on one side, a model server on the other, and octets that take their time between.

use std::sync::Arc;
use std::time::Duration;

use delivery::{AttemptId, Monotonic};
use smtp::{
    AuthPolicy, Credentials, Failure, Gate, Outcome, Phase, RecipientOutcome, Secret, Security, Seed,
    Session, Settings, Step, Transaction, Trouble,
};
use spool_format::AlertId;

use super::agent::Local;
use super::chance::Dice;
use super::provider::{Says, Server, Then};
use super::weather::Weather;
use crate::submit::Written;

/// For a connection, and for each reply but the one to the message, in seconds.
pub(super) const SILENCE_S: u64 = 60;
const REPLY: Duration = Duration::from_secs(SILENCE_S);
/// For the reply to the message.
const DOT: Duration = Duration::from_mins(2);
/// A kept connection that nobody has used for so long is gone.
const KEPT_FOR: Duration = Duration::from_mins(1);
/// As `submit::carry` has it.
const RESTED_AFTER: Duration = Duration::from_secs(3);

/// What comes next, if the engine has nothing to say before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Connect,
    ToServer(Vec<u8>),
    FromServer,
    HandShake,
    Close,
    GiveUp(Duration),
    /// A program reads its input, and ends; or a file is written, or becomes visible.
    Run,
    Withdraw,
    /// It waits for the engine.
    Nothing,
}

/// A connection with an attempt, or one that is kept for the next.
pub(super) struct Link {
    pub(super) attempt: AttemptId,
    pub(super) id: AlertId,
    pub(super) provider: usize,
    at_once: usize,
    pub(super) transaction: Transaction,
    pub(super) granted: Option<Gate>,
    pub(super) asks: Option<Gate>,
    /// When the next thing happens.
    pub(super) due: Monotonic,
    pub(super) is_kept: bool,
    pub(super) local: Option<Local>,
    /// In a folder, and not visible yet.
    pub(super) written: Option<Written>,
    session: Session,
    server: Server,
    words: Vec<u8>,
    then: Then,
    pub(super) next: Next,
    used: Monotonic,
}

/// What came of a step.
pub(super) enum Went {
    On,
    To(Gate),
    Over(Outcome),
}

/// How sessions are set up.
pub(super) fn settings(with_login: bool, recipients_max: usize) -> Settings {
    let password = Secret::new("a secret".to_owned());
    let credentials = Arc::new(Credentials::with_password("alert", password));
    Settings {
        host: "mx.example.com".to_owned(),
        port: 587,
        helo: "agent.example.com".to_owned(),
        security: Security::StartTls,
        auth: if with_login { AuthPolicy::Auto } else { AuthPolicy::None },
        chunking: true,
        credentials: with_login.then_some(credentials),
        seed: Seed::new([7; 32]),
        recipients_max,
    }
}

impl Link {
    /// `at_once`: recipients of one mail.
    pub(super) fn new(
        attempt: AttemptId,
        id: AlertId,
        (provider, at_once): (usize, usize),
        transaction: Transaction,
    ) -> Self {
        let mut session = Session::new(settings(true, at_once));
        session.begin(transaction.clone());
        Self {
            attempt,
            id,
            provider,
            at_once,
            transaction,
            granted: None,
            asks: None,
            due: Monotonic::default(),
            is_kept: false,
            local: None,
            written: None,
            session,
            server: Server::new(provider % 2 == 1),
            words: Vec::new(),
            then: Then::Listens,
            next: Next::Connect,
            used: Monotonic::default(),
        }
    }

    /// The same attempt on a new connection.
    pub(super) fn anew(self) -> Self {
        let mut anew = Self::new(self.attempt, self.id, (self.provider, self.at_once), self.transaction);
        (anew.granted, anew.due, anew.local) = (self.granted, self.due, self.local);
        anew
    }

    /// Whether it can carry another message.
    pub(super) fn is_idle(&mut self) -> bool {
        self.session.next() == Step::Idle && self.then == Then::Listens
    }

    pub(super) fn is_kept_since(&mut self, now: Monotonic) {
        (self.used, self.is_kept, self.next) = (now, true, Next::Nothing);
    }

    /// Another attempt on a kept connection. Gives what comes first.
    pub(super) fn carries(
        &mut self,
        now: Monotonic,
        (attempt, id): (AttemptId, AlertId),
        transaction: Transaction,
    ) -> Went {
        let idle = now.since(self.used);
        if idle >= RESTED_AFTER {
            self.session.rested();
        }
        if idle >= KEPT_FOR {
            self.then = Then::Closes;
        }
        (self.attempt, self.id, self.transaction) = (attempt, id, transaction.clone());
        (self.granted, self.asks) = (None, None);
        self.session.begin(transaction);
        self.pump(now, Duration::ZERO)
    }

    /// Whether it waits for the engine.
    pub(super) fn waits(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Whether it has leave for its last octets, and cannot be taken back.
    pub(super) fn may_send_all(&self) -> bool {
        self.granted == Some(Gate::FinalDot)
    }

    /// Whether it has leave to enter DATA, and was not taken back.
    pub(super) fn has_leave(&self) -> bool {
        self.granted.is_some()
    }

    /// Who the message is for that it has leave to send, or the messages, if it is for more than one takes.
    pub(super) fn recipients_of_the_dot(&self) -> Vec<String> {
        let is_for_all = self.transaction.recipients.len() > self.at_once;
        let now = self.server.waits_for().filter(|_| !is_for_all);
        now.map_or_else(|| self.everybody(), <[String]>::to_vec)
    }

    pub(super) fn everybody(&self) -> Vec<String> {
        self.transaction.recipients.iter().map(|path| path.as_str().to_owned()).collect()
    }

    pub(super) fn grant(&mut self, now: Monotonic, weather: Weather) -> Went {
        self.granted = self.asks.take();
        if self.local.is_some() {
            return self.local_goes_on(now, weather.latency);
        }
        self.session.granted();
        self.pump(now, weather.latency)
    }

    pub(super) fn withdraw(&mut self, now: Monotonic) {
        (self.next, self.due, self.granted) = (Next::Withdraw, now, None);
    }

    /// What is on the way arrives, or a part of it, now that nobody waits for an answer.
    pub(super) fn arrives_without_us(&mut self, weather: Weather, dice: &mut Dice) -> Option<Says> {
        if self.next == Next::Run && self.local == Some(Local::Program) {
            let mailed = if dice.one_in(2) { self.everybody() } else { Vec::new() };
            return Some(Says { mailed, ..Says::default() });
        }
        let Next::ToServer(octets) = std::mem::replace(&mut self.next, Next::Nothing) else { return None };
        let cut = if dice.one_in(2) { octets.len() } else { dice.below(octets.len() + 1) };
        Some(self.server.hears(&octets[..cut], weather, dice))
    }

    /// What comes next happens. What the server did goes to `truth`.
    pub(super) fn step(
        &mut self,
        now: Monotonic,
        (weather, dice): (Weather, &mut Dice),
        truth: &mut Vec<Says>,
    ) -> Went {
        if self.local == Some(Local::Program) {
            return self.step_of_program(now, (weather, dice), truth);
        }
        let failed = |link: &Self, failure: &Failure| {
            Went::Over(Outcome::failed(link.transaction.recipients.len(), failure))
        };
        if self.next == Next::Connect
            && let Some(why) = weather.lacks_network(dice)
        {
            self.next = Next::Nothing;
            return failed(self, &Failure::new(Phase::Connect, Trouble::NoNetwork(why.to_owned())));
        }
        match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Connect if dice.below(8) < weather.unreachable => {
                return failed(self, &Failure::connect("refused"));
            }
            Next::Connect => {
                let says = self.server.greets(weather, dice);
                self.say(says, truth);
            }
            Next::ToServer(_) if self.is_kept && dice.below(8) < weather.unreachable => {
                self.then = Then::Closes;
            }
            Next::ToServer(_) if self.then != Then::Listens => {}
            Next::ToServer(octets) => {
                let says = self.server.hears(&octets, weather, dice);
                self.say(says, truth);
            }
            Next::FromServer => {
                let whole = dice.one_in(2) || !weather.dribbles;
                let cut = if whole { self.words.len() } else { 1 + dice.below(self.words.len()) };
                let part: Vec<u8> = self.words.drain(..cut).collect();
                self.session.received(&part);
            }
            Next::HandShake if dice.below(8) < weather.bad_tls => {
                self.session.tls_failed("certificate has expired");
            }
            Next::HandShake => {
                self.server.starts_tls();
                self.session.tls_ready();
            }
            Next::Close => self.session.closed("reset"),
            Next::GiveUp(limit) => self.session.silence(limit.as_secs()),
            Next::Withdraw if self.asks.take().is_some() => self.session.withdrawn(),
            Next::Withdraw => {
                self.then = Then::Closes;
                return failed(self, &Failure::new(Phase::Data, Trouble::Withdrawn));
            }
            Next::Run | Next::Nothing => panic!("it waits for the engine"),
        }
        self.pump(now, weather.latency)
    }

    fn say(&mut self, says: Says, truth: &mut Vec<Says>) {
        self.words.extend(&says.octets);
        self.then = says.then;
        truth.push(says);
    }

    /// Up to the next moment at which it has to wait.
    fn pump(&mut self, now: Monotonic, latency: Duration) -> Went {
        loop {
            let (next, wait) = match self.session.next() {
                Step::Send => {
                    let octets = self.session.output().to_vec();
                    self.session.sent();
                    (Next::ToServer(octets), latency)
                }
                Step::Receive(_) if !self.words.is_empty() => (Next::FromServer, latency),
                Step::Receive(_) if self.then == Then::Closes => (Next::Close, latency),
                Step::Receive(Phase::Dot) => (Next::GiveUp(DOT), DOT),
                Step::Receive(_) => (Next::GiveUp(REPLY), REPLY),
                Step::StartTls => (Next::HandShake, latency),
                Step::Ask(gate) if self.granted >= Some(gate) => {
                    self.session.granted();
                    continue;
                }
                Step::Ask(gate) => {
                    self.asks = Some(gate);
                    return Went::To(gate);
                }
                Step::Settled(outcome) => return Went::Over(outcome),
                Step::Idle | Step::Done(_) => unreachable!("an attempt is in hand"),
            };
            (self.next, self.due) = (next, now.plus(wait));
            return Went::On;
        }
    }
}

/// A program in the place of a server: the same two gates, and then it runs.
impl Link {
    fn step_of_program(
        &mut self,
        now: Monotonic,
        (weather, dice): (Weather, &mut Dice),
        truth: &mut Vec<Says>,
    ) -> Went {
        let everybody = self.everybody();
        let failed = |trouble| RecipientOutcome::Failed(Failure::new(Phase::Program, trouble));
        let trouble = |text: &str| Trouble::Local(text.to_owned());
        let mut happens = |often: usize| dice.below(8) < often;
        let (outcome, has_sent) = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Connect => return self.local_goes_on(now, weather.latency),
            Next::Withdraw => (failed(Trouble::Withdrawn), false),
            Next::Run if happens(weather.unreachable) => {
                (failed(Trouble::Settings("it cannot be started".to_owned())), false)
            }
            Next::Run if happens(weather.refuses_softly) => {
                let text = "it ended with 75".to_owned();
                (failed(Trouble::Exit { code: 75, is_alone: everybody.len() == 1, text }), false)
            }
            Next::Run if everybody.len() == 1 && happens(weather.refuses_for_good) => {
                truth.push(Says { refused: everybody.clone(), ..Says::default() });
                let text = "it ended with 67".to_owned();
                (failed(Trouble::Exit { code: 67, is_alone: true, text }), false)
            }
            Next::Run if happens(weather.loses_reply) => {
                let failure = Failure::new(Phase::Program, trouble("it was ended by signal 9"));
                (RecipientOutcome::Uncertain(failure), happens(4))
            }
            Next::Run if happens(weather.falls_silent) => {
                let failure = Failure::new(Phase::Program, Trouble::Silent { seconds: SILENCE_S });
                (RecipientOutcome::Uncertain(failure), happens(4))
            }
            Next::Run => {
                let text = "it ended with 0".to_owned();
                (RecipientOutcome::Taken { phase: Phase::Program, text }, true)
            }
            next => panic!("a program does not {next:?}"),
        };
        let recipients = vec![outcome; everybody.len()];
        if has_sent {
            truth.push(Says { mailed: everybody, ..Says::default() });
        }
        Went::Over(Outcome { recipients })
    }

    pub(super) fn local_goes_on(&mut self, now: Monotonic, latency: Duration) -> Went {
        let is_to_be_written = self.local == Some(Local::Maildir) && self.written.is_none();
        let gate = match self.granted {
            None => Gate::Data,
            Some(Gate::Data) if !is_to_be_written => Gate::FinalDot,
            Some(Gate::Data | Gate::FinalDot) => {
                (self.next, self.due) = (Next::Run, now.plus(latency));
                return Went::On;
            }
        };
        self.asks = Some(gate);
        Went::To(gate)
    }
}
