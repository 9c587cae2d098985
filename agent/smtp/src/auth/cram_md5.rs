//! CRAM-MD5 (RFC 2195): HMAC-MD5 of the server's challenge, keyed with the password, in hexadecimal behind the user.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

use zeroize::Zeroizing;

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload, decode_first, hex};
use crate::secret::Credentials;

pub(super) struct CramMd5 {
    credentials: Arc<Credentials>,
    /// Of the challenge, once it was answered.
    digest: Option<Zeroizing<String>>,
}

impl CramMd5 {
    pub(super) fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials, digest: None }
    }
}

impl Exchange for CramMd5 {
    fn answer(&mut self, challenge: &str) -> Result<Payload, Fault> {
        if self.digest.is_some() {
            return Err(ONE_CHALLENGE_TOO_MANY);
        }
        let challenge = decode_first(challenge)?;
        let mut mac = Hmac::<Md5>::new_from_slice(self.credentials.secret().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(&challenge);
        let digest = hex(&mac.finalize().into_bytes());
        let answer = format!("{} {}", self.credentials.user, digest.as_str());
        self.digest = Some(digest);
        Ok(Payload::new(answer.into_bytes()))
    }

    fn derived(&self) -> Option<&str> {
        self.digest.as_ref().map(|digest| digest.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn answer(user: &str, password: &str, challenge: &str) -> String {
        let credentials = Credentials::with_password(user, Secret::new(password.to_owned()));
        let answer = CramMd5::new(Arc::new(credentials)).answer(&STANDARD.encode(challenge)).unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        assert_eq!(
            answer("tim", "tanstaaftanstaaf", "<1896.697170952@postoffice.reston.mci.net>"),
            "tim b913a602c7eda7a495b4e6e7334d3890"
        );
    }

    #[test]
    fn case_cram_md5_long_secret() {
        for (octets, digest) in [
            (64, "440fc57fb62d1b9b4f2069e718e811d3"),
            (65, "aa97b9fe048bec34c41e3af63af68d66"),
            (80, "d156db3eac86e5eec780946c55aa392e"),
        ] {
            let password: String = "Zx9-".chars().cycle().take(octets).collect();
            assert_eq!(
                answer("alert@example.com", &password, "<1896.697170952@mx.example.com>"),
                format!("alert@example.com {digest}"),
                "{octets} octets"
            );
        }
    }
}
