//! What programs hand over as mail, read without sockets, clocks and files.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`session`] | the server's half of SMTP and LMTP as a state machine: octets in, replies and whole messages out |
//! | [`fields`] | where a message's header ends, and which fields are in it |
//! | [`addresses`] | lists of addresses as people and programs write them |
//! | [`envelope`] | whom a message names, and the message without its blind copies |
//!
//! `enqueue` answers as `sendmail` with it, and the agent reads whole messages with it, so that both mean the same by a
//! header. Nothing in here refuses a message because it is odd: alerts are written by programs that nobody will mend.

pub mod addresses;
pub mod envelope;
pub mod fields;
pub mod session;
