//! OAUTHBEARER (RFC 7628) and XOAUTH2, from which it was made: an access token in the place of a password.
//!
//! A server that refuses the token says why in a challenge in JSON. It has to be answered, or the refusal itself never
//! comes: with one octet 0x01 (RFC 7628 section 3.2.3), in XOAUTH2 with an empty line. The JSON is kept as it is, for
//! people to read.

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload, Start, decode};

/// Separates and ends the parts of the message.
const SEPARATOR: &str = "\x01";

pub(super) struct Bearer {
    start: Start,
    form: Form,
    refusal: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Standard,
    AsInvented,
}

impl Bearer {
    /// OAUTHBEARER.
    pub(super) fn standard(start: Start) -> Self {
        Self { start, form: Form::Standard, refusal: None }
    }

    /// XOAUTH2.
    pub(super) fn as_invented(start: Start) -> Self {
        Self { start, form: Form::AsInvented, refusal: None }
    }
}

impl Exchange for Bearer {
    fn initial(&mut self) -> Option<Payload> {
        let Start { credentials, host, port, .. } = &self.start;
        let user = &credentials.user;
        let head = match self.form {
            Form::Standard => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},{SEPARATOR}host={host}{SEPARATOR}port={port}{SEPARATOR}")
            }
            Form::AsInvented => format!("user={user}{SEPARATOR}"),
        };
        let parts = [&head, "auth=Bearer ", credentials.secret(), SEPARATOR, SEPARATOR];
        // One allocation of the right size: growing would leave copies of the token behind.
        let mut message = Payload::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
        for part in parts {
            message.extend_from_slice(part.as_bytes());
        }
        Some(message)
    }

    fn answer(&mut self, challenge: &str) -> Result<Payload, Fault> {
        if self.refusal.is_some() {
            return Err(ONE_CHALLENGE_TOO_MANY);
        }
        let said = decode(challenge).unwrap_or_default();
        self.refusal = Some(String::from_utf8_lossy(&said).into_owned());
        Ok(Payload::new(match self.form {
            Form::Standard => SEPARATOR.as_bytes().to_vec(),
            Form::AsInvented => Vec::new(),
        }))
    }

    fn finish(&self) -> Result<(), Fault> {
        match self.refusal {
            None => Ok(()),
            Some(_) => Err(Fault::Breach("the server took a token that it had refused")),
        }
    }

    fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Credentials, Secret};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use std::sync::Arc;

    fn start(user: &str, token: &str) -> Start {
        let credentials = Arc::new(Credentials::with_token(user, Secret::new(token.to_owned())));
        Start { credentials, host: "server.example.com".to_owned(), port: 143, nonce: String::new() }
    }

    /// RFC 7628 section 4.1.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let mut bearer =
            Bearer::standard(start("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="));
        let expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRx\
                        bVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
        assert_eq!(STANDARD.encode(bearer.initial().unwrap()), expected);
    }

    /// RFC 7628 section 4.3: the refusal, and the octet that it is answered with.
    #[test]
    fn a_refusal_is_answered_so_that_the_server_can_say_no() {
        let challenge = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24i\
                         OiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=";
        for (mut bearer, answer) in
            [(Bearer::standard(start("u", "t")), "AQ=="), (Bearer::as_invented(start("u", "t")), "")]
        {
            bearer.initial();
            assert_eq!(bearer.finish(), Ok(()));
            assert_eq!(STANDARD.encode(bearer.answer(challenge).unwrap()), answer);
            assert!(bearer.refusal().unwrap().contains("\"status\":\"invalid_token\""));
            assert!(bearer.finish().is_err());
            assert_eq!(bearer.answer(challenge), Err(ONE_CHALLENGE_TOO_MANY));
        }
    }

    #[test]
    fn commas_and_equal_signs_of_a_user_are_escaped_where_the_standard_says_so() {
        let message = Bearer::standard(start("a=b,c", "t")).initial().unwrap();
        assert!(message.starts_with(b"n,a=a=3Db=2Cc,\x01"));
        let message = Bearer::as_invented(start("a=b,c", "t")).initial().unwrap();
        assert_eq!(*message, b"user=a=b,c\x01auth=Bearer t\x01\x01");
    }
}
