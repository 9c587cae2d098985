//! The only readers of clocks, chance and signals. Everything else is told.

pub mod chance;
pub mod clock;
pub mod host;
pub mod signals;
