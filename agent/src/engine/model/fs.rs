//! The disk as programs reach it: every call can fail, and at any of them the machine can stop.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, Cursor};
use std::path::Path;
use std::rc::Rc;

use rustix::io::Errno;
use spool_format::Wall;
use spool_format::fs::{Found, SpoolFs};

use super::chance::Dice;
use super::disk::{Disk, Node, Place};
use super::mutants::Mutant;
use crate::spool::queue_fs::QueueFs;
use crate::submit::MailFs;

/// What a disk in trouble says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// ENOSPC: nothing can be made or grow.
    Full,
    /// EDQUOT, as btrfs says it: nothing can get another name either.
    Quota,
    /// EROFS.
    ReadOnly,
    /// EIO from what writes, also from syncs.
    Broken,
    /// EIO from reading.
    Unreadable,
}

/// Trouble from one changing call to another, counted from the start of the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) trouble: Trouble,
    pub(super) from: u64,
    pub(super) calls: u64,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Grow,
    Rename,
    Shrink,
    Sync,
}

/// The machine that the disk is in.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is set by itself, and together they are no state")]
pub(super) struct Machine {
    pub(super) disk: Disk,
    /// What its clock says.
    pub(super) wall: Wall,
    /// Calls that changed something, or would have.
    pub(super) calls: u64,
    /// At this call the machine stops.
    pub(super) fuse: Option<u64>,
    /// It has stopped: nothing has any effect.
    pub(super) is_off: bool,
    pub(super) fault: Option<Fault>,
    /// There is less room than the floor.
    pub(super) is_low: bool,
    /// `incoming/` lies on another file system.
    pub(super) has_two_disks: bool,
    /// A sync of a file has failed: what it was to bring to the disk can be zeros there, in the middle too.
    pub(super) has_lost: bool,
    /// Whether each call is told.
    pub(super) tells: bool,
    /// What is wrong on purpose.
    pub(super) mutant: Option<Mutant>,
}

/// The file system of that machine, for one user.
#[derive(Clone, Debug)]
pub(super) struct ModelFs {
    pub(super) machine: Rc<RefCell<Machine>>,
    pub(super) uid: u32,
    /// Whether this user may list and sync `incoming/`.
    pub(super) may_list: bool,
}

impl Trouble {
    const fn errno(self, kind: Kind) -> Option<Errno> {
        match (self, kind) {
            (Self::Unreadable, Kind::Read) => Some(Errno::IO),
            (Self::Unreadable, _) | (_, Kind::Read) => None,
            (Self::Full, Kind::Grow | Kind::Sync) => Some(Errno::NOSPC),
            (Self::Quota, Kind::Grow | Kind::Rename) => Some(Errno::DQUOT),
            (Self::ReadOnly, Kind::Grow | Kind::Rename | Kind::Shrink) => Some(Errno::ROFS),
            (Self::Broken, _) => Some(Errno::IO),
            (Self::Full | Self::Quota | Self::ReadOnly, _) => None,
        }
    }
}

impl Machine {
    pub(super) fn new(disk: Disk, wall: Wall) -> Self {
        Self {
            disk,
            wall,
            calls: 0,
            fuse: None,
            is_off: false,
            fault: None,
            is_low: false,
            has_two_disks: false,
            has_lost: false,
            tells: false,
            mutant: None,
        }
    }

    /// The power goes, and comes again.
    pub(super) fn lose_power(&mut self, dice: &mut Dice) {
        self.disk.lose_power(dice);
        self.switch_on();
    }

    /// What was stopped can go on.
    pub(super) fn switch_on(&mut self) {
        (self.is_off, self.fuse) = (false, None);
    }

    fn call(&mut self, kind: Kind, what: impl Display, place: Option<Place>) -> io::Result<()> {
        if kind != Kind::Read && !self.is_off {
            self.calls += 1;
            self.is_off = self.fuse.is_some_and(|fuse| self.calls >= fuse);
            if self.tells {
                eprintln!(
                    "      {:4} {what} {place:?}{}",
                    self.calls,
                    if self.is_off { ": OFF" } else { "" }
                );
            }
        }
        if self.is_off {
            return Err(Errno::IO.into());
        }
        let Some(fault) = self.fault else { return Ok(()) };
        let is_on = (fault.from..fault.from + fault.calls).contains(&self.calls);
        match fault.trouble.errno(kind).filter(|_| is_on) {
            Some(errno) => {
                if self.tells && kind != Kind::Read {
                    eprintln!("           fails: {errno}");
                }
                Err(errno.into())
            }
            None => Ok(()),
        }
    }

