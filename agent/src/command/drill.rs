//! `alertmail drill`: asks providers now whether they could take an alert, as the agent does from time to time.
//!
//! It is a probe with the login. The journal does not hear of it, since the agent alone writes there; what it finds is for
//! whoever asks.

use super::place::Place;
use super::probe;
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The same as `alertmail probe --auth`: connection, TLS, login, goodbye, and no mail. The agent does it by itself once in
`[drills] every`; what it found last is shown by `alertmail providers` and `alertmail check`. Exit codes are those of probe.

Examples:
  alertmail drill                                    every provider of the configuration
  alertmail drill yahoo --json                       one of them, for programs")]
pub struct Args {
    /// Its name in the configuration; without it, all of them in turn.
    #[arg(value_name = "PROVIDER")]
    provider: Option<String>,
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
    let Args { provider, timeout, trace, json } = args.clone();
    probe::run(&probe::Args::with_login(provider, timeout, trace, json), place)
}
