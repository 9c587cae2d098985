//! `alertmail check`: one line and an exit code, in the language of monitoring plugins.

mod drills;
mod intakes;
mod limits;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{Canary, Drill, Layout, NoticeKind, Outage, Severity, Wall};

use super::place::{Place, unreadable};
use super::{Refusal, json, quotas};
use crate::config::{Config, Keeping, RETIRES_SOON};
use crate::edge::clock::{offset_minutes, wall_now};
use crate::edge::language;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::age;
use crate::spool::audit::{Agent, Finding, HardLinks, Weight, audit};
use crate::spool::lock::is_held;
use crate::spool::queue_fs::QueueFs as _;
use crate::spool::read_back::Reach;
use crate::spool::status::{Deaf, Status};
use crate::spool::view::{Item, Standing, View};
pub use limits::Args;
pub(crate) use limits::Limits;

/// For machines: what `check --json` prints.
#[derive(Debug, serde::Serialize)]
pub(super) struct Report {
    /// `ok`, `warning`, `critical` or `unknown`.
    status: &'static str,
    #[serde(skip)]
    tongue: Tongue,
    /// What somebody should look at, the worst first.
    problems: Vec<String>,
    /// Whether an agent is at work.
    running: bool,
    /// Alerts that wait.
    waiting: usize,
    /// Those of them that have been tried in vain.
    deferred: usize,
    /// Dead letters.
    dead: usize,
    /// Files that are no alerts.
    corrupt: usize,
    /// Seconds that the oldest waiting alert has waited; held ones wait for somebody else.
    oldest_s: u64,
    /// The same of the critical ones.
    oldest_critical_s: u64,
    /// Configured providers that are left out.
    left_out: usize,
    /// Octets that are free on the spool's disk, and how many should be.
    #[serde(skip)]
    room: Option<Room>,
    /// Seconds since the drill that is longest ago, of the last one of each provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    drill_age_s: Option<u64>,
}

/// What is known when the judgement is made.
pub(super) struct Facts {
    pub(super) view: View,
    /// Whether an agent is at work.
    pub(super) running: bool,
    /// What the agent says of itself.
    pub(super) status: Option<Status>,
    /// Octets that are free on the spool's disk, and how many should be.
    pub(super) room: Room,
    /// Names of the configured providers; empty without a configuration.
    pub(super) providers: Vec<String>,
    /// What the last drills of those that are drilled have found, by name.
    pub(super) drills: BTreeMap<String, Drill>,
    /// What became of the last canary mail of those that are sent one, by name.
    pub(super) canaries: BTreeMap<String, Canary>,
    /// Of which quotas little is left.
    pub(super) quotas: Vec<String>,
    /// Where alerts are not taken from a network, or not kept, though they should be.
    pub(super) deaf: Vec<Deaf>,
    /// What the configuration has to say.
    pub(super) warnings: Vec<String>,
    /// What is wrong with owners and modes.
    pub(super) findings: Vec<Finding>,
    pub(super) now: Wall,
    /// The language of whoever asks.
    pub(super) tongue: Tongue,
}

/// Octets on a disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) free: u64,
    pub(super) floor: u64,
}

/// Does what the command says. A refusal is part of the answer here, since whoever asks reads stdout.
pub fn run(args: &Args, place: &Place) -> Exit {
    // Programs are told in English wherever they run.
    let tongue = if args.json { Tongue::English } else { language::asked() };
    let known = args.limits().and_then(|limits| Ok((limits, facts(place, tongue)?)));
    let (exit, text) = match known {
        Ok((limits, facts)) => {
            let (exit, report) = judge(&limits, &facts);
            (exit, if args.json { json(&report) } else { report.line(&limits) })
        }
        Err(refusal) => {
            let report = Report::unknown(&refusal, tongue);
            (Exit::Unknown, if args.json { json(&report) } else { report.sentence() + "\n" })
        }
    };
    super::finish(Ok((exit, text)))
}

fn facts(place: &Place, tongue: Tongue) -> Result<Facts, Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let cannot = |error: std::io::Error| unreadable(&layout, &error);
    let queue = StdFs.open_dir(&layout.queue()).map_err(cannot)?;
    let floor = config.as_ref().map_or_else(Keeping::default, |config| config.keeping).floor;
    let owner = Agent::of(&layout).map_err(cannot)?;
    let view = View::read(&layout, Reach::AliveAndSends).map_err(cannot)?;
    let running = is_held(&layout.lock());
    Ok(Facts {
        drills: drills::of(config.as_ref(), &view),
        running,
        deaf: if running { intakes::deaf(config.as_ref(), || said(&layout)) } else { Vec::new() },
        status: Status::read(&layout).map_err(cannot)?,
        room: Room { free: StdFs.room(&queue).map_err(cannot)?, floor },
        providers: config.iter().flat_map(|config| &config.providers).map(|it| it.name.clone()).collect(),
        canaries: drills::canaries(config.as_ref(), &view),
        quotas: quotas::warnings(tongue, limits(config.as_ref()), &view.sent, wall_now()),
        warnings: config.map_or_else(Vec::new, warnings),
        findings: audit(&layout, &owner, HardLinks::here()).map_err(cannot)?,
        view,
        now: wall_now(),
        tongue,
    })
}

