//! Puts one alert into the spool, durably, and says its id.
//!
//! The program `enqueue` is [`run`] in the real [`World`]; others (a demonstration, tests) call it in a world of
//! their own. Exit 0 is a promise: from then on the alert survives `kill -9` and a power cut. It never talks to
//! a network and never waits for anything but stdin and the disk.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `args` | the command line, parsed |
//! | `value` | what a single option's value means |
//! | `alert` | options, stdin and files to an alert |
//! | `store` | the alert into the spool; errors of the kernel to exit codes |
//! | `spool` | [`default_spool`]: where the spool is when nobody says so |
//! | `exit` | [`Exit`]: the exit codes |
//! | `help` | what `--help` prints |

mod alert;
mod args;
mod exit;
mod help;
mod spool;
mod store;
#[cfg(test)]
mod tests;
mod value;

use std::ffi::OsString;
use std::io::{self, Read, Write};

use spool_format::Wall;
use spool_format::id::ENTROPY_OCTETS;

pub use exit::Exit;
pub use spool::default_spool;

use args::Request;
use exit::Refusal;

/// Everything that [`run`] knows of the world besides its arguments, the files to attach, the spool and the host name.
pub struct World<'a> {
    /// The body, when no TEXT is given.
    pub stdin: &'a mut dyn Read,
    /// Whether a person would have to type the body: then stdin is read only if `-` asks for it.
    pub stdin_is_terminal: bool,
    /// Gets the id, or the help. Nobody minds if it is closed.
    pub stdout: &'a mut dyn Write,
    /// Gets one line when the alert is not stored, nothing otherwise.
    pub stderr: &'a mut dyn Write,
    /// Looks up a variable of the environment.
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// The moment of the alert and of its id.
    pub now: Wall,
    /// Gives octets that nobody had before: a second alert with the same ones and the same moment gets new ones.
    pub entropy: &'a mut dyn FnMut() -> io::Result<[u8; ENTROPY_OCTETS]>,
    /// Numeric user id of the caller: root has the system's spool.
    pub uid: u32,
}

/// Does what `argv` asks for (its first member is the name of the program) and says how it ended.
///
/// After [`Exit::Done`] the alert is durable and its id with a line end is on `world.stdout`. After anything else one
/// line on `world.stderr` says what to do, and no file is left, unless that line begins with `perhaps not stored`.
pub fn run(argv: &[OsString], world: &mut World<'_>) -> Exit {
    match answer(argv, world) {
        Ok(text) => {
            // The promise is kept on disk already; that nobody listens any more does not take it back.
            let _ = world.stdout.write_all(text.as_bytes()).and_then(|()| world.stdout.flush());
            Exit::Done
        }
        Err(refusal) => {
            refusal.write_to(world.stderr);
            refusal.exit
        }
    }
}

/// What to print on stdout.
fn answer(argv: &[OsString], world: &mut World<'_>) -> Result<String, Refusal> {
    let mut options = match args::parse(argv)? {
        Request::Help => return Ok(help::HELP.to_owned()),
        Request::Version => return Ok(help::VERSION.to_owned()),
        Request::Store(options) => options,
    };
    let spool = options.spool.take().unwrap_or_else(|| default_spool(world.env, world.uid));
    let mut alert = alert::compose(*options, world)?;
    let id = store::store(&mut alert, &spool, world)?;
    Ok([id.as_str(), "\n"].concat())
}
