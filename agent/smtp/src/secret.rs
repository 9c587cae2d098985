//! What must not be seen: a password that cannot be shown by accident.

use std::fmt;

use zeroize::Zeroizing;

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
