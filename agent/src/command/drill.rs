//! `alertmail drill`: asks providers now whether they could take an alert, as the agent does from time to time.
//!
//! It is a probe with the login, or a canary mail. The journal does not hear of it, since the agent alone writes there; what it finds is for
//! whoever asks.

use super::place::Place;
use super::{probe, send};
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The same as `alertmail probe --auth`: connection, TLS, login, goodbye, and no mail. The agent does it by itself once in
`[drills] every`; what it found last is shown by `alertmail providers` and `alertmail check`. With --canary a small mail goes out, as
from the agent once in `[drills] canary`. Exit codes are those of probe, and with --canary those of send.

Examples:
  alertmail drill                                    every provider of the configuration
  alertmail drill yahoo --json                       one of them, for programs
  alertmail drill --canary                           a small mail through each of them")]
pub struct Args {
    /// Its name in the configuration; without it, all of them in turn.
    #[arg(value_name = "PROVIDER")]
    provider: Option<String>,
    /// Send a small mail through it, to those of `[drills] canary_to`, in place of the probe.
    #[arg(long)]
    canary: bool,
    /// Seconds for each way in.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Show the dialogue on stderr.
    #[arg(long)]
    trace: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let Args { provider, canary, timeout, trace, json } = args.clone();
    if canary {
        return send::canary(provider.as_deref(), send::Manner { timeout, trace, json }, place);
    }
    probe::run(&probe::Args::with_login(provider, timeout, trace, json), place)
}
