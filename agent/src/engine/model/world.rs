//! The world around the engine: clocks, a writer that is slow, and providers that take, refuse, vanish, and lose replies.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use delivery::{AttemptId, Monotonic, Now};
use smtp::{Gate, Transaction};
use spool_format::{AlertId, Wall};

use super::agent::{Local, Setup};
use super::chance::Dice;
use super::drill::drill;
use super::fs::ModelFs;
use super::link::{Link, Went};
use super::mailbox::Mailbox;
use super::marks::Marks;
use super::mutants::Mutant;
use super::oracle::Oracle;
use super::provider::Says;
use super::rates::Rates;
use super::weather::Weather;
use crate::spool::writer::{Batch, Deed};
use crate::submit::{Report, is_stale};

/// A user who may name everybody.
pub(super) const TRUSTED: u32 = 1000;
/// The agent's own user.
pub(super) const OWN: u32 = 100;

/// For a drill.
const DRILL: Duration = Duration::from_secs(1);

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
    pub(super) own: u32,
    pub(super) links: BTreeMap<AttemptId, Link>,
    /// Attempts that were taken back.
    pub(super) withdrawn: BTreeSet<AttemptId>,
    /// Connections without work, at each provider.
    kept: Vec<Vec<Link>>,
    /// Drills under way: when they end, where, and whether with a login.
    drills: Vec<(Monotonic, usize, bool)>,
    pub(super) rates: Rates,
    /// The places of those that are configured, in order.
    pub(super) listed: Vec<usize>,
    /// What each is, if it is no server.
    local: Vec<Option<Local>>,
    pub(super) mailbox: Mailbox,
    /// What is wrong on purpose.
    pub(super) mutant: Option<Mutant>,
    pub(super) marks: Marks,
    pub(super) tells: bool,
}

impl Outside {
    pub(super) fn new(
        wall: Wall,
        weather: Vec<Weather>,
        longest_pause: Duration,
        (setup, fs): (&Setup, ModelFs),
    ) -> Self {
        Self {
            now: Now { wall, monotonic: Monotonic::from_ms(1_000) },
            oracle: Oracle::new(setup, longest_pause),
            kept: weather.iter().map(|_| Vec::new()).collect(),
            drills: Vec::new(),
            rates: Rates::new(&setup.quotas()),
            listed: setup.listed(),
            local: (0..setup.providers).map(|place| setup.local(place)).collect(),
            mailbox: Mailbox::new(fs),
            mutant: setup.mutant,
            weather,
            batches: Vec::new(),
            reports: VecDeque::new(),
            own: 0,
            links: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            marks: Marks::default(),
            tells: false,
        }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now.wall = self.now.wall.plus(time);
        self.now.monotonic = self.now.monotonic.plus(time);
    }

    pub(super) fn hand_over(&mut self, mut batch: Batch) {
        self.oracle.handed_over(self.now, &batch);
        self.marks.note(&batch);
        if self.tells {
            let lines = batch.deeds.iter().filter(|deed| matches!(deed, Deed::Line(_)));
            lines.for_each(|line| eprintln!("      {line:?}"));
        }
        self.mutant.iter().for_each(|mutant| mutant.spoils_batch(&mut batch));
        self.batches.push(batch);
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.links.is_empty() && self.reports.is_empty() && self.batches.is_empty()
    }

    /// The next thing that a session has said, for the engine.
    pub(super) fn next_report(&mut self) -> Option<Report> {
        let mut report = self.reports.pop_front()?;
        self.oracle.heard(self.now.monotonic, &report);
        if let Report::Ended { outcome, .. } = &mut report {
            self.mutant.iter().for_each(|mutant| mutant.spoils_outcome(outcome));
        }
        Some(report)
    }

    /// An attempt is about to begin. Gives for which alert, and at which of the world's providers.
    pub(super) fn sees_begin(
        &mut self,
        attempt: AttemptId,
        provider: usize,
        transaction: &Transaction,
    ) -> (AlertId, usize) {
        assert!(!self.withdrawn.contains(&attempt), "{attempt:?} was taken back, and begins");
        let provider = self.listed[provider];
        let id = alert_of(&message_id(transaction));
        let recipients = recipients(transaction);
        if self.tells {
            eprintln!("      begin {attempt:?} {id} at {provider} for {recipients:?}");
        }
        let now = self.now.monotonic;
        self.oracle.begins(now, id, provider, &recipients);
        let severity = self.oracle.asked(id).severity;
        if self.oracle.order(severity, &recipients[0])[0] != 0 {
            self.marks.hit("another order by a rule");
        }
        (id, provider)
    }

    pub(super) fn begin(&mut self, attempt: AttemptId, provider: usize, transaction: &Transaction) {
        let (id, provider) = self.sees_begin(attempt, provider, transaction);
        let now = self.now.monotonic;
        assert!(!self.links.contains_key(&attempt), "{attempt:?} begins twice");
        let Some(mut link) = self.kept[provider].pop() else {
            let at_once = self.rates.quota(provider).recipients_per_transaction();
            let mut link = Link::new(attempt, id, (provider, at_once), transaction.clone());
            link.due = now.plus(self.weather[provider].latency);
            link.local = self.local[provider];
            self.links.insert(attempt, link);
            return;
        };
        self.marks.hit("a kept connection used");
        let went = link.carries(now, (attempt, id), transaction.clone());
        self.links.insert(attempt, link);
        self.went(attempt, went);
    }

