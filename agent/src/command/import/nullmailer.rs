//! nullmailer: one setting a file in `/etc/nullmailer/`, and `remotes`, a server a line, in order of preference.

use super::found::{Credential, Files, Found, FoundProvider, Spot, Tls, host_and_port};
use super::{shell, words};

const REMOTES: &str = "/etc/nullmailer/remotes";

/// Reads its files.
pub(super) fn read(files: &Files<'_>) -> Found {
    let mut found = Found::default();
    let setting = |found: &mut Found, name: &str| found.first_line(files, &format!("/etc/nullmailer/{name}"));
    found.from = setting(&mut found, "allmailfrom");
    // Debian's reads the name of the system in place of `me`.
    let me = setting(&mut found, "me").or_else(|| found.first_line(files, "/etc/mailname"));
    found.local_hosts = me.iter().cloned().collect();
    let host = setting(&mut found, "defaulthost").or_else(|| me.clone());
    let domain = setting(&mut found, "defaultdomain");
    found.domain = host.map(|host| match domain {
        Some(domain) if !host.contains('.') => format!("{host}.{domain}"),
        _ => host,
    });
    if let Some(admin) = setting(&mut found, "adminaddr") {
        found.to = admin.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    }
    let helo = setting(&mut found, "helohost");
    for name in ["idhost", "doublebounceto", "pausetime", "maxpause", "sendtimeout", "queuelifetime"] {
        if setting(&mut found, name).is_some() {
            found.note(&format!("/etc/nullmailer/{name}"), 1, words::no_counterpart(name));
        }
    }
    let remotes = found.open(files, REMOTES).unwrap_or_default();
    for (n, line) in remotes.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            remote(&mut found, n + 1, line, helo.as_ref());
        }
    }
    found
}

/// One server: `HOST [PROTOCOL [OPTION …]]`.
fn remote(found: &mut Found, line: usize, text: &str, helo: Option<&String>) {
    let Some(parts) = shell::words(text) else {
        found.note(REMOTES, line, words::open_quote());
        return;
    };
    let mut parts = parts.into_iter();
    let Some(host) = parts.next() else { return };
    let protocol = parts.next().unwrap_or_else(|| "smtp".to_owned());
    if protocol != "smtp" {
        // A word that nobody knows may be a part of a password: it is not shown.
        let said = if protocol == "qmqp" {
            words::no_counterpart("qmqp")
        } else {
            words::not_understood("the protocol")
        };
        found.note(REMOTES, line, said);
        return;
    }
    let Some((host, at)) = host_and_port(&host) else {
        found.note(REMOTES, line, words::not_understood("the host"));
        return;
    };
    let mut provider = FoundProvider::new(Spot::new(REMOTES, line), &host, 0, Tls::Never);
    let mut named = at;
    for part in parts {
        let option = part.strip_prefix("--").unwrap_or(&part);
        let (key, value) = option.split_once('=').map_or((option, None), |(key, value)| (key, Some(value)));
        match (key, value) {
            ("port", Some(value)) => named = Some(value.to_owned()),
            ("user", Some(value)) => provider.user = Some(value.to_owned()),
            ("pass", Some(value)) => provider.password = Some(Credential::text(value)),
            ("tls" | "ssl", None) => provider.tls = Tls::Implicit,
            ("starttls", None) => provider.tls = Tls::AfterGreeting,
            ("auth-login", None) => provider.mechanism = Some("login"),
            ("x509cafile", Some(value)) => provider.ca_file = Some(value.to_owned()),
            ("x509certfile" | "x509keyfile" | "x509fmtder", _) => {
                found.note(REMOTES, line, words::client_certificate(key));
            }
            ("insecure" | "tls-anon-auth", None) => found.note(REMOTES, line, words::was_not_verified(&host)),
            ("source" | "x509crlfile", _) => found.note(REMOTES, line, words::no_counterpart(key)),
            _ => found.note(REMOTES, line, words::not_understood("an option")),
        }
    }
    let usual = if provider.tls == Tls::Implicit { 465 } else { 25 };
    provider.port = match named.map(|word| super::found::port(&word)) {
        Some(Some(port)) => port,
        None => usual,
        Some(None) => {
            found.note(REMOTES, line, words::not_understood("the port"));
            usual
        }
    };
    provider.helo = helo.cloned();
    found.providers.push(provider);
}
