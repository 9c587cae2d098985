//! Which provider is next for an alert: the first in order that is used and has room. What an outage has taught chooses the
//! provider and never holds a fresh or critical alert up: if nobody else is left, one that is left out is asked anyway, by
//! one alert at a time.
//!
//! Who has had as much as it takes (`quota`) is passed over, and nobody is blamed: the next one gets the alert, or it waits
//! until the first of them has room. Recipients who have had as much as they are given (`rates`) wait by themselves, and the
//! others go on.
//!
//! Each group of recipients has an order of its own. Groups that come to the same provider go there together.

use std::collections::BTreeSet;
use std::sync::Arc;

use spool_format::{Address, AlertId, Severity};

use super::{Alert, Dispatcher, Now};
use crate::breaker::{Permit, Urgency};
use crate::routing::first_that_fits;
use crate::time::Monotonic;

/// What is next.
#[derive(Debug)]
pub(super) enum Choice {
    /// An attempt.
    Begin(Start),
    /// A free connection at one of them, or what the alert that asks there finds out.
    WaitFor(Vec<usize>),
    /// Nobody is left, or nobody before then.
    Nothing { until: Option<Monotonic> },
    /// Attempts that are in time, or have leave to send, see to everybody; or the alert is gone.
    None,
}

/// An attempt that is to begin.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) place: usize,
    /// Groups of the recipients.
    pub(super) groups: Vec<usize>,
    pub(super) recipients: Vec<Address>,
    /// Whether it asks a provider that is left out.
    pub(super) asks: bool,
}

impl Choice {
    /// The choice for two groups, of which the other one comes later in the alert.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Begin(mut start), Self::Begin(other)) => {
                if start.place == other.place {
                    start.groups.extend(other.groups);
                    start.recipients.extend(other.recipients);
                    start.asks |= other.asks;
                }
                // Otherwise the other one comes up when this one has begun.
                Self::Begin(start)
            }
            (Self::Begin(start), _) | (_, Self::Begin(start)) => Self::Begin(start),
            (Self::WaitFor(mut places), Self::WaitFor(others)) => {
                places.extend(others);
                Self::WaitFor(places)
            }
            (Self::WaitFor(places), _) | (_, Self::WaitFor(places)) => Self::WaitFor(places),
            (Self::Nothing { until }, Self::Nothing { until: other }) => {
                Self::Nothing { until: until.into_iter().chain(other).min() }
            }
            (Self::Nothing { until }, Self::None) | (Self::None, Self::Nothing { until }) => {
                Self::Nothing { until }
            }
            (Self::None, Self::None) => Self::None,
        }
    }
}

