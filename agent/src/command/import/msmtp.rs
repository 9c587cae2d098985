//! msmtp: `/etc/msmtprc` and `~/.msmtprc`, with `defaults`, accounts, and accounts that begin as others.

use std::collections::BTreeMap;

use super::found::{Credential, Files, Found, FoundProvider, Spot, Tls, port};
use super::{addresses, shell, words};

/// A setting: its line, and its value.
type Setting = (usize, String);
type Settings = BTreeMap<String, Setting>;

/// What a section of the file is about.
enum Section {
    Defaults,
    Account(usize),
}

/// An account as it is written.
struct Account {
    line: usize,
    name: String,
    settings: Settings,
}

/// A proxy as our configuration takes it; `None` if no connection can be made to it.
fn proxy(host: &str, port: &str) -> Option<String> {
    let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
    if host.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(format!("[{host}]:{port}"));
    }
    let is_name = |octet: u8| octet.is_ascii_graphic() && !b":@/[]".contains(&octet);
    (!host.is_empty() && host.bytes().all(is_name)).then(|| format!("{host}:{port}"))
}

/// Reads the system's file and the user's.
pub(super) fn read(files: &Files<'_>, home: &str) -> Found {
    let mut found = Found::default();
    // The user's account of a name takes the place of the system's, and the user's default comes first.
    for path in [format!("{home}/.msmtprc"), "/etc/msmtprc".to_owned()] {
        if let Some(text) = found.open(files, &path) {
            one_file(&mut found, &path, &text, home);
        }
    }
    if let Some(path) = found.aliases_file.take() {
        addresses::of_foreign_file(&mut found, files, &path);
    }
    found
}

fn one_file(found: &mut Found, path: &str, text: &str, home: &str) {
    let mut defaults = Settings::new();
    let mut accounts: Vec<Account> = Vec::new();
    let mut section = Section::Defaults;
    let mut chosen: Option<String> = None;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (key, value) = (key.to_ascii_lowercase(), unquoted(value.trim()));
        match key.as_str() {
            "defaults" => section = Section::Defaults,
            "account" => {
                let (name, parents) = value.split_once(':').unwrap_or((&value, ""));
                let name = name.trim();
                let mut settings = defaults.clone();
                for parent in parents.split(',').map(str::trim).filter(|parent| !parent.is_empty()) {
                    match accounts.iter().rfind(|account| account.name == parent) {
                        Some(parent) => settings.extend(parent.settings.clone()),
                        None => {
                            found.note(path, n + 1, words::not_understood(&format!("account `{parent}`")));
                        }
                    }
                }
                // `account default : x` chooses an account and is none of its own.
                if name == "default" && !parents.trim().is_empty() {
                    chosen = parents.split(',').next().map(|parent| parent.trim().to_owned());
                }
                accounts.push(Account { line: n + 1, name: name.to_owned(), settings });
                section = Section::Account(accounts.len() - 1);
            }
            _ => {
                let settings = match section {
                    Section::Defaults => &mut defaults,
                    Section::Account(nth) => &mut accounts[nth].settings,
                };
                settings.insert(key, (n + 1, value));
            }
        }
    }
    order(&mut accounts, chosen.as_deref());
    for (nth, account) in accounts.iter().enumerate() {
        provider(found, path, account, nth > 0, home);
    }
}

/// The default account first; the one that it was made of is the same.
fn order(accounts: &mut Vec<Account>, chosen: Option<&str>) {
    let Some(nth) = accounts.iter().rposition(|account| account.name == "default") else { return };
    let first = accounts.remove(nth);
    let is_same = |other: &Account| {
        let keys = ["host", "port", "user", "from", "password", "passwordeval"];
        keys.iter().all(|key| {
            first.settings.get(*key).map(|(_, value)| value)
                == other.settings.get(*key).map(|(_, value)| value)
        })
    };
    accounts.retain(|account| Some(account.name.as_str()) != chosen || !is_same(account));
    accounts.insert(0, first);
}

fn provider(found: &mut Found, path: &str, account: &Account, is_other: bool, home: &str) {
    let get = |key: &str| account.settings.get(key).filter(|(_, value)| !value.is_empty());
    let Some((line, host)) = get("host") else {
        // A section that only others begin with.
        return;
    };
    let is_on = |key: &str, usual: bool| get(key).map_or(usual, |(_, value)| value == "on");
    let tls = match (is_on("tls", false), is_on("tls_starttls", true)) {
        (false, _) => Tls::Never,
        (true, true) => Tls::AfterGreeting,
        (true, false) => Tls::Implicit,
    };
    let usual = if tls == Tls::Implicit { 465 } else { 25 };
    let mut provider = FoundProvider::new(Spot::new(path, *line), host, usual, tls);
    if let Some((line, word)) = get("port") {
        match port(word) {
            Some(port) => provider.port = port,
            None => found.note(path, *line, words::not_understood("the port")),
        }
    }
    if let Some((_, from)) = get("from") {
        sender(found, &mut provider, from);
    }
    provider.from_name = get("from_full_name").map(|(_, name)| name.clone());
    provider.helo = get("domain").map(|(_, name)| name.clone()).filter(|name| !name.contains('%'));
    provider.ca_file =
        get("tls_trust_file").filter(|(_, file)| file != "system").map(|(_, file)| at_home(file, home));
    if let Some((line, host)) = get("proxy_host") {
        let port = get("proxy_port").map_or("1080", |(_, port)| port);
        provider.proxy = proxy(host, port);
        if provider.proxy.is_none() {
            found.note(path, *line, words::not_understood("the proxy"));
        }
    }
    login(found, path, account, &mut provider, home);
    if let (Some((_, file)), None) = (get("aliases"), &found.aliases_file) {
        found.aliases_file = Some(at_home(file, home));
    }
    if is_other {
        found.note(path, account.line, words::other_account(&account.name));
    }
    said_otherwise(found, path, account, &provider);
    found.providers.push(provider);
}

