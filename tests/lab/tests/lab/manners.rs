//! The manners of each provider, and what they have in common.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::{Authority, Kind, Personality, Server};

use crate::client::{Client, End};

const OWN: &str = "own@example.jp";
const MESSAGE: &str = "From: <own@example.jp>\r\nSubject: disk\r\n\r\nfull\r\n";

#[test]
fn the_plain_server_takes_a_mail_from_anybody_and_undoes_dot_stuffing() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut client = Client::greeted(server.port());
    let reply = client.submit("a@example.jp", "Subject: dots\r\n\r\n..\r\n..x\r\n").unwrap();
    assert!(reply.starts_with("250 2.0.0 Ok: queued as "), "{reply}");
    client.ask_expecting("QUIT", "221 2.0.0");
    assert_eq!(client.ending(), End::Closed);

    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].sender.as_str(), &mails[0].recipients[..]),
        ("a@example.jp", &["oncall@example.jp".to_owned()][..])
    );
    assert_eq!(mails[0].text(), "Subject: dots\r\n\r\n.\r\n.x\r\n");
    assert_eq!((mails[0].tls, mails[0].user.as_deref(), mails[0].connection), (false, None, 1));
    assert_eq!(mails[0].header("subject").as_deref(), Some("dots"));
}

#[test]
fn a_pipelined_flight_is_answered_in_order_and_in_one_packet() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut client = Client::greeted(server.port());
    client.send(b"MAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.jp>\r\nRCPT TO:<c@example.jp>\r\nDATA\r\n");
    client.read().unwrap();
    let codes: Vec<_> = client.input().lines().map(|line| line[..3].to_owned()).collect();
    assert_eq!(codes, ["250", "250", "250", "354"]);
}

#[test]
fn two_mails_can_be_pipelined_across_the_final_dot() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut client = Client::greeted(server.port());
    let envelope = "MAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.jp>\r\nDATA\r\n";
    client.send(envelope.as_bytes());
    for start in ["250", "250", "354"] {
        client.expect(start);
    }
    client.send(format!("one\r\n.\r\n{envelope}").as_bytes());
    for start in ["250", "250", "250", "354"] {
        client.expect(start);
    }
    client.send(b"two\r\n.\r\nQUIT\r\n");
    client.expect("250");
    client.expect("221");
    let texts: Vec<_> = server.mails().iter().map(lab::Mail::text).collect();
    assert_eq!(texts, ["one\r\n", "two\r\n"]);
}

#[test]
fn commands_out_of_order_and_unknown_parameters_are_refused() {
    let server = Server::start(Personality::plain().without_capability("SIZE")).unwrap();
    let mut client = Client::connect(server.port());
    client.expect("220");
    client.ask_expecting("MAIL FROM:<a@example.jp>", "503");
    client.ask_expecting("EHLO", "501");
    client.ask_expecting("EHLO client.example.jp", "250");
    client.ask_expecting("RCPT TO:<b@example.jp>", "503");
    client.ask_expecting("DATA", "503");
    client.ask_expecting("MAIL FROM:<a@example.jp> SIZE=100", "555");
    client.ask_expecting("MAIL FROM:<a@example.jp> BODY=8BITMIME", "250");
    client.ask_expecting("MAIL FROM:<a@example.jp>", "503");
    client.ask_expecting("DATA", "554");
    client.ask_expecting("RSET", "250");
    client.ask_expecting("FROBNICATE", "502");
    client.ask_expecting("AUTH PLAIN", "503");
}

#[test]
fn a_message_over_the_size_is_refused_when_announced_and_when_seen() {
    let server =
        Server::start(Personality::plain().without_capability("SIZE").capability("SIZE 100")).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("MAIL FROM:<a@example.jp> SIZE=101", "552");
    let reply = client.submit("a@example.jp", &format!("{}\r\n", "x".repeat(100))).unwrap();
    assert!(reply.starts_with("552 5.3.4"), "{reply}");
    assert_eq!(server.mails(), []);
}

#[test]
fn a_message_may_come_as_a_chunk_where_that_is_offered() {
    let server = Server::start(Personality::plain().capability("CHUNKING")).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("MAIL FROM:<a@example.jp>", "250");
    client.ask_expecting("BDAT 3 LAST\r\n.", "554");
    client.ask_expecting("RCPT TO:<b@example.jp>", "250");
    client.ask_expecting("BDAT 3 LAST\r\n.", "250");
    client.ask_expecting("BDAT 3 LAST\r\n.", "503");
    client.ask_expecting("BDAT three LAST", "501");
    assert_eq!(server.mails()[0].octets, b".\r\n");

    let server = Server::start(Personality::plain()).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("BDAT 0 LAST", "502");
}

