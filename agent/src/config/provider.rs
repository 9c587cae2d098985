//! A `[[provider]]`: what the file says, and what its preset knows.

use mime::CharsetPolicy;
use smtp::{AuthPolicy, Mechanism, Security};
use toml::de::DeTable;

use super::keys::Place;
use super::preset::{self, Preset};
use super::secret::SecretSource;
use super::section::Section;
use super::{Endpoint, Provider, Trust, value};

/// Attempts at the same time, where the file says nothing.
const CONNECTIONS: u16 = 4;
/// More would only look like an attack to a provider.
const CONNECTIONS_MAX: u16 = 100;

/// All of them; `None` if one has a mistake, or there is none.
pub(super) fn all(root: &Section<'_, '_>, warnings: &mut Vec<String>) -> Option<Vec<Provider>> {
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
    let read: Vec<Option<Provider>> = sections.iter().map(|section| one(section, warnings)).collect();
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

fn one(section: &Section<'_, '_>, warnings: &mut Vec<String>) -> Option<Provider> {
    let preset = section.parsed("preset", preset::find);
    let has = |key: &str| section.has(key);
    let need = |key: &str, what: &str| {
        if !has(key) {
            section.wrong(key, what);
        }
    };
    let name = section.text("name").or_else(|| preset.as_ref().map(|preset| preset.name.to_owned()));
    if !has("preset") {
        need("name", "`name` is missing: the journal calls the provider by it");
    }
    let host = section.text("host").or_else(|| preset.as_ref()?.host.clone());
    if preset.as_ref().is_none_or(|preset| preset.host.is_none()) && !(has("preset") && preset.is_none()) {
        need("host", "`host` is missing: the name or address of its mail server");
    }
    need("from", "`from` is missing: the address that this provider lets us send as");
    let from = section.address("from");
    let endpoints = endpoints(section, preset.as_ref());
    let user = section.text("user");
    let password = password(section);
    let auth = auth(section, preset.as_ref(), user.is_some());
    let charset = section.parsed("charset", charset).unwrap_or_default();
    let connections = section.number("connections", 1, CONNECTIONS_MAX).unwrap_or(CONNECTIONS);
    let provider = Provider {
        name: name?,
        host: host?,
        endpoints: endpoints?,
        trust: section.path("ca_file").map_or(Trust::System, Trust::CaFile),
        auth: auth?,
        user,
        password,
        from: from?,
        from_name: section.text("from_name"),
        helo: section.parsed("helo", helo),
        charset,
        connections: usize::from(connections),
        preset: preset.as_ref().map(|preset| preset.name.to_owned()),
        retired: preset.as_ref().and_then(|preset| preset.retired.clone()),
    };
    warn(&provider, preset.as_ref(), warnings);
    Some(provider)
}

fn endpoints(section: &Section<'_, '_>, preset: Option<&Preset>) -> Option<Vec<Endpoint>> {
    let security = section.parsed("tls", value::security);
    let port = section.number("port", 1, u16::MAX);
    let one_by_one = section.has("port") || section.has("tls");
    if section.has("endpoints") {
        if one_by_one {
            section.wrong("endpoints", "`endpoints` takes the place of `port` and `tls`; leave those out");
            return None;
        }
        let list = section.list("endpoints", value::endpoint)?;
        if list.is_empty() {
            section.wrong("endpoints", "`endpoints` is an empty list");
            return None;
        }
        return Some(list);
    }
    if let Some(preset) = preset.filter(|_| !one_by_one) {
        return Some(preset.endpoints.clone());
    }
    if (section.has("tls") && security.is_none()) || (section.has("port") && port.is_none()) {
        return None;
    }
    let security =
        security.unwrap_or(if port == Some(465) { Security::Implicit } else { Security::StartTls });
    let usual = match security {
        Security::StartTls => 587,
        Security::Implicit => 465,
        Security::None => 25,
    };
    Some(vec![Endpoint { port: port.unwrap_or(usual), security }])
}

fn auth(section: &Section<'_, '_>, preset: Option<&Preset>, has_user: bool) -> Option<AuthPolicy> {
    if !section.has("auth") {
        let usual = preset.map_or(AuthPolicy::Auto, |preset| preset.auth.clone());
        return Some(if has_user { usual } else { AuthPolicy::None });
    }
    let words = section.texts("auth")?;
    let policy = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["auto"] => AuthPolicy::Auto,
        ["none"] => AuthPolicy::None,
        _ => AuthPolicy::Listed(section.list("auth", mechanism)?),
    };
    if policy == AuthPolicy::Listed(Vec::new()) {
        section.wrong("auth", "`auth` is an empty list; write \"none\" for no login");
        return None;
    }
    if policy != AuthPolicy::None && !has_user {
        section.wrong("auth", "`auth` asks for a login, and there is no `user`");
        return None;
    }
    Some(policy)
}

/// A mechanism of AUTH by its name.
pub(crate) fn mechanism(word: &str) -> Result<Mechanism, String> {
    word.parse().map_err(|_| {
        format!("`{word}` is not a mechanism; write \"auto\", \"none\", or a list of \"plain\", \"login\", \"cram-md5\"")
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

fn password(section: &Section<'_, '_>) -> Option<SecretSource> {
    if section.has("user") && !section.has("password") {
        section.wrong(
            "user",
            "`user` has no `password`; write for example password = { file = \"home.secret\" }",
        );
    }
    if section.has("password") && !section.has("user") {
        section.wrong("password", "`password` is of no use without `user`");
    }
    let table = section.section("password", "the password", Place::Password)?;
    let command = || {
        let words = table.texts("command")?;
        if words.first().is_none_or(String::is_empty) {
            table.wrong("command", "`command` names no program");
            return None;
        }
        Some(SecretSource::Command(words))
    };
    let sources = [
        table.path("file").map(SecretSource::File),
        command(),
        table.parsed("credential", credential).map(SecretSource::Credential),
        table.path("table").map(SecretSource::Table),
    ];
    if table.names().count() != 1 {
        section
            .wrong("password", "`password` wants exactly one of `file`, `command`, `credential` and `table`");
    }
    sources.into_iter().flatten().next()
}

fn credential(name: &str) -> Result<String, String> {
    if name.contains('/') || name.starts_with('.') {
        return Err(format!("`{name}` is not a name that systemd gives to a credential"));
    }
    Ok(name.to_owned())
}

fn warn(provider: &Provider, preset: Option<&Preset>, warnings: &mut Vec<String>) {
    let name = &provider.name;
    if let Some(day) = &provider.retired {
        let notes = preset.map_or("", |preset| preset.notes.as_str());
        warnings.push(format!("provider `{name}` closed on {day} ({notes}); put another one in its place"));
    }
    let in_clear = provider.endpoints.iter().any(|endpoint| endpoint.security == Security::None);
    let shows_password = match &provider.auth {
        AuthPolicy::None => false,
        AuthPolicy::Auto => true,
        AuthPolicy::Listed(list) => list.iter().any(|mechanism| *mechanism != Mechanism::CramMd5),
    };
    if in_clear && shows_password {
        warnings.push(format!(
            "provider `{name}` has tls = \"none\": only a mechanism that hides the password (cram-md5) will be used there"
        ));
    }
}
