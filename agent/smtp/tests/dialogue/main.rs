//! Whole dialogues, without sockets: what the server says, what the session must say, and what comes of it.
//!
//! Every script is played twice: with the server's lines whole, and octet by octet.

mod script;

/// The login: mechanisms, refusals, limits.
mod auth;
/// Envelope and message in one flight.
mod chunking;
/// What real servers do that no standard foresaw.
mod manners;
/// Each mechanism of AUTH against each kind of server.
mod mechanisms;
/// Situations in which other queueing mailers lost mail.
mod peers;
/// Each phase against each kind of trouble.
mod phases;
/// Servers that take only so many recipients at a time.
mod rounds;
/// Nothing leaks, and nothing panics, whatever a server does.
mod secrets;
/// STARTTLS and what an attacker can do around it.
mod tls;
/// Recipients, gates, kept connections, the dot.
mod transactions;
