//! A file in the format of `/etc/aliases`: `name: value, value`, comments, lines that go on with a blank, quotes.
//!
//! Values that are no addresses (a program, a file, a list in another file) are not supported: each is named with its line,
//! and the others hold.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// A file that is larger is none of aliases.
const OCTETS_MAX: u64 = 1024 * 1024;

/// What was found in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AliasFile {
    /// Line, name, and what it stands for.
    pub(crate) entries: Vec<(usize, String, Vec<String>)>,
    /// Lines that do not mean all that they say.
    pub(crate) doubtful: Vec<(usize, String)>,
}

/// Reads the file. Octets that are not UTF-8 cost their own line at most.
pub(super) fn read(path: &Path) -> io::Result<AliasFile> {
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    // A FIFO in its place must not hold the agent up.
    let file = File::options().read(true).custom_flags(nonblock).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut octets = Vec::new();
    file.take(OCTETS_MAX + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > OCTETS_MAX {
        return Err(io::Error::other("it has more than 1 MiB"));
    }
    Ok(parse(&String::from_utf8_lossy(&octets)))
}

/// Reads the text of such a file.
pub(crate) fn parse(text: &str) -> AliasFile {
    let mut found = AliasFile::default();
    let mut logical: Option<(usize, String)> = None;
    for (n, line) in text.lines().enumerate() {
        let is_empty = line.trim().is_empty() || line.trim_start().starts_with('#');
        let goes_on = line.starts_with([' ', '\t']);
        match &mut logical {
            // Comments may stand between a line and what it goes on with.
            _ if is_empty => {}
            Some((_, above)) if goes_on => {
                above.push(' ');
                above.push_str(line.trim());
            }
            _ => {
                if let Some((line, text)) = logical.replace((n + 1, line.trim().to_owned())) {
                    found.take(line, &text);
                }
            }
        }
    }
    if let Some((line, text)) = logical {
        found.take(line, &text);
    }
    found
}

impl AliasFile {
    fn take(&mut self, line: usize, text: &str) {
        let Some((name, values)) = parted(text, ':').filter(|(name, _)| !name.trim().is_empty()) else {
            self.doubtful
                .push((line, format!("`{}` is no line like `root: ops@example.jp`", super::shown(text))));
            return;
        };
        let name = unquoted(name.trim());
        if self.entries.iter().any(|(_, known, _)| known.eq_ignore_ascii_case(&name)) {
            self.doubtful.push((
                line,
                format!("alias `{}` stands here a second time: the first one holds", super::shown(&name)),
            ));
            return;
        }
        let mut names = Vec::new();
        let mut rest = values;
        while !rest.is_empty() {
            let (value, behind) = parted(rest, ',').unwrap_or((rest, ""));
            rest = behind;
            let value = unquoted(value.trim());
            match unsupported(&value) {
                _ if value.is_empty() => {}
                None => names.push(value),
                Some(what) => self.doubtful.push((
                    line,
                    format!(
                        "alias `{}`: `{}` is {what}, which is not supported here; the others get the mail",
                        super::shown(&name),
                        super::shown(&value)
                    ),
                )),
            }
        }
        self.entries.push((line, name, names));
    }
}

/// What a value is that is no mailbox.
fn unsupported(value: &str) -> Option<&'static str> {
    match value.as_bytes() {
        [b'|', ..] => Some("a program"),
        [b'/', ..] => Some("a file"),
        [b'\\', ..] => Some("a mailbox of this machine"),
        _ if value.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(":include:")) => {
            Some("a list in another file")
        }
        _ => None,
    }
}

/// Up to the separator that is not in quotes, and what stands behind it.
fn parted(text: &str, separator: char) -> Option<(&str, &str)> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let at = text.find(|c| {
        let is_it = c == separator && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && is_quoted && !is_escaped;
        is_it
    })?;
    Some((&text[..at], &text[at + separator.len_utf8()..]))
}

/// Without the quotes around all of it. A quoted local part keeps its own.
fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_debian_and_others_write_is_read() {
        let text = "# /etc/aliases\nmailer-daemon: postmaster\n\npostmaster:\troot\nRoot: ops@example.jp,\n  # between\n\tnight@example.jp, \"a b\"@example.jp\n\
            \"www data\": root\nnobody:\n";
        let found = parse(text);
        assert_eq!(found.doubtful, []);
        let entries: Vec<String> = found
            .entries
            .iter()
            .map(|(line, name, names)| format!("{line} {name}={}", names.join("|")))
            .collect();
        assert_eq!(
            entries,
            [
                "2 mailer-daemon=postmaster",
                "4 postmaster=root",
                "5 Root=ops@example.jp|night@example.jp|\"a b\"@example.jp",
                "8 www data=root",
                "9 nobody="
            ]
        );
    }

    #[test]
    fn what_is_not_supported_is_named_with_its_line_and_breaks_nothing_else() {
        let text = "a: |/usr/bin/x, b@example.jp\nc: \"|/usr/bin/y, -z\"\nd: /var/mail/d\ne: :include:/etc/list\nf: \\f, g@example.jp\n\
            nonsense\n: x\na: again@example.jp\nlast: l@example.jp";
        let found = parse(text);
        let told: Vec<String> = found.doubtful.iter().map(|(line, what)| format!("{line}: {what}")).collect();
        for (told, part) in told.iter().zip([
            "1: alias `a`: `|/usr/bin/x` is a program",
            "2: alias `c`: `|/usr/bin/y, -z` is a program",
            "3: alias `d`: `/var/mail/d` is a file",
            "4: alias `e`: `:include:/etc/list` is a list",
            "5: alias `f`: `\\\\f` is a mailbox of this machine",
            "6: `nonsense` is no line",
            "7: `: x` is no line",
            "8: alias `a` stands here a second time",
        ]) {
            assert!(told.starts_with(part), "{told}");
        }
        assert_eq!(told.len(), 8);
        let names: Vec<String> =
            found.entries.iter().map(|(_, name, names)| format!("{name}={}", names.join("|"))).collect();
        assert_eq!(names, ["a=b@example.jp", "c=", "d=", "e=", "f=g@example.jp", "last=l@example.jp"]);
    }

    proptest! {
        #[test]
        fn no_text_upsets_it_and_no_value_is_a_program(text in "[a-z@:,|/#\"\\\\ \t\n]{0,120}") {
            for (line, name, names) in parse(&text).entries {
                prop_assert!(line > 0 && !name.contains('\n'));
                prop_assert!(names.iter().all(|name| !name.is_empty() && unsupported(name).is_none()));
            }
        }

        #[test]
        fn what_is_written_is_read(written in proptest::collection::btree_map("[a-z]{1,6}", proptest::collection::vec("[a-z]{1,4}@example\\.jp", 1..4), 1..6), joint in "(,| , |,\n\t)") {
            let lines: Vec<String> = written.iter().map(|(name, names)| format!("{name}: {}\n", names.join(&joint))).collect();
            let read: std::collections::BTreeMap<String, Vec<String>> = parse(&lines.concat()).entries.into_iter().map(|(_, name, names)| (name, names)).collect();
            prop_assert_eq!(read, written);
        }
    }
}
