//! The way to a provider: straight, through a SOCKS proxy, or by a program.

use super::keys::Place;
use super::login;
use super::section::Section;
use super::{Proxy, Route};

const SCHEME: &str = "socks5://";

/// The way, as the keys of one provider say it.
pub(super) fn route(section: &Section<'_, '_>) -> Option<Route> {
    let password = login::source(section, "proxy_password", Place::Password);
    if section.has("proxy") && section.has("connect_command") {
        section
            .wrong("connect_command", "`connect_command` takes the place of `proxy`; leave one of them out");
        return None;
    }
    if section.has("connect_command") {
        return command(section);
    }
    if !section.has("proxy") {
        if section.has("proxy_password") {
            section.wrong("proxy_password", "`proxy_password` is of no use without `proxy`");
        }
        return Some(Route::Straight);
    }
    let (user, host, port) = section.parsed("proxy", proxy)?;
    if user.is_some() != section.has("proxy_password") {
        section.wrong(
            "proxy",
            "a proxy with a login needs both: proxy = \"socks5://USER@HOST:PORT\" and proxy_password = { file = … }",
        );
        return None;
    }
    Some(Route::Socks(Proxy { host, port, login: user.zip(password) }))
}

fn command(section: &Section<'_, '_>) -> Option<Route> {
    let words = section.texts("connect_command")?;
    if words.first().is_none_or(String::is_empty) {
        section.wrong("connect_command", "`connect_command` names no program");
        return None;
    }
    Some(Route::Command(words))
}

/// Reads `socks5://user@proxy.example.jp:1080`.
fn proxy(text: &str) -> Result<(Option<String>, String, u16), String> {
    // Not quoted: somebody may have put a password into it.
    let wrong = || {
        "this is not the address of a SOCKS proxy; write for example \"socks5://127.0.0.1:1080\"".to_owned()
    };
    let rest = text.strip_prefix(SCHEME).or_else(|| text.strip_prefix("socks5h://")).ok_or_else(wrong)?;
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => {
            return Err("a password has no place in an address that is shown in logs; write proxy = \"socks5://USER@HOST:PORT\" and proxy_password = { file = … }".to_owned());
        }
        Some((user, place)) => (Some(user.to_owned()), place),
        None => (None, rest),
    };
    let (host, port) = place.trim_end_matches('/').rsplit_once(':').ok_or_else(wrong)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
    if host.is_empty() || user.as_deref() == Some("") || host.contains(['/', '[', ']']) {
        return Err(wrong());
    }
    Ok((user, host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_a_port_and_perhaps_a_user() {
        let read = |text: &str| proxy(text).expect("a proxy");
        assert_eq!(read("socks5://127.0.0.1:1080"), (None, "127.0.0.1".to_owned(), 1080));
        assert_eq!(read("socks5h://[::1]:9050/"), (None, "::1".to_owned(), 9050));
        let with_user = (Some("me@x".to_owned()), "proxy.example.jp".to_owned(), 1080);
        assert_eq!(read("socks5://me@x@proxy.example.jp:1080"), with_user);
        for text in
            ["", "127.0.0.1:1080", "http://127.0.0.1:1080", "socks5://x", "socks5://:1", "socks5://x:0"]
        {
            assert!(proxy(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = proxy("socks5://me:hunter2@127.0.0.1:1080").expect_err("refused");
        assert!(error.contains("proxy_password") && !error.contains("hunter2"), "{error}");
        let error = proxy("sock5://me:hunter2@127.0.0.1:1080").expect_err("refused");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
