//! A sandbox that several users share, as they share a machine: a spool for all of them, an agent that is none of them.
//!
//! Takes root. The users are numbers that no user database knows, so that nothing on the machine changes.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::child::{Ended, run};
use crate::programs::Programs;
use crate::sandbox::{Sandbox, write_file};

/// Everybody may pass.
const OPEN_MODE: u32 = 0o755;
/// Mode of the files that a configuration consists of.
const PRIVATE_MODE: u32 = 0o600;

impl Sandbox {
    /// Makes the folder and, with `alertmail spool init --system`, a spool in it, whose agent is `agent` and whose
    /// queue the group `ops` may read.
    #[track_caller]
    pub fn shared(programs: &Programs, agent: u32, ops: u32) -> Self {
        let mut sandbox = Self::without_spool(programs);
        fs::set_permissions(sandbox.path(), fs::Permissions::from_mode(OPEN_MODE)).expect("our own folder");
        let bin = sandbox.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        sandbox.programs = programs.shared_in(&bin);
        sandbox.agent = Some(agent);
        chown(sandbox.path().join("ca.pem"), Some(agent), Some(agent)).expect("root gives files away");
        let (user, ops, spool) = (agent.to_string(), ops.to_string(), sandbox.spool().display().to_string());
        sandbox
            .alertmail(&["spool", "init", "--system", "--user", &user, "--ops-group", &ops, &spool])
            .expect_success();
        sandbox
    }

    /// A program as this user runs it, in a group of the same number and in no other.
    pub fn as_user(&self, uid: u32, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.uid(uid).gid(uid).current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
        command
    }

    /// A line of shell as this user runs it. `$incoming` and `$enqueue` stand for what they say.
    #[track_caller]
    pub fn shell(&self, uid: u32, line: &str) -> Ended {
        let mut shell = self.as_user(uid, "/bin/sh");
        shell.env("incoming", self.folder(spool_format::Folder::Incoming));
        shell.env("enqueue", &self.programs.enqueue).env("ALERTMAIL_SPOOL", self.spool());
        run(shell.args(["-c", line]), b"")
    }

    /// Runs the real `enqueue` as this user.
    #[track_caller]
    pub fn enqueue_as(&self, uid: u32, arguments: &[&str]) -> spool_format::AlertId {
        let mut command = self.as_user(uid, &self.programs.enqueue);
        let said = run(command.arg("--spool").arg(self.spool()).args(arguments), b"").expect_success();
        said.trim_end().parse().unwrap_or_else(|error| panic!("enqueue printed {said:?}: {error}"))
    }

    /// Writes a file beside the configuration that only the agent may read.
    pub(crate) fn write_for_agent(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        write_file(&path, PRIVATE_MODE, text.as_bytes());
        if let Some(uid) = self.agent {
            chown(&path, Some(uid), Some(uid)).expect("root gives files away");
        }
    }
}
