//! `OpenSMTPD`, as Debian 12 has it.
//!
//! Found: this version cannot do TLS with the OpenSSL 3 that it is built with, a known bug (its process with the socket
//! looks for the private key that another one has). It offers STARTTLS, says 220, and ends every handshake with the alert
//! `internal_error`. Since it asks for logins behind TLS only, what remains is mail without either; and a provider that
//! looks well up to its 220, which must not hold an alert up.

use crate::real::{Door, Real, USER};
use crate::site::{self, Site};

/// The server with the door that works, and the door whose TLS does not.
pub(crate) fn start() -> Option<(Real, Door)> {
    let (running, [clear, broken]) = site::up("opensmtpd", &["smtpd", "-d"], furnish)?;
    let doors = vec![Door::clear(clear)];
    Some((Real { name: "OpenSMTPD", user: USER, doors, running, behind: None }, Door::starttls(broken)))
}

fn furnish(site: &Site, [clear, broken]: [u16; 2]) {
    site.secret("etc/key.pem");
    site.folder("var/lib/opensmtpd/empty", "root", 0o755);
    site.folder("var/spool/smtpd", "root", 0o711);
    let configuration = format!(
        r#"
pki mail cert "/etc/cert.pem"
pki mail key "/etc/key.pem"
table mailboxes {{ "oncall@example.jp" = "oncall" }}
listen on 127.0.0.1 port {clear} hostname mail.example.jp
listen on 127.0.0.1 port {broken} tls-require pki mail auth hostname mail.example.jp
action "mailbox" maildir "/var/mail" virtual <mailboxes>
match from any for domain "example.jp" action "mailbox"
"#
    );
    site.file("etc/smtpd.conf", &configuration);
}
