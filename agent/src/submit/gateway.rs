//! A program that takes mails: an SMS gateway, another sendmail. It is started for each mail, in a process group of its own,
//! and ended with all of it when its time is over. No shell is involved.
//!
//! What it ends with says what became of the mail (`sysexits.h`); the last line that it wrote to standard error says why.
//! One that was ended, or died of a signal, certainly has not sent what it had not read to its end. One that had read all
//! may have sent it.

use std::io::PipeReader;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{self, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, kill_process_group};
use smtp::{Failure, Path, Phase, RecipientOutcome, Transaction, Trouble};
use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::pipe::Sender;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::errand::About;
use super::program::{LAST_WORDS_WITHIN, listen};
use crate::config::{CommandLine, Input};

/// How long a program that is asked to end has before it is made to.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Characters of its last line that are kept.
const LINE_CHARS_MAX: usize = 200;

/// A program in the place of a server.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The provider's name.
    pub name: String,
    /// What is run.
    pub line: CommandLine,
    /// How long it may take each time.
    pub within: Duration,
}

/// How one run came out.
struct Ran {
    /// `None` if its time was over.
    status: Option<ExitStatus>,
    /// Whether it had read all of its input.
    has_read_all: bool,
    last_line: String,
}

impl Gateway {
    /// Whether it is run for each recipient by itself.
    pub fn runs_for_each(&self) -> bool {
        self.line.words.iter().any(|word| word.contains("{to}") || word.contains("{local}"))
    }

    /// The file that would be run; the error says why there is none. Nothing is run.
    pub fn look(&self) -> Result<PathBuf, String> {
        let name = self.line.words.first().map_or("", String::as_str);
        let may_run = |path: &path::Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
        let candidates: Vec<PathBuf> = if name.contains('/') {
            vec![PathBuf::from(name)]
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(name)).collect()
        };
        candidates.into_iter().find(|path| may_run(path)).ok_or_else(|| {
            format!(
                "there is no program `{name}` that this user may run; name it by its whole path in `command`"
            )
        })
    }

    /// What would be run for these recipients; the error says why one of them cannot be told to a program.
    pub fn words(&self, sender: &str, to: &[&str], about: &About) -> Result<Vec<String>, String> {
        let address = to.first().copied().unwrap_or_default();
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        let fill = |word: &String| {
            let begins_with_it = word.starts_with("{to}") || word.starts_with("{local}");
            if begins_with_it && address.starts_with('-') {
                return Err(format!("`{address}` begins with a dash, and would be an option to the program"));
            }
            Ok(fill(
                word,
                &[
                    ("to", address),
                    ("local", local),
                    ("from", sender),
                    ("id", about.id.as_str()),
                    ("severity", about.severity.as_str()),
                ],
            ))
        };
        self.line.words.iter().map(fill).collect()
    }

    /// Has the program take the mail; one outcome for each recipient.
    pub(super) async fn take(&self, transaction: &Transaction, about: &About) -> Vec<RecipientOutcome> {
        let everybody: Vec<&Path> = transaction.recipients.iter().collect();
        if !self.runs_for_each() {
            let outcome = self.run(transaction, &everybody, about).await;
            return vec![outcome; everybody.len()];
        }
        let mut outcomes = Vec::with_capacity(everybody.len());
        for to in &everybody {
            outcomes.push(self.run(transaction, &[*to], about).await);
        }
        outcomes
    }

    async fn run(&self, transaction: &Transaction, to: &[&Path], about: &About) -> RecipientOutcome {
        let failed = |trouble| RecipientOutcome::Failed(Failure::new(Phase::Program, trouble));
        let names: Vec<&str> = to.iter().map(|path| path.as_str()).collect();
        let words = match self.words(transaction.sender.as_str(), &names, about) {
            Ok(words) => words,
            Err(why) => return failed(Trouble::Unaddressable(why)),
        };
        let Some(program) = words.first().cloned() else {
            return failed(Trouble::Settings("`command` names no program".to_owned()));
        };
        let input = match self.line.input {
            Input::None => Vec::new(),
            Input::Message | Input::Text { .. } => with_lf(&transaction.content),
        };
        let environment = environment(transaction.sender.as_str(), &names, about);
        match start(&words, &environment, input, self.within).await {
            Ok(ran) => ran.outcome(&program, to.len() == 1, self.within),
            Err(trouble) => failed(trouble),
        }
    }
}

/// The word with what stands in braces filled in. What is filled in is not looked at again.
fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = values.iter().find_map(|(name, value)| {
            let behind = rest.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
            Some((behind, value))
        });
        if let Some((behind, value)) = known {
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled + rest
}

