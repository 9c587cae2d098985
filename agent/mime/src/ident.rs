//! Names made from the alert's id: Message-ID, thread root and boundary.
//!
//! They are the same for every provider and every attempt, so that a second copy can be recognised as one.

/// The Message-ID of an alert, in angle brackets.
///
/// `id` is the alert's (26 characters of `0-9a-z`), `domain` the right side that was fixed when the alert was
/// accepted. Characters that would break the form are left out; an empty domain becomes `alertmail.invalid`.
pub fn message_id(id: &str, domain: &str) -> String {
    bracketed(id, domain)
}

/// What all alerts with the same `key` refer to (RFC 5322 section 3.6.4). No message has this id itself.
pub(crate) fn thread_root(key: &str, domain: &str) -> String {
    bracketed(&format!("key-{:016x}", fnv1a(key.as_bytes())), domain)
}

/// The boundary between the parts of an alert's message.
///
/// Base64 has no underscore, so base64 parts cannot hold it; text that does must be written in base64.
pub(crate) fn boundary(id: &str) -> String {
    format!("=_{}", kept(id, b"-"))
}

fn bracketed(left: &str, domain: &str) -> String {
    let domain = kept(domain, b".-[]:");
    let domain = if domain.is_empty() { "alertmail.invalid" } else { &domain };
    format!("<{}@{domain}>", kept(left, b"-"))
}

fn kept(text: &str, also: &[u8]) -> String {
    let keeps = |octet: &u8| octet.is_ascii_alphanumeric() || also.contains(octet);
    let mut kept = String::with_capacity(text.len());
    kept.extend(text.bytes().filter(keeps).map(char::from));
    kept
}

/// FNV-1a with 64 bits: fixed by its definition, so a thread holds together over versions of this program.
fn fnv1a(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{boundary, fnv1a, message_id, thread_root};

    const ID: &str = "01j9x3c4d5e6f7g8h9j0k1m2n3";

    #[test]
    fn a_message_id_is_the_alerts_id_at_its_domain() {
        assert_eq!(message_id(ID, "web1.example.jp"), format!("<{ID}@web1.example.jp>"));
        assert_eq!(message_id(ID, "[192.0.2.1]"), format!("<{ID}@[192.0.2.1]>"));
    }

    #[test]
    fn what_would_break_a_message_id_is_left_out() {
        assert_eq!(message_id("a>\r\nb", "x.example>\r\nBcc: y"), "<ab@x.exampleBcc:y>");
        assert_eq!(message_id("a", "障害"), "<a@alertmail.invalid>");
        assert_eq!(boundary("a\"\r\nb"), "=_ab");
    }

    #[test]
    fn a_thread_root_depends_on_the_key_and_nothing_else() {
        assert_eq!(thread_root("", "example.jp"), "<key-cbf29ce484222325@example.jp>");
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(thread_root("disk", "example.jp"), thread_root("disc", "example.jp"));
    }
}
