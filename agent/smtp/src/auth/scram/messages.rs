//! The two messages of the server (RFC 5802 section 7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::auth::Fault;
use crate::limits::{SCRAM_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN};

/// What the server answers to our nonce: its own behind it, salt and number of iterations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerFirst {
    /// The whole message, which both sides sign.
    pub(super) text: String,
    /// Ours and, behind it, the server's.
    pub(super) nonce: String,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
}

impl ServerFirst {
    /// Reads what came, after base64, in answer to this nonce of ours.
    pub(super) fn read(octets: &[u8], ours: &str) -> Result<Self, Fault> {
        let garbled = || Fault::unusable("a challenge that cannot be read");
        let text = std::str::from_utf8(octets).map_err(|_| garbled())?;
        if text.starts_with("m=") {
            return Err(Fault::unusable("the server demands an extension that nobody knows"));
        }
        let mut parts = text.split(',');
        let mut part = |name: &str| parts.next().and_then(|part| part.strip_prefix(name)).ok_or_else(garbled);
        let (nonce, salt, iterations) = (part("r=")?, part("s=")?, part("i=")?);
        // Extensions behind these are ignored, as long as they are some.
        if !parts.all(is_extension) {
            return Err(garbled());
        }
        let theirs =
            nonce.strip_prefix(ours).ok_or(Fault::Unproven("it answers to the login of somebody else"))?;
        if theirs.is_empty() || !theirs.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(Fault::Unproven("it adds no nonce of its own"));
        }
        let salt = STANDARD.decode(salt).ok().filter(|salt| !salt.is_empty()).ok_or_else(garbled)?;
        let iterations = count(iterations).ok_or_else(garbled)?;
        let nonce = nonce.to_owned();
        Ok(Self { text: text.to_owned(), nonce, salt, iterations: bounded(iterations)? })
    }
}

/// A number without sign or leading zeros; one beyond all measure is as good as any that is too large.
fn count(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|octet| octet.is_ascii_digit()) && !digits.starts_with('0');
    (is_number && !digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
}

fn bounded(iterations: u64) -> Result<u32, Fault> {
    match u32::try_from(iterations) {
        Ok(count @ SCRAM_ITERATIONS_MIN..=SCRAM_ITERATIONS_MAX) => Ok(count),
        Ok(..SCRAM_ITERATIONS_MIN) => Err(Fault::unusable(format!(
            "the server asks for {iterations} iterations; fewer than {SCRAM_ITERATIONS_MIN} make the password easy to guess"
        ))),
        _ => Err(Fault::unusable(format!(
            "the server asks for {iterations} iterations; more than {SCRAM_ITERATIONS_MAX} would keep this machine busy"
        ))),
    }
}

/// What the server says in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerFinal {
    Signature(Vec<u8>),
    /// One of the words of RFC 5802 section 7, or another.
    Refused(String),
}

impl ServerFinal {
    /// Reads what came, after base64.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(octets).ok()?.split(',');
        let first = parts.next()?;
        let read = match first.split_at_checked(2)? {
            ("v=", signature) => Self::Signature(STANDARD.decode(signature).ok()?),
            ("e=", why) if !why.is_empty() => Self::Refused(why.to_owned()),
            _ => return None,
        };
        parts.all(is_extension).then_some(read)
    }
}

/// `x=…` with any letter.
fn is_extension(part: &str) -> bool {
    part.len() > 2 && part.as_bytes()[0].is_ascii_alphabetic() && part.as_bytes()[1] == b'='
}
