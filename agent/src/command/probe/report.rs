//! What a probe found, for people and for machines.

use std::fmt::Write as _;
use std::time::Duration;

use smtp::Phase;

use super::certificate::Certificate;
use super::words::{self, Name};
use crate::command::visit;
use crate::notice::{self, Tongue};
use crate::output::terminal::{Colour, Look, columns, printable};
use crate::submit::Way;

/// Columns of the names in front of what is shown.
const NAME_COLUMNS: usize = 13;

/// The connection that was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Connected {
    /// IP address, of the server or its proxy; null if a program has made the connection.
    pub(super) address: Option<String>,
    /// TCP port of the server.
    pub(super) port: u16,
    /// `starttls`, `implicit` or `none`.
    pub(super) tls: &'static str,
    /// Milliseconds for name and connection.
    pub(super) took_ms: u64,
}

impl Connected {
    pub(super) fn of(way: &Way) -> Self {
        let Way { address, endpoint, took } = *way;
        let address = address.map(|address| address.ip().to_string());
        Self { address, port: endpoint.port, tls: visit::kind(endpoint.security), took_ms: ms(took) }
    }
}

pub(super) fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How the connection is protected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Tls {
    /// `TLS 1.3`.
    pub(super) version: &'static str,
    /// The cipher suite.
    pub(super) cipher: String,
    /// Milliseconds for the handshake.
    pub(super) took_ms: u64,
    /// Whether the certificate was accepted; if not, it was only looked at.
    pub(super) accepted: bool,
}

/// How far the login was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Login {
    /// Nobody asked for one.
    NotTried,
    /// The server let us in.
    Accepted,
    /// It did not, or it did not come to that.
    Failed,
    /// The configuration says that there is none.
    NotNeeded,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Fault {
    /// In which phase.
    pub(super) phase: &'static str,
    /// What.
    pub(super) text: String,
}

/// Everything about one way in to a provider. What is empty or null was not come by.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Report {
    /// Its name, or HOST:PORT.
    pub(super) provider: String,
    /// Host name or address.
    pub(super) host: String,
    /// The way in that was tried: `587 (starttls)`.
    pub(super) endpoint: String,
    #[serde(skip)]
    pub(super) is_one_of_several: bool,
    /// Whether it can be used as it is configured, by this way.
    pub(super) usable: bool,
    /// The exit code that says so.
    pub(super) exit_code: u8,
    /// Its addresses.
    pub(super) addresses: Vec<String>,
    /// The connection.
    pub(super) connected: Option<Connected>,
    /// The server's first words.
    pub(super) greeting: Option<String>,
    /// What it offers before TLS.
    pub(super) before_tls: Vec<String>,
    /// TLS.
    pub(super) tls: Option<Tls>,
    /// The certificates that it shows, its own first.
    pub(super) certificates: Vec<Certificate>,
    /// What it offers in the end.
    pub(super) offered: Vec<String>,
    /// The mechanisms among them.
    pub(super) mechanisms: Vec<String>,
    /// The mechanism that would be used, or was.
    pub(super) mechanism: Option<String>,
    /// The largest message in octets.
    pub(super) size: Option<u64>,
    /// The login.
    pub(super) login: Login,
    /// What went wrong.
    pub(super) failure: Option<Fault>,
    /// What it comes to, one sentence each; what does not work first, and what to do about it behind it.
    pub(super) verdict: Vec<String>,
    /// Milliseconds for everything.
    pub(super) took_ms: u64,
}

impl Report {
    /// For people.
    pub(super) fn text(&self, look: Look) -> String {
        let mut text = String::new();
        let tongue = look.tongue;
        let colour = if self.usable { Colour::Plain } else { Colour::Red };
        let way = self.is_one_of_several.then_some(self.endpoint.as_str());
        let title = words::title(tongue, &printable(&self.provider), way, self.usable);
        let _ = writeln!(text, "{}", look.paint(&title, colour));
        let mut line = |name: Name, what: &str| {
            let name = words::name(tongue, name);
            let gap = " ".repeat(NAME_COLUMNS.saturating_sub(columns(name)));
            let _ = writeln!(text, "  {name}{gap}{}", printable(what));
        };
        // Where a proxy or a program makes the connection, nobody here knows them.
        if !self.addresses.is_empty() || self.connected.is_none() {
            line(Name::Addresses, &in_one_line(tongue, &self.addresses));
        }
        if let Some(Connected { address, port, tls, took_ms }) = &self.connected {
            line(Name::Connected, &words::connected(tongue, address.as_deref(), *port, *took_ms, tls));
        }
        if let Some(greeting) = &self.greeting {
            line(Name::Greeting, greeting);
        }
        if self.connected.as_ref().is_some_and(|it| it.tls == "starttls") && !self.before_tls.is_empty() {
            line(Name::BeforeTls, &self.before_tls.join(", "));
        }
        if let Some(Tls { version, cipher, took_ms, accepted }) = &self.tls {
            line(Name::Tls, &words::tls(tongue, version, cipher, *took_ms, *accepted));
        }
        for (number, certificate) in self.certificates.iter().enumerate() {
            certificate_lines(tongue, certificate, number, &mut line);
        }
        if self.was_told() {
            let is_in_tls = self.tls.as_ref().is_some_and(|tls| tls.accepted);
            line(if is_in_tls { Name::InTls } else { Name::Offers }, &self.offered.join(", "));
            line(Name::Mechanisms, &self.mechanisms_in_words(tongue));
            line(Name::Size, &words::size(tongue, self.size.map(|size| (size, to_mib(size)))));
        }
        for (number, sentence) in self.verdict.iter().enumerate() {
            let name = if number == 0 { Name::Verdict } else { Name::Same };
            line(name, &notice::why(tongue, sentence));
        }
        text
    }

