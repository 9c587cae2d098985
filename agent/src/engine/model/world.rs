//! The world around the engine: clocks, a writer that is slow, and providers that take, refuse, vanish, and lose replies.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use delivery::{AttemptId, Monotonic, Now};
use smtp::{
    Failure, Gate, Outcome, Phase, RecipientOutcome, Reply, ReplyCode, Transaction, Trouble as SmtpTrouble,
};
use spool_format::{AlertId, Wall};

use super::chance::Dice;
use super::fs::ModelFs;
use super::oracle::Oracle;
use crate::accept::Reach;
use crate::engine::World;
use crate::notice::Announcement;
use crate::spool::writer::Batch;
use crate::submit::Errand;
use crate::submit::Report;

/// A user who may name everybody.
pub(super) const TRUSTED: u32 = 1000;
/// The agent's own user.
pub(super) const OWN: u32 = 100;

/// What providers are like; each number is how often in eight it happens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    pub(super) unreachable: usize,
    pub(super) no_network: usize,
    pub(super) says_goodbye: usize,
    pub(super) refuses_login: usize,
    pub(super) refuses_softly: usize,
    pub(super) refuses_for_good: usize,
    pub(super) hangs_up: usize,
    pub(super) refuses_content: usize,
    pub(super) loses_reply: usize,
}

/// Everything outside of the agent.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) now: Now,
    pub(super) oracle: Oracle,
    pub(super) weather: Vec<Weather>,
    /// What the writer has not begun with.
    pub(super) batches: Vec<Batch>,
    /// What sessions have said and the engine has not heard.
    pub(super) reports: VecDeque<Report>,
    sessions: BTreeMap<AttemptId, Session>,
    /// Alerts of the agent's own.
    own: u32,
    pub(super) tells: bool,
}

/// A session at a provider.
#[derive(Clone, Debug)]
struct Session {
    id: AlertId,
    provider: usize,
    message_id: String,
    recipients: Vec<String>,
    /// Who was refused already.
    refused: BTreeMap<usize, Failure>,
    stands: Stands,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Begun,
    BeforeData,
    BehindData,
    BeforeDot,
    BehindDot,
    Withdrawn,
}

/// How the engine reaches it.
#[derive(Clone, Debug)]
pub(super) struct ModelWorld {
    pub(super) outside: Rc<RefCell<Outside>>,
    pub(super) fs: ModelFs,
}

impl World for ModelWorld {
    type Fs = ModelFs;

    fn fs(&self) -> &ModelFs {
        &self.fs
    }

    fn now(&self) -> Now {
        self.outside.borrow().now
    }

    fn offset_minutes(&self, _: Wall) -> i32 {
        540
    }

    fn reach(&mut self, uid: u32) -> Reach {
        if [0, OWN, TRUSTED].contains(&uid) { Reach::Anybody } else { Reach::Configured }
    }

    fn write(&mut self, batch: Batch) {
        self.outside.borrow_mut().hand_over(batch);
    }

    fn begin(&mut self, attempt: AttemptId, provider: usize, errand: Errand) {
        let Errand { transaction, .. } = errand;
        self.assert_alive("begins an attempt");
        self.outside.borrow_mut().begin(attempt, provider, &transaction);
    }

    fn grant(&mut self, attempt: AttemptId) {
        self.assert_alive("gives leave");
        self.outside.borrow_mut().grant(attempt);
    }

    fn withdraw(&mut self, attempt: AttemptId) {
        if let Some(session) = self.outside.borrow_mut().sessions.get_mut(&attempt) {
            assert_ne!(session.stands, Stands::BehindDot, "it sends its last octets, and is taken back");
            session.stands = Stands::Withdrawn;
        }
    }

    fn new_id(&mut self) -> AlertId {
        let mut outside = self.outside.borrow_mut();
        outside.own += 1;
        let mut entropy = *b"notice    ";
        entropy[6..].copy_from_slice(&outside.own.to_be_bytes());
        let (now, id) = (outside.now, AlertId::new(outside.now.wall, entropy));
        outside.oracle.makes_its_own(now.monotonic, id);
        id
    }

    fn announce(&mut self, _: Announcement) {
        self.assert_alive("tells of a notice");
    }

    fn ping(&mut self, _: bool) {}
}

impl ModelWorld {
    fn assert_alive(&self, what: &str) {
        assert!(!self.fs.machine.borrow().is_off, "a dead machine {what}");
    }
}

