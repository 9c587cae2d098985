//! What can happen on a day, and how often.

use super::weather::{FULL, GONE};

/// Whom alerts are for.
pub(super) const TO: [&[&str]; 6] = [
    &["ops"],
    &["c@example.com", "ops"],
    &["a@example.jp", "b@example.jp"],
    &["c@example.com", GONE, "a@example.jp"],
    &[FULL, "ops"],
    &[GONE],
];

/// What can happen on such a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Alert,
    Storm,
    Stray,
    Break,
    BreakAll,
    Heal,
    NetworkDown,
    Disk,
    Clock,
    Fuse,
    Blow,
    Stop,
    Reload,
    Read,
}

/// Each of them but the first, and how often it is on the menu of a day that has it.
pub(super) const SWARM: [(Kind, usize); 13] = [
    (Kind::Storm, 1),
    (Kind::Stray, 1),
    (Kind::Break, 4),
    (Kind::BreakAll, 2),
    (Kind::Heal, 3),
    (Kind::NetworkDown, 1),
    (Kind::Disk, 1),
    (Kind::Clock, 1),
    (Kind::Fuse, 1),
    (Kind::Blow, 1),
    (Kind::Stop, 1),
    (Kind::Reload, 1),
    (Kind::Read, 1),
];
