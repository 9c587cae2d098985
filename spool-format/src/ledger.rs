//! What a whole journal tells: each alert's history, and how the last agent ended. Pure: it is given the entries.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Entry, Event};
use crate::history::{Detail, History};
use crate::id::AlertId;
use crate::notice::{Notice, NoticeKind};
use crate::outage::Outage;
use crate::state::State;
use crate::wall::Wall;

/// What a whole journal tells: each alert's history, and how the last agent ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// One for each alert that the journal names; in [`Detail::Brief`] without those that were sent.
    /// Boxed, since a map keeps room for eleven values wherever it has six.
    pub alerts: BTreeMap<AlertId, Box<History>>,
    /// Alerts that were sent.
    pub sent: BTreeSet<AlertId>,
    /// Providers that are left out, by name.
    pub providers: BTreeMap<String, Outage>,
    /// What people know of the agent's own condition, by kind and subject.
    pub notices: BTreeMap<(NoticeKind, String), Notice>,
    /// Boot id of the last start.
    pub boot: Option<String>,
    /// Whether the last start was followed by a stop in good order.
    pub stopped_cleanly: bool,
    detail: Detail,
}

impl Ledger {
    /// An empty one that keeps so much.
    pub fn new(detail: Detail) -> Self {
        Self { detail, ..Self::default() }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Started { boot, .. } => {
                self.boot = Some(boot.clone());
                self.stopped_cleanly = false;
            }
            Event::Stopped => self.stopped_cleanly = true,
            Event::Provider { provider, outage: Some(outage) } => {
                self.providers.insert(provider.clone(), outage.clone());
            }
            Event::Provider { provider, outage: None } => {
                self.providers.remove(provider);
            }
            Event::Notice(notice) => {
                let key = (notice.kind, notice.subject.clone());
                self.notices.insert(key, Notice::clone(notice));
            }
            Event::Corrupt { name, .. } => self.happens(NoticeKind::Corrupt, entry.at, name),
            event => {
                if let Some(id) = event.alert() {
                    self.take_alert(id, entry);
                }
            }
        }
    }

    fn take_alert(&mut self, id: AlertId, entry: &Entry) {
        if self.detail == Detail::Brief && self.sent.contains(&id) {
            return;
        }
        let history = self.alerts.entry(id).or_insert_with(|| Box::new(History::new(entry.at)));
        let was_dead = history.state == State::Dead;
        history.take(entry, self.detail);
        let (state, is_notice) = (history.state, history.is_notice);
        if let Event::Dead { reason, .. } = &entry.event
            && state == State::Dead
            && !was_dead
            && !is_notice
        {
            self.happens(NoticeKind::DeadLetter, entry.at, reason);
        }
        if state == State::Sent {
            self.sent.insert(id);
            if self.detail == Detail::Brief {
                self.alerts.remove(&id);
            }
        }
    }

    /// One more of what is counted has happened, of which people are to be told.
    pub fn happens(&mut self, kind: NoticeKind, at: Wall, reason: &str) {
        let notice = self.notices.entry((kind, String::new()));
        notice.or_insert_with(|| Notice::new(kind, String::new(), at)).happens_at(at, reason);
    }

    /// The lines with which a day's file begins: every alert that is not sent, those that are sent and of which a file is
    /// `still_there`, every provider that is left out, and what people know of the agent. After them stands the mark that they are complete.
    pub fn checkpoint(&self, still_there: impl Fn(AlertId) -> bool) -> Vec<Event> {
        let alive = |(id, history): (&AlertId, &History)| {
            let stays = history.state != State::Sent && (history.state != State::Dead || still_there(*id));
            stays.then(|| Event::Alive(Box::new(history.snapshot(*id))))
        };
        let mut events: Vec<Event> =
            self.alerts.iter().map(|(id, history)| (id, history.as_ref())).filter_map(alive).collect();
        let came_back = self.sent.iter().filter(|id| still_there(**id));
        events.extend(came_back.map(|id| {
            let mut history = History::new(Wall::from_unix_ms(0));
            history.state = State::Sent;
            Event::Alive(Box::new(history.snapshot(*id)))
        }));
        let alive = events.len();
        events.extend(self.providers.iter().map(|(provider, outage)| Event::Provider {
            provider: provider.clone(),
            outage: Some(outage.clone()),
        }));
        events.extend(self.notices.values().map(|notice| Event::Notice(Box::new(notice.clone()))));
        events.push(Event::Checkpoint { alive });
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{RecipientResult, Settlement};
    use crate::{Address, Severity};

    fn id() -> AlertId {
        AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
    }

    fn to() -> Address {
        Address::parse("oncall@example.jp").expect("an address")
    }

    fn ledger(events: Vec<Event>) -> Ledger {
        let mut ledger = Ledger::default();
        for (at, event) in (1..).zip(events) {
            ledger.take(&Entry { at: Wall::from_unix_ms(at), event });
        }
        ledger
    }

    fn accepted() -> Event {
        Event::Accepted {
            id: id(),
            uid: 7,
            octets: 0,
            recipients: vec![to()],
            unusable: vec![],
            created: None,
            ttl: None,
            message_id: None,
            notice: false,
            severity: Severity::Critical,
            key: None,
            subject: "s".into(),
        }
    }

    fn begun(attempt: u32, provider: &str, beside: Option<u32>) -> Event {
        Event::Attempt { id: id(), attempt, provider: provider.into(), recipients: vec![to()], beside }
    }

    fn attempt() -> Event {
        begun(1, "home", None)
    }

    fn dot() -> Event {
        Event::DotSent {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            notes: vec![],
            text: None,
            files: vec![],
        }
    }

    #[test]
    fn nothing_brings_a_sent_alert_back() {
        let sent = Event::Sent { id: id(), delivered: vec![to()], refused: vec![] };
        let ledger = ledger(vec![accepted(), attempt(), dot(), sent, accepted(), attempt()]);
        let history = &ledger.alerts[&id()];
        assert_eq!((history.state, history.misfits), (State::Sent, 2));
        assert_eq!(history.settlement_of(&to()), Some(Settlement::Delivered));
    }

    #[test]
    fn an_attempt_that_ends_behind_the_dot_is_uncertain_until_its_outcome() {
        let mut events = vec![accepted(), attempt(), dot()];
        assert!(!ledger(events.clone()).alerts[&id()].uncertain_at().is_empty());
        events.push(Event::Outcome {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            took_ms: 3,
            recipients: vec![],
        });
        assert!(ledger(events).alerts[&id()].uncertain_at().is_empty());
    }

    #[test]
    fn accepting_again_after_a_lost_restart_forgets_no_settlement() {
        let outcome = RecipientResult {
            to: to(),
            result: Settlement::Delivered,
            phase: "dot".into(),
            code: Some(250),
            enhanced: None,
            text: "ok".into(),
            scope: None,
            duration: None,
            rule: None,
        };
        let ended = Event::Outcome {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            took_ms: 3,
            recipients: vec![outcome],
        };
        assert_eq!(
            ledger(vec![accepted(), attempt(), dot(), ended, accepted()]).alerts[&id()].settlement_of(&to()),
            Some(Settlement::Delivered)
        );
    }

    #[test]
    fn the_first_message_id_stays() {
        let named = |name: Option<&str>| {
            let mut event = accepted();
            if let Event::Accepted { message_id, .. } = &mut event {
                *message_id = name.map(str::to_owned);
            }
            event
        };
        let ledger = ledger(vec![named(None), named(Some("<1@a>")), named(Some("<1@b>"))]);
        assert_eq!(ledger.alerts[&id()].message_id.as_deref(), Some("<1@a>"));
    }

    /// Everything that can be known of an alert, and the entries that tell it.
    fn a_life() -> Vec<Event> {
        let other = Address::parse("other@example.jp").expect("an address");
        let result = |to: Address, result, scope: &str, duration: &str| RecipientResult {
            to,
            result,
            phase: "rcpt".into(),
            code: Some(550),
            enhanced: None,
            text: "no".into(),
            scope: Some(scope.into()),
            duration: Some(duration.into()),
            rule: None,
        };
        vec![
            Event::Accepted {
                id: id(),
                uid: 7,
                octets: 99,
                recipients: vec![to(), other.clone()],
                unusable: vec!["nobody".into()],
                severity: Severity::Critical,
                key: Some("disk".into()),
                subject: "s".into(),
                created: Some(Wall::from_unix_ms(5)),
                ttl: Some(60),
                message_id: Some("<1@a>".into()),
                notice: true,
            },
            attempt(),
            Event::Outcome {
                id: id(),
                attempt: 1,
                provider: "home".into(),
                took_ms: 3,
                recipients: vec![
                    result(to(), Settlement::Open, "recipient", "hard"),
                    result(other, Settlement::Uncertain, "provider", "soft"),
                ],
            },
            Event::Deferred { id: id(), passes: 1, until: Wall::from_unix_ms(9_000) },
            begun(2, "docomo", None),
            begun(3, "gmail", Some(2)),
            Event::DotSent {
                id: id(),
                attempt: 2,
                provider: "docomo".into(),
                notes: vec![],
                text: None,
                files: vec![],
            },
        ]
    }

    /// What the agent goes by, without when and how it came about.
    fn sums(history: &History) -> History {
        History { attempts: Vec::new(), last: Wall::from_unix_ms(0), misfits: 0, ..history.clone() }
    }

    #[test]
    fn a_checkpoint_tells_of_what_is_alive_as_much_as_all_entries_before_it() {
        for end in 1..=a_life().len() {
            let before = ledger(a_life()[..end].to_vec());
            let after = ledger(before.checkpoint(|_| true));
            assert_eq!(sums(&after.alerts[&id()]), sums(&before.alerts[&id()]), "after {end} entries");
        }
    }

    #[test]
    fn a_checkpoint_tells_nothing_new_to_who_has_read_the_entries_before_it() {
        let before = ledger(a_life());
        let mut after = before.clone();
        for event in before.checkpoint(|_| true) {
            after.take(&Entry { at: Wall::from_unix_ms(99), event });
        }
        assert_eq!(sums(&after.alerts[&id()]), sums(&before.alerts[&id()]));
        assert_eq!(after.alerts[&id()].attempts.len(), 3);
    }

    #[test]
    fn of_two_attempts_beside_each_other_both_are_under_way_and_a_later_one_ends_the_thought_of_them() {
        let numbers = |events: Vec<Event>| {
            let ledger = ledger([vec![accepted()], events].concat());
            ledger.alerts[&id()].under_way.iter().map(|attempt| attempt.number).collect::<Vec<_>>()
        };
        let hedged = || vec![begun(1, "home", None), begun(2, "docomo", Some(1))];
        assert_eq!(numbers(hedged()), [1, 2]);
        let ended =
            Event::Outcome { id: id(), attempt: 1, provider: "home".into(), took_ms: 3, recipients: vec![] };
        assert_eq!(numbers([hedged(), vec![ended]].concat()), [2]);
        assert_eq!(numbers([hedged(), vec![begun(3, "home", None)]].concat()), [3], "after a crash");
    }

    #[test]
    fn a_provider_that_is_left_out_is_remembered_over_a_checkpoint_until_it_is_used_again() {
        let outage = Outage {
            since: Wall::from_unix_ms(1),
            until: Wall::from_unix_ms(2),
            openings: 3,
            cause: crate::Cause::Silent,
            reason: "no answer".into(),
        };
        let open =
            |provider: &str| Event::Provider { provider: provider.into(), outage: Some(outage.clone()) };
        let closed = Event::Provider { provider: "docomo".into(), outage: None };
        let before = ledger(vec![open("home"), open("docomo"), closed]);
        assert_eq!(before.providers.keys().collect::<Vec<_>>(), ["home"]);
        let lines = before.checkpoint(|_| true);
        assert_eq!(lines, [open("home"), Event::Checkpoint { alive: 0 }]);
        assert_eq!(ledger(lines).providers, before.providers);
    }

    #[test]
    fn dead_letters_of_which_nobody_was_told_are_remembered_and_counted_once() {
        let dead = || Event::Dead { id: id(), reason: "r".into() };
        let counted = |events: Vec<Event>| {
            let ledger = ledger(events);
            let again = Ledger { notices: ledger.notices.clone(), ..Ledger::default() };
            let mut after = Ledger::default();
            for event in again.checkpoint(|_| false) {
                after.take(&Entry { at: Wall::from_unix_ms(99), event });
            }
            assert_eq!(after.notices, ledger.notices, "over a checkpoint");
            ledger.notices.values().map(|notice| (notice.kind, notice.untold)).collect::<Vec<_>>()
        };
        // A line that was repeated after a failed sync tells nothing new.
        assert_eq!(counted(vec![accepted(), dead(), dead()]), [(NoticeKind::DeadLetter, 1)]);
        let told = Event::Notice(Box::new(Notice {
            count: 1,
            ..Notice::new(NoticeKind::DeadLetter, String::new(), Wall::from_unix_ms(2))
        }));
        assert_eq!(counted(vec![accepted(), dead(), told]), [(NoticeKind::DeadLetter, 0)]);
        let mut own = accepted();
        if let Event::Accepted { notice, .. } = &mut own {
            *notice = true;
        }
        assert_eq!(counted(vec![own, dead()]), [], "a notice that dies counts for nothing");
    }

    #[test]
    fn a_sent_alert_is_remembered_over_a_checkpoint_as_long_as_its_file_is_there() {
        let sent = Event::Sent { id: id(), delivered: vec![to()], refused: vec![] };
        for detail in [Detail::Full, Detail::Brief] {
            let mut before = Ledger::new(detail);
            for event in [accepted(), sent.clone()] {
                before.take(&Entry { at: Wall::from_unix_ms(1), event });
            }
            assert!(ledger(before.checkpoint(|_| true)).sent.contains(&id()));
            assert_eq!(before.checkpoint(|_| false), [Event::Checkpoint { alive: 0 }]);
        }
    }

    #[test]
    fn a_clean_stop_is_told_from_a_crash() {
        let started = || Event::Started { boot: "b1".into(), program: "0.1.0".into() };
        assert!(ledger(vec![started(), Event::Stopped]).stopped_cleanly);
        assert!(!ledger(vec![started(), Event::Stopped, started()]).stopped_cleanly);
    }
}
