//! What became of the mails of a queue, for people and machines.

use std::fmt::Write as _;
use std::path::PathBuf;

use spool_format::{AlertId, Layout};

use super::Queue;
use crate::notice::{self, Tongue};
use crate::output::terminal::printable;

/// One that is an alert now.
#[derive(Debug, serde::Serialize)]
pub(super) struct Taken {
    /// Its file in the queue.
    pub(super) file: String,
    /// The alerts that it became: one, unless it has more recipients than an alert may have.
    pub(super) ids: Vec<AlertId>,
    pub(super) to: Vec<String>,
}

/// One that stays where it is.
#[derive(Debug, serde::Serialize)]
pub(super) struct Left {
    pub(super) file: String,
    pub(super) reason: String,
}

/// All of them.
#[derive(Debug, serde::Serialize)]
pub(super) struct Report {
    queue: PathBuf,
    /// Where the files of the mails are now.
    moved_to: PathBuf,
    spool: PathBuf,
    pub(super) taken: Vec<Taken>,
    pub(super) left: Vec<Left>,
}

impl Report {
    pub(super) fn new(queue: &Queue, layout: &Layout) -> Self {
        Self {
            queue: queue.folder.clone(),
            moved_to: queue.aside.clone(),
            spool: layout.root().to_owned(),
            taken: Vec::new(),
            left: Vec::new(),
        }
    }

    pub(super) fn in_words(&self, tongue: Tongue) -> String {
        let mut text = String::new();
        for Taken { file, ids, to } in &self.taken {
            let ids: Vec<&str> = ids.iter().map(AlertId::as_str).collect();
            let _ = writeln!(text, "{}: {}  {}", printable(file), ids.join(" "), printable(&to.join(", ")));
        }
        for Left { file, reason } in &self.left {
            let stays = tongue.either("stays in the queue", "キューに残します");
            let _ =
                writeln!(text, "{}: {stays}: {}", printable(file), printable(&notice::why(tongue, reason)));
        }
        let (taken, left) = (self.taken.len(), self.left.len());
        let (spool, aside) = (self.spool.display(), self.moved_to.display());
        let sum = match (taken, left) {
            (0, 0) => tongue.either(
                format!("no mail waits in {}", self.queue.display()),
                format!("{} に待機中のメールはありません", self.queue.display()),
            ),
            _ => tongue.either(
                format!("{taken} taken over into {spool}, their files are in {aside}; {left} left"),
                format!("{taken} 件を {spool} に取り込みました（元のファイルは {aside}）。残り {left} 件"),
            ),
        };
        let _ = writeln!(text, "{sum}");
        text
    }
}
