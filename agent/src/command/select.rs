//! Which alerts a command is for: ids or their beginnings, or all of which something is true.

use std::time::Duration;

use spool_format::Severity;

use super::Refusal;
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::spool::view::{Item, View};

/// Candidates that are named when the beginning of an id is not enough.
const CANDIDATES_MAX: usize = 8;

/// What has to be true of an alert. Nothing that is said is true of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Filter {
    /// Only those of this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub severity: Option<Severity>,
    /// Only those whose key begins so.
    #[arg(long, value_name = "BEGINNING")]
    pub key: Option<String>,
    /// Only those for a recipient whose address contains this.
    #[arg(long, value_name = "TEXT")]
    pub to: Option<String>,
    /// Only those that were made longer ago: 90s, 15m, 2h, 3d.
    #[arg(long, value_name = "TIME", value_parser = crate::config::time)]
    pub older_than: Option<Duration>,
}

impl Filter {
    /// Whether it is true of this alert, which has this age.
    pub(super) fn is_true_of(&self, item: &Item, age: Duration) -> bool {
        let begins = |start: &String| item.key.as_ref().is_some_and(|key| key.starts_with(start));
        let is_for = |text: &String| item.recipients.iter().any(|(to, _)| to.contains(text));
        self.severity.is_none_or(|severity| item.severity == severity)
            && self.key.as_ref().is_none_or(begins)
            && self.to.as_ref().is_none_or(is_for)
            && self.older_than.is_none_or(|older_than| age >= older_than)
    }

    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    match text {
        "critical" => Ok(Severity::Critical),
        "warning" => Ok(Severity::Warning),
        "info" => Ok(Severity::Info),
        _ => Err("it is critical, warning or info".to_owned()),
    }
}

/// The alert whose id begins so.
pub(super) fn find<'v>(view: &'v View, start: &str) -> Result<&'v Item, Refusal> {
    let start = start.trim_end_matches(".json").to_ascii_lowercase();
    let found: Vec<&Item> = view.alerts.iter().filter(|item| item.id.as_str().starts_with(&start)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let shown = printable(&start);
            Err(Refusal::in_both(
                Exit::Data,
                format!("no alert's id begins with `{shown}`; see: alertmail list --all"),
                format!("ID が `{shown}` で始まるアラートはありません。一覧: alertmail list --all"),
            ))
        }
        [..] => {
            let candidates = found.iter().take(CANDIDATES_MAX).map(|item| item.id.as_str().to_owned());
            let more = if found.len() > CANDIDATES_MAX { " …" } else { "" };
            let list = candidates.collect::<Vec<_>>().join(" ");
            let count = found.len();
            Err(Refusal::in_both(
                Exit::Data,
                format!("{count} ids begin with `{start}`: {list}{more}"),
                format!("`{start}` で始まる ID が{count}件あります: {list}{more}"),
            ))
        }
    }
}
