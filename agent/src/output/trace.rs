//! A dialogue with a provider, line by line as it happens, on stderr.
//!
//! `NAME>:` is ours, `NAME<:` the server's, `NAME -:` what happened otherwise; `tls` stands behind the name once everything
//! goes through TLS. In front: the time since the beginning, and the phase. Credentials never come here, since the
//! session's transcript has none; what a message or a server says of them, where they are known, is taken out.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use smtp::{Phase, Secret, Security, Speaker, Spoken};

use super::terminal::{Colour, Look, printable};
use crate::edge::clock;
use crate::notice;
use crate::submit::{Audience, Onlooker, Sight};

/// How much of it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// Commands and replies.
    Dialogue,
    /// The message as well.
    Full,
}

/// Passwords and tokens that must not be shown, also those that become known on the way.
#[derive(Clone, Debug, Default)]
pub struct Unsaid(Arc<Mutex<Vec<Secret>>>);

impl Unsaid {
    /// One more.
    pub fn add(&self, secret: &Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(secret.clone());
    }

    fn masked_in(&self, text: &str) -> String {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_owned(), |text, secret| secret.masked_in(&text))
    }
}

/// Writes the trace of one connection.
#[derive(Debug)]
pub struct Trace {
    provider: String,
    begun: Instant,
    look: Look,
    /// The message, if it is to be shown.
    content: Option<Arc<[u8]>>,
    unsaid: Unsaid,
}

impl Trace {
    /// Begins now. With the content of a message it shows that, too.
    pub fn new(provider: &str, content: Option<Arc<[u8]>>, unsaid: Unsaid) -> Self {
        let provider = printable(provider);
        Self { provider, begun: clock::monotonic(), look: Look::of_stderr(), content, unsaid }
    }

    /// What is written for a sight, after so much time. Ends with a line end unless there is nothing to say.
    fn lines(&self, sight: &Sight<'_>, since: Duration) -> String {
        let (phase, mark, tls, text) = match sight {
            Sight::Connected { address, endpoint, .. } => {
                let tongue = self.look.tongue;
                let kind = match endpoint.security {
                    Security::None => tongue.either("without TLS", "TLSなし"),
                    Security::StartTls => "STARTTLS",
                    Security::Implicit => "TLS",
                };
                let text = if let Some(address) = address {
                    let (ip, port) = (address.ip(), address.port());
                    tongue.either(
                        format!("connected to {ip} port {port}, {kind}"),
                        format!("{ip} ポート {port} に接続しました（{kind}）"),
                    )
                } else {
                    let port = endpoint.port;
                    tongue.either(
                        format!("its program was started, for port {port}, {kind}"),
                        format!("ポート {port} のためのプログラムを起動しました（{kind}）"),
                    )
                };
                (Phase::Connect, Mark::Event, false, text)
            }
            Sight::Secured(protection) => {
                (Phase::Tls, Mark::Event, true, format!("{}, {}", protection.version, protection.cipher))
            }
            // The handshake was told already, with version and cipher.
            Sight::Said(Spoken { speaker: Speaker::Event, phase: Phase::Tls, tls: true, .. }) => {
                return String::new();
            }
            Sight::Said(said) => {
                let mark = match said.speaker {
                    Speaker::Client | Speaker::Message => Mark::Ours,
                    Speaker::Server if said.text.starts_with(['4', '5']) => Mark::Refusal,
                    Speaker::Server => Mark::Theirs,
                    Speaker::Event => Mark::Trouble,
                };
                let text = match said.speaker {
                    Speaker::Event => notice::why(self.look.tongue, &said.text),
                    Speaker::Client | Speaker::Server | Speaker::Message => said.text.clone(),
                };
                let line = self.line(said.phase, mark, said.tls, &text, since);
                let message = if said.speaker == Speaker::Message { self.message() } else { String::new() };
                return line + &message;
            }
            Sight::Failed(failure) => {
                let why = notice::why(self.look.tongue, &failure.trouble.to_string());
                (failure.phase, Mark::Trouble, false, why)
            }
        };
        self.line(phase, mark, tls, &text, since)
    }

    fn line(&self, phase: Phase, mark: Mark, tls: bool, text: &str, since: Duration) -> String {
        let (sign, colour) = match mark {
            Mark::Ours => (">", Colour::Cyan),
            Mark::Theirs => ("<", Colour::Plain),
            Mark::Refusal => ("<", Colour::Red),
            Mark::Event => ("-", Colour::Dim),
            Mark::Trouble => ("-", Colour::Red),
        };
        let blank = if tls || sign == "-" { " " } else { "" };
        let name = format!("{}{blank}{}{sign}:", self.provider, if tls { "tls" } else { "" });
        let front =
            self.look.paint(&format!("{:>6} ms  {:<8}  ", since.as_millis(), phase.as_str()), Colour::Dim);
        let text = printable(&self.unsaid.masked_in(text));
        format!("{front}{}\n", self.look.paint(&format!("{name} {text}"), colour))
    }

    /// The message, indented to stand out.
    fn message(&self) -> String {
        let Some(octets) = &self.content else { return String::new() };
        self.unsaid.masked_in(&String::from_utf8_lossy(octets)).lines().fold(
            String::new(),
            |mut shown, line| {
                let _ = writeln!(shown, "    | {}", printable(line));
                shown
            },
        )
    }
}

