//! Pins: a server is known by its key, and by nothing else.

use std::io::Write as _;
use std::process::Command;

use alertmail::config::Config;
use alertmail::submit::Trust;
use lab::{Authority, Leaf, Personality, Server};
use smtp::{Phase, Security};

use crate::desk::{Desk, LIMITS, is_delivered, target, tls_words};

/// What the operator would do: the command that the error gives, on the server's certificate.
fn pin_by(command: &str, certificate: &str) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(certificate.as_bytes()).expect("written");
    let command = command.replace("CERT", &file.path().display().to_string());
    let output = Command::new("sh").args(["-c", &command]).output().expect("a shell");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text").chars().take(64).collect()
}

/// What a configuration with this line trusts.
pub(crate) fn trust(line: &str) -> Trust {
    let text =
        format!("[[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nfrom = \"a@example.jp\"\n{line}\n");
    let config = Config::parse(&text, std::path::Path::new("alertmail.toml")).expect("a configuration");
    config.providers[0].trust.clone()
}

/// The pin in the words of a refusal.
pub(crate) fn quoted(words: &str) -> &str {
    words.split("pin_sha256 = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a pin")
}

#[tokio::test]
async fn the_pin_in_the_refusal_is_the_digest_that_its_command_computes_and_the_server_is_then_trusted() {
    let authority = Authority::new().expect("an authority");
    for leaf in [Leaf::SelfSigned, Leaf::Expired, Leaf::WrongName, Leaf::Good] {
        let server = Server::start(Personality::self_hosted(&authority).certificate(leaf)).expect("a server");
        let home = || target(&[(server.port(), Security::StartTls)]);
        let failure = Desk::new(home(), Some(&Authority::new().expect("a stranger")), LIMITS).fails().await;
        let words = tls_words(&failure).to_owned();
        let shown = failure.to_string();
        assert!(shown.ends_with("sha256sum"), "nothing of it is cut off: {shown}");
        let command = words.split("the same: ").nth(1).expect("a command");
        assert_eq!(quoted(&words), pin_by(command, &authority.leaf_pem(leaf)), "{leaf:?}");

        let mut pinned = home();
        pinned.trust = trust(&format!("pin_sha256 = \"{}\"", quoted(&words)));
        pinned.auth = smtp::AuthPolicy::None;
        let outcome = Desk::new(pinned, None, LIMITS).submit().await;
        assert!(is_delivered(&outcome), "{leaf:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn another_key_than_the_pinned_one_is_refused_even_with_a_certificate_that_all_would_trust() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority)).expect("a server");
    let mut home = target(&[(server.port(), Security::StartTls)]);
    home.trust = trust(&format!("pin_sha256 = [\"{}\", \"{}\"]", "0".repeat(64), "1".repeat(64)));
    let failure = Desk::new(home, None, LIMITS).fails().await;
    assert_eq!(failure.phase, Phase::Tls);
    let words = tls_words(&failure);
    assert!(words.starts_with("the server has another key than the one in `pin_sha256`"), "{words}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_shows_the_pinned_certificate_and_does_not_have_its_key_is_refused() {
    let authority = Authority::new().expect("an authority");
    let pem = authority.leaf_pem(Leaf::Good);
    let pin =
        pin_by("openssl x509 -in CERT -noout -pubkey | openssl pkey -pubin -outform der | sha256sum", &pem);
    let server =
        Server::start(Personality::self_hosted(&authority).certificate(Leaf::Stolen)).expect("a server");
    for trusted in [None, Some(&authority)] {
        let mut home = target(&[(server.port(), Security::StartTls)]);
        home.trust = trust(&format!("pin_sha256 = \"{pin}\""));
        let failure = Desk::new(home, trusted, LIMITS).fails().await;
        assert!(tls_words(&failure).contains("whose key it does not have"), "{failure}");
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn of_several_pins_one_is_enough() {
    let authority = Authority::new().expect("an authority");
    let server =
        Server::start(Personality::self_hosted(&authority).certificate(Leaf::SelfSigned)).expect("a server");
    let pin = pin_by(
        "openssl x509 -in CERT -noout -pubkey | openssl pkey -pubin -outform der | sha256sum",
        &authority.leaf_pem(Leaf::SelfSigned),
    );
    let mut home = target(&[(server.port(), Security::StartTls)]);
    home.trust = trust(&format!("pin_sha256 = [\"{}\", \"{pin}\"]", "0".repeat(64)));
    assert!(is_delivered(&Desk::new(home, None, LIMITS).submit().await));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_good_where_the_configuration_says_that_name() {
    let authority = Authority::new().expect("an authority");
    let server =
        Server::start(Personality::self_hosted(&authority).certificate(Leaf::WrongName)).expect("a server");
    let mut home = target(&[(server.port(), Security::StartTls)]);
    home.tls_name = Some("elsewhere.example.jp".to_owned());
    assert!(is_delivered(&Desk::new(home, Some(&authority), LIMITS).submit().await));
}
