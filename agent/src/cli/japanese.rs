//! The help in Japanese: the definition of the program with other texts.
//!
//! A short text is found by the English one, so that a change of either is noticed; what stands below the options is long and
//! found by the name of its command. Tests want a text for everything, and something for each text.

mod acting;
mod delivering;
mod installing;
mod watching;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};

/// Each short text: the English one, and the Japanese one.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    [watching::PHRASES, acting::PHRASES, delivering::PHRASES, installing::PHRASES]
        .into_iter()
        .flatten()
        .copied()
}

/// What stands below the options: the command's name without that of the program, and the text.
fn ends() -> impl Iterator<Item = (&'static str, &'static str)> {
    [watching::ENDS, acting::ENDS, delivering::ENDS, installing::ENDS].into_iter().flatten().copied()
}

fn phrase(english: &str) -> Option<&'static str> {
    phrases().find(|(known, _)| *known == english).map(|(_, japanese)| japanese)
}

/// The definition with Japanese texts, to be shown; it parses nothing any more. `built` is the English one, after
/// [`Command::build`].
pub(super) fn localised(built: Command) -> Command {
    in_japanese(built, "")
}

fn in_japanese(mut command: Command, path: &str) -> Command {
    if let Some(japanese) = command.get_about().and_then(|about| phrase(&about.to_string())) {
        command = command.about(japanese);
    }
    if let Some((_, japanese)) = ends().find(|(of, _)| *of == path) {
        command = command.after_help(japanese);
    }
    command.mut_args(argument).mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        in_japanese(sub, path.trim_start())
    })
}

fn argument(mut arg: Arg) -> Arg {
    if let Some(japanese) = arg.get_help().and_then(|help| phrase(&help.to_string())) {
        arg = arg.help(japanese);
    }
    if let Some(japanese) = arg.get_help_heading().and_then(phrase) {
        arg = arg.help_heading(japanese);
    }
    let values = arg.get_possible_values();
    if values.iter().all(|value| value.get_help().is_none()) {
        return arg;
    }
    let values =
        values.into_iter().map(|value| match value.get_help().and_then(|help| phrase(&help.to_string())) {
            Some(japanese) => value.help(japanese),
            None => value,
        });
    arg.value_parser(PossibleValuesParser::new(values))
}

#[cfg(test)]
mod tests;
