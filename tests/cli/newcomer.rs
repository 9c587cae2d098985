//! Somebody who has never seen this program and types what the README says, in a sandbox in place of a machine.

use std::path::Path;
use std::process::Command;

use harness::{Ended, Sandbox, in_english, run};

use crate::ALERTMAIL;

/// What stands between three backquotes behind this word.
pub(crate) fn blocks<'r>(readme: &'r str, language: &str) -> Vec<&'r str> {
    let opening = format!("```{language}\n");
    readme.split(&opening).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The chapter of that name, without its heading.
#[track_caller]
pub(crate) fn chapter<'r>(readme: &'r str, name: &str) -> &'r str {
    let rest = readme.split_once(&format!("\n## {name}\n")).expect("such a chapter").1;
    rest.split("\n## ").next().unwrap_or_default()
}

/// Somebody who types what the README says.
pub(crate) struct Newcomer {
    pub(crate) sandbox: Sandbox,
}

impl Newcomer {
    /// In a sandbox with the folders that a machine has.
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        for folder in ["etc", "bin"] {
            std::fs::create_dir(sandbox.path().join(folder)).expect("a folder");
        }
        Self { sandbox }
    }

    /// A command that has to succeed; gives what it prints.
    #[track_caller]
    pub(crate) fn types(&self, line: &str) -> String {
        self.tries(line).expect_success()
    }

    /// A command as typed, with the places of a whole machine replaced by those of the sandbox.
    #[track_caller]
    pub(crate) fn tries(&self, line: &str) -> Ended {
        let here = |place: &str| self.sandbox.path().join(place).to_string_lossy().into_owned();
        let built = Path::new(ALERTMAIL).parent().expect("a folder").to_string_lossy().into_owned();
        let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/");
        let line = line
            .replace("sudo -u alertmail ", "")
            .replace("sudo ", "")
            // The users are made in a folder, and numbers take their place: this machine stays as it is.
            .replace(
                "systemd-sysusers contrib/",
                &format!("systemd-sysusers --root={} {}", here(""), contrib.display()),
            )
            .replace("spool init --system", init_of_the_machine())
            .replace("-o alertmail ", "")
            .replace("/etc/alertmail/", &format!("{}/", here("etc")))
            .replace("/usr/local/bin/", &format!("{}/", here("bin")))
            .replace("target/release/", &format!("{built}/"));
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(&line).env("ALERTMAIL_SPOOL", self.sandbox.spool());
        bash.env("ALERTMAIL_CONFIG", self.sandbox.config_file());
        bash.env("PATH", format!("{}:{}", here("bin"), std::env::var("PATH").unwrap_or_default()));
        run(in_english(&mut bash), b"")
    }
}

/// Only root can make the spool of a machine.
fn init_of_the_machine() -> &'static str {
    if rustix::process::geteuid().is_root() {
        "spool init --system --user 0 --ops-group 0"
    } else {
        "spool init"
    }
}
