//! No secret where people look, none outside TLS, and no panic whatever a server does.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::mechanisms::{DIGEST, SCRAM256, hello, token};
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

const TOKEN: &str = "ya29.a0AfH6SMB";

/// The forms in which the token travels.
fn token_secrets() -> [String; 2] {
    [TOKEN.to_owned(), STANDARD.encode(format!("user={USER}\x01auth=Bearer {TOKEN}\x01\x01"))]
}

/// Every mechanism up to its last answer, and what nobody may see of it: what was sent, and what that was made of.
fn logins() -> Vec<(Settings, String, Vec<String>)> {
    let password = || login(Security::Implicit);
    let [password64, message64] =
        [PASSWORD.to_owned(), format!("\0{USER}\0{PASSWORD}")].map(|it| STANDARD.encode(it));
    let cram = "3ccbe9383282c62f3ce06c3fba202206";
    let proof = |message: &str, mark: &str| {
        let (_, rest) = message.split_once(mark).expect("a proof");
        rest.split(',').next().unwrap_or(rest).to_owned()
    };
    let scram = format!(
        "{}C64: AUTH SCRAM-SHA-256 {}\nS64: 334 {}\nC64: {}\n",
        hello("SCRAM-SHA-256"),
        SCRAM256[0],
        SCRAM256[1],
        SCRAM256[2]
    );
    let digest =
        format!("{}C: AUTH DIGEST-MD5\nS64: 334 {}\nC64: {}\n", hello("DIGEST-MD5"), DIGEST[0], DIGEST[1]);
    let invented = format!("user={USER}\x01auth=Bearer {TOKEN}\x01\x01");
    let bearer = format!("n,a={USER},\x01host=mx.example.jp\x01port=587\x01auth=Bearer {TOKEN}\x01\x01");
    let with_token = |name: &str, message: &str| {
        let script = format!("{}C64: AUTH {name} {message}\n", hello(name));
        (token(TOKEN), script, vec![TOKEN.to_owned(), STANDARD.encode(message)])
    };
    vec![
        (
            password(),
            format!("{}C: AUTH PLAIN {message64}\n", hello("PLAIN")),
            vec![PASSWORD.to_owned(), message64],
        ),
        (
            password(),
            format!("{}C: AUTH LOGIN\nS: 334\nC64: {USER}\nS: 334\nC64: {PASSWORD}\n", hello("LOGIN")),
            vec![PASSWORD.to_owned(), password64],
        ),
        (
            password(),
            format!("{}C: AUTH CRAM-MD5\nS64: 334 <1@mx>\nC64: {USER} {cram}\n", hello("CRAM-MD5")),
            vec![PASSWORD.to_owned(), cram.to_owned(), STANDARD.encode(format!("{USER} {cram}"))],
        ),
        (
            password(),
            scram,
            vec![PASSWORD.to_owned(), proof(SCRAM256[2], ",p="), STANDARD.encode(SCRAM256[2])],
        ),
        (
            password(),
            digest,
            vec![PASSWORD.to_owned(), proof(DIGEST[1], "response="), STANDARD.encode(DIGEST[1])],
        ),
        with_token("XOAUTH2", &invented),
        with_token("OAUTHBEARER", &bearer),
    ]
}

#[test]
fn no_mechanism_shows_what_it_sent_or_what_that_was_made_of_even_if_the_server_echoes_it() {
    for (settings, script, secrets) in logins() {
        let expect_clean = |session: &mut Session| {
            let step = session.next();
            let seen = format!("{}{session:?}{step:?}{settings:?}", session.transcript());
            for secret in &secrets {
                assert!(!seen.contains(secret), "{secret} is in {seen}");
            }
        };
        expect_clean(&mut play(&settings, &script));
        expect_clean(&mut play(&settings, &format!("{script}S: 235 ok\n")));
        for secret in &secrets {
            expect_clean(&mut play(&settings, &format!("{script}S: 535 5.7.8 no: {secret}\n")));
            expect_clean(&mut play(&settings, &format!("{script}S: 504-no\nS: 504 {secret} what\n")));
            expect_clean(&mut play(&settings, &format!("{script}S: 334 {secret}\n")));
            let echo = format!("{{\"got\":\"{secret}\"}}");
            let mut session = play(&settings, &format!("{script}S64: 334 {echo}\n"));
            assert!(
                !session.transcript().to_string().contains(&STANDARD.encode(&echo)),
                "{}",
                session.transcript()
            );
            expect_clean(&mut session);
            expect_clean(&mut play(&settings, &format!("{script}S64: 334 e={secret}\n")));
        }
    }
}

#[test]
fn a_refusal_inside_the_exchange_that_quotes_the_token_is_told_without_it() {
    let (settings, script, _) = logins().pop().expect("one with a token");
    let quoted = format!("{script}S64: 334 {{\"token\":\"{TOKEN}\"}}\nC: AQ==\nS: 535 5.7.8 no\n");
    let mut session = play(&settings, &quoted);
    let step = session.next();
    let seen = format!("{}{step:?}", session.transcript());
    assert!(seen.contains(r#"{\"token\":\"(secret)\"}"#) && !seen.contains(TOKEN), "{seen}");
}

/// A challenge that happens to hold the letters of a short password is no echo, and must reach the mechanism whole.
#[test]
fn a_password_that_is_part_of_a_challenge_does_not_spoil_it() {
    let challenge = STANDARD.encode("<1896.697170952@mx.example.jp>");
    let credentials = Credentials::with_password("u", Secret::new(challenge[4..9].to_owned()));
    let settings = Settings { credentials: Some(Arc::new(credentials)), ..login(Security::None) };
    let script = format!("{}C: AUTH CRAM-MD5\nS: 334 {challenge}\n", hello("CRAM-MD5"));
    assert_eq!(play(&settings, &script).next(), Step::Send);
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
    let offers = "250-x\r\n(250-STARTTLS\r\n)?250-PIPELINING\r\n(250-CHUNKING\r\n)?250 AUTH (PLAIN|LOGIN|CRAM-MD5)\r\n";
    let reply = prop_oneof![
        6 => Just(b"250 ok\r\n".to_vec()),
        3 => Just(b"220 ok\r\n".to_vec()),
        3 => Just(b"354 go\r\n".to_vec()),
        2 => Just(b"235 ok\r\n".to_vec()),
        2 => Just(b"334 eA==\r\n".to_vec()),
        2 => Just(format!("334 {}\r\n", STANDARD.encode(DIGEST[0])).into_bytes()),
        1 => Just(format!("334 {}\r\n", STANDARD.encode(DIGEST[2])).into_bytes()),
        2 => Just(format!("334 {}\r\n", STANDARD.encode(SCRAM256[1])).into_bytes()),
        1 => Just(format!("334 {}\r\n", STANDARD.encode(SCRAM256[3])).into_bytes()),
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
        wants in 0..3,
    ) {
        let settings = match wants {
            0 => Settings { security, ..plain() },
            1 => login(security),
            _ => Settings { security, ..token(TOKEN) },
        };
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
                    for secret in secrets().into_iter().chain(token_secrets()) {
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
        for secret in secrets().into_iter().chain(token_secrets()) {
            prop_assert!(!session.transcript().to_string().contains(&secret));
        }
    }
}

#[test]
fn credentials_can_be_shown_without_their_password() {
    let credentials = Arc::new(Credentials::with_password(USER, Secret::new(PASSWORD.to_owned())));
    assert_eq!(
        format!("{credentials:?}"),
        "Credentials { user: \"alert@example.jp\", proof: Password(Secret(…)), realm: None }"
    );
}
