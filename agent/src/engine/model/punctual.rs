//! What has to be true of a day: nobody who can be served waits, and nobody who cannot serve is asked without end.

use std::time::Duration;

use delivery::{Monotonic, RetryPlan};
use spool_format::{AlertId, Severity};

use super::days::Day;
use super::oracle::{Asked, Known, Oracle, Promise};
use super::weather::{FULL, GONE};

/// What an alert may take beyond the longest pause, once somebody can take it: connections that are stuck, time-outs of
/// those who are asked before, and the look at the folder that finds it.
const SLACK: Duration = Duration::from_secs(260);

/// Between two looks whether anything is late.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl Day {
    /// An alert is no later than the health of the providers allows, for whomever it is, and whatever becomes of the other
    /// recipients and of other files.
    pub(super) fn expect_in_time(&mut self) {
        let now = self.now();
        let Some(calm) = self.calm.filter(|_| now.since(self.looked) >= LOOK_EVERY) else { return };
        self.looked = now;
        let outside = self.story.outside.borrow();
        expect_none_late(&outside.oracle, (now, calm), &self.well, |_| Some(Monotonic::default()));
    }

    /// Who is down is asked now and then, and by alerts that have just come.
    pub(super) fn expect_few_in_vain(&self) {
        let now = self.now();
        let an_hour_ago = Monotonic::from_ms(now.ms().saturating_sub(3_600_000));
        let outside = self.story.outside.borrow();
        let fresh = outside.oracle.alerts.values().filter(|asked| asked.at >= an_hour_ago).count();
        for (place, down) in self.down.iter().enumerate() {
            if down.is_some_and(|down| down <= an_hour_ago) {
                outside.rates.expect_few_in_vain(now, place, fresh + self.excuses);
            }
        }
    }
}

/// `calm`: since when nothing but providers is in the way. `well`: since when each of them works, if it does. `since`: since
/// when nobody holds an alert up, if nobody does.
pub(super) fn expect_none_late(
    oracle: &Oracle,
    (now, calm): (Monotonic, Monotonic),
    well: &[Option<Monotonic>],
    since: impl Fn(AlertId) -> Option<Monotonic>,
) {
    let plan = RetryPlan::default();
    for (id, asked) in &oracle.alerts {
        let Some(severity) = asked.severity.filter(|_| may_be_late(asked)) else { continue };
        let Some(since) = since(*id) else { continue };
        for (to, tally) in asked.tallies.iter().filter(|(to, _)| ![GONE, FULL].contains(&to.as_str())) {
            // Who may have it already is asked first, and for long, unless the alert is critical.
            let is_in_doubt = tally.doubts > 0 && severity != Severity::Critical;
            if tally.mails > 0 || is_in_doubt {
                continue;
            }
            let order = oracle.order(asked.severity, to);
            let of_use = order.iter().filter(|place| !tally.refused_by.contains(place));
            let Some(well) = of_use.filter_map(|place| well[*place]).min() else { continue };
            let late = now.since(asked.at.max(well).max(calm).max(since));
            let most = plan.longest_pause(severity) + SLACK;
            assert!(late <= most, "{id}: {to} is without it for {late:?}, {severity:?}");
        }
    }
}

fn may_be_late(asked: &Asked) -> bool {
    asked.promise == Promise::Made && asked.dead == Known::No && asked.sent == Known::No
}