/// What the agent says of its listeners.
fn said(layout: &Layout) -> Vec<Deaf> {
    Status::read(layout).ok().flatten().map_or_else(Vec::new, |status| status.pulse.deaf)
}

fn limits(config: Option<&Config>) -> impl Iterator<Item = (&str, &delivery::Quota)> {
    config.into_iter().flat_map(|config| &config.providers).map(|it| (it.name.as_str(), &it.quota))
}

/// What the configuration has to say, and the providers that have ended or soon will.
fn warnings(config: Config) -> Vec<String> {
    let retirements = config.retirements(wall_now(), RETIRES_SOON);
    let mut sentences: Vec<String> = retirements.iter().map(ToString::to_string).collect();
    sentences.extend(config.warnings);
    sentences
}

pub(super) fn judge(limits: &Limits, facts: &Facts) -> (Exit, Report) {
    let waiting: Vec<&Item> = facts.view.alerts.iter().filter(|item| item.standing.waits()).collect();
    let dead = facts
        .view
        .alerts
        .iter()
        .filter(|item| item.standing == Standing::Dead && item.folder.is_some())
        .count();
    let corrupt = facts.view.corrupt.len();
    let deferred = waiting.iter().filter(|item| matches!(item.standing, Standing::Deferred(_))).count();
    // Who holds an alert knows that it waits.
    let ages = || waiting.iter().filter(|item| item.standing != Standing::Held);
    let oldest = ages().map(|item| item.age(facts.now)).max().unwrap_or_default();
    let critical = ages().filter(|item| item.severity == Severity::Critical);
    let oldest_critical = critical.map(|item| item.age(facts.now)).max().unwrap_or_default();

    let tongue = facts.tongue;
    let (mut now, mut today) = (Vec::new(), Vec::new());
    if !facts.running {
        now.push(words::no_agent(tongue));
    }
    now.extend(facts.deaf.iter().map(|deaf| words::deaf(tongue, deaf)));
    let stuck = words::oldest(tongue, &age::short(tongue, oldest));
    let stuck_critical = words::oldest_critical(tongue, &age::short(tongue, oldest_critical));
    let any = limits.oldest.judge(oldest.as_secs());
    let urgent = limits.oldest_critical.judge(oldest_critical.as_secs());
    // Where both speak of the same alert the worse of them does.
    let is_same = oldest == oldest_critical;
    limits::tell(urgent.filter(|_| !is_same || urgent >= any), stuck_critical, &mut now, &mut today);
    limits::tell(any.filter(|_| !is_same || any > urgent), stuck, &mut now, &mut today);
    let many = words::deferred(tongue, deferred);
    limits::tell(limits.deferred.judge(deferred as u64), many, &mut now, &mut today);
    if dead > 0 {
        now.push(words::dead(tongue, dead));
    }
    if corrupt > 0 {
        today.push(words::corrupt(tongue, corrupt));
    }
    disk(facts, &mut now, &mut today);
    if !facts.view.broken_lines.is_empty() {
        today.push(words::damaged(tongue, &facts.view.broken_lines.join(", ")));
    }
    providers_that_are_left_out(facts, &mut now, &mut today);
    today.extend(drills::problems(facts));
    today.extend(drills::lost_canaries(facts));
    notices(facts, &mut now, &mut today);
    today.extend(providers_that_refuse_the_login(tongue, &waiting));
    today.extend(facts.quotas.iter().cloned());
    today.extend(facts.warnings.iter().map(|text| notice::why(tongue, text)));
    for finding in &facts.findings {
        let list = if finding.weight == Weight::Impossible { &mut now } else { &mut today };
        list.push(notice::why(facts.tongue, &finding.to_string()));
    }

    let (exit, status) = match (now.is_empty(), today.is_empty()) {
        (false, _) => (Exit::Critical, "critical"),
        (true, false) => (Exit::Warning, "warning"),
        (true, true) => (Exit::Done, "ok"),
    };
    let problems = now.into_iter().chain(today).collect();
    let report = Report {
        status,
        tongue,
        problems,
        running: facts.running,
        waiting: waiting.len(),
        dead,
        corrupt,
        deferred,
        oldest_s: oldest.as_secs(),
        oldest_critical_s: oldest_critical.as_secs(),
        left_out: left_out(facts).count(),
        room: Some(facts.room),
        drill_age_s: drills::age_s(facts),
    };
    (exit, report)
}

