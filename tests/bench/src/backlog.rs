//! A start over a hundred thousand alerts: how long until the first is delivered, what it takes in memory, whether a
//! fresh alert waits behind the old ones, and how fast they go.

use std::process::Stdio;
use std::time::{Duration, Instant};

use harness::{Config, Provider, Sandbox};
use serde_json::json;
use spool_format::{Folder, Layout};

use crate::alerts;
use crate::clock;
use crate::place::Place;
use crate::process::Process;
use crate::report::{Report, median_and_p99};
use crate::sink::{MARK, Seen, Sink};

/// For any one thing to happen.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often during a drain fresh alerts are enqueued, one of each severity.
const FRESH: usize = 9;
/// Those severities.
const SEVERITIES: [&str; 2] = ["critical", "warning"];

/// A start over many alerts in incoming/ and, separately, in deferred/.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Alerts in the spool.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..))]
    alerts: u32,
    /// Goes on until so many of them are delivered [default: all]
    #[arg(long, value_name = "ALERTS", value_parser = clap::value_parser!(u32).range(100..))]
    drain: Option<u32>,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let mut report = Report::new(&[
        "where",
        "alerts",
        "first_ms",
        "first_cpu_ms",
        "peak_mib",
        "critical_ms",
        "warning_ms",
        "per_s",
        "cpu_us_each",
    ]);
    for folder in [Folder::Incoming, Folder::Deferred] {
        let goal = args.drain.unwrap_or(args.alerts).min(args.alerts);
        let drain = drain(place, folder, args.alerts as usize, goal as usize)?;
        let [critical, warning] = drain.fresh.map(|mut times| median_and_p99(&mut times).0);
        report.row([
            json!(format!("{}/", folder.as_str())),
            json!(args.alerts),
            json!(clock::ms(drain.first)),
            json!(clock::ms(drain.first_cpu)),
            json!(drain.peak_mib),
            json!(critical),
            json!(warning),
            json!(f64::from(goal) / drain.whole.as_secs_f64()),
            json!(drain.cpu.as_secs_f64() * 1e6 / f64::from(goal)),
        ]);
    }
    report.note("first_ms: from the exec of the agent to the final dot of the first mail at the sink; its CPU time until then.");
    report.note(format!(
        "critical_ms, warning_ms: {FRESH} fresh alerts of each severity, enqueued while the old ones (warnings) are \
         drained, from the exec of enqueue to the dot; medians."
    ));
    report.note(
        "per_s: from the first dot to the last; one provider, four connections, the sink in this process.",
    );
    Ok(report)
}

struct Drain {
    first: Duration,
    /// Processor time of the agent until then.
    first_cpu: Duration,
    peak_mib: f64,
    /// In milliseconds, for each of [`SEVERITIES`].
    fresh: [Vec<f64>; SEVERITIES.len()],
    whole: Duration,
    cpu: Duration,
}

fn drain(place: &Place, folder: Folder, count: usize, goal: usize) -> Result<Drain, String> {
    let sandbox = Sandbox::new(&place.programs());
    let sink = Sink::start().map_err(|error| format!("no port for the sink: {error}"))?;
    sandbox.configure(&Config::of([Provider::clear("sink", sink.port())]));
    alerts::put(&Layout::new(sandbox.spool()), folder, count)?;
    let start = clock::now();
    let agent = sandbox.start_agent();
    let seen = sink.wait_for(PATIENCE, |seen| seen.mails > 0).ok_or("nothing arrives at the sink")?;
    let (first, first_cpu) = (since(start, seen.first), agent.cpu_time());
    let mut starts = Vec::new();
    for n in 0..FRESH {
        // Spread over the drain; the last ones while a tenth is still there.
        let there = goal * n / (FRESH + 1);
        sink.wait_for(PATIENCE, |seen| seen.mails >= there).ok_or("the drain has come to a halt")?;
        for severity in SEVERITIES {
            let mark = format!("{severity} {n}");
            starts.push((clock::now(), mark.clone()));
            enqueue_one(&sandbox, severity, &mark)?;
        }
    }
    let is_enough = |seen: &Seen| seen.mails >= goal + starts.len();
    let seen = sink.wait_for(PATIENCE, is_enough).ok_or("the drain has come to a halt")?;
    let whole = seen.first.map_or(Duration::ZERO, |first| since(first, seen.last));
    let process = Process::look(agent.pid())?;
    let cpu = agent.cpu_time();
    if agent.stop() != Some(0) {
        return Err("the agent did not stop in good order".to_owned());
    }
    let seen = sink.seen();
    let all = count + starts.len();
    if goal == count && (seen.mails != all || seen.marked.len() != starts.len()) {
        return Err(format!("{all} alerts became {} mails, {} of them fresh", seen.mails, seen.marked.len()));
    }
    let fresh = SEVERITIES.map(|severity| {
        let of_it = starts.iter().filter(|(_, mark)| mark.starts_with(severity));
        // One that did not come in time counts as long as the measurement took.
        let came = |mark: &str| seen.moment_of(mark).or(seen.last);
        of_it.map(|(start, mark)| clock::ms(since(*start, came(mark)))).collect()
    });
    Ok(Drain { first, first_cpu, peak_mib: process.peak_mib, fresh, whole, cpu })
}

fn since(start: Instant, end: Option<Instant>) -> Duration {
    end.map_or(Duration::ZERO, |end| end.duration_since(start))
}

fn enqueue_one(sandbox: &Sandbox, severity: &str, mark: &str) -> Result<(), String> {
    let subject = format!("{MARK}{mark}");
    let arguments = ["--to", "oncall@example.jp", "--severity", severity, "--subject", &subject, "now"];
    let mut command = sandbox.enqueue_command(&arguments);
    let status = command.stdout(Stdio::null()).stdin(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err("enqueue did not store the alert".to_owned())
    }
}
