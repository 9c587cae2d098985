//! Names that stand for addresses: those of `[aliases]`, and those of a file in the format of `/etc/aliases`.
//!
//! An alias may stand for other aliases; here each becomes its addresses, each once. A mistake in the configuration is a
//! mistake: somebody is at work on it. A mistake in the other file is a warning, since that file belongs to other programs
//! too, and all other lines of it hold. Who is in both is what the configuration says.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use spool_format::Address;

use super::section::Section;
use crate::address;
use file::AliasFile;
pub(crate) use file::parse;

/// Aliases behind one another at most.
const DEPTH_MAX: usize = 50;

/// What a name stands for, as it is written.
#[derive(Debug)]
struct Entry {
    names: Vec<String>,
    /// Its line, if it is of the file.
    line: Option<usize>,
}

/// Reads the table and the file, and follows every name to its addresses.
pub(super) fn read(
    root: &Section<'_, '_>,
    table: Option<&Section<'_, '_>>,
    path: Option<&Path>,
) -> BTreeMap<String, Vec<Address>> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let mut found = Vec::new();
    for name in table.iter().flat_map(|table| table.names()) {
        let names = table.and_then(|table| table.texts(name)).unwrap_or_default();
        entries.insert(name.to_owned(), Entry { names, line: None });
    }
    if let Some(path) = path {
        match file::read(path) {
            Ok(AliasFile { entries: of_file, doubtful }) => {
                found.extend(doubtful);
                for (line, name, names) in of_file {
                    let is_known = entries.keys().any(|known| known.eq_ignore_ascii_case(&name));
                    if !is_known {
                        entries.insert(name, Entry { names, line: Some(line) });
                    }
                }
            }
            Err(error) => found.push((1, format!("cannot be read: {error}; its aliases lead to nobody"))),
        }
    }
    let mut aliases = BTreeMap::new();
    for (name, entry) in &entries {
        let mut walk =
            Walk { entries: &entries, addresses: Vec::new(), seen: BTreeSet::new(), trouble: Vec::new() };
        walk.follow(name, &mut Vec::new());
        let nobody = walk.addresses.is_empty() && walk.trouble.is_empty();
        match (entry.line, table) {
            (Some(line), _) => found.extend(walk.trouble.into_iter().map(|what| (line, what))),
            (None, Some(table)) if nobody => table.warn(name, &format!("alias `{name}` stands for nobody")),
            (None, Some(table)) => walk.trouble.iter().for_each(|what| table.wrong(name, what)),
            (None, None) => {}
        }
        // A name of the file that leads to nobody is one that is not known: somebody else gets the mail.
        if !walk.addresses.is_empty() || entry.line.is_none() {
            aliases.insert(name.clone(), walk.addresses);
        }
    }
    found.sort();
    if let Some(path) = path {
        for (line, what) in found {
            root.warn_in(path, line, &what);
        }
    }
    aliases
}

/// On the way from one name to its addresses.
struct Walk<'e> {
    entries: &'e BTreeMap<String, Entry>,
    addresses: Vec<Address>,
    seen: BTreeSet<&'e str>,
    /// What is wrong with the name itself; what is wrong behind it is told where it is.
    trouble: Vec<String>,
}

impl<'e> Walk<'e> {
    fn follow(&mut self, name: &str, path: &mut Vec<&'e str>) {
        let known = self
            .entries
            .get_key_value(name)
            .or_else(|| self.entries.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        let Some((name, entry)) = known else {
            if let [alias] = path[..] {
                self.trouble.push(format!(
                    "alias `{}` stands for `{}`, which is neither an address nor an alias",
                    shown(alias),
                    shown(name)
                ));
            }
            return;
        };
        if path.contains(&name.as_str()) {
            if path.first() == Some(&name.as_str()) {
                let round: Vec<String> = path.iter().copied().chain([name.as_str()]).map(shown).collect();
                self.trouble.push(format!(
                    "alias `{}` leads back to itself: {}",
                    shown(name),
                    round.join(" -> ")
                ));
            }
            return;
        }
        if path.len() >= DEPTH_MAX {
            let first = shown(path.first().copied().unwrap_or_default());
            self.trouble.push(format!("more than {DEPTH_MAX} aliases behind one another, from `{first}` on"));
            return;
        }
        if !self.seen.insert(name) {
            return;
        }
        path.push(name);
        for one in &entry.names {
            match address::parse(one) {
                Ok(address) if !self.addresses.contains(&address) => self.addresses.push(address),
                Ok(_) => {}
                Err(error) if one.contains('@') => {
                    if path.len() == 1 {
                        self.trouble.push(format!("alias `{}`: {error}", shown(name)));
                    }
                }
                Err(_) => self.follow(one, path),
            }
        }
        path.pop();
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}
