//! A disk that loses power: what programs see of it now, and what would be left.
//!
//! What it does is what ext4, xfs and btrfs were measured to do, and where they differ whatever is worst:
//!
//! - fsync of a file makes its content durable, and the name that it has now; fdatasync the content alone.
//! - fsync of a folder makes the names in it durable, not what they lead to: a durable name may lead to an empty file.
//! - A rename within a folder happens as a whole or not at all. One into another folder may leave both names, until the
//!   old folder is synced; it never leaves none.
//! - Power that goes leaves any of the unsynced changes of names, in any combination, and of unsynced content a part
//!   from its beginning: whole, cut, in zeros, or none.
//! - After a failed fsync nobody brings that content to the disk any more. Programs still see it, and the next fsync
//!   says that all is well.
//! - What waits for half a minute is written by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use spool_format::folder::file_name;
use spool_format::{AlertId, Wall};

use super::chance::Dice;

/// The folders that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Queue,
    Incoming,
    Deferred,
    Dead,
    Corrupt,
    Journal,
    /// A folder for mail, and its parts.
    Mail,
    MailTmp,
    MailNew,
    MailCur,
}

impl Place {
    const COUNT: usize = Self::MailCur as usize + 1;
}

/// A name in a folder.
pub(super) type Key = (Place, OsString);

/// All names, by folder.
#[derive(Clone, Debug, Default)]
struct Names([BTreeMap<OsString, Node>; Place::COUNT]);

impl Names {
    fn of(&self, place: Place) -> &BTreeMap<OsString, Node> {
        &self.0[place as usize]
    }

    fn of_mut(&mut self, place: Place) -> &mut BTreeMap<OsString, Node> {
        &mut self.0[place as usize]
    }

    fn has(&self, node: Node) -> bool {
        self.0.iter().flat_map(BTreeMap::values).any(|named| *named == node)
    }
}

/// A file, whatever it is called.
pub(super) type Node = usize;

/// What a file holds.
#[derive(Clone, Debug)]
struct Content {
    /// Who made it.
    uid: u32,
    written: Wall,
    /// What programs see.
    now: Vec<u8>,
    /// What would be left.
    synced: Vec<u8>,
    /// What happened to it since then.
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Grown {
        octets: Vec<u8>,
        /// A sync of it has failed: it will never be written.
        lost: bool,
    },
    Cut(usize),
}

/// A change of names that is not durable yet.
#[derive(Clone, Debug)]
struct Renamed {
    node: Node,
    gone: Option<Key>,
    come: Option<Key>,
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    files: Vec<Content>,
    names: Names,
    synced_names: Names,
    unsynced_names: Vec<Renamed>,
    /// Files with something unsynced.
    unsynced_files: BTreeSet<Node>,
}

impl Disk {
    /// The file with this name.
    pub(super) fn find(&self, place: Place, name: &OsStr) -> Option<Node> {
        self.names.of(place).get(name).copied()
    }

    /// All names in a folder.
    pub(super) fn names(&self, place: Place) -> impl Iterator<Item = &OsString> {
        self.names.of(place).keys()
    }

    /// The files of an alert, wherever they lie.
    pub(super) fn alert(&self, id: AlertId) -> impl Iterator<Item = (Place, Node)> {
        let places = [Place::Incoming, Place::Deferred, Place::Dead];
        places.into_iter().filter_map(move |place| Some((place, self.find(place, file_name(id).as_ref())?)))
    }

    /// What programs see in it.
    pub(super) fn octets(&self, node: Node) -> &[u8] {
        &self.files[node].now
    }

    pub(super) fn uid(&self, node: Node) -> u32 {
        self.files[node].uid
    }

    pub(super) fn written(&self, node: Node) -> Wall {
        self.files[node].written
    }

    pub(super) fn create(&mut self, key: Key, uid: u32, written: Wall) -> Node {
        let node = self.files.len();
        self.files.push(Content { uid, written, now: Vec::new(), synced: Vec::new(), unsynced: Vec::new() });
        self.change_name(node, None, Some(key));
        node
    }

    pub(super) fn unlink(&mut self, node: Node, key: Key) {
        self.change_name(node, Some(key), None);
    }

    pub(super) fn rename_node(&mut self, node: Node, from: Key, to: Key) {
        self.change_name(node, Some(from), Some(to));
    }

    /// One more name.
    pub(super) fn link(&mut self, node: Node, key: Key) {
        self.change_name(node, None, Some(key));
    }

    fn change_name(&mut self, node: Node, gone: Option<Key>, come: Option<Key>) {
        let change = Renamed { node, gone, come };
        change.apply(&mut self.names);
        self.unsynced_names.push(change);
    }

    pub(super) fn append(&mut self, node: Node, octets: &[u8], written: Wall) {
        self.unsynced_files.insert(node);
        let file = &mut self.files[node];
        file.written = written;
        file.now.extend_from_slice(octets);
        file.unsynced.push(Change::Grown { octets: octets.to_vec(), lost: false });
    }

    pub(super) fn cut(&mut self, node: Node, octets: usize) {
        self.unsynced_files.insert(node);
        let file = &mut self.files[node];
        file.now.truncate(octets);
        file.unsynced.push(Change::Cut(octets));
    }

