//! What the script can do, stage by stage.

use std::time::{Duration, Instant};

use lab::{Act, Authority, Kind, Personality, Server, Stage};

use crate::client::{Client, End, PATIENCE};

const STAGES: [(Stage, usize); 8] = [
    (Stage::Greeting, 0),
    (Stage::Ehlo, 1),
    (Stage::Auth, 2),
    (Stage::Mail, 3),
    (Stage::Rcpt, 4),
    (Stage::Data, 5),
    (Stage::Dot, 6),
    (Stage::Quit, 7),
];
const DIALOGUE: [(&str, &str); 7] = [
    ("EHLO client.example.jp", "250"),
    ("AUTH PLAIN AGEAYg==", "235"),
    ("MAIL FROM:<a@example.jp>", "250"),
    ("RCPT TO:<b@example.jp>", "250"),
    ("DATA", "354"),
    ("x\r\n.", "250"),
    ("QUIT", "221"),
];

/// A client that has sent everything up to this point, and read every reply but the last.
fn client_at(server: &Server, step: usize) -> Client {
    let mut client = Client::connect(server.port());
    for (index, (command, _)) in DIALOGUE.iter().take(step).enumerate() {
        let start = if index == 0 { "220" } else { DIALOGUE[index - 1].1 };
        client.expect(start);
        client.send(format!("{command}\r\n").as_bytes());
    }
    client
}

fn sick_at(stage: Stage, act: Act) -> Server {
    Server::start(Personality::plain().login("a", "b").at(stage, act)).expect("a port is free")
}

#[test]
fn a_refusal_can_be_said_at_every_stage_and_nothing_is_kept_before_the_dot_was_taken() {
    for (stage, step) in STAGES {
        let server = sick_at(stage, Act::Say("451 4.3.0 not now".into()));
        assert_eq!(client_at(&server, step).reply().unwrap(), "451 4.3.0 not now", "{stage:?}");
        assert_eq!(server.mails().len(), usize::from(stage == Stage::Quit), "{stage:?}");
    }
}

#[test]
fn the_connection_can_end_at_every_stage_in_every_way() {
    for (stage, step) in STAGES {
        for (act, expected) in [
            (Act::Close, End::Closed),
            (Act::Reset, End::Reset),
            (Act::LoseThenClose, End::Closed),
            (Act::Silence, End::Silent),
        ] {
            let server = sick_at(stage, act.clone());
            let mut client = client_at(&server, step);
            if act == Act::Silence {
                client.set_patience(Duration::from_millis(20));
            }
            assert_eq!(client.ending(), expected, "{stage:?} {act:?}");
            assert_eq!(server.mails().len(), usize::from(stage == Stage::Quit), "{stage:?} {act:?}");
        }
    }
}

#[test]
fn last_words_are_heard_even_with_unread_commands_behind_them() {
    for (stage, step) in STAGES {
        let server = sick_at(stage, Act::SayAndClose("421 4.3.2 going down".into()));
        let mut client = client_at(&server, step);
        client.send(b"NOOP\r\nNOOP\r\n");
        assert_eq!(client.reply().unwrap(), "421 4.3.2 going down", "{stage:?}");
        assert_eq!(client.ending(), End::Closed, "{stage:?}");
    }
}