#[test]
fn a_line_without_an_end_is_cut_off() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut client = Client::greeted(server.port());
    client.send(&[b'x'; 13_000]);
    client.expect("500");
    assert_eq!(client.ending(), End::Closed);
}

#[test]
fn a_scripted_recipient_is_answered_verbatim_and_does_not_cost_the_others_their_mail() {
    let server =
        Server::start(Personality::plain().recipient("gone@example.jp", "550 5.1.1 unknown user")).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("MAIL FROM:<a@example.jp>", "250");
    assert_eq!(client.ask("RCPT TO:<Gone@example.jp>"), "550 5.1.1 unknown user");
    client.ask_expecting("RCPT TO:<here@example.jp>", "250");
    client.ask_expecting("DATA", "354");
    client.send(b"x\r\n.\r\n");
    client.expect("250");
    assert_eq!(server.mails()[0].recipients, ["here@example.jp"]);
}

#[test]
fn the_self_hosted_server_shows_auth_only_after_tls_and_lets_in_by_every_mechanism() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::self_hosted(&authority).login("alert", "tamago")).unwrap();
    let mut clear = Client::greeted(server.port());
    let hello = clear.ask("EHLO client.example.jp");
    assert!(hello.contains("250-STARTTLS") && !hello.contains("AUTH"), "{hello}");
    assert!(clear.log_in("alert", "tamago").starts_with("530 5.7.0"));
    clear.ask_expecting("MAIL FROM:<a@example.jp>", "530 5.7.0");

    let fresh = || Client::greeted_after_starttls(server.port(), &authority);
    let mut client = fresh();
    let hello = client.ask("EHLO client.example.jp");
    assert!(hello.contains("250-AUTH LOGIN PLAIN CRAM-MD5|") && !hello.contains("STARTTLS"), "{hello}");
    client.ask_expecting("MAIL FROM:<a@example.jp>", "530 5.7.0");
    assert!(client.log_in("alert", "wrong").starts_with("535 5.7.8"));
    assert!(client.log_in("alert", "tamago").starts_with("235 2.7.0"));
    client.ask_expecting("AUTH LOGIN", "503");
    client.submit("a@example.jp", MESSAGE).unwrap();
    let mail = &server.mails()[0];
    assert_eq!((mail.tls, mail.user.as_deref()), (true, Some("alert")));

    let mut client = fresh();
    assert_eq!(client.ask("AUTH PLAIN"), "334 ");
    client.ask_expecting(&STANDARD.encode("alert\0alert\0tamago"), "235");
    let mut client = fresh();
    assert_eq!(client.ask("AUTH LOGIN"), "334 VXNlcm5hbWU6");
    assert_eq!(client.ask(&STANDARD.encode("alert")), "334 UGFzc3dvcmQ6");
    client.ask_expecting(&STANDARD.encode("tamago"), "235");
    let mut client = fresh();
    client.ask_expecting("AUTH CRAM-MD5", "334 ");
    client.ask_expecting(&STANDARD.encode("alert 00"), "535");
    client.ask_expecting("AUTH CRAM-MD5", "334 ");
    client.ask_expecting("*", "501 5.7.0");
    client.ask_expecting("AUTH DIGEST-MD5", "504");
}

#[test]
fn no_secret_reaches_the_transcript() {
    let server = Server::start(Personality::plain().login("alert", "tamago")).unwrap();
    let mut client = Client::greeted(server.port());
    let secrets = [STANDARD.encode("\0alert\0tamago"), STANDARD.encode("tamago")];
    client.ask(&format!("AUTH PLAIN {}x", secrets[0]));
    client.ask("AUTH LOGIN");
    client.ask(&STANDARD.encode("alert"));
    client.ask_expecting(&secrets[1], "235");
    let transcript: Vec<String> = server.transcript().iter().map(ToString::to_string).collect();
    for secret in &secrets {
        assert!(!transcript.join("\n").contains(secret), "{transcript:#?}");
    }
    assert_eq!(server.commands(), ["EHLO client.example.jp", "AUTH PLAIN ***", "AUTH LOGIN"]);
    assert_eq!(server.transcript().iter().filter(|line| line.kind == Kind::Secret).count(), 2);
}

