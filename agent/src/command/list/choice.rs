//! Which alerts are listed: by state, provider and age, besides what other commands can ask for.

use std::time::Duration;

use super::super::select::Filter;
use crate::spool::view::Item;

/// The states that can be asked for.
const STATES: [&str; 8] = ["incoming", "trying", "deferred", "held", "sent", "dead", "corrupt", "gone"];

/// What has to be true of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Choice {
    /// Only what stands so; several with commas between them.
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = STATES)]
    state: Vec<String>,
    #[command(flatten)]
    filter: Filter,
    /// Only what this provider was asked for last, or is being asked for.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only those that were made less long ago: 90s, 15m, 2h, 3d.
    #[arg(long, value_name = "TIME", value_parser = crate::config::time)]
    newer_than: Option<Duration>,
}

impl Choice {
    /// Whether it is true of this alert, which has this age.
    pub(super) fn is_true_of(&self, item: &Item, age: Duration) -> bool {
        let state = item.standing.as_str();
        (self.state.is_empty() || self.names(state))
            && self.filter.is_true_of(item, age)
            && self.newer_than.is_none_or(|newer_than| age < newer_than)
            && self.provider.as_ref().is_none_or(|name| is_at(item, name))
    }

    /// Whether this state was asked for by name.
    pub(super) fn names(&self, state: &str) -> bool {
        self.state.iter().any(|asked| asked == state)
    }

    /// Whether any state was asked for by name.
    pub(super) fn names_states(&self) -> bool {
        !self.state.is_empty()
    }

    /// Whether files that are no alerts are listed: nothing else is known of them than that.
    pub(super) fn has_corrupt(&self) -> bool {
        (self.state.is_empty() || self.names("corrupt"))
            && self.filter.is_empty()
            && self.provider.is_none()
            && self.newer_than.is_none()
    }

    /// The states that were asked for, if nothing else was.
    pub(super) fn states_alone(&self) -> Option<&[String]> {
        let is_by_state_alone = Self { state: self.state.clone(), ..Self::default() } == *self;
        is_by_state_alone.then_some(&self.state[..])
    }
}

/// Whether a provider was asked last for an alert, or is being asked.
fn is_at(item: &Item, name: &str) -> bool {
    let Some(history) = &item.history else { return false };
    let is_asked = history.under_way.iter().any(|attempt| attempt.provider == name);
    is_asked || history.attempts.last().is_some_and(|attempt| attempt.provider == name)
}

#[cfg(test)]
mod tests {
    use super::super::words::nothing;
    use super::*;
    use crate::notice::Tongue;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        choice: Choice,
    }

    fn choice(line: &str) -> Choice {
        Line::parse_from(std::iter::once("list").chain(line.split_whitespace())).choice
    }

    #[test]
    fn what_is_not_there_is_named_as_it_was_asked_for() {
        for (line, said) in [
            ("", "nothing waits in s"),
            ("--state dead", "nothing is dead in s"),
            ("--state dead,held --state sent", "nothing is dead or held or sent in s"),
            ("--state dead --to x", "nothing of that kind is there in s"),
            ("--newer-than 3m", "nothing of that kind is there in s"),
        ] {
            let choice = choice(line);
            assert_eq!(nothing(Tongue::English, choice.states_alone(), "s"), said, "{line}");
        }
    }

    #[test]
    fn files_that_are_no_alerts_have_a_state_and_nothing_else() {
        for (line, there) in [
            ("", true),
            ("--state corrupt", true),
            ("--state dead,corrupt", true),
            ("--state dead", false),
            ("--severity info", false),
            ("--provider home", false),
        ] {
            assert_eq!(choice(line).has_corrupt(), there, "{line}");
        }
    }
}
