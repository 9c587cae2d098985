//! dma: `/etc/dma/dma.conf`, `KEY value`, and the logins in `auth.conf`, `user|host:password`.

use super::found::{Credential, Files, Found, FoundProvider, Spot, Tls, port};
use super::{addresses, words};

const CONF: &str = "/etc/dma/dma.conf";

/// Reads its files.
pub(super) fn read(files: &Files<'_>) -> Found {
    let mut found = Found::default();
    let text = found.open(files, CONF).unwrap_or_default();
    let mut provider = FoundProvider::new(Spot::new(CONF, 0), "", 25, Tls::Never);
    // Without a path dma logs in nowhere.
    let (mut auth, mut aliases) = (String::new(), "/etc/aliases".to_owned());
    let (mut is_secure, mut is_starttls, mut opportunistic, mut masquerade) = (None, false, None, None);
    let mut has_fingerprint = false;
    for (n, line) in text.lines().enumerate() {
        let number = n + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) =
            line.split_once([' ', '\t']).map_or((line, ""), |(key, value)| (key, value.trim()));
        match key {
            "SMARTHOST" if !value.is_empty() => {
                (provider.host, provider.spot) = (value.to_owned(), Spot::new(CONF, number));
            }
            "PORT" => match port(value) {
                Some(port) => provider.port = port,
                None => found.note(CONF, number, words::not_understood("`PORT`")),
            },
            "ALIASES" if !value.is_empty() => value.clone_into(&mut aliases),
            "AUTHPATH" if !value.is_empty() => value.clone_into(&mut auth),
            "SECURETRANS" | "SECURETRANSFER" => is_secure = Some(number),
            "STARTTLS" => is_starttls = true,
            "OPPORTUNISTIC_TLS" => opportunistic = Some(number),
            "MASQUERADE" if !value.is_empty() => masquerade = Some(value.to_owned()),
            "MAILNAME" if !value.is_empty() => found.domain = mail_name(&mut found, files, value),
            "FINGERPRINT" => {
                has_fingerprint = true;
                found.note(CONF, number, words::fingerprint(key));
            }
            "CERTFILE" if !value.is_empty() => found.note(CONF, number, words::client_certificate(key)),
            // What they say is so here without being said.
            "INSECURE" | "SECURE" | "NULLCLIENT" | "DEFER" | "SPOOLDIR" => {}
            "SMARTHOST" | "ALIASES" | "AUTHPATH" | "MASQUERADE" | "MAILNAME" | "CERTFILE" => {}
            _ => found.note(CONF, number, words::no_counterpart(key)),
        }
    }
    provider.tls = match is_secure {
        Some(_) if is_starttls => Tls::AfterGreeting,
        Some(_) => Tls::Implicit,
        None => Tls::Never,
    };
    if let Some(line) = is_secure {
        let said = if opportunistic.is_some() {
            words::opportunistic(&provider.host)
        } else {
            words::was_not_verified(&provider.host)
        };
        if !has_fingerprint {
            found.note(CONF, opportunistic.unwrap_or(line), said);
        }
    }
    found.domain = found.domain.take().or_else(|| found.first_line(files, "/etc/mailname"));
    match masquerade.as_deref().map(|masquerade| masquerade.split_once('@').ok_or(masquerade)) {
        // `user@`: the user at this machine; `@host` and `host`: whoever it was at that host.
        Some(Ok((user, ""))) => found.from = found.domain.as_ref().map(|domain| format!("{user}@{domain}")),
        Some(Ok(("", host)) | Err(host)) => found.domain = Some(host.to_owned()),
        Some(Ok(_)) => found.from = masquerade,
        None => {}
    }
    if !auth.is_empty() {
        login(&mut found, files, &auth, &mut provider);
    }
    if !provider.host.is_empty() {
        found.providers.push(provider);
    }
    addresses::of_file(&mut found, files, &aliases);
    found
}

fn mail_name(found: &mut Found, files: &Files<'_>, value: &str) -> Option<String> {
    if value.starts_with('/') { found.first_line(files, value) } else { Some(value.to_owned()) }
}

fn login(found: &mut Found, files: &Files<'_>, path: &str, provider: &mut FoundProvider) {
    let text = found.open(files, path).unwrap_or_default();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts = line.split_once('|').and_then(|(user, rest)| Some((user, rest.split_once(':')?)));
        match parts {
            Some((user, (host, password))) if host == provider.host => {
                if provider.user.is_none() {
                    provider.user = Some(user.to_owned());
                    provider.password = Some(Credential::text(password));
                }
            }
            // Not shown: where the line is not as it should be it may be a part of the password.
            Some(_) => found.note(path, n + 1, words::login_elsewhere()),
            None => found.note(path, n + 1, words::not_understood("this line")),
        }
    }
}
