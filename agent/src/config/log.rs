//! `[log]`: what the agent's log looks like, and how much is in it.

use super::keys::{Key, Place, key};
use super::section::Section;

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "log", "table", "", "the agent's log"),
    key(
        Place::Log,
        "format",
        "\"auto\", \"text\", \"json\" or \"journald\"",
        "auto",
        "lines of text or of JSON on stderr, or entries of systemd's journal with a field ALERTMAIL_… for each thing that is said; auto: entries where systemd has connected stderr to the journal, else text",
    ),
    key(
        Place::Log,
        "level",
        "\"error\", \"warning\", \"info\" or \"debug\"",
        "info",
        "how grave something has to be; debug has every step of every attempt",
    ),
];

/// The agent's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What its lines look like.
    pub format: LogFormat,
    /// How grave something has to be.
    pub level: LogLevel,
}

/// What lines of the log look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For journald where it reads stderr, else text.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
    /// Entries in journald's own form.
    Journald,
}

/// How grave something is at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Somebody has to do something.
    Error,
    /// It is not as it should be.
    Warning,
    /// What became of alerts and providers.
    #[default]
    Info,
    /// Each step.
    Debug,
}

/// Reads `[log]`.
pub(super) fn read(root: &Section<'_, '_>) -> Log {
    let Some(section) = root.section("log", "[log]", Place::Log) else { return Log::default() };
    Log {
        format: section.parsed("format", format).unwrap_or_default(),
        level: section.parsed("level", level).unwrap_or_default(),
    }
}

fn format(word: &str) -> Result<LogFormat, String> {
    Ok(match word {
        "auto" => LogFormat::Auto,
        "text" => LogFormat::Text,
        "json" => LogFormat::Json,
        "journald" => LogFormat::Journald,
        _ => {
            return Err(format!(
                "`{word}` is no format of the log; write \"auto\", \"text\", \"json\" or \"journald\""
            ));
        }
    })
}

fn level(word: &str) -> Result<LogLevel, String> {
    Ok(match word {
        "error" => LogLevel::Error,
        "warning" => LogLevel::Warning,
        "info" => LogLevel::Info,
        "debug" => LogLevel::Debug,
        _ => {
            return Err(format!(
                "`{word}` is no level of the log; write \"error\", \"warning\", \"info\" or \"debug\""
            ));
        }
    })
}
