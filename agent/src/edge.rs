//! The only readers of clocks, chance, signals, the language, the user database and the state of the network; and the doors
//! by which others come in: named sockets. Everything else is told.

pub mod chance;
pub mod clock;
pub mod host;
pub mod language;
pub mod named_socket;
pub mod network;
pub mod signals;
pub mod users;
