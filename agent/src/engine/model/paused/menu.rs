//! What can happen in an hour, and how often.

use super::super::weather::GONE;

/// Whom alerts are for.
pub(super) const TO: [&[&str]; 4] =
    [&["ops"], &["c@example.com", "ops"], &["c@example.com", GONE], &["a@example.jp"]];

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Alert,
    Submission,
    Crowd,
    Break,
    Heal,
    Network,
    Clock,
    Disk,
    Fuse,
    Order,
    Reload,
    Stop,
    Kill,
    Power,
}

/// Each of them, and how often it is on the menu of an hour that has it.
pub(super) const MENU: [(Kind, usize); 14] = [
    (Kind::Alert, 8),
    (Kind::Submission, 3),
    (Kind::Crowd, 1),
    (Kind::Break, 3),
    (Kind::Heal, 3),
    (Kind::Network, 1),
    (Kind::Clock, 1),
    (Kind::Disk, 1),
    (Kind::Fuse, 1),
    (Kind::Order, 2),
    (Kind::Reload, 1),
    (Kind::Stop, 1),
    (Kind::Kill, 1),
    (Kind::Power, 1),
];
