//! That a provider is left out, since it does not work.

use serde::{Deserialize, Serialize};

use crate::wall::Wall;

/// Since when, for how long, and why a provider is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// When it was left out first.
    pub since: Wall,
    /// From when on one alert may try it.
    pub until: Wall,
    /// How often in a row it was found out of order.
    pub openings: u32,
    /// What kind of trouble it is.
    pub cause: Cause,
    /// In words.
    pub reason: String,
}

/// Why a provider is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// Trouble that may pass, several times in a row.
    Trouble,
    /// It says nothing, or not in time.
    Silent,
    /// It has had as much mail as it takes for now.
    Throttled,
    /// It has had as much mail as it takes in a day.
    Exhausted,
    /// Trouble that does not pass by itself: TLS, settings, our standing there.
    Refused,
    /// It refuses the login. Trying on would lock the account.
    Login,
}

impl Cause {
    /// The word in journal and log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Silent => "silent",
            Self::Throttled => "throttled",
            Self::Exhausted => "exhausted",
            Self::Refused => "refused",
            Self::Login => "login",
        }
    }
}