impl Outside {
    pub(super) fn new(wall: Wall, weather: Vec<Weather>, longest_pause: Duration) -> Self {
        Self {
            now: Now { wall, monotonic: Monotonic::from_ms(1_000) },
            oracle: Oracle::new(weather.len(), longest_pause),
            weather,
            batches: Vec::new(),
            reports: VecDeque::new(),
            sessions: BTreeMap::new(),
            own: 0,
            tells: false,
        }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now.wall = self.now.wall.plus(time);
        self.now.monotonic = self.now.monotonic.plus(time);
    }

    pub(super) fn hand_over(&mut self, batch: Batch) {
        self.oracle.handed_over(self.now, &batch);
        self.batches.push(batch);
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.sessions.is_empty() && self.reports.is_empty() && self.batches.is_empty()
    }

    /// The next thing that a session has said, for the engine.
    pub(super) fn next_report(&mut self) -> Option<Report> {
        let report = self.reports.pop_front()?;
        if let Report::Ended { attempt, outcome } = &report {
            self.oracle.heard(self.now.monotonic, *attempt, &outcome.recipients);
        }
        Some(report)
    }

    fn begin(&mut self, attempt: AttemptId, provider: usize, transaction: &Transaction) {
        let content = String::from_utf8_lossy(&transaction.content);
        let message_id = content.lines().find_map(|line| line.strip_prefix("Message-ID: "));
        let message_id = message_id.expect("every mail has one").to_owned();
        let id = AlertId::parse(&message_id[1..27]).expect("the alert's id");
        let recipients: Vec<String> =
            transaction.recipients.iter().map(|path| path.as_str().to_owned()).collect();
        if self.tells {
            eprintln!("      begin {attempt:?} {id} at {provider} for {recipients:?}");
        }
        self.oracle.begins(self.now.monotonic, id, &recipients);
        let (refused, stands) = (BTreeMap::new(), Stands::Begun);
        let session = Session { id, provider, message_id, recipients, refused, stands };
        assert!(self.sessions.insert(attempt, session).is_none(), "{attempt:?} begins twice");
    }

    fn grant(&mut self, attempt: AttemptId) {
        let Some(session) = self.sessions.get(&attempt) else { return };
        let id = session.id;
        let sends =
            |it: &Session| matches!(it.stands, Stands::BehindData | Stands::BeforeDot | Stands::BehindDot);
        let others =
            self.sessions.iter().filter(|(other, it)| **other != attempt && it.id == id && sends(it));
        assert_eq!(others.count(), 0, "{id}: two attempts may send it");
        let Some(session) = self.sessions.get_mut(&attempt) else { return };
        session.stands = match session.stands {
            Stands::BeforeData => Stands::BehindData,
            Stands::BeforeDot => {
                self.oracle.dot_granted(attempt, session.id, session.taken());
                Stands::BehindDot
            }
            other => panic!("leave for nothing: {other:?}"),
        };
    }

    /// One of the sessions goes on. Says whether any could.
    pub(super) fn let_a_session_go_on(&mut self, dice: &mut Dice) -> bool {
        let waits = |session: &Session| matches!(session.stands, Stands::BeforeData | Stands::BeforeDot);
        let ready: Vec<AttemptId> = self
            .sessions
            .iter()
            .filter(|(_, session)| !waits(session))
            .map(|(attempt, _)| *attempt)
            .collect();
        if ready.is_empty() {
            return false;
        }
        let attempt = dice.one_of(&ready);
        let mut session = self.sessions.remove(&attempt).expect("it is there");
        let weather = self.weather[session.provider];
        match session.go_on(weather, dice) {
            Went::To(gate) => {
                self.reports.push_back(Report::Reached { attempt, gate });
                self.sessions.insert(attempt, session);
            }
            Went::Over { outcome, has_mail } => {
                self.note(&session, &outcome, has_mail);
                if self.tells {
                    eprintln!("      {attempt:?} is over, mail: {has_mail}, {outcome:?}");
                }
                self.reports.push_back(Report::Ended { attempt, outcome });
            }
        }
        true
    }

    fn note(&mut self, session: &Session, outcome: &Outcome, has_mail: bool) {
        for (at, to) in session.recipients.iter().enumerate() {
            if session.refused.get(&at).is_some_and(is_for_good)
                && matches!(outcome.recipients[at], RecipientOutcome::Failed(_))
            {
                self.oracle.refused(session.id, to, session.provider);
            }
        }
        if has_mail {
            for to in session.taken().values() {
                self.oracle.mailed(session.id, to, &session.message_id);
            }
        }
    }

