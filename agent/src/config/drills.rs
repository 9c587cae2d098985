//! How often each provider is asked without an alert whether it could take one: `[drills]`.

use std::time::Duration;

use super::keys::{Key, Place, key};
use super::section::Section;
use super::value;

/// More often would look like an attack to a provider.
const EVERY_MIN: Duration = Duration::from_secs(1);

pub(super) const KEYS: &[Key] = &[
    key(
        Place::Top,
        "drills",
        "table",
        "",
        "providers are asked from time to time whether they could take an alert",
    ),
    key(
        Place::Drills,
        "every",
        "time or never",
        "24h",
        "once in so long each provider is connected to and logged in at, without a mail; with one login in that time at most",
    ),
    key(
        Place::Drills,
        "certificate_ends",
        "time",
        "14d",
        "so long before the end of a provider's certificate people are told of it",
    ),
    key(Place::Provider, "drill", "true or false", "true", "whether [drills] are for this one"),
];

/// How often each provider is drilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drills {
    /// Once in so long; `None` if never.
    pub every: Option<Duration>,
    /// So long before its end a certificate is told of.
    pub certificate_ends: Duration,
}

impl Default for Drills {
    fn default() -> Self {
        Self { every: Some(Duration::from_hours(24)), certificate_ends: Duration::from_hours(14 * 24) }
    }
}

/// Reads `[drills]`.
pub(super) fn read(root: &Section<'_, '_>) -> Drills {
    let drills = Drills::default();
    let Some(section) = root.section("drills", "[drills]", Place::Drills) else { return drills };
    let every = |text: &str| match text {
        "never" => Ok(None),
        _ => match value::time(text)? {
            short if short < EVERY_MIN => Err("is shorter than 1s; write \"never\" for no drills".to_owned()),
            time => Ok(Some(time)),
        },
    };
    Drills {
        every: section.parsed("every", every).unwrap_or(drills.every),
        certificate_ends: section.time("certificate_ends").unwrap_or(drills.certificate_ends),
    }
}
