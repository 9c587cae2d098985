//! The breaker of one provider: whether it is used, left out, or being asked whether it works again.
//!
//! Closed, it lets everything through: one alert at a time while it is not known to work, then as many as it has
//! connections. It opens at the third trouble in a row; at once when the provider is silent, when what is wrong does not
//! pass by itself, or when the login is refused. Open, it lets nobody through until its time is over; then one alert finds
//! out (half open). Any success closes it, so that the order of the providers brings the first one back by itself.
//!
//! What an attempt finds out counts only if nothing has changed since it began (its *epoch*): the stragglers of an outage
//! neither make it longer nor begin the next one.

use std::time::Duration;

use spool_format::{Cause, Outage};

use crate::blame::Blame;
use crate::retry::RetryPlan;
use crate::time::{Monotonic, Now};

/// Troubles in a row that open it.
const TROUBLES: u32 = 3;

/// For so long after a success several alerts may begin at the same time.
const SURE_FOR: Duration = Duration::from_mins(5);

/// A fresh alert that has no other way asks, if nobody has asked for so long.
const FRESH_EVERY: Duration = Duration::from_secs(1);

/// An urgent alert that has no other way asks when so much of the pause is over.
const URGENT_PART: u32 = 6;

/// Whether a provider is used.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    state: State,
    /// Goes up with each change.
    epoch: u32,
    /// When it was seen to work last.
    worked: Option<Monotonic>,
}

#[derive(Clone, Debug)]
enum State {
    Closed { troubles: u32 },
    Open(Open),
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { troubles: 0 }
    }
}

#[derive(Clone, Debug)]
struct Open {
    outage: Outage,
    until: Monotonic,
    /// When somebody was told last that it does not work; `None` if nobody in this run.
    asked: Option<Monotonic>,
    /// Whether an alert is finding out.
    is_asked: bool,
}

/// What is new of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is left out, or still.
    Opened(Outage),
    /// It is used again.
    Closed,
}

/// Who may begin at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// As many as it has connections.
    All,
    /// One at a time.
    One,
    /// One, to find out whether it works again.
    Probe,
    /// Nobody: one is finding out.
    Asked,
    /// Nobody until then.
    Shut(Monotonic),
}

/// How much an alert that has no other way may ask of a provider that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// It has just come: what others have seen a moment ago is enough, and nothing older.
    Fresh,
    /// It is critical, or this is its last pass.
    Urgent,
    /// It waits like everybody.
    None,
}

/// Which attempt it was that found something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// [`Breaker::epoch`] when it began.
    pub epoch: u32,
    /// Whether it began although the provider is left out.
    pub asks: bool,
}

impl Breaker {
    /// The present epoch, for those who begin now.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether it is left out.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Whether it was seen to work later than this.
    pub fn has_worked_since(&self, then: Monotonic) -> bool {
        self.worked.is_some_and(|worked| worked > then)
    }

    /// Who may begin now.
    pub fn permit(&self, now: Monotonic) -> Permit {
        match &self.state {
            State::Closed { troubles: 0 }
                if self.worked.is_some_and(|worked| now.since(worked) < SURE_FOR) =>
            {
                Permit::All
            }
            State::Closed { .. } => Permit::One,
            State::Open(open) if open.is_asked => Permit::Asked,
            State::Open(open) if open.until <= now => Permit::Probe,
            State::Open(open) => Permit::Shut(open.until),
        }
    }

    /// From when on an alert that has no other way may ask though it is shut; `None` if never before its time.
    pub fn asked_anyway_from(&self, urgency: Urgency, plan: &RetryPlan) -> Option<Monotonic> {
        let State::Open(open) = &self.state else { return None };
        let Outage { cause, openings, .. } = open.outage;
        let part = plan.full_provider_pause(cause, openings) / URGENT_PART;
        let after = |pause| open.asked.map_or_else(Monotonic::default, |asked| asked.plus(pause));
        match urgency {
            Urgency::None => None,
            // Each refused login is one step towards a locked account; who asks the throttled makes it last.
            Urgency::Fresh if cause < Cause::Throttled || cause == Cause::Refused => {
                Some(after(FRESH_EVERY.min(part)))
            }
            Urgency::Fresh | Urgency::Urgent => Some(after(part)),
        }
    }

    /// An alert begins that asks whether it works.
    pub const fn is_being_asked(&mut self) {
        if let State::Open(open) = &mut self.state {
            open.is_asked = true;
        }
    }

    /// A session there has taken sender, recipients and message, up to the last octets.
    pub const fn is_ready(&mut self, now: Monotonic) {
        if matches!(self.state, State::Closed { troubles: 0 }) {
            self.worked = Some(now);
        }
    }

