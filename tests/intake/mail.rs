//! What is said by SMTP and LMTP, rightly and wrongly.

use std::time::{Duration, Instant};

use crate::client::{codes, id};
use crate::stage::{field, mail};
use crate::{Client, Stage};

#[test]
fn a_mail_is_an_alert_when_it_is_acknowledged() {
    let stage = Stage::new("kind = \"smtp\"");
    let mut client = Client::to(stage.port);
    let reply = client.mail("root", "disk full").expect("a reply");
    // At that moment, and not later.
    let alerts = stage.alerts();
    let id = id(&reply).unwrap_or_else(|| panic!("{reply}"));
    let [alert] = &alerts.into_values().collect::<Vec<_>>()[..] else { panic!("not one") };
    assert_eq!(alert.id.map(|id| id.to_string()).as_deref(), Some(id));
    assert_eq!(
        (alert.to.join(" "), alert.sender.as_deref()),
        ("root".to_owned(), Some("monitor@example.com"))
    );
    assert_eq!(alert.source.as_ref().map(|it| it.program.as_str()), Some("smtp"));
    assert_eq!(field(alert, "Subject").as_deref(), Some("disk full"));
    let received = field(alert, "Received").expect("a trace");
    assert_eq!(received, "from test ([127.0.0.1])");
    assert!(mail(alert).ends_with("all is not well\r\n"), "{}", mail(alert));
    // The session goes on.
    for (line, code) in [
        ("MAIL FROM:<>", "250"),
        ("RCPT TO:<ops@example.jp>", "250"),
        ("DATA", "354"),
        (".", "250"),
        ("QUIT", "221"),
    ] {
        assert!(client.say(line).expect("a reply").starts_with(code), "{line}");
    }
    stage.wait_for(2);
}

#[test]
fn it_is_no_open_relay() {
    let stage = Stage::new("kind = \"smtp\"\nrecipients = [\"example.org\"]");
    let mut client = Client::to(stage.port);
    for line in ["", "EHLO test", "MAIL FROM:<ops@example.jp>"] {
        assert!(
            if line.is_empty() { client.reply() } else { client.say(line) }
                .expect("a reply")
                .starts_with('2')
        );
    }
    for (to, code) in [
        ("<stranger@example.com>", "550"),
        ("<@localhost:stranger@example.com>", "550"),
        ("<stranger%example.com@example.jp>", "550"),
        ("<ops@example.jp,stranger@example.com>", "550"),
        ("<\"ops@example.jp\"@example.com>", "550"),
        ("stranger@example.com", "550"),
        ("<ops@example.jp>", "250"),
        ("<anybody@example.org>", "250"),
        ("<monit@localhost>", "250"),
    ] {
        let reply = client.say(&format!("RCPT TO:{to}")).expect("a reply");
        assert!(reply.starts_with(code), "{to}: {reply}");
    }
}

#[test]
fn what_was_smuggled_in_is_no_second_mail() {
    let stage = Stage::new("kind = \"smtp\"");
    let ends = [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\r\n\0.\r\n",
        "\n\n.\r\r\n",
        "\r\n. \r\n",
        "\r\n.\r\r\n",
    ];
    for (n, end) in ends.iter().enumerate() {
        let mut client = Client::to(stage.port);
        client.up_to_data("root").expect("ready for data");
        let second =
            "MAIL FROM:<evil@example.com>\r\nRCPT TO:<root>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond";
        client.send(format!("Subject: first\r\n\r\nfirst{end}{second}\r\n.\r\nQUIT\r\n")).expect("sent");
        let said = client.rest();
        assert_eq!(codes(&said), ["250", "221"], "{end:?}: {said}");
        let alerts = stage.wait_for(n + 1);
        let last = alerts.last().expect("one");
        assert_eq!(last.sender.as_deref(), Some("monitor@example.com"), "{end:?}");
        assert!(mail(last).contains("Subject: smuggled"), "{end:?}: it is text of the first one");
    }
    // A command behind a bare line end ends the session.
    let mut client = Client::to(stage.port);
    client
        .send("EHLO test\r\nNOOP\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<root>\r\nDATA\r\nx\r\n.\r\n")
        .expect("sent");
    assert_eq!(codes(&client.rest()), ["220", "250", "500"]);
    assert_eq!(stage.alerts().len(), ends.len());
}

#[test]
fn a_client_that_goes_away_leaves_nothing_half_done() {
    let stage = Stage::new("kind = \"smtp\"");
    let whole =
        "EHLO test\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<root>\r\nDATA\r\nSubject: s\r\n\r\nb\r\n.";
    // Also in the middle of each line end.
    for end in 0..=whole.len() {
        let mut client = Client::to(stage.port);
        client.send(&whole[..end]).expect("sent");
    }
    // The last octets of the dot make the difference.
    let mut client = Client::to(stage.port);
    client.send(format!("{whole}\r\nQUIT\r\n")).expect("sent");
    assert_eq!(codes(&client.rest()), ["220", "250", "250", "250", "354", "250", "221"], "all in one flight");
    stage.wait_for(1);
}