/// `%U`, `%H` and the like are filled in by whoever sends: what is left is the domain.
fn sender(found: &mut Found, provider: &mut FoundProvider, from: &str) {
    if !from.contains('%') && !from.contains('*') {
        provider.from = Some(from.to_owned());
    } else if let Some((_, domain)) = from.rsplit_once('@').filter(|(_, domain)| !domain.contains(['%', '*']))
    {
        provider.from = Some(format!("root@{domain}"));
        found.domain.get_or_insert_with(|| domain.to_owned());
    }
}

fn login(found: &mut Found, path: &str, account: &Account, provider: &mut FoundProvider, home: &str) {
    let get = |key: &str| account.settings.get(key).filter(|(_, value)| !value.is_empty());
    let Some((line, word)) = get("auth").filter(|(_, word)| word != "off") else { return };
    provider.user = get("user").map(|(_, user)| user.clone());
    match word.as_str() {
        "on" => {}
        "plain" => provider.mechanism = Some("plain"),
        "login" => provider.mechanism = Some("login"),
        "cram-md5" => provider.mechanism = Some("cram-md5"),
        "digest-md5" => provider.mechanism = Some("digest-md5"),
        "scram-sha-1" => provider.mechanism = Some("scram-sha-1"),
        "scram-sha-256" => provider.mechanism = Some("scram-sha-256"),
        "oauthbearer" => provider.mechanism = Some("oauthbearer"),
        "xoauth2" => provider.mechanism = Some("xoauth2"),
        _ => found.note(path, *line, words::no_counterpart(&format!("auth {word}"))),
    }
    provider.password = match (get("password"), get("passwordeval")) {
        (Some((_, password)), _) => Some(Credential::text(password)),
        (None, Some((line, command))) => {
            let printed = printed_by(command, home);
            if matches!(printed, Credential::Command(_)) {
                once(found, path, *line, words::runs_as_the_agent("passwordeval"));
            }
            Some(printed)
        }
        (None, None) => None,
    };
}

/// A command of msmtp's is one of a shell. One that only prints its own words is the password itself.
fn printed_by(command: &str, home: &str) -> Credential {
    let needs_a_shell = command.contains(['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '\n']);
    match shell::words(command) {
        Some(mut words) if !needs_a_shell && !words.is_empty() => match words[0].as_str() {
            "echo" | "printf" => Credential::text(&words[1..].join(" ")),
            _ => {
                for word in &mut words {
                    *word = at_home(word, home);
                }
                Credential::Command(words)
            }
        },
        _ => Credential::Command(["sh", "-c", command].map(str::to_owned).to_vec()),
    }
}

/// Names what does not mean the same here.
fn said_otherwise(found: &mut Found, path: &str, account: &Account, provider: &FoundProvider) {
    for (key, (line, value)) in &account.settings {
        let said = match key.as_str() {
            "tls_fingerprint" => words::fingerprint(key),
            "tls_certcheck" if value == "off" => words::was_not_verified(&provider.host),
            "tls_cert_file" | "tls_key_file" => words::client_certificate(key),
            "protocol" if value != "smtp" => words::no_counterpart(&format!("protocol {value}")),
            "allow_from_override" | "set_from_header" | "auto_from" if value != "off" && value != "auto" => {
                continue;
            }
            "tls_crl_file"
            | "tls_min_dh_prime_bits"
            | "tls_priorities"
            | "tls_host_override"
            | "ntlmdomain"
            | "dsn_notify"
            | "dsn_return"
            | "source_ip"
            | "socket"
            | "maildomain"
            | "eval"
            | "tls_nocertcheck" => words::no_counterpart(key),
            _ if KNOWN.contains(&key.as_str()) => continue,
            _ => words::no_counterpart(key),
        };
        once(found, path, *line, said);
    }
}

/// What comes of `defaults`, or of an account that another begins with, is said once.
fn once(found: &mut Found, path: &str, line: usize, said: words::Said) {
    if !found.notes.iter().any(|note| note.spot == Spot::new(path, line) && note.said == said) {
        found.note(path, line, said);
    }
}

/// What is carried over, or is so here without being said.
const KNOWN: [&str; 28] = [
    "host",
    "port",
    "tls",
    "tls_starttls",
    "tls_trust_file",
    "tls_certcheck",
    "auth",
    "user",
    "password",
    "passwordeval",
    "from",
    "from_full_name",
    "domain",
    "aliases",
    "proxy_host",
    "proxy_port",
    "protocol",
    "allow_from_override",
    "set_from_header",
    "auto_from",
    "set_date_header",
    "set_msgid_header",
    "remove_bcc_headers",
    "undisclosed_recipients",
    "logfile",
    "logfile_time_format",
    "syslog",
    "timeout",
];

fn at_home(path: &str, home: &str) -> String {
    path.strip_prefix("~/").map_or_else(|| path.to_owned(), |rest| format!("{home}/{rest}"))
}

/// Without the quotes around all of it.
fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text).to_owned()
}
