//! What takes mails in the place of a server: what would be run, whether the folder can be written. Nothing is run or written.

use std::fmt::Write as _;
use std::path::PathBuf;

use spool_format::{AlertId, Severity, Wall};

use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::{columns, printable};
use crate::submit::{About, Destination};

/// Columns of the names in front of what is shown.
const NAME_COLUMNS: usize = 11;

/// For machines: the report of a provider that is no server.
#[derive(Debug, serde::Serialize)]
pub(super) struct LocalReport {
    provider: String,
    /// `command` or `maildir`.
    kind: &'static str,
    /// Whether it could take a mail, as far as can be seen without one.
    usable: bool,
    exit_code: u8,
    /// The words of the command, with examples filled in; empty for a folder.
    command: Vec<String>,
    /// The program, or the folder.
    path: Option<PathBuf>,
    /// What is to be said of it.
    verdict: String,
}

/// Looks at it; `None` if it is a server.
pub(super) fn look(destination: &Destination, sender: &str) -> Option<(Exit, LocalReport)> {
    let (provider, kind, command, path, found) = match destination {
        Destination::Server(_) => return None,
        Destination::Program(gateway) => {
            let words = gateway.words(sender, &["someone@example.jp"], &example()).unwrap_or_default();
            let found = gateway.look();
            let path = found.as_ref().ok().cloned();
            let each =
                if gateway.runs_for_each() { "once for each recipient" } else { "once for all recipients" };
            let found = found.map(|path| format!("would be run, {each}: {}", path.display()));
            (&gateway.name, "command", words, path, found)
        }
        Destination::Maildir(maildir) => {
            let found = maildir.look().map(|what| format!("the folder {} {what}", maildir.path.display()));
            (&maildir.name, "maildir", Vec::new(), Some(maildir.path.clone()), found)
        }
    };
    let exit = if found.is_ok() { Exit::Done } else { Exit::Unavailable };
    let report = LocalReport {
        provider: provider.clone(),
        kind,
        usable: found.is_ok(),
        exit_code: exit.code(),
        command,
        path,
        verdict: found.unwrap_or_else(|why| why),
    };
    Some((exit, report))
}

fn example() -> About {
    About {
        id: AlertId::new(Wall::from_unix_ms(0), [0; 10]),
        severity: Severity::Critical,
        key: None,
        subject: String::new(),
    }
}

impl LocalReport {
    /// For people.
    pub(super) fn text(&self, tongue: Tongue) -> String {
        let mut text = String::new();
        let mut line = |name: &str, what: &str| {
            let gap = " ".repeat(NAME_COLUMNS.saturating_sub(columns(name)));
            let _ = writeln!(text, "{name}{gap}{}", printable(what));
        };
        line(tongue.either("provider", "プロバイダ"), &self.provider);
        line(tongue.either("kind", "種類"), self.kind);
        if !self.command.is_empty() {
            line(tongue.either("command", "コマンド"), &self.command.join(" "));
        }
        let usable = if self.usable {
            tongue
                .either("yes, as far as can be seen without a mail", "使用可能（メールを送らずに分かる範囲）")
        } else {
            tongue.either("no", "使用不可")
        };
        line(tongue.either("usable", "判定"), usable);
        line("", &notice::why(tongue, &self.verdict));
        text
    }
}
