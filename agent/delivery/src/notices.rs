//! What people are told of the agent's own condition, and when: seldom, and about everything that matters.
//!
//! [`Notices`] hears what the dispatcher hears and what the journal gets. It tells when a condition begins or ends, and
//! how often something has happened: each at most once in [`Settings::every`], and only what has lasted for
//! [`Settings::gather`], so that a storm is one notice with a number and a provider that flaps is two an hour. What it tells
//! becomes an alert of its own, and about those it keeps silent, whatever becomes of them.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `item` | one condition, or one thing that is counted: what is so, what people know, when they may be told |
//! | `drilled` | what drills have found |
//! | `standing` | which providers fail while others take their alerts |
//! | `waiting` | critical alerts, and since when they wait for too long |

mod drilled;
mod item;
mod standing;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use spool_format::{AlertId, Event as Fact, Notice, NoticeKind, Severity};

use crate::arrival::Arrival;
use crate::time::{Monotonic, Now};
use drilled::Found;
use item::Item;
use standing::Standing;
use waiting::Waiting;

/// For so long after its start the agent does not say that nothing is stuck any more: it has not met all alerts.
const SETTLES: Duration = Duration::from_mins(1);

/// What it is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Names of the providers, in order of preference.
    pub providers: Vec<String>,
    /// Those that have ended their service, each with the day on which it did.
    pub retired: Vec<(String, String)>,
    /// Names of those that are drilled.
    pub drilled: Vec<String>,
    /// So long before its end a certificate is told of.
    pub certificate_ends: Duration,
    /// Between two notices that the same thing begins, or is over.
    pub every: Duration,
    /// For so long something lasts before people are told, and so long is counted what happens.
    pub gather: Duration,
    /// After this time a critical alert that nobody has is stuck.
    pub stuck_after: Duration,
}

/// What has come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It begins.
    Begins,
    /// It is over.
    Over,
    /// It has happened, so often.
    Happened,
    /// Nobody needs to hear of it any more. For the journal alone.
    Forgotten,
}

/// What people are to be told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// What has come of it.
    pub word: Word,
    /// What it is about, as the journal has it.
    pub notice: Notice,
}

/// Decides what people are told.
#[derive(Debug)]
pub struct Notices {
    settings: Settings,
    items: BTreeMap<(NoticeKind, String), Item>,
    /// How each provider stands, in order.
    standings: Vec<Standing>,
    /// Alerts in hand that are the agent's own: notices and canaries.
    own: BTreeSet<AlertId>,
    /// All other alerts in hand.
    in_hand: u64,
    /// What is wrong with providers by their drills and canaries.
    found: BTreeMap<String, Found>,
    waiting: Waiting,
    /// When enough alerts were met to say that none is stuck any more.
    settles_at: Monotonic,
    /// Restored, and of no interest any more.
    forgotten: Vec<Notice>,
}

impl Notices {
    /// Goes on from what people were told by earlier runs.
    pub fn begin(now: Now, settings: Settings, told: impl IntoIterator<Item = Notice>) -> Self {
        let standings = settings.providers.iter().map(|_| Standing::default()).collect();
        let mut notices = Self {
            settings,
            items: BTreeMap::new(),
            standings,
            own: BTreeSet::new(),
            in_hand: 0,
            found: BTreeMap::new(),
            waiting: Waiting::default(),
            settles_at: now.monotonic,
            forgotten: Vec::new(),
        };
        for notice in told {
            notices.restore(now, notice);
        }
        for (provider, day) in notices.settings.retired.clone() {
            notices.condition(now, NoticeKind::Retired, &provider, Some(&format!("its last day was {day}")));
        }
        notices
    }

