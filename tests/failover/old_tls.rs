//! A real server that speaks TLS 1.0 and nothing newer (`old_tls.py`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use harness::{Sandbox, make_certificates, run};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/failover/old_tls.py");

/// The server; it ends with this value.
pub(crate) struct OldTls {
    child: Child,
    pub(crate) port: u16,
}

impl OldTls {
    /// Starts it with TLS from the first octet or after STARTTLS, with a certificate that the sandbox trusts.
    pub(crate) fn start(sandbox: &Sandbox, mode: &str) -> Self {
        let folder = sandbox.path().join(format!("old-{mode}"));
        std::fs::create_dir(&folder).expect("a folder");
        make_certificates(&folder);
        sandbox.also_trust(&std::fs::read_to_string(folder.join("ca.pem")).expect("just made"));
        let mut command = Command::new("python3");
        command.arg(SCRIPT).arg(folder.join("cert.pem")).arg(folder.join("key.pem")).arg(mode);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("python3");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let port = line.trim().parse().expect("it says its port");
        let old = Self { child, port };
        old.expect_to_speak_tls_1_0(mode);
        old
    }

    /// Somebody else's client, told to be as old, is served: what refuses us is the version and nothing else.
    fn expect_to_speak_tls_1_0(&self, mode: &str) {
        let mut client = Command::new("openssl");
        client.args(["s_client", "-tls1", "-cipher", "ALL:@SECLEVEL=0", "-quiet"]);
        client.args(["-connect", &format!("127.0.0.1:{}", self.port)]);
        if mode == "starttls" {
            client.args(["-starttls", "smtp"]);
        }
        let ended = run(&mut client, b"EHLO client.example.jp\r\nQUIT\r\n");
        assert!(ended.stdout.contains("221 bye"), "{ended:?}");
    }
}

impl Drop for OldTls {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