    /// The agent is gone. What had leave for its dot arrives, or does not.
    pub(super) fn agent_is_gone(&mut self, lost_power: bool, dice: &mut Dice) {
        for session in std::mem::take(&mut self.sessions).into_values() {
            if session.stands == Stands::BehindDot && dice.one_in(2) {
                for to in session.taken().values() {
                    self.oracle.mailed(session.id, to, &session.message_id);
                }
            }
        }
        self.reports.clear();
        self.batches.clear();
        self.oracle.crashed(lost_power);
    }
}

fn is_for_good(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| reply.code.is_permanent())
}

/// What became of a session.
enum Went {
    To(Gate),
    Over { outcome: Outcome, has_mail: bool },
}

impl Session {
    /// Who was not refused.
    fn taken(&self) -> BTreeMap<usize, String> {
        let all = self.recipients.iter().cloned().enumerate();
        all.filter(|(at, _)| !self.refused.contains_key(at)).collect()
    }

    fn go_on(&mut self, weather: Weather, dice: &mut Dice) -> Went {
        let mut happens = |often: usize| dice.below(8) < often;
        match self.stands {
            Stands::Begun if happens(weather.unreachable) => self.fails(&Failure::connect("refused")),
            Stands::Begun if happens(weather.no_network) => {
                self.fails(&Failure::new(Phase::Connect, SmtpTrouble::NoNetwork("no route".to_owned())))
            }
            Stands::Begun if happens(weather.says_goodbye) => {
                self.fails(&refusal(Phase::Greeting, "421 4.3.2 busy"))
            }
            Stands::Begun if happens(weather.refuses_login) => {
                self.fails(&refusal(Phase::Auth, "535 5.7.8 no"))
            }
            Stands::Begun => {
                for at in 0..self.recipients.len() {
                    let text = match () {
                        () if happens(weather.refuses_for_good) => "550 5.1.1 no such user",
                        () if happens(weather.refuses_softly) => "450 4.2.0 try later",
                        () => continue,
                    };
                    self.refused.insert(at, refusal(Phase::Rcpt, text));
                }
                if self.refused.len() == self.recipients.len() {
                    return self.fails(&Failure::new(Phase::Data, SmtpTrouble::Withdrawn));
                }
                self.stands = Stands::BeforeData;
                Went::To(Gate::Data)
            }
            Stands::BehindData if happens(weather.hangs_up) => {
                self.fails(&Failure::new(Phase::Data, SmtpTrouble::Closed(String::new())))
            }
            Stands::BehindData => {
                self.stands = Stands::BeforeDot;
                Went::To(Gate::FinalDot)
            }
            Stands::BehindDot if happens(weather.refuses_content) => {
                let text = if happens(4) { "554 5.7.1 looks like spam" } else { "451 4.3.0 try later" };
                self.fails(&refusal(Phase::Dot, text))
            }
            Stands::BehindDot if happens(weather.loses_reply) => {
                let lost = Failure::new(Phase::Dot, SmtpTrouble::Closed(String::new()));
                let has_mail = happens(4);
                self.ends(&RecipientOutcome::Uncertain(lost), has_mail)
            }
            Stands::BehindDot => self.ends(&RecipientOutcome::Delivered(reply("250 2.0.0 ok")), true),
            Stands::Withdrawn => self.fails(&Failure::new(Phase::Data, SmtpTrouble::Withdrawn)),
            Stands::BeforeData | Stands::BeforeDot => unreachable!("it waits for leave"),
        }
    }

    fn fails(&self, failure: &Failure) -> Went {
        self.ends(&RecipientOutcome::Failed(failure.clone()), false)
    }

    /// It ends so for everybody who was not refused before.
    fn ends(&self, end: &RecipientOutcome, has_mail: bool) -> Went {
        let outcome = |at| match self.refused.get(&at) {
            Some(failure) => RecipientOutcome::Failed(failure.clone()),
            None => end.clone(),
        };
        let recipients = (0..self.recipients.len()).map(outcome).collect();
        Went::Over { outcome: Outcome { recipients }, has_mail }
    }
}

fn reply(text: &str) -> Reply {
    Reply::new(ReplyCode(text[..3].parse().expect("a code")), [&text[4..]])
}

fn refusal(phase: Phase, text: &str) -> Failure {
    Failure::new(phase, SmtpTrouble::Reply(reply(text)))
}
