//! One alert on its way: from the exec of `enqueue` to the final dot at the sink, while the agent has nothing else to do.
//! Next to it peers, and a floor: a durable drop by the least program, then the flights of a submission by the least
//! client.
//!
//! All contenders of one line are at work together and take turns, one mail each; each has a sink of its own. Between
//! two mails everything comes to rest.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use lab::Authority;
use serde_json::json;

use crate::client::{Client, Way};
use crate::clock;
use crate::contender::{Contender, FloorForm};
use crate::mailer::{Keeping, Line, Login, Mailer, Ours, Running, message, peers};
use crate::place::Place;
use crate::report::{Report, median_and_p99};
use crate::sink::{MARK, Sink};

/// For one mail.
const PATIENCE: Duration = Duration::from_mins(1);
/// Mails before those that count.
const WARM_UP: usize = 3;
/// For a daemon to get ready, and between two mails, besides the round trips that the one before still takes.
const REST: Duration = Duration::from_millis(20);
/// Round trips behind the dot: its reply, QUIT, TLS's goodbye.
const ROUND_TRIPS_BEHIND: u32 = 3;

/// `enqueue` to the sink's final dot, idle agent, next to a floor and to peers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Mails of each contender.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    mails: u32,
    /// Round trips in ms, one measurement each.
    #[arg(long, value_name = "MS", value_delimiter = ',', default_value = "0,50")]
    delays: Vec<u64>,
    /// Ways to log in, one measurement each.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "none,starttls")]
    logins: Vec<Login>,
    /// The sink does not offer CHUNKING.
    #[arg(long)]
    no_chunking: bool,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let columns = ["what", "login", "delay_ms", "median_ms", "p99_ms", "min_ms", "x_floor"];
    let mut report = Report::new(&columns);
    let mut notes = Vec::new();
    let folder = place.folder()?;
    let floor = FloorForm::Static.build(folder.path())?;
    for login in &args.logins {
        for delay in &args.delays {
            let line = Line {
                login: *login,
                round_trip: Duration::from_millis(*delay),
                chunking: !args.no_chunking,
            };
            let mut all = Contestants::new(place, &line, &floor)?;
            notes.append(&mut all.notes);
            let mut times = all.take_turns(args.mails as usize)?;
            all.stop()?;
            let medians: Vec<(f64, f64)> = times.iter_mut().map(|times| median_and_p99(times)).collect();
            for ((name, times), (median, p99)) in all.names.iter().zip(&times).zip(&medians) {
                report.row([
                    json!(name),
                    json!(login.as_str()),
                    json!(delay),
                    json!(median),
                    json!(p99),
                    json!(times[0]),
                    json!(median / medians[0].0),
                ]);
            }
        }
    }
    report.note(format!(
        "{} mails of each in turn; x_floor compares medians with the cold floor of the same line.",
        args.mails
    ));
    report.note("delay_ms: between a flight of the client's and the replies to it.");
    notes.sort();
    notes.dedup();
    for note in notes {
        report.note(note);
    }
    Ok(report)
}

