//! How often each provider is asked without an alert whether it could take one: `[drills]`.

use std::time::Duration;

use spool_format::Address;

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
    key(
        Place::Drills,
        "canary",
        "time or never",
        "never",
        "once in so long each provider, also one that is not needed, is sent a small mail to see that mail gets through",
    ),
    key(Place::Drills, "canary_to", "list of addresses", "none", "who gets these mails"),
    key(Place::Provider, "drill", "true or false", "true", "whether [drills] are for this one"),
];

/// How often each provider is drilled, and sent a canary mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drills {
    /// Once in so long; `None` if never.
    pub every: Option<Duration>,
    /// So long before its end a certificate is told of.
    pub certificate_ends: Duration,
    /// A canary mail once in so long; `None` if never.
    pub canary: Option<Duration>,
    /// Who gets canary mails.
    pub canary_to: Vec<Address>,
}

impl Default for Drills {
    fn default() -> Self {
        Self {
            every: Some(Duration::from_hours(24)),
            certificate_ends: Duration::from_hours(14 * 24),
            canary: None,
            canary_to: Vec::new(),
        }
    }
}

/// Reads `[drills]`.
pub(super) fn read(root: &Section<'_, '_>) -> Drills {
    let drills = Drills::default();
    let Some(section) = root.section("drills", "[drills]", Place::Drills) else { return drills };
    let interval = |text: &str| match text {
        "never" => Ok(None),
        _ => match value::time(text)? {
            short if short < EVERY_MIN => Err("is shorter than 1s; write \"never\" for none".to_owned()),
            time => Ok(Some(time)),
        },
    };
    let canary = section.parsed("canary", interval).flatten();
    let canary_to = section.addresses("canary_to").unwrap_or_default();
    if canary.is_some() && canary_to.is_empty() {
        section.wrong(
            "canary",
            "`canary` is set and nobody gets it: write also `canary_to = [\"you@example.jp\"]`",
        );
    }
    Drills {
        every: section.parsed("every", interval).unwrap_or(drills.every),
        certificate_ends: section.time("certificate_ends").unwrap_or(drills.certificate_ends),
        canary,
        canary_to,
    }
}
