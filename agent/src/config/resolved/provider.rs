//! A `[[provider]]` as it is meant: what its preset fills in, and what is of use with its kind.

use smtp::{AuthPolicy, Security};
use toml::Value;
use toml::de::DeTable;

use super::super::keys::{Key, Place};
use super::super::{Means, Provider, means};
use super::{Filled, Origin, Reader, Setting, entry, filled};
use mime::CharsetPolicy;

/// Its keys.
pub(super) fn settings(reader: &Reader<'_, '_>, table: &DeTable<'_>, provider: &Provider) -> Vec<Setting> {
    let has = |key: &str| entry(table, key).is_some();
    let has_endpoint = has("port") || has("tls");
    let is_wanted = |key: &Key| {
        has(key.name)
            || match key.name {
                "endpoints" => provider.means == Means::Smtp && !has_endpoint,
                "port" | "tls" => provider.means == Means::Smtp && has_endpoint,
                name => means::is_of_use(&provider.means, name),
            }
    };
    reader.settings(table, Place::Provider, is_wanted, |key| by_itself(key, provider))
}

fn by_itself(key: &Key, provider: &Provider) -> Filled {
    if provider.means != Means::Smtp {
        return filled(key);
    }
    let preset = provider.preset;
    let number = |number: Option<u32>| number.map(|number| Value::Integer(number.into()));
    let known = preset.map(|preset| preset.limits).unwrap_or_default();
    let from = |is_known: bool| match preset {
        Some(preset) if is_known => Origin::Preset(preset.name),
        _ => Origin::Default,
    };
    let (value, is_known) = match key.name {
        "name" => (Some(Value::String(provider.name.clone())), true),
        "host" => (Some(Value::String(provider.host.clone())), true),
        "endpoints" => {
            let list = provider.endpoints.iter().map(|endpoint| Value::String(endpoint.to_string()));
            (Some(Value::Array(list.collect())), true)
        }
        "port" => (provider.endpoints.first().map(|it| Value::Integer(it.port.into())), false),
        "tls" => (provider.endpoints.first().map(|it| Value::String(tls(it.security).to_owned())), false),
        "auth" => (Some(auth(&provider.auth)), provider.user.is_some()),
        "charset" => (Some(Value::String(charset(provider.charset).to_owned())), true),
        "connections" => {
            (i64::try_from(provider.connections).ok().map(Value::Integer), known.connections.is_some())
        }
        "messages_per_day" => (number(provider.quota.messages_per_day), known.messages_per_day.is_some()),
        "recipients_per_day" => {
            (number(provider.quota.recipients_per_day), known.recipients_per_day.is_some())
        }
        "recipients_per_message" => {
            (number(provider.quota.recipients_per_message), known.recipients_per_message.is_some())
        }
        // A preset knows octets; where they are no whole number of KiB only the preset can say them.
        "size_max_kib" => {
            let octets = provider.mail_limits.octets.filter(|octets| octets % 1024 == 0);
            let kib = octets.and_then(|octets| i64::try_from(octets / 1024).ok());
            (
                kib.filter(|kib| (16..=65_535).contains(kib)).map(Value::Integer),
                known.message_octets.is_some(),
            )
        }
        _ => return filled(key),
    };
    Filled { value, origin: from(is_known) }
}

const fn tls(security: Security) -> &'static str {
    match security {
        Security::StartTls => "starttls",
        Security::Implicit => "implicit",
        Security::None => "none",
    }
}

const fn charset(policy: CharsetPolicy) -> &'static str {
    match policy {
        CharsetPolicy::Auto => "auto",
        CharsetPolicy::Utf8 => "utf-8",
        CharsetPolicy::Iso2022Jp => "iso-2022-jp",
    }
}

fn auth(policy: &AuthPolicy) -> Value {
    match policy {
        AuthPolicy::None => Value::String("none".to_owned()),
        AuthPolicy::Auto => Value::String("auto".to_owned()),
        AuthPolicy::Listed(list) => {
            Value::Array(list.iter().map(|mechanism| Value::String(mechanism.to_string())).collect())
        }
    }
}
