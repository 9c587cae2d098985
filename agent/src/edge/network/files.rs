//! The files of the name service: whether one was written, replaced, or is now another one because a link on its path has
//! changed. What is watched are folders, since a file that is replaced is a new file under an old name.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{CreateFlags, ReadFlags, WatchFlags, add_watch, init};
use tokio::net::unix::pipe;

use super::netlink::u32_at;

/// What the C library reads to resolve a name; and what systemd-resolved writes, since its stub in `resolv.conf` stays the
/// same while the servers behind it change.
const FILES: [&str; 4] =
    ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/run/systemd/resolve/resolv.conf"];

/// Links followed at most for one file.
const LINKS_MAX: usize = 16;

const WRITTEN: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// The watched files.
#[derive(Debug)]
pub(super) struct Files {
    inotify: pipe::Receiver,
    /// By the number of the folder's watch: the names in it that count.
    names: BTreeMap<i32, BTreeSet<OsString>>,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Watches them.
    pub(super) fn watch() -> io::Result<Self> {
        Self::watch_these(FILES.iter().map(PathBuf::from).collect())
    }

    fn watch_these(paths: Vec<PathBuf>) -> io::Result<Self> {
        let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let mut names: BTreeMap<i32, BTreeSet<OsString>> = BTreeMap::new();
        let mut refused = None;
        for (folder, name) in paths.iter().flat_map(|file| places(file)) {
            match add_watch(&inotify, &folder, WRITTEN) {
                Ok(watch) => {
                    names.entry(watch).or_default().insert(name);
                }
                Err(errno) => refused = Some(errno),
            }
        }
        match refused {
            Some(errno) if names.is_empty() => Err(errno.into()),
            _ => Ok(Self { inotify: pipe::Receiver::from_owned_fd_unchecked(inotify)?, names, paths }),
        }
    }

    /// What becomes readable when something happens there.
    pub(super) const fn inotify(&self) -> &pipe::Receiver {
        &self.inotify
    }

    /// Takes in what has happened. Says whether it is news; then it watches what is there now.
    pub(super) fn heard(&mut self) -> io::Result<bool> {
        let mut is_news = false;
        let mut buffer = [0; OCTETS_MAX];
        loop {
            match self.inotify.try_read(&mut buffer) {
                Ok(octets) => is_news |= events(&buffer[..octets]).any(|event| self.is_ours(&event)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if is_news {
            *self = Self::watch_these(std::mem::take(&mut self.paths))?;
        }
        Ok(is_news)
    }

    fn is_ours(&self, event: &Event<'_>) -> bool {
        // Without a name it is the folder itself that has gone elsewhere.
        let is_named = |names: &BTreeSet<OsString>| event.name.is_empty() || names.contains(event.name);
        event.is_overflow || self.names.get(&event.watch).is_some_and(is_named)
    }
}

/// What has happened to a name in a watched folder.
#[derive(Debug)]
struct Event<'a> {
    watch: i32,
    /// Whether more has happened than the kernel keeps.
    is_overflow: bool,
    name: &'a OsStr,
}

/// Octets of `inotify_event` without its name.
const HEAD: usize = 16;
/// Room for a few dozen events.
const OCTETS_MAX: usize = 4096;

/// The events in what was read (inotify(7)).
fn events(octets: &[u8]) -> impl Iterator<Item = Event<'_>> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(rest, 12)?).ok()?;
        let name = rest.get(HEAD..HEAD.checked_add(length)?)?;
        let name = name.split(|octet| *octet == 0).next().unwrap_or_default();
        let is_overflow = u32_at(rest, 4)? & ReadFlags::QUEUE_OVERFLOW.bits() != 0;
        let watch = i32::from_ne_bytes(rest.get(..4)?.try_into().ok()?);
        rest = &rest[HEAD + length..];
        Some(Event { watch, is_overflow, name: OsStr::from_bytes(name) })
    })
}

/// Folder and name of each step to a file: of itself, and of what each link on its way names. Where a folder is missing it is
/// the next step that is waited for.
fn places(file: &Path) -> Vec<(PathBuf, OsString)> {
    let mut places = Vec::new();
    let mut path = file.to_owned();
    for _ in 0..LINKS_MAX {
        let Some((folder, name)) = nearest(&path) else { break };
        let target = std::fs::read_link(folder.join(&name));
        places.push((folder.clone(), name));
        let Ok(target) = target else { break };
        path = folder.join(target);
    }
    places
}

/// The innermost folder on the way to a file that is there, and the next name in it.
fn nearest(path: &Path) -> Option<(PathBuf, OsString)> {
    let mut path = path;
    loop {
        let (folder, name) = (path.parent()?, path.file_name()?);
        if folder.is_dir() {
            return Some((folder.to_owned(), name.to_owned()));
        }
        path = folder;
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "these tests are those who write the files that are watched")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    async fn is_told(files: &mut Files) -> bool {
        let readable = tokio::time::timeout(Duration::from_millis(50), files.inotify().readable()).await;
        let Ok(ready) = readable else { return false };
        ready.expect("a descriptor");
        files.heard().expect("heard")
    }

    #[tokio::test]
    async fn each_way_in_which_such_a_file_changes_is_told_of_and_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let etc = folder.path().join("etc");
        fs::create_dir(&etc).expect("a folder");
        let at = |name: &str| etc.join(name);
        let target = folder.path().join("run/resolve/stub.conf");
        let mut files = Files::watch_these(vec![at("resolv.conf")]).expect("watched");

        fs::write(at("passwd"), "x").expect("written");
        assert!(!is_told(&mut files).await, "another file");
        fs::write(at("resolv.conf"), "x").expect("written");
        assert!(is_told(&mut files).await, "written");
        fs::write(at("draft"), "y").expect("written");
        fs::rename(at("draft"), at("resolv.conf")).expect("renamed");
        assert!(is_told(&mut files).await, "replaced");
        fs::remove_file(at("resolv.conf")).expect("removed");
        symlink("../run/resolve/stub.conf", at("resolv.conf")).expect("a link");
        assert!(is_told(&mut files).await, "a link in its place");
        fs::create_dir_all(target.parent().expect("a folder")).expect("folders");
        assert!(is_told(&mut files).await, "the folder that it leads to");
        fs::write(&target, "x").expect("written");
        assert!(is_told(&mut files).await, "what it leads to is written");
        fs::write(folder.path().join("run/resolve/draft"), "y").expect("written");
        fs::rename(folder.path().join("run/resolve/draft"), &target).expect("renamed");
        assert!(is_told(&mut files).await, "what it leads to is replaced");
        while is_told(&mut files).await {}
        fs::write(at("passwd"), "x").expect("written");
        assert!(!is_told(&mut files).await, "still another file");
    }

    proptest! {
        #[test]
        fn whatever_is_read_comes_to_an_end(octets in prop::collection::vec(prop_oneof![Just(0_u8), 0..20_u8], 0..200)) {
            prop_assert!(events(&octets).map(|event| HEAD + event.name.len()).sum::<usize>() <= octets.len());
        }
    }

    #[test]
    fn links_that_lead_to_each_other_come_to_an_end() {
        let folder = tempfile::tempdir().expect("a folder");
        symlink("b", folder.path().join("a")).expect("a link");
        symlink("a", folder.path().join("b")).expect("a link");
        assert_eq!(places(&folder.path().join("a")).len(), LINKS_MAX);
    }
}
