//! What a probe found, for people and for machines.

use std::fmt::Write as _;
use std::time::Duration;

use smtp::Phase;

use super::certificate::Certificate;
use crate::command::visit;
use crate::output::terminal::{Colour, Look, printable};
use crate::submit::Way;

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
        let (word, colour) =
            if self.usable { ("usable", Colour::Plain) } else { ("not usable", Colour::Red) };
        let way = if self.is_one_of_several { format!(", port {}", self.endpoint) } else { String::new() };
        let title = format!("{}{way}: {word}", printable(&self.provider));
        let _ = writeln!(text, "{}", look.paint(&title, colour));
        let mut line = |name: &str, what: &str| {
            let what = printable(what);
            let _ = writeln!(text, "  {name:<13}{what}");
        };
        // Where a proxy or a program makes the connection, nobody here knows them.
        if !self.addresses.is_empty() || self.connected.is_none() {
            line("addresses", &Self::in_one_line(&self.addresses));
        }
        if let Some(Connected { address, port, tls, took_ms }) = &self.connected {
            let by = address.as_deref().unwrap_or("by its program,");
            line("connected", &format!("{by} port {port} in {took_ms} ms, tls = \"{tls}\""));
        }
        if let Some(greeting) = &self.greeting {
            line("greeting", greeting);
        }
        if self.connected.as_ref().is_some_and(|it| it.tls == "starttls") && !self.before_tls.is_empty() {
            line("before TLS", &self.before_tls.join(", "));
        }
        if let Some(Tls { version, cipher, took_ms, accepted }) = &self.tls {
            let but = if *accepted { "" } else { ", only to look at the certificate" };
            line("TLS", &format!("{version}, {cipher}, in {took_ms} ms{but}"));
        }
        for (number, certificate) in self.certificates.iter().enumerate() {
            certificate_lines(certificate, number, &mut line);
        }
        if self.was_told() {
            let where_ = if self.tls.as_ref().is_some_and(|tls| tls.accepted) { "in TLS" } else { "offers" };
            line(where_, &self.offered.join(", "));
        }
        if self.was_told() {
            line("mechanisms", &self.mechanisms_in_words());
            line(
                "size",
                &self.size.map_or_else(
                    || "no limit is named".to_owned(),
                    |size| format!("{size} octets ({:.1} MiB)", to_mib(size)),
                ),
            );
        }
        for (number, sentence) in self.verdict.iter().enumerate() {
            line(if number == 0 { "verdict" } else { "" }, sentence);
        }
        text
    }

    /// Whether it came to an answer to EHLO in the channel that counts.
    fn was_told(&self) -> bool {
        let wants_tls = self.connected.as_ref().is_some_and(|it| it.tls != "none");
        let has_tls = self.tls.as_ref().is_some_and(|tls| tls.accepted);
        !self.offered.is_empty() && (has_tls || !wants_tls)
    }

    fn mechanisms_in_words(&self) -> String {
        let offered = Self::in_one_line(&self.mechanisms);
        match (&self.mechanism, self.login) {
            (Some(mechanism), Login::NotTried) => format!("{offered}; {mechanism} would be used"),
            (Some(mechanism), Login::Accepted | Login::Failed) => format!("{offered}; {mechanism} was used"),
            (_, _) => offered,
        }
    }

    fn in_one_line(list: &[String]) -> String {
        if list.is_empty() { "none".to_owned() } else { list.join(", ") }
    }
}

fn certificate_lines(certificate: &Certificate, number: usize, line: &mut impl FnMut(&str, &str)) {
    let Certificate { subject, issuer, names, not_after, days_left, pin_sha256, .. } = certificate;
    line(if number == 0 { "certificate" } else { "above it" }, subject);
    if !certificate.is_self_signed() {
        line("", &format!("signed by {issuer}"));
    }
    if !names.is_empty() {
        line("", &format!("for {}", names.join(", ")));
    }
    let left = match days_left {
        ..0 => format!("ended {} days ago", -days_left),
        0 => "ends today".to_owned(),
        1.. => format!("{days_left} days left"),
    };
    line("", &format!("until {}, {left}", not_after.day()));
    line("", &format!("pin_sha256 = \"{pin_sha256}\""));
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
