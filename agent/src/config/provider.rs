//! A `[[provider]]`: what the file says, and what its preset knows.

use delivery::{HedgeAfter, Quota};
use mime::CharsetPolicy;
use smtp::AuthPolicy;
use spool_format::Address;
use toml::de::DeTable;

use super::keys::Place;
use super::login;
use super::preset::{self, PresetLimits, Senders};
use super::section::Section;
use super::{Means, Provider, Route, Trust, manners, means, route, security, sender};
use crate::address;

/// Who sends where no mail is made, so that nobody reads it.
const NO_SENDER: &str = "alertmail@localhost";
/// Attempts at the same time, where the file says nothing.
const CONNECTIONS: u16 = 4;
/// Messages on one connection, where the file says nothing; some servers want to see a fresh login now and then.
const MESSAGES: u16 = 100;
/// Recipients of a transaction that every server takes (RFC 5321 section 4.5.3.1.8).
const RECIPIENTS_MAX: u16 = 100;
/// More would only look like an attack to a provider.
const CONNECTIONS_MAX: u16 = 100;

/// All of them; `None` if one has a mistake, or there is none.
pub(super) fn all(root: &Section<'_, '_>) -> Option<Vec<Provider>> {
    if !root.has("provider") {
        root.wrong("provider", "there is no [[provider]]: nobody would deliver anything");
        return None;
    }
    let sections = root.sections("provider", title, Place::Provider)?;
    if sections.is_empty() {
        root.wrong("provider", "the list of providers is empty: nobody would deliver anything");
        return None;
    }
    // Not stopped at the first: every mistake is to be named.
    let read: Vec<Option<Provider>> = sections.iter().map(one).collect();
    let mut names: Vec<&str> = Vec::new();
    for (section, provider) in sections.iter().zip(&read) {
        let Some(provider) = provider else { continue };
        if names.contains(&provider.name.as_str()) {
            let what = format!("two providers are called `{}`; give one another `name`", provider.name);
            section.wrong("name", &what);
        }
        names.push(&provider.name);
    }
    read.into_iter().collect()
}

/// As a provider is called in messages: by its name, its preset, or its place.
fn title(n: usize, table: &DeTable<'_>) -> String {
    let word = |wanted: &str| {
        table.iter().find(|(key, _)| key.get_ref() == wanted).and_then(|(_, it)| it.get_ref().as_str())
    };
    match word("name").or_else(|| word("preset")) {
        Some(name) => format!(
            "[[provider]] `{}`",
            name.chars().take(40).flat_map(char::escape_debug).collect::<String>()
        ),
        None => format!("[[provider]] number {}", n + 1),
    }
}

fn one(section: &Section<'_, '_>) -> Option<Provider> {
    let means = means::means(section)?;
    if means != Means::Smtp {
        return local(section, means);
    }
    let preset = section.parsed("preset", preset::find);
    let has = |key: &str| section.has(key);
    let need = |key: &str, what: &str| {
        if !has(key) {
            section.wrong(key, what);
        }
    };
    let name = section.text("name").or_else(|| preset.map(|preset| preset.name.to_owned()));
    if !has("preset") {
        need("name", "`name` is missing: the journal calls the provider by it");
    }
    let host =
        section.text("host").map(|host| address::ascii(&host).into_owned()).or_else(|| preset?.host.clone());
    if preset.is_none_or(|preset| preset.host.is_none()) && !(has("preset") && preset.is_none()) {
        need("host", "`host` is missing: the name or address of its mail server");
    }
    need("from", "`from` is missing: the address that this provider lets us send as");
    let endpoints = security::endpoints(section, preset);
    let trust = security::trust(section);
    let route = route::route(section);
    let login = login::read(section, preset.map(|preset| &preset.auth));
    let charset = section.parsed("charset", charset).or_else(|| Some(preset?.charset)).unwrap_or_default();
    let usual = preset.map(|preset| preset.limits).unwrap_or_default();
    let connections = section.number("connections", 1, CONNECTIONS_MAX);
    let connections = connections.or(usual.connections).unwrap_or(CONNECTIONS);
    let messages = section.number("messages_per_connection", 1, u16::MAX).unwrap_or(MESSAGES);
    let login = login?;
    let called = name.as_deref().unwrap_or_default();
    // A server of another name is not the provider's own, but somebody's relay or stage, with rules of its own.
    let of_its_own = preset.filter(|preset| host == preset.host);
    let sender = sender::read(section, (called, of_its_own), login.user.as_deref());
    let mut mail_limits = manners::limits(section);
    mail_limits.octets = mail_limits.octets.or(usual.message_octets);
    let sender = sender?;
    let provider = Provider {
        name: name?,
        means,
        host: host?,
        endpoints: endpoints?,
        trust: trust?,
        tls_name: section.parsed("tls_name", security::tls_name),
        route: route?,
        auth: login.auth,
        user: login.user,
        password: login.password,
        token: login.token,
        realm: login.realm,
        from: sender.from,
        from_name: section.text("from_name"),
        helo: section.parsed("helo", helo),
        charset,
        mail_limits,
        free_from: sender.free_from,
        senders: sender.rule,
        connections: usize::from(connections),
        hedge_after: section.time("hedge_after").map(|time| HedgeAfter { critical: time, others: time }),
        messages_per_connection: usize::from(messages),
        chunking: section.flag("chunking").unwrap_or(true),
        drill: section.flag("drill").unwrap_or(true),
        quota: quota(section, usual),
        preset,
    };
    security::refuse_far_in_clear(section, &provider);
    security::warn(section, &provider);
    Some(provider)
}

