//! The world around the engine: clocks, a writer that is slow, and providers that take, refuse, vanish, and lose replies.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use delivery::{AttemptId, Monotonic, Now};
use smtp::{Gate, Transaction};
use spool_format::{AlertId, Wall};

use super::chance::Dice;
use super::fs::ModelFs;
use super::link::{Link, Went};
use super::marks::Marks;
use super::oracle::Oracle;
use super::provider::Says;
use crate::accept::Reach;
use crate::engine::World;
use crate::notice::Announcement;
use crate::spool::writer::Batch;
use crate::submit::{Errand, Report, is_stale};

/// A user who may name everybody.
pub(super) const TRUSTED: u32 = 1000;
/// The agent's own user.
pub(super) const OWN: u32 = 100;

/// What a provider is like; each number is how often in eight it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weather {
    pub(super) unreachable: usize,
    pub(super) no_network: usize,
    pub(super) says_goodbye: usize,
    pub(super) bad_tls: usize,
    pub(super) refuses_login: usize,
    pub(super) refuses_sender: usize,
    pub(super) refuses_softly: usize,
    pub(super) refuses_for_good: usize,
    pub(super) hangs_up: usize,
    pub(super) falls_silent: usize,
    pub(super) refuses_content: usize,
    pub(super) loses_reply: usize,
    /// Its replies come in pieces.
    pub(super) dribbles: bool,
    /// The command at which it hangs up or falls silent; `any` is DATA for the one and each for the other.
    pub(super) at: &'static str,
    /// For octets to arrive.
    pub(super) latency: Duration,
}

impl Weather {
    /// It does as it should.
    pub(super) const FAIR: Self = Self {
        unreachable: 0,
        no_network: 0,
        says_goodbye: 0,
        bad_tls: 0,
        refuses_login: 0,
        refuses_sender: 0,
        refuses_softly: 0,
        refuses_for_good: 0,
        hangs_up: 0,
        falls_silent: 0,
        refuses_content: 0,
        loses_reply: 0,
        dribbles: false,
        at: "any",
        latency: Duration::from_millis(10),
    };

    pub(super) fn is_silent_at(&self, at: &str, dice: &mut Dice) -> bool {
        (self.at == "any" || self.at == at) && dice.below(8) < self.falls_silent
    }
}

/// Everything outside of the agent.
pub(super) struct Outside {
    pub(super) now: Now,
    pub(super) oracle: Oracle,
    pub(super) weather: Vec<Weather>,
    /// What the writer has not begun with.
    pub(super) batches: Vec<Batch>,
    /// What sessions have said and the engine has not heard.
    pub(super) reports: VecDeque<Report>,
    /// Alerts of the agent's own.
    own: u32,
    links: BTreeMap<AttemptId, Link>,
    /// Connections without work, at each provider.
    kept: Vec<Vec<Link>>,
    /// When each provider refused a login.
    pub(super) refused_logins: Vec<Vec<Monotonic>>,
    pub(super) marks: Marks,
    pub(super) tells: bool,
}

