//! `alertmail demo`: shows on this machine alone that an alert gets through, and checks what it shows.
//!
//! Four scripted mail servers on the loopback interface behave like real providers: the first is down, the second does
//! not know our sender, the third has closed for good. Three alerts go through the real `enqueue` and the real agent, a
//! child process, and arrive at the fourth, composed for it. Then the first comes back, and the next alert goes there.
//! No configuration, no network, no root; everything lies in a temporary folder.

mod alerts;
mod mails;
mod stage;
mod story;
mod words;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::edge::language;
use crate::exit::Exit;
use crate::notice::Tongue;
use alerts::{AT_LAST, Sample, WHILE_DOWN};
use stage::Stage;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Examples:
  alertmail demo           watch four providers and four alerts
  alertmail demo --keep    the same, and keep the folder with spool, journal and configuration")]
pub struct Args {
    /// Keep the folder with the spool, the journal and the configuration, and say where it is.
    #[arg(long)]
    pub keep: bool,
}

/// How long anything may take that happens within milliseconds.
const PATIENCE: Duration = Duration::from_secs(6);

/// For how long the agent leaves a provider out that does not work.
const LEFT_OUT: Duration = Duration::from_secs(1);

/// What went wrong, in words.
type Trouble = String;

/// Plays the demonstration.
pub fn run(args: &Args) -> Exit {
    let mut out = io::stdout().lock();
    let tongue = language::asked();
    match play(args, tongue, &mut out) {
        Ok(()) => Exit::Done,
        Err(trouble) => {
            let _ = out.flush();
            let failed = tongue.either("the demonstration failed", "デモンストレーションに失敗しました");
            let _ = writeln!(io::stderr().lock(), "alertmail: {failed}: {trouble}");
            Exit::Warning
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the demonstration says how long it took")]
fn play(args: &Args, tongue: Tongue, out: &mut dyn Write) -> Result<(), Trouble> {
    let began = Instant::now();
    let mut stage = Stage::set(args.keep)?;
    say(out, &stage.introduction(tongue))?;

    say(out, words::three_alerts(tongue))?;
    let ids = enqueue_all(&stage, &WHILE_DOWN)?;
    stage.wait_until_sent(&ids)?;
    say(out, &story::tell(tongue, &stage.ledger()?, &ids, &WHILE_DOWN))?;
    let delivered = stage.docomo_mails();
    say(out, words::on_the_phone(tongue))?;
    say(out, &mails::show_and_check(&delivered, &ids, &WHILE_DOWN, stage::DOCOMO_FROM)?)?;

    say(out, words::back_again(tongue))?;
    stage.bring_home_back()?;
    let last = enqueue_all(&stage, &[AT_LAST])?;
    stage.wait_until_sent(&last)?;
    say(out, &story::tell(tongue, &stage.ledger()?, &last, &[AT_LAST]))?;
    say(out, &mails::show_and_check(&stage.home_mails(), &last, &[AT_LAST], stage::HOME_FROM)?)?;

    let kept = stage.end(WHILE_DOWN.len() + 1)?;
    let seconds = began.elapsed().as_secs_f64();
    say(out, &words::sum(tongue, seconds))?;
    if let Some(folder) = kept {
        say(out, &words::kept(tongue, &folder))?;
    }
    Ok(())
}

fn enqueue_all(stage: &Stage, samples: &[Sample]) -> Result<Vec<spool_format::AlertId>, Trouble> {
    samples.iter().map(|sample| alerts::enqueue(sample, &stage.spool())).collect()
}

/// Prints; a closed pipe ends the demonstration without noise, as its reader wished.
fn say(out: &mut dyn Write, text: &str) -> Result<(), Trouble> {
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot print: {error}"))
}