/// How much it is given: what the file says, else what the preset knows.
fn quota(section: &Section<'_, '_>, usual: PresetLimits) -> Quota {
    let number = |key: &str| section.number(key, 1, u16::MAX).map(u32::from);
    let most = section.number("recipients_per_message", 1, RECIPIENTS_MAX);
    Quota {
        messages_per_minute: number("messages_per_minute"),
        messages_per_day: number("messages_per_day").or(usual.messages_per_day),
        recipients_per_day: number("recipients_per_day").or(usual.recipients_per_day),
        recipients_per_message: most.map(u32::from).or(usual.recipients_per_message),
    }
}

/// One that is no server: what has to do with servers says nothing.
fn local(section: &Section<'_, '_>, means: Means) -> Option<Provider> {
    if !section.has("name") {
        section.wrong("name", "`name` is missing: the journal calls the provider by it");
    }
    let from = section.address("from");
    if !section.has("from") && means.needs_a_sender() {
        section.wrong("from", "`from` is missing: the address in From and in the envelope");
    }
    let nobody = || Address::parse(NO_SENDER).ok().filter(|_| !section.has("from"));
    let connections = section.number("connections", 1, CONNECTIONS_MAX).unwrap_or(CONNECTIONS);
    Some(Provider {
        name: section.text("name")?,
        means,
        host: String::new(),
        endpoints: Vec::new(),
        trust: Trust::System,
        tls_name: None,
        route: Route::Straight,
        auth: AuthPolicy::None,
        user: None,
        password: None,
        token: None,
        realm: None,
        from: from.or_else(nobody)?,
        from_name: section.text("from_name"),
        helo: None,
        charset: section.parsed("charset", charset).unwrap_or_default(),
        mail_limits: manners::limits(section),
        free_from: section.flag("free_from").unwrap_or(false),
        connections: usize::from(connections),
        hedge_after: section.time("hedge_after").map(|time| HedgeAfter { critical: time, others: time }),
        messages_per_connection: 1,
        chunking: false,
        drill: section.flag("drill").unwrap_or(true),
        quota: quota(section, PresetLimits::default()),
        senders: Senders::Any,
        preset: None,
    })
}

/// Which charsets readers take, by its name.
pub(crate) fn charset(word: &str) -> Result<CharsetPolicy, String> {
    match word {
        "auto" => Ok(CharsetPolicy::Auto),
        "utf-8" => Ok(CharsetPolicy::Utf8),
        "iso-2022-jp" => Ok(CharsetPolicy::Iso2022Jp),
        _ => Err(format!("`{word}` is not a charset policy; write \"auto\", \"utf-8\" or \"iso-2022-jp\"")),
    }
}

fn helo(word: &str) -> Result<String, String> {
    if word.bytes().all(|octet| octet.is_ascii_graphic()) {
        Ok(word.to_owned())
    } else {
        Err(format!("`{word}` has blanks or letters outside ASCII; write a host name"))
    }
}
