//! The only readers of clocks, chance, signals, the language and the user database. Everything else is told.

pub mod chance;
pub mod clock;
pub mod host;
pub mod language;
pub mod signals;
pub mod users;
