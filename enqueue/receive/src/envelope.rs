//! Whom a message names, and the message without its blind copies.

use crate::addresses;
use crate::fields::{Field, split};

/// Fields of blind copies: they never leave the machine, whatever a message is sent by.
const BLIND: [&str; 2] = ["Bcc", "Resent-Bcc"];

/// Recipients that stand in a message's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// In To.
    pub to: Vec<String>,
    /// In Cc.
    pub cc: Vec<String>,
    /// In Bcc.
    pub bcc: Vec<String>,
}

/// Everybody whom the header names, addresses and local names alike.
///
/// A message that was sent on once more (RFC 5322 section 3.6.6) is for those in its `Resent-` fields, and for nobody else.
pub fn named(message: &[u8]) -> Named {
    let split = split(message);
    let all = |name: &str| -> Vec<String> {
        let of_name = split.fields.iter().filter(|field| field.is(name));
        of_name.flat_map(|field| addresses::list(&String::from_utf8_lossy(&field.value()))).collect()
    };
    let resent = Named { to: all("Resent-To"), cc: all("Resent-Cc"), bcc: all("Resent-Bcc") };
    if resent == Named::default() {
        return Named { to: all("To"), cc: all("Cc"), bcc: all("Bcc") };
    }
    resent
}

/// Whether the header has this field, with something in it.
pub fn has(message: &[u8], name: &str) -> bool {
    split(message).fields.iter().any(|field| field.is(name) && !field.value().is_empty())
}

/// The message without its fields of blind copies; `None` if it has none, and stays as it is.
///
/// What stays is written so that it is read again as it was: a line that belonged to a field without beginning with a
/// blank gets one, and an empty line ends the header whether there was one or not.
pub fn without_blind_copies(message: &[u8]) -> Option<Vec<u8>> {
    let split = split(message);
    let is_blind = |field: &&Field<'_>| field.is_any(&BLIND);
    split.fields.iter().find(is_blind)?;
    let mut left = Vec::with_capacity(message.len());
    for field in split.fields.iter().filter(|field| !is_blind(field)) {
        left.extend(field.name.as_bytes());
        left.push(b':');
        for (n, line) in field.lines.iter().enumerate() {
            if n > 0 && !matches!(line.first(), Some(b' ' | b'\t')) {
                left.push(b' ');
            }
            left.extend(*line);
            left.push(b'\n');
        }
    }
    left.push(b'\n');
    left.extend(split.body);
    Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blind_copies_go_with_all_their_lines_and_the_rest_stays() {
        for (message, left) in [
            (
                "To: a@x\nbCC: b@x,\n c@x\nBcc : d@x\nSubject: s\n\nBcc: not a header\n",
                "To: a@x\nSubject: s\n\nBcc: not a header\n",
            ),
            ("To: a@x\r\nBcc: b@x,\r\n\tc@x\r\n\r\nb\r\n", "To: a@x\n\nb\r\n"),
            // The next line lacks its blank.
            ("Bcc: a@x,\nb@x\nTo: c@x\n\nb", "To: c@x\n\nb"),
            // No empty line, and a body that would be taken for a line of a mailbox.
            ("Bcc: a@x\nFrom here on\n", "\nFrom here on\n"),
            ("From root Mon Nov 14 23:42 UTC 2016\nResent-Bcc: a@x\nTo: b@x\n\nb", "To: b@x\n\nb"),
            ("Bcc: a@x", "\n"),
            ("Bcc:\n\nb", "\nb"),
        ] {
            let found = without_blind_copies(message.as_bytes()).expect("it has one");
            assert_eq!(String::from_utf8_lossy(&found), left, "{message:?}");
            assert_eq!(without_blind_copies(&found), None, "{message:?}");
        }
        for message in ["", "b", "To: a@x\n\nBcc: b@x\n", "\nBcc: b@x\n", "12:30 Bcc: x"] {
            assert_eq!(without_blind_copies(message.as_bytes()), None, "{message:?}");
        }
    }

    #[test]
    fn everybody_in_the_header_is_named_and_a_resent_message_is_for_others() {
        let all = |text: &str| {
            let Named { to, cc, bcc } = named(text.as_bytes());
            [to, cc, bcc].map(|names| names.join(" "))
        };
        assert_eq!(
            all("TO : a@x,\n b@x\nto: c@x\ncC: root\nBcc: (x) d@x\n\nTo: e@x\n"),
            ["a@x b@x c@x", "root", "d@x"]
        );
        assert_eq!(all("To: a@x\nResent-To: b@x\nResent-Bcc: c@x\n\n"), ["b@x", "", "c@x"]);
        assert_eq!(all("To: a@x\nResent-To:\n\n"), ["a@x", "", ""]);
        assert_eq!(all("no header\nTo: a@x\n"), ["", "", ""]);
    }
}
