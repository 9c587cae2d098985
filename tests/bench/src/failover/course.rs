//! What one mailer goes through: a first alert, the next ones, a burst; then, started anew, the burst at once.

use std::collections::BTreeMap;
use std::time::Duration;

use super::first::connections_asked_for;
use crate::clock;
use crate::latency::submit;
use crate::mailer::{Mailer, Running};
use crate::sink::MARK;

/// For a peer to get ready; ours says when it is.
const READY: Duration = Duration::from_secs(1);
/// Between two mails.
const REST: Duration = Duration::from_millis(20);
/// For a second copy to come, after the last mail.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// How much there is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Mails between the first one and the burst.
    pub(super) next: usize,
    pub(super) burst: usize,
    /// For each of these.
    pub(super) within: Duration,
}

/// How long something took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Took {
    Ms(f64),
    /// So many mails had come when time was up.
    Only(usize),
}

impl Took {
    pub(super) fn ms(self) -> Option<f64> {
        match self {
            Self::Ms(ms) => Some(ms),
            Self::Only(_) => None,
        }
    }
}

/// What was seen between a start and an end.
#[derive(Debug, Default, Clone)]
pub(super) struct Course {
    pub(super) first: Option<Took>,
    pub(super) next: Vec<Took>,
    pub(super) burst: Option<Took>,
    /// Connections that were asked for elsewhere than at the sink.
    pub(super) elsewhere: Option<usize>,
    /// Copies too many.
    pub(super) twice: usize,
}

/// A first alert, the next ones while there is time, a burst. Who needs too long is given no more to do.
pub(super) fn one_after_the_other(mailer: &dyn Mailer, plan: &Plan) -> Result<Course, String> {
    watched(mailer, |course| {
        let first = alerts(mailer, "first", 1, plan.within)?;
        course.first = Some(first);
        let end = clock::now() + plan.within;
        for n in 0..plan.next {
            if course.next.last().copied().unwrap_or(first).ms().is_none() || clock::now() >= end {
                break;
            }
            clock::let_pass(REST);
            course.next.push(alerts(mailer, &format!("next {n}"), 1, plan.within)?);
        }
        if first.ms().is_some() {
            course.burst = Some(alerts(mailer, "burst", plan.burst, plan.within)?);
        }
        Ok(())
    })
}

/// The burst alone.
pub(super) fn all_at_once(mailer: &dyn Mailer, plan: &Plan) -> Result<Course, String> {
    watched(mailer, |course| {
        course.burst = Some(alerts(mailer, "burst", plan.burst, plan.within)?);
        Ok(())
    })
}

fn watched(
    mailer: &dyn Mailer,
    what: impl FnOnce(&mut Course) -> Result<(), String>,
) -> Result<Course, String> {
    let asked_before = connections_asked_for();
    let mut course = Course::default();
    let running = mailer.start()?;
    if matches!(running, Running::Peer(_)) {
        clock::let_pass(READY);
    }
    let said = what(&mut course);
    clock::let_pass(AFTERWARDS);
    let asked = connections_asked_for();
    let seen = mailer.sink().seen();
    running.stop()?;
    said?;
    let asked = asked_before.zip(asked).map(|(before, after)| after - before);
    course.elsewhere = asked.map(|asked| asked.saturating_sub(seen.connections));
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    seen.marked.iter().for_each(|(mark, _)| *copies.entry(mark).or_default() += 1);
    course.twice = copies.values().map(|copies| copies - 1).sum();
    Ok(course)
}

/// Hands over so many mails, one after the other; the time from before the first until the last one has arrived.
fn alerts(mailer: &dyn Mailer, name: &str, count: usize, within: Duration) -> Result<Took, String> {
    let marks: Vec<String> = (0..count).map(|n| format!("{name} {n}")).collect();
    let start = clock::now();
    for mark in &marks {
        let (mut command, text) = mailer.submit(&format!("{MARK}{mark}"));
        submit(&mut command, &text).map_err(|why| format!("{}: {why}", mailer.name()))?;
    }
    let left = within.saturating_sub(clock::now() - start);
    let all = mailer.sink().wait_for(left, |seen| marks.iter().all(|mark| seen.moment_of(mark).is_some()));
    let Some(seen) = all else {
        let seen = mailer.sink().seen();
        return Ok(Took::Only(marks.iter().filter(|mark| seen.moment_of(mark).is_some()).count()));
    };
    let last = marks.iter().filter_map(|mark| seen.moment_of(mark)).max().unwrap_or(start);
    Ok(Took::Ms(clock::ms(last.duration_since(start))))
}
