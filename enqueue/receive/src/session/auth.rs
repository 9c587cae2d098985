//! Logins that prove nothing (RFC 4954): some appliances send no mail without one.
//!
//! What a client says of itself and its password is forgotten as it is read.

use super::{Login, Session};

/// The prompts of LOGIN, in base64: `Username:` and `Password:`.
const USER: &str = "334 VXNlcm5hbWU6";
const PASSWORD: &str = "334 UGFzc3dvcmQ6";

/// The line of the reply to EHLO, with its end.
pub(super) const fn offer(login: Login) -> &'static str {
    match login {
        Login::None => "",
        Login::Any => "250-AUTH PLAIN LOGIN\r\n",
    }
}

impl Session {
    pub(super) fn begin_login(&mut self, mechanism: &str, is_begun: bool) {
        if self.settings.login == Login::None {
            return self.refuse("502 5.5.1 nobody logs in here");
        }
        if self.client.is_none() || self.sender.is_some() || self.has_logged_in {
            return self.refuse("503 5.5.1 log in once, after EHLO and before MAIL");
        }
        match (mechanism, is_begun) {
            ("PLAIN", true) => self.log_in(),
            ("PLAIN", false) => self.ask("334 ", 1),
            ("LOGIN", true) => self.ask(PASSWORD, 1),
            ("LOGIN", false) => self.ask(USER, 2),
            _ => self.refuse("504 5.5.4 log in by PLAIN or LOGIN"),
        }
    }

    pub(super) fn go_on_with_login(&mut self, line: &[u8]) {
        self.answers -= 1;
        if line == b"*" {
            self.answers = 0;
            self.refuse("501 5.7.0 as you like");
        } else if self.answers > 0 {
            self.say(PASSWORD);
        } else {
            self.log_in();
        }
    }

    fn ask(&mut self, prompt: &str, answers: u8) {
        self.answers = answers;
        self.say(prompt);
    }

    fn log_in(&mut self) {
        self.has_logged_in = true;
        self.say("235 2.7.0 whoever you are");
    }
}
