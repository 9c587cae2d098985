//! What a monitor has said: its environment, arguments and stdin, as text.

use std::ffi::OsString;

/// Everything that is known of one call.
pub(super) struct Given<'a> {
    /// Looks up a variable; its octets may be anything.
    pub(super) env: &'a dyn Fn(&str) -> Option<OsString>,
    /// The arguments behind the options.
    pub(super) words: &'a [String],
    /// Empty for monitors that say nothing there.
    pub(super) stdin: &'a str,
    /// The name of this machine.
    pub(super) host: &'a str,
}

impl Given<'_> {
    /// A variable that says something. Octets that are not UTF-8 become U+FFFD.
    pub(super) fn var(&self, name: &str) -> Option<String> {
        let value = (self.env)(name)?.to_string_lossy().into_owned();
        (!value.trim().is_empty()).then_some(value)
    }

    /// An argument that says something; the first is number 0.
    pub(super) fn word(&self, number: usize) -> Option<&str> {
        self.words.get(number).map(String::as_str).filter(|word| !word.trim().is_empty())
    }

    /// What a word `NAME=value` says of this name, whatever its case, if one says something.
    pub(super) fn assigned(&self, name: &str) -> Option<&str> {
        let pairs = self.words.iter().filter_map(|word| word.split_once('='));
        let mut values = pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        values.find(|value| !value.trim().is_empty())
    }

    /// The key of something of this machine: monitor, host, and what it is about. Nothing if a part is unknown.
    pub(super) fn key(&self, caller: &str, parts: &[&str]) -> Option<String> {
        key_of(caller, &[&[self.host], parts].concat())
    }

    /// All there is: these variables, the arguments, stdin.
    pub(super) fn everything(&self, variables: &[&str]) -> String {
        let mut text = String::new();
        for name in variables {
            if let Some(value) = self.var(name) {
                text.extend([name, "=", &value, "\n"]);
            }
        }
        for word in self.words {
            text.push_str(word);
            text.push('\n');
        }
        text + self.stdin
    }
}

/// A key of these parts; nothing if one of them is unknown.
pub(super) fn key_of(caller: &str, parts: &[&str]) -> Option<String> {
    let known = parts.iter().all(|part| !part.trim().is_empty());
    let parts = parts.iter().map(|part| part.trim().trim_start_matches("/dev/"));
    known.then(|| parts.fold(caller.to_owned(), |key, part| key + "/" + part))
}