#[test]
fn a_dribbled_reply_comes_whole_in_many_pieces() {
    for (stage, step, whole) in
        [(Stage::Greeting, 0, "220 mx.example.jp ESMTP"), (Stage::Mail, 3, "250 2.1.0 Ok")]
    {
        let server = sick_at(stage, Act::Dribble { ms_per_byte: 5 });
        let mut client = client_at(&server, step);
        client.read().unwrap();
        assert!(client.input().len() < whole.len(), "{stage:?}: {}", client.input());
        assert_eq!(client.reply().unwrap(), whole, "{stage:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a pause on a real socket is measured")]
fn a_delayed_reply_is_late_but_as_usual() {
    let server = sick_at(Stage::Mail, Act::DelayMs(30));
    let begin = Instant::now();
    client_at(&server, 3).expect("250");
    assert!(begin.elapsed() >= Duration::from_millis(30));
}

#[test]
fn a_connection_can_be_dropped_before_the_greeting_with_or_without_words() {
    for (act, expected) in [
        (Act::Close, End::Closed),
        (Act::Reset, End::Reset),
        (Act::SayAndClose("554 5.3.2 closed".into()), End::Spoke("554 5.3.2 closed\r\n".into())),
    ] {
        let server = sick_at(Stage::Connect, act.clone());
        assert_eq!(Client::connect(server.port()).ending(), expected, "{act:?}");
    }
}

#[test]
fn after_a_refusing_greeting_only_quit_is_served() {
    let server = sick_at(Stage::Greeting, Act::Say("554 5.3.2 no service".into()));
    let mut client = Client::connect(server.port());
    client.expect("554");
    client.ask_expecting("EHLO client.example.jp", "503");
    client.ask_expecting("QUIT", "221");
    assert_eq!(client.ending(), End::Closed);
}

#[test]
fn a_server_that_does_not_know_ehlo_takes_helo_but_one_that_goes_away_does_not() {
    for (said, helo) in [("500 5.5.1 what?", "250"), ("421 4.3.2 going down", "421")] {
        let server = sick_at(Stage::Ehlo, Act::Say(said.into()));
        let mut client = client_at(&server, 1);
        client.expect(&said[..3]);
        client.ask_expecting("HELO client.example.jp", helo);
    }
}

#[test]
fn a_mail_whose_reply_is_lost_is_kept_or_not_as_the_script_says() {
    for (act, kept) in [(Act::KeepThenClose, 1), (Act::LoseThenClose, 0), (Act::Close, 0)] {
        let server = sick_at(Stage::Dot, act.clone());
        assert_eq!(client_at(&server, 6).ending(), End::Closed, "{act:?}");
        assert_eq!(server.mails().len(), kept, "{act:?}");
    }
}

#[test]
fn a_scripted_yes_after_the_dot_keeps_the_mail_with_and_without_closing() {
    for act in [Act::Say("250 fine".into()), Act::SayAndClose("250 fine".into())] {
        let server = sick_at(Stage::Dot, act.clone());
        assert_eq!(client_at(&server, 6).reply().unwrap(), "250 fine", "{act:?}");
        assert_eq!(server.mails().len(), 1, "{act:?}");
    }
}

#[test]
fn several_lines_and_raw_line_ends_go_out_verbatim() {
    let server = sick_at(Stage::Mail, Act::Say("250-one\r\n250 two\r\n250 injected".into()));
    let mut client = client_at(&server, 3);
    assert_eq!(client.reply().unwrap(), "250-one|250 two");
    assert_eq!(client.reply().unwrap(), "250 injected");
}

#[test]
fn only_the_first_connections_are_faulty_and_a_new_script_counts_afresh() {
    let sick = Personality::plain().at(Stage::Ehlo, Act::Say("421 4.3.2 later".into())).only_first(2);
    let server = Server::start(sick.clone()).unwrap();
    let answers = |server: &Server| -> Vec<String> {
        let answer = |_| {
            let mut client = Client::connect(server.port());
            client.expect("220");
            client.ask("EHLO client.example.jp")[..3].to_owned()
        };
        (0..3).map(answer).collect()
    };
    assert_eq!(answers(&server), ["421", "421", "250"]);
    server.replace(sick);
    assert_eq!(answers(&server), ["421", "421", "250"]);
}

#[test]
fn a_server_can_fall_silent_right_after_tls() {
    let authority = Authority::new().unwrap();
    let personality = Personality::yahoo(&authority, &[]).at(Stage::AfterTls, Act::Silence);
    let server = Server::start(personality).unwrap();
    let mut client = Client::connect(server.port());
    client.secure(&authority, "localhost").unwrap();
    client.set_patience(Duration::from_millis(20));
    assert_eq!(client.ending(), End::Silent);
    drop(client);
    assert!(server.wait_for_open_connections(0, PATIENCE));
}

#[test]
fn a_reset_inside_tls_is_a_reset() {
    let authority = Authority::new().unwrap();
    let personality = Personality::yahoo(&authority, &[]).at(Stage::Mail, Act::Reset);
    let server = Server::start(personality).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    client.send(b"MAIL FROM:<a@example.jp>\r\n");
    assert_eq!(client.ending(), End::Reset);
}

#[test]
fn the_transcript_tells_how_a_connection_ended() {
    let server = sick_at(Stage::Mail, Act::Close);
    assert_eq!(client_at(&server, 3).ending(), End::Closed);
    let last = server.transcript().pop().unwrap();
    assert_eq!((last.kind, last.text.as_str()), (Kind::Note, "server closes"));
}

#[test]
fn a_server_without_end_talks_until_the_client_has_gone() {
    for (text, stage) in [("220-x\r\n", Stage::Greeting), ("\r\n", Stage::Connect)] {
        let server = sick_at(stage, Act::Flood(text.into()));
        let mut client = Client::connect(server.port());
        while client.input().len() < 1 << 20 {
            client.read().unwrap();
        }
        assert!(client.input().starts_with(&text.repeat(1000)), "{stage:?}");
        drop(client);
        assert!(server.wait_for_open_connections(0, PATIENCE), "{stage:?}: it ends with its client");
    }
}

#[test]
fn a_reply_can_break_off_and_a_goodbye_can_be_left_out() {
    let server = sick_at(Stage::Greeting, Act::BreakOff("22".into()));
    let mut client = Client::connect(server.port());
    client.read().unwrap();
    client.set_patience(Duration::from_millis(20));
    assert_eq!((client.input().as_str(), client.ending()), ("22", End::Silent));

    let server = sick_at(Stage::Dot, Act::SayAndHangUp("250 2.0.0 kept".into()));
    let mut client = client_at(&server, 6);
    assert_eq!(client.reply().unwrap(), "250 2.0.0 kept");
    assert_eq!((client.ending(), server.mails().len()), (End::Closed, 1));
}

#[test]
fn a_deaf_server_says_its_reply_and_lets_the_client_run_into_full_buffers() {
    let server = sick_at(Stage::Data, Act::Deafness);
    let mut client = client_at(&server, 5);
    client.expect("354");
    assert!(client.would_block_within(64 << 20, Duration::from_millis(200)), "nobody reads it");
}

#[test]
fn a_server_can_say_back_what_it_was_told_and_its_transcript_cannot() {
    let server = sick_at(Stage::Auth, Act::Echo(535));
    let mut client = client_at(&server, 2);
    let reply = client.reply().unwrap();
    assert!(reply.contains("535-5.7.8 AGEAYg==") && reply.contains("535-5.7.8 \0a\0b"), "{reply:?}");
    assert_eq!(server.proofs(), ["AGEAYg=="]);
    let told = server.transcript().iter().map(ToString::to_string).collect::<String>();
    assert!(!told.contains("AGEAYg"), "{told}");
}