/// Whose line it is, and how it looks.
#[derive(Clone, Copy)]
enum Mark {
    Ours,
    Theirs,
    Refusal,
    Event,
    Trouble,
}

impl Onlooker for Trace {
    fn sees(&self, sight: &Sight<'_>) {
        let lines = self.lines(sight, self.begun.elapsed());
        // Nobody minds if the reader has gone.
        let _ = io::stderr().lock().write_all(lines.as_bytes());
    }
}

/// Traces every connection of the agent.
#[derive(Debug)]
struct All;

impl Audience for All {
    fn admit(&self, provider: &str) -> Arc<dyn Onlooker> {
        Arc::new(Trace::new(provider, None, Unsaid::default()))
    }
}

/// Who looks on at the agent's connections.
pub fn audience() -> Arc<dyn Audience> {
    Arc::new(All)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::{Endpoint, Protection};
    use smtp::{Failure, Secret, Trouble};

    fn trace(colour: bool) -> Trace {
        Trace {
            look: Look { columns: 100, colour, tongue: notice::Tongue::English },
            ..Trace::new("home", None, Unsaid::default())
        }
    }

    fn said(speaker: Speaker, phase: Phase, tls: bool, text: &str) -> Spoken {
        Spoken { speaker, phase, tls, text: text.to_owned() }
    }

    #[test]
    fn a_dialogue_reads_from_the_left_when_where_who_and_what() {
        let trace = trace(false);
        let endpoint = Endpoint { port: 587, security: Security::StartTls };
        let connected = Sight::Connected {
            address: Some(([127, 0, 0, 1], 587).into()),
            endpoint,
            took: Duration::from_millis(1),
        };
        let protection = Protection {
            version: "TLS 1.3",
            cipher: "TLS_AES_256_GCM_SHA384".into(),
            chain: Vec::new(),
            took: Duration::from_millis(3),
        };
        let failure = Failure::new(Phase::Tls, Trouble::Tls("the server's certificate has expired".into()));
        let lines = [
            said(Speaker::Server, Phase::Greeting, false, "220 mail.example.jp ESMTP"),
            said(Speaker::Client, Phase::StartTls, false, "STARTTLS"),
            said(Speaker::Event, Phase::Tls, true, "TLS is on"),
            said(Speaker::Client, Phase::Auth, true, "AUTH PLAIN (secret)"),
            said(Speaker::Server, Phase::Auth, true, "535 5.7.8 \u{1b}[2Jno"),
            said(Speaker::Message, Phase::Dot, true, "(message, 400 octets)"),
        ];
        let sights = [connected].into_iter().chain(lines.iter().map(Sight::Said));
        let sights = sights.chain([Sight::Secured(&protection), Sight::Failed(&failure)]);
        let shown: String = sights.map(|sight| trace.lines(&sight, Duration::from_millis(1234))).collect();
        assert_eq!(
            shown,
            "  1234 ms  connect   home -: connected to 127.0.0.1 port 587, STARTTLS\n\
             \x20 1234 ms  greeting  home<: 220 mail.example.jp ESMTP\n\
             \x20 1234 ms  starttls  home>: STARTTLS\n\
             \x20 1234 ms  auth      home tls>: AUTH PLAIN (secret)\n\
             \x20 1234 ms  auth      home tls<: 535 5.7.8 \u{fffd}[2Jno\n\
             \x20 1234 ms  dot       home tls>: (message, 400 octets)\n\
             \x20 1234 ms  tls       home tls-: TLS 1.3, TLS_AES_256_GCM_SHA384\n\
             \x20 1234 ms  tls       home -: no TLS with this server: the server's certificate has expired\n"
        );
    }

    #[test]
    fn a_whole_message_is_shown_without_the_password_and_cannot_steer_the_terminal() {
        let content = Some(Arc::from(&b"Subject: x\r\n\r\nopen sesame \x1b[2J\r\n"[..]));
        let trace = Trace { content, ..trace(false) };
        trace.unsaid.add(&Secret::new("open sesame".to_owned()));
        let line = said(Speaker::Message, Phase::Dot, true, "(message)");
        let shown = trace.lines(&Sight::Said(&line), Duration::ZERO);
        assert!(
            shown.ends_with("(message)\n    | Subject: x\n    | \n    | (secret) \u{fffd}[2J\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_server_that_speaks_of_a_secret_after_the_login_is_not_quoted() {
        let trace = trace(false);
        trace.unsaid.add(&Secret::new("ya29.token".to_owned()));
        let line = said(Speaker::Server, Phase::Mail, true, "550 not with ya29.token");
        let shown = trace.lines(&Sight::Said(&line), Duration::ZERO);
        assert!(shown.ends_with("home tls<: 550 not with (secret)\n"), "{shown}");
    }

    #[test]
    fn a_refusal_is_red_where_colour_is_welcome() {
        let line = said(Speaker::Server, Phase::Mail, true, "553 no");
        let shown = trace(true).lines(&Sight::Said(&line), Duration::ZERO);
        assert!(shown.contains("\u{1b}[31mhome tls<: 553 no\u{1b}[0m"), "{shown:?}");
    }
}
