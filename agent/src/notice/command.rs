//! The program that is told of each notice: JSON on its standard input, one line in its environment, no shell.
//!
//! One after the other, each within its limit. A program that fails is named in the log; nothing is told it twice.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::Announcement;
use crate::log;

/// Notices that wait for the program at most. More than that nobody reads.
const WAITING_MAX: usize = 64;

/// The handle of the task that starts the program.
#[derive(Clone, Debug)]
pub struct Command {
    notices: Sender<Announcement>,
}

impl Command {
    /// Starts the task. `words` are the program and its arguments, `within` is the limit of each run.
    pub fn start(words: Vec<String>, within: Duration) -> Self {
        let (notices, waiting) = channel(WAITING_MAX);
        tokio::spawn(serve(words, within, waiting));
        Self { notices }
    }

    /// Tells it, as soon as it is through with those before.
    pub fn tell(&self, announcement: Announcement) {
        if self.notices.try_send(announcement).is_err() {
            log::notice_command_failed(&format!(
                "{WAITING_MAX} notices wait for it already; this one is left out"
            ));
        }
    }
}

async fn serve(words: Vec<String>, within: Duration, mut waiting: Receiver<Announcement>) {
    while let Some(announcement) = waiting.recv().await {
        let run = timeout(within, run(&words, &announcement)).await;
        let why = match run {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            // Dropped with its future, it is killed.
            Err(_) => format!("it took longer than {} s and was ended", within.as_secs_f64()),
        };
        log::notice_command_failed(&why);
    }
}

async fn run(words: &[String], announcement: &Announcement) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env("ALERTMAIL_NOTICE", announcement.line())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // Whether it reads is its own business.
        let _ = input.write_all(announcement.to_json().as_bytes()).await;
    }
    let status = child.wait().await.map_err(|error| format!("`{program}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{program}` ended with {status}")) }
}
