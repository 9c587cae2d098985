//! Servers that say nothing, too little, or go away.

use std::time::Duration;

use alertmail::submit::Limits;
use lab::{Act, Authority, Personality, Server, Stage};
use smtp::{Failure, Phase, RecipientOutcome, Security, Trouble};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::Instant;

use crate::desk::{Desk, LIMITS, RECIPIENT, SHORT, clear, is_delivered, target, tls_words, with_login};

async fn end_when(stage: Stage, act: Act) -> RecipientOutcome {
    let server = Server::start(Personality::plain().at(stage, act)).expect("a server");
    clear(&server, SHORT).submit().await
}

#[tokio::test]
async fn a_server_that_falls_silent_costs_the_limit_and_no_more() {
    for (stage, phase) in [
        (Stage::Connect, Phase::Greeting),
        (Stage::Greeting, Phase::Greeting),
        (Stage::Ehlo, Phase::Ehlo),
        (Stage::Mail, Phase::Mail),
        (Stage::Rcpt, Phase::Rcpt),
        (Stage::Data, Phase::Data),
    ] {
        match end_when(stage, Act::Silence).await {
            RecipientOutcome::Failed(Failure { phase: at, trouble: Trouble::Silent { .. } }) => {
                assert_eq!(at, phase, "{stage:?}");
            }
            other => panic!("{stage:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_dribbles_does_not_stretch_the_limit() {
    match end_when(Stage::Ehlo, Act::Dribble { ms_per_byte: 100 }).await {
        RecipientOutcome::Failed(Failure { phase: Phase::Ehlo, trouble: Trouble::Silent { .. } }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn silence_in_the_handshake_has_a_limit_too() {
    let authority = Authority::new().expect("an authority");
    let manners = Personality::docomo(&authority, "a@example.jp").at(Stage::Connect, Act::Silence);
    let server = Server::start(manners).expect("a server");
    let limits = Limits { connect: Duration::from_millis(300), ..LIMITS };
    let home = target(&[(server.port(), Security::Implicit)]);
    let failure = Desk::new(home, Some(&authority), limits).fails().await;
    assert_eq!(failure.phase, Phase::Tls);
}

#[tokio::test]
async fn a_connection_that_ends_before_the_dot_delivered_nothing() {
    for act in [Act::Close, Act::Reset] {
        match end_when(Stage::Rcpt, act.clone()).await {
            RecipientOutcome::Failed(Failure { trouble: Trouble::Closed(_), .. }) => {}
            other => panic!("{act:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lost_reply_to_the_dot_leaves_it_open_whether_the_mail_was_taken() {
    for act in [Act::KeepThenClose, Act::LoseThenClose, Act::Silence] {
        match end_when(Stage::Dot, act.clone()).await {
            RecipientOutcome::Uncertain(Failure { phase: Phase::Dot, .. }) => {}
            other => panic!("{act:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_and_closes_is_quoted() {
    let end = end_when(Stage::Greeting, Act::SayAndClose("554 5.3.2 no service".into())).await;
    match end {
        RecipientOutcome::Failed(failure) => {
            assert_eq!(failure.reply().map(|reply| reply.code.0), Some(554), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}

/// What came of it with a server that speaks TLS and knows a login, and how long that took.
async fn end_of_login_when(stage: Stage, act: Act) -> Failure {
    let authority = Authority::new().expect("an authority");
    let manners = Personality::self_hosted(&authority).login("alert", "pw").at(stage, act);
    let server = Server::start(manners).expect("a server");
    let home = with_login(target(&[(server.port(), Security::StartTls)]), "pw");
    let limits = Limits { connect: SHORT.reply, ..SHORT };
    Desk::new(home, Some(&authority), limits).fails().await
}

#[tokio::test]
async fn on_the_way_to_a_login_silence_and_dribbling_cost_the_limit_and_no_more() {
    for act in [Act::Silence, Act::Dribble { ms_per_byte: 100 }] {
        for (stage, phase) in
            [(Stage::StartTls, Phase::StartTls), (Stage::AfterTls, Phase::Ehlo), (Stage::Auth, Phase::Auth)]
        {
            // Nothing is usually said right after the handshake, and so nothing can be dribbled.
            if stage == Stage::AfterTls && act != Act::Silence {
                continue;
            }
            let failure = end_of_login_when(stage, act.clone()).await;
            assert_eq!(failure.phase, phase, "{stage:?} {act:?}");
            assert!(matches!(failure.trouble, Trouble::Silent { .. }), "{stage:?} {act:?}: {failure}");
        }
    }
}

#[tokio::test]
async fn dribbling_in_the_envelope_and_at_the_dot_costs_the_limit_and_no_more() {
    for (stage, phase) in [
        (Stage::Greeting, Phase::Greeting),
        (Stage::Mail, Phase::Mail),
        (Stage::Rcpt, Phase::Rcpt),
        (Stage::Data, Phase::Data),
        (Stage::Dot, Phase::Dot),
    ] {
        let end = end_when(stage, Act::Dribble { ms_per_byte: 100 }).await;
        let (RecipientOutcome::Failed(failure) | RecipientOutcome::Uncertain(failure)) = &end else {
            panic!("{stage:?}: {end:?}");
        };
        assert_eq!(failure.phase, phase, "{stage:?}");
        assert!(matches!(failure.trouble, Trouble::Silent { .. }), "{stage:?}: {failure}");
        assert_eq!(matches!(end, RecipientOutcome::Uncertain(_)), stage == Stage::Dot);
    }
}

#[tokio::test]
async fn a_handshake_that_starts_and_goes_no_further_has_a_limit() {
    // The beginning of a TLS record that announces 16 KiB, and then an octet now and then.
    let port = chatter(b"\x16\x03\x03\x40\x00", b"\x02", Duration::from_millis(20)).await;
    let authority = Authority::new().expect("an authority");
    let limits = Limits { connect: Duration::from_millis(300), ..LIMITS };
    let home = target(&[(port, Security::Implicit)]);
    let failure = Desk::new(home, Some(&authority), limits).fails().await;
    assert_eq!(tls_words(&failure), "no answer to the handshake");
}

#[tokio::test]
async fn a_server_that_never_stops_talking_is_cut_off() {
    let authority = Authority::new().expect("an authority");
    for (begin, go_on, security, phase) in [
        (&b"220-"[..], &b"x"[..], Security::None, Phase::Greeting),
        (b"220-hello\r\n", b"220-more\r\n", Security::None, Phase::Greeting),
        (b"220 hello\r\n250-", b"x", Security::None, Phase::Ehlo),
        (b"220 hello\r\n", b"", Security::None, Phase::Ehlo),
        (b"", b"\r\n", Security::None, Phase::Greeting),
        (b"", b"\x00", Security::Implicit, Phase::Tls),
        (b"", b"220 hello\r\n", Security::Implicit, Phase::Tls),
    ] {
        let port = chatter(begin, go_on, Duration::ZERO).await;
        let mut desk = Desk::new(target(&[(port, security)]), Some(&authority), SHORT);
        let failure = desk.fails().await;
        assert_eq!(failure.phase, phase, "{begin:?} {go_on:?}: {failure}");
        assert!(failure.to_string().len() < 1000, "what is shown of it is short");
    }
}

#[tokio::test]
async fn a_server_that_stops_reading_in_the_middle_of_a_message_has_a_limit_and_leaves_no_doubt() {
    let socket = TcpSocket::new_v4().expect("a socket");
    // What fits into the buffers of both sides is no middle.
    socket.set_recv_buffer_size(64 * 1024).expect("a small buffer");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(1).expect("listening");
    let port = listener.local_addr().expect("an address").port();
    let mut desk = Desk::new(target(&[(port, Security::None)]), None, SHORT);
    desk.begin_with(RECIPIENT, "x\r\n".repeat(2 << 20));
    let serve = async {
        let (mut client, _) = listener.accept().await.expect("a client");
        let mut buffer = [0; 4096];
        for replies in ["220 hi\r\n", "250-hi\r\n250 PIPELINING\r\n", "250 a\r\n250 b\r\n354 go on\r\n"] {
            client.write_all(replies.as_bytes()).await.expect("said");
            assert!(client.read(&mut buffer).await.expect("heard") > 0);
        }
        // Keeps it open, and reads no more.
        std::future::pending::<()>().await;
    };
    let end = tokio::select! {
        biased;
        end = desk.end() => end,
        () = serve => unreachable!("it never ends"),
    };
    match end {
        RecipientOutcome::Failed(failure) => {
            assert!(matches!(failure.trouble, Trouble::Silent { .. }), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn quit_is_not_waited_for_long() {
    let server = Server::start(Personality::plain().at(Stage::Quit, Act::Silence)).expect("a server");
    let mut desk = clear(&server, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    let start = Instant::now();
    desk.carrier.close().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// A server that begins so, and goes on so for ever, with pauses; it ends with the test.
async fn chatter(begin: &'static [u8], go_on: &'static [u8], pause: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let many = if pause.is_zero() { go_on.repeat(1000) } else { go_on.to_vec() };
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a client");
        let mut said = client.write_all(begin).await;
        while said.is_ok() && !go_on.is_empty() {
            tokio::time::sleep(pause).await;
            said = client.write_all(&many).await;
        }
        // With nothing more to say it listens until the client has gone.
        let _ = client.read_to_end(&mut Vec::new()).await;
    });
    port
}
