//! Puts one alert into the spool, durably, and says its id.
//!
//! The program `enqueue` is [`run`] in the real [`World`]; others (a demonstration, tests) call it in a world of
//! their own. Exit 0 is a promise: from then on the alert survives `kill -9` and a power cut. It never talks to
//! a network and never waits for anything but stdin, the disk and, if that fails, for a limited time the agent's socket.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `personality` | which program is meant, by the name it was called by |
//! | `sendmail` | the program as `sendmail`, `mailq` and `newaliases` |
//! | `mail` | the program as `mail` and `mailx` |
//! | `args` | the command line, parsed |
//! | `value` | what a single option's value means |
//! | `caller` | what monitors say, each in its own way, as an alert |
//! | [`intake`] | what comes by other ways than this program, as alerts by the same rules |
//! | `alert` | options, stdin and files to an alert |
//! | `store` | the alert into the first place that takes it |
//! | `place` | the places and their order; errors of the kernel to exit codes |
//! | `syslog` | [`Syslog`]: the text into the system's log, when no place took the alert |
//! | `deadline` | what is left of the caller's time |
//! | `watch` | a second thread for disks that hang |
//! | `check` | `--check`: which places work for this caller |
//! | `spool` | [`default_spool`]: where the spool is when nobody says so |
//! | `exit` | [`Exit`]: the exit codes |
//! | `help` | what `--help` prints |

mod alert;
mod args;
mod caller;
mod check;
mod deadline;
mod exit;
mod help;
pub mod intake;
mod mail;
mod personality;
mod place;
mod sendmail;
mod spool;
mod store;
mod syslog;
#[cfg(test)]
mod tests;
mod value;
mod watch;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::time::Instant;

use spool_format::Wall;
use spool_format::id::ENTROPY_OCTETS;

pub use exit::Exit;
pub use help::{HELP, HELP_JAPANESE, MAIL, MAIL_JAPANESE, SENDMAIL, SENDMAIL_JAPANESE, asks_for_japanese};
pub use spool::default_spool;
pub use syslog::Syslog;

use args::Request;
use deadline::Deadline;
use exit::Refusal;
use personality::Personality;
use place::{Places, Stored};

/// Everything that [`run`] knows of the world besides its arguments, the files to attach, the spool and the host name.
pub struct World<'a> {
    /// The body, when no TEXT is given.
    pub stdin: &'a mut dyn Read,
    /// Whether a person would have to type the body: then stdin is read only if `-` asks for it.
    pub stdin_is_terminal: bool,
    /// Gets the id, or the help. Nobody minds if it is closed.
    pub stdout: &'a mut dyn Write,
    /// Gets one line when the alert is not stored, or in memory only; nothing otherwise.
    pub stderr: &'a mut dyn Write,
    /// Looks up a variable of the environment.
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// The moment of the alert and of its id.
    pub now: Wall,
    /// Gives octets that nobody had before: a second alert with the same ones and the same moment gets new ones.
    pub entropy: &'a mut dyn FnMut() -> io::Result<[u8; ENTROPY_OCTETS]>,
    /// Numeric user id of the caller: root has the system's spool.
    pub uid: u32,
    /// The clock that no administrator sets.
    pub clock: fn() -> Instant,
    /// Where the system's log listens.
    pub syslog: Syslog,
    /// Says how it ended and ends the process, from another thread, while this one hangs in the disk. Without it a
    /// disk that hangs is waited for.
    pub leave: Option<fn(&Outcome)>,
    /// Replaces this program by `alertmail` with these arguments; gives the reason if it cannot.
    pub become_alertmail: Option<fn(&[&str]) -> io::Error>,
}

impl World<'_> {
    fn help(&self, help: &help::Help) -> Outcome {
        Outcome::said(help.for_whom(|name| (self.env)(name).and_then(|value| value.into_string().ok())))
    }
}

/// How it ended: the exit code, and what to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code.
    pub exit: Exit,
    /// For stdout: an id with its line end, or an answer to a question.
    pub stdout: String,
    /// For stderr: one line, or nothing.
    pub stderr: String,
}

/// What stdout gets when an alert is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Its id.
    #[default]
    Id,
    /// Nothing: the caller expects a silent program.
    Nothing,
    /// A reply of SMTP: for a client on stdin, also if its disk hangs and another thread has to speak.
    Smtp,
}

impl Outcome {
    fn of(result: Result<Stored, Refusal>, voice: Voice) -> Self {
        match result {
            Ok(Stored { id, warning }) => Self {
                exit: Exit::Done,
                stdout: match voice {
                    Voice::Id => [id.as_str(), "\n"].concat(),
                    Voice::Nothing => String::new(),
                    Voice::Smtp => format!("250 2.0.0 kept as {id}\r\n"),
                },
                stderr: warning.map_or_else(String::new, |warning| format!("enqueue: {warning}\n")),
            },
            Err(refusal) => Self { exit: refusal.exit, stdout: String::new(), stderr: refusal.line() },
        }
    }

    fn said(text: &str) -> Self {
        Self { exit: Exit::Done, stdout: text.to_owned(), stderr: String::new() }
    }
}

/// Does what `argv` asks for (its first member is the name of the program) and says how it ended.
///
/// After [`Exit::Done`] the alert is durable (or, where the administrator wants it so, in memory with a warning) and its
/// id with a line end is on `world.stdout`. After anything else one line on `world.stderr` says what to do, and no file is
/// left, unless that line begins with `perhaps not stored`.
pub fn run(argv: &[OsString], world: &mut World<'_>) -> Exit {
    let outcome = answer(argv, world).unwrap_or_else(|refusal| Outcome::of(Err(refusal), Voice::Id));
    // The promise is kept on disk already; that nobody listens any more does not take it back.
    let _ = world.stdout.write_all(outcome.stdout.as_bytes()).and_then(|()| world.stdout.flush());
    let _ = world.stderr.write_all(outcome.stderr.as_bytes());
    outcome.exit
}

fn answer(argv: &[OsString], world: &mut World<'_>) -> Result<Outcome, Refusal> {
    match Personality::of(argv.first().map(OsString::as_os_str)) {
        Personality::Enqueue => as_enqueue(argv, world),
        other @ (Personality::Sendmail | Personality::Mailq | Personality::Newaliases) => {
            sendmail::answer(other, argv, world)
        }
        Personality::Mail => mail::answer(argv, world),
    }
}

fn as_enqueue(argv: &[OsString], world: &mut World<'_>) -> Result<Outcome, Refusal> {
    let mut options = match args::parse(argv)? {
        Request::Help => return Ok(world.help(&help::OF_ENQUEUE)),
        Request::Version => return Ok(Outcome::said(help::VERSION)),
        Request::Callers => return Ok(Outcome::said(&caller::list())),
        Request::Store(options) => options,
    };
    let spool = options.spool.take().unwrap_or_else(|| default_spool(world.env, world.uid));
    let places = Places::of(spool, world.syslog.clone(), world.env);
    let timeout = options.timeout;
    if options.check {
        let deadline = Deadline::new(timeout.unwrap_or(deadline::TIMEOUT), world.clock);
        return Ok(check::check(&places, &deadline, options.json, world));
    }
    if let Some(caller) = options.caller {
        caller::fill(caller, &mut options, world);
    }
    let alert = alert::compose(*options, world)?;
    Ok(store::store(alert, &places, timeout, world))
}
