//! What a whole journal tells: each alert's history, and how the last agent ended. Pure: it is given the entries.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::canary::Canary;
use crate::drill::Drill;
use crate::entry::Entry;
use crate::event::{Event, Settlement};
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
    /// What the last drill of each provider has found, by name.
    pub drills: BTreeMap<String, Drill>,
    /// What became of the last canary mail of each provider, by name.
    pub canaries: BTreeMap<String, Canary>,
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
    pub fn take(&mut self, entry: Entry) {
        let Entry { at, event } = entry;
        match event {
            Event::Started { boot, .. } => {
                self.boot = Some(boot);
                self.stopped_cleanly = false;
            }
            Event::Stopped => self.stopped_cleanly = true,
            Event::Provider { provider, outage: Some(outage) } => {
                self.providers.insert(provider, outage);
            }
            Event::Provider { provider, outage: None } => {
                self.providers.remove(&provider);
            }
            Event::Drill(mut drill) => {
                let known = self.drills.get(&drill.provider).and_then(|known| known.delivered);
                drill.delivered = drill.delivered.max(known);
                self.drills.insert(drill.provider.clone(), *drill);
            }
            Event::Canary(mut canary) => {
                let known = self.canaries.get(&canary.provider).and_then(|known| known.delivered);
                canary.delivered = canary.delivered.max(known);
                self.canaries.insert(canary.provider.clone(), *canary);
            }
            Event::Notice(notice) => {
                self.notices.insert((notice.kind, notice.subject.clone()), *notice);
            }
            Event::Corrupt { name, .. } => self.happens(NoticeKind::Corrupt, at, &name),
            event => {
                if let Event::Outcome { provider, recipients, .. } = &event
                    && recipients.iter().any(|it| it.result == Settlement::Delivered)
                {
                    let drill = self.drills.get_mut(provider).map(|it| &mut it.delivered);
                    let canary = self.canaries.get_mut(provider).map(|it| &mut it.delivered);
                    drill.into_iter().chain(canary).for_each(|it| *it = (*it).max(Some(at)));
                }
                if let Some(id) = event.alert() {
                    self.take_alert(id, Entry { at, event });
                }
            }
        }
    }

    fn take_alert(&mut self, id: AlertId, entry: Entry) {
        if self.detail == Detail::Brief && self.sent.contains(&id) {
            return;
        }
        let at = entry.at;
        let history = self.alerts.entry(id).or_insert_with(|| Box::new(History::new(at)));
        let was_dead = history.state == State::Dead;
        let by_itself = matches!(entry.event, Event::Dead { by: None, .. });
        history.take(entry, self.detail);
        let (state, is_own) = (history.state, history.is_notice || history.canary.is_some());
        if by_itself && state == State::Dead && !was_dead && !is_own {
            let reason = history.dead_reason.clone().unwrap_or_default();
            self.happens(NoticeKind::DeadLetter, at, &reason);
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
    /// `still_there`, every provider that is left out or of which a drill or a canary is known, and what people know of the agent. After
    /// them stands the mark that they are complete.
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
        events.extend(self.drills.values().map(|drill| Event::Drill(Box::new(drill.clone()))));
        events.extend(self.canaries.values().map(|canary| Event::Canary(Box::new(canary.clone()))));
        events.extend(self.notices.values().map(|notice| Event::Notice(Box::new(notice.clone()))));
        events.push(Event::Checkpoint { alive });
        events
    }
}
