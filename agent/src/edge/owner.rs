//! Root's work on a spool of somebody else is done as that somebody: a file of root's in it would be one that its agent
//! cannot write.

use std::io;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use spool_format::{Folder, Layout};

use super::users::{groups_of, primary_group_of};

/// From now on this process is the user who owns the queue, if it was root's and the queue is not. What is to be read as
/// root has to be read before.
pub fn become_owner_of(layout: &Layout) -> io::Result<()> {
    let queue = std::fs::metadata(layout.root().join("queue"))?;
    if !rustix::process::geteuid().is_root() || queue.uid() == 0 {
        return Ok(());
    }
    // The agent reads what others wrote by this group, whether or not a user database knows of it.
    let reads_by = std::fs::metadata(layout.folder(Folder::Incoming))?.gid();
    let group = primary_group_of(queue.uid()).ok().flatten().unwrap_or(reads_by);
    let groups = groups_of(queue.uid()).unwrap_or_default().into_iter().chain([reads_by]);
    setgroups(&groups.map(Gid::from_raw).collect::<Vec<Gid>>())?;
    setgid(Gid::from_raw(group))?;
    setuid(Uid::from_raw(queue.uid()))?;
    Ok(())
}