/// All who take part over one line, at work.
struct Contestants {
    names: Vec<String>,
    floors: Vec<Floor>,
    mailers: Vec<(Box<dyn Mailer>, Running)>,
    rest: Duration,
    notes: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Contestants {
    fn new(place: &Place, line: &Line, floor: &Path) -> Result<Self, String> {
        let authority = Authority::new().map_err(|error| error.to_string())?;
        let folder = place.folder()?;
        let floor = |name, keeping| {
            let drop = Contender::built_floor(name, folder.path(), floor)?;
            let sink = line.sink(&authority)?;
            let way = Way::new(sink.port(), (line.login == Login::Starttls).then_some(&authority));
            Ok::<Floor, String>(Floor { drop, way, sink, kept: None, keeping })
        };
        let floors = vec![floor("floor, cold", Keeping::Cold)?, floor("floor, kept", Keeping::Kept)?];
        let mut all: Vec<Box<dyn Mailer>> = Vec::new();
        for (name, keeping) in [("alertmail, cold", Keeping::Cold), ("alertmail, kept", Keeping::Kept)] {
            all.push(Box::new(Ours::new(name, place, line.ends(&authority)?, &authority, (1, keeping))));
        }
        let mut notes = Vec::new();
        all.append(&mut peers(place, line, &authority, &mut notes)?);
        let start = |mailer: Box<dyn Mailer>| mailer.start().map(|running| (mailer, running));
        let mailers = all.into_iter().map(start).collect::<Result<Vec<_>, _>>()?;
        let names = floors.iter().map(|floor: &Floor| floor.drop.name.clone());
        let names = names.chain(mailers.iter().map(|(mailer, _)| mailer.name().to_owned())).collect();
        let rest = REST + line.round_trip * ROUND_TRIPS_BEHIND;
        Ok(Self { names, floors, mailers, rest, notes, _folder: folder })
    }

    /// The times of each, in ms.
    fn take_turns(&mut self, mails: usize) -> Result<Vec<Vec<f64>>, String> {
        let mut times = vec![Vec::with_capacity(mails); self.names.len()];
        for n in 0..WARM_UP + mails {
            let mark = format!("mail {n}");
            let subject = format!("{MARK}{mark}");
            let mut measured = Vec::with_capacity(times.len());
            for floor in &mut self.floors {
                clock::let_pass(self.rest);
                let start = clock::now();
                floor.deliver(n, &subject)?;
                measured.push(until_dot(start, &floor.sink, &mark, "the floor")?);
            }
            for (mailer, _) in &self.mailers {
                clock::let_pass(self.rest);
                let (mut command, text) = mailer.submit(&subject);
                let start = clock::now();
                submit(&mut command, &text).map_err(|why| format!("{}: {why}", mailer.name()))?;
                measured.push(until_dot(start, mailer.sink(), &mark, mailer.name())?);
            }
            if n >= WARM_UP {
                times.iter_mut().zip(measured).for_each(|(times, time)| times.push(time));
            }
        }
        Ok(times)
    }

    fn stop(&mut self) -> Result<(), String> {
        self.mailers.drain(..).try_for_each(|(_, running)| running.stop())
    }
}

fn until_dot(start: std::time::Instant, sink: &Sink, mark: &str, who: &str) -> Result<f64, String> {
    let seen = sink.wait_for(PATIENCE, |seen| seen.moment_of(mark).is_some());
    let moment = seen.and_then(|seen| seen.moment_of(mark));
    let moment = moment.ok_or_else(|| format!("{who}: `{mark}` does not arrive"))?;
    Ok(clock::ms(moment.duration_since(start)))
}

/// Runs the command with this on its stdin.
pub(crate) fn submit(command: &mut Command, text: &[u8]) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{error}");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.stdin(if text.is_empty() { Stdio::null() } else { Stdio::piped() });
    let mut child = command.spawn().map_err(wrong)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(text).map_err(wrong)?;
    }
    let status = child.wait().map_err(wrong)?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

/// The least that it can take.
struct Floor {
    drop: Contender,
    way: Way,
    sink: Sink,
    /// The connection that is used again.
    kept: Option<Client>,
    keeping: Keeping,
}

impl Floor {
    fn deliver(&mut self, n: usize, subject: &str) -> Result<(), String> {
        submit(&mut self.drop.command(n), b"")?;
        let wrong = |error: std::io::Error| format!("the floor's client: {error}");
        let mut client = match self.kept.take() {
            Some(client) => client,
            None => Client::connect(&self.way).map_err(wrong)?,
        };
        client.deliver(message(subject).replace('\n', "\r\n").as_bytes()).map_err(wrong)?;
        if self.keeping == Keeping::Kept {
            self.kept = Some(client);
        }
        Ok(())
    }
}