/// What the disk does not do.
fn disk(facts: &Facts, now: &mut Vec<String>, today: &mut Vec<String>) {
    let Room { free, floor } = facts.room;
    if free < floor {
        now.push(words::no_room(facts.tongue, free >> 20, floor >> 20));
    }
    if let Some(status) = facts.status.as_ref().filter(|_| facts.running) {
        now.extend(status.troubles.iter().map(|text| notice::why(facts.tongue, text)));
        if !status.pulse.watching {
            today.push(words::unwatched(facts.tongue));
        }
    }
}

/// Those of the configured providers, or of all if that is not known.
fn left_out(facts: &Facts) -> impl Iterator<Item = (&String, &Outage)> {
    let is_configured = |name: &String| facts.providers.is_empty() || facts.providers.contains(name);
    facts.view.left_out.iter().filter(move |(name, _)| is_configured(name))
}

/// A moment for whoever asks: English is read by programs too, so it is in UTC there.
fn since(facts: &Facts, since: Wall) -> String {
    match facts.tongue {
        Tongue::English => since.to_string(),
        Tongue::Japanese => age::clock(since, facts.now, offset_minutes(since)),
    }
}

/// Who is left out hides behind the next one, and without any nothing is sent.
fn providers_that_are_left_out(facts: &Facts, now: &mut Vec<String>, today: &mut Vec<String>) {
    let sentences = left_out(facts)
        .map(|(name, outage)| words::left_out(facts.tongue, name, &since(facts, outage.since), outage));
    today.extend(sentences);
    if !facts.providers.is_empty() && facts.providers.iter().all(|name| drills::is_broken(facts, name)) {
        now.push(words::no_provider(facts.tongue));
    }
}

/// What people were told of and still lasts, as far as nothing above has found it by itself.
fn notices(facts: &Facts, now: &mut Vec<String>, today: &mut Vec<String>) {
    for notice in &facts.view.notices {
        let list = match notice.kind {
            NoticeKind::Stuck => &mut *now,
            NoticeKind::NoProvider if facts.providers.is_empty() => &mut *now,
            NoticeKind::ProviderFailing
                if facts.providers.contains(&notice.subject)
                    && !facts.view.left_out.contains_key(&notice.subject) =>
            {
                &mut *today
            }
            _ => continue,
        };
        list.push(notice::sentence_in(facts.tongue, notice, &since(facts, notice.since)));
    }
}

/// A refused login mends itself never: the password is wrong or has expired.
fn providers_that_refuse_the_login(tongue: Tongue, waiting: &[&Item]) -> Option<String> {
    let mut names: Vec<&str> = waiting
        .iter()
        .filter_map(|item| item.history.as_ref())
        .flat_map(|history| &history.attempts)
        .filter(|attempt| {
            let results = attempt.ended.iter().flat_map(|ended| &ended.recipients);
            results.filter_map(|result| result.rule.as_deref()).any(|rule| rule == "login-refused")
        })
        .map(|attempt| attempt.provider.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| words::login_refused(tongue, &names.join(", ")))
}

impl Report {
    fn unknown(refusal: &Refusal, tongue: Tongue) -> Self {
        Self {
            status: "unknown",
            tongue,
            problems: vec![refusal.text(tongue)],
            running: false,
            waiting: 0,
            deferred: 0,
            dead: 0,
            corrupt: 0,
            oldest_s: 0,
            oldest_critical_s: 0,
            left_out: 0,
            room: None,
            drill_age_s: None,
        }
    }

    fn sentence(&self) -> String {
        let status = self.status.to_ascii_uppercase();
        let what = match &self.problems[..] {
            [] => words::well(self.tongue, self.waiting),
            problems => problems.join(words::between(self.tongue)).replace(['\n', '|'], " "),
        };
        format!("alertmail {status}: {what}")
    }

    /// What a plugin says: a sentence, and behind it numbers with the limits that hold for them.
    pub(super) fn line(&self, limits: &Limits) -> String {
        let Self { waiting, deferred, dead, corrupt, oldest_s, oldest_critical_s, left_out, .. } = self;
        let mut line = self.sentence();
        let urgent = limits.oldest_critical.perfdata();
        let _ = write!(line, " | oldest_critical={oldest_critical_s}s;{urgent};0");
        let _ = write!(line, " oldest={oldest_s}s;{};0 waiting={waiting};;;0", limits.oldest.perfdata());
        let _ = write!(line, " deferred={deferred};{};0", limits.deferred.perfdata());
        let _ = write!(line, " dead={dead};;0;0 corrupt={corrupt};0;;0 left_out={left_out};0;;0");
        if let Some(Room { free, floor }) = self.room {
            let _ = write!(line, " free={free}B;;{floor}:;0");
        }
        if let Some(age) = self.drill_age_s {
            let _ = write!(line, " drill_age={age}s;;;0");
        }
        line + "\n"
    }
}
