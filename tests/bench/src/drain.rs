//! A queue over lines of all kinds: how many mails a second, what each costs, how much memory; next to peers and to a
//! floor, the least client with as many connections, which reads each file and removes it after the reply.
//!
//! Nobody is given longer than `--seconds`: who is slow is measured by what has arrived until then. Each measurement
//! has a queue and a sink of its own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lab::Authority;
use serde_json::{Value, json};

use crate::client::{self, Way};
use crate::clock;
use crate::mailer::{Keeping, Line, Login, Mailer, Ours, message, peers};
use crate::place::Place;
use crate::report::{Report, median_and_p99};
use crate::sink::{Seen, Sink};

/// For the first mail to come.
const FIRST_WITHIN: Duration = Duration::from_mins(1);
/// Between two looks at the memory of whoever drains.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A queue over lines of all kinds, next to a floor and to peers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Mails in each queue.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..))]
    alerts: u32,
    /// How long one measurement may take behind the first mail, in seconds.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Measures each so often, in turn, and gives the medians.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Connections of alertmail and of the floor, one measurement each.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "1,4,20")]
    connections: Vec<usize>,
    /// Round trips in ms, one measurement each.
    #[arg(long, value_name = "MS", value_delimiter = ',', default_value = "0,5,50")]
    delays: Vec<u64>,
    /// Ways to log in, one measurement each.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "none,starttls")]
    logins: Vec<Login>,
    /// The sink does not offer CHUNKING.
    #[arg(long)]
    no_chunking: bool,
    /// Only alertmail and the floor.
    #[arg(long)]
    no_peers: bool,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let columns = [
        "what",
        "login",
        "delay_ms",
        "connections",
        "per_s",
        "x_floor",
        "cpu_us_each",
        "peak_mib",
        "sessions",
    ];
    let mut report = Report::new(&columns);
    let mut notes = Vec::new();
    for login in &args.logins {
        for delay in &args.delays {
            let round_trip = Duration::from_millis(*delay);
            let line = Line { login: *login, round_trip, chunking: !args.no_chunking };
            let mut drains: Vec<Vec<Drained>> = Vec::new();
            for _ in 0..args.rounds {
                for (place_in_turn, drained) in
                    one_round(args, place, &line, &mut notes)?.into_iter().enumerate()
                {
                    match drains.get_mut(place_in_turn) {
                        Some(earlier) => earlier.push(drained),
                        None => drains.push(vec![drained]),
                    }
                }
            }
            add_rows(&mut report, &line, &drains);
        }
    }
    report.note(format!(
        "{} mails in each queue, at most {} s, medians of {}; per_s: from the first dot to the last.",
        args.alerts, args.seconds, args.rounds
    ));
    report.note(
        "x_floor: against the floor with as many connections; peers, which choose for themselves, against the one with most.",
    );
    report.note("cpu_us_each, peak_mib: of the program and its children, start included; sessions: connections that it made.");
    notes.sort();
    notes.dedup();
    for note in notes {
        report.note(note);
    }
    Ok(report)
}

/// What one measurement found.
#[derive(Debug, Clone)]
struct Drained {
    name: String,
    connections: Option<usize>,
    per_s: f64,
    cpu_us_each: f64,
    peak_mib: Option<f64>,
    sessions: usize,
}

fn add_rows(report: &mut Report, line: &Line, drains: &[Vec<Drained>]) {
    let median = |all: &[Drained], of: fn(&Drained) -> f64| {
        median_and_p99(&mut all.iter().map(of).collect::<Vec<_>>()).0
    };
    let floor = |connections: Option<usize>| {
        let is_like = |one: &Drained| connections.is_none() || one.connections == connections;
        let floor = drains.iter().rfind(|all| all[0].name == FLOOR && is_like(&all[0]));
        floor.map(|all| median(all, |one| one.per_s))
    };
    for all in drains {
        let one = &all[0];
        let per_s = median(all, |one| one.per_s);
        report.row([
            json!(one.name),
            json!(line.login.as_str()),
            json!(u64::try_from(line.round_trip.as_millis()).unwrap_or(u64::MAX)),
            json!(one.connections),
            json!(per_s),
            floor(one.connections).map_or(Value::Null, |floor| json!(per_s / floor)),
            json!(median(all, |one| one.cpu_us_each)),
            one.peak_mib.map_or(Value::Null, |_| json!(median(all, |one| one.peak_mib.unwrap_or(0.0)))),
            json!(one.sessions),
        ]);
    }
}

