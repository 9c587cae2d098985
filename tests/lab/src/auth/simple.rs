//! PLAIN, LOGIN and CRAM-MD5 (RFC 4616, RFC 2195): one or two lines, and nothing to prove for the server.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

use super::{Exchange, Login, Step, hex};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Simple {
    Plain,
    LoginUser,
    LoginPassword { user: String },
    CramMd5 { challenge: String },
}

impl Simple {
    pub(super) fn takes_initial_response(&self) -> bool {
        match self {
            Self::Plain | Self::LoginUser => true,
            Self::LoginPassword { .. } | Self::CramMd5 { .. } => false,
        }
    }

    pub(super) fn prompt(&self) -> String {
        match self {
            Self::Plain => String::new(),
            Self::LoginUser => "Username:".to_owned(),
            Self::LoginPassword { .. } => "Password:".to_owned(),
            Self::CramMd5 { challenge } => challenge.clone(),
        }
    }

    pub(super) fn hear(self, text: String, login: Option<&Login>) -> Step {
        match self {
            Self::Plain => plain(&text, login),
            Self::LoginUser => Step::Wait(Exchange::Simple(Self::LoginPassword { user: text })),
            Self::LoginPassword { user } => judge(&user, login, |login| login.password == text),
            Self::CramMd5 { challenge } => match text.rsplit_once(' ') {
                Some((user, digest)) => {
                    judge(user, login, |login| digest == cram_digest(&login.password, &challenge))
                }
                None => Step::Malformed,
            },
        }
    }
}

/// Reads `authzid NUL authcid NUL password`. An authorisation id other than the user itself is not for the
/// lab.
fn plain(text: &str, login: Option<&Login>) -> Step {
    let parts: Vec<&str> = text.split('\0').collect();
    match parts[..] {
        [act_as, user, password] if act_as.is_empty() || act_as == user => {
            judge(user, login, |login| login.password == password)
        }
        _ => Step::Malformed,
    }
}

fn judge(user: &str, login: Option<&Login>, is_proven: impl Fn(&Login) -> bool) -> Step {
    if login.is_none_or(|login| login.user == user && is_proven(login)) {
        Step::Admitted(user.to_owned())
    } else {
        Step::Refused
    }
}

fn cram_digest(password: &str, challenge: &str) -> String {
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(challenge.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str, password: &str) -> Login {
        Login { user: user.to_owned(), password: password.to_owned() }
    }

    #[test]
    fn cram_md5_agrees_with_the_example_of_its_rfc() {
        let challenge = "<1896.697170952@postoffice.reston.mci.net>".to_owned();
        let answer = "tim b913a602c7eda7a495b4e6e7334d3890".to_owned();
        let heard = Simple::CramMd5 { challenge }.hear(answer, Some(&login("tim", "tanstaaftanstaaf")));
        assert_eq!(heard, Step::Admitted("tim".to_owned()));
    }

    #[test]
    fn plain_takes_the_user_as_its_own_authorisation_id_and_nobody_else() {
        for (name, text, expected) in [
            ("empty", "\0u\0p", Step::Admitted("u".to_owned())),
            ("the same", "u\0u\0p", Step::Admitted("u".to_owned())),
            ("wrong password", "\0u\0q", Step::Refused),
            ("another", "root\0u\0p", Step::Malformed),
            ("too few parts", "u\0p", Step::Malformed),
            ("nothing", "", Step::Malformed),
        ] {
            assert_eq!(Simple::Plain.hear(text.to_owned(), Some(&login("u", "p"))), expected, "{name}");
        }
    }
}
