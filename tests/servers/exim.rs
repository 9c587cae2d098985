//! Exim, the heavy one, with `GnuTLS`.
//!
//! It offers no AUTH before TLS, so that what was said there must not be believed afterwards. It delivers each mail by
//! a process of its own.

use crate::real::{Door, PASSWORD, Real, USER};
use crate::site;

pub(crate) fn start() -> Option<Real> {
    with("")
}

/// As many administrators have it, only more so: it ends a connection that is silent for a second, and every one with
/// its second mail.
pub(crate) fn start_impatient() -> Option<Real> {
    with("smtp_receive_timeout = 1s\nsmtp_accept_max_per_connection = 2\n")
}

fn with(more: &str) -> Option<Real> {
    let (running, [submission, submissions, clear]) =
        site::up("exim4-daemon-heavy", &["exim4", "-bdf", "-q1m"], |site, ports| {
            site.file("etc/exim4/exim4.conf", &(more.to_owned() + &configuration(ports)));
            for name in ["var/spool/exim4", "var/log/exim4"] {
                site.folder(name, "Debian-exim", 0o750);
            }
        })?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions), Door::clear(clear)];
    Some(Real { name: "Exim", user: USER, doors, running, behind: None })
}

fn configuration([submission, submissions, clear]: [u16; 3]) -> String {
    format!(
        r"
primary_hostname = mail.example.jp
local_interfaces = 127.0.0.1.{submission} : 127.0.0.1.{submissions} : 127.0.0.1.{clear}
tls_on_connect_ports = {submissions}
tls_advertise_hosts = ${{if eq{{$received_port}}{{{clear}}}{{}}{{*}}}}
tls_certificate = /etc/cert.pem
tls_privatekey = /etc/key.pem
auth_advertise_hosts = ${{if or{{{{def:tls_in_cipher}}{{eq{{$received_port}}{{{clear}}}}}}}{{*}}{{}}}}
host_lookup =
keep_environment =
acl_smtp_rcpt = rcpt
acl_smtp_data = accept

begin acl
rcpt:
  require message = no such mailbox
          verify = recipient
  accept authenticated = *
  accept condition = ${{if eq{{$received_port}}{{{clear}}}}}

begin routers
mailbox:
  driver = accept
  domains = example.jp
  local_parts = oncall
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = /var/mail
  maildir_format
  user = oncall
  group = oncall
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{USER}}}}}{{eq{{$auth2}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{USER}}}{{{PASSWORD}}}fail}}
  server_set_id = $auth1
"
    )
}
