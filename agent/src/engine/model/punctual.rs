//! What has to be true of a day: nobody who can be served waits, and nobody who cannot serve is asked without end.

use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Severity};

use super::agent::hedge_after;
use super::days::Day;
use super::health::Health;
use super::oracle::{Asked, Known, Oracle, Promise};
use super::weather::{FULL, GONE};

/// What an alert may take at most that is on its way to one who takes it, where a writer takes no time.
const SLACK: Duration = Duration::from_secs(5);

/// For a pass in which everybody takes its time: it goes on where it is, whoever is well again meanwhile.
const PASS: Duration = Duration::from_mins(10);

/// A network that is there again is found out by one alert, after a pause.
const WITHOUT_NETWORK: Duration = Duration::from_secs(5);

/// Between two looks whether anything is late.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Day {
    /// An alert is no later than the health of the providers allows, for whomever it is, and whatever becomes of the other
    /// recipients and of other files.
    pub(super) fn expect_in_time(&mut self) {
        let now = self.now();
        let Some(calm) = self.calm.filter(|_| now.since(self.looked) >= LOOK_EVERY) else { return };
        self.looked = now;
        let outside = self.story.outside.borrow();
        let since = |_| Some(Monotonic::default());
        expect_none_late(&outside.oracle, (now, calm), &self.health, (SLACK, since));
    }

    /// Who is down is asked now and then, and by alerts that have just come.
    pub(super) fn expect_few_in_vain(&self) {
        let now = self.now();
        let an_hour_ago = Monotonic::from_ms(now.ms().saturating_sub(3_600_000));
        let outside = self.story.outside.borrow();
        let fresh = outside.oracle.alerts.values().filter(|asked| asked.at >= an_hour_ago).count();
        for (place, health) in self.health.iter().enumerate() {
            if health.down.is_some_and(|down| down <= an_hour_ago) {
                outside.rates.expect_few_in_vain(now, place, fresh + self.excuses);
            }
        }
    }
}

/// `slack`: for the others who come to the same provider at the same time, and for the time until somebody looks. `calm`: since
/// when nothing but providers is in the way. `since`: since when nobody holds an alert up, if nobody does.
pub(super) fn expect_none_late(
    oracle: &Oracle,
    (now, calm): (Monotonic, Monotonic),
    health: &[Health],
    (slack, since): (Duration, impl Fn(AlertId) -> Option<Monotonic>),
) {
    for (id, asked) in &oracle.alerts {
        let Some(severity) = asked.severity.filter(|_| may_be_late(asked)) else { continue };
        let Some(since) = since(*id) else { continue };
        for (to, tally) in asked.tallies.iter().filter(|(to, _)| ![GONE, FULL].contains(&to.as_str())) {
            // Who may have it already is asked first, and for long, unless the alert is critical.
            let is_in_doubt = tally.doubts > 0 && severity != Severity::Critical;
            if tally.mails > 0 || is_in_doubt || oracle.is_in_hand(*id, to) {
                continue;
            }
            let order = oracle.order(asked.severity, to);
            let of_use = order.iter().enumerate().filter(|(_, place)| !tally.refused_by.contains(place));
            for (before, place) in of_use {
                let Some(well) = health[*place].well else { continue };
                let most = u32::try_from(before).expect("few") * 2 * hedge_after(severity) + slack;
                // From then on whoever begins to ask is served.
                let left_out = health[*place].is_left_out_until(severity, oracle.started);
                let usable = well.max(left_out).max(since).max(calm.plus(WITHOUT_NETWORK + most));
                let began_before = asked.pass.filter(|began| *began < usable);
                let pass_ends = began_before.map(|began| began.plus(PASS));
                let free = usable.max(asked.met).max(tally.freed);
                let due = free.max(asked.waits_until(usable)).max(pass_ends.unwrap_or_default());
                let late = now.since(due);
                assert!(
                    late <= most,
                    "{id}: {to} is without it {late:?} after {due:?}, {most:?} at most: {severity:?}, p{place} is well since {well:?}, \
                     usable since {usable:?}, and nothing is in the way since {free:?}"
                );
            }
        }
    }
}

fn may_be_late(asked: &Asked) -> bool {
    let is_over = asked.dead != Known::No || asked.sent != Known::No;
    asked.promise == Promise::Made && !is_over && !asked.is_held
}
