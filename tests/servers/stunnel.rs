//! stunnel, which puts TLS in front of a Postfix that has none: from the first octet, and by speaking STARTTLS itself.

use harness::Postfix;

use crate::real::{Door, MAILBOX, PASSWORD, Real, USER};
use crate::site;

pub(crate) fn start() -> Option<Real> {
    site::copy_of("stunnel4")?;
    let behind = Postfix::start(USER, PASSWORD, MAILBOX);
    let (running, [submission, submissions]) =
        site::up("stunnel4", &["stunnel4", "/etc/stunnel.conf"], |site, ports| {
            site.file("etc/stunnel.conf", &configuration(ports, behind.behind));
        })?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions)];
    Some(Real { name: "stunnel", user: USER, doors, running, behind: Some(behind) })
}

fn configuration([submission, submissions]: [u16; 2], behind: u16) -> String {
    format!(
        "foreground = yes\n\
         pid =\n\
         cert = /etc/cert.pem\n\
         key = /etc/key.pem\n\
         connect = 127.0.0.1:{behind}\n\
         [submission]\n\
         accept = 127.0.0.1:{submission}\n\
         protocol = smtp\n\
         [submissions]\n\
         accept = 127.0.0.1:{submissions}\n"
    )
}
