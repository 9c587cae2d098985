//! Lists of addresses as people and programs write them (RFC 5322 section 3.4, and what came before and after it).
//!
//! Names, comments and routes are left out; what is left of each entry is an address, or the name of a local user. Nothing
//! is judged: what is neither is handed on as it stands, since somebody has to be told of it.

/// Comments may stand in comments; deeper than this nobody means it.
const COMMENT_DEPTH_MAX: usize = 32;

/// Everybody in a list, in its order.
///
/// Commas and semicolons part entries, and so do blanks between two words that are not part of an entry with `<…>`. A
/// group is its members. Empty entries are no entries.
pub fn list(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut entry = Entry::default();
    // A folded field has line ends, and nothing else that is meant is a control character.
    let mut rest = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    while let Some(c) = rest.next() {
        match c {
            '(' => skip_comment(&mut rest),
            // A route (RFC 5321 appendix C) has its own commas.
            ',' if entry.is_route() => entry.word(c).push(c),
            ',' | ';' => entry.end(&mut found),
            '<' => entry.angle = Some(String::new()),
            '>' => entry.is_closed = true,
            // `<@a,@b:user@c>`: a route. `team: a, b;`: a group, whose name is dropped.
            ':' => entry.forget(),
            c if c.is_whitespace() => entry.has_blank = true,
            '"' => quoted(&mut rest, entry.word(c)),
            '[' if entry.word(c).ends_with('@') => literal(&mut rest, entry.word(c)),
            '\\' => {
                let word = entry.word(c);
                word.push(c);
                word.extend(rest.next());
            }
            c => entry.word(c).push(c),
        }
    }
    entry.end(&mut found);
    found
}

/// The part of a list that is read just now.
#[derive(Debug, Default)]
struct Entry {
    /// What stands outside of `<…>`.
    words: Vec<String>,
    /// What stands inside.
    angle: Option<String>,
    is_closed: bool,
    /// A blank was seen.
    has_blank: bool,
}

impl Entry {
    /// Where this character belongs: `ops @ example.com` is one address, `root ops` are two names.
    fn word(&mut self, c: char) -> &mut String {
        let is_apart = std::mem::take(&mut self.has_blank);
        match &mut self.angle {
            Some(angle) if !self.is_closed => angle,
            _ => {
                let goes_on = |last: &String| !is_apart || c == '@' || last.ends_with('@');
                if !self.words.last().is_some_and(goes_on) {
                    self.words.push(String::new());
                }
                self.words.last_mut().expect("it was made")
            }
        }
    }

    fn is_route(&self) -> bool {
        !self.is_closed && self.angle.as_ref().is_some_and(|angle| angle.starts_with('@'))
    }

    fn forget(&mut self) {
        match &mut self.angle {
            Some(angle) if !self.is_closed => angle.clear(),
            _ => self.words.clear(),
        }
    }

    fn end(&mut self, found: &mut Vec<String>) {
        let Self { words, angle, .. } = std::mem::take(self);
        match angle {
            Some(address) => found.extend(Some(address).filter(|address| !address.is_empty())),
            None => found.extend(words.into_iter().filter(|word| !word.is_empty())),
        }
    }
}

fn quoted(rest: &mut impl Iterator<Item = char>, into: &mut String) {
    into.push('"');
    while let Some(c) = rest.next() {
        into.push(c);
        match c {
            '\\' => into.extend(rest.next()),
            '"' => return,
            _ => {}
        }
    }
    into.push('"');
}

fn literal(rest: &mut impl Iterator<Item = char>, into: &mut String) {
    into.push('[');
    for c in rest.by_ref() {
        into.push(c);
        if c == ']' {
            return;
        }
    }
}

fn skip_comment(rest: &mut impl Iterator<Item = char>) {
    let mut depth = 1;
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '(' if depth < COMMENT_DEPTH_MAX => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::list;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_leads_to_addresses() {
        for (text, found) in [
            ("a@x", ["a@x"].as_slice()),
            ("root", &["root"]),
            (" a@x , ,b@x,, ", &["a@x", "b@x"]),
            ("A B <a@x>, \"C, D\" <c@x>", &["a@x", "c@x"]),
            ("root (Charlie Root, the boss), (x) b@x (y)", &["root", "b@x"]),
            ("(a(b)c)a@x", &["a@x"]),
            ("team: a@x, B <b@x>;, c@x", &["a@x", "b@x", "c@x"]),
            ("undisclosed-recipients:;", &[]),
            ("\"a,b\"@x, \"a \\\" b\"@x", &["\"a,b\"@x", "\"a \\\" b\"@x"]),
            ("\"root\" <root>", &["root"]),
            ("<@relay,@other:a@x>", &["a@x"]),
            ("a@[192.0.2.1], a@[IPv6:2001:db8::1]", &["a@[192.0.2.1]", "a@[IPv6:2001:db8::1]"]),
            ("root ops", &["root", "ops"]),
            ("ops @ x", &["ops@x"]),
            ("a@x;b@x", &["a@x", "b@x"]),
            ("<>", &[]),
            ("<a@x", &["a@x"]),
            ("a@x>", &["a@x"]),
            ("=?utf-8?Q?B=C3=BC?= <b@x>", &["b@x"]),
            ("当番 <a@例え.jp>", &["a@例え.jp"]),
            ("|/usr/bin/procmail, /var/mail/x", &["|/usr/bin/procmail", "/var/mail/x"]),
            ("\"open", &["\"open\""]),
            ("", &[]),
        ] {
            assert_eq!(list(text), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_gives_empty_entries_or_line_ends(text in "[a-z@<>,;:()\"\\\\ \t\r\n\\[\\]]{0,60}") {
            for entry in list(&text) {
                prop_assert!(!entry.is_empty() && !entry.contains(char::is_control), "{:?}", entry);
            }
        }

        #[test]
        fn plain_addresses_are_found_whatever_stands_around_them(
            people in proptest::collection::vec(("[A-Za-z ]{0,8}", "[a-z.]{1,8}@[a-z]{1,8}\\.jp", 0..4_u8), 0..8),
        ) {
            let written: Vec<String> = people.iter().map(|(name, address, form)| match form {
                0 => address.clone(),
                1 => format!("{name} <{address}>"),
                2 => format!("\"{name}, x\" <{address}>"),
                _ => format!("{address} ({name}, x)"),
            }).collect();
            let meant: Vec<String> = people.iter().map(|(_, address, _)| address.clone()).collect();
            prop_assert_eq!(list(&written.join(",\t")), meant);
        }
    }
}
