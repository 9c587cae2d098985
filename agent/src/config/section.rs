//! One table of the file, read key by key. Mistakes go to the source; what is wrong reads as absent.

use std::path::PathBuf;
use std::time::Duration;

use spool_format::Address;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Place};
use super::source::{About, Source};
use super::value;
use crate::address;

/// One table.
#[derive(Debug)]
pub(super) struct Section<'s, 't> {
    source: &'s Source<'t>,
    /// As it is called in messages: `[limits]`, or empty at the top.
    title: String,
    place: Place,
    table: &'s DeTable<'t>,
}

impl<'s, 't> Section<'s, 't> {
    /// Takes a table, and names every key in it that has no business there.
    pub(super) fn new(source: &'s Source<'t>, title: String, place: Place, table: &'s DeTable<'t>) -> Self {
        let section = Self { source, title, place, table };
        if !matches!(place, Place::Aliases | Place::Templates) {
            for name in table.keys().filter(|name| keys::of(place).all(|key| key.name != name.get_ref())) {
                let shown: String = name.get_ref().chars().take(40).flat_map(char::escape_debug).collect();
                let hint = match keys::nearest(place, name.get_ref()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("known are {}", known_names(place)),
                };
                let about = About {
                    key: Some((place, name.get_ref())),
                    nearest: keys::nearest(place, name.get_ref()),
                };
                let what = format!("unknown key `{shown}`{}; {hint}", section.within());
                source.add(name.span().start, &what, about);
            }
        }
        section
    }

    /// ` in [limits]`, or nothing at the top.
    fn within(&self) -> String {
        if self.title.is_empty() { String::new() } else { format!(" in {}", self.title) }
    }

    fn entry(&self, key: &str) -> Option<&'s Spanned<DeValue<'t>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Whether the key is there, rightly or wrongly.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The keys that are there.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> {
        self.table.keys().map(|name| name.get_ref().as_ref())
    }

    /// Notes a mistake about a key; without such a key, about the table.
    pub(super) fn wrong(&self, key: &str, what: &str) {
        self.source.add(self.at(key), &format!("{what}{}", self.within()), self.about(key));
    }

    /// Notes what deserves attention and stops nothing. The sentence stands by itself.
    pub(super) fn warn(&self, key: &str, what: &str) {
        self.source.warn(self.at(key), what, self.about(key));
    }

    /// The same of a file that is none of the configuration's own.
    pub(super) fn warn_in(&self, file: &std::path::Path, line: usize, what: &str) {
        self.source.warn_in(file, line, what);
    }

