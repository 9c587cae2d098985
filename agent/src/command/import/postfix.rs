//! Postfix as a null client: `main.cf`, what `master.cf` says otherwise of its client, and the tables that these name.

pub(crate) mod settings;

use super::found::{Credential, Files, Found, FoundProvider, Spot, Tls, host_and_port, port};
use super::{addresses, words};
use settings::{Settings, list, logical_lines};

const MAIN: &str = "/etc/postfix/main.cf";
const MASTER: &str = "/etc/postfix/master.cf";

/// Reads its files.
pub(super) fn read(files: &Files<'_>) -> Found {
    let mut found = Found::default();
    let text = found.open(files, MAIN).unwrap_or_default();
    let (mut main, strange) = Settings::parse(&text);
    for line in strange {
        found.note(MAIN, line, words::not_understood("this line"));
    }
    let host = found.first_line(files, "/etc/mailname").or_else(|| found.first_line(files, "/etc/hostname"));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    main.by_itself("myhostname", &host);
    let domain = main
        .get("myhostname")
        .and_then(|(_, name)| name.split_once('.').map(|(_, domain)| domain.to_owned()));
    main.by_itself("mydomain", &domain.unwrap_or_else(|| "localdomain".to_owned()));
    main.by_itself("myorigin", "$myhostname");
    main.by_itself("alias_maps", "hash:/etc/aliases");
    of_the_client(&mut found, files, &mut main);
    found.domain = main.get("myorigin").and_then(|(_, origin)| match origin.strip_prefix('/') {
        Some(_) => found.first_line(files, &origin),
        None => Some(origin),
    });
    relays(&mut found, files, &main);
    senders(&mut found, files, &main);
    if let Some((line, maps)) = main.get("alias_maps") {
        for map in list(&maps) {
            match table(map) {
                Some(path) if found.aliases_file.is_none() => addresses::of_file(&mut found, files, path),
                Some(path) => addresses::of_foreign_file(&mut found, files, path),
                None => found.note(MAIN, line, words::map_type(map.split(':').next().unwrap_or(map))),
            }
        }
    }
    said_otherwise(&mut found, &main);
    found
}

/// What master.cf says of the client `smtp`, which is the one that everything goes out by.
fn of_the_client(found: &mut Found, files: &Files<'_>, main: &mut Settings) {
    let text = found.open(files, MASTER).unwrap_or_default();
    // `smtp-tls:[mail.example.com]:465` names a client of one's own.
    let client = main.get("default_transport").map_or_else(
        || "smtp".to_owned(),
        |(_, transport)| transport.split(':').next().unwrap_or("smtp").to_owned(),
    );
    for (line, text) in logical_lines(&text) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [name, kind, _, _, _, _, _, program, options @ ..] = &words[..] else { continue };
        if *name != client || *kind != "unix" || *program != "smtp" {
            continue;
        }
        for option in options.windows(2).filter(|pair| pair[0] == "-o") {
            match option[1].split_once('=') {
                Some((name, value)) => main.set_by_master(line, name, value),
                None => found.note(MASTER, line, words::not_understood("an option")),
            }
        }
    }
}

/// Servers in order: the relay hosts, or the one of the default transport, then the fallback.
fn relays(found: &mut Found, files: &Files<'_>, main: &Settings) {
    let of_transport = main.get("default_transport").and_then(|(line, transport)| {
        let (_, next) = transport.split_once(':').filter(|(_, next)| !next.is_empty())?;
        Some((line, next.to_owned()))
    });
    let fallback = main.get("smtp_fallback_relay").or_else(|| main.get("fallback_relay"));
    for (line, hosts) in [main.get("relayhost").or(of_transport), fallback].into_iter().flatten() {
        for hop in list(&hosts) {
            relay(found, files, main, (line, hop));
        }
    }
}