    fn find(&self, place: Place, name: &OsStr) -> io::Result<Node> {
        self.disk.find(place, name).ok_or_else(|| Errno::NOENT.into())
    }

    fn change_name(&mut self, from: (Place, &OsStr), to: (Place, &str), replaces: bool) -> io::Result<()> {
        self.call(Kind::Rename, format_args!("rename {} to {}", from.1.display(), to.1), Some(from.0))?;
        let node = self.find(from.0, from.1)?;
        if from.0 != to.0 && self.has_two_disks && [from.0, to.0].contains(&Place::Incoming) {
            return Err(Errno::XDEV.into());
        }
        if !replaces && self.disk.find(to.0, OsStr::new(to.1)).is_some() {
            return Err(Errno::EXIST.into());
        }
        self.disk.rename_node(node, (from.0, from.1.to_owned()), (to.0, to.1.into()));
        Ok(())
    }
}

impl ModelFs {
    /// The same disk as this user reaches it who may write into `incoming/` and not look.
    pub(super) fn as_stranger(&self, uid: u32) -> Self {
        Self { uid, may_list: false, ..self.clone() }
    }
}

impl SpoolFs for ModelFs {
    type Dir = Place;
    type File = Node;

    fn open_dir(&self, path: &Path) -> io::Result<Place> {
        match path.file_name().and_then(OsStr::to_str) {
            Some("queue") => Ok(Place::Queue),
            Some("incoming") => Ok(Place::Incoming),
            Some("deferred") => Ok(Place::Deferred),
            Some("dead") => Ok(Place::Dead),
            Some("corrupt") => Ok(Place::Corrupt),
            Some("journal") => Ok(Place::Journal),
            Some("Maildir") => Ok(Place::Mail),
            Some("tmp") => Ok(Place::MailTmp),
            Some("new") => Ok(Place::MailNew),
            Some("cur") => Ok(Place::MailCur),
            _ => Err(Errno::NOENT.into()),
        }
    }

    fn is_readable(&self, _: &Place) -> bool {
        self.may_list
    }

    fn names(&self, dir: &Place) -> io::Result<Vec<OsString>> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Read, "names", Some(*dir))?;
        Ok(machine.disk.names(*dir).cloned().collect())
    }

    fn read(&self, dir: &Place, name: &str, _: usize) -> io::Result<Found> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Read, "read", Some(*dir))?;
        let node = machine.find(*dir, OsStr::new(name))?;
        Ok(Found::File { octets: machine.disk.octets(node).to_vec(), uid: machine.disk.uid(node) })
    }

    fn create(&self, dir: &Place, name: &str, _: u32) -> io::Result<Node> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Grow, format_args!("create {name}"), Some(*dir))?;
        if machine.disk.find(*dir, OsStr::new(name)).is_some() {
            return Err(Errno::EXIST.into());
        }
        let wall = machine.wall;
        Ok(machine.disk.create((*dir, name.into()), self.uid, wall))
    }

    fn write_all(&self, file: &mut Node, octets: &[u8]) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        let wall = machine.wall;
        let written = machine.call(Kind::Grow, format_args!("write {}", octets.len()), None);
        let part = match &written {
            Ok(()) => octets,
            // A disk that becomes full takes what fits.
            Err(_) if !machine.is_off => &octets[..octets.len() / 2],
            Err(_) => &[],
        };
        machine.disk.append(*file, part, wall);
        written
    }

    fn sync_file(&self, file: &Node) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Sync, "fsync", None).inspect_err(|_| machine.sync_failed(*file))?;
        if machine.mutant != Some(Mutant::FileNotSynced) {
            machine.disk.sync_file(*file);
        }
        Ok(())
    }

    fn rename(&self, dir: &Place, from: &str, to: &str) -> io::Result<()> {
        self.machine.borrow_mut().change_name((*dir, OsStr::new(from)), (*dir, to), false)
    }

    fn sync_dir(&self, dir: &Place) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Sync, "sync folder", Some(*dir))?;
        let is_forgotten = match machine.mutant {
            Some(Mutant::FolderNotSynced) => true,
            Some(Mutant::MailNotSynced) => *dir == Place::MailNew,
            _ => false,
        };
        if !is_forgotten {
            machine.disk.sync_folder(*dir);
        }
        Ok(())
    }

    fn unlink(&self, dir: &Place, name: &str) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Shrink, format_args!("unlink {name}"), Some(*dir))?;
        let node = machine.find(*dir, OsStr::new(name))?;
        machine.disk.unlink(node, (*dir, name.into()));
        Ok(())
    }

    fn move_to(&self, from: &Place, name: &OsStr, to: &Place, new_name: &str) -> io::Result<()> {
        self.machine.borrow_mut().change_name((*from, name), (*to, new_name), false)
    }
}

