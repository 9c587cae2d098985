//! Several files as one table: tables are joined, lists of tables appended, and a key that is set twice is a mistake.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Place};
use super::source::{About, Source};

/// The files of the source as one table; `None` if one of them is no TOML. Mistakes are noted.
pub(super) fn all<'t>(source: &Source<'t>) -> Option<DeTable<'t>> {
    let mut whole: Option<DeTable<'t>> = None;
    let mut is_sound = true;
    for (base, text) in source.texts() {
        let (table, errors) = DeTable::parse_recoverable(text.as_str());
        is_sound &= errors.is_empty();
        for error in errors {
            let span = error.span().unwrap_or_default();
            let what = match text.as_str().get(span.clone()) {
                // Of a key that stands there twice, which one.
                Some(key) if error.message() == "duplicate key" => {
                    format!("`{}` is set twice", key.trim().chars().take(40).collect::<String>())
                }
                _ => error.message().trim().to_owned(),
            };
            source.add(base + span.start, &what, About::default());
        }
        let mut table = moved(table.into_inner(), base);
        match &mut whole {
            None => whole = Some(table),
            Some(whole) => {
                refuse_include(source, &mut table);
                join(source, (whole, ""), table);
            }
        }
    }
    whole.filter(|_| is_sound)
}

/// The same table behind so many octets of other files.
fn moved(table: DeTable<'_>, base: usize) -> DeTable<'_> {
    let entries = table.into_iter().map(|(key, mut value)| {
        let span = key.span();
        move_value(&mut value, base);
        (Spanned::new(base + span.start..base + span.end, key.into_inner()), value)
    });
    entries.collect()
}

fn move_value(value: &mut Spanned<DeValue<'_>>, base: usize) {
    match value.get_mut() {
        DeValue::Array(items) => items.iter_mut().for_each(|item| move_value(item, base)),
        DeValue::Table(table) => *table = moved(std::mem::take(table), base),
        _ => {}
    }
    let span = value.span();
    let inner = std::mem::replace(value.get_mut(), DeValue::Boolean(false));
    *value = Spanned::new(base + span.start..base + span.end, inner);
}

fn refuse_include(source: &Source<'_>, table: &mut DeTable<'_>) {
    let Some(at) = table.keys().find(|key| key.get_ref() == "include").map(|key| key.span().start) else {
        return;
    };
    let main = source.place(0).0;
    let what = format!("`include` may stand in the main file alone; name the files in {main}");
    source.add(at, &what, About { key: Some((Place::Top, "include")), nearest: None });
    *table = std::mem::take(table).into_iter().filter(|(key, _)| key.get_ref() != "include").collect();
}

/// Adds the keys of one table to another one, whose path is `within`.
fn join<'t>(source: &Source<'t>, (whole, within): (&mut DeTable<'t>, &str), more: DeTable<'t>) {
    for (key, value) in more {
        let Some(earlier) = whole.keys().find(|known| known.get_ref() == key.get_ref()) else {
            whole.insert(key, value);
            continue;
        };
        let earlier = earlier.span().start;
        let at = key.span().start;
        let is_top = within.is_empty();
        let path = if is_top { key.get_ref().to_string() } else { format!("{within}.{}", key.get_ref()) };
        let Some(known) = whole.get_mut(&key) else { continue };
        match (known.get_mut(), value.into_inner()) {
            (DeValue::Table(known), DeValue::Table(table)) => join(source, (known, &path), table),
            (DeValue::Array(known), DeValue::Array(items)) if is_top && keys::is_list_of_tables(&path) => {
                items.into_iter().for_each(|item| known.push(item));
            }
            _ => {
                let (file, line) = source.place(earlier);
                let shown: String = key.get_ref().chars().take(40).flat_map(char::escape_debug).collect();
                let within = if is_top { String::new() } else { format!(" in [{within}]") };
                let what = format!(
                    "`{shown}`{within} is set twice: here, and in {file}:{line}; leave one of them out"
                );
                let about = About { key: Some((Place::Top, key.get_ref())), nearest: None };
                source.add(at, &what, About { key: about.key.filter(|_| is_top), ..about });
            }
        }
    }
}
