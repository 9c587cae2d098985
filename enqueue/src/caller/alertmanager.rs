//! Prometheus's Alertmanager: the JSON of its webhook, on stdin.

use super::given::Given;
use super::told::Told;
use super::webhook;

pub(super) fn tell(given: &Given<'_>) -> Told {
    webhook::tell("alertmanager", given).unwrap_or_else(|| webhook::odd("alertmanager", given))
}
