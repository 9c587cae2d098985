//! One alert from exec to exit, durable: next to the least that it can cost, and to peers.
//!
//! The contenders take turns, one run each, so that whatever else the machine does meets all of them. Times are from
//! before the spawn to the reaped exit. Nothing is deleted between the runs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use harness::Sandbox;
use serde_json::{Value, json};

use crate::clock;
use crate::contender::{Contender, FloorForm, message};
use crate::counts::{Counts, count};
use crate::peers::peers;
use crate::place::Place;
use crate::report::{Report, median_and_p99};

/// Runs before those that count.
const WARM_UP: usize = 3;

/// One alert from exec to exit, next to the least that it can cost and to peers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs of each contender.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let folder = place.folder()?;
    let sandbox = Sandbox::new(&place.programs());
    let (contenders, notes) = contenders(place, &sandbox, folder.path())?;
    let runs = args.runs as usize;
    let mut times: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::with_capacity(runs)).collect();
    for n in 0..WARM_UP + runs {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let time = time(contender, n)?;
            if n >= WARM_UP {
                times.push(clock::ms(time));
            }
        }
    }
    let counts: Vec<Counts> = contenders.iter().map(|each| count(each, WARM_UP + runs)).collect();
    let mut report = Report::new(&[
        "what",
        "median_ms",
        "p99_ms",
        "min_ms",
        "x_floor",
        "calls",
        "syncs",
        "instructions",
        "peak_kib",
        "octets",
    ]);
    let floor = median_and_p99(&mut times[0]).0;
    for ((contender, times), counts) in contenders.iter().zip(&mut times).zip(&counts) {
        let (median, p99) = median_and_p99(times);
        let size = contender.program.as_ref().and_then(|path| fs::metadata(path).ok());
        report.row([
            json!(contender.name),
            json!(median),
            json!(p99),
            json!(times[0]),
            json!(median / floor),
            or_null(counts.calls),
            or_null(counts.syncs),
            or_null(counts.instructions),
            or_null(counts.peak_kib),
            or_null(size.map(|size| size.len())),
        ]);
    }
    report.note(format!("{runs} runs of each in turn; x_floor compares medians."));
    for note in notes {
        report.note(note);
    }
    Ok(report)
}

fn or_null(number: Option<u64>) -> Value {
    number.map_or(Value::Null, |number| json!(number))
}

/// The floor comes first.
fn contenders(
    place: &Place,
    sandbox: &Sandbox,
    folder: &Path,
) -> Result<(Vec<Contender>, Vec<String>), String> {
    let text = folder.join("message");
    harness::write_file(&text, 0o644, message().as_bytes());
    let mut all =
        vec![Contender::floor(folder, FloorForm::Static)?, Contender::floor(folder, FloorForm::Dynamic)?];
    let mut notes = Vec::new();
    match place.of_profile("small", "enqueue") {
        Some(program) => {
            all.push(Contender::enqueue("enqueue, small", &program, sandbox));
            all.extend(by_other_names(&program, (folder, &text), sandbox)?);
        }
        None => notes.push("enqueue, small: not built; tests/bench/README.md has the command.".to_owned()),
    }
    all.push(Contender::enqueue("enqueue", &place.program("enqueue"), sandbox));
    let (peers, missing) = peers(folder, &text);
    all.extend(peers);
    notes.extend(missing);
    Ok((all, notes))
}

/// The program as `sendmail` and as `mail`, with a whole message or its text on stdin.
fn by_other_names(
    program: &Path,
    (folder, text): (&Path, &Path),
    sandbox: &Sandbox,
) -> Result<Vec<Contender>, String> {
    const MAIL: &[&str] = &["-s", "disk full on db1", "oncall@example.jp"];
    let as_name = |label, name, arguments| {
        Contender::by_name((label, name), arguments, program, (folder, text), sandbox)
    };
    Ok(vec![as_name("sendmail -t, small", "sendmail", &["-t", "-i"])?, as_name("mail, small", "mail", MAIL)?])
}

/// From before the spawn to the reaped exit.
fn time(contender: &Contender, n: usize) -> Result<Duration, String> {
    let mut command = contender.command(n);
    let start = clock::now();
    let status = command.spawn().and_then(|mut child| child.wait());
    let time = start.elapsed();
    match status {
        Ok(status) if status.success() => Ok(time),
        Ok(status) => Err(format!("{}: {status}", contender.name)),
        Err(error) => Err(format!("{}: {error}", contender.name)),
    }
}
