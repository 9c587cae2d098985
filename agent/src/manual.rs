//! The manual as pages for man(1), and what shells complete: all from the texts that the programs print and read anyway.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `roff` | a page, written in the macros of man(7) |
//! | `program` | `alertmail` and each of its subcommands, from their definition |
//! | `enqueue` | `enqueue`, from its help |
//! | `help` | that help, taken apart |
//! | `config` | alertmail.toml, from the table of its keys |
//! | `spool` | the spool in short |
//! | `shells` | completions for bash, zsh and fish |

mod config;
mod enqueue;
mod help;
mod program;
mod roff;
mod shells;
mod spool;
#[cfg(test)]
mod tests;

pub use shells::{Program, Shell, completions};

/// The day of these texts. No clock: who builds a release twice gets the same pages.
const DATE: &str = "2026-11-27";
/// Which release the pages are of.
const SOURCE: &str = concat!("alertmail ", env!("CARGO_PKG_VERSION"));
/// What readers see above a page.
const MANUAL: &str = "alertmail manual";

/// One page: the name of its file, like `alertmail-list.1`, and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Name and section.
    pub file: String,
    /// In the macros of man(7).
    pub text: String,
}

/// All pages, for programs whose definition is `command`.
pub fn pages(command: &clap::Command) -> Vec<Page> {
    let mut pages = program::pages(command);
    pages.extend([enqueue::page(), config::page(), spool::page()]);
    pages
}