    fn restore(&mut self, now: Now, notice: Notice) {
        let place = self.place(&notice.subject);
        let is_known = match notice.kind {
            NoticeKind::Other => return,
            NoticeKind::ProviderFailing => place.is_some(),
            kind if kind.is_of_drills() => place.is_some() && self.settings.drilled.contains(&notice.subject),
            NoticeKind::Retired => self.settings.retired.iter().any(|(name, _)| *name == notice.subject),
            _ => true,
        };
        if !is_known {
            if notice.open {
                self.forgotten.push(Notice { open: false, alert: None, ..notice });
            }
            return;
        }
        if let (NoticeKind::ProviderFailing, Some(place), true) = (notice.kind, place, notice.open) {
            self.standings[place].fails(&notice.reason);
        }
        if notice.kind == NoticeKind::Stuck && notice.open {
            self.settles_at = now.monotonic.plus(SETTLES);
        }
        let key = (notice.kind, notice.subject.clone());
        self.items.insert(key, Item::restored(now, notice, self.settings.every));
    }

    /// People were told of this, and the journal does not know.
    pub fn was_told(&mut self, now: Now, notice: Notice) {
        self.restore(now, notice);
    }

    /// An alert is in hand.
    pub fn arrives(&mut self, now: Now, arrival: &Arrival) {
        if arrival.is_notice || arrival.canary.is_some() {
            self.own.insert(arrival.id);
            return;
        }
        self.in_hand += 1;
        if arrival.severity == Severity::Critical {
            let age = now.wall.since(arrival.id.born());
            let left = self.settings.stuck_after.saturating_sub(age);
            // After a start it may go out at once, however old it is; unless it was stuck before.
            let least = if self.lasts(NoticeKind::Stuck, "") {
                Duration::ZERO
            } else {
                SETTLES.min(self.settings.stuck_after)
            };
            self.waiting.add(arrival.id, now.monotonic.plus(left.max(least)));
        }
        self.judge_all_providers(now);
    }

    /// The journal gets this line.
    pub fn take(&mut self, now: Now, fact: &Fact) {
        match fact {
            Fact::Provider { provider, outage } => {
                let Some(place) = self.place(provider) else { return };
                match outage {
                    Some(outage) => self.standings[place].is_left_out(&outage.reason),
                    None => self.works(now, place),
                }
                self.judge_all_providers(now);
            }
            Fact::Outcome { id, provider, preferred, recipients, .. } => {
                let Some(place) = self.place(provider) else { return };
                let is_own = self.own.contains(id);
                if standing::has_it(recipients) {
                    self.works(now, place);
                    self.is_found(now, provider, |found| *found = Found::default());
                    if !is_own {
                        self.went_through(now, place, preferred);
                    }
                } else if let Some(why) = standing::trouble(recipients)
                    && !is_own
                {
                    self.standings[place].fails(&why);
                }
            }
            Fact::Drill(drill) => self.was_drilled(now, drill),
            Fact::Canary(canary) => self.was_sent_a_canary(now, canary),
            Fact::Sent { id, .. } => {
                self.leaves(*id);
            }
            Fact::Dead { id, reason, by: None } => {
                let is_own = self.leaves(*id);
                if !is_own {
                    self.happens(now, NoticeKind::DeadLetter, reason);
                }
            }
            _ => {}
        }
    }

    /// A condition lasts, for this reason, or does not.
    pub fn condition(&mut self, now: Now, kind: NoticeKind, subject: &str, reason: Option<&str>) {
        match reason {
            Some(reason) => self.item(now, kind, subject).begins(now, now.wall, reason),
            None => {
                if let Some(item) = self.items.get_mut(&(kind, subject.to_owned())) {
                    item.ends(now);
                }
            }
        }
    }

    /// One more of what is counted.
    pub fn happens(&mut self, now: Now, kind: NoticeKind, reason: &str) {
        self.item(now, kind, "").happens(now, reason);
    }

    /// What people are to be told now.
    pub fn look(&mut self, now: Now) -> Vec<Telling> {
        self.look_at_the_waiting(now);
        let forgotten = std::mem::take(&mut self.forgotten);
        let forgotten = forgotten.into_iter().map(|notice| Telling { word: Word::Forgotten, notice });
        let (gather, every) = (self.settings.gather, self.settings.every);
        let due =
            self.items.values_mut().filter(|item| item.due(gather).is_some_and(|due| due <= now.monotonic));
        forgotten.chain(due.map(|item| item.tell(now, every))).collect()
    }

