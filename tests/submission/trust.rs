//! Certificates: whom we talk to, and what is said when we do not.

use lab::{Act, Authority, Leaf, Personality, Server, Stage};
use smtp::{Phase, Security, Trouble};

use crate::desk::{Desk, LIMITS, SENDER, target, tls_words};

async fn words_of(leaf: Leaf, trusted: &Authority, authority: &Authority, security: Security) -> String {
    let manners = match security {
        Security::Implicit => Personality::docomo(authority, SENDER),
        Security::StartTls | Security::None => Personality::self_hosted(authority),
    };
    let server = Server::start(manners.certificate(leaf)).expect("a server");
    let failure = Desk::new(target(&[(server.port(), security)]), Some(trusted), LIMITS).fails().await;
    assert_eq!(failure.phase, Phase::Tls);
    assert!(server.mails().is_empty());
    tls_words(&failure).to_owned()
}

#[tokio::test]
async fn a_certificate_that_is_not_good_ends_the_attempt_with_words_that_say_why() {
    let (authority, stranger) = (Authority::new().expect("one"), Authority::new().expect("another"));
    for security in [Security::StartTls, Security::Implicit] {
        for (leaf, trusted, part) in [
            (Leaf::Good, &stranger, "signed by nobody whom we trust"),
            (Leaf::WrongName, &authority, "is not for `127.0.0.1`"),
            (Leaf::Expired, &authority, "has expired"),
            (Leaf::SelfSigned, &authority, "an authority's certificate as its own"),
        ] {
            let words = words_of(leaf, trusted, &authority, security).await;
            assert!(words.contains(part), "{security:?}: {words}");
        }
    }
}

#[tokio::test]
async fn words_behind_the_answer_to_starttls_end_the_session() {
    let authority = Authority::new().expect("an authority");
    let manners = Personality::self_hosted(&authority);
    let manners = manners.at(Stage::StartTls, Act::Inject("250-evil\r\n250 AUTH PLAIN\r\n".into()));
    let server = Server::start(manners).expect("a server");
    let home = target(&[(server.port(), Security::StartTls)]);
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert_eq!(failure.phase, Phase::StartTls);
    assert!(matches!(failure.trouble, Trouble::Protocol(_)), "{failure}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::plain()).expect("a server");
    let home = target(&[(server.port(), Security::StartTls)]);
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert_eq!(failure.trouble, Trouble::StartTlsMissing);
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn when_a_certificate_ends_is_known_after_the_first_handshake() {
    let authority = Authority::new().expect("an authority");
    for security in [Security::StartTls, Security::Implicit] {
        let manners = match security {
            Security::Implicit => Personality::docomo(&authority, SENDER),
            Security::StartTls | Security::None => Personality::self_hosted(&authority),
        };
        let server = Server::start(manners).expect("a server");
        let mut desk = Desk::new(target(&[(server.port(), security)]), Some(&authority), LIMITS);
        assert_eq!(desk.carrier.certificate_end(0), None);
        desk.submit().await;
        let end = desk.carrier.certificate_end(0).expect("an end");
        assert_eq!(end.to_string(), "4096-01-01T00:00:00.000Z", "{security:?}");
    }
}
