//! What must not be seen: a password or token that cannot be shown by accident.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Shorter texts are found in innocent words as well; masking those would only spoil what is shown.
pub(crate) const MASKED_OCTETS_MIN: usize = 4;

/// What stands where a secret was.
pub(crate) const MASK: &str = "(secret)";

/// A password or token. Its memory is overwritten when it goes; no trait of it shows the content.
///
/// Only the mechanisms of this crate and [`Credentials::for_socks`] can open it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over, octet for octet: nothing is trimmed or unescaped.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether there is no text at all, which no server takes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two are the same, without showing either: how long it takes says nothing but whether they are of one length.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The text with every trace of the secret taken out, as it is and in base64. Very short ones, which are
    /// found in innocent words, stay.
    pub fn masked_in(&self, text: &str) -> String {
        let password = self.expose();
        if password.len() < MASKED_OCTETS_MIN {
            return text.to_owned();
        }
        let encoded = Zeroizing::new(STANDARD.encode(password));
        text.replace(password, MASK)
            .replace(encoded.as_str(), MASK)
            .replace(encoded.trim_end_matches('='), MASK)
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

/// What proves who we are.
#[derive(Debug, Clone)]
pub enum Proof {
    /// For all mechanisms but those of OAuth.
    Password(Secret),
    /// An access token of OAuth, for OAUTHBEARER and XOAUTH2.
    Token(Secret),
}

impl Proof {
    /// The password or token, still shut.
    pub const fn secret(&self) -> &Secret {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret,
        }
    }
}

/// Who we are to one provider.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The authentication identity, often an address.
    pub user: String,
    /// Goes with it.
    pub proof: Proof,
    /// The realm for DIGEST-MD5, where a server has several or another than the right one.
    pub realm: Option<String>,
}

impl Credentials {
    /// A user with a password, as both were given.
    pub fn with_password(user: impl Into<String>, password: Secret) -> Self {
        Self { user: user.into(), proof: Proof::Password(password), realm: None }
    }

    /// A user with an access token.
    pub fn with_token(user: impl Into<String>, token: Secret) -> Self {
        Self { user: user.into(), proof: Proof::Token(token), realm: None }
    }

    /// The message that logs in at a SOCKS proxy (RFC 1929 section 2); `None` if one of both is empty or longer than 255
    /// octets. May not be logged, as little as what is sent with AUTH.
    pub fn for_socks(&self) -> Option<Zeroizing<Vec<u8>>> {
        const VERSION: u8 = 1;
        // Never grows, so that no copy stays behind in memory.
        let mut message = Zeroizing::new(Vec::with_capacity(3 + 2 * usize::from(u8::MAX)));
        message.push(VERSION);
        for text in [self.user.as_str(), self.secret()] {
            message.push(u8::try_from(text.len()).ok().filter(|octets| *octets > 0)?);
            message.extend_from_slice(text.as_bytes());
        }
        Some(message)
    }

    /// The text without the password or token, see [`Secret::masked_in`].
    pub fn masked_in(&self, text: &str) -> String {
        self.proof.secret().masked_in(text)
    }

    /// Whether it is a token that proves who we are.
    pub(crate) const fn has_token(&self) -> bool {
        matches!(self.proof, Proof::Token(_))
    }

    /// The text of the password or token.
    pub(crate) fn secret(&self) -> &str {
        self.proof.secret().expose()
    }

    /// Says why no server would take these, if so.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let secret = self.secret();
        match &self.proof {
            _ if self.user.is_empty() => Some("the user name is empty"),
            Proof::Password(_) if secret.is_empty() => Some("the password is empty"),
            Proof::Token(_) if secret.is_empty() => Some("the token is empty"),
            Proof::Token(_) if !secret.bytes().all(|octet| octet.is_ascii_graphic()) => {
                Some("the token has blanks, line ends or letters outside ASCII, which no token has")
            }
            Proof::Token(_) if self.user.contains(char::is_control) => {
                Some("the user name has control characters, which no mechanism for tokens can carry")
            }
            _ if self.user.contains('\0') || secret.contains('\0') => {
                Some("user name or password contain a NUL, which no mechanism can carry")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_at_a_proxy_says_how_long_each_part_is() {
        let message = |user: &str, password: &str| {
            let credentials = Credentials::with_password(user, Secret::new(password.to_owned()));
            credentials.for_socks().map(|message| message.to_vec())
        };
        assert_eq!(message("me", "pass").as_deref(), Some(&b"\x01\x02me\x04pass"[..]));
        assert_eq!(message("", "pass"), None);
        assert_eq!(message("me", ""), None);
        assert_eq!(message("me", &"x".repeat(256)), None);
        assert_eq!(message("me", &"x".repeat(255)).map(|message| message.len()), Some(3 + 2 + 255));
    }

    #[test]
    fn a_text_is_shown_without_the_password_in_any_form() {
        let secret = Secret::new("open sesame".to_owned());
        let encoded = STANDARD.encode("open sesame");
        let text = format!("it is open sesame, or {encoded}.");
        assert_eq!(secret.masked_in(&text), "it is (secret), or (secret).");
        assert_eq!(Secret::new("abc".to_owned()).masked_in("abcdef"), "abcdef");
    }
}
