//! Dovecot's submission service, which checks the login itself and hands everything on to a Postfix behind it.
//!
//! Found: after wrong passwords it makes everybody at the same address wait for the reply to AUTH, up to 15 s, those with
//! the right one too; that is switched off here. Refusals of a recipient name him twice, since its own words go before
//! those of the server behind.

use harness::Postfix;

use crate::real::{Door, MAILBOX, PASSWORD, Real, USER};
use crate::site;

pub(crate) fn start() -> Option<Real> {
    site::copy_of("dovecot-submissiond")?;
    let behind = Postfix::start(USER, PASSWORD, MAILBOX);
    let (running, [submission, submissions]) =
        site::up("dovecot-submissiond", &["dovecot", "-F"], |site, ports| {
            site.file("etc/dovecot/dovecot.conf", &configuration(ports, behind.behind));
            site.file("etc/dovecot/logins", &format!("{USER}:{{PLAIN}}{PASSWORD}::::::\n"));
        })?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions)];
    Some(Real { name: "Dovecot", user: USER, doors, running, behind: Some(behind) })
}

fn configuration([submission, submissions]: [u16; 2], behind: u16) -> String {
    format!(
        r"
protocols = submission
listen = 127.0.0.1
log_path = /dev/stderr
hostname = mail.example.jp
ssl = required
ssl_cert = </etc/cert.pem
ssl_key = </etc/key.pem
mail_location = maildir:/var/mail/unused
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = /etc/dovecot/logins
}}
userdb {{
  driver = static
  args = uid=oncall gid=oncall home=/var/mail
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = {submissions}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {behind}
submission_relay_trusted = no
"
    )
}
