//! The agent: gets alerts from the spool to a phone, through whichever mail provider works.
//!
//! The way of an alert, module by module:
//!
//! | step | where |
//! | --- | --- |
//! | a file appears in `incoming/` | [`spool`]: watch (a hint), scan (the truth), intake (hostile input) |
//! | accepted: for whom, from whom | [`accept`] |
//! | scheduled, passed on, judged | the crate `delivery`, fed by [`engine`] |
//! | worded by a template, if one is configured | [`template`], through [`accept`] |
//! | composed for one provider | the crate `mime`, through [`accept`] |
//! | submitted | [`submit`]: connect, TLS, and the driver of an `smtp::Session` |
//! | told of the agent's own condition | [`notice`], decided by `delivery` |
//! | recorded, moved, removed | [`spool`]: one writer thread |
//! | or taken from a network, if somebody wants that | [`listen`], which leaves it in `incoming/` |
//! | told by people | [`control`] |
//! | counted | [`metrics`] |
//! | asked by machines and browsers | [`serve`] |
//! | shown to people | [`command`], [`output`], [`page`], [`manual`] |
//!
//! [`engine`] decides nothing and `delivery` touches nothing. [`edge`] is the only reader of clocks and chance.

pub mod accept;
pub mod address;
pub mod cli;
pub mod command;
pub mod config;
pub mod control;
pub mod edge;
pub mod engine;
pub mod exit;
pub mod listen;
pub mod log;
pub mod manual;
pub mod metrics;
pub mod notice;
pub mod output;
pub mod page;
pub mod serve;
pub mod spool;
pub mod submit;
pub mod template;
