//! chasquid, in Go. Users have a domain.
//!
//! Found: it ends a session with the third error, by `421 4.5.0 Too many errors, bye` in place of any reply, and counts the
//! 503 for a pipelined DATA that came to nothing as well as the 550 before it. A kept connection can so be used up by the
//! refusals of earlier alerts, and the 421 then meets the RCPT of one that has nothing to do with them.

use crate::real::{Door, PASSWORD, Real};
use crate::site::{self, DELIVER, Site};

const USER: &str = "alert@example.jp";

pub(crate) fn start() -> Option<Real> {
    let (running, [submission, submissions]) = site::up("chasquid", &["chasquid"], furnish)?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions)];
    Some(Real { name: "chasquid", user: USER, doors, running, behind: None })
}

fn furnish(site: &Site, [submission, submissions]: [u16; 2]) {
    site.program("etc/deliver", DELIVER);
    let configuration = format!(
        r#"
hostname: "mail.example.jp"
submission_address: "127.0.0.1:{submission}"
submission_over_tls_address: "127.0.0.1:{submissions}"
mail_delivery_agent_bin: "/etc/deliver"
data_dir: "/var/lib/chasquid"
mail_log_path: "<stderr>"
"#
    );
    site.file("etc/chasquid/chasquid.conf", &configuration);
    site.join(["etc/cert.pem"], "etc/chasquid/certs/mail.example.jp/fullchain.pem");
    site.join(["etc/key.pem"], "etc/chasquid/certs/mail.example.jp/privkey.pem");
    let user = |name: &str| {
        format!("users: {{ key: \"{name}\" value: {{ plain: {{ password: \"{PASSWORD}\" }} }} }}\n")
    };
    site.file("etc/chasquid/domains/example.jp/users", &(user("alert") + &user("oncall")));
    site.folder("var/lib/chasquid", "root", 0o755);
}
