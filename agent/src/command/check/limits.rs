//! What is too old and too many, as those who run plugins for Nagios and Icinga say it.

use std::time::Duration;

use super::super::Refusal;
use crate::config::time;
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
One line as a plugin of Nagios, Icinga and their kin: a sentence, and behind `|`
numbers with their limits. Its state is the exit code:

0 OK        the agent runs, and nothing below is the case
1 WARNING   look today: alerts wait for longer, or more are deferred,
            than a limit of --warning-…; a file is no alert; a provider
            is left out, has failed its drill, refuses the login or ends
            soon; a quota is nearly used up; the configuration or the
            modes of the spool want attention
2 CRITICAL  look now: no agent runs; alerts wait for longer, or more are
            deferred, than a limit of --critical-…; there are dead
            letters; no provider works; the disk is full or fails
3 UNKNOWN   the spool or the configuration cannot be read, or the limits
            make no sense

What is above a limit passes it: -w 2m warns from 121 seconds on. A number
without a unit is seconds. Alerts that somebody holds have no age here.

Examples:
  alertmail check
  alertmail check -w 5m -c 30m
  alertmail check --warning-deferred 10 --critical-deferred 100 --json")]
pub struct Args {
    /// How long the oldest critical alert may wait before that is a warning.
    #[arg(long, short = 'w', visible_alias = "warning", value_name = "TIME", default_value = "2m", value_parser = age)]
    warning_age: Duration,
    /// How long it may wait before somebody has to look now.
    #[arg(long, short = 'c', visible_alias = "critical", value_name = "TIME", default_value = "15m", value_parser = age)]
    critical_age: Duration,
    /// How long any alert may wait before that is a warning.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = age)]
    warning_oldest: Duration,
    /// How long any alert may wait before somebody has to look now.
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = age)]
    critical_oldest: Duration,
    /// How many alerts may be deferred before that is a warning; default: any number.
    #[arg(long, value_name = "NUMBER")]
    warning_deferred: Option<usize>,
    /// How many may be deferred before somebody has to look now; default: any number.
    #[arg(long, value_name = "NUMBER")]
    critical_deferred: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

/// A time, also as a plain number of seconds.
fn age(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => time(text)
            .map_err(|_| format!("`{text}` is not a time; write for example 90 (seconds), 90s, 15m or 2h")),
    }
}

impl Args {
    /// What it says, if it makes sense: a warning that comes after the alarm would never come.
    pub(crate) fn limits(&self) -> Result<Limits, Refusal> {
        let ages = |warning: Duration, critical: Duration| Pair {
            warning: Some(warning.as_secs()),
            critical: Some(critical.as_secs()),
        };
        let count = |limit: Option<usize>| limit.map(|limit| limit as u64);
        let limits = Limits {
            oldest_critical: ages(self.warning_age, self.critical_age),
            oldest: ages(self.warning_oldest, self.critical_oldest),
            deferred: Pair { warning: count(self.warning_deferred), critical: count(self.critical_deferred) },
        };
        for (pair, kind) in
            [(limits.oldest_critical, "age"), (limits.oldest, "oldest"), (limits.deferred, "deferred")]
        {
            if let Pair { warning: Some(warning), critical: Some(critical) } = pair
                && warning > critical
            {
                return Err(Refusal::new(
                    Exit::Unknown,
                    format!("--warning-{kind} {warning} is above --critical-{kind} {critical}: give both"),
                ));
            }
        }
        Ok(limits)
    }
}

/// The limits that hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Seconds that the oldest critical alert may wait.
    pub(super) oldest_critical: Pair,
    /// Seconds that any alert may wait.
    pub(super) oldest: Pair,
    /// Alerts that may be deferred.
    pub(super) deferred: Pair,
}

/// Up to where all is well, and up to where it is no alarm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    warning: Option<u64>,
    critical: Option<u64>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Today,
    Now,
}

impl Pair {
    /// As the plugins' guidelines have it: a limit is passed by what is above it.
    pub(super) fn judge(self, so_much: u64) -> Option<Weight> {
        let is_above = |limit: Option<u64>| limit.is_some_and(|limit| so_much > limit);
        if is_above(self.critical) {
            Some(Weight::Now)
        } else {
            is_above(self.warning).then_some(Weight::Today)
        }
    }

    /// `warning;critical`, for those who draw them.
    pub(super) fn perfdata(self) -> String {
        let text = |limit: Option<u64>| limit.map_or_else(String::new, |limit| limit.to_string());
        format!("{};{}", text(self.warning), text(self.critical))
    }
}

/// Puts a sentence where it belongs.
pub(super) fn tell(weight: Option<Weight>, text: String, now: &mut Vec<String>, today: &mut Vec<String>) {
    match weight {
        Some(Weight::Now) => now.push(text),
        Some(Weight::Today) => today.push(text),
        None => {}
    }
}
