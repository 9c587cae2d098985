//! Watches `incoming/` by notify. What it says is a hint about where to look; a scan finds the truth.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use notify::event::{CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Where to look.
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// At this name.
    Name(OsString),
    /// Everywhere: events were lost, or the watcher is in trouble.
    Everywhere {
        /// What went wrong, if something did.
        trouble: Option<String>,
    },
}

/// The watcher, as long as it lives.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// Begins to watch a folder. From now on nothing that gets a name there goes without a hint.
pub fn watch(folder: &Path) -> notify::Result<(Watch, UnboundedReceiver<Hint>)> {
    let (hints, receiver) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |seen| hint(seen, &hints))?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok((Watch { _watcher: watcher }, receiver))
}

/// Runs on the watcher's thread. A receiver that is gone means that the agent stops.
fn hint(seen: notify::Result<notify::Event>, hints: &UnboundedSender<Hint>) {
    let event = match seen {
        Ok(event) if event.need_rescan() => {
            let _ = hints.send(Hint::Everywhere { trouble: None });
            return;
        }
        Ok(event) => event,
        Err(error) => {
            let _ = hints.send(Hint::Everywhere { trouble: Some(error.to_string()) });
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
            let _ = hints.send(Hint::Name(name));
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
        let (_watch, mut hints) = watch(folder.path()).expect("inotify");
        let draft = folder.path().join(".x.tmp");
        std::fs::write(&draft, b"x").expect("written");
        std::fs::rename(&draft, folder.path().join("x.json")).expect("renamed");
        assert_eq!(hints.recv().await, Some(Hint::Name("x.json".into())));
    }
}
