//! DIGEST-MD5 (RFC 2831): strict about the form, which many clients get wrong.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};

use super::{Exchange, Login, Step, hex};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DigestMd5 {
    nonce: String,
    realm: String,
    /// The user and our proof, once theirs was good.
    proven: Option<(String, String)>,
}

impl DigestMd5 {
    pub(super) fn start(unique: String, host: &str) -> Self {
        Self { nonce: unique, realm: host.to_owned(), proven: None }
    }

    pub(super) fn prompt(&self) -> String {
        match &self.proven {
            None => format!(
                "nonce=\"{}\",realm=\"{}\",qop=\"auth\",charset=utf-8,algorithm=md5-sess",
                self.nonce, self.realm
            ),
            Some((_, rspauth)) => format!("rspauth={rspauth}"),
        }
    }

    pub(super) fn hear(self, text: &str, login: Option<&Login>) -> Step {
        if let Some((user, _)) = self.proven {
            return if text.is_empty() { Step::Admitted(user) } else { Step::Malformed };
        }
        let Some(said) = response(text) else { return Step::Malformed };
        let is = |name: &str, value: &str| said.get(name).is_some_and(|given| given == value);
        let form =
            is("nonce", &self.nonce) && is("nc", "00000001") && is("qop", "auth") && is("charset", "utf-8");
        let text_of = |name: &str| said.get(name).cloned().unwrap_or_default();
        if !form || !text_of("digest-uri").starts_with("smtp/") || text_of("cnonce").len() < 16 {
            return Step::Malformed;
        }
        let user = text_of("username");
        let Some(login) = login.filter(|login| login.user == user && is("realm", &self.realm)) else {
            return Step::Refused;
        };
        let secret = md5(&[latin1(&user), latin1(&self.realm), latin1(&login.password)].join(&b':'));
        let session = [&secret[..], self.nonce.as_bytes(), text_of("cnonce").as_bytes()].join(&b':');
        let proof = |word: &str| {
            let a2 = hex(&md5(format!("{word}:{}", text_of("digest-uri")).as_bytes()));
            let [nonce, cnonce] = [&self.nonce, &text_of("cnonce")];
            hex(&md5(format!("{}:{nonce}:00000001:{cnonce}:auth:{a2}", hex(&md5(&session))).as_bytes()))
        };
        if !is("response", &proof("AUTHENTICATE")) {
            return Step::Refused;
        }
        let rspauth = proof("");
        Step::Wait(Exchange::DigestMd5(Self { proven: Some((user, rspauth)), ..self }))
    }
}

/// The client's directives; `None` if one comes twice, or has quotes that it may not have or lacks those it needs.
fn response(text: &str) -> Option<BTreeMap<String, String>> {
    let mut said = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=')?;
        let must_be_quoted = ["username", "realm", "nonce", "cnonce", "digest-uri"].contains(&name);
        let (value, behind) = if must_be_quoted {
            unquote(behind.strip_prefix('"')?)?
        } else {
            let end = behind.find(',').unwrap_or(behind.len());
            (behind[..end].to_owned(), &behind[end..])
        };
        if value.contains('"') && !must_be_quoted || said.insert(name.to_owned(), value).is_some() {
            return None;
        }
        rest = if behind.is_empty() { behind } else { behind.strip_prefix(',')? };
    }
    Some(said)
}

/// The text up to the closing quote, and what stands behind that.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return Some((value, &quoted[at + 1..])),
            (_, '\\') => value.push(characters.next()?.1),
            (_, character) => value.push(character),
        }
    }
}

fn md5(octets: &[u8]) -> [u8; 16] {
    Md5::digest(octets).into()
}

/// In ISO 8859-1 if that is enough, else in UTF-8 (RFC 2831 section 2.1.2.1).
fn latin1(text: &str) -> Vec<u8> {
    let octets: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    octets.unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by other means: RFC 2831 section 4 has an example for `imap` only, and with a shorter cnonce.
    #[test]
    fn a_right_response_gets_a_proof_and_a_wrong_one_gets_nothing() {
        let start = || DigestMd5::start("OA6MG9tEQGm2hh".to_owned(), "elwood.innosoft.com");
        let login = |password: &str| Login { user: "chris".to_owned(), password: password.to_owned() };
        let said = |response: &str| {
            format!(
                "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,\
                 cnonce=\"OA6MHXh6VqTrRkXX\",digest-uri=\"smtp/elwood.innosoft.com\",response={response},qop=auth"
            )
        };
        let good = said("a83e48faf81ff0b87e653e5e75cf4ed1");
        let Step::Wait(Exchange::DigestMd5(proven)) = start().hear(&good, Some(&login("secret"))) else {
            panic!("not taken")
        };
        assert_eq!(proven.prompt(), "rspauth=af5b6d10767152b3e4a6800f0fbb3d14");
        assert_eq!(proven.hear("", None), Step::Admitted("chris".to_owned()));
        assert_eq!(start().hear(&good, Some(&login("other"))), Step::Refused);
        for broken in [
            good.replace("nc=00000001", "nc=\"00000001\""),
            good.replace("qop=auth", "qop=\"auth\""),
            good.replace("realm=\"elwood.innosoft.com\"", "realm=elwood.innosoft.com"),
            good.replace("nc=00000001", "nc=00000002"),
            format!("{good},qop=auth"),
        ] {
            assert_eq!(start().hear(&broken, Some(&login("secret"))), Step::Malformed, "{broken}");
        }
    }
}
