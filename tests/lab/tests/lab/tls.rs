//! Certificates, names, and the border between plaintext and TLS.

use std::io;

use lab::{Act, Authority, Leaf, Personality, Server, Stage};

use crate::client::{Client, End};

/// A handshake with a server that shows this leaf; the text of the failure if it fails.
fn handshake(shown: Leaf, trusted: Option<&Authority>, name: &str) -> Result<(), String> {
    let authority = Authority::new().expect("certificates can be made");
    let personality = Personality::yahoo(&authority, &[]).certificate(shown);
    let server = Server::start(personality).expect("a port is free");
    let secured = Client::connect(server.port()).secure(trusted.unwrap_or(&authority), name);
    secured.map_err(|why| why.to_string())
}

#[test]
fn only_the_good_leaf_under_its_names_and_its_own_authority_is_trusted() {
    let stranger = Authority::new().unwrap();
    let rows = [
        ("by name", Leaf::Good, None, "localhost", None),
        ("by address", Leaf::Good, None, "127.0.0.1", None),
        ("expired", Leaf::Expired, None, "localhost", Some("expired")),
        ("wrong name", Leaf::WrongName, None, "localhost", Some("not valid for name")),
        ("wrong name, by address", Leaf::WrongName, None, "127.0.0.1", Some("not valid for name")),
        ("another authority", Leaf::Good, Some(&stranger), "localhost", Some("BadSignature")),
    ];
    for (row, shown, trusted, name, failure) in rows {
        match (handshake(shown, trusted, name), failure) {
            (Ok(()), None) => {}
            (Err(why), Some(part)) => assert!(why.contains(part), "{row}: {why}"),
            (seen, expected) => panic!("{row}: {seen:?} instead of {expected:?}"),
        }
    }
}

#[test]
fn plaintext_sent_behind_starttls_is_forgotten() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::self_hosted(&authority)).unwrap();
    let mut client = Client::greeted(server.port());
    client.send(b"STARTTLS\r\nMAIL FROM:<intruder@example.com>\r\n");
    client.expect("220");
    client.secure(&authority, "localhost").unwrap();
    client.ask_expecting("NOOP", "250");
    assert!(!server.commands().iter().any(|command| command.contains("intruder")));
}

#[test]
fn what_was_said_before_starttls_does_not_count_after_it() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::self_hosted(&authority)).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("MAIL FROM:<a@example.jp>", "250");
    client.ask_expecting("STARTTLS", "220");
    client.secure(&authority, "localhost").unwrap();
    client.ask_expecting("RCPT TO:<b@example.jp>", "503");
    client.ask_expecting("MAIL FROM:<a@example.jp>", "503");
    let again = client.ask_expecting("EHLO client.example.jp", "250");
    assert!(!again.contains("STARTTLS"), "{again}");
    client.ask_expecting("STARTTLS", "503");
}

#[test]
fn text_can_be_injected_in_the_packet_of_the_starttls_reply() {
    let authority = Authority::new().unwrap();
    let injecting = Personality::self_hosted(&authority)
        .at(Stage::StartTls, Act::Inject("250-mail.example.jp\r\n250 AUTH PLAIN".into()));
    let server = Server::start(injecting).unwrap();
    let mut client = Client::greeted(server.port());
    client.send(b"STARTTLS\r\n");
    client.read().unwrap();
    assert_eq!(client.input(), "220 2.0.0 Ready to start TLS\r\n250-mail.example.jp\r\n250 AUTH PLAIN\r\n");
}

#[test]
fn a_refused_starttls_leaves_the_channel_clear_and_usable() {
    let authority = Authority::new().unwrap();
    let refusing = Personality::self_hosted(&authority)
        .at(Stage::StartTls, Act::Say("454 4.7.0 TLS not available".into()));
    let server = Server::start(refusing).unwrap();
    let mut client = Client::greeted(server.port());
    client.ask_expecting("STARTTLS", "454");
    client.ask_expecting("NOOP", "250");
}

#[test]
fn a_server_stripped_of_starttls_neither_offers_nor_takes_it() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::self_hosted(&authority).without_capability("STARTTLS")).unwrap();
    let mut client = Client::greeted(server.port());
    let hello = client.ask_expecting("EHLO client.example.jp", "250");
    assert!(!hello.contains("STARTTLS") && !hello.contains("AUTH"), "{hello}");
    client.ask_expecting("STARTTLS", "502");
}

#[test]
fn plaintext_on_an_implicit_tls_port_gets_no_reply() {
    let authority = Authority::new().unwrap();
    let server = Server::start(Personality::yahoo(&authority, &[])).unwrap();
    let mut client = Client::connect(server.port());
    client.send(b"EHLO client.example.jp\r\n\r\n");
    // The answer is a TLS alert or the end, never a reply.
    let _: io::Result<usize> = client.read();
    assert!(!client.input().contains("220"));
    assert!(matches!(client.ending(), End::Closed | End::Reset));
    assert_eq!(server.commands(), [""; 0]);
}
