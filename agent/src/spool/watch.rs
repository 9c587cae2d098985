//! Watches `incoming/` by notify. What it says is a hint about where to look; a scan finds the truth.
//!
//! Where nothing can be watched (no inotify, or its limits are used up) the agent lives by scans alone, says so once,
//! and tries again at every scan.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use notify::event::{CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use spool_format::{Folder, Layout};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::log;

/// Where to look.
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// At this name in `incoming/`.
    Name(OsString),
    /// Into the spare folder.
    Spare,
    /// Everywhere: events were lost, or the watcher is in trouble.
    Everywhere,
}

/// The watcher of a spool.
#[derive(Debug)]
pub struct Watch {
    incoming: PathBuf,
    spare: Option<PathBuf>,
    hints: UnboundedSender<Hint>,
    watcher: Option<RecommendedWatcher>,
    /// Whether it was said that nothing can be watched.
    said: bool,
}

impl Watch {
    /// A watcher that does not watch yet, and where its hints come out.
    pub fn new(layout: &Layout) -> (Self, UnboundedReceiver<Hint>) {
        let (hints, receiver) = unbounded_channel();
        let incoming = layout.folder(Folder::Incoming);
        (Self { incoming, spare: layout.spare(), hints, watcher: None, said: false }, receiver)
    }

    /// Begins to watch unless it does. From then on nothing that gets a name there goes without a hint; what has one
    /// already is for a scan. Says whether it watches.
    pub fn begin(&mut self) -> bool {
        if self.watcher.is_some() {
            return true;
        }
        match self.watch() {
            Ok(watcher) => {
                if std::mem::take(&mut self.said) {
                    log::watching_again();
                }
                self.watcher = Some(watcher);
            }
            Err(error) => {
                if !std::mem::replace(&mut self.said, true) {
                    log::not_watching(&error);
                }
            }
        }
        self.watcher.is_some()
    }

    /// Watches whatever is at the path now.
    pub fn begin_anew(&mut self) -> bool {
        self.watcher = None;
        self.begin()
    }

    fn watch(&self) -> notify::Result<RecommendedWatcher> {
        let (hints, spare) = (self.hints.clone(), self.spare.clone());
        let mut watcher = notify::recommended_watcher(move |seen| hint(seen, spare.as_deref(), &hints))?;
        watcher.watch(&self.incoming, RecursiveMode::NonRecursive)?;
        if let Some(spare) = self.spare.as_ref().filter(|spare| spare.is_dir()) {
            // Scans find what is there as well.
            let _ = watcher.watch(spare, RecursiveMode::NonRecursive);
        }
        Ok(watcher)
    }
}

/// Runs on the watcher's thread. A receiver that is gone means that the agent stops.
fn hint(seen: notify::Result<notify::Event>, spare: Option<&Path>, hints: &UnboundedSender<Hint>) {
    let event = match seen {
        Ok(event) if event.need_rescan() => {
            log::hints_lost(&"more came at once than the kernel keeps");
            let _ = hints.send(Hint::Everywhere);
            return;
        }
        Ok(event) => event,
        Err(error) => {
            log::hints_lost(&error);
            let _ = hints.send(Hint::Everywhere);
            return;
        }
    };
    let may_have_a_new_name = matches!(
        event.kind,
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Any))
            | EventKind::Create(CreateKind::Any | CreateKind::File | CreateKind::Folder | CreateKind::Other)
    );
    if !may_have_a_new_name {
        return;
    }
    for path in &event.paths {
        let name = path.file_name().map(OsStr::to_owned);
        // A writer's draft gets its name by a rename, which is another event.
        if let Some(name) = name.filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
            let is_spare = spare.is_some() && path.parent() == spare;
            let _ = hints.send(if is_spare { Hint::Spare } else { Hint::Name(name) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "this test is the writer whose rename is watched")]
    async fn a_rename_to_a_visible_name_is_seen_and_a_draft_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        let incoming = layout.folder(Folder::Incoming);
        std::fs::create_dir_all(&incoming).expect("a folder");
        let (mut watch, mut hints) = Watch::new(&layout);
        assert!(watch.begin());
        let draft = incoming.join(".x.tmp");
        std::fs::write(&draft, b"x").expect("written");
        std::fs::rename(&draft, incoming.join("x.json")).expect("renamed");
        assert_eq!(hints.recv().await, Some(Hint::Name("x.json".into())));
    }

    #[test]
    fn what_cannot_be_watched_is_tried_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        let (mut watch, _hints) = Watch::new(&layout);
        assert!(!watch.begin());
        std::fs::create_dir_all(layout.folder(Folder::Incoming)).expect("a folder");
        assert!(watch.begin());
    }
}
