//! A Postfix of the test's own, from the installed programs: its own configuration, queue, ports, users and keys.
//!
//! It never reads or writes the system's configuration or queue, listens on the loopback interface only (or in a network of
//! the test's own), asks no name server and relays to nobody: what it takes goes into Maildirs under its own folder. It ends with its value, and by
//! itself if the test should be killed.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use lab::Port;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::certificates::make_certificates;
use crate::child::{run, signal};
use crate::hosts::Host;
use crate::patience::{PATIENCE, becomes_true};
use crate::sandbox::write_file;

/// How long it lives if nobody ends it, in seconds.
const LIFE_S: &str = "300";

/// Name and id of the user for whom mail is stored.
const MAIL_OWNER: &str = "65534";

/// The server's name, and the realm of its users.
const HOST: &str = "mail.example.jp";

/// Packages that `tests/run` installs, by a program of each.
const NEEDED: [(&str, &str); 3] =
    [("postfix", "postfix"), ("saslpasswd2", "sasl2-bin"), ("openssl", "openssl")];

/// All that Cyrus SASL does with Debian's `libsasl2-modules`, and that is of use here.
const MECHANISMS: &str = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256";

/// A running Postfix.
#[derive(Debug)]
pub struct Postfix {
    master: Child,
    /// Submission with STARTTLS.
    pub submission: u16,
    /// TLS from the first octet.
    pub smtps: u16,
    /// For whoever stands in front of it: no TLS, and neither login nor TLS asked for.
    pub behind: u16,
    folder: tempfile::TempDir,
}

impl Postfix {
    /// Starts it with one user. Mail for `mailbox`@example.jp is stored, anything else is refused.
    pub fn start(user: &str, password: &str, mailbox: &str) -> Self {
        Self::start_on(&Host::own(), "127.0.0.1", (user, password), mailbox)
    }

    /// Starts it with one user and one mailbox, in which all mail to example.jp and example.com is stored; for whom a mail
    /// was stands in its field `Delivered-To`.
    pub fn start_for_all(user: &str, password: &str, mailbox: &str) -> Self {
        let domains = "example.jp example.com";
        let boxes = format!("@example.jp={mailbox}/, @example.com={mailbox}/");
        Self::start_with(&Host::own(), "127.0.0.1", (user, password), (domains, &boxes))
    }

    /// The same on another host, at that address of it.
    pub fn start_on(host: &Host, address: &str, login: (&str, &str), mailbox: &str) -> Self {
        let boxes = format!("{mailbox}@example.jp={mailbox}/");
        Self::start_with(host, address, login, ("example.jp", &boxes))
    }

    /// `stores` is the domains that it has, and the folder of each mailbox in them.
    fn start_with(host: &Host, address: &str, (user, password): (&str, &str), stores: (&str, &str)) -> Self {
        assert_possible();
        let folder = tempfile::Builder::new().prefix("am-").tempdir_in("/tmp").expect("a temporary folder");
        let at = folder.path();
        // Postfix is several users; all of them have to get in.
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).expect("our own folder");
        for name in ["etc", "etc/sasl", "queue", "data", "mail"] {
            fs::create_dir(at.join(name)).expect("our own folder");
        }
        give(&at.join("data"), "postfix");
        give(&at.join("mail"), MAIL_OWNER);
        make_certificates(at);
        write_file(&at.join("etc/sasl/smtpd.conf"), 0o644, sasl_conf(at).as_bytes());
        let database = at.join("sasldb2");
        let mut saslpasswd = Command::new("saslpasswd2");
        saslpasswd.args(["-p", "-c", "-u", HOST, "-f"]).arg(&database).arg(user);
        run(&mut saslpasswd, password.as_bytes()).expect_success();
        give(&database, "postfix");
        write_file(&at.join("etc/main.cf"), 0o644, main_cf(at, address, stores).as_bytes());
        let (master, [submission, smtps, behind]) = start_master(at, host, address);
        Self { master, submission, smtps, behind, folder }
    }

    /// The certificate that its own is to be trusted by.
    pub fn ca_pem(&self) -> String {
        fs::read_to_string(self.folder.path().join("ca.pem")).expect("our own file")
    }

    /// Waits until the mailbox holds so many mails, and gives them as they lie there.
    #[track_caller]
    pub fn wait_for_mails(&self, mailbox: &str, count: usize) -> Vec<Vec<u8>> {
        let came = becomes_true(PATIENCE, || self.mails(mailbox).len() >= count);
        let mails = self.mails(mailbox);
        let there = mails.len();
        assert!(came, "{there} of {count} mails are in {mailbox}'s mailbox; Postfix said:\n{}", self.log());
        mails
    }

    /// The mails in the mailbox, as they lie there.
    pub fn mails(&self, mailbox: &str) -> Vec<Vec<u8>> {
        let new = self.folder.path().join("mail").join(mailbox).join("new");
        let Ok(entries) = fs::read_dir(new) else { return Vec::new() };
        entries.flatten().map(|entry| fs::read(entry.path()).expect("a mail")).collect()
    }

    /// What it said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        end(&mut self.master);
    }
}