impl Machine {
    fn sync_failed(&mut self, node: Node) {
        if !self.is_off {
            self.disk.lose(node);
            self.has_lost = true;
        }
    }
}

impl QueueFs for ModelFs {
    type Reading = Cursor<Vec<u8>>;

    fn open(&self, dir: &Place, name: &str) -> io::Result<Self::Reading> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Read, "open", Some(*dir))?;
        let node = machine.find(*dir, OsStr::new(name))?;
        Ok(Cursor::new(machine.disk.octets(node).to_vec()))
    }

    fn append_to(&self, dir: &Place, name: &str, _: u32) -> io::Result<(Node, u64)> {
        let mut machine = self.machine.borrow_mut();
        if let Ok(node) = machine.find(*dir, OsStr::new(name)) {
            machine.call(Kind::Read, "open", Some(*dir))?;
            if machine.fault.is_some_and(|fault| fault.trouble == Trouble::ReadOnly) {
                machine.call(Kind::Shrink, "open for writing", Some(*dir))?;
            }
            return Ok((node, machine.disk.octets(node).len() as u64));
        }
        machine.call(Kind::Grow, format_args!("create {name}"), Some(*dir))?;
        let wall = machine.wall;
        Ok((machine.disk.create((*dir, name.into()), self.uid, wall), 0))
    }

    fn truncate(&self, file: &Node, octets: u64) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Shrink, format_args!("cut to {octets}"), None)?;
        machine.disk.cut(*file, usize::try_from(octets).expect("it is in memory"));
        Ok(())
    }

    fn sync_data(&self, file: &Node) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Sync, "fdatasync", None).inspect_err(|_| machine.sync_failed(*file))?;
        if machine.mutant != Some(Mutant::JournalNotSynced) {
            machine.disk.sync_content(*file);
        }
        Ok(())
    }

    fn replace(&self, dir: &Place, from: &str, to: &str) -> io::Result<()> {
        self.machine.borrow_mut().change_name((*dir, OsStr::new(from)), (*dir, to), true)
    }

    fn is_there(&self, dir: &Place, name: &OsStr) -> bool {
        self.machine.borrow().disk.find(*dir, name).is_some()
    }

    fn modified(&self, dir: &Place, name: &str) -> io::Result<Wall> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Read, "stat", Some(*dir))?;
        let node = machine.find(*dir, OsStr::new(name))?;
        Ok(machine.disk.written(node))
    }

    fn room(&self, _: &Place) -> io::Result<u64> {
        Ok(if self.machine.borrow().is_low { 0 } else { 1 << 40 })
    }

    fn allocate(&self, file: &Node, octets: u64) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Grow, "allocate", None)?;
        let (wall, room) = (machine.wall, vec![0; usize::try_from(octets).expect("a small reserve")]);
        machine.disk.append(*file, &room, wall);
        Ok(())
    }
}

impl MailFs for ModelFs {
    /// All that there can be are there.
    fn make_dir(&self, _: &Path, _: u32) -> io::Result<bool> {
        Ok(false)
    }

    fn link(&self, from: &Place, name: &str, to: &Place, new_name: &str) -> io::Result<()> {
        let mut machine = self.machine.borrow_mut();
        machine.call(Kind::Rename, format_args!("link {name} as {new_name}"), Some(*from))?;
        let node = machine.find(*from, OsStr::new(name))?;
        if machine.disk.find(*to, OsStr::new(new_name)).is_some() {
            return Err(Errno::EXIST.into());
        }
        machine.disk.link(node, (*to, new_name.into()));
        Ok(())
    }
}
