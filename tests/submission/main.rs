//! Attempts over real sockets: `Carrier` against scripted servers, without spool and engine.
//!
//! `delivery` holds what goes well, `addresses` names and addresses, `routes` proxies and programs, `trust` the handshake,
//! `pins` keys, `openssl` certificates made at home, `silence` limits and lost connections, `keeping` connections that serve
//! twice, `leave` the two gates, `mechanisms` each way to log in, and `tokens` those that are renewed.

mod addresses;
mod counter;
mod delivery;
mod desk;
mod keeping;
mod leave;
mod looking_on;
mod mechanisms;
mod openssl;
mod pins;
mod routes;
mod silence;
mod tokens;
mod trust;
