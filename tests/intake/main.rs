//! Alerts that come from a network: mail by SMTP and LMTP, documents by HTTP. What a client was told is kept is an alert, once,
//! whatever happens to the agent; what it may not do leads nowhere; and nobody is in the way of the others.

#![expect(clippy::disallowed_methods, reason = "clients have clocks and patience of their own, and files")]

mod client;
mod load;
mod mail;
mod post;
mod programs;
mod share;
mod stage;

use client::Client;
use stage::Stage;
