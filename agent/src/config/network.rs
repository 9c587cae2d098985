//! What is done while names cannot be resolved: `[network]`.

use std::time::Duration;

use super::keys::Place;
use super::section::Section;
use super::value;

/// What is done while names cannot be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// For how long the addresses that a provider had are used; `None` if never.
    pub remember_addresses: Option<Duration>,
}

impl Default for Network {
    /// An address is no reason for trust, with or without a name server: who is there still has to have the certificate, and
    /// without TLS mail goes to near addresses alone. So nothing is lost by remembering, and an alert may be won.
    fn default() -> Self {
        Self { remember_addresses: Some(Duration::from_hours(24 * 7)) }
    }
}

/// Reads `[network]`.
pub(super) fn network(root: &Section<'_, '_>) -> Network {
    let network = Network::default();
    let Some(section) = root.section("network", "[network]", Place::Network) else { return network };
    Network {
        remember_addresses: section
            .parsed("remember_addresses", |text| {
                if text == "never" { Ok(None) } else { value::time(text).map(Some) }
            })
            .unwrap_or(network.remember_addresses),
    }
}