    /// fdatasync.
    pub(super) fn sync_content(&mut self, node: Node) {
        self.unsynced_files.remove(&node);
        let file = &mut self.files[node];
        for change in std::mem::take(&mut file.unsynced) {
            change.apply(&mut file.synced);
        }
    }

    /// fsync of a file: its name too, if it has one.
    pub(super) fn sync_file(&mut self, node: Node) {
        self.sync_content(node);
        if self.names.has(node) {
            self.sync_names(|change| (change.node == node).then_some(true));
        }
    }

    /// fsync of a folder.
    pub(super) fn sync_folder(&mut self, place: Place) {
        let is_in = |key: &Option<Key>| key.as_ref().is_some_and(|(at, _)| *at == place);
        self.sync_names(|change| {
            let whole = is_in(&change.gone) || change.gone.is_none();
            (is_in(&change.gone) || is_in(&change.come)).then_some(whole)
        });
    }

    /// Makes changes durable: as a whole, or what has come without what has gone.
    fn sync_names(&mut self, which: impl Fn(&Renamed) -> Option<bool>) {
        let mut left = Vec::new();
        for mut change in std::mem::take(&mut self.unsynced_names) {
            match which(&change) {
                Some(true) => change.apply(&mut self.synced_names),
                Some(false) => {
                    let gone = change.gone.take();
                    change.apply(&mut self.synced_names);
                    left.push(Renamed { node: change.node, gone, come: None });
                }
                None => left.push(change),
            }
        }
        self.unsynced_names = left;
    }

    /// A sync that failed.
    pub(super) fn lose(&mut self, node: Node) {
        self.set_lost(node, true);
    }

    /// What failed syncs have lost in this folder is as if they had not been tried.
    pub(super) fn forgive(&mut self, place: Place) {
        let nodes: Vec<Node> = self.names.of(place).values().copied().collect();
        for node in nodes {
            self.set_lost(node, false);
        }
    }

    fn set_lost(&mut self, node: Node, is_lost: bool) {
        for change in &mut self.files[node].unsynced {
            if let Change::Grown { lost, .. } = change {
                *lost = is_lost;
            }
        }
    }

    /// Half a minute goes by.
    pub(super) fn write_back(&mut self) {
        for node in std::mem::take(&mut self.unsynced_files) {
            self.sync_content(node);
        }
        self.sync_names(|_| Some(true));
    }

    /// The power goes, and comes again.
    pub(super) fn lose_power(&mut self, dice: &mut Dice) {
        let luck = Luck::draw(dice);
        for change in std::mem::take(&mut self.unsynced_names) {
            if !luck.keeps(dice) {
                continue;
            }
            let crosses = matches!((&change.gone, &change.come), (Some(from), Some(to)) if from.0 != to.0);
            let gone = if crosses && dice.one_in(2) { None } else { change.gone.clone() };
            Renamed { gone, ..change }.apply(&mut self.synced_names);
        }
        self.names = self.synced_names.clone();
        for node in std::mem::take(&mut self.unsynced_files) {
            let file = &mut self.files[node];
            for change in std::mem::take(&mut file.unsynced) {
                if !luck.keeps_content(dice, change, &mut file.synced) {
                    break;
                }
            }
            file.now.clone_from(&file.synced);
        }
    }
}

impl Renamed {
    fn apply(&self, names: &mut Names) {
        if let Some((place, name)) = &self.gone
            && names.of(*place).get(name) == Some(&self.node)
        {
            names.of_mut(*place).remove(name);
        }
        if let Some((place, name)) = &self.come {
            names.of_mut(*place).insert(name.clone(), self.node);
        }
    }
}

impl Change {
    fn apply(self, octets: &mut Vec<u8>) {
        match self {
            Self::Grown { octets: more, lost: false } => octets.extend(more),
            Self::Grown { octets: more, lost: true } => octets.resize(octets.len() + more.len(), 0),
            Self::Cut(length) => octets.truncate(length),
        }
    }
}

/// How much of what was not synced is left after a power cut.
#[derive(Clone, Copy)]
enum Luck {
    Nothing,
    Everything,
    Anything,
}

impl Luck {
    fn draw(dice: &mut Dice) -> Self {
        match dice.below(5) {
            0 => Self::Nothing,
            1 => Self::Everything,
            _ => Self::Anything,
        }
    }

    fn keeps(self, dice: &mut Dice) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Anything => dice.one_in(2),
        }
    }

    /// Whether what comes behind it may be left too.
    fn keeps_content(self, dice: &mut Dice, change: Change, left: &mut Vec<u8>) -> bool {
        let kind = match self {
            Self::Nothing => 0,
            Self::Everything => 3,
            Self::Anything => dice.below(5),
        };
        let Change::Grown { octets, .. } = &change else {
            if kind > 0 {
                change.apply(left);
            }
            return kind > 0;
        };
        let some = dice.below(octets.len() + 1);
        match kind {
            0 => false,
            1 => {
                left.extend_from_slice(&octets[..some]);
                false
            }
            2 => {
                left.resize(left.len() + some, 0);
                false
            }
            _ => {
                change.apply(left);
                true
            }
        }
    }
}