    pub(super) fn grant(&mut self, attempt: AttemptId) {
        let Some(link) = self.links.get(&attempt) else { return };
        let ours = recipients(&link.transaction);
        let is_rival = |other: &Link| {
            other.attempt != attempt
                && other.id == link.id
                && other.has_leave()
                && recipients(&other.transaction).iter().any(|to| ours.contains(to))
        };
        assert!(!self.links.values().any(is_rival), "{}: two attempts may send it", link.id);
        let (now, weather) = (self.now.monotonic, self.weather[link.provider]);
        let Some(link) = self.links.get_mut(&attempt) else { return };
        let gate = link.asks.unwrap_or_else(|| panic!("leave for nothing"));
        if gate == Gate::FinalDot {
            let who = link.recipients_of_the_dot();
            let all = recipients(&link.transaction);
            let who = all.iter().cloned().enumerate().filter(|(_, to)| who.contains(to)).collect();
            self.oracle.dot_granted(attempt, (link.id, link.provider), who, all);
            if self.rates.goes(now, link.provider, link.transaction.recipients.len()) {
                self.marks.hit("a quota used up");
            }
        }
        let went = link.grant(now, weather);
        self.went(attempt, went);
    }

    /// When the next thing happens at a provider.
    pub(super) fn next_due(&self) -> Option<Monotonic> {
        let links = self.links.values().filter(|link| !link.waits()).map(|link| link.due);
        let others = self.drills.iter().map(|(due, ..)| *due).chain(self.mailbox.next_due());
        links.chain(others).min()
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
        self.end_drills(dice);
        for (id, provider, message_id, says) in self.mailbox.goes_on(now) {
            self.note(id, provider, &message_id, &says);
        }
    }

    pub(super) fn begin_drill(&mut self, provider: usize, with_login: bool) {
        self.drills.push((self.now.monotonic.plus(DRILL), self.listed[provider], with_login));
    }

    fn end_drills(&mut self, dice: &mut Dice) {
        let now = self.now.monotonic;
        while let Some(at) = self.drills.iter().position(|(due, ..)| *due <= now) {
            let (_, provider, with_login) = self.drills.remove(at);
            let (sighting, truth) = drill(self.weather[provider], with_login, dice);
            if truth.iter().any(|says| says.has_refused_login) {
                self.rates.login_refused(now, provider);
            }
            self.marks.hit(if sighting.failure.is_none() { "a drill" } else { "a drill that failed" });
            // Who is not configured any more is nobody's business.
            let listed = self.listed.iter().position(|place| *place == provider);
            self.reports.extend(listed.map(|provider| Report::Drilled { provider, sighting }));
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
        let (now, weather) = (self.now.monotonic, self.weather[provider]);
        let went = match link.local {
            Some(Local::Maildir) => self.mailbox.step(link, now, (weather, dice), &mut truth),
            _ => link.step(now, (weather, dice), &mut truth),
        };
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
                match link.local {
                    Some(Local::Program) => self.marks.hit("a program asked"),
                    Some(Local::Maildir) => self.marks.hit("a folder for mail asked"),
                    None => {}
                }
                if self.rates.ended(self.now.monotonic, link.provider, &outcome) {
                    self.oracle.asked(link.id).is_tried(link.id, self.now.monotonic);
                }
                if link.is_idle() {
                    link.is_kept_since(self.now.monotonic);
                    self.kept[link.provider].push(link);
                }
                self.reports.push_back(Report::Ended { attempt, outcome });
            }
        }
    }

    pub(super) fn note(&mut self, id: AlertId, provider: usize, message_id: &str, says: &Says) {
        for to in &says.refused {
            self.oracle.refused(id, to, provider);
        }
        if self.tells && !says.mailed.is_empty() {
            eprintln!("      p{provider} has {id} for {:?}", says.mailed);
        }
        self.rates.expect_few_recipients(provider, says.mailed.len());
        for to in &says.mailed {
            self.oracle.mailed(id, to, message_id);
        }
        if says.has_refused_login {
            self.rates.login_refused(self.now.monotonic, provider);
        }
    }

    /// The agent is gone. What had leave for its dot arrives, or does not.
    pub(super) fn agent_is_gone(&mut self, lost_power: bool, dice: &mut Dice) {
        self.drills.clear();
        self.withdrawn.clear();
        if lost_power {
            self.rates.forget_what_went();
        }
        self.kept.iter_mut().for_each(Vec::clear);
        self.mailbox.is_left();
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

/// The alert of a Message-ID of ours.
pub(super) fn alert_of(message_id: &str) -> AlertId {
    AlertId::parse(&message_id[1..27]).expect("the alert's id")
}

pub(super) fn recipients(transaction: &Transaction) -> Vec<String> {
    transaction.recipients.iter().map(|path| path.as_str().to_owned()).collect()
}

pub(super) fn message_id(transaction: &Transaction) -> String {
    let content = String::from_utf8_lossy(&transaction.content);
    let line = content.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.expect("every mail has one").to_owned()
}
