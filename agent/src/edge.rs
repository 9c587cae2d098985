//! The only readers of clocks, chance, signals and the user database. Everything else is told.

pub mod chance;
pub mod clock;
pub mod host;
pub mod signals;
pub mod users;
