//! The program: [`enqueue::run`] in the real world.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::SystemTime;

use enqueue::{World, run};

#[expect(clippy::disallowed_methods, reason = "here the real clock enters")]
fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let mut world = World {
        stdin: &mut io::stdin().lock(),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout: &mut io::stdout().lock(),
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
    };
    ExitCode::from(run(&argv, &mut world).code())
}
