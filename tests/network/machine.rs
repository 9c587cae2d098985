//! A machine whose `/etc` and network belong to the test.

use std::fs;
use std::path::{Path, PathBuf};

use harness::{Programs, Sandbox, not_tried, own_dev_and_run, own_etc, with_own_network, write_file};

use crate::name_server::ADDRESS;

/// Everybody may read it.
const OPEN_MODE: u32 = 0o644;

/// What it knows by itself.
const HOSTS: &str = "/etc/hosts";
const LOCALHOST: &str = "127.0.0.1 localhost\n";

/// Without it only the first address of a name in `hosts` counts.
const HOST_CONF: (&str, &str) = ("host.conf", "multi on\n");

/// What the programs want that make certificates and start a Postfix, if this machine has it.
const WANTED: [&str; 5] = [
    "ssl/openssl.cnf",
    "postfix/main.cf",
    "postfix/master.cf",
    "postfix/postfix-files",
    "postfix/dynamicmaps.cf",
];

/// Runs the test on such a machine, or says why that cannot be.
#[track_caller]
pub(crate) fn on_a_machine_of_its_own(test: &str, body: impl FnOnce(&Machine)) {
    if let Err(why) = with_own_network(test, || body(&Machine::new())) {
        not_tried(&why);
    }
}

/// The machine, as long as the test runs.
pub(crate) struct Machine {
    _etc: tempfile::TempDir,
}

impl Machine {
    /// A machine that has no `resolv.conf` and knows no name but its own.
    fn new() -> Self {
        let nsswitch = "passwd: files\ngroup: files\nhosts: files dns\n";
        let wanted: Vec<(&str, String)> = WANTED
            .iter()
            .filter_map(|name| Some((*name, fs::read_to_string(Path::new("/etc").join(name)).ok()?)))
            .collect();
        let mut files = vec![("nsswitch.conf", nsswitch), ("hosts", LOCALHOST), HOST_CONF];
        files.extend(wanted.iter().map(|(name, text)| (*name, text.as_str())));
        let etc = own_etc(&files);
        // A cache of names that somebody runs on the real machine would answer in our place.
        own_dev_and_run();
        Self { _etc: etc }
    }

    #[expect(clippy::unused_self, reason = "only who has such a machine may change its /etc")]
    pub(crate) fn sandbox(&self) -> Sandbox {
        Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")))
    }

    /// This machine knows by itself where that host is, from now on.
    #[expect(clippy::unused_self, reason = "only who has such a machine may change its /etc")]
    pub(crate) fn knows_host(&self, name: &str, addresses: &[&str]) {
        let add = |text: String, address: &&str| text + address + " " + name + "\n";
        let text = addresses.iter().fold(LOCALHOST.to_owned(), add);
        write_file(Path::new(HOSTS), OPEN_MODE, text.as_bytes());
    }

    /// Names are asked for at our name server from now on.
    pub(crate) fn ask_our_name_server(&self) {
        self.ask(ADDRESS);
    }

    /// Names are asked for there from now on.
    pub(crate) fn ask(&self, address: &str) {
        write_file(&self.resolv_conf(), OPEN_MODE, format!("nameserver {address}\n").as_bytes());
    }

    /// Nobody says where to ask for names from now on.
    pub(crate) fn ask_nobody(&self) {
        let _ = fs::remove_file(self.resolv_conf());
    }

    #[expect(clippy::unused_self, reason = "only who has such a machine may change its /etc")]
    fn resolv_conf(&self) -> PathBuf {
        PathBuf::from("/etc/resolv.conf")
    }
}
