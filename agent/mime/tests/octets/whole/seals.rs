//! A seal that somebody has set still holds behind us, judged by OpenSSL.

use crate::reading::{draft, identity};
use mime::{Treatment, compose_whole};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn openssl(dir: &Path, arguments: &[&str]) -> Output {
    let run = Command::new("openssl").current_dir(dir).args(arguments).output();
    run.expect("openssl, which tests/run installs")
}

#[expect(clippy::disallowed_methods, reason = "a file for OpenSSL, not for a spool")]
fn write(path: &Path, octets: &[u8]) {
    fs::write(path, octets).expect("written");
}

#[test]
fn a_signature_of_smime_verifies_behind_us_and_not_if_an_octet_changes() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let request = "req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=ops";
    assert!(openssl(dir, &request.split(' ').collect::<Vec<_>>()).status.success());
    let text = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
        =E9=9A=9C=E5=AE=B3  \n.\nFrom here  \n\n-- \n";
    write(&dir.join("text"), text.as_bytes());
    let sign = "smime -sign -in text -out signed -signer cert -inkey key -from a@example.com -to b@example.com -subject s";
    assert!(openssl(dir, &sign.split(' ').collect::<Vec<_>>()).status.success());
    let signed = fs::read(dir.join("signed")).expect("signed");

    let mail = compose_whole(&signed, &draft(), &identity());
    assert_eq!((mail.treatment, &mail.notes[..]), (Treatment::PassedThrough, &[][..]));
    let verify = |octets: &[u8]| {
        write(&dir.join("mail"), octets);
        openssl(dir, &["smime", "-verify", "-in", "mail", "-CAfile", "cert", "-purpose", "any"])
    };
    let verified = verify(&mail.octets);
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "{said}\n{}", String::from_utf8_lossy(&mail.octets));
    assert_eq!(String::from_utf8_lossy(&verified.stdout).replace("\r\n", "\n"), text);
    let other = String::from_utf8(mail.octets).expect("7-bit").replace("From here", "From hers");
    assert!(!verify(other.as_bytes()).status.success(), "it is the text that was signed");
}
