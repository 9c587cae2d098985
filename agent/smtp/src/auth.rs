//! The mechanisms of AUTH (RFC 4954).
//!
//! One file a mechanism or family, each an [`Exchange`]: an optional first message, an answer to each challenge, and a
//! last look at whether the server has proven itself. `mechanism` names them, `choice` says which may be tried. A new
//! one is a file, a variant of [`Mechanism`] and a line in each `match` there. Nothing here draws chance: nonces come
//! from the [`Seed`] of the settings.

mod choice;
mod cram_md5;
mod digest_md5;
mod login;
mod mechanism;
mod nonce;
mod oauth;
mod plain;
mod scram;

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::secret::Credentials;
pub(crate) use choice::choose;
pub use mechanism::{Mechanism, UnknownMechanism};
pub use nonce::Seed;

/// Octets that go to the server in base64, overwritten when they go.
pub(crate) type Payload = Zeroizing<Vec<u8>>;

/// What a mechanism is told when it begins.
pub(crate) struct Start {
    pub(crate) credentials: Arc<Credentials>,
    /// The server's name, as its certificate has it.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Never used before.
    pub(crate) nonce: String,
}

/// One run of a mechanism.
pub(crate) trait Exchange: Send + Sync {
    /// The first message, for mechanisms in which the client begins.
    fn initial(&mut self) -> Option<Payload> {
        None
    }

    /// The answer to a challenge, which is still in base64.
    fn answer(&mut self, challenge: &str) -> Result<Payload, Fault>;

    /// Called when the server lets us in: whether it may, in mechanisms in which it has to prove itself, too.
    fn finish(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// What the server gave as the reason of a refusal inside the exchange, as it said it.
    fn refusal(&self) -> Option<&str> {
        None
    }

    /// What was made of the password and would help to guess it; masked like the password where a server echoes it.
    fn derived(&self) -> Option<&str> {
        None
    }
}

/// Why an exchange does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// This mechanism is of no use with this server, and nothing that depends on the password was said: another one
    /// may try.
    Unusable(Cow<'static, str>),
    /// The server says what nobody may say at this place.
    Breach(&'static str),
    /// The server has not shown that it knows the password. Whatever it says, nothing more is sent.
    Unproven(&'static str),
}

impl Fault {
    fn unusable(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Unusable(why.into())
    }
}

/// What a mechanism says to a challenge that it does not expect.
const ONE_CHALLENGE_TOO_MANY: Fault = Fault::Breach("another challenge although everything was said");

/// The octets of a challenge.
fn decode(challenge: &str) -> Option<Vec<u8>> {
    STANDARD.decode(challenge.trim()).ok()
}

/// The octets of a challenge that comes before anything was proven.
fn decode_first(challenge: &str) -> Result<Vec<u8>, Fault> {
    decode(challenge).ok_or_else(|| Fault::unusable("a challenge that is not base64"))
}

/// Compares without telling by its time how much is the same.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    bool::from(one.ct_eq(other))
}

/// Lower-case hexadecimal digits.
fn hex(octets: &[u8]) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Zeroizing::new(String::with_capacity(octets.len() * 2));
    for octet in octets {
        text.push(char::from(DIGITS[usize::from(octet >> 4)]));
        text.push(char::from(DIGITS[usize::from(octet & 15)]));
    }
    text
}
