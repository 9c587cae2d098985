//! Looks at the owners and modes of a spool, and says who could read, remove or replace alerts that are not theirs.
//!
//! It judges what is possible, not whether the spool is as `spool init` makes it: an administrator may have reasons.
//! Therefore most findings are warnings: an agent that refused to work because of one would lose what it is to protect.
//! Only what makes its work impossible keeps it from starting. It changes nothing; each finding names the command that
//! does.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use spool_format::{Folder, Layout};

use crate::edge::users::{groups_of, primary_group_of};

/// Bits of a mode, by what they mean for a folder.
mod bits {
    pub(super) const SET_UID: u32 = 0o4000;
    pub(super) const SET_GID: u32 = 0o2000;
    pub(super) const STICKY: u32 = 0o1000;
    pub(super) const GROUP_WRITES: u32 = 0o020;
    pub(super) const OTHERS_READ: u32 = 0o004;
    pub(super) const OTHERS_WRITE: u32 = 0o002;
    pub(super) const OTHERS_PASS: u32 = 0o001;
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Somebody could do what nobody should; the agent works all the same.
    Warning,
    /// The agent cannot work like this.
    Impossible,
}

/// Something that should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// What is wrong, about which folder, and what could come of it.
    what: String,
    /// The command that mends it.
    mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; run: {}", self.what, self.mend)
    }
}

/// As whom the agent works, as far as the file system asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its user.
    pub user: u32,
    /// Its groups, the primary one first; empty if they are not known, and then no finding rests on them.
    pub groups: Vec<u32>,
}

impl Agent {
    /// This process.
    pub fn this() -> Self {
        let primary = rustix::process::getegid().as_raw();
        let others = rustix::process::getgroups().unwrap_or_default();
        let groups = std::iter::once(primary).chain(others.into_iter().map(rustix::process::Gid::as_raw));
        Self { user: rustix::process::geteuid().as_raw(), groups: groups.collect() }
    }

    /// Whoever owns the queue: for those who look at a spool that is not theirs.
    pub fn of(layout: &Layout) -> io::Result<Self> {
        let user = std::fs::metadata(layout.root().join("queue"))?.uid();
        if user == rustix::process::geteuid().as_raw() {
            return Ok(Self::this());
        }
        // A user database that does not answer is not what is looked at here.
        let primary = primary_group_of(user).ok().flatten();
        let others = groups_of(user).unwrap_or_default();
        Ok(Self { user, groups: primary.into_iter().chain(others).collect() })
    }

    const fn is_root(&self) -> bool {
        self.user == 0
    }

    /// Whether it is in this group, so that it can read what the group can.
    fn is_in(&self, group: u32) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }

    /// Whether nobody else is to be expected in this group: root's own, or the one that bears the user's name.
    fn has_for_itself(&self, group: u32) -> bool {
        group == 0 || self.groups.first().is_none_or(|own| *own == group)
    }
}

/// A folder as it was found.
struct Seen {
    path: PathBuf,
    user: u32,
    group: u32,
    mode: u32,
}

/// Whether the kernel lets people give further names to the files of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HardLinks {
    /// It does not, or does not say.
    Protected,
    /// It does.
    Open,
}

impl HardLinks {
    /// As this machine is set.
    pub fn here() -> Self {
        match std::fs::read_to_string("/proc/sys/fs/protected_hardlinks") {
            Ok(text) if text.trim() == "0" => Self::Open,
            _ => Self::Protected,
        }
    }
}

/// Everything that should be otherwise, from the root of the spool downwards. A folder that is missing is no finding.
pub fn audit(layout: &Layout, agent: &Agent, links: HardLinks) -> io::Result<Vec<Finding>> {
    let mut audit = Audit { layout, agent, findings: Vec::new() };
    audit.way_to(layout.root())?;
    let incoming = layout.folder(Folder::Incoming);
    let submit = layout.root().join("submit");
    for path in layout.all_folders() {
        let Some(seen) = see(&path)? else { continue };
        if path == layout.root() || path == submit {
            audit.folder_above(&seen, "who may do that can replace the folders of the spool by others");
        } else if path == incoming {
            audit.incoming(&seen);
            audit.hard_links(&seen, links);
        } else {
            audit.queue(&seen);
        }
        audit.set_id(&seen, path == incoming);
    }
    Ok(audit.findings)
}

