//! What is known of providers, as data: one file each in `presets/`, with the day on which it was checked.

use smtp::{AuthPolicy, Mechanism};
use toml::{Table, Value};

use super::Endpoint;
use super::value;

/// What a preset fills in.
#[derive(Clone, Debug)]
pub(super) struct Preset {
    pub(super) name: &'static str,
    pub(super) host: Option<String>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) auth: AuthPolicy,
    /// The day on which the service ended.
    pub(super) retired: Option<String>,
    pub(super) notes: String,
}

const FILES: [(&str, &str); 8] = [
    ("self-hosted", include_str!("../../presets/self-hosted.toml")),
    ("yahoo", include_str!("../../presets/yahoo.toml")),
    ("yahoo-bb", include_str!("../../presets/yahoo-bb.toml")),
    ("goo", include_str!("../../presets/goo.toml")),
    ("ocn", include_str!("../../presets/ocn.toml")),
    ("docomo", include_str!("../../presets/docomo.toml")),
    ("softbank", include_str!("../../presets/softbank.toml")),
    ("gmail", include_str!("../../presets/gmail.toml")),
];

/// The names of all presets.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The preset of this name; the error names those that there are.
pub(super) fn find(name: &str) -> Result<Preset, String> {
    let known = FILES.iter().find(|(known, _)| *known == name);
    let (name, text) = known.ok_or_else(|| {
        let list: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        format!("there is no preset `{name}`; there are {}", list.join(", "))
    })?;
    Ok(read(name, text))
}

/// The files are part of the program, and a test reads them all.
fn read(name: &'static str, text: &str) -> Preset {
    let table: Table = text.parse().expect("a preset is TOML");
    let one = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let many = |key: &str| -> Vec<&str> {
        table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let mechanisms: Vec<Mechanism> = many("auth").iter().filter_map(|word| word.parse().ok()).collect();
    Preset {
        name,
        host: one("host"),
        endpoints: many("endpoints").iter().filter_map(|text| value::endpoint(text).ok()).collect(),
        auth: if mechanisms.is_empty() { AuthPolicy::Auto } else { AuthPolicy::Listed(mechanisms) },
        retired: one("retired"),
        notes: one("notes").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_a_day(text: &str) -> bool {
        let digits =
            |part: Option<&str>, count| part.is_some_and(|it| it.len() == count && it.parse::<u16>().is_ok());
        let mut parts = text.split('-');
        digits(parts.next(), 4)
            && digits(parts.next(), 2)
            && digits(parts.next(), 2)
            && parts.next().is_none()
    }

    #[test]
    fn each_preset_says_when_it_was_checked_and_how_to_get_in() {
        const KNOWN: [&str; 6] = ["checked", "host", "endpoints", "auth", "retired", "notes"];
        for (name, text) in FILES {
            let table: Table = text.parse().expect(name);
            assert!(table.get("checked").and_then(Value::as_str).is_some_and(is_a_day), "{name}");
            assert!(table.keys().all(|key| KNOWN.contains(&key.as_str())), "{name}");
            let count = |key: &str| table.get(key).and_then(Value::as_array).map_or(0, Vec::len);
            let preset = find(name).expect(name);
            assert!(!preset.endpoints.is_empty(), "{name}");
            assert_eq!(preset.endpoints.len(), count("endpoints"), "{name}: an endpoint cannot be read");
            match preset.auth {
                AuthPolicy::Listed(list) => {
                    assert_eq!(list.len(), count("auth"), "{name}: a mechanism is unknown");
                }
                AuthPolicy::Auto | AuthPolicy::None => assert_eq!(count("auth"), 0, "{name}"),
            }
            assert!(preset.host.is_some() || name == "self-hosted", "{name}");
            assert!(preset.retired.as_deref().is_none_or(is_a_day), "{name}");
        }
        assert_eq!(find("goo").expect("kept").retired.as_deref(), Some("2026-02-25"));
    }
}
