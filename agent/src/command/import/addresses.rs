//! Who gets what is for root, and other names: files in the format of `/etc/aliases`.

use super::found::{Files, Found};
use super::words;
use crate::config::parse_aliases;

/// Names the file, as far as it is one, and takes from it who gets what is for nobody in particular.
pub(super) fn of_file(found: &mut Found, files: &Files<'_>, path: &str) {
    let Some(text) = files(path) else { return };
    found.files.push(path.to_owned());
    found.aliases_file = Some(path.to_owned());
    take(found, path, &text, false);
}

/// The same of a file of a format that the agent cannot read by itself: its entries go into the configuration.
pub(super) fn of_foreign_file(found: &mut Found, files: &Files<'_>, path: &str) {
    let Some(text) = found.open(files, path) else { return };
    take(found, path, &text, true);
}

fn take(found: &mut Found, path: &str, text: &str, copies: bool) {
    let read = parse_aliases(text);
    for (line, what) in &read.doubtful {
        // Those who keep their mail on the machine are many, and the sentence names them.
        found.note(path, *line, words::of_aliases(what));
    }
    for (_, name, values) in read.entries {
        let is_catch_all = name == "*";
        if (copies || is_catch_all) && !values.is_empty() {
            let name = if is_catch_all { "default".to_owned() } else { name.clone() };
            found.aliases.push((name, values.clone()));
        }
        let is_for_root = name.eq_ignore_ascii_case("root") || is_catch_all || (copies && name == "default");
        if is_for_root && found.to.is_empty() {
            found.to = values.into_iter().filter(|value| value.contains('@')).collect();
        }
    }
}
