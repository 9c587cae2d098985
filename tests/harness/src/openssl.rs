//! Somebody else's TLS: openssl as a server.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that does its part of the handshake and says nothing; it ends with this value.
#[derive(Debug)]
pub struct Openssl {
    child: Child,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
}

impl Openssl {
    /// Starts it with `cert.pem` and `key.pem` of this folder.
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem"]);
        // Its input stays open: at the end of it, it would close the connection.
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("openssl");
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
        let port = lines.find_map(|line| {
            line.expect("a line").strip_prefix("ACCEPT 127.0.0.1:").map(|port| port.parse().expect("a port"))
        });
        Self { child, port: port.expect("it listens") }
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
