//! The table of keys. It drives the check for unknown keys, the nearest one that is offered instead, and the reference.

mod japanese;
mod provider;

use std::fmt::Write as _;

pub use japanese::{allowed as allowed_in_japanese, default as default_in_japanese};

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Top,
    Alerts,
    /// Any name is a key here.
    Aliases,
    /// Any name is a key here, too.
    Templates,
    Template,
    BySeverity,
    Submit,
    Retry,
    Limits,
    Network,
    Drills,
    Keep,
    Disk,
    Notices,
    Metrics,
    Log,
    Page,
    Listen,
    Provider,
    Recipient,
    Route,
    Password,
    Token,
}

impl Place {
    /// As it is written.
    const fn title(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Alerts => "[alerts]",
            Self::Aliases => "[aliases]",
            Self::Templates => "[template]",
            Self::Template => "[template.NAME]",
            Self::BySeverity => "template",
            Self::Submit => "[submit]",
            Self::Retry => "[retry]",
            Self::Limits => "[limits]",
            Self::Network => "[network]",
            Self::Drills => "[drills]",
            Self::Keep => "[keep]",
            Self::Disk => "[disk]",
            Self::Notices => "[notices]",
            Self::Metrics => "[metrics]",
            Self::Page => "[page]",
            Self::Log => "[log]",
            Self::Listen => "[[listen]]",
            Self::Provider => "[[provider]]",
            Self::Recipient => "[[recipient]]",
            Self::Route => "[[route]]",
            Self::Password => "[[provider]] password",
            Self::Token => "[[provider]] token",
        }
    }
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: &'static str,
    /// What stands behind it, in words.
    pub(super) kind: &'static str,
    /// What holds without it.
    pub(super) default: &'static str,
    meaning: &'static str,
}

pub(super) const fn key(
    place: Place,
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { place, name, kind, default, meaning }
}

/// Most of them, in the order of the reference.
const KEYS: &[Key] = &[
    key(Place::Top, "spool", "path", "/var/spool/alertmail", "the spool's folder"),
    key(
        Place::Top,
        "include",
        "list of files",
        "none",
        "further files that belong to this one, as \"conf.d/*.toml\", in the order of their names; in the main file alone",
    ),
    key(Place::Top, "alerts", "table", "", "what holds for every alert"),
    key(Place::Top, "aliases", "table", "", "names that stand for addresses"),
    key(Place::Top, "submit", "table", "", "what holds for those who write alerts"),
    key(Place::Top, "retry", "table", "", "pauses after a pass in which somebody was left without the alert"),
    key(Place::Top, "limits", "table", "", "time limits"),
    key(Place::Top, "network", "table", "", "what is done while names cannot be resolved"),
    key(Place::Top, "keep", "table", "", "how long what is over is kept"),
    key(Place::Top, "disk", "table", "", "room on the spool's disk"),
    key(Place::Top, "provider", "list of tables", "", "the providers, in order of preference"),
    key(
        Place::Alerts,
        "to",
        "list of addresses",
        "nobody",
        "who gets alerts that name nobody who can be used",
    ),
    key(
        Place::Alerts,
        "from_name",
        "text",
        "none",
        "display name of the sender, where neither alert nor provider has one",
    ),
    key(
        Place::Alerts,
        "aliases_file",
        "path",
        "none",
        "a file like /etc/aliases, for names that are not in [aliases]; what it says of programs and files is left out",
    ),
    key(
        Place::Alerts,
        "local_hosts",
        "list of host names",
        "none",
        "names of this machine besides its own and localhost: mail for root@NAME is for the alias root",
    ),
    key(
        Place::Aliases,
        "*",
        "list of addresses and aliases",
        "",
        "what the name stands for; `default` stands for every local name that is not known",
    ),
    key(
        Place::Submit,
        "free_recipients",
        "list of users and @groups",
        "@alertmail-ops",
        "who may name any recipient; root and the agent's own user always may, everybody else reaches those whom the configuration names",
    ),
    key(
        Place::Submit,
        "alerts_per_user",
        "number",
        "10000",
        "alerts that one user may have on the way; the rest waits in incoming/",
    ),
    key(
        Place::Submit,
        "socket",
        "path",
        "/run/alertmail/submit.sock or in the spool",
        "takes alerts from those who cannot write into the spool",
    ),
    key(
        Place::Submit,
        "spare",
        "path",
        "/run/alertmail/spare if it is there",
        "a folder in memory that takes alerts when nothing else does",
    ),
    key(Place::Submit, "mib_per_user", "number", "256", "the same in MiB; root has no such limits"),
    key(
        Place::Retry,
        "critical",
        "list of times",
        "5s 15s 30s 1m 2m 5m",
        "pauses of critical alerts; the last one repeats",
    ),
    key(
        Place::Retry,
        "others",
        "list of times",
        "30s 2m 5m 10m 15m 30m",
        "pauses of all other alerts; the last one repeats",
    ),
    key(
        Place::Retry,
        "life_critical",
        "time",
        "48h",
        "after this time a critical alert becomes a dead letter",
    ),
    key(Place::Retry, "life_others", "time", "72h", "after this time any other alert does"),
    key(
        Place::Retry,
        "provider",
        "list of times",
        "30s 1m 2m 5m",
        "for how long a provider that does not work is left out, each time it is found so; the last one repeats",
    ),
    key(
        Place::Retry,
        "login",
        "time",
        "15m",
        "for how long one is left out that refuses the login, so that no account is locked",
    ),
    key(
        Place::Limits,
        "connect",
        "time",
        "10s",
        "for name and connection, and for the TLS handshake; 5m at most",
    ),
    key(
        Place::Limits,
        "reply",
        "time",
        "60s",
        "for the reply to a command, and for each 64 KiB of a message; 5m at most",
    ),
    key(
        Place::Limits,
        "dot",
        "time",
        "10m",
        "for the reply to the final dot of a message, and for sending it; 10m at most",
    ),
    key(Place::Limits, "keep", "time", "10s", "how long a connection is kept without work"),
    key(
        Place::Limits,
        "hedge_after",
        "time",
        "2s",
        "a provider that is not ready for the message after this time gets company: the next one starts beside it, and who is ready first sends",
    ),
    key(Place::Limits, "hedge_after_critical", "time", "1s", "the same for critical alerts"),
    key(
        Place::Limits,
        "command",
        "time",
        "60s",
        "for a program in the place of a server; then it is ended, with its children; 10m at most",
    ),
    key(Place::Limits, "stop", "time", "20s", "for transactions in hand when the agent shall stop"),
    key(Place::Limits, "rescan", "time", "30s", "between two scans of the incoming folder"),
    key(
        Place::Network,
        "remember_addresses",
        "time, or never",
        "7d",
        "for how long the addresses that a provider had are used while no name server answers; or never",
    ),
    key(Place::Keep, "journal", "time", "30d", "how long the journal remembers what is over"),
    key(Place::Keep, "corrupt", "time", "30d", "how long files that are no alerts are kept"),
    key(
        Place::Disk,
        "floor_mib",
        "number",
        "16",
        "MiB that stay free for the journal: below this deferred alerts stay in incoming/",
    ),
    key(
        Place::Disk,
        "reserve_mib",
        "number",
        "4",
        "MiB taken up beforehand, to be given free when the disk is full",
    ),
];

