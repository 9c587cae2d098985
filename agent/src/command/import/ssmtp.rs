//! ssmtp: `/etc/ssmtp/ssmtp.conf`, `Key=value` in any case, and `revaliases`, senders by local name.

use super::found::{Credential, Files, Found, FoundProvider, Spot, Tls, host_and_port, port};
use super::words;

const CONF: &str = "/etc/ssmtp/ssmtp.conf";
const REVALIASES: &str = "/etc/ssmtp/revaliases";

/// Reads its files.
pub(super) fn read(files: &Files<'_>) -> Found {
    let mut found = Found::default();
    let text = found.open(files, CONF).unwrap_or_default();
    let mut provider = FoundProvider::new(Spot::new(CONF, 0), "", 25, Tls::Never);
    let (mut tls, mut starttls, mut verifies) = (None, None, false);
    for (n, line) in text.lines().enumerate() {
        let line_number = n + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ' ', '\t']) else {
            found.note(CONF, line_number, words::not_understood("this line"));
            continue;
        };
        let (key, value) = (key.trim(), value.trim_start_matches(['=', ' ', '\t']).trim());
        let is_on = value.eq_ignore_ascii_case("yes");
        match key.to_ascii_lowercase().as_str() {
            _ if value.is_empty() => {}
            "root" => found.to = vec![value.to_owned()],
            "mailhub" => mailhub(&mut found, &mut provider, line_number, value),
            "rewritedomain" => found.domain = Some(value.to_owned()),
            "hostname" => provider.helo = Some(value.to_owned()),
            "usetls" => tls = Some((line_number, is_on)),
            "usestarttls" => starttls = Some((line_number, is_on)),
            "authuser" => provider.user = Some(value.to_owned()),
            "authpass" => provider.password = Some(Credential::text(value)),
            "authmethod" => match value.to_ascii_lowercase().as_str() {
                "cram-md5" => provider.mechanism = Some("cram-md5"),
                "login" => provider.mechanism = Some("login"),
                _ => found.note(CONF, line_number, words::no_counterpart(&format!("{key}={value}"))),
            },
            "tls_ca_file" => {
                provider.ca_file = Some(value.to_owned());
                verifies = true;
            }
            "usetlscert" | "tlscert" | "tlskey" => {
                found.note(CONF, line_number, words::client_certificate(key));
            }
            "fromlineoverride" if is_on => found.note(CONF, line_number, words::free_from(key)),
            "fromlineoverride" | "debug" | "minuserid" => {}
            _ => found.note(CONF, line_number, words::no_counterpart(key)),
        }
    }
    provider.tls = match (tls, starttls) {
        (_, Some((_, true))) => Tls::AfterGreeting,
        (Some((_, true)), _) => Tls::Implicit,
        _ => Tls::Never,
    };
    if provider.tls != Tls::Never && !verifies {
        let line = starttls.or(tls).map_or(provider.spot.line, |(line, _)| line);
        found.note(CONF, line, words::was_not_verified(&provider.host));
    }
    // Without a domain of its own it is the host's name.
    found.domain = found.domain.take().or_else(|| provider.helo.clone());
    senders(&mut found, files, &mut provider);
    if !provider.host.is_empty() {
        found.providers.insert(0, provider);
    }
    found
}

fn mailhub(found: &mut Found, provider: &mut FoundProvider, line: usize, value: &str) {
    let Some((host, named)) = host_and_port(value) else {
        found.note(CONF, line, words::not_understood("`mailhub`"));
        return;
    };
    (provider.host, provider.spot) = (host, Spot::new(CONF, line));
    match named.map(|word| port(&word)) {
        None => {}
        Some(Some(port)) => provider.port = port,
        Some(None) => found.note(CONF, line, words::not_understood("the port")),
    }
}

/// `LOCAL:ADDRESS[:MAILHUB]`: root's is the one that programs of the system send as.
fn senders(found: &mut Found, files: &Files<'_>, provider: &mut FoundProvider) {
    let text = found.open(files, REVALIASES).unwrap_or_default();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parts = line.splitn(3, ':').map(str::trim);
        let (name, address, hub) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            found.note(REVALIASES, n + 1, words::not_understood("this line"));
            continue;
        };
        if name != "root" {
            found.note(REVALIASES, n + 1, words::by_sender(name));
            continue;
        }
        provider.from = Some(address.to_owned());
        let Some(hub) = hub.filter(|hub| !hub.is_empty()) else { continue };
        // Login and TLS are those of the one server in the other file.
        match host_and_port(hub) {
            Some((host, named)) if host == provider.host || provider.host.is_empty() => {
                provider.host = host;
                provider.port = named.and_then(|word| port(&word)).unwrap_or(provider.port);
            }
            Some((host, named)) => {
                let mut other = provider.clone();
                (other.host, other.spot) = (host, Spot::new(REVALIASES, n + 1));
                other.port = named.and_then(|word| port(&word)).unwrap_or(25);
                found.providers.push(other);
            }
            None => found.note(REVALIASES, n + 1, words::not_understood("the mailhub")),
        }
    }
}
