//! What wakes a command that stays: something has changed in folders, a key was pressed, the terminal has another size,
//! somebody wants it to end, or time is up.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, channel, unbounded_channel};

use super::signals::StopSignals;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stir {
    /// SIGTERM or SIGINT.
    Stop,
    /// A key.
    Key(u8),
    /// The terminal has another size.
    Resized,
    /// Something is otherwise in one of the folders.
    Changed,
    /// Nothing, for as long as was asked.
    Nothing,
}

/// Watches all that.
#[derive(Debug)]
pub struct Attention {
    stop: StopSignals,
    resized: Signal,
    keys: Option<Keys>,
    changes: Receiver<()>,
    /// Changes end when it goes; without one, time alone wakes.
    watcher: Option<RecommendedWatcher>,
}

impl Attention {
    /// Begins to watch these folders, and keys if both sides are a terminal. Needs a runtime.
    pub fn new(folders: &[PathBuf]) -> io::Result<Self> {
        let (tell, changes) = channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // What only reads, and that is us as well, changes nothing. One word is enough until it is heard.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                let _ = tell.try_send(());
            }
        })
        .ok();
        for folder in folders {
            // A folder that cannot be watched is looked at when time is up.
            let _ = watcher.as_mut().map(|watcher| watcher.watch(folder, RecursiveMode::NonRecursive));
        }
        Ok(Self {
            stop: StopSignals::new()?,
            resized: signal(SignalKind::window_change())?,
            keys: Keys::of_terminal(),
            changes,
            watcher,
        })
    }

    /// Whether changes are noticed by themselves.
    pub const fn is_told(&self) -> bool {
        self.watcher.is_some()
    }

    /// Waits for the next of all that, so long at most. Cancel-safe.
    pub async fn next(&mut self, at_most: Duration) -> Stir {
        let keys = async {
            match &mut self.keys {
                Some(keys) => keys.pressed.recv().await,
                None => None,
            }
        };
        tokio::select! {
            biased;
            _ = self.stop.next() => Stir::Stop,
            Some(key) = keys => Stir::Key(key),
            _ = self.resized.recv() => Stir::Resized,
            Some(()) = self.changes.recv() => Stir::Changed,
            () = tokio::time::sleep(at_most) => Stir::Nothing,
        }
    }
}

/// Keys one by one and unseen, as long as this lives.
#[derive(Debug)]
struct Keys {
    before: Termios,
    pressed: UnboundedReceiver<u8>,
}

impl Keys {
    fn of_terminal() -> Option<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &now).ok()?;
        let (tell, pressed) = unbounded_channel();
        // Nobody can end a read of a terminal; the thread ends with the process.
        std::thread::spawn(move || {
            for octet in io::stdin().lock().bytes().map_while(Result::ok) {
                if tell.send(octet).is_err() {
                    return;
                }
            }
        });
        Some(Self { before, pressed })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
