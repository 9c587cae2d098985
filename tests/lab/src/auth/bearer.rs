//! OAUTHBEARER (RFC 7628) and XOAUTH2, with the refusal in JSON that has to be answered.

use super::{Exchange, Login, Step};

const REFUSAL: &str = r#"{"status":"invalid_token","schemes":"bearer","scope":"https://mail.example.jp/"}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Standard,
    AsInvented,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bearer {
    form: Form,
    has_refused: bool,
}

impl Bearer {
    pub(super) fn start(form: Form) -> Self {
        Self { form, has_refused: false }
    }

    pub(super) fn prompt(&self) -> String {
        if self.has_refused { REFUSAL.to_owned() } else { String::new() }
    }

    pub(super) fn hear(self, text: &str, login: Option<&Login>) -> Step {
        if self.has_refused {
            let expected = if self.form == Form::Standard { "\x01" } else { "" };
            return if text == expected { Step::Refused } else { Step::Malformed };
        }
        let Some((user, token)) = self.read(text) else { return Step::Malformed };
        if login.is_none_or(|login| login.user == user && login.password == token) {
            Step::Admitted(user)
        } else {
            Step::Wait(Exchange::Bearer(Self { has_refused: true, ..self }))
        }
    }

    /// User and token.
    fn read(&self, text: &str) -> Option<(String, String)> {
        let (head, rest) = text.strip_suffix("\x01\x01")?.split_once('\x01')?;
        let user = match self.form {
            Form::AsInvented => head.strip_prefix("user=")?.to_owned(),
            Form::Standard => {
                let user = head.strip_prefix("n,a=")?.strip_suffix(',')?;
                user.replace("=2C", ",").replace("=3D", "=")
            }
        };
        let mut pairs = rest.split('\x01').map(|pair| pair.split_once('='));
        let mut token = None;
        pairs.try_for_each(|pair| {
            let (name, value) = pair?;
            match name {
                "auth" => token = Some(value.strip_prefix("Bearer ")?.to_owned()),
                "host" | "port" if self.form == Form::Standard => {}
                _ => return None,
            }
            Some(())
        })?;
        Some((user, token?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        let said = format!(
            "n,a=user@example.com,\x01host=server.example.com\x01port=587\x01auth=Bearer {token}\x01\x01"
        );
        let login =
            |password: &str| Login { user: "user@example.com".to_owned(), password: password.to_owned() };
        let heard = Bearer::start(Form::Standard).hear(&said, Some(&login(token)));
        assert_eq!(heard, Step::Admitted("user@example.com".to_owned()));
        let Step::Wait(Exchange::Bearer(refused)) =
            Bearer::start(Form::Standard).hear(&said, Some(&login("other")))
        else {
            panic!("not refused")
        };
        assert_eq!(refused.hear("\x01", None), Step::Refused);
    }
}
