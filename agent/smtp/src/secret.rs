//! What must not be seen: a password that cannot be shown by accident.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Shorter texts are found in innocent words as well; masking those would only spoil what is shown.
pub(crate) const MASKED_OCTETS_MIN: usize = 4;

/// What stands where a secret was.
pub(crate) const MASK: &str = "(secret)";

/// A password. Its memory is overwritten when it goes; no trait of it shows the content.
///
/// Only the mechanisms of this crate can open it.
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

    /// The text with every trace of the password taken out, as it is and in base64. Very short passwords, which are
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

/// Who we are to one provider.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The authentication identity, often an address.
    pub user: String,
    /// Goes with it.
    pub password: Secret,
}

impl Credentials {
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
    fn a_text_is_shown_without_the_password_in_any_form() {
        let secret = Secret::new("open sesame".to_owned());
        let encoded = STANDARD.encode("open sesame");
        let text = format!("it is open sesame, or {encoded}.");
        assert_eq!(secret.masked_in(&text), "it is (secret), or (secret).");
        assert_eq!(Secret::new("abc".to_owned()).masked_in("abcdef"), "abcdef");
    }
}
