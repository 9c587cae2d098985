//! Who looks on sees the dialogue as it happens, and what it went through; a refused certificate is shown all the same.

use std::sync::{Arc, Mutex};

use alertmail::submit::{Onlooker, Sight, Target, Trust, Visit};
use lab::{Authority, Leaf, Personality, Server};
use smtp::{Path, Phase, RecipientOutcome, Security, Transaction};

use crate::desk::{LIMITS, RECIPIENT, SENDER, target, with_login};

/// Keeps what it sees, in words.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Onlooker for Notes {
    fn sees(&self, sight: &Sight<'_>) {
        let words = match sight {
            Sight::Connected { endpoint, .. } => format!("connected {}", endpoint.port),
            Sight::Secured(protection) => {
                format!("{} with {} certificate", protection.version, protection.chain.len())
            }
            Sight::Said(said) => format!("{} {} {said}", said.phase, said.tls),
            Sight::Failed(failure) => format!("failed at {}", failure.phase),
        };
        self.0.lock().expect("one thread").push(words);
    }
}

struct Stand {
    server: Server,
    notes: Arc<Notes>,
    visit: Visit,
    _ca: tempfile::NamedTempFile,
}

fn stand(
    personality: impl FnOnce(&Authority) -> Personality,
    change: impl FnOnce(Target) -> Target,
) -> Stand {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(personality(&authority)).expect("a server");
    let mut ca = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut ca, authority.ca_pem().as_bytes()).expect("written");
    let mut provider = change(target(&[(server.port(), Security::StartTls)]));
    provider.trust = Trust::CaFile(ca.path().to_owned());
    let notes = Arc::new(Notes::default());
    let visit = Visit::new(provider, LIMITS, Arc::clone(&notes) as Arc<dyn Onlooker>).expect("a visit");
    Stand { server, notes, visit, _ca: ca }
}

impl Stand {
    fn seen(&self) -> Vec<String> {
        self.notes.0.lock().expect("one thread").clone()
    }
}

#[tokio::test]
async fn a_probe_is_seen_from_the_connection_to_the_goodbye() {
    let stand = stand(
        |authority| Personality::self_hosted(authority).login("alert", "open sesame"),
        |target| with_login(target, "open sesame"),
    );
    stand.visit.probe().await.expect("usable");
    let seen = stand.seen();
    let wanted = [
        format!("connected {}", stand.server.port()),
        "greeting false S: 220 mail.example.jp ESMTP Postfix".into(),
        "ehlo false C: EHLO [127.0.0.1]".into(),
        "ehlo false S: 250-PIPELINING".into(),
        "starttls false C: STARTTLS".into(),
        "TLS 1.3 with 1 certificate".into(),
        "ehlo true C: EHLO [127.0.0.1]".into(),
        "auth true C: AUTH PLAIN (secret)".into(),
        "auth true S: 235 2.7.0 Authentication successful".into(),
        "quit true C: QUIT".into(),
        "quit true S: 221 2.0.0 Bye".into(),
    ];
    let mut rest = seen.iter();
    for line in &wanted {
        assert!(rest.any(|seen| seen == line), "`{line}` is not there in this order: {seen:#?}");
    }
    assert_eq!(stand.server.mails().len(), 0);
}

#[tokio::test]
async fn one_message_is_sent_and_seen_but_not_its_text() {
    let stand = stand(Personality::self_hosted, |target| target);
    let path = |text: &str| Path::parse(text).expect("a path");
    let content: Arc<[u8]> = Arc::from(&b"Subject: x\r\n\r\nconfidential\r\n"[..]);
    let transaction =
        Transaction { sender: path(SENDER), recipients: vec![path(RECIPIENT), path(RECIPIENT)], content };
    let outcome = stand.visit.send(transaction).await;
    assert!(outcome.recipients.iter().all(|it| matches!(it, RecipientOutcome::Delivered(_))), "{outcome:?}");
    assert_eq!(stand.server.mails().len(), 1);
    let seen = stand.seen();
    assert!(seen.contains(&"dot true C: (message, 28 octets)".to_owned()), "{seen:#?}");
    assert!(seen.iter().all(|line| !line.contains("confidential")), "{seen:#?}");
    assert_eq!(seen.last().map(String::as_str), Some("quit true S: 221 2.0.0 Bye"));
}

#[tokio::test]
async fn a_refused_certificate_is_looked_at_and_nothing_is_sent_to_its_owner() {
    for leaf in [Leaf::Expired, Leaf::WrongName] {
        let stand = stand(
            |authority| Personality::self_hosted(authority).login("alert", "open sesame").certificate(leaf),
            |target| with_login(target, "open sesame"),
        );
        let failure = stand.visit.probe().await.expect_err("not to be trusted");
        assert_eq!(failure.phase, Phase::Tls, "{failure}");
        let protection = stand.visit.peek().await.expect("a handshake");
        assert_eq!(protection.chain.len(), 1);
        let commands = stand.server.commands();
        assert_eq!(commands, ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "STARTTLS"], "{leaf:?}");
    }
}

#[tokio::test]
async fn nothing_is_seen_of_a_server_that_is_not_there_but_the_failure() {
    let port = lab::Port::reserve().expect("a port");
    let notes = Arc::new(Notes::default());
    let target = target(&[(port.number(), Security::None)]);
    let visit = Visit::new(target, LIMITS, Arc::clone(&notes) as Arc<dyn Onlooker>).expect("a visit");
    visit.probe().await.expect_err("nobody listens");
    assert_eq!(*notes.0.lock().expect("one thread"), ["failed at connect"]);
    assert_eq!(visit.peek().await, None);
    assert_eq!(visit.addresses().await.map(|found| found.len()), Ok(1));
}
