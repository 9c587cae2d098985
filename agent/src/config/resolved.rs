//! The configuration as it is meant: what the files say, and what presets and the table of keys fill in, each value with
//! where it comes from.
//!
//! What a file says is shown as it says it, with paths that hold anywhere. What it leaves out comes from the table of keys, so
//! that the reference and what happens cannot part: a test reads what is shown and compares what it means. Secrets are not
//! read for it, and what may hold one is masked.

mod provider;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::keys::{self, Key, Place};
use super::source::Source;
use super::{Config, value};

/// What stands in the place of something that may be secret.
const MASK: &str = "***";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, as messages call it, and a line.
    File(String, usize),
    /// The preset of this name.
    Preset(&'static str),
    /// What holds when nobody says anything.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file, line) => write!(f, "{file}:{line}"),
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// What holds; `None` where that is nothing, or no value that could be written down.
    pub value: Option<Value>,
    /// In words, where there is no value.
    pub words: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether something in it was masked.
    pub is_masked: bool,
}

/// One table, with its keys in the order of the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// As it stands above the table: `[limits]`, `[[provider]]`; empty for the top.
    pub heading: String,
    /// Its keys.
    pub settings: Vec<Setting>,
}

/// Tables that stand once, in the order of the reference.
const TABLES: [(&str, Place); 12] = [
    ("alerts", Place::Alerts),
    ("log", Place::Log),
    ("submit", Place::Submit),
    ("retry", Place::Retry),
    ("limits", Place::Limits),
    ("network", Place::Network),
    ("drills", Place::Drills),
    ("keep", Place::Keep),
    ("disk", Place::Disk),
    ("notices", Place::Notices),
    ("metrics", Place::Metrics),
    ("page", Place::Page),
];

/// Tables that stand as often as somebody wants them.
const LISTS: [(&str, Place); 3] =
    [("recipient", Place::Recipient), ("route", Place::Route), ("listen", Place::Listen)];

/// Everything in the order in which it can be read again.
pub(super) fn all(source: &Source<'_>, root: &DeTable<'_>, config: &Config) -> Vec<Table> {
    let reader = Reader { source };
    let nothing = DeTable::new();
    let table = |of: &str| entry(root, of).and_then(|(_, value)| value.get_ref().as_table());
    let mut tables =
        vec![Table { heading: String::new(), settings: reader.settings(root, Place::Top, is_plain, filled) }];
    for (name, place) in TABLES {
        let settings = reader.settings(table(name).unwrap_or(&nothing), place, |_| true, filled);
        tables.push(Table { heading: format!("[{name}]"), settings });
        if name == "alerts" {
            tables.extend(table("aliases").map(|aliases| reader.named("[aliases]", aliases)));
        }
    }
    for (name, template) in table("template").into_iter().flatten() {
        let heading = format!("[template.{}]", word(name.get_ref()));
        tables.extend(template.get_ref().as_table().map(|template| reader.named(&heading, template)));
    }
    for (n, provider) in list(root, "provider").enumerate() {
        let Some(meant) = config.providers.get(n) else { continue };
        tables.push(Table {
            heading: "[[provider]]".to_owned(),
            settings: provider::settings(&reader, provider, meant),
        });
    }
    for (name, place) in LISTS {
        for table in list(root, name) {
            let settings = reader.settings(table, place, |_| true, filled);
            tables.push(Table { heading: format!("[[{name}]]"), settings });
        }
    }
    tables
}

/// Keys at the top that are no tables. What was included is part of what is shown.
fn is_plain(key: &Key) -> bool {
    key.name == "spool"
}

fn list<'r, 't>(root: &'r DeTable<'t>, name: &str) -> impl Iterator<Item = &'r DeTable<'t>> {
    let items = entry(root, name).and_then(|(_, value)| value.get_ref().as_array());
    items.into_iter().flat_map(|items| items.iter()).filter_map(|item| item.get_ref().as_table())
}

type Entry<'r, 't> = (&'r Spanned<std::borrow::Cow<'t, str>>, &'r Spanned<DeValue<'t>>);

fn entry<'r, 't>(table: &'r DeTable<'t>, key: &str) -> Option<Entry<'r, 't>> {
    table.iter().find(|(name, _)| name.get_ref() == key)
}

/// A name as a key of TOML.
pub(crate) fn word(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet));
    if is_bare { name.to_owned() } else { Value::String(name.to_owned()).to_string() }
}

/// What holds where a file says nothing.
#[derive(Debug)]
pub(super) struct Filled {
    value: Option<Value>,
    origin: Origin,
}

/// What the table of keys says, where that is a value.
fn filled(key: &Key) -> Filled {
    Filled { value: default_value(key), origin: Origin::Default }
}

