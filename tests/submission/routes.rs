//! Ways to a server that are no TCP connection of our own: a SOCKS proxy, a program.

use std::sync::Arc;
use std::time::Duration;

use alertmail::submit::{Limits, Proxy, Route, Target};
use lab::{Authority, Personality, Port, Server, Socks};
use smtp::{Credentials, Failure, Phase, Secret, Security, Trouble};

use crate::desk::{Desk, LIMITS, is_delivered, target, with_login};

/// The target behind a proxy.
fn behind(socks: &Socks, login: Option<(&str, &str)>, mut target: Target) -> Target {
    let login = login
        .map(|(user, password)| Arc::new(Credentials::with_password(user, Secret::new(password.to_owned()))));
    target.route = Route::Socks(Proxy { host: "127.0.0.1".to_owned(), port: socks.port(), login });
    target
}

/// The target by a program.
fn by(words: &[&str], mut target: Target) -> Target {
    target.route = Route::Command(words.iter().map(|&word| word.to_owned()).collect());
    target
}

fn unreachable(failure: &Failure) -> &str {
    match (&failure.phase, &failure.trouble) {
        (Phase::Connect, Trouble::Unreachable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mail_goes_through_a_proxy_which_resolves_the_name_and_tls_runs_inside() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority).login("alert", "pw")).expect("a server");
    for (login, security) in [(None, Security::StartTls), (Some(("me", "secret")), Security::StartTls)] {
        let socks = Socks::start(login).expect("a proxy");
        let mut home = with_login(target(&[(server.port(), security)]), "pw");
        home.host = "mail.example.jp".to_owned();
        home.tls_name = Some("localhost".to_owned());
        let outcome = Desk::new(behind(&socks, login, home), Some(&authority), LIMITS).submit().await;
        assert!(is_delivered(&outcome), "{outcome:?}");
        assert_eq!(socks.asked(), [format!("mail.example.jp:{}", server.port())]);
    }
    assert!(server.mails().iter().all(|mail| mail.tls));
}

#[tokio::test]
async fn what_the_proxy_says_is_told_and_the_next_endpoint_is_tried() {
    let (closed, server) =
        (Port::reserve().expect("a port"), Server::start(Personality::plain()).expect("a server"));
    let socks = Socks::start(None).expect("a proxy");
    let both = target(&[(closed.number(), Security::None), (server.port(), Security::None)]);
    assert!(is_delivered(&Desk::new(behind(&socks, None, both), None, LIMITS).submit().await));
    assert_eq!(socks.asked().len(), 2);

    let one = target(&[(closed.number(), Security::None)]);
    let failure = Desk::new(behind(&socks, None, one), None, LIMITS).fails().await;
    let expected = format!(
        "through the proxy 127.0.0.1:{}: 127.0.0.1 port {}: the proxy says: connection refused",
        socks.port(),
        closed.number()
    );
    assert_eq!(unreachable(&failure), expected);
}

#[tokio::test]
async fn a_proxy_that_wants_another_login_is_told_of_without_the_password() {
    let server = Server::start(Personality::plain()).expect("a server");
    let socks = Socks::start(Some(("me", "secret"))).expect("a proxy");
    for (login, part) in [(Some(("me", "hunter2")), "refuses user or password"), (None, "wants a login")] {
        let home = behind(&socks, login, target(&[(server.port(), Security::None)]));
        let failure = Desk::new(home, None, LIMITS).fails().await;
        assert!(unreachable(&failure).contains(part), "{failure}");
        assert!(!failure.to_string().contains("hunter2"));
    }
    assert_eq!((socks.asked().len(), server.connections()), (0, 0));
}

#[tokio::test]
async fn what_lies_behind_a_proxy_is_not_known_to_be_near() {
    let socks = Socks::start(None).expect("a proxy");
    let mut home = target(&[(587, Security::None)]);
    home.host = "localhost".to_owned();
    let failure = Desk::new(behind(&socks, None, home), None, LIMITS).fails().await;
    assert!(matches!(failure.trouble, Trouble::Settings(_)), "{failure}");
    assert!(socks.asked().is_empty());
}

