//! The only readers of clocks, chance, signals, keys, the language, the user database and the state of the network; the
//! doors by which others come in, named sockets; the service manager, who is told; how much may be open; the kernel, which
//! is to keep no memory of ours on a disk; and what a panic ends. Everything else is told.

pub mod attention;
pub mod chance;
pub mod clock;
pub mod core;
pub mod descriptors;
pub mod host;
pub mod language;
pub mod named_socket;
pub mod network;
pub mod owner;
pub mod panic;
pub mod service;
pub mod signals;
pub mod users;
