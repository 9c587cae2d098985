//! The help in Japanese, set as clap sets the English one. Clap itself breaks lines at blanks alone, of which Japanese has
//! none, and has its headings in English.

use std::fmt::Write as _;
use std::iter::repeat_n;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use crate::output::terminal::columns;
use crate::output::wrap::wrapped;

/// Columns at most: longer lines are hard to read.
const COLUMNS_MAX: usize = 100;
/// Columns that an explanation gets at least, however long the options are.
const TEXT_MIN: usize = 24;
/// Blanks before an option, and behind it.
const INDENT: usize = 2;

const BOLD: &str = "\u{1b}[1m";
const HEADING: &str = "\u{1b}[1m\u{1b}[4m";
const END: &str = "\u{1b}[0m";

/// What is explained, and how.
type Row = (String, Vec<String>);

/// The same definition, with what `localised` says as the help of each command; `columns` is the width of the terminal.
pub(super) fn with_help_of(command: Command, localised: &Command, columns: usize) -> Command {
    let help = help(localised, columns);
    command.override_help(help).mut_subcommands(|sub| match localised.find_subcommand(sub.get_name()) {
        Some(localised) => with_help_of(sub, localised, columns),
        None => sub,
    })
}

/// How a command is used, without styles: `alertmail list [オプション]`.
pub(super) fn usage(line: &str) -> String {
    let line = line.trim_start().strip_prefix("Usage:").unwrap_or(line).trim();
    line.replace("[OPTIONS]", "[オプション]").replace("<COMMAND>", "<コマンド>")
}

/// The help of one command, styled.
pub(super) fn help(command: &Command, columns: usize) -> String {
    let columns = columns.min(COLUMNS_MAX);
    let mut text = String::new();
    if let Some(about) = command.get_about() {
        let _ = writeln!(text, "{}\n", wrapped(&about.to_string(), columns).join("\n"));
    }
    let line = usage(&command.clone().render_usage().to_string());
    let _ = writeln!(text, "{HEADING}使い方:{END} {BOLD}{line}{END}");
    for (heading, rows) in sections(command) {
        let _ = writeln!(text, "\n{HEADING}{heading}:{END}");
        text.push_str(&set(&rows, columns));
    }
    if let Some(end) = command.get_after_help() {
        text.push('\n');
        for line in end.to_string().lines() {
            let is_kept = line.starts_with(' ') || line.is_empty();
            let lines = if is_kept { vec![line.to_owned()] } else { wrapped(line, columns) };
            text.extend(lines.into_iter().flat_map(|line| [line, "\n".to_owned()]));
        }
    }
    text
}

/// Heading and rows, in clap's order: commands, arguments, options, and then those with a heading of their own.
fn sections(command: &Command) -> Vec<(&str, Vec<Row>)> {
    let subcommands = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    let subcommands = subcommands.map(|sub| {
        (sub.get_name().to_owned(), sub.get_about().map(ToString::to_string).into_iter().collect())
    });
    let mut sections =
        vec![("コマンド", subcommands.collect()), ("引数", Vec::new()), ("オプション", Vec::new())];
    let mut arguments: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    // Those of every command stand behind its own, and help at the very end.
    arguments.sort_by_key(|arg| {
        (matches!(arg.get_action(), ArgAction::Help | ArgAction::Version), arg.is_global_set())
    });
    for arg in arguments {
        let usual = if arg.is_positional() { "引数" } else { "オプション" };
        let heading = arg.get_help_heading().unwrap_or(usual);
        match sections.iter_mut().find(|(of, _)| *of == heading) {
            Some((_, rows)) => rows.push(row(arg)),
            None => sections.push((heading, vec![row(arg)])),
        }
    }
    sections.retain(|(_, rows)| !rows.is_empty());
    sections
}

fn row(arg: &Arg) -> Row {
    let tag = match arg.get_short() {
        Some(letter) => format!("-{letter}, {arg}"),
        None if arg.is_positional() => arg.to_string(),
        None => format!("    {arg}"),
    };
    let mut lines: Vec<String> = arg.get_help().map(ToString::to_string).into_iter().collect();
    let mut mark = |name: &str, value: &str| lines.push(format!("[{name}: {value}]"));
    if let Some(variable) = arg.get_env() {
        mark("環境変数", &variable.to_string_lossy());
    }
    let takes_value = arg.get_action().takes_values();
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let defaults: Vec<_> = defaults.filter(|value| takes_value && !value.is_empty()).collect();
    if !defaults.is_empty() {
        mark("既定値", &defaults.join(", "));
    }
    if let Some(aliases) = arg.get_visible_aliases().filter(|aliases| !aliases.is_empty()) {
        mark("別名", &aliases.iter().map(|alias| format!("--{alias}")).collect::<Vec<_>>().join(", "));
    }
    let values = arg.get_possible_values();
    if values.iter().any(|value| value.get_help().is_some()) {
        for value in &values {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            lines.push(format!("{}: {help}", value.get_name()));
        }
    } else if !values.is_empty() {
        mark("指定できる値", &values.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join(", "));
    }
    (tag, lines)
}

/// Two columns, of which the second is filled.
fn set(rows: &[Row], columns_max: usize) -> String {
    let widest = rows.iter().map(|(tag, _)| columns(tag)).max().unwrap_or(0);
    let indent = INDENT + widest + INDENT;
    let left = columns_max.saturating_sub(indent).max(TEXT_MIN);
    let mut text = String::new();
    for (tag, lines) in rows {
        let _ = write!(text, "{:INDENT$}{BOLD}{tag}{END}", "");
        text.extend(repeat_n(' ', widest - columns(tag) + INDENT));
        let lines = filled(lines, left);
        text.push_str(&lines.join(&format!("\n{:indent$}", "")));
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// Lines that fit. What stands in brackets goes behind the line before it, where there is room.
fn filled(lines: &[String], columns_max: usize) -> Vec<String> {
    let mut filled: Vec<String> = Vec::new();
    for line in lines {
        match filled.last_mut() {
            Some(last) if line.starts_with('[') && columns(last) + 1 + columns(line) <= columns_max => {
                last.push(' ');
                last.push_str(line);
            }
            _ => filled.extend(wrapped(line, columns_max)),
        }
    }
    filled
}