#[test]
fn yahoo_wants_a_registered_sender_and_speaks_like_qmail() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::yahoo(&authority, &[OWN]).login("own", "tamago")).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    let hello = client.ask("EHLO client.example.jp");
    assert_eq!(
        hello,
        "250-smtp504.mail.example.jp|250-AUTH LOGIN PLAIN XYMCOOKIE|250-PIPELINING|250 8BITMIME"
    );
    client.ask_expecting("AUTH XYMCOOKIE", "504");
    assert_eq!(client.log_in("own", "tamago"), "235 ok, go ahead (#2.0.0)");
    let refusal = client.ask_expecting("MAIL FROM:<other@example.jp>", "553 ");
    assert!(refusal.ends_with("(#5.7.1)"), "{refusal}");
    client.ask_expecting("MAIL FROM:<>", "553 ");
    client.ask_expecting("MAIL FROM:<own@example.jp> SIZE=100", "555");
    let kept = client.submit(OWN, MESSAGE).unwrap();
    assert!(kept.starts_with("250 ok ") && kept.contains(" qp "), "{kept}");
    assert_eq!(client.ask("QUIT"), "221 smtp504.mail.example.jp");
}

#[test]
fn yahoo_complains_about_bare_line_feeds_only_after_the_final_dot() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::yahoo(&authority, &[OWN])).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    let reply = client.submit(OWN, "From: <own@example.jp>\n\nbare\n\r\n").unwrap();
    assert!(reply.starts_with("451 "), "{reply}");
    assert_eq!(server.mails(), []);
    client.submit(OWN, MESSAGE).unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn goo_offers_auth_twice_before_tls_and_refuses_it_there() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::goo(&authority).login("own", "tamago")).unwrap();
    let mut client = Client::greeted(server.port());
    let hello = client.ask("EHLO client.example.jp");
    let lines =
        "|250-SIZE 104857600|250-STARTTLS|250-AUTH LOGIN PLAIN|250-AUTH=LOGIN PLAIN|250 ENHANCEDSTATUSCODES";
    assert!(hello.ends_with(lines), "{hello}");
    assert!(client.log_in("own", "tamago").starts_with("538 5.7.11"));

    let mut client = Client::greeted_after_starttls(server.port(), &authority);
    client.log_in("own", "tamago");
    let kept = client.submit("anybody@example.com", MESSAGE).unwrap();
    assert!(kept.starts_with("250 2.0.0 ") && kept.ends_with(" mail accepted for delivery"), "{kept}");
}

#[test]
fn goo_hangs_up_on_commands_and_content_sent_ahead() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::goo(&authority)).unwrap();
    let rows: [(&str, &[u8], &[&str]); 3] = [
        ("envelope", b"MAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.jp>\r\n", &["250", "503"]),
        ("content", b"DATA\r\nx\r\n.\r\n", &["354", "503"]),
        ("farewell", b"x\r\n.\r\nQUIT\r\n", &["250", "503"]),
    ];
    for (name, flight, expected) in rows {
        let mut client = Client::greeted_after_starttls(server.port(), &authority);
        if name != "envelope" {
            client.ask_expecting("MAIL FROM:<a@example.jp>", "250");
            client.ask_expecting("RCPT TO:<b@example.jp>", "250");
        }
        if name == "farewell" {
            client.ask_expecting("DATA", "354");
        }
        client.send(flight);
        for start in expected {
            let reply = client.reply().unwrap();
            assert!(reply.starts_with(start), "{name}: {reply}");
        }
        assert_eq!(client.ending(), End::Closed, "{name}");
    }
}

