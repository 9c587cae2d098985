//! `[metrics]`: numbers about the agent, for Prometheus and its kin.

use std::path::PathBuf;

use super::keys::{Key, Place, key};
use super::listen::{self, Listen};
use super::section::Section;

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "metrics", "table", "", "numbers about the agent, for Prometheus and its kin"),
    key(
        Place::Metrics,
        "listen",
        "ADDRESS:PORT, or path of a socket",
        "none",
        "where /metrics can be asked for, as \"127.0.0.1:9712\", \"[::1]:9712\" or \"/run/alertmail/metrics.sock\"",
    ),
    key(
        Place::Metrics,
        "allow_remote",
        "true or false",
        "false",
        "whether `listen` may be reached from other machines",
    ),
    key(
        Place::Metrics,
        "textfile",
        "path",
        "none",
        "a file that is replaced when a number has changed, and each minute, for the textfile collector of node_exporter",
    ),
];

/// Where numbers about the agent go; nowhere by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Where they can be asked for.
    pub listen: Option<Listen>,
    /// The file that holds them.
    pub textfile: Option<PathBuf>,
}

impl Metrics {
    /// Whether anybody wants them.
    pub const fn is_on(&self) -> bool {
        self.listen.is_some() || self.textfile.is_some()
    }
}

/// Reads `[metrics]`.
pub(super) fn read(root: &Section<'_, '_>) -> Metrics {
    let Some(section) = root.section("metrics", "[metrics]", Place::Metrics) else {
        return Metrics::default();
    };
    Metrics { listen: listen::read(&section), textfile: section.path("textfile") }
}
