//! A real server as the tests see it: doors, a login, and where its mails arrive.

use std::path::Path;
use std::process::Command;

use harness::{Postfix, Provider, run};
use smtp::Mechanism;

use crate::site::Running;

/// Who logs in.
pub(crate) const USER: &str = "alert";
/// With a space and letters beyond ASCII, which are no reason to quote, cut or encode it.
pub(crate) const PASSWORD: &str = "öpen 鍵 sesame";
/// The only mailbox; every other one is refused.
pub(crate) const MAILBOX: &str = "oncall";

/// A server at work.
#[derive(Debug)]
pub(crate) struct Real {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// Who logs in; some want a domain.
    pub(crate) user: &'static str,
    /// Where one can come in.
    pub(crate) doors: Vec<Door>,
    /// It.
    pub(crate) running: Running,
    /// The server behind it to which it gives its mails, if it keeps none.
    pub(crate) behind: Option<Postfix>,
}

/// A port of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) tls: Tls,
    pub(crate) port: u16,
}

/// What a session begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    Starttls,
    Implicit,
    /// No TLS at all, and no login needed: the loopback interface is trusted.
    Clear,
}

/// How a session proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// Not at all.
    None,
    /// As the program chooses.
    Auto,
    /// By this mechanism alone, in the name that the server offers.
    By(String),
}

impl Real {
    /// The mails that it has delivered so far.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        self.behind.as_ref().map_or_else(|| self.running.mails(), |postfix| postfix.mails(MAILBOX))
    }

    /// The code with which it refuses a mailbox that it does not have.
    pub(crate) fn refusal(&self) -> u16 {
        if self.name == "OpenSMTPD" { 524 } else { 550 }
    }

    /// What it said, and what the one behind it said.
    pub(crate) fn log(&self) -> String {
        self.running.log() + &self.behind.as_ref().map_or(String::new(), Postfix::log)
    }
}

impl Door {
    pub(crate) fn starttls(port: u16) -> Self {
        Self { tls: Tls::Starttls, port }
    }

    pub(crate) fn implicit(port: u16) -> Self {
        Self { tls: Tls::Implicit, port }
    }

    pub(crate) fn clear(port: u16) -> Self {
        Self { tls: Tls::Clear, port }
    }

    /// The lines of its reply to EHLO, asked for by a client that is not ours.
    #[track_caller]
    pub(crate) fn offer(self) -> Vec<String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/servers/ehlo.py");
        let tls = match self.tls {
            Tls::Starttls => "starttls",
            Tls::Implicit => "implicit",
            Tls::Clear => "none",
        };
        let mut python = Command::new("python3");
        let said = run(python.arg(script).arg(self.port.to_string()).arg(tls), b"").expect_success();
        said.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Every way to log in here that the server offers and the program knows.
    pub(crate) fn logins(self, offer: &[String]) -> Vec<Login> {
        let auth = offer.iter().find(|line| line.to_ascii_uppercase().starts_with("AUTH "));
        let words = auth.into_iter().flat_map(|line| line.split_whitespace().skip(1));
        // Tokens are no passwords: those mechanisms have tests of their own.
        let takes_password = |word: &&str| !word.to_ascii_uppercase().contains("OAUTH");
        let known = words.filter(takes_password).filter_map(|word| Some((word, word.parse().ok()?)));
        let usable = known
            .filter(|(_, known): &(&str, Mechanism)| self.tls != Tls::Clear || known.hides_the_password());
        let mut logins: Vec<Login> = usable.map(|(word, _)| Login::By(word.to_owned())).collect();
        logins.push(if self.tls == Tls::Clear { Login::None } else { Login::Auto });
        logins
    }

    /// The provider that a configuration has to name for this door.
    pub(crate) fn provider(self, user: &str, password: &str, login: &Login) -> Provider {
        let provider = match self.tls {
            Tls::Starttls => Provider::starttls("real", self.port),
            Tls::Implicit => Provider::implicit("real", self.port),
            Tls::Clear => Provider::clear("real", self.port),
        };
        match login {
            Login::None => provider,
            Login::Auto => provider.login(user, password),
            Login::By(mechanism) => provider.login(user, password).mechanisms(&[mechanism]),
        }
    }
}