#[tokio::test]
async fn a_silent_proxy_has_the_limit_of_all_connecting() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut home = target(&[(587, Security::None)]);
    let port = listener.local_addr().expect("an address").port();
    home.route = Route::Socks(Proxy { host: "127.0.0.1".to_owned(), port, login: None });
    let limits = Limits { connect: Duration::from_millis(300), ..LIMITS };
    let failure = Desk::new(home, None, limits).fails().await;
    assert!(unreachable(&failure).ends_with("no answer in time"), "{failure}");
}

#[tokio::test]
async fn a_mail_goes_through_a_program_and_tls_runs_inside() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority).login("alert", "pw")).expect("a server");
    let home = with_login(target(&[(server.port(), Security::StartTls)]), "pw");
    let home = by(&["socat", "-", "TCP:{host}:{port}"], home);
    let mut desk = Desk::new(home, Some(&authority), LIMITS);
    for _ in 0..2 {
        let outcome = desk.submit().await;
        assert!(is_delivered(&outcome), "{outcome:?}");
    }
    assert_eq!((server.mails().len(), server.connections()), (2, 1));
    assert!(server.mails().iter().all(|mail| mail.tls));
}

#[tokio::test]
async fn a_program_may_be_the_one_that_speaks_tls() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::docomo(&authority, "alert@example.jp").login("alert", "pw"));
    let server = server.expect("a server");
    let words = ["openssl", "s_client", "-quiet", "-verify_quiet", "-connect", "{host}:{port}"];
    let home = by(&words, target(&[(server.port(), Security::None)]));
    let failure = Desk::new(home, None, LIMITS).fails().await;
    assert!(failure.phase > Phase::Ehlo, "it got as far as the envelope: {failure}");
    assert!(server.commands().iter().any(|command| command.starts_with("EHLO")));
}

#[tokio::test]
async fn a_program_that_ends_early_is_a_failure_to_connect_with_its_status_and_last_words() {
    let authority = Authority::new().expect("an authority");
    for security in [Security::None, Security::Implicit, Security::StartTls] {
        let words = ["sh", "-c", "printf 'no way to %s\\n\\033[2J' \"$0\" >&2; exit 3", "{host}:{port}"];
        let home = by(&words, target(&[(587, security)]));
        let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
        let why = unreachable(&failure);
        assert!(why.starts_with("`sh` ended with exit status: 3: no way to 127.0.0.1:587"), "{why}");
        assert!(!failure.to_string().contains('\u{1b}'), "made printable: {failure}");
    }
    let home = by(&["/nonexistent/program"], target(&[(587, Security::None)]));
    let failure = Desk::new(home, None, LIMITS).fails().await;
    assert!(unreachable(&failure).starts_with("`/nonexistent/program` cannot be started"), "{failure}");
}

#[tokio::test]
async fn of_a_program_that_talks_without_end_the_last_words_are_kept() {
    let script = "i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i+1)); done >&2; exit 1";
    let failure =
        Desk::new(by(&["sh", "-c", script], target(&[(587, Security::None)])), None, LIMITS).fails().await;
    let why = unreachable(&failure);
    assert!(why.ends_with("line 19998 line 19999") && why.len() < 400, "{why}");
}

#[tokio::test]
async fn a_program_ends_with_its_session_even_if_it_does_not_want_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let number = folder.path().join("pid");
    // Says the greeting of a server that goes away, and stays.
    let script =
        format!("echo $$ > {}; trap '' TERM; printf '554 no\\r\\n'; exec sleep 600", number.display());
    let mut desk = Desk::new(by(&["sh", "-c", &script], target(&[(587, Security::None)])), None, LIMITS);
    assert_eq!(desk.fails().await.reply().map(|reply| reply.code.0), Some(554));
    let number: i32 = std::fs::read_to_string(&number).expect("a number").trim().parse().expect("a number");
    let process = rustix::process::Pid::from_raw(number).expect("a process");
    let gone = async {
        while rustix::process::test_kill_process(process).is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it ends");
}
