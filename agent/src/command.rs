//! The subcommands: one file each, all of one shape: `Args`, and `run`, which gives an exit code.

pub mod check;
pub mod completions;
pub mod config;
pub mod demo;
pub mod drill;
mod failure;
pub mod import;
pub mod list;
pub mod log;
pub mod man;
pub mod page;
pub mod people;
pub mod place;
pub mod preview;
pub mod probe;
pub mod providers;
pub(crate) mod quotas;
pub mod reload;
pub mod route;
pub mod run;
mod select;
pub mod send;
pub mod show;
pub mod spool;
pub mod stats;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod visit;
pub mod why;

use std::fmt::Display;
use std::io::{self, Write as _};

use crate::edge::language;
use crate::exit::Exit;
use crate::notice::{self, Tongue};

/// Why a command does not do what it was asked for: an exit code, and words that say what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    exit: Exit,
    text: String,
    /// The same in Japanese, where somebody has put it so.
    japanese: Option<String>,
}

impl Refusal {
    /// Puts the two together.
    pub fn new(exit: Exit, text: impl Display) -> Self {
        Self { exit, text: text.to_string(), japanese: None }
    }

    /// The same in both languages: those that people meet most.
    pub fn in_both(exit: Exit, english: impl Display, japanese: impl Display) -> Self {
        Self { exit, text: english.to_string(), japanese: Some(japanese.to_string()) }
    }

    /// The words in this language. What nobody has put into Japanese is looked up line by line, as reasons are.
    fn text(&self, tongue: Tongue) -> String {
        match (tongue, &self.japanese) {
            (Tongue::Japanese, Some(japanese)) => japanese.clone(),
            (_, _) => in_tongue(tongue, &self.text),
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Prints what a command has to say: its text on stdout, a refusal on stderr.
fn finish(said: Result<(Exit, impl AsRef<[u8]>), Refusal>) -> Exit {
    match said {
        Ok((exit, octets)) => {
            // Nobody minds if the reader has gone.
            let _ = io::stdout().lock().write_all(octets.as_ref());
            exit
        }
        Err(refusal) => {
            let _ = writeln!(io::stderr().lock(), "alertmail: {}", refusal.text(language::asked()));
            refusal.exit
        }
    }
}

/// What we say in English elsewhere, line by line in this language, as far as it is known.
fn in_tongue(tongue: Tongue, lines: &str) -> String {
    lines.split('\n').map(|line| notice::why(tongue, line)).collect::<Vec<_>>().join("\n")
}

/// One JSON document with a line end.
fn json(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string(value).expect("what is shown has only text as keys");
    text.push('\n');
    text
}
