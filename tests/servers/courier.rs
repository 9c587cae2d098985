//! Courier, with its own authentication daemon.
//!
//! Found: it has no enhanced status codes (RFC 2034) in its replies, and says `400` where others say 530. Behind TLS from
//! the first octet it believes in STARTTLS unless it is told (`ESMTP_TLS`), and then offers no login.

use crate::real::{Door, PASSWORD, Real, USER};
use crate::site::{self, Site};

pub(crate) fn start() -> Option<Real> {
    let (running, [submission, submissions, clear]) = site::up("courier-mta", &["/etc/start"], furnish)?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions), Door::clear(clear)];
    Some(Real { name: "Courier", user: USER, doors, running, behind: None })
}

fn furnish(site: &Site, [submission, submissions, clear]: [u16; 3]) {
    // What the package arranges by update-alternatives.
    for name in ["makedat", "lockmail", "preline", "deliverquota", "maildirmake"] {
        site.link(&format!("usr/bin/{name}"), &format!("{name}.courier"));
    }
    site.folder("etc/courier", "courier", 0o755);
    site.join(["etc/key.pem", "etc/cert.pem"], "etc/server.pem");
    let ports = format!("submission={submission}\nsubmissions={submissions}\nclear={clear}\n");
    site.file("etc/ports", &format!("{ports}user='{USER}'\npassword='{PASSWORD}'\n"));
    site.program("etc/start", include_str!("courier.sh"));
}
