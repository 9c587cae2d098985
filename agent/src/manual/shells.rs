//! What shells complete, from the same definitions as help and pages.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command, ValueEnum, ValueHint};
use clap_complete::generate;
use enqueue::HELP;
use spool_format::Severity;

use super::help::read;

/// A shell that can be told what completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
}

/// What is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// The agent and its commands.
    Alertmail,
    /// The program for hooks.
    Enqueue,
}

/// The script for this shell; `command` is the definition of `alertmail`.
pub fn completions(shell: Shell, program: Program, command: Command) -> String {
    let (name, mut command) = match program {
        Program::Alertmail => ("alertmail", command),
        Program::Enqueue => ("enqueue", enqueue()),
    };
    let mut octets = Vec::new();
    match shell {
        Shell::Bash => generate(clap_complete::Shell::Bash, &mut command, name, &mut octets),
        Shell::Zsh => generate(clap_complete::Shell::Zsh, &mut command, name, &mut octets),
        Shell::Fish => generate(clap_complete::Shell::Fish, &mut command, name, &mut octets),
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// `enqueue`, as its help describes it.
pub(super) fn enqueue() -> Command {
    let help = read(HELP);
    let options: Vec<Arg> = help.items("OPTIONS").filter_map(|(tag, text)| option(tag, text)).collect();
    Command::new("enqueue").disable_help_flag(true).disable_version_flag(true).args(options)
}

/// `-t, --to WHO` and what it means.
fn option(tag: &'static str, text: &str) -> Option<Arg> {
    let (letters, long) = tag.split_once("--")?;
    let (long, value) = long.split_once(' ').map_or((long, None), |(long, value)| (long, Some(value)));
    let mut arg = Arg::new(long).long(long).help(first_words(text));
    if let Some(letter) = letters.strip_prefix('-').and_then(|letters| letters.chars().next()) {
        arg = arg.short(letter);
    }
    Some(match value {
        None => arg.action(ArgAction::SetTrue),
        Some(value) => {
            // Quotes and colons are signs of zsh's own.
            let is_word = value.chars().all(|letter| letter.is_ascii_alphabetic());
            let arg = arg.value_name(if is_word { value } else { "VALUE" }).action(ArgAction::Append);
            match value {
                "FILE" => arg.value_hint(ValueHint::FilePath),
                "DIR" => arg.value_hint(ValueHint::DirPath),
                "LEVEL" => arg.value_parser(severities()),
                _ => arg.value_hint(ValueHint::Other),
            }
        }
    })
}

fn severities() -> ValueParser {
    [Severity::Critical, Severity::Warning, Severity::Info].map(Severity::as_str).into()
}

/// A menu has room for little.
fn first_words(text: &str) -> String {
    text.split([';', ':']).next().unwrap_or(text).trim().to_owned()
}
