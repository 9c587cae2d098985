//! What must not be seen: a password that cannot be shown by accident.

use std::fmt;

use zeroize::Zeroizing;

/// A password. Its memory is overwritten when it goes; no trait of it shows the content.
///
/// Only the mechanisms of this crate and [`Credentials::for_socks`] can open it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over, octet for octet: nothing is trimmed or unescaped.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether there is no text at all, which no server takes as a password.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    /// Says that there is a secret, not which and not how long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Who we are to one provider.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The authentication identity, often an address.
    pub user: String,
    /// Goes with it.
    pub password: Secret,
}

impl Credentials {
    /// The message that logs in at a SOCKS proxy (RFC 1929 section 2); `None` if one of both is empty or longer than 255
    /// octets. May not be logged, as little as what is sent with AUTH.
    pub fn for_socks(&self) -> Option<Zeroizing<Vec<u8>>> {
        const VERSION: u8 = 1;
        // Never grows, so that no copy stays behind in memory.
        let mut message = Zeroizing::new(Vec::with_capacity(3 + 2 * usize::from(u8::MAX)));
        message.push(VERSION);
        for text in [self.user.as_str(), self.password.expose()] {
            message.push(u8::try_from(text.len()).ok().filter(|octets| *octets > 0)?);
            message.extend_from_slice(text.as_bytes());
        }
        Some(message)
    }

    /// Says why no server would take these, if so.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.user.is_empty() {
            Some("the user name is empty")
        } else if self.password.is_empty() {
            Some("the password is empty")
        } else if self.user.contains('\0') || self.password.expose().contains('\0') {
            Some("user name or password contain a NUL, which no mechanism can carry")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_at_a_proxy_says_how_long_each_part_is() {
        let message = |user: &str, password: &str| {
            let credentials =
                Credentials { user: user.to_owned(), password: Secret::new(password.to_owned()) };
            credentials.for_socks().map(|message| message.to_vec())
        };
        assert_eq!(message("me", "pass").as_deref(), Some(&b"\x01\x02me\x04pass"[..]));
        assert_eq!(message("", "pass"), None);
        assert_eq!(message("me", ""), None);
        assert_eq!(message("me", &"x".repeat(256)), None);
        assert_eq!(message("me", &"x".repeat(255)).map(|message| message.len()), Some(3 + 2 + 255));
    }
}