    /// Whether it came to an answer to EHLO in the channel that counts.
    fn was_told(&self) -> bool {
        let wants_tls = self.connected.as_ref().is_some_and(|it| it.tls != "none");
        let has_tls = self.tls.as_ref().is_some_and(|tls| tls.accepted);
        !self.offered.is_empty() && (has_tls || !wants_tls)
    }

    fn mechanisms_in_words(&self, tongue: Tongue) -> String {
        let offered = in_one_line(tongue, &self.mechanisms);
        match (&self.mechanism, self.login) {
            (Some(mechanism), Login::NotTried) => words::mechanism(tongue, &offered, mechanism, false),
            (Some(mechanism), Login::Accepted | Login::Failed) => {
                words::mechanism(tongue, &offered, mechanism, true)
            }
            (_, _) => offered,
        }
    }
}

fn in_one_line(tongue: Tongue, list: &[String]) -> String {
    if list.is_empty() { words::none(tongue) } else { list.join(", ") }
}

fn certificate_lines(
    tongue: Tongue,
    certificate: &Certificate,
    number: usize,
    line: &mut impl FnMut(Name, &str),
) {
    let Certificate { subject, issuer, names, not_after, days_left, pin_sha256, .. } = certificate;
    line(if number == 0 { Name::Certificate } else { Name::AboveIt }, subject);
    if !certificate.is_self_signed() {
        line(Name::Same, &words::signed_by(tongue, issuer));
    }
    if !names.is_empty() {
        line(Name::Same, &words::is_for(tongue, &names.join(", ")));
    }
    line(Name::Same, &words::until(tongue, &not_after.day(), *days_left));
    line(Name::Same, &format!("pin_sha256 = \"{pin_sha256}\""));
}

#[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
fn to_mib(octets: u64) -> f64 {
    octets as f64 / f64::from(1 << 20)
}

impl Fault {
    pub(super) fn new(phase: Phase, text: impl Into<String>) -> Self {
        Self { phase: phase.as_str(), text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::pages::in_both;
    use spool_format::Wall;

    #[test]
    fn what_is_said_of_a_provider_is_what_is_kept() {
        let at = |text| Wall::parse(text).expect("a time");
        let report = Report {
            provider: "home".to_owned(),
            host: "mail.example.jp".to_owned(),
            endpoint: "587 (starttls)".to_owned(),
            is_one_of_several: true,
            usable: false,
            exit_code: 77,
            addresses: vec!["192.0.2.1".to_owned()],
            connected: Some(Connected {
                address: Some("192.0.2.1".to_owned()),
                port: 587,
                tls: "starttls",
                took_ms: 3,
            }),
            greeting: Some("mail.example.jp ESMTP".to_owned()),
            before_tls: vec!["STARTTLS".to_owned()],
            tls: Some(Tls { version: "TLS 1.3", cipher: "AES".to_owned(), took_ms: 5, accepted: true }),
            certificates: vec![Certificate {
                subject: "CN=mail.example.jp".to_owned(),
                issuer: "CN=an authority".to_owned(),
                names: vec!["mail.example.jp".to_owned()],
                not_before: at("2026-11-01T00:00:00Z"),
                not_after: at("2026-12-01T00:00:00Z"),
                days_left: 6,
                pin_sha256: "ab".to_owned(),
            }],
            offered: vec!["SIZE 1048576".to_owned()],
            mechanisms: vec!["PLAIN".to_owned()],
            mechanism: Some("plain".to_owned()),
            size: Some(1 << 20),
            login: Login::Failed,
            failure: None,
            verdict: vec![
                "at auth: the server answered `535 5.7.8 bad credentials`".to_owned(),
                "check user and password; some providers want one made for programs, or mail from programs switched on first"
                    .to_owned(),
                "its certificate ends in 6 days: see that it is renewed".to_owned(),
            ],
            took_ms: 9,
        };
        in_both("probe", |tongue| report.text(Look { columns: 100, colour: false, tongue }));
    }
}
