//! Certificates as people make them at home: with openssl, and shown by openssl.

use std::path::Path;
use std::process::Command;

use alertmail::submit::{Limits, Trust};
use harness::Openssl;
use smtp::{Failure, Phase, Security, Trouble};

use crate::desk::{Desk, LIMITS, SHORT, target, tls_words};
use crate::pins::{quoted, trust};

/// What comes of it with a server whose certificate this script makes.
async fn end_with(script: &str, trusted: Option<Trust>) -> Failure {
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("sh").args(["-ec", script]).current_dir(folder.path()).output().expect("a shell");
    assert!(made.status.success(), "{made:?}");
    let server = Openssl::start(folder.path());
    let mut home = target(&[(server.port, Security::Implicit)]);
    home.trust = trusted.unwrap_or_else(|| Trust::CaFile(folder.path().join("cert.pem")));
    let limits = Limits { connect: LIMITS.connect, ..SHORT };
    Desk::new(home, None, limits).fails().await
}

/// The key stays the same, so that a pin does.
fn with_key(folder: &Path, script: &str) -> String {
    format!("cp {}/key.pem key.pem; {script}", folder.display())
}

#[tokio::test]
async fn the_usual_self_signed_certificate_is_refused_as_an_authority_and_accepted_by_its_pin() {
    let keys = tempfile::tempdir().expect("a folder");
    for make in [
        "openssl genrsa -out key.pem 2048",
        "openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
        "openssl genpkey -algorithm ed25519 -out key.pem",
    ] {
        let made = Command::new("sh").args(["-ec", make]).current_dir(keys.path()).output().expect("a shell");
        assert!(made.status.success(), "{made:?}");
        let script = with_key(keys.path(), "openssl req -x509 -key key.pem -subj /CN=home -out cert.pem");
        let failure = end_with(&script, None).await;
        let words = tls_words(&failure);
        assert!(
            words.starts_with("the server shows an authority's certificate as its own"),
            "{make}: {words}"
        );
        let pinned = trust(&format!("pin_sha256 = \"{}\"", quoted(words)));
        let failure = end_with(&script, Some(pinned)).await;
        assert_eq!(failure.phase, Phase::Greeting, "the handshake went well: {failure}");
        assert!(matches!(failure.trouble, Trouble::Silent { .. }), "{failure}");
    }
}

#[tokio::test]
async fn a_certificate_of_version_1_is_refused_with_the_command_that_makes_a_better_one() {
    let script = "openssl req -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=home -out request.pem; \
                  openssl x509 -req -in request.pem -signkey key.pem -out cert.pem";
    let words = end_with(script, None).await;
    let words = tls_words(&words);
    assert!(words.contains("of version 1") && words.contains("openssl req -x509"), "{words}");
}
