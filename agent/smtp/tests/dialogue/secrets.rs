//! No secret where people look, none outside TLS, and no panic whatever a server does.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::script::{PASSWORD, USER, login, plain, play, transaction};
use smtp::{Credentials, Secret, Security, Session, Settings, Step};

/// Every form in which the password travels.
fn secrets() -> [String; 3] {
    [PASSWORD.to_owned(), STANDARD.encode(PASSWORD), STANDARD.encode(format!("\0{USER}\0{PASSWORD}"))]
}

fn assert_clean(place: &str, text: &str) {
    for secret in secrets() {
        assert!(!text.contains(&secret), "{place} shows the secret: {text}");
    }
}

#[test]
fn no_secret_is_in_the_transcript_or_in_debug_output() {
    let hello = "begin a\nS: 220 x\nC: EHLO client.example.jp\nS: 250-x\n";
    let [_, password, message] = secrets();
    let settings = login(Security::Implicit);
    for script in [
        format!("{hello}S: 250 AUTH PLAIN\nC: AUTH PLAIN {message}\nS: 235 ok\n"),
        format!(
            "{hello}S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334\nC: {}\nS: 334\nC: {password}\nS: 235 ok\n",
            STANDARD.encode(USER)
        ),
    ] {
        let session = play(&settings, &script);
        assert!(session.transcript().lines().any(|line| line.text.ends_with("(secret)")));
        assert_clean("transcript", &session.transcript().to_string());
        assert_clean("session", &format!("{session:?}"));
    }
    assert_clean("settings", &format!("{settings:?}"));
    assert_eq!(format!("{:?}", Secret::new(PASSWORD.to_owned())), "Secret(…)");
}

#[test]
fn a_server_that_echoes_the_login_does_not_get_it_into_the_outcome() {
    let [password, _, message] = secrets();
    for echo in [
        format!("S: 500 5.5.2 line too long: AUTH PLAIN {message}"),
        format!("S: 535-no\nS: 535 {password} is wrong"),
        format!("S: {message} what?"),
    ] {
        let script = format!(
            "begin a\nS: 220 x\nC: EHLO client.example.jp\nS: 250-x\nS: 250 AUTH PLAIN\n\
             C: AUTH PLAIN {message}\n{echo}\n"
        );
        let mut session = play(&login(Security::Implicit), &script);
        assert_clean("outcome", &format!("{:?}", session.next()));
        assert_clean("transcript", &session.transcript().to_string());
    }
}

#[test]
fn what_was_sent_or_will_never_be_sent_is_gone() {
    let mut session = Session::new(plain());
    session.received(b"220 x\r\n");
    assert_eq!(session.output(), b"EHLO client.example.jp\r\n");
    session.sent();
    assert!(session.output().is_empty());
    session.quit();
    session.received(b"250 x\r\n");
    assert_eq!(session.output(), b"QUIT\r\n");
    session.closed("");
    assert!(session.output().is_empty());
}

/// What a server or a driver may do at any moment.
#[derive(Debug, Clone)]
enum Act {
    Say(Vec<u8>),
    Close,
    Silence,
    Withdraw,
    TlsFails,
    Quit,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let offers = "250-x\r\n(250-STARTTLS\r\n)?250-PIPELINING\r\n250 AUTH (PLAIN|LOGIN|CRAM-MD5)\r\n";
    let reply = prop_oneof![
        6 => Just(b"250 ok\r\n".to_vec()),
        3 => Just(b"220 ok\r\n".to_vec()),
        3 => Just(b"354 go\r\n".to_vec()),
        2 => Just(b"235 ok\r\n".to_vec()),
        2 => Just(b"334 eA==\r\n".to_vec()),
        2 => offers.prop_map(String::into_bytes),
        2 => "[45][0-9]{2} no\r\n".prop_map(String::into_bytes),
        1 => Just(b"421 bye\r\n".to_vec()),
        1 => any::<Vec<u8>>(),
    ];
    let act = prop_oneof![
        40 => reply.prop_map(Act::Say),
        1 => Just(Act::Close),
        1 => Just(Act::Silence),
        1 => Just(Act::Withdraw),
        1 => Just(Act::TlsFails),
        1 => Just(Act::Quit),
    ];
    proptest::collection::vec(act, 0..40)
}

/// Says what the step hopes for, so that long dialogues come about.
fn cooperate(session: &mut Session, step: &Step) {
    match step {
        Step::Send => session.sent(),
        Step::StartTls => session.tls_ready(),
        Step::Ask(_) => session.granted(),
        Step::Idle => session.begin(transaction(&["a", "b"])),
        Step::Receive(_) | Step::Settled(_) | Step::Done(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn whatever_happens_every_transaction_has_one_outcome_and_no_password_is_seen(
        acts in acts(),
        security in prop_oneof![Just(Security::None), Just(Security::StartTls), Just(Security::Implicit)],
        wants_login: bool,
    ) {
        let settings = if wants_login { login(security) } else { Settings { security, ..plain() } };
        let mut session = Session::new(settings);
        session.begin(transaction(&["a", "b"]));
        let (mut begun, mut settled) = (1, 0);
        for act in acts {
            let mut step = session.next();
            while !matches!(step, Step::Receive(_) | Step::Done(_)) {
                if let Step::Settled(outcome) = &step {
                    prop_assert_eq!(outcome.recipients.len(), 2);
                    settled += 1;
                }
                if step == Step::Send && !session.is_tls() {
                    for secret in secrets() {
                        prop_assert!(!String::from_utf8_lossy(session.output()).contains(&secret));
                    }
                }
                begun += usize::from(step == Step::Idle);
                cooperate(&mut session, &step);
                if matches!(act, Act::Withdraw) {
                    session.withdrawn();
                }
                step = session.next();
            }
            match act {
                Act::Say(octets) => session.received(&octets),
                Act::Close => session.closed("gone"),
                Act::Silence => session.silence(5),
                Act::Withdraw => session.withdrawn(),
                Act::TlsFails => session.tls_failed("expired"),
                Act::Quit => session.quit(),
            }
        }
        session.closed("the end");
        while let Step::Settled(outcome) = session.next() {
            prop_assert_eq!(outcome.recipients.len(), 2);
            settled += 1;
        }
        prop_assert!(matches!(session.next(), Step::Done(_)));
        prop_assert_eq!(begun, settled);
        for secret in secrets() {
            prop_assert!(!session.transcript().to_string().contains(&secret));
        }
    }
}

#[test]
fn credentials_can_be_shown_without_their_password() {
    let credentials =
        Arc::new(Credentials { user: USER.to_owned(), password: Secret::new(PASSWORD.to_owned()) });
    assert_eq!(format!("{credentials:?}"), "Credentials { user: \"alert@example.jp\", password: Secret(…) }");
}