/// What the floor is called.
const FLOOR: &str = "floor";

fn one_round(
    args: &Args,
    place: &Place,
    line: &Line,
    notes: &mut Vec<String>,
) -> Result<Vec<Drained>, String> {
    let authority = Authority::new().map_err(|error| error.to_string())?;
    let mut drained = Vec::new();
    for connections in &args.connections {
        drained.push(drain_floor(args, place, line, &authority, *connections)?);
        let ours =
            Ours::new("alertmail", place, line.ends(&authority)?, &authority, (*connections, Keeping::Kept));
        drained.push(Drained { connections: Some(*connections), ..drain(args, &ours)? });
    }
    if !args.no_peers {
        for peer in peers(place, line, &authority, notes)? {
            drained.push(drain(args, peer.as_ref())?);
        }
    }
    Ok(drained)
}

fn drain(args: &Args, mailer: &dyn Mailer) -> Result<Drained, String> {
    let count = args.alerts as usize;
    mailer.fill(count)?;
    let running = mailer.start()?;
    let sink = mailer.sink();
    let nothing = || format!("{}: nothing arrives at the sink", mailer.name());
    sink.wait_for(FIRST_WITHIN, |seen| seen.mails > 0).ok_or_else(nothing)?;
    let end = clock::now() + Duration::from_secs(args.seconds);
    let mut peak_mib: f64 = 0.0;
    let (seen, cpu) = loop {
        let all = sink.wait_for(BETWEEN_LOOKS, |seen| seen.mails >= count);
        let used = running.look();
        peak_mib = peak_mib.max(used.resident_mib);
        match all {
            Some(seen) => break (seen, used.cpu),
            None if clock::now() >= end => break (sink.seen(), used.cpu),
            None => {}
        }
    };
    running.stop()?;
    let mails = sink.seen().mails;
    if mails > count {
        return Err(format!("{}: {count} mails in the queue became {mails}", mailer.name()));
    }
    Ok(Drained {
        name: mailer.name().to_owned(),
        connections: None,
        per_s: rate(&seen),
        cpu_us_each: us_each(cpu, seen.mails),
        peak_mib: Some(peak_mib),
        sessions: seen.connections,
    })
}

fn drain_floor(
    args: &Args,
    place: &Place,
    line: &Line,
    authority: &Authority,
    connections: usize,
) -> Result<Drained, String> {
    let folder = place.folder()?;
    let files = (0..args.alerts).map(|n| {
        let path = folder.path().join(n.to_string());
        let text = message(&format!("disk {n} is full")).replace('\n', "\r\n");
        harness::write_file(&path, 0o600, text.as_bytes());
        path
    });
    let files: Vec<PathBuf> = files.collect();
    let sink: Sink = line.sink(authority)?;
    let way = Way::new(sink.port(), (line.login == Login::Starttls).then_some(authority));
    let end: Instant = clock::now() + Duration::from_secs(args.seconds);
    let cpu = client::drain(&way, connections, files, &|| clock::now() >= end);
    let cpu = cpu.map_err(|error| format!("the floor's client: {error}"))?;
    let seen = sink.seen();
    Ok(Drained {
        name: FLOOR.to_owned(),
        connections: Some(connections),
        per_s: rate(&seen),
        cpu_us_each: us_each(cpu, seen.mails),
        peak_mib: None,
        sessions: seen.connections,
    })
}

/// Mails a second from the first dot to the last.
fn rate(seen: &Seen) -> f64 {
    let (Some(first), Some(last)) = (seen.first, seen.last) else { return 0.0 };
    as_number(seen.mails.saturating_sub(1)) / last.duration_since(first).as_secs_f64().max(1e-9)
}

fn us_each(cpu: Duration, mails: usize) -> f64 {
    cpu.as_secs_f64() * 1e6 / as_number(mails.max(1))
}

fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