#[test]
fn what_is_too_large_is_refused_and_the_next_one_is_taken() {
    let stage = Stage::new("kind = \"smtp\"\nsize_max_kib = 16");
    let mut client = Client::to(stage.port);
    assert!(client.reply().expect("a greeting").starts_with("220 "));
    assert!(client.say("EHLO test").expect("a reply").contains("250 SIZE 16384"));
    assert!(client.say("MAIL FROM:<a@example.com> SIZE=16385").expect("a reply").starts_with("552 "));
    for (octets, code) in [(40_000, "552"), (10_000, "250")] {
        for line in ["MAIL FROM:<a@example.com>", "RCPT TO:<root>", "DATA"] {
            client.say(line).expect("a reply");
        }
        let reply = client.say(&format!("Subject: s\r\n\r\n{}\r\n.", "x".repeat(octets))).expect("a reply");
        assert!(reply.starts_with(code), "{octets}: {reply}");
    }
    stage.wait_for(1);
}

#[test]
fn in_lmtp_each_recipient_has_an_answer_and_there_is_one_alert() {
    let stage = Stage::new("kind = \"smtp\"\n[[listen]]\nkind = \"lmtp\"\nsocket = \"lmtp.sock\"");
    let mut client = Client::to_socket(&stage.path("lmtp.sock"));
    client
        .send("LHLO test\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<root>\r\nRCPT TO:<stranger@example.com>\r\nRCPT TO:<ops@example.jp>\r\nDATA\r\nSubject: s\r\n\r\nb\r\n.\r\nQUIT\r\n")
        .expect("sent");
    let said = client.rest();
    assert_eq!(
        codes(&said),
        ["220", "250", "250", "250", "550", "250", "354", "250", "250", "221"],
        "{said}"
    );
    let [alert] = &stage.wait_for(1)[..] else { panic!("not one") };
    assert_eq!(alert.to, ["root", "ops@example.jp"]);
    assert!(mail(alert).contains("with LMTP id "), "{}", mail(alert));
}

#[test]
fn who_is_silent_or_slow_is_ended() {
    let stage = Stage::new("kind = \"smtp\"\nidle = \"1s\"\nwithin = \"2s\"");
    let began = Instant::now();
    let mut silent = Client::to(stage.port);
    let mut drips = Client::to(stage.port);
    let mut chats = Client::to(stage.port);
    let mut sends = Client::to(stage.port);
    sends.up_to_data("root").expect("ready for data");
    let ends = |octets: &str, client: &mut Client, every: Duration| {
        let mut sent = octets.bytes().cycle();
        let octets = octets.len();
        while began.elapsed() < Duration::from_secs(10) {
            let piece: Vec<u8> = sent.by_ref().take(octets).collect();
            if client.send(piece).is_err() {
                break;
            }
            std::thread::sleep(every);
        }
        client.rest()
    };
    // An octet in time is no command in time, and commands are no mail.
    let often = Duration::from_millis(300);
    assert!(ends("x", &mut drips, often).contains("421 4.3.2 too slow"), "drips");
    assert!(ends("NOOP\r\n", &mut chats, often).contains("421 4.3.2 too slow"), "chats");
    assert!(ends("x", &mut sends, often).contains("421 4.3.2 too slow"), "sends");
    assert!(silent.rest().contains("421 4.3.2 too slow"), "silent");
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(stage.alerts().len(), 0);
}

#[test]
fn a_circle_is_seen() {
    let stage = Stage::new("kind = \"smtp\"");
    let mut client = Client::to(stage.port);
    client.up_to_data("root").expect("ready for data");
    let hops = "Received: from a by b; Fri, 27 Nov 2026 10:00:00 +0000\r\n".repeat(100);
    let reply = client.say(&format!("{hops}Subject: s\r\n\r\nb\r\n.")).expect("a reply");
    assert!(reply.starts_with("554 5.6.0 the mail goes round"), "{reply}");
    assert_eq!(stage.alerts().len(), 0);
}

#[test]
fn an_appliance_that_insists_on_a_login_has_one() {
    let stage = Stage::new("kind = \"smtp\"\nauth = \"any\"");
    let mut client = Client::to(stage.port);
    client.reply().expect("a greeting");
    assert!(client.say("EHLO printer").expect("a reply").contains("250-AUTH PLAIN LOGIN"));
    assert!(client.say("AUTH LOGIN").expect("a reply").starts_with("334 "));
    assert!(client.say("cHJpbnRlcg==").expect("a reply").starts_with("334 "));
    assert!(client.say("aHVudGVyMg==").expect("a reply").starts_with("235 "));
    for (line, code) in [
        ("MAIL FROM:<printer@example.com>", "250"),
        ("RCPT TO:<stranger@example.com>", "550"),
        ("RCPT TO:<root>", "250"),
    ] {
        assert!(client.say(line).expect("a reply").starts_with(code), "{line}");
    }
    let log = stage.agent.as_ref().expect("it runs").log();
    assert!(!log.contains("hunter2") && !log.contains("aHVudGVyMg"), "{log}");
}
