//! The table of keys. It drives the check for unknown keys, the nearest one that is offered instead, and the reference.

use std::fmt::Write as _;

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
    Keep,
    Disk,
    Provider,
    Recipient,
    Route,
    Password,
    Token,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: &'static str,
    /// What stands behind it, in words.
    kind: &'static str,
    /// What holds without it.
    default: &'static str,
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
    key(Place::Aliases, "*", "list of addresses", "", "the addresses that the name stands for"),
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
    key(Place::Provider, "name", "text", "the preset's name", "its name in journal and log"),
    key(Place::Provider, "preset", "text", "none", "fills in what is known of a provider"),
    key(
        Place::Provider,
        "host",
        "host name or address",
        "the preset's",
        "where it is; its certificate has to be for this name",
    ),
    key(
        Place::Provider,
        "tls_name",
        "host name or address",
        "`host`",
        "the name that its certificate has to be for, where that is another one",
    ),
    key(Place::Provider, "port", "number", "587, 465 or 25 by `tls`", "its port"),
    key(
        Place::Provider,
        "proxy",
        "socks5://USER@HOST:PORT",
        "none",
        "a SOCKS proxy that makes the connection and resolves the name",
    ),
    key(
        Place::Provider,
        "proxy_password",
        "table",
        "none",
        "where the proxy's password comes from, as with `password`",
    ),
    key(
        Place::Provider,
        "connect_command",
        "list of words",
        "none",
        "a program whose standard input and output are the connection; {host} and {port} are filled in",
    ),
    key(
        Place::Provider,
        "tls",
        "starttls, implicit or none",
        "starttls",
        "when TLS starts; none only to this machine and private networks, or where `auth` lists only what hides the password",
    ),
    key(
        Place::Provider,
        "endpoints",
        "list like \"465/tls\"",
        "the preset's",
        "several ports, in place of `port` and `tls`",
    ),
    key(
        Place::Provider,
        "ca_file",
        "path",
        "the system's roots",
        "certificates (PEM) that vouch for it, in place of the system's",
    ),
    key(
        Place::Provider,
        "pin_sha256",
        "list of digests",
        "none",
        "SHA-256 of its public key (hexadecimal or base64): nothing else of the certificate is asked, not even name and dates",
    ),
    key(
        Place::Provider,
        "auth",
        "auto, none or list of mechanisms",
        "auto",
        "how to log in: scram-sha-256, scram-sha-1, plain, login, digest-md5, cram-md5, oauthbearer, xoauth2",
    ),
    key(Place::Provider, "user", "text", "none", "as whom to log in"),
    key(Place::Provider, "password", "table", "none", "where the password comes from, one of:"),
    key(Place::Password, "file", "path", "", "a file of its own, readable by its owner only"),
    key(Place::Password, "command", "list of words", "", "the first line that this program prints"),
    key(Place::Password, "credential", "text", "", "a credential that systemd passes to the service"),
    key(Place::Password, "table", "path", "", "a file with lines of user:server:password"),
    key(
        Place::Provider,
        "token",
        "table",
        "none",
        "where an access token comes from (OAuth), in place of a password; one of:",
    ),
    key(Place::Token, "file", "path", "", "a file of its own, read anew when the provider refuses the token"),
    key(Place::Token, "command", "list of words", "", "the first line that this program prints"),
    key(Place::Token, "credential", "text", "", "a credential that systemd passes to the service"),
    key(
        Place::Provider,
        "realm",
        "text",
        "the server's",
        "the realm for digest-md5, where the server has several or names none",
    ),
    key(
        Place::Provider,
        "from",
        "address",
        "",
        "envelope sender and From: the address that this provider lets us use",
    ),
    key(
        Place::Provider,
        "registered",
        "list of addresses",
        "none",
        "other addresses that the account may send as, for presets that hold `from` against it",
    ),
    key(
        Place::Provider,
        "sender_rule",
        "any",
        "the preset's",
        "any: `from` is not held against what the preset knows of the provider",
    ),
    key(Place::Provider, "from_name", "text", "[alerts] from_name", "display name of the sender"),
    key(Place::Provider, "helo", "text", "the host's name", "what is said with EHLO"),
    key(
        Place::Provider,
        "charset",
        "auto, utf-8 or iso-2022-jp",
        "auto",
        "in which charset texts are written",
    ),
    key(
        Place::Provider,
        "hedge_after",
        "time",
        "that in [limits]",
        "how long this one may take to be ready, whatever the severity: for a server that greets late",
    ),
    key(Place::Provider, "connections", "number", "4", "alerts that are submitted at the same time"),
    key(
        Place::Provider,
        "messages_per_minute",
        "number",
        "none",
        "messages in any minute at most; then the next provider gets the alert, or it waits",
    ),
    key(
        Place::Provider,
        "messages_per_day",
        "number",
        "the preset's",
        "messages in any 24 hours at most; the last tenth is for critical alerts",
    ),
    key(
        Place::Provider,
        "recipients_per_day",
        "number",
        "the preset's",
        "recipients in any 24 hours at most, one of two mails counted twice; the last tenth is for critical alerts",
    ),
    key(
        Place::Provider,
        "recipients_per_message",
        "number",
        "the preset's",
        "recipients of a mail at most, up to 100; the others get it at once in further ones",
    ),
    key(
        Place::Provider,
        "messages_per_connection",
        "number",
        "100",
        "after so many messages a connection is given up for a new one",
    ),
    key(
        Place::Provider,
        "chunking",
        "true or false",
        "true",
        "whether short messages go out together with their envelope where the server takes that (CHUNKING)",
    ),
];

/// All of them, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    KEYS.iter()
        .chain(super::means::KEYS)
        .chain(super::routing::KEYS)
        .chain(super::manners::KEYS)
        .chain(super::template::KEYS)
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

/// Every key with what it means, for people.
pub fn reference() -> String {
    let mut text = String::new();
    for key in all() {
        let place = match key.place {
            Place::Top => "",
            Place::Alerts => "[alerts] ",
            Place::Aliases => "[aliases] ",
            Place::Templates => "[template] ",
            Place::Template => "[template.NAME] ",
            Place::BySeverity => "template.",
            Place::Submit => "[submit] ",
            Place::Retry => "[retry] ",
            Place::Limits => "[limits] ",
            Place::Network => "[network] ",
            Place::Keep => "[keep] ",
            Place::Disk => "[disk] ",
            Place::Provider => "[[provider]] ",
            Place::Recipient => "[[recipient]] ",
            Place::Route => "[[route]] ",
            Place::Password => "[[provider]] password.",
            Place::Token => "[[provider]] token.",
        };
        let default =
            if key.default.is_empty() { String::new() } else { format!("; default: {}", key.default) };
        let _ = writeln!(text, "{place}{}: {}{default}\n    {}", key.name, key.kind, key.meaning);
    }
    text
}
