//! What people read: ages, tables, sentences, and what makes strangers' words harmless.

pub mod age;
pub mod chart;
pub mod events;
pub mod table;
pub mod terminal;
pub mod trace;
pub mod words;
pub mod wrap;