#[test]
fn docomo_speaks_without_enhanced_codes_and_wants_its_own_sender_in_brackets() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::docomo(&authority, OWN).login("own", "tamago")).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    let hello = client.ask("EHLO client.example.jp");
    assert!(
        hello.ends_with("|250-AUTH LOGIN PLAIN|250-AUTH=LOGIN PLAIN|250-SIZE 15727616|250 8BITMIME"),
        "{hello}"
    );
    let rows = [
        ("wrong login", "AUTH PLAIN AG93bgB3cm9uZw==", "535 A"),
        ("right login", "AUTH PLAIN AG93bgB0YW1hZ28=", "235 A"),
        ("no brackets", "MAIL FROM:own@example.jp", "501 "),
        ("another's address", "MAIL FROM:<other@example.jp>", "550 T"),
        ("blank after the colon", "MAIL FROM: <own@example.jp>", "250 S"),
        ("recipient without brackets", "RCPT TO:b@example.jp", "501 "),
        ("recipient after a blank", "RCPT TO: <b@example.jp>", "250 R"),
        ("line too long", &"x".repeat(999), "500 L"),
    ];
    for (name, command, expected) in rows {
        let reply = client.ask(command);
        assert!(reply.starts_with(expected), "{name}: {reply}");
    }
}

#[test]
fn docomo_judges_the_message_after_the_final_dot() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::docomo(&authority, OWN)).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    let longest = format!("{MESSAGE}{}\r\n", "x".repeat(998));
    let too_long = format!("{MESSAGE}{}\r\n", "x".repeat(999));
    let rows = [
        ("own From", MESSAGE, "250 "),
        ("own From with a name", "Subject: x\r\nfrom: Own <OWN@example.jp>\r\n\r\n", "250 "),
        ("another's From", "From: <other@example.jp>\r\n\r\n", "550 "),
        ("no From", "Subject: own@example.jp\r\n\r\nFrom: own@example.jp\r\n", "550 "),
        ("no header block", "From the disk\r\n", "550 "),
        ("longest line", &longest, "250 "),
        ("line too long", &too_long, "500 "),
        ("bare line feeds", "From: <own@example.jp>\n\nx\n", "250 "),
    ];
    for (name, message, expected) in rows {
        let reply = client.submit(OWN, message).unwrap();
        assert!(reply.starts_with(expected), "{name}: {reply}");
    }
}

#[test]
fn a_server_without_auth_neither_offers_nor_takes_it() {
    let authority = Authority::new().unwrap();
    let server =
        Server::start(Personality::yahoo(&authority, &[OWN]).login("a", "b").without_auth()).unwrap();
    let mut client = Client::greeted_over_tls(server.port(), &authority);
    assert!(client.log_in("a", "b").starts_with("503"));
    client.submit(OWN, MESSAGE).unwrap();
    assert_eq!(server.mails()[0].user, None);
}

#[test]
fn qmail_is_clear_and_complains_about_bare_line_feeds_after_the_final_dot() {
    let server = Server::start(Personality::qmail()).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("STARTTLS", "502");
    let reply = client.submit(OWN, "From: <own@example.jp>\n\nbare\n\r\n").unwrap();
    assert!(reply.starts_with("451 ") && reply.ends_with("(#4.6.0)"), "{reply}");
    let kept = client.submit(OWN, MESSAGE).unwrap();
    let words: Vec<&str> = kept.split(' ').collect();
    assert!(matches!(words[..], ["250", "ok", _, "qp", _]), "{kept}");
    assert!([words[2], words[4]].iter().all(|number| number.parse::<u32>().is_ok()), "{kept}");
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn outlook_has_no_plain_and_refuses_another_from_after_the_end() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::outlook(&authority, OWN).login("own", "tamago")).unwrap();
    let mut client = Client::greeted_after_starttls(server.port(), &authority);
    client.ask_expecting("AUTH PLAIN AG93bgB0YW1hZ28=", "504");
    client.ask_expecting("AUTH LOGIN", "334");
    client.ask_expecting("b3du", "334");
    client.ask_expecting("dGFtYWdv", "235");
    let refused = client.submit(OWN, "From: <other@example.jp>\r\n\r\nx\r\n").unwrap();
    assert!(refused.starts_with("554 5.2.252 "), "{refused}");
    client.submit(OWN, MESSAGE).unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn gmail_signs_its_replies_and_offers_what_nobody_else_has() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::gmail(&authority).login("own", "tamago")).unwrap();
    let mut client = Client::greeted_after_starttls(server.port(), &authority);
    let hello = client.ask("EHLO client.example.jp");
    assert!(hello.contains("PLAIN-CLIENTTOKEN") && hello.contains("CHUNKING"), "{hello}");
    client.log_in("own", "tamago");
    let kept = client.submit(OWN, MESSAGE).unwrap();
    assert!(kept.starts_with("250 2.0.0 OK  15") && kept.ends_with(" - gsmtp"), "{kept}");
}