fn see(path: &Path) -> io::Result<Option<Seen>> {
    match std::fs::metadata(path) {
        Ok(data) => Ok(Some(Seen {
            path: path.to_owned(),
            user: data.uid(),
            group: data.gid(),
            mode: data.mode() & 0o7777,
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

struct Audit<'a> {
    layout: &'a Layout,
    agent: &'a Agent,
    findings: Vec<Finding>,
}

impl Audit<'_> {
    fn find(&mut self, weight: Weight, seen: &Seen, what: &str, mend: String) {
        self.findings.push(Finding { weight, what: format!("`{}` {what}", seen.path.display()), mend });
    }

    /// The command that puts a whole spool in order.
    fn init(&self) -> String {
        format!("alertmail spool init --system {}", self.layout.root().display())
    }

    /// The folders above the spool: whoever may rename there can put another spool in its place.
    fn way_to(&mut self, root: &Path) -> io::Result<()> {
        let root = match std::fs::canonicalize(root) {
            Ok(root) => root,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for path in root.ancestors().skip(1) {
            if let Some(seen) = see(path)? {
                self.folder_above(&seen, "who may do that can replace the whole spool by another");
            }
        }
        Ok(())
    }

    /// A folder that only root and the agent should be able to rename in.
    fn folder_above(&mut self, seen: &Seen, danger: &str) {
        let others = seen.mode & bits::OTHERS_WRITE != 0;
        let group = seen.mode & bits::GROUP_WRITES != 0 && !self.agent.has_for_itself(seen.group);
        if (others || group) && seen.mode & bits::STICKY == 0 {
            let who = if others { "everybody".to_owned() } else { format!("the group {}", seen.group) };
            let what = format!("can be written by {who}: {danger}");
            self.find(Weight::Warning, seen, &what, format!("chmod go-w {}", seen.path.display()));
        }
        if !self.is_own_user(seen.user) {
            let what = format!("belongs to uid {}: {danger}", seen.user);
            self.find(Weight::Warning, seen, &what, format!("chown root {}", seen.path.display()));
        }
    }

    const fn is_own_user(&self, user: u32) -> bool {
        user == 0 || user == self.agent.user
    }

    fn incoming(&mut self, seen: &Seen) {
        let path = seen.path.display();
        let shared = seen.mode & (bits::OTHERS_WRITE | bits::GROUP_WRITES) != 0;
        let foreign = seen.user != self.agent.user && !self.agent.is_root();
        if foreign && (seen.mode & bits::STICKY != 0 || !shared) {
            let what = format!(
                "belongs to uid {}: the agent (uid {}) could not remove what it has sent, and would send it again",
                seen.user, self.agent.user
            );
            let mend = format!("chown {} {path}", self.agent.user);
            self.find(Weight::Impossible, seen, &what, mend);
        }
        if shared && seen.mode & bits::STICKY == 0 {
            let what = "is not sticky: who may write there can remove and rename the alerts of others";
            self.find(Weight::Warning, seen, what, format!("chmod +t {path}"));
        }
        if seen.mode & bits::OTHERS_READ != 0 {
            let what = "can be listed by everybody: the names of alerts are for the agent alone";
            self.find(Weight::Warning, seen, what, format!("chmod o-r {path}"));
        }
        let readable = seen.mode & bits::SET_GID != 0 && self.agent.is_in(seen.group);
        if shared && !readable && !self.agent.is_root() {
            let what = format!(
                "does not give its alerts to a group of the agent (uid {}): it cannot read what others put there",
                self.agent.user
            );
            self.find(Weight::Warning, seen, &what, self.init());
        }
    }

    fn hard_links(&mut self, seen: &Seen, links: HardLinks) {
        let shared = seen.mode & (bits::OTHERS_WRITE | bits::GROUP_WRITES) != 0;
        if shared && links == HardLinks::Open {
            let what =
                "takes links to files of others: whoever knows an alert's name can keep it from being sent";
            self.find(Weight::Warning, seen, what, "sysctl -w fs.protected_hardlinks=1".to_owned());
        }
    }

    /// `queue/` and what is below it: the agent writes, its operators read.
    fn queue(&mut self, seen: &Seen) {
        let path = seen.path.display();
        if seen.mode & (bits::OTHERS_WRITE | bits::GROUP_WRITES) != 0 {
            let what = "can be written by others than the agent: they can remove and replace waiting alerts";
            self.find(Weight::Warning, seen, what, format!("chmod go-w {path}"));
        }
        if seen.mode & (bits::OTHERS_READ | bits::OTHERS_PASS) != 0 {
            let what = "is open to everybody: alerts and journal are for the agent and its operators";
            self.find(Weight::Warning, seen, what, format!("chmod o-rwx {path}"));
        }
        if seen.user == self.agent.user {
            return;
        }
        if self.agent.is_root() {
            let what = format!(
                "belongs to uid {} and the agent runs as root: an agent of that user cannot read what root leaves there",
                seen.user
            );
            self.find(Weight::Warning, seen, &what, self.init());
        } else if seen.mode & bits::GROUP_WRITES == 0 || !self.agent.is_in(seen.group) {
            let what = format!(
                "belongs to uid {}: the agent (uid {}) cannot write there",
                seen.user, self.agent.user
            );
            self.find(Weight::Impossible, seen, &what, format!("chown {} {path}", self.agent.user));
        }
    }

    /// A set-uid bit means nothing on a folder, and a set-gid bit only where strangers or operators come into play.
    fn set_id(&mut self, seen: &Seen, is_incoming: bool) {
        if seen.mode & bits::SET_UID != 0 {
            let what = "has a set-uid bit, which nothing here needs";
            self.find(Weight::Warning, seen, what, format!("chmod u-s {}", seen.path.display()));
        }
        let strange_group = is_incoming && !self.agent.has_for_itself(seen.group);
        if seen.mode & bits::SET_GID != 0 && strange_group && self.agent.is_root() {
            let what = format!("gives the alerts in it to the group {}, which can read them", seen.group);
            self.find(Weight::Warning, seen, &what, format!("chmod g-s {}", seen.path.display()));
        }
    }
}
