//! OpenSMTPD.

use std::process::Command;

use harness::run;

use crate::real::{Door, PASSWORD, Real, USER};
use crate::site::{self, Site};

pub(crate) fn start() -> Option<Real> {
    let (running, [submission, submissions, clear]) = site::up("opensmtpd", &["smtpd", "-d"], furnish)?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions), Door::clear(clear)];
    Some(Real { name: "OpenSMTPD", user: USER, doors, running, behind: None })
}

fn furnish(site: &Site, [submission, submissions, clear]: [u16; 3]) {
    let hash = run(Command::new("openssl").args(["passwd", "-6", "-stdin"]), PASSWORD.as_bytes());
    site.file("etc/logins", &format!("{USER} {}\n", hash.expect_success().trim()));
    site.secret("etc/key.pem");
    for (name, owner, mode) in
        [("var/lib/opensmtpd/empty", "root", 0o755), ("var/spool/smtpd", "root", 0o711)]
    {
        site.folder(name, owner, mode);
    }
    let configuration = format!(
        r#"
pki mail cert "/etc/cert.pem"
pki mail key "/etc/key.pem"
table logins file:/etc/logins
table mailboxes {{ "oncall@example.jp" = "oncall" }}
listen on 127.0.0.1 port {submission} tls-require pki mail auth <logins> hostname mail.example.jp tag LOGIN
listen on 127.0.0.1 port {submissions} smtps pki mail auth <logins> hostname mail.example.jp tag LOGIN
listen on 127.0.0.1 port {clear} hostname mail.example.jp tag CLEAR
action "mailbox" maildir "/var/mail" virtual <mailboxes>
match for domain "example.jp" action "mailbox"
match from any auth for domain "example.jp" action "mailbox"
"#
    );
    site.file("etc/smtpd.conf", &configuration);
}