/// All of them, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    KEYS.iter()
        .chain(provider::KEYS)
        .chain(super::means::KEYS)
        .chain(super::routing::KEYS)
        .chain(super::drills::KEYS)
        .chain(super::manners::KEYS)
        .chain(super::template::KEYS)
        .chain(super::notices::KEYS)
        .chain(super::metrics::KEYS)
        .chain(super::page::KEYS)
        .chain(super::log::KEYS)
        .chain(super::intake::KEYS)
}

/// The keys of one place.
pub(super) fn of(place: Place) -> impl Iterator<Item = &'static Key> {
    all().filter(move |key| key.place == place)
}

/// The key that was probably meant.
pub(super) fn nearest(place: Place, name: &str) -> Option<&'static str> {
    nearest_of(of(place).map(|key| key.name), name)
}

/// The one of these names that was probably meant.
pub(super) fn nearest_of<'n>(names: impl Iterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let near = names.map(|known| (strsim::damerau_levenshtein(known, name), known));
    near.filter(|(distance, known)| *distance <= 1 + known.len() / 4).min().map(|(_, known)| known)
}

/// What may stand behind a key of this place, in words; `None` for an unknown one.
pub(super) fn allowed(place: Place, name: &str) -> Option<String> {
    let key = of(place).find(|key| key.name == name || key.name == "*")?;
    let default = if key.default.is_empty() { String::new() } else { format!("; default: {}", key.default) };
    Some(format!("{}{default}", key.kind))
}

/// Whether a key at the top holds one table for each of several things of a kind.
pub(super) fn is_list_of_tables(name: &str) -> bool {
    of(Place::Top).any(|key| key.name == name && key.kind == "list of tables")
}

/// What is known of a key, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where it stands: `[alerts]`, `[[provider]]`, `[[provider]] password`; nothing for the top.
    pub place: &'static str,
    /// Its name; `*` for any.
    pub name: &'static str,
    /// What stands behind it, in words.
    pub kind: &'static str,
    /// What holds without it; nothing where that says itself.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Every key, those of one place together.
pub fn known() -> impl Iterator<Item = Known> {
    all().map(|key| Known {
        place: key.place.title(),
        name: key.name,
        kind: key.kind,
        default: key.default,
        meaning: key.meaning,
    })
}

/// Every key with what it means, for people.
pub fn reference() -> String {
    let mut text = String::new();
    for Known { place, name, kind, default, meaning } in known() {
        // Keys of a table within a line are written behind a dot.
        let gap = if place.is_empty() {
            ""
        } else if place.ends_with(']') {
            " "
        } else {
            "."
        };
        let default = if default.is_empty() { String::new() } else { format!("; default: {default}") };
        let _ = writeln!(text, "{place}{gap}{name}: {kind}{default}\n    {meaning}");
    }
    text
}