fn relay(found: &mut Found, files: &Files<'_>, main: &Settings, (line, hop): (usize, &str)) {
    let Some((host, named)) = host_and_port(hop) else {
        found.note(MAIN, line, words::not_understood("a relay"));
        return;
    };
    let mut provider = FoundProvider::new(Spot::new(MAIN, line), &host, 25, Tls::Never);
    match named.or_else(|| main.get("smtp_tcp_port").map(|(_, word)| word)).map(|word| port(&word)) {
        None => {}
        Some(Some(port)) => provider.port = port,
        Some(None) => found.note(MAIN, line, words::not_understood("the port")),
    }
    if !hop.starts_with('[') && host.parse::<std::net::IpAddr>().is_err() {
        found.note(MAIN, line, words::mx_is_not_asked(&host));
    }
    tls(found, main, &mut provider);
    provider.helo = main.get("smtp_helo_name").map(|(_, name)| name);
    provider.ca_file = main.get("smtp_tls_CAfile").map(|(_, file)| file);
    if main.is_on("smtp_sasl_auth_enable") {
        login(found, files, main, &mut provider, hop);
    }
    found.providers.push(provider);
}

fn tls(found: &mut Found, main: &Settings, provider: &mut FoundProvider) {
    let level =
        main.get("smtp_tls_security_level").map(|(line, level)| ("smtp_tls_security_level", line, level));
    let of_old = |name, level: &str| {
        main.get(name).filter(|(_, value)| value == "yes").map(|(line, _)| (name, line, level.to_owned()))
    };
    let level =
        level.or_else(|| of_old("smtp_enforce_tls", "encrypt")).or_else(|| of_old("smtp_use_tls", "may"));
    let (name, line, level) = level.unwrap_or_default();
    let file = file_of(main, name);
    provider.tls = match level.as_str() {
        "" | "none" => Tls::Never,
        _ if main.is_on("smtp_tls_wrappermode") => Tls::Implicit,
        _ => Tls::AfterGreeting,
    };
    match level.as_str() {
        "may" | "dane" => found.note(file, line, words::opportunistic(&provider.host)),
        "encrypt" => found.note(file, line, words::was_not_verified(&provider.host)),
        "fingerprint" => {
            let line = main.get("smtp_tls_fingerprint_cert_match").map_or(line, |(line, _)| line);
            found.note(MAIN, line, words::fingerprint("smtp_tls_fingerprint_cert_match"));
        }
        _ => {}
    }
}

/// The login for a hop stands in a table, by the hop as it is written, by its host, or for everybody.
fn login(found: &mut Found, files: &Files<'_>, main: &Settings, provider: &mut FoundProvider, hop: &str) {
    let Some((line, maps)) = main.get("smtp_sasl_password_maps") else { return };
    for map in list(&maps) {
        let entry = if let Some(fixed) = map.strip_prefix("static:") {
            Some(fixed.trim_matches(['{', '}']).to_owned())
        } else if let Some(path) = table(map) {
            let text = found.open(files, path);
            if text.is_none() {
                once(found, MAIN, line, words::map_is_missing(path));
            }
            text.and_then(|text| entry_for(&text, &[hop, provider.host.as_str()]))
        } else {
            once(found, MAIN, line, words::map_type(map.split(':').next().unwrap_or(map)));
            None
        };
        if let Some(entry) = entry {
            // A user without a password is one of a realm, or a mistake; the missing password is told of.
            let (user, password) =
                entry.split_once(':').map_or((entry.as_str(), None), |(user, it)| (user, Some(it)));
            provider.user = Some(user.to_owned());
            provider.password = password.map(Credential::text);
            break;
        }
    }
    if let Some((line, filter)) = main.get("smtp_sasl_mechanism_filter") {
        let known = [
            "plain",
            "login",
            "cram-md5",
            "digest-md5",
            "scram-sha-1",
            "scram-sha-256",
            "xoauth2",
            "oauthbearer",
        ];
        let one: Vec<&str> = list(&filter).collect();
        provider.mechanism = match one[..] {
            [only] => known.into_iter().find(|known| *known == only),
            _ => None,
        };
        if provider.mechanism.is_none() {
            once(found, MAIN, line, words::no_counterpart("smtp_sasl_mechanism_filter"));
        }
    }
}

