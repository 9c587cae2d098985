//! What the server begins with: `nonce`, `realm`, `qop` and the rest (RFC 2831 section 2.1.1).

use zeroize::Zeroizing;

use super::directives::{self, Directive};
use crate::auth::Fault;

/// Octets of a challenge (RFC 2831 section 2.1.1).
const CHALLENGE_OCTETS_MAX: usize = 2048;

/// In which octets texts go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// `charset=utf-8` was given.
    Utf8,
    /// Nothing was given.
    Latin1,
}

/// A challenge that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) nonce: Vec<u8>,
    /// Those that the server has, in its order.
    pub(super) realms: Vec<String>,
    pub(super) charset: Charset,
}

impl Challenge {
    /// Reads what came, after base64.
    pub(super) fn read(octets: &[u8]) -> Result<Self, Fault> {
        if octets.len() > CHALLENGE_OCTETS_MAX {
            return Err(Fault::unusable(format!("a challenge of more than {CHALLENGE_OCTETS_MAX} octets")));
        }
        let list =
            directives::read(octets).ok_or_else(|| Fault::unusable("a challenge that cannot be read"))?;
        let once = |name: &'static str| once(&list, name);
        let nonce = once("nonce")?.filter(|nonce| !nonce.is_empty());
        let nonce = nonce.ok_or_else(|| Fault::unusable("a challenge without a nonce"))?.to_vec();
        let says = |value: Option<&[u8]>, word: &str| {
            value.is_some_and(|it| it.eq_ignore_ascii_case(word.as_bytes()))
        };
        if !says(once("algorithm")?, "md5-sess") {
            return Err(Fault::unusable("a challenge without algorithm=md5-sess"));
        }
        if once("qop")?.is_some_and(|offered| !has_auth(offered)) {
            return Err(Fault::unusable(
                "the server wants a layer of protection that only TLS gives here (no qop=auth)",
            ));
        }
        for unused in ["stale", "maxbuf", "cipher"] {
            once(unused)?;
        }
        let charset = match once("charset")? {
            None => Charset::Latin1,
            some if says(some, "utf-8") => Charset::Utf8,
            Some(_) => return Err(Fault::unusable("a challenge in another charset than utf-8")),
        };
        let realms = list.iter().filter(|it| it.name == "realm").map(|it| charset.decode(&it.value));
        let realms =
            realms.collect::<Option<_>>().ok_or_else(|| Fault::unusable("a realm that is no text"))?;
        Ok(Self { nonce, realms, charset })
    }

    /// The realm to log in to; `None` if there is nothing to say of one.
    ///
    /// The configured one has to be among those that the server has. Else it is the only one; of several the one that is
    /// called like the server or the domain of the user, or else the first.
    pub(super) fn choose_realm(
        &self,
        configured: Option<&str>,
        host: &str,
        user: &str,
    ) -> Result<Option<String>, Fault> {
        if let Some(wanted) = configured {
            if !self.realms.is_empty() && !self.realms.iter().any(|realm| realm == wanted) {
                let all = self.realms.join("`, `");
                return Err(Fault::unusable(format!("the server has no realm `{wanted}`; it has `{all}`")));
            }
            return Ok(Some(wanted.to_owned()));
        }
        let domain = user.rsplit_once('@').map_or("", |(_, domain)| domain);
        let is_ours =
            |realm: &&String| realm.eq_ignore_ascii_case(host) || realm.eq_ignore_ascii_case(domain);
        Ok(self.realms.iter().find(is_ours).or(self.realms.first()).cloned())
    }
}

/// The value of a directive that may stand there once at most.
fn once<'a>(list: &'a [Directive], name: &str) -> Result<Option<&'a [u8]>, Fault> {
    let mut given = list.iter().filter(|directive| directive.name == name);
    let first = given.next();
    if given.next().is_some() {
        return Err(Fault::unusable(format!("a challenge with `{name}` twice")));
    }
    Ok(first.map(|directive| directive.value.as_slice()))
}

/// Whether `auth` is in the list of `qop`.
fn has_auth(offered: &[u8]) -> bool {
    offered.split(|octet| *octet == b',').any(|word| word.trim_ascii().eq_ignore_ascii_case(b"auth"))
}

impl Charset {
    fn decode(self, octets: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(octets.to_vec()).ok(),
            Self::Latin1 => Some(octets.iter().copied().map(char::from).collect()),
        }
    }

    /// The octets on the wire, if there are any.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Latin1 => latin1(text).map(|octets| octets.to_vec()),
        }
    }

    /// The octets that are hashed: ISO 8859-1 wherever that is enough, so that the hash is the one that servers have
    /// stored (RFC 2831 section 2.1.2.1).
    pub(super) fn encode_for_hash(self, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Utf8 => latin1(text).or_else(|| Some(Zeroizing::new(text.as_bytes().to_vec()))),
            Self::Latin1 => latin1(text),
        }
    }
}

fn latin1(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Of the right size from the start: growing would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(text.len()));
    for character in text.chars() {
        octets.push(u8::try_from(character).ok()?);
    }
    Some(octets)
}
