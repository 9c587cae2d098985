//! What was found, as a configuration: a pure function to TOML that `alertmail config check` accepts.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::found::{Credential, Found, FoundProvider, Password, Tls};
use super::words;
use crate::address;
use crate::config::{Preset, Senders, UserForm, is_near, presets};
use crate::notice::Tongue;

/// Whom the system trusts, as Debian, Fedora and SUSE have it in one file: that is so here without being said.
const OF_THE_SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A password, and the name of the file that it goes into, beside the configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SecretFile {
    pub(super) name: String,
    pub(super) password: Password,
}

/// The configuration and what belongs to it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) toml: String,
    pub(super) secrets: Vec<SecretFile>,
}

/// Writes it; what is not as it was there becomes a note. `has_file` says whether a file of that machine is there.
pub(super) fn write(
    found: &mut Found,
    peer: &str,
    has_file: &dyn Fn(&str) -> bool,
    tongue: Tongue,
) -> Written {
    let mut written = Written { toml: String::new(), secrets: Vec::new() };
    let files = found.files.join(", ");
    written.toml.push_str(&words::head(tongue, peer, &comment(&files)));
    alerts(&mut written.toml, found, tongue);
    let mut names: Vec<String> = Vec::new();
    for nth in 0..found.providers.len() {
        provider(&mut written, found, nth, &mut names, has_file);
    }
    written
}

fn alerts(toml: &mut String, found: &mut Found, tongue: Tongue) {
    let mut to = Vec::new();
    let spot = found.files.first().cloned().unwrap_or_default();
    for who in std::mem::take(&mut found.to) {
        // A name without a domain got the machine's.
        let whole = match &found.domain {
            Some(domain) if !who.contains('@') => format!("{who}@{domain}"),
            _ => who,
        };
        match address::parse(&whole) {
            Ok(_) => to.push(whole),
            Err(_) => found.note(&spot, 0, words::no_address(&whole)),
        }
    }
    toml.push_str("\n[alerts]\n");
    if to.is_empty() {
        toml.push_str(words::nobody(tongue));
    } else {
        let _ = writeln!(toml, "to = {}", list(&to));
    }
    if let Some(path) = &found.aliases_file {
        let _ = writeln!(toml, "aliases_file = {}", quoted(path));
    }
    let is_host =
        |name: &String| name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-".contains(&octet));
    found.local_hosts.retain(is_host);
    if !found.local_hosts.is_empty() {
        let _ = writeln!(toml, "local_hosts = {}", list(&found.local_hosts));
    }
    let mut aliases = std::mem::take(&mut found.aliases);
    if found.aliases_file.is_none() && !to.is_empty() && !aliases.iter().any(|(name, _)| name == "default") {
        // Mail for users of the machine went to the same people.
        aliases.push(("default".to_owned(), to));
    }
    let known: Vec<String> = aliases.iter().map(|(name, _)| name.clone()).collect();
    let mut lines = String::new();
    for (name, values) in aliases {
        let (good, bad): (Vec<String>, Vec<String>) = values
            .into_iter()
            .partition(|value| address::parse(value).is_ok() || (value != &name && known.contains(value)));
        for value in &bad {
            found.note(&spot, 0, words::no_address(value));
        }
        if !good.is_empty() {
            let _ = writeln!(lines, "{} = {}", quoted(&name), list(&good));
        }
    }
    if !lines.is_empty() {
        let _ = write!(toml, "\n[aliases]\n{lines}");
    }
}

fn provider(
    written: &mut Written,
    found: &mut Found,
    nth: usize,
    names: &mut Vec<String>,
    has_file: &dyn Fn(&str) -> bool,
) {
    let it = found.providers[nth].clone();
    let preset = presets()
        .iter()
        .find(|preset| preset.host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(&it.host)));
    let name = free_name(preset.map_or(&it.host, |preset| preset.name), names);
    let toml = &mut written.toml;
    let _ = writeln!(toml, "\n[[provider]]                            # {}", comment(&it.spot.to_string()));
    if let Some(preset) = preset {
        let _ = writeln!(toml, "preset = {}", quoted(preset.name));
        if name != preset.name {
            let _ = writeln!(toml, "name = {}", quoted(&name));
        }
        if !preset.endpoints.iter().any(|endpoint| endpoint.port == it.port) {
            found.note(&it.spot.file, it.spot.line, words::preset_has_other_ways(&it.host, it.port));
        }
    } else {
        let _ = writeln!(toml, "name = {}\nhost = {}\nport = {}", quoted(&name), quoted(&it.host), it.port);
        let _ = writeln!(toml, "tls = {}", quoted(tls(found, &it)));
        match it.ca_file.as_deref().filter(|path| !OF_THE_SYSTEM.contains(path)) {
            Some(path) if has_file(path) => {
                let _ = writeln!(toml, "ca_file = {}", quoted(path));
            }
            Some(path) => found.note(&it.spot.file, it.spot.line, words::ca_file_is_missing(path)),
            None => {}
        }
    }
    login(written, found, &it, &name);
    let (from, is_registered) = sender(found, &it, preset);
    let toml = &mut written.toml;
    let _ = writeln!(toml, "from = {}", quoted(&from));
    if is_registered {
        let _ = writeln!(toml, "registered = {}", list(&[from]));
    }
    let in_clear = |text: &&String| !text.is_empty() && !text.contains(char::is_control);
    if let Some(name) = it.from_name.as_ref().filter(in_clear) {
        let _ = writeln!(toml, "from_name = {}", quoted(name));
    }
    if let Some(helo) =
        it.helo.as_ref().filter(|it| !it.is_empty() && it.bytes().all(|octet| octet.is_ascii_graphic()))
    {
        let _ = writeln!(toml, "helo = {}", quoted(helo));
    }
    let can_be_one = |proxy: &String| {
        proxy.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".:-[]".contains(&octet))
    };
    match &it.proxy {
        Some(proxy) if can_be_one(proxy) => {
            let _ = writeln!(toml, "proxy = {}", quoted(&format!("socks5://{proxy}")));
        }
        Some(_) => found.note(&it.spot.file, it.spot.line, words::not_understood("the proxy")),
        None => {}
    }
}

