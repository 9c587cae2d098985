//! Sendmail, with Cyrus SASL. Its configuration is made by m4 from the package's own macros.
//!
//! Found: it offers VERB, EXPN and the like, which is nobody's business here; before TLS it offers the mechanisms that
//! hide the password, and all of them afterwards. Without `MODIFY_MAILER_FLAGS` it would decode texts for the mailbox
//! to 8 bits, so that what lies there is not what was sent. On a busy machine it would take mails and let them lie
//! (`confQUEUE_LA`).

use std::process::Command;

use harness::run;

use crate::real::{Door, PASSWORD, Real, USER};
use crate::site::{self, DELIVER, Site};

const MECHANISMS: &str = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256";

pub(crate) fn start() -> Option<Real> {
    let command = ["/usr/libexec/sendmail/sendmail", "-bD", "-q5s"];
    let (running, [submission, submissions, clear]) = site::up("sendmail-bin", &command, furnish)?;
    let doors = vec![Door::starttls(submission), Door::implicit(submissions), Door::clear(clear)];
    Some(Real { name: "Sendmail", user: USER, doors, running, behind: None })
}

fn furnish(site: &Site, ports: [u16; 3]) {
    site.secret("etc/key.pem");
    site.folder("var/spool/mqueue", "root", 0o700);
    site.program("etc/deliver", DELIVER);
    let sasl = format!(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: /etc/sasldb2\nmech_list: {MECHANISMS}\n"
    );
    site.file("etc/sasl2/Sendmail.conf", &sasl);
    let mut saslpasswd = Command::new("saslpasswd2");
    saslpasswd.args(["-p", "-c", "-u", "mail.example.jp", "-f"]).arg(site.at("etc/sasldb2")).arg(USER);
    run(&mut saslpasswd, PASSWORD.as_bytes()).expect_success();
    site.file("etc/mail/our.mc", &macros(ports));
    let made = site.run(&["m4", "/usr/share/sendmail/cf/m4/cf.m4", "/etc/mail/our.mc"], b"");
    site.file("etc/mail/sendmail.cf", &made);
}

fn macros([submission, submissions, clear]: [u16; 3]) -> String {
    format!(
        "divert(0)dnl\n\
         OSTYPE(`linux')dnl\n\
         define(`confDOMAIN_NAME',`mail.example.jp')dnl\n\
         define(`confAUTH_REALM',`mail.example.jp')dnl\n\
         define(`ALIAS_FILE',`')dnl\n\
         define(`STATUS_FILE',`')dnl\n\
         define(`HELP_FILE',`')dnl\n\
         define(`confPID_FILE',`/run/sendmail.pid')dnl\n\
         define(`confDEF_USER_ID',`oncall:oncall')dnl\n\
         define(`confQUEUE_LA',`1000')dnl\n\
         define(`confREFUSE_LA',`1000')dnl\n\
         define(`confAUTH_MECHANISMS',`{MECHANISMS}')dnl\n\
         TRUST_AUTH_MECH(`{MECHANISMS}')dnl\n\
         define(`confAUTH_OPTIONS',`A p')dnl\n\
         define(`confCACERT',`/etc/ca.pem')dnl\n\
         define(`confCACERT_PATH',`/etc')dnl\n\
         define(`confSERVER_CERT',`/etc/cert.pem')dnl\n\
         define(`confSERVER_KEY',`/etc/key.pem')dnl\n\
         define(`confTLS_SRV_OPTIONS',`V')dnl\n\
         define(`LOCAL_MAILER_PATH',`/etc/deliver')dnl\n\
         define(`LOCAL_MAILER_ARGS',`deliver $u')dnl\n\
         FEATURE(`no_default_msa')dnl\n\
         FEATURE(`nocanonify')dnl\n\
         FEATURE(`accept_unresolvable_domains')dnl\n\
         MODIFY_MAILER_FLAGS(`LOCAL',`-9A')dnl\n\
         DAEMON_OPTIONS(`Name=submission, Addr=127.0.0.1, Port={submission}, M=Ea')dnl\n\
         DAEMON_OPTIONS(`Name=submissions, Addr=127.0.0.1, Port={submissions}, M=Eas')dnl\n\
         DAEMON_OPTIONS(`Name=clear, Addr=127.0.0.1, Port={clear}, M=E')dnl\n\
         LOCAL_DOMAIN(`example.jp')dnl\n\
         MAILER(`local')dnl\n\
         MAILER(`smtp')dnl\n"
    )
}
