//! The signals that ask the agent to stop, and the one that asks it to read its configuration again.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT, caught from now on.
#[derive(Debug)]
pub struct StopSignals(Source);

#[derive(Debug)]
enum Source {
    Kernel {
        terminate: Signal,
        interrupt: Signal,
    },
    /// As if the kernel had sent them.
    #[cfg(test)]
    Told(tokio::sync::mpsc::UnboundedReceiver<()>),
}

impl StopSignals {
    /// Begins to catch them.
    pub fn new() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self(Source::Kernel { terminate, interrupt: signal(SignalKind::interrupt())? }))
    }

    /// For an agent without a kernel: each word stands for a signal.
    #[cfg(test)]
    pub(crate) const fn told(words: tokio::sync::mpsc::UnboundedReceiver<()>) -> Self {
        Self(Source::Told(words))
    }

    /// Waits for the next one and gives its name. Cancel-safe.
    pub async fn next(&mut self) -> &'static str {
        match &mut self.0 {
            Source::Kernel { terminate, interrupt } => tokio::select! {
                biased;
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            },
            #[cfg(test)]
            Source::Told(words) => match words.recv().await {
                Some(()) => "SIGTERM",
                None => std::future::pending().await,
            },
        }
    }
}

/// SIGHUP, caught from now on.
#[derive(Debug)]
pub struct Hangups(Signal);

impl Hangups {
    /// Begins to catch it.
    pub fn new() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Waits for the next one. Cancel-safe.
    pub async fn next(&mut self) {
        // There is no end to signals: the runtime keeps the sender as long as it lives.
        self.0.recv().await;
    }
}
