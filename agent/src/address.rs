//! Addresses and hosts as people write them. A domain may have letters of any script; inside there is only its ASCII form.

use std::borrow::Cow;

use idna::AsciiDenyList;
use spool_format::{Address, BadAddress};

/// Reads a mail address. Its domain is taken in its ASCII form (RFC 5890), which is the only one that servers know.
pub fn parse(text: &str) -> Result<Address, BadAddress> {
    match text.rsplit_once('@').filter(|(_, domain)| !domain.is_ascii()) {
        None => Address::parse(text),
        Some((local, domain)) => {
            // `<oncall@例え.jp>`: the bracket is no part of the domain.
            let (domain, behind) = domain.split_at(domain.trim_end_matches(['>', ' ', '\t']).len());
            Address::parse(&format!("{local}@{}{behind}", ascii(domain)))
        }
    }
}

/// The ASCII form of a host or domain name; a name that has none as it stands.
pub fn ascii(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let form = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::STD3);
    form.unwrap_or(Cow::Borrowed(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_of_any_script_is_taken_in_its_ascii_form() {
        for (text, expected) in [
            ("oncall@例え.jp", "oncall@xn--r8jz45g.jp"),
            ("oncall@例え。ＪＰ", "oncall@xn--r8jz45g.jp"),
            ("<oncall@Bücher.example.com> ", "oncall@xn--bcher-kva.example.com"),
            ("a..b@example.jp", "a..b@example.jp"),
            ("oncall@xn--r8jz45g.jp", "oncall@xn--r8jz45g.jp"),
        ] {
            assert_eq!(parse(text).expect(text).as_str(), expected);
        }
        assert_eq!(ascii("メール.例え.jp"), "xn--4dkua4c.xn--r8jz45g.jp");
    }

    #[test]
    fn what_has_no_ascii_form_is_refused() {
        for text in [
            "当番@例え.jp",
            "oncall@例え..jp",
            "oncall@例\u{200b}<え.jp",
            "oncall@\u{202e}例え.jp",
            "例え.jp",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
