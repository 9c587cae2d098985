//! A program whose standard input and output are the connection. It lives as long as the session, and is then ended.
//!
//! What it writes to standard error is read all the time, so that it never waits for us; the end of it is kept for the
//! error's text. No shell is involved.

use std::io;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// Octets of its last words that are kept.
const WORDS_OCTETS_MAX: usize = 300;

/// How long it may take to end by itself when its input has ended.
const END_WITHIN: Duration = Duration::from_secs(1);

/// How long its last words are waited for when it has ended.
pub(super) const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How long its end is waited for when its output has ended, to say how it ended.
const STATUS_WITHIN: Duration = Duration::from_millis(500);

/// The connection. When it goes, the program ends.
#[derive(Debug)]
pub(super) struct Pipe {
    to: ChildStdin,
    from: ChildStdout,
    _leash: oneshot::Sender<()>,
}

/// How a program ended, for those who ask after its connection has gone.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    program: String,
    /// `None` until it has ended.
    status: watch::Receiver<Option<ExitStatus>>,
    words: Arc<Mutex<Vec<u8>>>,
}

/// Starts the program; `{host}` and `{port}` in its words are filled in.
pub(super) fn start(words: &[String], host: &str, port: u16) -> Result<(Pipe, Ending), String> {
    let fill = |word: &String| word.replace("{host}", host).replace("{port}", &port.to_string());
    let words: Vec<String> = words.iter().map(fill).collect();
    let (program, arguments) = words.split_first().ok_or("`connect_command` names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // For the end of the agent, when nobody is left to see to it.
    command.kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let (Some(to), Some(from), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(format!("`{program}` has no input or output"));
    };
    let last_words = Arc::default();
    let (tell, status) = watch::channel(None);
    let (leash, is_over) = oneshot::channel();
    let listener = tokio::spawn(listen(errors, Arc::clone(&last_words)));
    tokio::spawn(async move {
        let status = end_of(child, is_over).await;
        // Its last words may still be on their way. They end with it, unless a child of its own goes on talking.
        let _ = timeout(LAST_WORDS_WITHIN, listener).await;
        tell.send_replace(status);
    });
    let ending = Ending { program: program.clone(), status, words: last_words };
    Ok((Pipe { to, from, _leash: leash }, ending))
}

/// Waits for its end, and sees to it when the connection is over.
async fn end_of(mut child: Child, is_over: oneshot::Receiver<()>) -> Option<ExitStatus> {
    tokio::select! {
        biased;
        status = child.wait() => status.ok(),
        // Its input has ended: most programs take that as their own end.
        _ = is_over => match timeout(END_WITHIN, child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => child.kill().await.ok().and_then(|()| child.try_wait().ok().flatten()),
        },
    }
}

/// Reads what a program writes to standard error, so that it never waits for us, and keeps the end of it.
pub(super) async fn listen(mut errors: ChildStderr, words: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut buffer).await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend_from_slice(&buffer[..count]);
        let surplus = words.len().saturating_sub(WORDS_OCTETS_MAX);
        words.drain(..surplus);
    }
}

impl Ending {
    /// How it ended and what it said last; `None` if it is still there.
    pub(super) async fn in_words(&self) -> Option<String> {
        let mut status = self.status.clone();
        let ended =
            timeout(STATUS_WITHIN, status.wait_for(Option::is_some)).await.ok()?.ok()?.as_ref().copied()?;
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = String::from_utf8_lossy(&words);
        let words: Vec<&str> = words.split_whitespace().collect();
        let said = if words.is_empty() { String::new() } else { format!(": {}", words.join(" ")) };
        Some(format!("`{}` ended with {ended}{said}", self.program))
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().from).poll_read(context, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().to).poll_write(context, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().to).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().to).poll_shutdown(context)
    }
}