    fn about<'k>(&self, key: &'k str) -> About<'k> {
        About { key: Some((self.place, key)), nearest: None }
    }

    /// Where the key's value stands, or else the table.
    fn at(&self, key: &str) -> usize {
        self.entry(key).map_or_else(|| self.first_key(), |value| value.span().start)
    }

    fn first_key(&self) -> usize {
        self.table.keys().map(|name| name.span().start).min().unwrap_or(0)
    }

    /// File and line of its first key.
    pub(super) fn position(&self) -> (String, usize) {
        self.source.place(self.first_key())
    }

    fn wrong_kind(&self, key: &str, value: &DeValue<'_>, wanted: &str) {
        self.wrong(
            key,
            &format!("`{key}` has to be {wanted}, and is {} {}", article(value.type_str()), value.type_str()),
        );
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.entry(key)?.get_ref() {
            DeValue::String(text) if text.is_empty() => self.wrong(key, &format!("`{key}` is empty")),
            DeValue::String(text) if text.contains(char::is_control) => {
                self.wrong(key, &format!("`{key}` has control characters"));
            }
            DeValue::String(text) => return Some(text.to_string()),
            other => self.wrong_kind(key, other, "a text"),
        }
        None
    }

    /// A text that may have several lines, and may be empty.
    pub(super) fn lines(&self, key: &str) -> Option<String> {
        match self.entry(key)?.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            other => {
                self.wrong_kind(key, other, "a text");
                None
            }
        }
    }

    /// Whether the key is there and has a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|value| value.get_ref().is_table())
    }

    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|path| self.source.resolve(self.at(key), &path))
    }

    /// A text that something reads.
    pub(super) fn parsed<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        read(&self.text(key)?).map_err(|what| self.wrong(key, &format!("`{key}`: {what}"))).ok()
    }

    pub(super) fn time(&self, key: &str) -> Option<Duration> {
        self.parsed(key, value::time)
    }

    pub(super) fn address(&self, key: &str) -> Option<Address> {
        self.parsed(key, |text| address::parse(text).map_err(|error| error.to_string()))
    }

    pub(super) fn number(&self, key: &str, least: u16, most: u16) -> Option<u16> {
        let value = self.entry(key)?.get_ref();
        let DeValue::Integer(digits) = value else {
            self.wrong_kind(key, value, "a number");
            return None;
        };
        let number =
            i64::from_str_radix(digits.as_str(), digits.radix()).ok().and_then(|it| u16::try_from(it).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(key, &format!("`{key}` has to be a number from {least} to {most}"));
        }
        number
    }

    /// True or false.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.entry(key)?.get_ref() {
            DeValue::Boolean(is_so) => Some(*is_so),
            other => {
                self.wrong_kind(key, other, "true or false");
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        match self.entry(key)?.get_ref() {
            DeValue::String(_) => self.text(key).map(|text| vec![text]),
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                let texts: Option<Vec<String>> = texts.collect();
                if texts.is_none() {
                    self.wrong(key, &format!("`{key}` has to be a list of texts, and holds something else"));
                }
                texts
            }
            other => {
                self.wrong_kind(key, other, "a list of texts");
                None
            }
        }
    }

    /// A list of texts, each of which something reads.
    pub(super) fn list<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let read_one =
            |text: &String| read(text).map_err(|what| self.wrong(key, &format!("`{key}`: {what}"))).ok();
        self.texts(key)?.iter().map(read_one).collect()
    }

    pub(super) fn times(&self, key: &str) -> Option<Vec<Duration>> {
        let times = self.list(key, value::time)?;
        if times.is_empty() {
            self.wrong(key, &format!("`{key}` is an empty list"));
            return None;
        }
        Some(times)
    }

    pub(super) fn addresses(&self, key: &str) -> Option<Vec<Address>> {
        self.list(key, |text| address::parse(text).map_err(|error| error.to_string()))
    }

    /// A table in this one.
    pub(super) fn section(&self, key: &str, title: &str, place: Place) -> Option<Section<'s, 't>> {
        match self.entry(key)?.get_ref() {
            DeValue::Table(table) => Some(Section::new(self.source, title.to_owned(), place, table)),
            other => {
                self.wrong_kind(key, other, "a table");
                None
            }
        }
    }

    /// The tables of a list, each with what `title` calls it.
    pub(super) fn sections(
        &self,
        key: &str,
        title: impl Fn(usize, &DeTable<'t>) -> String,
        place: Place,
    ) -> Option<Vec<Section<'s, 't>>> {
        let value = self.entry(key)?.get_ref();
        let tables: Option<Vec<&DeTable<'t>>> =
            value.as_array().and_then(|items| items.iter().map(|item| item.get_ref().as_table()).collect());
        let Some(tables) = tables else {
            self.wrong(key, &format!("`{key}` has to be a list of tables: write [[{key}]] above each"));
            return None;
        };
        let section =
            |(n, table): (usize, &'s DeTable<'t>)| Section::new(self.source, title(n, table), place, table);
        Some(tables.into_iter().enumerate().map(section).collect())
    }
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn known_names(place: Place) -> String {
    let names: Vec<String> = keys::of(place).map(|key| format!("`{}`", key.name)).collect();
    names.join(", ")
}
