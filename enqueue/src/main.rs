//! The program: [`enqueue::run`] in the real world.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Instant, SystemTime};

use enqueue::{Outcome, Syslog, World, run};

#[expect(clippy::disallowed_methods, reason = "here the real clocks enter")]
fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let mut world = World {
        stdin: &mut io::stdin().lock(),
        stdin_is_terminal: io::stdin().is_terminal(),
        // Not locked: `leave` may need it while this thread hangs.
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
        env: &|name| std::env::var_os(name),
        now: SystemTime::now().into(),
        entropy: &mut || {
            let mut octets = [0; 10];
            // The kernel gives up to 256 octets at once or none.
            rustix::rand::getrandom(&mut octets, rustix::rand::GetRandomFlags::empty())?;
            Ok(octets)
        },
        uid: rustix::process::getuid().as_raw(),
        clock: Instant::now,
        syslog: Syslog::default(),
        leave: Some(leave),
        become_alertmail: Some(become_alertmail),
    };
    ExitCode::from(run(&argv, &mut world).code())
}

/// Ends the process while its first thread hangs in the disk.
fn leave(outcome: &Outcome) {
    let _ = io::stdout().write_all(outcome.stdout.as_bytes()).and_then(|()| io::stdout().flush());
    let _ = io::stderr().write_all(outcome.stderr.as_bytes());
    std::process::exit(outcome.exit.code().into())
}

/// Becomes the other program, which is installed beside this one or can be found by its name.
fn become_alertmail(arguments: &[&str]) -> io::Error {
    let beside = std::env::current_exe().map(|path| path.with_file_name("alertmail"));
    let program = beside.ok().filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("alertmail"));
    Command::new(program).args(arguments).exec()
}
