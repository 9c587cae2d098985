//! What an option's value means: recipients, a life time, a header field, one line of text.
//!
//! Pure. Whoever calls `enqueue` from a hook cannot be asked back, so that what is merely untidy (blanks,
//! empty list members, line ends in a subject) is tidied, and only what cannot be meant is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use spool_format::{Address, Severity};

use crate::exit::{Exit, Refusal, shown};

/// Adds the members of a comma list, each of them an address or the name of an alias.
///
/// Empty members are skipped: an unset variable in a script must lead to the agent's own list, not to nothing.
pub(crate) fn recipients(list: &str, into: &mut Vec<String>) -> Result<(), Refusal> {
    let mut quoted = false;
    let outside_quotes = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    for member in list.split(outside_quotes).map(str::trim).filter(|member| !member.is_empty()) {
        if member.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"._-".contains(&octet)) {
            into.push(member.to_owned());
        } else {
            into.push(address(member, "or the name of an alias (letters, digits, . _ -)")?);
        }
    }
    Ok(())
}

/// Reads the one address that answers go to; nothing when empty.
pub(crate) fn sender(text: &str) -> Result<Option<String>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        given => address(given, "here").map(Some),
    }
}

fn address(text: &str, else_what: &str) -> Result<String, Refusal> {
    match Address::parse(text) {
        Ok(address) => Ok(address.as_str().to_owned()),
        Err(_) if Address::may_have_ascii_form(text) => Ok(text.trim().to_owned()),
        Err(bad) => Err(Refusal::new(
            Exit::BadData,
            format!("{bad}; write an address like ops@example.jp {else_what}"),
        )),
    }
}

/// Makes one line of the text: line ends and other control characters become blanks. `None` when nothing is left.
pub(crate) fn line(text: String) -> Option<String> {
    let text = if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text };
    (!text.trim_matches(' ').is_empty()).then_some(text)
}

/// Reads the word of a severity.
pub(crate) fn severity(word: &str) -> Result<Severity, Refusal> {
    Severity::parse(word).ok_or_else(|| {
        let text = format!("unknown severity `{}`; use critical, warning or info", shown(word));
        Refusal::new(Exit::Usage, text)
    })
}

/// Reads a life time: `90s`, `15m`, `2h`, `3d`, or a number of seconds; at least one second.
pub(crate) fn ttl_seconds(text: &str) -> Result<u64, Refusal> {
    seconds(text, "a life time")
}

/// Reads how long storing may take, written like a life time.
pub(crate) fn timeout(text: &str) -> Result<Duration, Refusal> {
    // A day is for ever here, and no clock overflows.
    seconds(text, "a time to wait").map(|seconds| Duration::from_secs(seconds.min(86_400)))
}

fn seconds(text: &str, meant: &str) -> Result<u64, Refusal> {
    let (digits, unit_s) = match text.as_bytes() {
        [.., b's'] => (&text[..text.len() - 1], 1),
        [.., b'm'] => (&text[..text.len() - 1], 60),
        [.., b'h'] => (&text[..text.len() - 1], 3600),
        [.., b'd'] => (&text[..text.len() - 1], 86_400),
        _ => (text, 1),
    };
    let number =
        digits.bytes().all(|octet| octet.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten();
    number.and_then(|number| number.checked_mul(unit_s)).filter(|seconds| *seconds > 0).ok_or_else(|| {
        let text = format!("`{}` is not {meant}; write it like 90s, 15m, 2h, 3d or 3600", shown(text));
        Refusal::new(Exit::Usage, text)
    })
}

/// Adds `Name: value` (RFC 5322 section 2.2: a name is printable ASCII without blanks and colons).
pub(crate) fn header(text: &str, into: &mut BTreeMap<String, String>) -> Result<(), Refusal> {
    let refuse = |why: &str| {
        let text = format!("header `{}` {why}; write it like 'X-Room: 7'", shown(text));
        Err(Refusal::new(Exit::Usage, text))
    };
    let Some((name, value)) = text.split_once(':') else {
        return refuse("has no colon");
    };
    if name.is_empty() || !name.bytes().all(|octet| octet.is_ascii_graphic()) {
        return refuse("has a name that is not plain letters, digits and hyphens");
    }
    if into.keys().any(|known| known.eq_ignore_ascii_case(name)) {
        return refuse("is given twice");
    }
    into.insert(name.to_owned(), line(value.to_owned()).unwrap_or_default().trim().to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_may_hold_addresses_aliases_and_gaps() {
        for (list, members) in [
            ("ops@example.jp", ["ops@example.jp"].as_slice()),
            ("root, ops@example.jp,", &["root", "ops@example.jp"]),
            ("<ops@example.jp>,night-shift_2.b", &["ops@example.jp", "night-shift_2.b"]),
            ("\"a,b\"@example.jp,c", &["\"a,b\"@example.jp", "c"]),
            ("a..b.@docomo.example.jp", &["a..b.@docomo.example.jp"]),
            ("", &[]),
            (" , ", &[]),
        ] {
            let mut found = Vec::new();
            recipients(list, &mut found).expect(list);
            assert_eq!(found, members, "{list}");
        }
    }

    #[test]
    fn what_is_neither_address_nor_alias_is_bad_data() {
        for list in ["a b", "ops@", "当番", "a@b@c@", "x\ny", "ops@example.jp;root"] {
            let refusal = recipients(list, &mut Vec::new()).expect_err(list);
            assert_eq!(refusal.exit, Exit::BadData, "{list}");
        }
        assert_eq!(sender("root").expect_err("an alias").exit, Exit::BadData);
    }

    #[test]
    fn a_life_time_has_a_unit_or_counts_seconds() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7200), ("3d", 259_200), ("45", 45)] {
            assert_eq!(ttl_seconds(text).expect(text), seconds);
        }
        for text in [
            "",
            "s",
            "0",
            "0h",
            "-5",
            "+5",
            "1.5h",
            "5 m",
            "5w",
            "99999999999999999999",
            "999999999999999999d",
            "5分",
        ] {
            assert_eq!(ttl_seconds(text).expect_err(text).exit, Exit::Usage);
        }
    }

    #[test]
    fn a_header_cannot_bring_a_second_one_with_it() {
        let mut headers = BTreeMap::new();
        header("X-Room: 7\r\nBcc: x@example.com", &mut headers).expect("a header");
        assert_eq!(headers["X-Room"], "7  Bcc: x@example.com");
        for text in ["X-Room", ": 7", "X Room: 7", "X\r\nBcc: x", "x-room: 8"] {
            assert_eq!(header(text, &mut headers).expect_err(text).exit, Exit::Usage);
        }
    }

    #[test]
    fn a_subject_of_many_lines_becomes_one() {
        assert_eq!(line("disk\nfull\t90%".into()).as_deref(), Some("disk full 90%"));
        assert_eq!(line(" \n".into()), None);
    }
}
