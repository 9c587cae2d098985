//! An agent with nothing to do: what it holds in memory, and how often it wakes.

use std::time::Duration;

use harness::{Config, Provider, Sandbox};
use serde_json::json;

use crate::clock;
use crate::place::Place;
use crate::process::Process;
use crate::report::Report;
use crate::sink::Sink;

/// Until what was begun is over: the connection is put away, the writer has rested.
const SETTLING: Duration = Duration::from_secs(1);
/// For any one thing to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Memory and wake-ups of an idle agent.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How long it is watched, in seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let sandbox = Sandbox::new(&place.programs());
    let sink = Sink::start().map_err(|error| format!("no port for the sink: {error}"))?;
    sandbox.configure(&Config::of([Provider::clear("sink", sink.port())]));
    let agent = sandbox.start_agent();
    let mut report =
        Report::new(&["when", "resident_mib", "proportional_mib", "seconds", "wakeups", "cpu_ms"]);
    let mut watch = |when: &str| -> Result<(), String> {
        clock::let_pass(SETTLING);
        let (before, cpu) = (Process::look(agent.pid())?, agent.cpu_time());
        clock::let_pass(Duration::from_secs(args.seconds));
        let after = Process::look(agent.pid())?;
        report.row([
            json!(when),
            json!(after.resident_mib),
            json!(after.proportional_mib),
            json!(args.seconds),
            json!(after.wakeups - before.wakeups),
            json!(clock::ms(agent.cpu_time().saturating_sub(cpu))),
        ]);
        Ok(())
    };
    watch("after the start")?;
    sandbox.enqueue(&["--to", "oncall@example.jp", "--subject", "disk full on db1", "now"]);
    sink.wait_for(PATIENCE, |seen| seen.mails == 1).ok_or("nothing arrives at the sink")?;
    watch("after one mail")?;
    if agent.stop() != Some(0) {
        return Err("the agent did not stop in good order".to_owned());
    }
    Ok(report)
}
