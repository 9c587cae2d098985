//! A small language for dialogues.
//!
//! ```text
//! S: 220 mx.example.jp        the server says this (lines in a row arrive together)
//! S64: 334 r=…                the same with its last word in base64; all behind the code belongs to that word
//! C64: n,,n=…                 the session must say this in base64; with AUTH and the mechanism in front, if it is so
//! C: EHLO client.example.jp   the session must say this (lines in a row are one flight, in one write)
//! begin a b                   a transaction for a@example.com and b@example.com is handed over
//! quit                        the driver wants to leave
//! grant data | grant dot      the session must ask at this gate, and may go on
//! withdraw data | …dot        the same, but it may not
//! tls | tls fails             the session must want a handshake, which succeeds or fails
//! close | silent              what the driver tells instead of a reply
//! wait dot                    the session must read, in this phase
//! idle                        it must have nothing to do
//! settled delivered, failed rcpt 550        the outcome, recipient by recipient
//! done | done tls tls         it must want the socket closed, without or with this failure
//! ```

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smtp::{
    AuthPolicy, Credentials, Failure, Gate, Path, RecipientOutcome, Secret, Security, Seed, Session,
    Settings, Step, Transaction, Trouble,
};

pub(crate) const USER: &str = "alert@example.jp";
pub(crate) const PASSWORD: &str = "correct horse";

/// No TLS, no login.
pub(crate) fn plain() -> Settings {
    Settings {
        host: "mx.example.jp".to_owned(),
        port: 587,
        helo: "client.example.jp".to_owned(),
        security: Security::None,
        auth: AuthPolicy::None,
        chunking: true,
        recipients_max: smtp::limits::RECIPIENTS_MAX,
        credentials: None,
        seed: Seed::new([0; 32]),
    }
}

/// TLS and login of this kind.
pub(crate) fn login(security: Security) -> Settings {
    let credentials = Credentials::with_password(USER, Secret::new(PASSWORD.to_owned()));
    Settings { security, auth: AuthPolicy::Auto, credentials: Some(Arc::new(credentials)), ..plain() }
}

pub(crate) fn transaction(recipients: &[&str]) -> Transaction {
    Transaction {
        sender: path("alert@example.jp"),
        recipients: recipients.iter().map(|name| path(&format!("{name}@example.com"))).collect(),
        content: Arc::from(&b"Subject: disk full\r\n\r\n.hidden\r\n"[..]),
    }
}

pub(crate) fn path(address: &str) -> Path {
    Path::parse(address).expect("the tests use addresses that the wire allows")
}

/// The lines that the message of [`transaction`] has on the wire.
pub(crate) const CONTENT: &str = "C: Subject: disk full\nC:\nC: ..hidden\nC: .\n";

/// Plays the script in both ways; returns the session of the second.
pub(crate) fn play(settings: &Settings, script: &str) -> Session {
    let script: String = script.lines().map(|line| encoded(line.trim()) + "\n").collect();
    run(settings, &script, usize::MAX);
    run(settings, &script, 1)
}

/// The line with its part in base64, if it has one.
fn encoded(line: &str) -> String {
    if let Some(challenge) = line.strip_prefix("S64: 334") {
        return format!("S: 334 {}", STANDARD.encode(challenge.strip_prefix(' ').unwrap_or(challenge)));
    }
    match line.strip_prefix("C64: ").map(|said| (said, said.splitn(3, ' ').collect::<Vec<_>>())) {
        None => line.to_owned(),
        Some((_, words)) if words[0] == "AUTH" => {
            format!("C: AUTH {} {}", words[1], STANDARD.encode(words[2]))
        }
        Some((said, _)) => format!("C: {}", STANDARD.encode(said)),
    }
}

fn run(settings: &Settings, script: &str, piece: usize) -> Session {
    let mut session = Session::new(settings.clone());
    let mut lines = script.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let mut played = String::new();
    while let Some(line) = lines.next() {
        played.push_str(line);
        played.push('\n');
        let speaker = line.get(..2).filter(|speaker| ["S:", "C:"].contains(speaker));
        let Some(speaker) = speaker else {
            act(&mut session, line, &played);
            continue;
        };
        let mut text = said(line);
        while let Some(more) = lines.next_if(|next| next.starts_with(speaker)) {
            played.push_str(more);
            played.push('\n');
            text.push_str(&said(more));
        }
        if speaker == "S:" {
            text.as_bytes().chunks(piece).for_each(|octets| session.received(octets));
        } else {
            assert_eq!(session.next(), Step::Send, "{}", told(&session, &played));
            let output = String::from_utf8_lossy(session.output()).into_owned();
            assert_eq!(output, text, "{}", told(&session, &played));
            session.sent();
        }
    }
    session
}

