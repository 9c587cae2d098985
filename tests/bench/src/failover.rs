//! A first provider in trouble and a second one that works: what the trouble costs the first alert, the next ones and a
//! burst, next to peers; each is compared with itself while its first provider works.
//!
//! Nobody is waited for longer than `--seconds`. Each measurement is a start of its own with a queue and sinks of its own,
//! in a network of its own where that is possible: there all connections can be counted, also those that nobody took.

mod course;
mod first;
mod times;

use std::time::Duration;

use lab::Authority;
use serde_json::{Value, json};

use crate::mailer::{Ends, Keeping, Line, Login, Mailer, Ours, Peer, Timeouts};
use crate::place::Place;
use crate::report::Report;
use course::{Course, Plan};
use first::{First, Wrong};
use times::Times;

/// As many as by default.
const CONNECTIONS: usize = 4;

/// The second provider's work while the first one is in trouble, next to peers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is wrong with the first provider, one measurement each.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "refused,greeting,mail,rcpt,data,dot,silent,black-hole"
    )]
    wrong: Vec<Wrong>,
    /// Mails between the first one and the burst, one after the other.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    next: u32,
    /// Mails of a burst.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    burst: u32,
    /// Starts of alertmail for each trouble; peers have one.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long a mail or a burst is waited for, in seconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Only alertmail.
    #[arg(long)]
    no_peers: bool,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let columns = [
        "first provider",
        "what",
        "first_ms",
        "first_max",
        "first_over",
        "next_ms",
        "next_max",
        "next_over",
        "burst_ms",
        "x_burst",
        "at_once_ms",
        "x_at_once",
        "broken",
        "at_once_broken",
        "twice",
    ];
    let mut report = Report::new(&columns);
    let (contenders, notes) = contenders(args);
    let site = Site { args, place, authority: Authority::new().map_err(|error| error.to_string())? };
    let mut healthy = Vec::new();
    for contender in &contenders {
        healthy.push(site.courses(*contender, None)?);
    }
    let wrongs = std::iter::once(None).chain(args.wrong.iter().copied().map(Some));
    for wrong in wrongs {
        for (contender, baseline) in contenders.iter().zip(&healthy) {
            // Only where there is something to wait for does it matter for how long.
            if contender.is_impatient() && wrong.is_some_and(|wrong| !wrong.is_silence()) {
                continue;
            }
            let courses = match wrong {
                None => baseline.clone(),
                Some(_) => site.courses(*contender, wrong)?,
            };
            add_row(&mut report, args, wrong, &courses, baseline);
        }
    }
    report.note(format!(
        "first: after a start, median and maximum of {} starts (peers: one); next: {} more, one after the other; burst: {} mails, \
         from before the first submission to the last dot; at_once: the same right after a start.",
        args.rounds, args.next, args.burst
    ));
    report.note(
        "over, x: compared with the same program while its first provider works, in ms and as a ratio.",
    );
    report.note(
        "broken: connections that the first provider was asked for, at most in one start; twice: mails that came again.",
    );
    for note in notes {
        report.note(note);
    }
    Ok(report)
}

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Alertmail,
    /// The same with critical alerts, which get company sooner.
    Critical,
    Peer(Peer),
}

impl Who {
    /// It differs from another contender only in how long it waits.
    fn is_impatient(self) -> bool {
        matches!(self, Self::Critical | Self::Peer(Peer::Postfix(Timeouts::Short)))
    }
}

fn contenders(args: &Args) -> (Vec<Who>, Vec<String>) {
    let (mut there, mut notes) = (vec![Who::Alertmail, Who::Critical], Vec::new());
    let peers =
        [Peer::Nullmailer, Peer::Exim, Peer::Postfix(Timeouts::Default), Peer::Postfix(Timeouts::Short)];
    for peer in peers.into_iter().filter(|_| !args.no_peers) {
        match peer.missing() {
            None => there.push(Who::Peer(peer)),
            Some(why) => notes.push(why),
        }
    }
    notes.dedup();
    (there, notes)
}

