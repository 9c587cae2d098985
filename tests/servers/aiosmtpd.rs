//! aiosmtpd, the server in Python's hands: here a judge that refuses whatever breaks a rule (`strict.py`).
//!
//! Found: it answers AUTH LOGIN's challenges in Base64 of `User Name` and `Password`, each with a NUL behind it.

use crate::real::{Door, PASSWORD, Real, USER};
use crate::site;

pub(crate) fn start() -> Option<Real> {
    let script = include_str!("strict.py");
    // The ports are in a file, since the command is the same at every try.
    let (running, [submission, submissions]) =
        site::up("python3-aiosmtpd", &["python3", "/etc/strict.py"], |site, ports| {
            site.file("etc/strict.py", script);
            let [submission, submissions] = ports;
            site.file("etc/strict.txt", &format!("{submission}\n{submissions}\n{USER}\n{PASSWORD}\n"));
        })?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions)];
    Some(Real { name: "aiosmtpd", user: USER, doors, running, behind: None })
}
