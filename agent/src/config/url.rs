//! An address that is pinged: `https://HOST[:PORT][/PATH]` (RFC 3986), as far as a ping needs it.
//!
//! Whoever knows its path can ping in our place, so nothing shows more of it than the host.

use std::fmt;

use crate::address;

/// Characters at most; no service has longer ones.
const CHARACTERS_MAX: usize = 2_000;

/// An address that is pinged.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    /// Whether TLS protects it.
    pub is_secure: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path, beginning with `/`, without an end that is one.
    path: String,
    /// With its question mark, or empty.
    query: String,
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.host)
    }
}

impl Url {
    /// Reads it; the error says what is wrong, without repeating it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (is_secure, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return Err("it has to begin with https:// or http://".to_owned()),
        };
        if text.len() > CHARACTERS_MAX {
            return Err(format!("it is longer than {CHARACTERS_MAX} characters"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at(end);
        if behind.contains('#') || !behind.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err("behind the host there may be printable ASCII without blanks and `#`".to_owned());
        }
        if authority.contains('@') {
            return Err("a user name in it is not supported".to_owned());
        }
        let (host, port) = split_port(authority).ok_or("its host or its port cannot be read")?;
        let (path, query) = behind.split_at(behind.find('?').unwrap_or(behind.len()));
        let host = address::ascii(host).into_owned();
        if !host.is_ascii() {
            return Err("its host has no ASCII form".to_owned());
        }
        Ok(Self {
            is_secure,
            host,
            port: port.unwrap_or(if is_secure { 443 } else { 80 }),
            path: path.trim_end_matches('/').to_owned(),
            query: query.to_owned(),
        })
    }

    /// What is asked for, with this behind the path.
    pub fn target(&self, ending: &str) -> String {
        let path = format!("{}{ending}", self.path);
        format!("{}{}", if path.is_empty() { "/" } else { &path }, self.query)
    }

    /// The host as the request names it.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let is_usual = self.port == if self.is_secure { 443 } else { 80 };
        if is_usual { host } else { format!("{host}:{}", self.port) }
    }
}

/// `HOST`, `HOST:PORT`, `[V6]`, `[V6]:PORT`.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, behind) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, behind)
    } else {
        let (host, behind) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        let is_sound = |c: char| c.is_alphanumeric() || ".-_".contains(c);
        (!host.is_empty() && host.chars().all(is_sound)).then_some((host, behind))?
    };
    match behind.strip_prefix(':') {
        None if behind.is_empty() => Some((host, None)),
        None => None,
        Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
            Some((host, Some(digits.parse().ok().filter(|port| *port != 0)?)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_asked_for_is_what_the_url_says_and_fail_goes_behind_its_path() {
        for (text, authority, target, fail) in [
            ("https://ping.example.com/abc-1", "ping.example.com", "/abc-1", "/abc-1/fail"),
            ("HTTPS://ping.example.com/abc/", "ping.example.com", "/abc", "/abc/fail"),
            ("http://127.0.0.1:8000/a?x=1/2", "127.0.0.1:8000", "/a?x=1/2", "/a/fail?x=1/2"),
            ("http://[::1]:80", "[::1]", "/", "/fail"),
            ("https://例え.jp:444?a", "xn--r8jz45g.jp:444", "/?a", "/fail?a"),
        ] {
            let url = Url::parse(text).expect(text);
            assert_eq!(
                (url.authority(), url.target(""), url.target("/fail")),
                (authority.into(), target.into(), fail.into())
            );
            assert!(!format!("{url:?}").contains("abc"), "its path is nobody's business");
        }
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused_with_the_reason() {
        for text in [
            "",
            "ping.example.com",
            "ftp://a/",
            "https://",
            "https:///x",
            "https://me:x@a/",
            "https://a:0/",
            "https://a:x/",
            "https://a:/",
            "https://[::1/",
            "https://[x]/",
            "https://a/b c",
            "https://a/#b",
            "https://a/\u{e9}",
            "https://a b/",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_no_request_has_two_lines(text in "\\PC{0,40}", behind in ".{0,20}") {
            for text in [text.clone(), format!("https://{text}"), format!("http://a{behind}")] {
                if let Ok(url) = Url::parse(&text) {
                    let request = format!("{}{}", url.target("/fail"), url.authority());
                    prop_assert!(request.bytes().all(|octet| octet > b' ' && octet != 0x7f), "{request:?}");
                }
            }
        }
    }
}