/// When TLS begins here. Nothing goes far without it.
fn tls(found: &mut Found, it: &FoundProvider) -> &'static str {
    match it.tls {
        Tls::Implicit => "implicit",
        Tls::AfterGreeting => "starttls",
        Tls::Never if it.port == 465 => "implicit",
        Tls::Never if looks_near(&it.host) => "none",
        Tls::Never => {
            found.note(&it.spot.file, it.spot.line, words::no_tls_far(&it.host));
            "starttls"
        }
    }
}

/// Whether a host is on this machine or in a network of one's own, as far as its name says.
fn looks_near(host: &str) -> bool {
    let of_its_own = [".localhost", ".local", ".lan", ".internal", ".home.arpa", ".localdomain"];
    match host.parse::<IpAddr>() {
        Ok(address) => is_near(address),
        Err(_) => !host.contains('.') || of_its_own.iter().any(|ending| host.ends_with(ending)),
    }
}

fn login(written: &mut Written, found: &mut Found, it: &FoundProvider, name: &str) {
    let Some(user) = it.user.as_ref().filter(|user| !user.is_empty() && !user.contains(char::is_control))
    else {
        return;
    };
    let toml = &mut written.toml;
    if let Some(mechanism) = it.mechanism {
        let _ = writeln!(toml, "auth = {}", list(&[mechanism]));
    }
    let _ = writeln!(toml, "user = {}", quoted(user));
    let key = if matches!(it.mechanism, Some("xoauth2" | "oauthbearer")) { "token" } else { "password" };
    match &it.password {
        Some(Credential::Command(command)) => {
            let _ = writeln!(toml, "{key} = {{ command = {} }}", list(command));
        }
        other => {
            let file = format!("{name}.secret");
            let _ = writeln!(toml, "{key} = {{ file = {} }}", quoted(&file));
            match other {
                // What was no UTF-8 is not the password any more.
                Some(Credential::Text(password)) if !password.0.contains('\u{fffd}') => {
                    written.secrets.push(SecretFile { name: file, password: password.clone() });
                }
                _ => found.note(&it.spot.file, it.spot.line, words::no_password(user)),
            }
        }
    }
}

/// As whom it sends, and whether that address has to be one that the account has registered.
fn sender(found: &mut Found, it: &FoundProvider, preset: Option<&Preset>) -> (String, bool) {
    let asked = it.from.clone().or_else(|| found.from.clone()).filter(|from| address::parse(from).is_ok());
    let own = own_address(it.user.as_deref(), preset);
    let (file, line) = (it.spot.file.clone(), it.spot.line);
    let rule = preset.map_or(Senders::Any, |preset| preset.sender.rule);
    match (rule, asked, own) {
        (Senders::Own, Some(asked), Some(own)) => {
            if !asked.eq_ignore_ascii_case(&own) {
                found.note(&file, line, words::from_is_replaced(&asked, &own));
            }
            (own, false)
        }
        (Senders::Registered, Some(asked), own) => {
            let is_own = own.is_some_and(|own| own.eq_ignore_ascii_case(&asked));
            if !is_own {
                found.note(&file, line, words::registered(&asked));
            }
            (asked, !is_own)
        }
        (_, Some(asked), _) => (asked, false),
        (_, None, Some(own)) => (own, false),
        (_, None, None) => {
            let domain = found.domain.clone().unwrap_or_else(|| "localhost".to_owned());
            let guess = format!("root@{domain}");
            let guess = if address::parse(&guess).is_ok() { guess } else { "root@localhost".to_owned() };
            found.note(&file, line, words::from_is_guessed(&it.host, &guess));
            (guess, rule == Senders::Registered)
        }
    }
}

/// The account's own address, as far as its user tells.
fn own_address(user: Option<&str>, preset: Option<&Preset>) -> Option<String> {
    let user = user?;
    let domains = preset.map_or(&[][..], |preset| &preset.sender.domains);
    let local = user.split_once('@').map_or(user, |(local, _)| local);
    let address = match (preset.map(|preset| preset.sender.user), domains) {
        (Some(UserForm::LocalPart | UserForm::Account), [domain, ..]) => format!("{local}@{domain}"),
        _ => user.to_owned(),
    };
    address::parse(&address).is_ok().then_some(address)
}

/// A name that no other provider has, and that can be one of a file.
fn free_name(wanted: &str, names: &mut Vec<String>) -> String {
    let plain: String = wanted
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' })
        .take(60)
        .collect();
    let plain = if plain.is_empty() || plain.starts_with('.') { format!("provider{plain}") } else { plain };
    let mut name = plain.clone();
    let mut nth = 1;
    while names.contains(&name) {
        nth += 1;
        name = format!("{plain}-{nth}");
    }
    names.push(name.clone());
    name
}

fn comment(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}