fn said(line: &str) -> String {
    format!("{}\r\n", line[2..].strip_prefix(' ').unwrap_or(&line[2..]))
}

fn act(session: &mut Session, line: &str, played: &str) {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let gate = if rest == "data" { Gate::Data } else { Gate::FinalDot };
    let expected = match verb {
        "begin" => return session.begin(transaction(&rest.split(' ').collect::<Vec<_>>())),
        "quit" => return session.quit(),
        "close" => return session.closed("reset by peer"),
        "silent" => return session.silence(30),
        "grant" | "withdraw" => format!("{:?}", Step::Ask(gate)),
        "tls" => format!("{:?}", Step::StartTls),
        "wait" => format!("Receive {rest}"),
        "idle" | "settled" | "done" => line.to_owned(),
        unknown => panic!("no such verb: {unknown}"),
    };
    let step = match session.next() {
        Step::Receive(phase) => format!("Receive {phase}"),
        Step::Idle => "idle".to_owned(),
        Step::Settled(outcome) => {
            format!("settled {}", outcome.recipients.iter().map(recipient).collect::<Vec<_>>().join(", "))
        }
        Step::Done(None) => "done".to_owned(),
        Step::Done(Some(why)) => format!("done {}", failure(&why)),
        other @ (Step::Send | Step::StartTls | Step::Ask(_)) => format!("{other:?}"),
    };
    assert_eq!(step, expected, "{}", told(session, played));
    match (verb, rest) {
        ("grant", _) => session.granted(),
        ("withdraw", _) => session.withdrawn(),
        ("tls", "") => session.tls_ready(),
        ("tls", _) => session.tls_failed("certificate expired"),
        _ => {}
    }
}

fn told(session: &Session, played: &str) -> String {
    format!("\nscript up to here:\n{played}\ntranscript:\n{}", session.transcript())
}

fn recipient(outcome: &RecipientOutcome) -> String {
    match outcome {
        RecipientOutcome::Delivered(_) => "delivered".to_owned(),
        RecipientOutcome::Taken { text, .. } => format!("taken {text}"),
        RecipientOutcome::Failed(why) => format!("failed {}", failure(why)),
        RecipientOutcome::Uncertain(why) => format!("uncertain {}", failure(why)),
    }
}

fn failure(failure: &Failure) -> String {
    let trouble = match &failure.trouble {
        Trouble::Reply(reply) => reply.code.to_string(),
        Trouble::Unreachable(_) => "unreachable".to_owned(),
        Trouble::NoNetwork(_) => "no network".to_owned(),
        Trouble::Closed(_) => "closed".to_owned(),
        Trouble::Silent { .. } => "silent".to_owned(),
        Trouble::Protocol(_) => "protocol".to_owned(),
        Trouble::Tls(_) => "tls".to_owned(),
        Trouble::NoCommonMechanism { offered } => format!("no mechanism in [{}]", offered.join(" ")),
        Trouble::PasswordNeedsTls => "password needs tls".to_owned(),
        Trouble::MechanismUnusable { mechanism, .. } => format!("{mechanism} unusable"),
        Trouble::ServerUnproven(_) => "server unproven".to_owned(),
        Trouble::TokenRefused(reply) => format!("token refused {}", reply.code),
        Trouble::StartTlsMissing => "starttls missing".to_owned(),
        Trouble::Withdrawn => "withdrawn".to_owned(),
        Trouble::TooLarge { limit } => format!("larger than {limit}"),
        Trouble::EightBitMissing => "needs 8bitmime".to_owned(),
        Trouble::Settings(_) => "settings".to_owned(),
        Trouble::Exit { .. } | Trouble::Local(_) | Trouble::Unaddressable(_) => "no session".to_owned(),
    };
    format!("{} {trouble}", failure.phase)
}
