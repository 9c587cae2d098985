//! Setting a provider up: what `probe` says of it, what `send` gets to it, and that neither shows a secret.

mod clsmtpc;
mod endpoints;
mod probe;
mod secrets;
mod send;
mod stay_out;
mod ways;

use std::path::Path;
use std::process::Command;

use harness::{Ended, Programs, Sandbox, run};

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

/// The password of every account, with letters that base64 and quoting change.
const PASSWORD: &str = "correct horse/battery+staple";

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}

/// The program in an environment that knows nothing of this machine's own configuration.
fn alertmail(arguments: &[&str]) -> Command {
    let mut command = Command::new(ALERTMAIL);
    command
        .args(arguments)
        .env_remove("ALERTMAIL_SPOOL")
        .env_remove("ALERTMAIL_CONFIG")
        .env_remove("NO_COLOR");
    command
}

/// The same with the sandbox's configuration.
fn ask(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    run(alertmail(arguments).arg("--config").arg(sandbox.config_file()), b"")
}

/// The path of a file in the sandbox.
fn file(sandbox: &Sandbox, name: &str) -> String {
    sandbox.path().join(name).to_string_lossy().into_owned()
}

/// A file of the repository.
fn repository(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