    /// Takes in what an attempt found out. Gives what is new, for the journal.
    pub fn learn(
        &mut self,
        now: Now,
        witness: Witness,
        blame: &Blame,
        plan: &RetryPlan,
        draw: u64,
    ) -> Option<Change> {
        let is_ours = witness.epoch == self.epoch;
        match (blame, &mut self.state) {
            (Blame::Works, State::Open(_)) => {
                self.worked = Some(now.monotonic);
                Some(self.close())
            }
            (Blame::Works, State::Closed { troubles }) => {
                *troubles = 0;
                self.worked = Some(now.monotonic);
                None
            }
            (Blame::Nobody | Blame::NoNetwork, State::Open(open)) => {
                open.is_asked &= !(is_ours && witness.asks);
                None
            }
            (Blame::Nobody | Blame::NoNetwork, State::Closed { .. }) => None,
            (Blame::Fails(Cause::Trouble, _), State::Closed { troubles })
                if is_ours && *troubles + 1 < TROUBLES =>
            {
                *troubles += 1;
                None
            }
            (Blame::Fails(cause, why), State::Closed { .. }) if is_ours => {
                Some(self.open(now, *cause, why, plan, draw))
            }
            (Blame::Fails(..), State::Closed { .. }) => None,
            (Blame::Fails(cause, why), State::Open(open)) if is_ours && witness.asks => {
                open.is_asked = false;
                open.asked = Some(now.monotonic);
                let is_in_time = open.until > now.monotonic && *cause <= open.outage.cause;
                if is_in_time { None } else { Some(self.open(now, *cause, why, plan, draw)) }
            }
            // A straggler that knows worse than what is known.
            (Blame::Fails(cause, why), State::Open(open)) if *cause > open.outage.cause => {
                Some(self.open(now, *cause, why, plan, draw))
            }
            (Blame::Fails(..), State::Open(_)) => None,
        }
    }

    /// An attempt there is not ready for its message in time.
    pub fn is_slow(
        &mut self,
        now: Now,
        witness: Witness,
        within: Duration,
        plan: &RetryPlan,
        draw: u64,
    ) -> Option<Change> {
        let why = format!("not ready for a message within {:.1} s", within.as_secs_f64());
        self.learn(now, witness, &Blame::Fails(Cause::Silent, why), plan, draw)
    }

    /// Who was not reached may be reached now: one alert finds out, and no pause has to be over for it. A refused login or
    /// a refusal has nothing to do with the network.
    pub fn may_be_asked(&mut self, now: Monotonic) {
        if let State::Open(open) = &mut self.state
            && matches!(open.outage.cause, Cause::Trouble | Cause::Silent)
        {
            open.until = open.until.min(now);
            // Who is asking now began before.
            open.is_asked = false;
            self.epoch += 1;
        }
    }

    /// It was slow because this machine has no network, which is not its fault.
    pub fn is_absolved(&mut self) -> Option<Change> {
        match &self.state {
            State::Open(open) if open.outage.cause == Cause::Silent => Some(self.close()),
            State::Open(_) | State::Closed { .. } => None,
        }
    }

    /// Takes up what an earlier run left. What a person may have mended meanwhile is asked at once.
    pub fn restore(&mut self, now: Now, outage: Outage, was_stopped: bool, plan: &RetryPlan) {
        let longest = plan.full_provider_pause(outage.cause, outage.openings);
        let left = outage.until.since(now.wall).min(longest);
        let is_mended = was_stopped && outage.cause >= Cause::Refused;
        let until = now.monotonic.plus(if is_mended { Duration::ZERO } else { left });
        // An agent that is started again and again does not log in again and again.
        let asked = matches!(outage.cause, Cause::Login | Cause::Throttled | Cause::Exhausted);
        let asked = asked.then_some(now.monotonic);
        self.state = State::Open(Open { outage, until, asked, is_asked: false });
        self.epoch += 1;
    }

    fn close(&mut self) -> Change {
        self.state = State::default();
        self.epoch += 1;
        Change::Closed
    }

    fn open(&mut self, now: Now, cause: Cause, why: &str, plan: &RetryPlan, draw: u64) -> Change {
        let (since, openings) = match &self.state {
            State::Closed { .. } => (now.wall, 1),
            State::Open(open) => (open.outage.since, open.outage.openings.saturating_add(1)),
        };
        let pause = plan.provider_pause(cause, openings, draw);
        let outage = Outage { since, until: now.wall.plus(pause), openings, cause, reason: why.to_owned() };
        self.epoch += 1;
        self.state = State::Open(Open {
            outage: outage.clone(),
            until: now.monotonic.plus(pause),
            asked: Some(now.monotonic),
            is_asked: false,
        });
        Change::Opened(outage)
    }
}