impl Dispatcher {
    /// The place of the provider of this name.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        self.settings.providers.iter().position(|provider| provider.name == name)
    }

    /// The places of the providers that may be asked for a recipient, in order.
    pub(super) fn order_for(&self, severity: Severity, key: Option<&str>, to: &Address) -> Arc<[usize]> {
        let rule = first_that_fits(&self.settings.routing, severity, key, to);
        Arc::clone(&self.orders[rule.unwrap_or(self.settings.routing.len())])
    }

    /// The next attempt of an alert.
    pub(super) fn choose(&mut self, now: Now, id: AlertId) -> Choice {
        let Some(alert) = self.alerts.get(&id) else { return Choice::None };
        let Some(pass) = &alert.pass else { return Choice::Nothing { until: None } };
        let (urgency, severity) = (urgency(alert, now), alert.severity);
        let busy: BTreeSet<usize> = pass
            .attempts
            .iter()
            .filter(|attempt| !self.is_slow_without_leave(**attempt))
            .filter_map(|attempt| self.attempts.get(attempt))
            .flat_map(|attempt| alert.groups_of(&attempt.recipients))
            .collect();
        let open: Vec<usize> =
            (0..alert.groups.len()).filter(|group| alert.somebody_is_open_in(*group)).collect();
        if open.is_empty() {
            return Choice::Nothing { until: None };
        }
        let free = open.into_iter().filter(|group| !busy.contains(group));
        let choices: Vec<Choice> = free.map(|group| self.choose_for(now, id, group, urgency)).collect();
        let join = |choice: Choice, next: Choice| {
            if self.is_too_much(now, (id, severity), &choice, &next) { choice } else { choice.and(next) }
        };
        choices.into_iter().fold(Choice::None, join)
    }

    /// The next provider for one group, of which nobody is in the hands of an attempt that gets on.
    fn choose_for(&mut self, now: Now, id: AlertId, group: usize, urgency: Urgency) -> Choice {
        let Some(alert) = self.alerts.get_mut(&id) else { return Choice::None };
        let places = alert.pass.as_ref().map_or_else(Vec::new, |pass| pass.left(group).to_vec());
        let (of_use, nothing): (Vec<usize>, Vec<usize>) =
            places.into_iter().partition(|place| alert.is_of_use(group, *place));
        if let Some(pass) = &mut alert.pass {
            for place in nothing {
                pass.is_done_with(group, place);
            }
        }
        let severity = alert.severity;
        let mut left: Vec<(usize, Vec<Address>)> =
            of_use.into_iter().map(|place| (place, alert.open_for(group, place))).collect();
        left.retain(|(_, recipients)| !recipients.is_empty());
        let mut soonest = self.keep_back(now, (id, severity), &mut left);
        let begin = |(place, recipients): &(usize, Vec<Address>), asks| {
            Choice::Begin(Start { place: *place, groups: vec![group], recipients: recipients.clone(), asks })
        };
        let (mut asked, mut shut, mut busy) = (None, Vec::new(), Vec::new());
        for at in &left {
            let place = at.0;
            if let Some(until) = self.full_until(now.monotonic, place, at.1.len(), severity) {
                self.sites[place].turned_away = true;
                soonest = Some(soonest.map_or(until, |soonest| soonest.min(until)));
                continue;
            }
            match self.sites[place].breaker.permit(now.monotonic) {
                Permit::Probe => return begin(at, true),
                Permit::Asked => asked = asked.or(Some(place)),
                Permit::Shut(until) => shut.push((at, until)),
                Permit::All | Permit::One if self.has_room(now.monotonic, place) => return begin(at, false),
                Permit::All | Permit::One => {
                    busy.push(place);
                    // Behind one that does not get on whoever is free first will do.
                    if !self.is_stuck(now.monotonic, place) {
                        return Choice::WaitFor(busy);
                    }
                }
            }
        }
        if asked.is_some() {
            busy.extend(asked);
            return Choice::WaitFor(busy);
        }
        let pass = self.alerts.get(&id).and_then(|alert| alert.pass.as_ref());
        let is_asked_again = |place| pass.is_some_and(|pass| pass.is_asked_again(group, place));
        for (at, until) in shut {
            let anyway = self.sites[at.0].breaker.asked_anyway_from(urgency, &self.settings.retry);
            let from = anyway.map_or(until, |anyway| anyway.min(until));
            if from <= now.monotonic || is_asked_again(at.0) {
                return begin(at, true);
            }
            soonest = Some(soonest.map_or(from, |soonest| soonest.min(from)));
        }
        if busy.is_empty() { Choice::Nothing { until: soonest } } else { Choice::WaitFor(busy) }
    }

    /// Leaves out those for whom there is no room at present. Gives when there is for the first of them.
    fn keep_back(
        &mut self,
        now: Now,
        of: (AlertId, Severity),
        left: &mut Vec<(usize, Vec<Address>)>,
    ) -> Option<Monotonic> {
        let mut soonest = None;
        for (_, recipients) in &mut *left {
            let parted = self.rates.part(now.monotonic, of, std::mem::take(recipients));
            if let Some(alert) = self.alerts.get_mut(&of.0) {
                alert.keeps_back(&parted.wait, &parted.go);
            }
            *recipients = parted.go;
            soonest = soonest.into_iter().chain(parted.until).min();
        }
        left.retain(|(_, recipients)| !recipients.is_empty());
        soonest
    }

    /// Whether what two groups would send to the same provider is more than there is room for: then they go one by one.
    fn is_too_much(&mut self, now: Now, of: (AlertId, Severity), one: &Choice, other: &Choice) -> bool {
        match (one, other) {
            (Choice::Begin(one), Choice::Begin(other)) if one.place == other.place => {
                let both = [&one.recipients[..], &other.recipients[..]].concat();
                self.full_until(now.monotonic, one.place, both.len(), of.1).is_some()
                    || !self.rates.part(now.monotonic, of, both).wait.is_empty()
            }
            _ => false,
        }
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
            Permit::All => self.sites[place].crowd.most(self.settings.providers[place].connections),
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

/// Whether it has just come, and nobody has been tried in vain; or a person wants it to be tried now.
pub(super) fn is_fresh(alert: &Alert, now: Now) -> bool {
    let is_urged = alert.urged_until.is_some_and(|end| now.monotonic < end);
    is_urged || alert.passes == 0 && now.monotonic < alert.fresh_until
}
