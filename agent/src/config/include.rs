//! Further files of a configuration: `include = ["conf.d/*.toml"]`.
//!
//! A `*` or `?` may stand in the name of a file, not in that of a folder. What begins with a dot is not meant by a `*`, so
//! that an editor's leftovers stay out of it. A folder without such files is no mistake, and neither is no folder.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Text;

/// What `include` leads to.
#[derive(Debug)]
pub(super) struct Included {
    /// The main file, and then the others in their order.
    pub(super) texts: Vec<Text>,
    /// What is wrong with an entry, by its place in the main file.
    pub(super) mistakes: Vec<(usize, String)>,
}

/// Reads the files that the main file names.
pub(super) fn read(main: Text) -> Included {
    // What is no TOML, and what is no list of texts, is told of later.
    let (table, _) = DeTable::parse_recoverable(main.as_str());
    let entry = table.get_ref().iter().find(|(key, _)| key.get_ref() == "include").map(|(_, value)| value);
    let wanted: Vec<(usize, String)> = entry.map(patterns).unwrap_or_default();
    let folder = main.folder().to_owned();
    let mut seen: BTreeSet<PathBuf> = std::fs::canonicalize(main.path()).into_iter().collect();
    let mut included = Included { texts: vec![main], mistakes: Vec::new() };
    for (at, pattern) in wanted {
        let files = match files(&folder, &pattern) {
            Ok(files) => files,
            Err(what) => {
                included.mistakes.push((at, what));
                continue;
            }
        };
        for shown in files {
            let path = folder.join(&shown);
            // A file that two patterns mean is read once, and the main file is not one of its own.
            if !seen.insert(std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
                continue;
            }
            match text_of(&path) {
                Ok(text) => included.texts.push(Text::new(&path, &shown.to_string_lossy(), &text)),
                Err(error) => {
                    let what = format!("`include`: cannot read `{}`: {error}", path.display());
                    included.mistakes.push((at, what));
                }
            }
        }
    }
    included
}

/// The texts of the list, each with its place.
fn patterns(value: &Spanned<DeValue<'_>>) -> Vec<(usize, String)> {
    let text = |value: &Spanned<DeValue<'_>>| {
        value.get_ref().as_str().map(|text| (value.span().start, text.to_owned()))
    };
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(text).collect(),
        _ => text(value).into_iter().collect(),
    }
}

/// The files that one entry means, relative to the folder, in the order of their names.
fn files(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let is_glob = |text: &str| text.contains(['*', '?']);
    let (parent, name) = pattern
        .rsplit_once('/')
        .map_or(("", pattern), |(_, name)| (&pattern[..pattern.len() - name.len()], name));
    if name.is_empty() {
        return Err(format!(
            "`include`: `{pattern}` names no file; write for example \"conf.d/*.toml\" for those of a folder"
        ));
    }
    if is_glob(parent) {
        return Err(format!(
            "`include`: `{pattern}` has a `*` or `?` in the name of a folder; they may stand in that of a file"
        ));
    }
    if !is_glob(name) {
        return Ok(vec![PathBuf::from(pattern)]);
    }
    let within = folder.join(parent);
    // An empty path is that of no folder, and means this one.
    let within = if within.as_os_str().is_empty() { Path::new(".") } else { &within };
    let unreadable = |error: &io::Error| format!("`include`: cannot read `{}`: {error}", within.display());
    let entries = match std::fs::read_dir(within) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&error)),
    };
    let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(|error| unreadable(&error))?;
    names.retain(|found| is_meant(name, found));
    names.sort();
    Ok(names.into_iter().map(|found| Path::new(parent).join(found)).collect())
}

/// Whether a pattern means a name.
fn is_meant(pattern: &str, name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    (!name.starts_with(b".") || pattern.starts_with('.')) && fits(pattern.as_bytes(), name)
}

/// `*` stands for any octets, `?` for one. No more work than one length times the other.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    for wanted in pattern {
        let mut next = vec![false; name.len() + 1];
        next[0] = ends[0] && *wanted == b'*';
        for at in 1..=name.len() {
            next[at] = match wanted {
                b'*' => ends[at] || next[at - 1],
                b'?' => ends[at - 1],
                octet => ends[at - 1] && name[at - 1] == *octet,
            };
        }
        ends = next;
    }
    ends[name.len()]
}

fn text_of(path: &Path) -> io::Result<String> {
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    // A FIFO among the files must not hold the agent up.
    let mut file = File::options().read(true).custom_flags(nonblock).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_means_any_octets_and_a_question_mark_one_and_no_hidden_file() {
        for (pattern, name, meant) in [
            ("*.toml", "10-home.toml", true),
            ("*.toml", "10-home.toml~", false),
            ("*.toml", ".10-home.toml", false),
            ("*.toml", ".toml", false),
            (".*.toml", ".a.toml", true),
            ("*.toml", "toml", false),
            ("?0-*.toml", "10-.toml", true),
            ("?0-*.toml", "0-a.toml", false),
            ("**a*", "bab", true),
            ("*", "", true),
            ("?", "", false),
            ("[ab].toml", "a.toml", false),
            ("*.toml", "家.toml", true),
        ] {
            assert_eq!(is_meant(pattern, OsStr::new(name)), meant, "{pattern} {name}");
        }
    }

    proptest! {
        /// The other way to say it: by trying every split.
        #[test]
        fn what_fits_is_what_trying_every_split_finds(pattern in "[ab*?]{0,7}", name in "[ab]{0,7}") {
            fn tried(pattern: &[u8], name: &[u8]) -> bool {
                match pattern.split_first() {
                    None => name.is_empty(),
                    Some((b'*', rest)) => (0..=name.len()).any(|at| tried(rest, &name[at..])),
                    Some((b'?', rest)) => !name.is_empty() && tried(rest, &name[1..]),
                    Some((octet, rest)) => name.first() == Some(octet) && tried(rest, &name[1..]),
                }
            }
            prop_assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), tried(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
