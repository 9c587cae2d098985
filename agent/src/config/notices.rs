//! `[notices]`: who is told of the agent's own condition, and how.

use std::time::Duration;

use mime::Language;
use spool_format::Address;

use super::keys::{Key, Place, key};
use super::section::Section;
use super::url::Url;

/// A program that takes longer holds up the next notice.
const COMMAND_WITHIN_MAX: Duration = Duration::from_mins(10);

/// More often nobody wants to know.
const DEAD_MAN_EVERY_MIN: Duration = Duration::from_secs(1);

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "notices", "table", "", "who is told of alertmail's own condition"),
    key(
        Place::Notices,
        "to",
        "list of addresses",
        "[alerts] to",
        "who gets a mail when a provider fails, alerts are stuck or dead, the disk is full; [] sends none",
    ),
    key(
        Place::Notices,
        "language",
        "ja or en",
        "[alerts] language, else that of LANG",
        "in which language notices are written",
    ),
    key(
        Place::Notices,
        "command",
        "list of words",
        "none",
        "a program that gets each notice as JSON on its standard input, and as one line in ALERTMAIL_NOTICE",
    ),
    key(Place::Notices, "command_within", "time", "30s", "then that program is ended; 10m at most"),
    key(
        Place::Notices,
        "every",
        "time",
        "1h",
        "between two notices that the same thing has begun, and between two that it is over",
    ),
    key(
        Place::Notices,
        "gather",
        "time",
        "10s",
        "so long something lasts before anybody is told, and so long is counted what happens",
    ),
    key(Place::Notices, "stuck_after", "time", "15m", "then a critical alert that nobody has is stuck"),
    key(
        Place::Notices,
        "dead_man_url",
        "http or https URL",
        "none",
        "pinged while alerts get out, so that a service elsewhere notices when that ends; with /fail behind it when they do not",
    ),
    key(Place::Notices, "dead_man_every", "time", "1m", "between two pings"),
];

/// Who is told of the agent's own condition, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notices {
    /// Who gets mail of it; `None` for those of `[alerts] to`.
    pub to: Option<Vec<Address>>,
    /// In which language; auto for that of the environment.
    pub language: Language,
    /// A program that is told; empty for none.
    pub command: Vec<String>,
    /// How long that program may take.
    pub command_within: Duration,
    /// Between two notices of the same thing.
    pub every: Duration,
    /// For so long something lasts before anybody is told.
    pub gather: Duration,
    /// After this time a critical alert is stuck.
    pub stuck_after: Duration,
    /// Who notices when the agent falls silent.
    pub dead_man: Option<DeadMan>,
}

/// A service that expects a ping from time to time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMan {
    /// What is asked for.
    pub url: Url,
    /// How often.
    pub every: Duration,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            to: None,
            language: Language::Auto,
            command: Vec::new(),
            command_within: Duration::from_secs(30),
            every: Duration::from_hours(1),
            gather: Duration::from_secs(10),
            stuck_after: Duration::from_mins(15),
            dead_man: None,
        }
    }
}

/// Reads `[notices]`.
pub(super) fn read(root: &Section<'_, '_>) -> Notices {
    let mut notices = Notices::default();
    let Some(section) = root.section("notices", "[notices]", Place::Notices) else { return notices };
    notices.to = section.addresses("to");
    notices.language = section.parsed("language", language).unwrap_or(notices.language);
    notices.command = section.texts("command").unwrap_or_default();
    if section.has("command") && notices.command.first().is_none_or(String::is_empty) {
        section.wrong("command", "`command` names no program");
    }
    notices.command_within = section.time("command_within").unwrap_or(notices.command_within);
    if notices.command_within > COMMAND_WITHIN_MAX {
        section.wrong("command_within", "`command_within` is longer than 10m");
    }
    notices.every = section.time("every").unwrap_or(notices.every);
    notices.gather = section.time("gather").unwrap_or(notices.gather);
    notices.stuck_after = section.time("stuck_after").unwrap_or(notices.stuck_after);
    let every = section.time("dead_man_every").unwrap_or(Duration::from_mins(1));
    if every < DEAD_MAN_EVERY_MIN {
        section.wrong("dead_man_every", "`dead_man_every` is shorter than 1s");
    }
    notices.dead_man = section.parsed("dead_man_url", Url::parse).map(|url| DeadMan { url, every });
    notices
}

fn language(word: &str) -> Result<Language, String> {
    match word {
        "ja" => Ok(Language::Japanese),
        "en" => Ok(Language::English),
        _ => Err(format!("`{word}` is not a language; write \"ja\" or \"en\"")),
    }
}