/// How the engine reaches it.
#[derive(Clone)]
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
        let mut outside = self.outside.borrow_mut();
        let now = outside.now.monotonic;
        if let Some(link) = outside.links.get_mut(&attempt) {
            assert!(!link.may_send_all(), "it sends its last octets, and is taken back");
            link.withdraw(now);
            outside.marks.hit("taken back");
        }
    }

    fn drill(&mut self, _: usize, _: bool) {
        unreachable!("the model's agent has no drills");
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
            kept: weather.iter().map(|_| Vec::new()).collect(),
            refused_logins: vec![Vec::new(); weather.len()],
            weather,
            batches: Vec::new(),
            reports: VecDeque::new(),
            own: 0,
            links: BTreeMap::new(),
            marks: Marks::default(),
            tells: false,
        }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now.wall = self.now.wall.plus(time);
        self.now.monotonic = self.now.monotonic.plus(time);
    }

    pub(super) fn hand_over(&mut self, batch: Batch) {
        self.oracle.handed_over(self.now, &batch);
        self.marks.note(&batch);
        self.batches.push(batch);
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.links.is_empty() && self.reports.is_empty() && self.batches.is_empty()
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
        let message_id = message_id(transaction);
        let id = AlertId::parse(&message_id[1..27]).expect("the alert's id");
        let recipients = recipients(transaction);
        if self.tells {
            eprintln!("      begin {attempt:?} {id} at {provider} for {recipients:?}");
        }
        let now = self.now.monotonic;
        self.oracle.begins(now, id, &recipients);
        assert!(!self.links.contains_key(&attempt), "{attempt:?} begins twice");
        let Some(mut link) = self.kept[provider].pop() else {
            let mut link = Link::new(attempt, id, provider, transaction.clone());
            link.due = now.plus(self.weather[provider].latency);
            self.links.insert(attempt, link);
            return;
        };
        self.marks.hit("a kept connection used");
        let went = link.carries(now, (attempt, id), transaction.clone());
        self.links.insert(attempt, link);
        self.went(attempt, went);
    }

    fn grant(&mut self, attempt: AttemptId) {
        let Some(link) = self.links.get(&attempt) else { return };
        // Two may be behind DATA for a moment: the word that takes one back can wait for the writer. Only one may send all.
        let ours = recipients(&link.transaction);
        let is_rival = |other: &Link| {
            other.attempt != attempt
                && other.id == link.id
                && other.may_send_all()
                && recipients(&other.transaction).iter().any(|to| ours.contains(to))
        };
        let sends = link.asks == Some(Gate::FinalDot) && self.links.values().any(is_rival);
        assert!(!sends, "{}: two attempts may send it", link.id);
        let (now, weather) = (self.now.monotonic, self.weather[link.provider]);
        let Some(link) = self.links.get_mut(&attempt) else { return };
        let gate = link.asks.unwrap_or_else(|| panic!("leave for nothing"));
        if gate == Gate::FinalDot {
            let who = link.recipients_of_the_dot();
            let all = recipients(&link.transaction).into_iter().enumerate();
            let who = all.filter(|(_, to)| who.contains(to)).collect();
            self.oracle.dot_granted(attempt, link.id, who);
        }
        let went = link.grant(now, weather);
        self.went(attempt, went);
    }

    /// When the next thing happens at a provider.
    pub(super) fn next_due(&self) -> Option<Monotonic> {
        self.links.values().filter(|link| !link.waits()).map(|link| link.due).min()
    }

    /// What is due by now happens, the earliest first.
    pub(super) fn let_what_is_due_happen(&mut self, dice: &mut Dice) {
        let now = self.now.monotonic;
        let is_due = |link: &&Link| !link.waits() && link.due <= now;
        while let Some(attempt) = self
            .links
            .values()
            .filter(is_due)
            .min_by_key(|link| (link.due, link.attempt))
            .map(|link| link.attempt)
        {
            self.step(attempt, dice);
        }
    }

    /// One of the sessions goes on until it has something to say. Says whether any could.
    pub(super) fn let_a_session_go_on(&mut self, dice: &mut Dice) -> bool {
        let ready = self.links.iter().filter(|(_, link)| !link.waits());
        let ready: Vec<AttemptId> = ready.map(|(attempt, _)| *attempt).collect();
        if ready.is_empty() {
            return false;
        }
        let attempt = dice.one_of(&ready);
        let said = self.reports.len();
        while self.reports.len() == said {
            self.step(attempt, dice);
        }
        true
    }

    fn step(&mut self, attempt: AttemptId, dice: &mut Dice) {
        let link = self.links.get_mut(&attempt).expect("it is there");
        let (id, provider, message_id) = (link.id, link.provider, message_id(&link.transaction));
        let mut truth = Vec::new();
        let went = link.step(self.now.monotonic, (self.weather[provider], dice), &mut truth);
        for says in truth {
            self.note(id, provider, &message_id, &says);
        }
        self.went(attempt, went);
    }

    fn went(&mut self, attempt: AttemptId, went: Went) {
        match went {
            Went::On => {}
            Went::To(gate) => self.reports.push_back(Report::Reached { attempt, gate }),
            Went::Over(outcome) => {
                let mut link = self.links.remove(&attempt).expect("it is there");
                if self.tells {
                    eprintln!("      {attempt:?} is over, {outcome:?}");
                }
                if link.is_kept && is_stale(&outcome) {
                    self.marks.hit("a kept connection was over");
                    let mut anew = link.anew();
                    anew.due = self.now.monotonic.plus(self.weather[anew.provider].latency);
                    self.links.insert(attempt, anew);
                    return;
                }
                self.marks.end(&outcome);
                if link.is_idle() {
                    link.is_kept_since(self.now.monotonic);
                    self.kept[link.provider].push(link);
                }
                self.reports.push_back(Report::Ended { attempt, outcome });
            }
        }
    }

    fn note(&mut self, id: AlertId, provider: usize, message_id: &str, says: &Says) {
        for to in &says.refused {
            self.oracle.refused(id, to, provider);
        }
        for to in &says.mailed {
            self.oracle.mailed(id, to, message_id);
        }
        if says.has_refused_login {
            self.refused_logins[provider].push(self.now.monotonic);
        }
    }

    /// The agent is gone. What had leave for its dot arrives, or does not.
    pub(super) fn agent_is_gone(&mut self, lost_power: bool, dice: &mut Dice) {
        self.kept.iter_mut().for_each(Vec::clear);
        for mut link in std::mem::take(&mut self.links).into_values() {
            if let Some(says) = link.arrives_without_us(self.weather[link.provider], dice) {
                self.note(link.id, link.provider, &message_id(&link.transaction), &says);
            }
        }
        self.reports.clear();
        self.batches.clear();
        self.oracle.crashed(lost_power);
    }
}

fn recipients(transaction: &Transaction) -> Vec<String> {
    transaction.recipients.iter().map(|path| path.as_str().to_owned()).collect()
}

fn message_id(transaction: &Transaction) -> String {
    let content = String::from_utf8_lossy(&transaction.content);
    let line = content.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.expect("every mail has one").to_owned()
}