#[track_caller]
fn assert_possible() {
    assert!(
        rustix::process::geteuid().is_root(),
        "a Postfix can only be started by root; run tests/run as root, or leave this test out: \
         cargo test --workspace -- --skip postfix"
    );
    for (program, package) in NEEDED {
        let found = ["/usr/sbin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(program).is_file());
        assert!(found, "`{program}` is missing; tests/run installs it (Debian package {package})");
    }
}

/// Starts the master process and waits until all ports answer. Another process may take a port between our choice and
/// Postfix's bind, so it is tried more than once.
fn start_master(at: &Path, host: &Host, address: &str) -> (Child, [u16; 3]) {
    let etc = at.join("etc");
    for _ in 0..3 {
        let ports = free_ports();
        write_file(&etc.join("master.cf"), 0o644, master_cf(address, ports).as_bytes());
        // Makes what is missing of the queue, with the owners that Postfix wants.
        run(host.command("postfix").arg("-c").arg(&etc).arg("check"), b"").expect_success();
        let programs =
            run(host.command("postconf").arg("-c").arg(&etc).args(["-h", "daemon_directory"]), b"");
        let master = PathBuf::from(programs.expect_success().trim_end()).join("master");
        let mut command = host.command(master);
        command.arg("-c").arg(&etc).args(["-d", "-e", LIFE_S]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut master = command.spawn().expect("Postfix's master starts");
        let answers = |port: u16| TcpStream::connect((address, port)).is_ok();
        let mut has_ended = false;
        let is_up = becomes_true(PATIENCE, || {
            has_ended = !matches!(master.try_wait(), Ok(None));
            has_ended || ports.into_iter().all(answers)
        });
        if is_up && !has_ended {
            return (master, ports);
        }
        end(&mut master);
    }
    panic!("Postfix does not start; it said:\n{}", fs::read_to_string(at.join("log")).unwrap_or_default());
}

/// Ends the master, and with it all that it has started: they are one process group, and it is ours.
fn end(master: &mut Child) {
    let has_ended = |master: &mut Child| !matches!(master.try_wait(), Ok(None));
    if has_ended(master) {
        return;
    }
    signal(master.id(), Signal::TERM);
    if !becomes_true(PATIENCE, || has_ended(master)) {
        let group = i32::try_from(master.id()).ok().and_then(Pid::from_raw);
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let _ = master.wait();
    }
}

/// Ports that nobody has at this moment.
pub fn free_ports<const N: usize>() -> [u16; N] {
    [(); N].map(|()| Port::reserve().expect("a port")).map(|port| port.number())
}

/// Makes a user the owner, by name or number.
fn give(path: &Path, owner: &str) {
    let uid = owner.parse().unwrap_or_else(|_| {
        let said = run(Command::new("id").args(["-u", owner]), b"").expect_success();
        said.trim_end().parse().expect("id prints a number")
    });
    chown(path, Some(uid), None).expect("root gives away what is his");
}

fn sasl_conf(at: &Path) -> String {
    format!(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {}/sasldb2\nmech_list: {MECHANISMS}\n",
        at.display()
    )
}

fn main_cf(at: &Path, address: &str, (domains, boxes): (&str, &str)) -> String {
    let at = at.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {at}/queue\n\
         data_directory = {at}/data\n\
         maillog_file = {at}/log\n\
         maillog_file_prefixes = {at}\n\
         myhostname = {HOST}\n\
         mydestination =\n\
         mynetworks =\n\
         inet_interfaces = {address}\n\
         inet_protocols = ipv4\n\
         alias_maps =\n\
         alias_database =\n\
         default_transport = error:nothing leaves this machine\n\
         relay_transport = error:nothing leaves this machine\n\
         virtual_mailbox_domains = {domains}\n\
         virtual_mailbox_base = {at}/mail\n\
         virtual_mailbox_maps = inline:{{ {boxes} }}\n\
         virtual_uid_maps = static:{MAIL_OWNER}\n\
         virtual_gid_maps = static:{MAIL_OWNER}\n\
         always_add_missing_headers = no\n\
         local_header_rewrite_clients =\n\
         smtpd_peername_lookup = no\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject\n\
         smtpd_tls_security_level = encrypt\n\
         smtpd_tls_auth_only = yes\n\
         smtpd_tls_cert_file = {at}/cert.pem\n\
         smtpd_tls_key_file = {at}/key.pem\n\
         smtpd_sasl_auth_enable = yes\n\
         smtpd_sasl_local_domain = $myhostname\n\
         cyrus_sasl_config_path = {at}/etc/sasl\n"
    )
}

/// Nothing runs in a chroot: the test's folder holds no copy of a system.
fn master_cf(address: &str, [submission, smtps, behind]: [u16; 3]) -> String {
    format!(
        "{address}:{submission} inet n - n - - smtpd\n\
         {address}:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n\
         {address}:{behind} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_tls_auth_only=no \
             -o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         proxymap unix - - n - - proxymap\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         virtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}
