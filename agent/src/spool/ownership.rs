//! Who owns what in the spool of a whole machine, and with which modes; and how that is brought about.
//!
//! Everybody may put alerts into `submit/incoming/`, and nobody but the agent can list, read or remove them there: the
//! folder is the agent's, sticky, writable and not readable for others, and new files get its group. Operators read
//! `queue/` by their group. No program needs a set-id bit for it.
//!
//! It works on open folders and follows no link, so that nobody who replaces a name meanwhile leads it astray. It
//! never makes anything wider than it is to be in the end: folders begin as their maker's own.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::Errno;
use spool_format::folder::{ALERT_MODE, PRIVATE_FOLDER_MODE};
use spool_format::{Folder, Layout};

/// Everybody may put alerts in and nobody but the owner may look: sticky, set-gid, `wx` for others.
pub const INCOMING_MODE: u32 = 0o3733;
/// The agent writes, its operators' group reads, and what is made inside belongs to that group.
pub const QUEUE_MODE: u32 = 0o2750;
/// Everybody may pass, and only the owner changes.
const OPEN_MODE: u32 = 0o755;
/// Only the gate's group may pass.
const GATE_MODE: u32 = 0o710;

/// All bits that chmod can set.
const MODE_BITS: u32 = 0o7777;

/// To whom the parts of the spool belong, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owners {
    /// The agent's user.
    pub user: u32,
    /// The agent's group: alerts get it, so that the agent can read them.
    pub group: u32,
    /// Those who may read `queue/`.
    pub ops: u32,
    /// Those who may put alerts in; everybody without it.
    pub gate: Option<u32>,
}

/// Owner, group and mode of a folder or file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Owner.
    pub user: u32,
    /// Group.
    pub group: u32,
    /// The twelve bits that chmod sets.
    pub mode: u32,
}

impl Access {
    /// Of something that exists.
    pub fn of(stat: &Stat) -> Self {
        Self { user: stat.st_uid, group: stat.st_gid, mode: stat.st_mode & MODE_BITS }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {:04o}", self.user, self.group, self.mode)
    }
}

/// What was done to a folder or file.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Made {
        /// What.
        path: PathBuf,
        /// Now.
        is: Access,
    },
    /// It belonged to others, or had another mode.
    Mended {
        /// What.
        path: PathBuf,
        /// Before.
        was: Access,
        /// Now.
        is: Access,
    },
}

/// A folder or file that cannot be made or mended.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} `{path}`: {source}")]
pub struct OwnershipError {
    what: &'static str,
    path: String,
    /// What the kernel said.
    pub source: io::Error,
}

impl OwnershipError {
    fn new(what: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { what, path: path.display().to_string(), source: source.into() }
    }
}

/// Every folder of a machine's spool, parents first, with what it has to be.
pub fn rules(layout: &Layout, owners: &Owners) -> Vec<(PathBuf, Access)> {
    let Owners { user, group, ops, gate } = *owners;
    let incoming = layout.folder(Folder::Incoming);
    let submit = layout.root().join("submit");
    let rule = |path: PathBuf| {
        let access = if path == layout.root() {
            Access { user: 0, group: 0, mode: OPEN_MODE }
        } else if path == submit {
            let mode = if gate.is_some() { GATE_MODE } else { OPEN_MODE };
            Access { user: 0, group: gate.unwrap_or(0), mode }
        } else if path == incoming {
            Access { user, group, mode: INCOMING_MODE }
        } else {
            Access { user, group: ops, mode: QUEUE_MODE }
        };
        (path, access)
    };
    layout.all_folders().into_iter().map(rule).collect()
}

/// Makes what is missing and mends what is there; gives what was changed, in order.
pub fn bring_about(layout: &Layout, owners: &Owners) -> Result<Vec<Change>, OwnershipError> {
    let mut changes = Vec::new();
    for (path, access) in rules(layout, owners) {
        let (folder, made) = open_or_make(layout.root(), &path)?;
        let was = give(&folder, access).map_err(|errno| OwnershipError::new("change", &path, errno))?;
        if made {
            changes.push(Change::Made { path, is: access });
        } else if let Some(was) = was {
            changes.push(Change::Mended { path, was, is: access });
        }
    }
    // Only the agent makes files here. In corrupt/ lie files of strangers, which stay theirs.
    let queue = layout.root().join("queue");
    let own = [queue, layout.folder(Folder::Deferred), layout.folder(Folder::Dead), layout.journal()];
    let access = Access { user: owners.user, group: owners.ops, mode: ALERT_MODE };
    for path in own {
        mend_files(layout.root(), &path, access, &mut changes)?;
    }
    Ok(changes)
}

/// Opens a folder of the spool, and makes it first if it is missing.
fn open_or_make(root: &Path, path: &Path) -> Result<(OwnedFd, bool), OwnershipError> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(OwnershipError::new("make", path, Errno::INVAL));
    };
    let parent = if path == root {
        // Who may change the way to the spool is the administrator's business; the audit looks at it.
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        rustix::fs::open(parent, OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
    } else {
        open_below(root, parent)
    };
    let parent = parent.map_err(|errno| OwnershipError::new("open the folder above", path, errno))?;
    let made = match rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(PRIVATE_FOLDER_MODE)) {
        Ok(()) => true,
        Err(Errno::EXIST) => false,
        Err(errno) => return Err(OwnershipError::new("make", path, errno)),
    };
    match open_folder(&parent, name) {
        Ok(folder) => Ok((folder, made)),
        Err(Errno::NOTDIR | Errno::LOOP) => Err(OwnershipError::new(
            "use",
            path,
            io::Error::other("it is no folder (links are not followed); remove it or name another place"),
        )),
        Err(errno) => Err(OwnershipError::new("open", path, errno)),
    }
}

