//! Attempts over real sockets: `Carrier` against scripted servers, without spool and engine.
//!
//! `delivery` holds what goes well, `trust` the handshake, `silence` limits and lost connections, `keeping` connections
//! that serve twice, and `leave` the two gates.

mod delivery;
mod desk;
mod keeping;
mod leave;
mod looking_on;
mod silence;
mod trust;