    /// When to look next; `None` if nothing waits for a time.
    pub fn next_wake(&self) -> Option<Monotonic> {
        let settles = self.lasts(NoticeKind::Stuck, "") && self.waiting.overdue().is_empty();
        let due = self.items.values().filter_map(|item| item.due(self.settings.gather));
        let forgotten = (!self.forgotten.is_empty()).then(Monotonic::default);
        due.chain(self.waiting.next()).chain(settles.then_some(self.settles_at)).chain(forgotten).min()
    }

    /// The conditions that last, whether or not people know of them.
    pub fn lasting(&self) -> impl Iterator<Item = &Notice> {
        self.items.values().filter(|item| item.lasts()).map(Item::notice)
    }

    /// Whether alerts get out of the spool, as far as it knows.
    pub fn is_well(&self) -> bool {
        ![NoticeKind::Stuck, NoticeKind::NoProvider, NoticeKind::Journal]
            .iter()
            .any(|kind| self.lasts(*kind, ""))
    }

    fn place(&self, provider: &str) -> Option<usize> {
        self.settings.providers.iter().position(|name| name == provider)
    }

    fn lasts(&self, kind: NoticeKind, subject: &str) -> bool {
        self.items.get(&(kind, subject.to_owned())).is_some_and(Item::lasts)
    }

    fn item(&mut self, now: Now, kind: NoticeKind, subject: &str) -> &mut Item {
        let key = (kind, subject.to_owned());
        self.items.entry(key).or_insert_with(|| Item::new(now, kind, subject))
    }

    /// It is sent or dead. Says whether it was a notice.
    fn leaves(&mut self, id: AlertId) -> bool {
        if self.own.remove(&id) {
            return true;
        }
        self.in_hand = self.in_hand.saturating_sub(1);
        self.waiting.remove(id);
        false
    }

    fn works(&mut self, now: Now, place: usize) {
        self.standings[place].works();
        let provider = self.settings.providers[place].clone();
        self.condition(now, NoticeKind::ProviderFailing, &provider, None);
        self.is_found(now, &provider, |found| found.drill = None);
        self.judge_all_providers(now);
    }

    /// An alert went out there: whoever comes before it in the alert's own order and fails is told of.
    fn went_through(&mut self, now: Now, place: usize, preferred: &[String]) {
        let through = self.settings.providers[place].clone();
        for before in preferred.iter().filter_map(|name| self.place(name)).collect::<Vec<_>>() {
            let Some(why) = self.standings[before].why() else { continue };
            let reason = format!("{why}; alerts go out through `{through}`");
            let provider = self.settings.providers[before].clone();
            if self.is_told_of_by_a_drill(&provider) {
                continue;
            }
            let item = self.item(now, NoticeKind::ProviderFailing, &provider);
            item.begins(now, now.wall, &reason);
            item.counts_one_more();
        }
    }

    /// An outage of all of them that only notices have found is nobody's business.
    fn judge_all_providers(&mut self, now: Now) {
        let all_are_left_out = self.standings.iter().all(Standing::is_out);
        if !all_are_left_out {
            return self.condition(now, NoticeKind::NoProvider, "", None);
        }
        if self.in_hand > 0 {
            let (names, standings) = (&self.settings.providers, &self.standings);
            let each = names
                .iter()
                .zip(standings)
                .map(|(name, it)| format!("{name}: {}", it.why().unwrap_or_default()));
            let reason = each.collect::<Vec<_>>().join("; ");
            let in_hand = self.in_hand;
            let item = self.item(now, NoticeKind::NoProvider, "");
            item.begins(now, now.wall, &reason);
            item.counts(in_hand);
        }
    }

    fn look_at_the_waiting(&mut self, now: Now) {
        self.waiting.look(now.monotonic);
        if let Some(oldest) = self.waiting.overdue().first().copied() {
            let count = self.waiting.overdue().len() as u64;
            let item = self.item(now, NoticeKind::Stuck, "");
            item.begins(now, oldest.born(), "");
            item.counts(count);
        } else if now.monotonic >= self.settles_at {
            self.condition(now, NoticeKind::Stuck, "", None);
        }
    }
}
