//! Which provider is next for an alert: the first in order that is used and has room. What an outage has taught chooses the
//! provider and never holds a fresh or critical alert up: if nobody else is left, one that is left out is asked anyway, by
//! one alert at a time.

use spool_format::{Address, AlertId, Severity};

use super::{Alert, Dispatcher, Now};
use crate::breaker::{Permit, Urgency};
use crate::time::Monotonic;

/// What is next.
#[derive(Debug)]
pub(super) enum Choice {
    /// An attempt.
    Begin {
        place: usize,
        recipients: Vec<Address>,
        /// Whether it asks a provider that is left out.
        asks: bool,
    },
    /// A free connection there, or what the alert that asks there finds out.
    WaitFor(usize),
    /// Nobody is left, or nobody before then.
    Nothing { until: Option<Monotonic> },
    /// Another attempt has leave to send, or the alert is gone.
    None,
}

impl Dispatcher {
    pub(super) fn choose(&mut self, now: Now, id: AlertId) -> Choice {
        let Some(alert) = self.alerts.get_mut(&id) else { return Choice::None };
        let urgency = urgency(alert, now);
        let Some(pass) = &alert.pass else { return Choice::Nothing { until: None } };
        if pass.leave.is_some() {
            return Choice::None;
        }
        let left: Vec<(usize, Vec<Address>)> =
            pass.left().iter().map(|place| (*place, alert.open_for(*place))).collect();
        let (mut left, nothing): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(_, recipients)| !recipients.is_empty());
        if let Some(first) = alert.waits_for_word_of() {
            left.retain(|(place, _)| *place == first);
        }
        if let Some(pass) = &mut alert.pass {
            for (place, _) in &nothing {
                pass.is_done_with(*place);
            }
        }
        let begin = |(place, recipients): &(usize, Vec<Address>), asks| Choice::Begin {
            place: *place,
            recipients: recipients.clone(),
            asks,
        };
        let (mut asked, mut shut) = (None, Vec::new());
        for at in &left {
            let place = at.0;
            match self.sites[place].breaker.permit(now.monotonic) {
                Permit::Probe => return begin(at, true),
                Permit::Asked => asked = asked.or(Some(place)),
                Permit::Shut(until) => shut.push((at, until)),
                Permit::All | Permit::One if self.has_room(now.monotonic, place) => return begin(at, false),
                Permit::All | Permit::One => {
                    let is_elsewhere =
                        |(other, _): &(usize, _)| *other != place && self.is_there(now, *other);
                    if !(self.is_stuck(now.monotonic, place) && left.iter().any(is_elsewhere)) {
                        return Choice::WaitFor(place);
                    }
                }
            }
        }
        if let Some(place) = asked {
            return Choice::WaitFor(place);
        }
        let pass = self.alerts.get(&id).and_then(|alert| alert.pass.as_ref());
        let is_asked_again = |place| pass.is_some_and(|pass| pass.is_asked_again(place));
        let mut soonest: Option<Monotonic> = None;
        for (at, until) in shut {
            let anyway = self.sites[at.0].breaker.asked_anyway_from(urgency, &self.settings.retry);
            let from = anyway.map_or(until, |anyway| anyway.min(until));
            if from <= now.monotonic || is_asked_again(at.0) {
                return begin(at, true);
            }
            soonest = Some(soonest.map_or(from, |soonest| soonest.min(from)));
        }
        Choice::Nothing { until: soonest }
    }

    /// Whether an attempt could begin there now.
    pub(super) fn is_there(&self, now: Now, place: usize) -> bool {
        match self.sites[place].breaker.permit(now.monotonic) {
            Permit::Probe => true,
            Permit::All | Permit::One => self.has_room(now.monotonic, place),
            Permit::Asked | Permit::Shut(_) => false,
        }
    }

    /// Whether a provider that is used takes one more attempt.
    pub(super) fn has_room(&self, now: Monotonic, place: usize) -> bool {
        let most = match self.sites[place].breaker.permit(now) {
            Permit::All => self.settings.providers[place].connections.max(1),
            Permit::One => 1,
            Permit::Probe | Permit::Asked | Permit::Shut(_) => 0,
        };
        self.sites[place].running < most
    }
}

fn urgency(alert: &Alert, now: Now) -> Urgency {
    if is_fresh(alert, now) {
        Urgency::Fresh
    } else if alert.severity == Severity::Critical || now.monotonic >= alert.ends {
        Urgency::Urgent
    } else {
        Urgency::None
    }
}

/// Whether it has just come, and nobody has been tried in vain.
pub(super) fn is_fresh(alert: &Alert, now: Now) -> bool {
    alert.passes == 0 && now.monotonic < alert.fresh_until
}
