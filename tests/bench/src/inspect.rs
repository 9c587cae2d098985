//! The commands that look into a spool where a hundred thousand alerts wait, next to the least that it can cost: to read
//! the journal's octets and the names in the folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use harness::{Config, Provider, Sandbox};
use serde_json::json;
use spool_format::folder::parse_file_name;
use spool_format::{Folder, Layout};

use crate::alerts;
use crate::clock;
use crate::place::Place;
use crate::report::{Report, median_and_p99};

/// Characters at the end of an id without which it still is the only one.
const NOT_NEEDED: usize = 3;

/// The commands that read a large spool, each from exec to exit.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Alerts that wait.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..))]
    alerts: u32,
    /// How often each command is run.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let mut report = Report::new(&["what", "median_ms", "max_ms", "x_floor"]);
    let sandbox = Sandbox::new(&place.programs());
    sandbox.configure(&Config::of([Provider::clear("sink", 25)]));
    let layout = Layout::new(sandbox.spool());
    alerts::put(&layout, Folder::Deferred, args.alerts as usize)?;
    let id = an_id(&layout.folder(Folder::Deferred)).ok_or("there are no alerts")?;
    let beginning = &id[..id.len() - NOT_NEEDED];
    let least = || read_all(&layout).map_err(|error| format!("cannot read the spool: {error}"));
    let floor = often(args.runs, least)?;
    report.row([json!("octets and names"), json!(floor.0), json!(floor.1), json!(1.0)]);
    for words in [
        &["show", &id][..],
        &["show", beginning],
        &["why", &id],
        &["list"],
        &["list", "--json"],
        &["list", "--severity", "critical"],
        &["log", "--since", "2h"],
        &["stats"],
        &["check"],
        &["page"],
    ] {
        let run = || {
            let mut command = Command::new(place.program("alertmail"));
            command.arg("--config").arg(sandbox.config_file()).arg("--spool").arg(sandbox.spool());
            run(command.args(words)).map_err(|error| format!("alertmail {}: {error}", words.join(" ")))
        };
        let (median, most) = often(args.runs, run)?;
        let what = words.join(" ").replace(&id, "ID").replace(beginning, "BEGINNING");
        report.row([json!(what), json!(median), json!(most), json!(median / floor.0)]);
    }
    report.note("from exec to exit, what is printed thrown away; everything in the page cache.");
    report.note(format!(
        "each of the {} alerts waits in deferred/ after one failed attempt: four lines of the journal.",
        args.alerts
    ));
    Ok(report)
}

/// Median and maximum in milliseconds, after one run that is not counted.
fn often(runs: u32, once: impl Fn() -> Result<(), String>) -> Result<(f64, f64), String> {
    once()?;
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = clock::now();
        once()?;
        times.push(clock::ms(start.elapsed()));
    }
    let most = times.iter().copied().fold(0.0, f64::max);
    Ok((median_and_p99(&mut times).0, most))
}

/// One from the middle of the folder.
fn an_id(folder: &Path) -> Option<String> {
    let names = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name());
    let mut ids: Vec<String> =
        names.filter_map(|name| Some(parse_file_name(name.to_str()?)?.as_str().to_owned())).collect();
    ids.sort_unstable();
    ids.get(ids.len() / 2).cloned()
}

fn read_all(layout: &Layout) -> io::Result<()> {
    let mut octets = vec![0; 256 * 1024];
    for file in fs::read_dir(layout.journal())? {
        let mut file = File::open(file?.path())?;
        while file.read(&mut octets)? > 0 {}
    }
    let names = fs::read_dir(layout.folder(Folder::Deferred))?;
    if names.flatten().count() == 0 {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<(), String> {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let ended = ended.map_err(|error| error.to_string())?;
    // `check` warns of what waits.
    if ended.stderr.is_empty() { Ok(()) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
}
