//! Certificates as files, for servers that are not the lab's. They are made by `openssl` and valid for two days.

use std::path::Path;
use std::process::Command;

use crate::child::run;

/// An authority (`ca.pem`), and a certificate of it for 127.0.0.1 (`cert.pem`, `key.pem`), in this folder.
pub fn make_certificates(at: &Path) {
    let file = |name: &str| at.join(name).to_string_lossy().into_owned();
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"]);
        command.args(["-pkeyopt", "ec_paramgen_curve:P-256"]).args(arguments);
        run(&mut command, b"").expect_success();
    };
    let (ca, ca_key) = (file("ca.pem"), file("ca-key.pem"));
    openssl(&["-subj", "/CN=relay test authority", "-out", &ca, "-keyout", &ca_key]);
    let names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
    let (leaf, leaf_key) = (file("cert.pem"), file("key.pem"));
    let signed =
        ["-subj", "/CN=localhost", "-CA", &ca, "-CAkey", &ca_key, "-out", &leaf, "-keyout", &leaf_key];
    openssl(&[&signed[..], &["-addext", names, "-addext", "basicConstraints=critical,CA:FALSE"]].concat());
}