fn open_folder(parent: &OwnedFd, name: &OsStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
}

/// Opens a folder step by step from the root of the spool, following no link.
fn open_below(root: &Path, path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut folder = rustix::fs::openat(CWD, root, flags, Mode::empty())?;
    for step in path.strip_prefix(root).unwrap_or(Path::new("")).components() {
        if let Component::Normal(name) = step {
            folder = open_folder(&folder, name)?;
        }
    }
    Ok(folder)
}

/// Gives an open file or folder to its owner; what it was, if that was anything else.
fn give(file: &OwnedFd, access: Access) -> rustix::io::Result<Option<Access>> {
    let was = Access::of(&rustix::fs::fstat(file)?);
    if was == access {
        return Ok(None);
    }
    if (was.user, was.group) != (access.user, access.group) {
        rustix::fs::fchown(file, Some(Uid::from_raw(access.user)), Some(Gid::from_raw(access.group)))?;
    }
    // After the owner: a new owner takes the set-id bits of a file away.
    rustix::fs::fchmod(file, Mode::from_raw_mode(access.mode))?;
    Ok(Some(was))
}

/// Gives the regular files in one folder to the agent: they were made by an agent that ran as somebody else.
fn mend_files(
    root: &Path,
    folder: &Path,
    access: Access,
    changes: &mut Vec<Change>,
) -> Result<(), OwnershipError> {
    let cannot = |path: &Path, errno: Errno| OwnershipError::new("change", path, errno);
    let dir = open_below(root, folder).map_err(|errno| cannot(folder, errno))?;
    for entry in Dir::read_from(&dir).map_err(|errno| cannot(folder, errno))? {
        let entry = entry.map_err(|errno| cannot(folder, errno))?;
        let path = folder.join(OsStr::new(&*entry.file_name().to_string_lossy()));
        let Ok(stat) = rustix::fs::statat(&dir, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        let plain = |stat: &Stat| {
            FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_nlink == 1
        };
        // Operators do not need more than they have: only the owner and the group decide.
        if !plain(&stat) || (stat.st_uid, stat.st_gid) == (access.user, access.group) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&dir, entry.file_name(), flags, Mode::empty());
        let file = file.map_err(|errno| cannot(&path, errno))?;
        if rustix::fs::fstat(&file).is_ok_and(|stat| plain(&stat)) {
            let was = give(&file, access).map_err(|errno| cannot(&path, errno))?;
            changes.extend(was.map(|was| Change::Mended { path, was, is: access }));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Owners {
        let (user, group) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        Owners { user, group, ops: group, gate: None }
    }

    #[test]
    fn the_rules_are_those_of_the_design() {
        let layout = Layout::new("/spool");
        let owners = Owners { user: 1, group: 2, ops: 3, gate: None };
        let text = |owners: &Owners| -> Vec<String> {
            let line = |(path, access): (PathBuf, Access)| format!("{} {access}", path.display());
            rules(&layout, owners).into_iter().map(line).collect()
        };
        assert_eq!(
            text(&owners),
            [
                "/spool 0:0 0755",
                "/spool/submit 0:0 0755",
                "/spool/queue 1:3 2750",
                "/spool/submit/incoming 1:2 3733",
                "/spool/queue/deferred 1:3 2750",
                "/spool/queue/dead 1:3 2750",
                "/spool/queue/corrupt 1:3 2750",
                "/spool/queue/journal 1:3 2750",
            ]
        );
        assert_eq!(text(&Owners { gate: Some(4), ..owners })[1], "/spool/submit 0:4 0710");
    }

    #[test]
    fn a_link_in_the_way_is_refused_and_what_it_points_to_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path().join("spool"));
        let victim = folder.path().join("victim");
        std::fs::create_dir(&victim).expect("a folder");
        std::fs::create_dir(layout.root()).expect("a folder");
        let before = std::fs::metadata(&victim).expect("a folder").permissions();
        std::os::unix::fs::symlink(&victim, layout.root().join("queue")).expect("a link");
        // Without root the root folder could not be given to root; the link is met by `open_or_make` alone.
        let error = open_or_make(layout.root(), &layout.root().join("queue")).expect_err("a link");
        assert!(error.to_string().contains("no folder"), "{error}");
        assert!(open_or_make(layout.root(), &layout.journal()).is_err(), "nor is it passed through");
        assert_eq!(std::fs::metadata(&victim).expect("a folder").permissions(), before);
    }

    #[test]
    fn what_was_made_by_somebody_else_is_mended_once() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path().join("spool"));
        let owners = Owners { user: 64_001, group: 64_001, ops: 64_002, ..own() };
        assert_eq!(bring_about(&layout, &owners).expect("root may").len(), layout.all_folders().len());
        assert_eq!(bring_about(&layout, &owners).expect("root may"), []);
        std::fs::File::create(layout.lock()).expect("a file");
        std::os::unix::fs::symlink("/etc/passwd", layout.journal().join("x.jsonl")).expect("a link");
        let dead =
            rustix::fs::open(layout.folder(Folder::Dead), OFlags::RDONLY, Mode::empty()).expect("a folder");
        rustix::fs::fchmod(&dead, Mode::from_raw_mode(0o777)).expect("root may");
        let changes = bring_about(&layout, &owners).expect("root may");
        let mended: Vec<&Path> = changes
            .iter()
            .map(|change| match change {
                Change::Mended { path, .. } | Change::Made { path, .. } => path.as_path(),
            })
            .collect();
        assert_eq!(mended, [layout.folder(Folder::Dead), layout.lock()]);
        assert_eq!(bring_about(&layout, &owners).expect("root may"), []);
    }
}