/// What all starts of one contender with one trouble have shown.
#[derive(Debug, Clone)]
struct Courses {
    name: String,
    in_turn: Vec<Course>,
    at_once: Vec<Course>,
}

/// Where it is measured.
struct Site<'a> {
    args: &'a Args,
    place: &'a Place,
    authority: Authority,
}

impl Site<'_> {
    fn courses(&self, who: Who, wrong: Option<Wrong>) -> Result<Courses, String> {
        let plan = Plan {
            next: self.args.next as usize,
            burst: self.args.burst as usize,
            within: Duration::from_secs(self.args.seconds),
        };
        let rounds = if matches!(who, Who::Peer(_)) { 1 } else { self.args.rounds };
        let mut all = Courses { name: String::new(), in_turn: Vec::new(), at_once: Vec::new() };
        for _ in 0..rounds {
            let course = self.with(who, wrong, |mailer| {
                mailer.name().clone_into(&mut all.name);
                course::one_after_the_other(mailer, &plan)
            })?;
            let has_come = course.first.is_some_and(|first| first.ms().is_some());
            all.in_turn.push(course);
            // Who has not delivered one mail in that time delivers no hundred.
            if has_come {
                all.at_once.push(self.with(who, wrong, |mailer| course::all_at_once(mailer, &plan))?);
            }
        }
        Ok(all)
    }

    /// With a new mailer and new providers.
    fn with(
        &self,
        who: Who,
        wrong: Option<Wrong>,
        go: impl FnOnce(&dyn Mailer) -> Result<Course, String>,
    ) -> Result<Course, String> {
        let line = Line { login: Login::None, round_trip: Duration::ZERO, chunking: true };
        let sink = line.sink(&self.authority)?;
        // The other one of two that work is asked for nothing.
        let other = match wrong {
            Some(wrong) => First::with(wrong)?,
            None => First::Sink(line.sink(&self.authority)?),
        };
        let ports = match wrong {
            Some(_) => vec![other.port(), sink.port()],
            None => vec![sink.port(), other.port()],
        };
        let ends = Ends { ports, sink, login: line.login };
        let ours =
            |name, ends| Ours::new(name, self.place, ends, &self.authority, (CONNECTIONS, Keeping::Kept));
        match who {
            Who::Alertmail => go(&ours("alertmail", ends)),
            Who::Critical => go(&ours("alertmail, critical", ends).critical()),
            Who::Peer(peer) => go(peer.build(self.place, ends)?.as_ref()),
        }
    }
}

fn add_row(report: &mut Report, args: &Args, wrong: Option<Wrong>, courses: &Courses, baseline: &Courses) {
    let times = |courses: &Courses| {
        let firsts = courses.in_turn.iter().filter_map(|course| course.first);
        let nexts = courses.in_turn.iter().flat_map(|course| course.next.clone());
        let bursts = |all: &[Course]| all.iter().filter_map(|course| course.burst).collect();
        let limited = |count, all| Times { all, count, seconds: args.seconds };
        [
            limited(1, firsts.collect()),
            limited(1, nexts.collect()),
            limited(args.burst, bursts(&courses.in_turn)),
            limited(args.burst, bursts(&courses.at_once)),
        ]
    };
    let ([first, next, burst, at_once], healthy) = (times(courses), times(baseline));
    let broken = |all: &[Course]| {
        let most = all.iter().filter_map(|course| course.elsewhere).max();
        most.filter(|_| wrong.is_some()).map_or(Value::Null, |most| json!(most))
    };
    report.row([
        json!(wrong.map_or("works", Wrong::as_str)),
        json!(courses.name),
        first.shown(),
        first.max(),
        first.over(&healthy[0]),
        next.shown(),
        next.max(),
        next.over(&healthy[1]),
        burst.shown(),
        burst.ratio(&healthy[2]),
        at_once.shown(),
        at_once.ratio(&healthy[3]),
        broken(&courses.in_turn),
        broken(&courses.at_once),
        json!(courses.in_turn.iter().chain(&courses.at_once).map(|course| course.twice).sum::<usize>()),
    ]);
}
