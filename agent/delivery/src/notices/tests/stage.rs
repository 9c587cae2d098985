//! An agent's notices, on clocks that stand still until they are moved.

use std::time::Duration;

use spool_format::{
    Address, AlertId, Cause, Event as Fact, Folder, Notice, Outage, RecipientResult, Settlement, Severity,
    Wall,
};

use crate::arrival::{Arrival, Past};
use crate::notices::{Notices, Settings, Telling};
use crate::time::{Monotonic, Now};

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 3600;

pub(super) fn settings() -> Settings {
    Settings {
        providers: vec!["home".into(), "docomo".into(), "gmail".into()],
        retired: Vec::new(),
        drilled: vec!["home".into(), "docomo".into()],
        certificate_ends: Duration::from_hours(14 * 24),
        every: Duration::from_hours(1),
        gather: Duration::from_secs(10),
        stuck_after: Duration::from_mins(15),
    }
}

/// An agent's notices, on clocks that stand still until they are moved.
pub(super) struct Stage {
    pub(super) notices: Notices,
    pub(super) now: Now,
    pub(super) settings: Settings,
    pub(super) told: Vec<Telling>,
    pub(super) born: u32,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::of(settings())
    }

    pub(super) fn of(settings: Settings) -> Self {
        let now = Now { wall: Wall::from_unix_ms(1_795_000_000_000), monotonic: Monotonic::from_ms(5_000) };
        let notices = Notices::begin(now, settings.clone(), []);
        Self { notices, now, settings, told: Vec::new(), born: 0 }
    }

    /// The agent is killed and starts again with what the journal has.
    pub(super) fn restarts(&mut self) {
        let mut known: Vec<Notice> = Vec::new();
        for Telling { notice, .. } in &self.told {
            known.retain(|other| (other.kind, &other.subject) != (notice.kind, &notice.subject));
            known.push(notice.clone());
        }
        self.now.monotonic = Monotonic::from_ms(3);
        self.notices = Notices::begin(self.now, self.settings.clone(), known);
    }

    /// Time passes; whenever there is something to look at, it is looked at.
    pub(super) fn pass(&mut self, seconds: u64) {
        let end = self.now.monotonic.plus(Duration::from_secs(seconds));
        loop {
            let told = self.notices.look(self.now);
            self.told.extend(told);
            let next = self.notices.next_wake().map(|wake| wake.max(self.now.monotonic));
            assert!(next.is_none_or(|next| next > self.now.monotonic), "it would be looked at over and over");
            let until = next.map_or(end, |next| next.min(end));
            let step = until.since(self.now.monotonic);
            if step.is_zero() {
                return;
            }
            self.now = Now { wall: self.now.wall.plus(step), monotonic: until };
        }
    }

    pub(super) fn id(&mut self) -> AlertId {
        self.born += 1;
        let mut entropy = [0; 10];
        entropy[..4].copy_from_slice(&self.born.to_be_bytes());
        AlertId::new(self.now.wall, entropy)
    }

    fn arrives_so(&mut self, severity: Severity, is_notice: bool, canary: Option<String>) -> AlertId {
        let id = self.id();
        let arrival = Arrival {
            key: None,
            id,
            folder: Folder::Incoming,
            severity,
            recipients: Vec::new(),
            born: id.born(),
            ttl: None,
            octets: 1,
            is_notice,
            canary,
            past: Past::default(),
        };
        self.notices.arrives(self.now, &arrival);
        id
    }

    pub(super) fn arrives_as(&mut self, severity: Severity, is_notice: bool) -> AlertId {
        self.arrives_so(severity, is_notice, None)
    }

    pub(super) fn arrives_as_canary(&mut self, provider: &str) -> AlertId {
        self.arrives_so(Severity::Info, false, Some(provider.to_owned()))
    }

    pub(super) fn arrives(&mut self, severity: Severity) -> AlertId {
        self.arrives_as(severity, false)
    }

    /// In the order of the file.
    pub(super) fn outcome(&mut self, id: AlertId, provider: &str, result: RecipientResult) {
        let before = self.settings.providers.iter().take_while(|name| *name != provider);
        let preferred: Vec<String> = before.cloned().collect();
        self.outcome_behind(id, provider, preferred, result);
    }

    fn outcome_behind(
        &mut self,
        id: AlertId,
        provider: &str,
        preferred: Vec<String>,
        result: RecipientResult,
    ) {
        let (provider, recipients) = (provider.to_owned(), vec![result]);
        let fact = Fact::Outcome { id, attempt: 1, provider, took_ms: 1, preferred, recipients };
        self.notices.take(self.now, &fact);
    }

    /// A fresh alert that goes out there, and for which these would have come before.
    pub(super) fn send_behind(&mut self, provider: &str, preferred: &[&str]) {
        let id = self.arrives(Severity::Warning);
        let preferred = preferred.iter().map(|&name| name.to_owned()).collect();
        self.outcome_behind(id, provider, preferred, result("dot", Some(250), ""));
        self.notices.take(self.now, &Fact::Sent { id, delivered: vec![], refused: vec![] });
    }

    pub(super) fn fails(&mut self, id: AlertId, provider: &str) {
        self.outcome(id, provider, result("connect", None, "provider"));
    }

    pub(super) fn sent(&mut self, id: AlertId, provider: &str) {
        self.outcome(id, provider, result("dot", Some(250), ""));
        self.notices.take(self.now, &Fact::Sent { id, delivered: vec![], refused: vec![] });
    }

    pub(super) fn dies(&mut self, id: AlertId) {
        self.notices.take(self.now, &Fact::Dead { id, reason: "refused".into(), by: None });
    }

    /// Left out, or used again.
    pub(super) fn provider(&mut self, provider: &str, is_left_out: bool) {
        let outage = Outage {
            since: self.now.wall,
            until: self.now.wall,
            openings: 1,
            cause: Cause::Silent,
            reason: "no answer".into(),
        };
        let outage = is_left_out.then_some(outage);
        self.notices.take(self.now, &Fact::Provider { provider: provider.to_owned(), outage });
    }

    /// A fresh alert that goes out there.
    pub(super) fn send_through(&mut self, provider: &str) {
        let id = self.arrives(Severity::Warning);
        self.sent(id, provider);
    }

    /// What people were told so far, in short: `begins provider-failing home 3`.
    pub(super) fn story(&self) -> Vec<String> {
        let line = |telling: &Telling| {
            let Notice { kind, subject, count, .. } = &telling.notice;
            let word = format!("{:?}", telling.word).to_lowercase();
            format!("{word} {} {subject} {count}", kind.as_str()).replace("  ", " ")
        };
        self.told.iter().map(line).collect()
    }
}

pub(super) fn result(phase: &str, code: Option<u16>, scope: &str) -> RecipientResult {
    RecipientResult {
        to: Address::parse("a@example.jp").expect("an address"),
        result: if scope.is_empty() { Settlement::Delivered } else { Settlement::Open },
        phase: phase.to_owned(),
        code,
        enhanced: None,
        text: "connection refused".to_owned(),
        scope: (!scope.is_empty()).then(|| scope.to_owned()),
        duration: Some("soft".to_owned()),
        rule: Some("unreachable".to_owned()),
    }
}
