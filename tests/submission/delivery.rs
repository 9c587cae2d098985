//! What goes well: plain, STARTTLS and implicit TLS, with and without a login.

use lab::{Authority, Mail, Personality, Port, Server};
use smtp::{Phase, Security, Trouble};

use crate::desk::{Desk, LIMITS, RECIPIENT, SENDER, clear, is_delivered, target, with_login};

fn the_mail(server: &Server) -> Mail {
    let [mail] = server.mails().try_into().expect("one mail");
    assert_eq!((mail.sender.as_str(), &mail.recipients[..]), (SENDER, &[RECIPIENT.to_owned()][..]));
    assert_eq!(mail.text(), "Subject: attempt 1\r\n\r\nx\r\n");
    mail
}

#[tokio::test]
async fn a_mail_gets_through_in_clear() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    assert!(!the_mail(&server).tls);
    assert!(desk.is_quiet());
}

#[tokio::test]
async fn a_mail_gets_through_after_starttls_with_a_login() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority).login("alert", "pw")).expect("a server");
    let home = with_login(target(&[(server.port(), Security::StartTls)]), "pw");
    assert!(is_delivered(&Desk::new(home, Some(&authority), LIMITS).submit().await));
    let mail = the_mail(&server);
    assert_eq!((mail.tls, mail.user.as_deref()), (true, Some("alert")));
}

#[tokio::test]
async fn a_mail_gets_through_in_tls_from_the_first_octet() {
    let authority = Authority::new().expect("an authority");
    let server =
        Server::start(Personality::docomo(&authority, SENDER).login("alert", "pw")).expect("a server");
    let home = with_login(target(&[(server.port(), Security::Implicit)]), "pw");
    // docomo wants the header From, too, which this mail does not have: it gets as far as the final dot.
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert_eq!(failure.phase, Phase::Dot);
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_refused_login_is_the_outcome_and_no_mail_goes_out() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority).login("alert", "pw")).expect("a server");
    let home = with_login(target(&[(server.port(), Security::StartTls)]), "wrong");
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert_eq!((failure.phase, failure.reply().map(|reply| reply.code.0)), (Phase::Auth, Some(535)));
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn the_second_endpoint_is_used_when_the_first_refuses() {
    let closed = Port::reserve().expect("a port");
    let server = Server::start(Personality::plain()).expect("a server");
    let both = target(&[(closed.number(), Security::None), (server.port(), Security::None)]);
    assert!(is_delivered(&Desk::new(both, None, LIMITS).submit().await));
    the_mail(&server);
}

#[tokio::test]
async fn where_nobody_listens_the_failure_says_what_was_tried() {
    let closed = Port::reserve().expect("a port");
    let mut desk = Desk::new(target(&[(closed.number(), Security::None)]), None, LIMITS);
    let failure = desk.fails().await;
    let expected = format!("127.0.0.1 port {}: connection refused", closed.number());
    assert_eq!((failure.phase, failure.trouble), (Phase::Connect, Trouble::Unreachable(expected)));
    assert!(desk.is_quiet());
}