/// The value behind the first of these keys that a table has.
fn entry_for(text: &str, keys: &[&str]) -> Option<String> {
    let lines = logical_lines(text);
    let value_of = |key: &str| {
        lines.iter().find_map(|(_, line)| {
            let (known, value) = line.split_once(char::is_whitespace)?;
            known.eq_ignore_ascii_case(key).then(|| value.trim().to_owned())
        })
    };
    keys.iter().find_map(|key| value_of(key))
}

/// Which address the mail of this machine goes out as.
fn senders(found: &mut Found, files: &Files<'_>, main: &Settings) {
    let domain = found.domain.clone().unwrap_or_default();
    let root = format!("root@{domain}");
    for name in ["smtp_generic_maps", "sender_canonical_maps", "canonical_maps"] {
        let Some((line, maps)) = main.get(name) else { continue };
        for map in list(&maps) {
            let Some(path) = table(map) else {
                found.note(MAIN, line, words::map_type(map.split(':').next().unwrap_or(map)));
                continue;
            };
            match found.open(files, path) {
                Some(text) => {
                    let keys = [root.as_str(), "root", &format!("@{domain}"), "@localhost", "@localdomain"];
                    let value = entry_for(&text, &keys).map(|value| match value.strip_prefix('@') {
                        Some(domain) => format!("root@{domain}"),
                        None => value,
                    });
                    found.from = found.from.take().or(value);
                }
                None => found.note(MAIN, line, words::map_is_missing(path)),
            }
        }
    }
    found.from = found.from.take().filter(|from| from.contains('@'));
}

/// The text behind a table of a kind that is made of a text.
fn table(map: &str) -> Option<&str> {
    let (kind, path) = map.split_once(':').unwrap_or(("hash", map));
    let is_text = ["hash", "btree", "cdb", "lmdb", "dbm", "texthash", "sdbm"].contains(&kind);
    (is_text && path.starts_with('/')).then_some(path)
}

/// Where a setting stands.
fn file_of(main: &Settings, name: &str) -> &'static str {
    if main.is_of_master(name) { MASTER } else { MAIN }
}

fn once(found: &mut Found, file: &str, line: usize, said: words::Said) {
    if !found.notes.iter().any(|note| note.said == said) {
        found.note(file, line, said);
    }
}

/// Names what does not mean the same here.
fn said_otherwise(found: &mut Found, main: &Settings) {
    for (name, line) in main.names() {
        let Some((_, value)) = main.get(name) else { continue };
        let said = match name {
            "transport_maps"
            | "relay_domains"
            | "virtual_alias_maps"
            | "smtp_tls_policy_maps"
            | "smtp_tls_CApath"
            | "header_checks"
            | "smtp_header_checks"
            | "body_checks"
            | "always_bcc"
            | "sender_bcc_maps"
            | "recipient_bcc_maps"
            | "smtp_bind_address"
            | "content_filter"
            | "milter_default_action"
            | "non_smtpd_milters"
            | "masquerade_domains"
            | "maximal_queue_lifetime"
            | "delay_warning_time" => {
                if matches!(value.as_str(), "0h" | "0" | "$mydestination") {
                    continue;
                }
                words::no_counterpart(name)
            }
            "sender_dependent_relayhost_maps"
            | "sender_dependent_default_transport_maps"
            | "smtp_sender_dependent_authentication" => words::by_sender(name),
            "smtp_tls_cert_file" | "smtp_tls_key_file" | "smtp_tls_chain_files" => {
                words::client_certificate(name)
            }
            "inet_interfaces" if !matches!(value.as_str(), "loopback-only" | "localhost" | "127.0.0.1") => {
                words::takes_mail(name)
            }
            _ => continue,
        };
        found.note(file_of(main, name), line, said);
    }
}