fn default_value(key: &Key) -> Option<Value> {
    let text = key.default;
    let string = || Some(Value::String(text.to_owned()));
    let words = || text.split(' ').map(|word| Value::String(word.to_owned())).collect();
    match key.kind {
        "time" | "time or never" | "time, or never" => {
            if text == "never" || value::time(text).is_ok() {
                string()
            } else {
                None
            }
        }
        "number" => text.parse().ok().map(Value::Integer),
        "true or false" => text.parse().ok().map(Value::Boolean),
        "list of times" | "list of users and @groups" => Some(Value::Array(words())),
        "path" if text.starts_with('/') && !text.contains(' ') => string(),
        "text" | "path" => None,
        "a template, or a table of them by severity" if text == "plain" => string(),
        // A choice of words.
        kind if kind.split([' ', ',']).any(|word| word.trim_matches('"') == text) && text != "none" => {
            string()
        }
        _ => None,
    }
}

/// Reads settings, with their places.
#[derive(Debug)]
struct Reader<'s, 't> {
    source: &'s Source<'t>,
}

impl Reader<'_, '_> {
    /// The known keys of one table that are wanted.
    fn settings(
        &self,
        table: &DeTable<'_>,
        place: Place,
        is_wanted: impl Fn(&Key) -> bool,
        filled: impl Fn(&Key) -> Filled,
    ) -> Vec<Setting> {
        let setting = |key: &'static Key| {
            if let Some(entry) = entry(table, key.name) {
                return self.said(entry, key.kind);
            }
            let Filled { value, origin } = filled(key);
            let words = if key.default.is_empty() { "none" } else { key.default };
            Setting { key: key.name.to_owned(), value, words, origin, is_masked: false }
        };
        keys::of(place).filter(|key| is_wanted(key)).map(setting).collect()
    }

    /// A table in which any name is a key, and one with nothing to be filled in.
    fn named(&self, heading: &str, table: &DeTable<'_>) -> Table {
        let settings = table.iter().map(|entry| self.said(entry, "")).collect();
        Table { heading: heading.to_owned(), settings }
    }

    /// What a file says.
    fn said(&self, (name, value): Entry<'_, '_>, kind: &str) -> Setting {
        let (file, line) = self.source.place(name.span().start);
        let mut shown = self.value(value, kind);
        let is_masked = mask(name.get_ref(), &mut shown);
        Setting {
            key: name.get_ref().to_string(),
            value: Some(shown),
            words: "",
            origin: Origin::File(file, line),
            is_masked,
        }
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, kind: &str) -> Value {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => {
                // `listen` is one or the other.
                let is_path = kind == "path" || (kind.contains("path of a socket") && text.contains('/'));
                let path = || absolute(self.source.resolve(at, text));
                Value::String(if is_path { path() } else { text.to_string() })
            }
            DeValue::Integer(digits) => {
                Value::Integer(i64::from_str_radix(digits.as_str(), digits.radix()).unwrap_or_default())
            }
            DeValue::Boolean(is_so) => Value::Boolean(*is_so),
            DeValue::Array(items) => Value::Array(items.iter().map(|item| self.value(item, "")).collect()),
            // Of tables in a line, only those for secrets have paths.
            DeValue::Table(table) => {
                let kind = |name: &str| {
                    keys::of(Place::Password).find(|key| key.name == name).map_or("", |key| key.kind)
                };
                let one = |(name, value): Entry<'_, '_>| {
                    (name.get_ref().to_string(), self.value(value, kind(name.get_ref())))
                };
                Value::Table(table.iter().map(one).collect())
            }
            // No key takes one, so that the configuration would have a mistake.
            DeValue::Float(number) => Value::String(number.as_str().to_owned()),
            DeValue::Datetime(time) => Value::Datetime(*time),
        }
    }
}

/// A path that holds wherever it is read.
fn absolute(path: std::path::PathBuf) -> String {
    let path = if path.is_absolute() { path } else { std::path::absolute(&path).unwrap_or(path) };
    path.to_string_lossy().into_owned()
}

/// Takes out what may be secret: the arguments of a command that gives a secret, and where a ping goes.
fn mask(key: &str, value: &mut Value) -> bool {
    match (key, value) {
        ("password" | "token" | "proxy_password", Value::Table(source)) => match source.get_mut("command") {
            Some(Value::Array(words)) => {
                words.iter_mut().skip(1).for_each(|word| *word = Value::String(MASK.to_owned()));
                words.len() > 1
            }
            _ => false,
        },
        ("dead_man_url", Value::String(url)) => {
            let end = url.find("://").map(|at| at + 3);
            let end = end.and_then(|at| url[at..].find(['/', '?']).map(|slash| at + slash));
            if let Some(end) = end {
                url.truncate(end);
                url.push('/');
                url.push_str(MASK);
            }
            end.is_some()
        }
        _ => false,
    }
}
