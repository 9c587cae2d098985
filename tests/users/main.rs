//! One machine, several users: nobody sees or spoils what others wrote, whoever they are and whatever they put there.
//!
//! Runs as root, since it becomes other users. They are numbers that no user database knows: nothing on the machine
//! changes. Without root it says so and passes, except where CI is set: there it fails.

mod by_root;
mod caps;
mod confined;
mod hostile;
mod isolation;
mod layout;
mod log;
mod measure;
mod permission;
mod two_disks;

use std::rc::Rc;

use harness::{Config, Programs, Provider, Sandbox};
use lab::{Personality, Server};

/// The agent's user.
const AGENT: u32 = 64_001;
/// The group that may read the queue; the user of this number is in it.
const OPS: u32 = 64_002;
/// Two users who have nothing to do with each other.
const ALICE: u32 = 64_011;
const BOB: u32 = 64_012;

/// Says that a part of a test cannot run here.
#[expect(clippy::print_stderr, reason = "whoever reads the log is to know what was not tested")]
fn not_tested(what: &str) {
    eprintln!("not tested: {what}");
}

/// Whether this process may become other users.
fn may_become_others() -> bool {
    let root = rustix::process::geteuid().is_root();
    assert!(
        root || std::env::var_os("CI").is_none(),
        "tests of several users take root; CI has to run them as root"
    );
    if !root {
        not_tested("only root can become other users");
    }
    root
}

/// A shared spool with one provider that takes everything; `None` where there is no root.
fn machine(configure: impl FnOnce(Config) -> Config) -> Option<(Sandbox, Rc<Server>)> {
    if !may_become_others() {
        return None;
    }
    let sandbox = Sandbox::shared(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")), AGENT, OPS);
    let server = sandbox.server("home", Personality::plain());
    let config = Config::of([Provider::clear("home", server.port())]).alias("ops", &["oncall@example.jp"]);
    sandbox.configure(&configure(config));
    Some((sandbox, server))
}
