//! Scripted SMTP servers with the manners of real providers.
//!
//! For the tests of every tier and for the demo command, so nothing in here panics on what a peer does. A
//! [`Server`] owns one background thread and ends with it; it is synchronous on the outside and needs no
//! runtime of its user. It listens on the loopback interface only, relays nothing, and keeps what it was
//! given in memory.
//!
//! The way of a connection: [`Port`] is bound, `listener` accepts, `connection` speaks over a `wire` and
//! carries out the script ([`Stage`] and [`Act`]), `session` knows the protocol and the [`Personality`],
//! `record` remembers.
//!
//! ```
//! use lab::{Act, Personality, Server, Stage};
//!
//! let sick = Personality::plain().at(Stage::Mail, Act::Say("451 4.3.0 try again later".into()));
//! let server = Server::start(sick)?;
//! assert_eq!(server.mails(), []);
//! # Ok::<(), lab::LabError>(())
//! ```

mod auth;
mod authority;
mod connection;
mod content;
mod error;
mod listener;
mod mail;
mod path;
mod personality;
mod port;
mod record;
mod reply;
mod server;
mod session;
mod socks;
mod stage;
mod transcript;
mod wire;

pub use authority::{Authority, Leaf};
pub use error::LabError;
pub use mail::Mail;
pub use personality::Personality;
pub use port::Port;
pub use server::Server;
pub use socks::Socks;
pub use stage::{Act, Stage};
pub use transcript::{Kind, Line};
