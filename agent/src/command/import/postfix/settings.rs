//! Postfix's own grammar: lines that go on with a blank, `name = value`, and `$name` in values.

use std::collections::{BTreeMap, BTreeSet};

/// Values in values at most.
const DEPTH_MAX: usize = 10;

/// Characters of a value at most, with all that is filled in.
const CHARACTERS_MAX: usize = 64 * 1024;

/// Lines with what goes on from them, each with its number; without comments.
pub(crate) fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some((_, above)) if line.starts_with([' ', '\t']) => {
                above.push(' ');
                above.push_str(line.trim());
            }
            _ => lines.push((n + 1, line.trim().to_owned())),
        }
    }
    lines
}

/// What main.cf says, over what Postfix has by itself.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// Name to line and value; line 0: Postfix's own.
    values: BTreeMap<String, (usize, String)>,
    /// The names that master.cf has set, after main.cf.
    of_master: BTreeSet<String>,
}

impl Settings {
    /// Reads main.cf; gives the lines that are none, too.
    pub(crate) fn parse(text: &str) -> (Self, Vec<usize>) {
        let mut settings = Self::default();
        let mut strange = Vec::new();
        for (line, text) in logical_lines(text) {
            match text.split_once('=') {
                Some((name, value)) if is_name(name.trim()) => settings.set(line, name.trim(), value.trim()),
                _ => strange.push(line),
            }
        }
        (settings, strange)
    }

    /// The last one of a name counts.
    pub(crate) fn set(&mut self, line: usize, name: &str, value: &str) {
        self.values.insert(name.to_owned(), (line, value.to_owned()));
    }

    /// What master.cf says otherwise.
    pub(crate) fn set_by_master(&mut self, line: usize, name: &str, value: &str) {
        self.set(line, name, value);
        self.of_master.insert(name.to_owned());
    }

    /// Whether the line of this name is one of master.cf.
    pub(crate) fn is_of_master(&self, name: &str) -> bool {
        self.of_master.contains(name)
    }

    /// What Postfix has where nobody says anything.
    pub(crate) fn by_itself(&mut self, name: &str, value: &str) {
        self.values.entry(name.to_owned()).or_insert_with(|| (0, value.to_owned()));
    }

    /// Line and value, filled in; `None` if it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<(usize, String)> {
        let (line, value) = self.values.get(name)?;
        let value = self.filled_in(value, 0);
        (!value.trim().is_empty()).then(|| (*line, value.trim().to_owned()))
    }

    /// Whether it is there and means yes.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|(_, value)| value == "yes")
    }

    /// The names that the file has, with their lines.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.values.iter().filter(|(_, (line, _))| *line > 0).map(|(name, (line, _))| (name.as_str(), *line))
    }

    fn filled_in(&self, value: &str, depth: usize) -> String {
        let mut filled = String::new();
        let mut rest = value;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (name, behind) = match rest.chars().next() {
                Some('$') => {
                    filled.push('$');
                    rest = &rest[1..];
                    continue;
                }
                Some('{') => rest[1..].split_once('}').unwrap_or((&rest[1..], "")),
                Some('(') => rest[1..].split_once(')').unwrap_or((&rest[1..], "")),
                _ => {
                    let is_of_it = |c: char| c.is_ascii_alphanumeric() || c == '_';
                    rest.split_at(rest.find(|c| !is_of_it(c)).unwrap_or(rest.len()))
                }
            };
            if depth < DEPTH_MAX && filled.len() < CHARACTERS_MAX {
                let inner = self.values.get(name).map(|(_, value)| self.filled_in(value, depth + 1));
                filled.push_str(&inner.unwrap_or_default());
            }
            rest = behind;
        }
        filled.push_str(rest);
        filled.truncate(filled.floor_char_boundary(CHARACTERS_MAX));
        filled
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"_-.".contains(&octet))
}

/// The members of a list: commas and blanks are the same.
pub(crate) fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ' ', '\t']).filter(|one| !one.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_go_on_and_values_are_filled_in() {
        let text = "# x\nmyhostname = db1.example.com\nrelayhost =\n  [mail.$mydomain]:587,\n# between\n\t[spare.${mydomain}]\nnonsense\nmydomain = example.jp\n\
            mydomain = example.com\nloop = $loop x\nempty =\nmoney = a$$b\n";
        let (settings, strange) = Settings::parse(text);
        assert_eq!(
            settings.get("relayhost"),
            Some((3, "[mail.example.com]:587, [spare.example.com]".to_owned()))
        );
        assert_eq!(strange, [7]);
        assert_eq!(settings.get("empty"), None);
        assert_eq!(settings.get("money"), Some((12, "a$b".to_owned())));
        assert!(settings.get("loop").expect("ends").1.len() < 100);
    }

    proptest! {
        #[test]
        fn no_text_upsets_it_and_lines_are_those_of_the_file(text in "[a-c$ {}()=#,\n\t]{0,200}") {
            let (settings, strange) = Settings::parse(&text);
            let lines: Vec<&str> = text.lines().collect();
            for (name, line) in settings.names() {
                prop_assert!(lines[line - 1].trim_start().starts_with(name), "{name} {line}");
                let _ = settings.get(name);
            }
            prop_assert!(strange.iter().all(|line| !lines[line - 1].trim().is_empty()));
        }

        #[test]
        fn values_in_values_end_in_bounded_time_and_room(n in 1_usize..40) {
            let text: Vec<String> = (0..n).map(|n| format!("a{n} = {}\n", format!("$a{} ", n + 1).repeat(8))).collect();
            let (settings, _) = Settings::parse(&text.concat());
            prop_assert!(settings.get("a0").is_none_or(|(_, value)| value.len() <= CHARACTERS_MAX));
        }
    }
}
