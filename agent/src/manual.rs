//! The manual as pages for man(1), and what shells complete: all from the texts that the programs print and read anyway.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `roff` | a page, written in the macros of man(7) |
//! | `program` | `alertmail` and each of its subcommands, from their definition |
//! | `words` | what its pages say besides, in both languages |
//! | `enqueue` | `enqueue`, and what it is by other names, from its help |
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
mod words;

use crate::notice::Tongue;

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
    /// Name and section; what is not English lies in folders as `man` looks for it: `ja/man1/alertmail-list.1`.
    pub file: String,
    /// In the macros of man(7).
    pub text: String,
}

impl Page {
    fn new(name: &str, tongue: Tongue, text: String) -> Self {
        match tongue {
            Tongue::English => Self { file: name.to_owned(), text },
            Tongue::Japanese => {
                let section = name.rsplit('.').next().unwrap_or_default();
                Self { file: format!("ja/man{section}/{name}"), text: roff::breakable(&text) }
            }
        }
    }
}

/// All pages, for the program whose definition in a language is `shown`.
pub fn pages(shown: fn(Tongue) -> clap::Command) -> Vec<Page> {
    let of = |tongue| {
        let mut pages = program::pages(&shown(tongue), tongue);
        pages.extend(enqueue::pages(tongue));
        pages.extend([config::page(tongue), spool::page(tongue)]);
        pages
    };
    [Tongue::English, Tongue::Japanese].into_iter().flat_map(of).collect()
}
