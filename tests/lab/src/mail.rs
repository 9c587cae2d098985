//! A mail as the server got it.

/// One mail that a server has taken responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address of MAIL FROM without brackets; empty for the null sender.
    pub sender: String,
    /// The addresses that were accepted, in the order of RCPT TO, without brackets.
    pub recipients: Vec<String>,
    /// The message with dot-stuffing undone and without the final dot; it ends with the last line's CRLF.
    pub octets: Vec<u8>,
    /// Whether it came over TLS.
    pub tls: bool,
    /// Who was logged in.
    pub user: Option<String>,
    /// The connection it came on; the first one of a server is 1.
    pub connection: usize,
}

impl Mail {
    /// The message as text, for comparisons and messages of failing tests; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }

    /// The first header field of this name, unfolded and without the blanks around it. Names compare
    /// without case.
    ///
    /// Looks no further than the header block, which ends at the first empty line or at a line that is no
    /// field.
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.octets, name)
    }
}

/// As [`Mail::header`], for octets that are no mail yet.
pub(crate) fn header(octets: &[u8], name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for line in octets.split(|&octet| octet == b'\n') {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches('\r');
        let folded = text.starts_with([' ', '\t']);
        if let Some(value) = &mut found {
            if !folded {
                break;
            }
            value.push_str(text);
            continue;
        }
        if folded {
            continue;
        }
        let Some((field, value)) = text.split_once(':') else { break };
        if field.trim_end().eq_ignore_ascii_case(name) {
            found = Some(value.to_owned());
        }
    }
    found.map(|value| value.trim().to_owned())
}

/// The address in the value of a From field: between the last pair of angle brackets, or the value itself.
pub(crate) fn address_of(value: &str) -> &str {
    let address = match (value.rfind('<'), value.rfind('>')) {
        (Some(open), Some(close)) if open < close => &value[open + 1..close],
        _ => value,
    };
    address.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_without_case_unfolded_and_only_above_the_empty_line() {
        let mail = b"FROM: Night\r\n watch <a@example.jp>\r\nTo: b@example.jp\r\n\r\nSubject: body\r\n";
        let rows = [
            ("folded", "from", Some("Night watch <a@example.jp>")),
            ("plain", "To", Some("b@example.jp")),
            ("in the body only", "Subject", None),
        ];
        for (name, field, expected) in rows {
            assert_eq!(header(mail, field).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_address_of_a_from_field_stands_in_its_last_brackets_or_alone() {
        let rows = [
            ("named", "Night <x> <a@example.jp>", "a@example.jp"),
            ("bare", " a@example.jp ", "a@example.jp"),
            ("turned around", ">a<", ">a<"),
        ];
        for (name, value, expected) in rows {
            assert_eq!(address_of(value), expected, "{name}");
        }
    }
}