fn environment(sender: &str, to: &[&str], about: &About) -> [(&'static str, String); 6] {
    // What strangers wrote: a NUL cannot be in an environment, and nobody wants the other ones there.
    let clean = |text: &str| text.replace(char::is_control, " ");
    [
        ("ALERTMAIL_TO", to.join(" ")),
        ("ALERTMAIL_FROM", sender.to_owned()),
        ("ALERTMAIL_ID", about.id.as_str().to_owned()),
        ("ALERTMAIL_SEVERITY", about.severity.as_str().to_owned()),
        ("ALERTMAIL_KEY", clean(about.key.as_deref().unwrap_or_default())),
        ("ALERTMAIL_SUBJECT", clean(&about.subject)),
    ]
}

/// Programs on this machine want the line ends of this machine.
pub(super) fn with_lf(content: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(content.len());
    for (n, octet) in content.iter().enumerate() {
        if *octet != b'\r' || content.get(n + 1) != Some(&b'\n') {
            octets.push(*octet);
        }
    }
    octets
}

async fn start(
    words: &[String],
    environment: &[(&str, String)],
    input: Vec<u8>,
    within: Duration,
) -> Result<Ran, Trouble> {
    let (program, arguments) = words.split_first().ok_or_else(|| Trouble::Settings(String::new()))?;
    let no_pipe = |error: std::io::Error| Trouble::Local(format!("no pipe for `{program}`: {error}"));
    let (reader, writer) = std::io::pipe().map_err(no_pipe)?;
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(reader.try_clone().map_err(no_pipe)?).stdout(Stdio::null()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| not_started(program, &error))?;
    // Its end of the pipe is open in the command, too.
    drop(command);
    let last_words: Arc<Mutex<Vec<u8>>> = Arc::default();
    let listener = child.stderr.take().map(|errors| tokio::spawn(listen(errors, Arc::clone(&last_words))));
    let has_read_nothing = input.is_empty();
    let sender = Sender::from_owned_fd(writer.into()).map_err(no_pipe)?;
    let feeder = tokio::spawn(feed(sender, input));
    let status = if let Ok(status) = timeout(within, child.wait()).await {
        status.ok()
    } else {
        end(&mut child).await;
        None
    };
    let is_fed = feeder.is_finished();
    feeder.abort();
    if let Some(listener) = listener {
        // They end with it, unless a child of its own goes on talking.
        let _ = timeout(LAST_WORDS_WITHIN, listener).await;
    }
    let last_line = last_line(&last_words.lock().unwrap_or_else(PoisonError::into_inner));
    let has_read_all = has_read_nothing || (is_fed && nothing_is_unread(&reader));
    Ok(Ran { status, has_read_all, last_line })
}

/// We hold the reading end ourselves, so that a program that reads nothing breaks nothing, and what it left can be counted.
fn nothing_is_unread(reader: &PipeReader) -> bool {
    rustix::io::ioctl_fionread(reader).is_ok_and(|octets| octets == 0)
}

async fn feed(mut sender: Sender, input: Vec<u8>) {
    // It fails if nobody can read it any more: then its end says enough.
    let _ = sender.write_all(&input).await;
}

/// A program that is not there, or may not be run, is a mistake of the configuration. Anything else may pass.
fn not_started(program: &str, error: &std::io::Error) -> Trouble {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    let text = format!("`{program}` cannot be started: {error}");
    if matches!(error.kind(), NotFound | PermissionDenied) {
        Trouble::Settings(text)
    } else {
        Trouble::Local(text)
    }
}

/// Ends it and all that it has started, first with a word of warning.
async fn end(child: &mut Child) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let tell = |signal| group.map(|group| kill_process_group(group, signal));
    tell(Signal::TERM);
    tokio::select! {
        biased;
        _ = child.wait() => {}
        () = sleep(END_WITHIN) => {}
    }
    // Also what it has left behind: the group lives as long as anybody in it.
    tell(Signal::KILL);
    let _ = child.wait().await;
}

fn last_line(words: &[u8]) -> String {
    let words = String::from_utf8_lossy(words);
    let line = words.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(LINE_CHARS_MAX).collect()
}

impl Ran {
    fn outcome(&self, program: &str, is_alone: bool, within: Duration) -> RecipientOutcome {
        let said = if self.last_line.is_empty() { String::new() } else { format!(": {}", self.last_line) };
        let code = self.status.and_then(|status| status.code());
        let trouble = match (code, self.status.and_then(|status| status.signal())) {
            (Some(0), _) => {
                let text = format!("`{program}` ended with 0{said}");
                let text = smtp::printable(text.as_bytes());
                return RecipientOutcome::Taken { phase: Phase::Program, text };
            }
            (Some(code), _) => {
                let text = format!("`{program}` ended with {code}{said}");
                return RecipientOutcome::Failed(Failure::new(
                    Phase::Program,
                    Trouble::Exit { code, is_alone, text },
                ));
            }
            (None, Some(signal)) => Trouble::Local(format!("`{program}` was ended by signal {signal}{said}")),
            (None, None) => Trouble::Silent { seconds: within.as_secs() },
        };
        let failure = Failure::new(Phase::Program, trouble);
        if self.has_read_all {
            RecipientOutcome::Uncertain(failure)
        } else {
            RecipientOutcome::Failed(failure)
        }
    }
}

#[cfg(test)]
mod tests;
