//! Attempts over real sockets: `Carrier` against scripted servers, without spool and engine.
//!
//! `delivery` holds what goes well, `trust` the handshake, `silence` limits and lost connections, `keeping` connections
//! that serve twice, `leave` the two gates, `mechanisms` each way to log in, and `tokens` those that are renewed.

mod delivery;
mod desk;
mod keeping;
mod leave;
mod mechanisms;
mod silence;
mod tokens;
mod trust;
