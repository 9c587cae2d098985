//! `alertmail config show`: what holds, and why. The text is a configuration that means the same.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::super::place::Place;
use super::super::{Refusal, json};
use crate::config::{Mistake, Origin, Reading, Table, default_in_japanese};
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::terminal::{Look, printable};

/// Column of the origins.
const COLUMN: usize = 48;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Behind each value stands where it comes from: a file and its line, a preset, or default. What was included is joined. The
text is a configuration itself, with whole paths. Secrets are not read, only where they come from is shown; the arguments
of a command that gives a secret, and the path of dead_man_url, are shown as ***, to be filled in before it is used.

Exit codes: 0; 78 if the configuration has mistakes, which are named.

Examples:
  alertmail config show
  alertmail config show --json")]
pub(super) struct Args {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, serde::Serialize)]
struct Shown<'r> {
    config: PathBuf,
    /// The files that were read, the main one first.
    files: &'r [PathBuf],
    tables: Vec<ShownTable<'r>>,
}

#[derive(Debug, serde::Serialize)]
struct ShownTable<'r> {
    /// As it stands above it; empty for the top.
    table: &'r str,
    keys: Vec<ShownKey<'r>>,
}

#[derive(Debug, serde::Serialize)]
struct ShownKey<'r> {
    key: &'r str,
    /// Null where there is none.
    value: Option<&'r toml::Value>,
    /// `FILE:LINE`, `preset NAME` or `default`.
    from: String,
    /// Whether something in it is shown as `***`.
    masked: bool,
}

/// Does what the command says.
pub(super) fn show(args: &Args, place: &Place) -> Result<(Exit, String), Refusal> {
    let path = place.config_path();
    let reading = Reading::load(path).map_err(|error| Refusal::new(Exit::Config, error))?;
    if reading.config.is_none() {
        let lines: Vec<String> = reading.mistakes.iter().map(Mistake::to_string).collect();
        return Err(Refusal::new(Exit::Config, lines.join("\n")));
    }
    let text = if args.json {
        let tables = reading.tables.iter().map(shown).collect();
        json(&Shown { config: path.to_owned(), files: &reading.files, tables })
    } else {
        let files: Vec<String> = reading.files.iter().map(|path| path.display().to_string()).collect();
        {
            let tongue = Look::of_stdout().tongue;
            let files = printable(&files.join(", "));
            let head = tongue.either(format!("# What holds by {files}."), format!("# {files} による設定"));
            format!("{head}\n{}", text(&reading.tables, tongue))
        }
    };
    Ok((Exit::Done, text))
}

fn shown(table: &Table) -> ShownTable<'_> {
    let keys = table.settings.iter().map(|setting| ShownKey {
        key: &setting.key,
        value: setting.value.as_ref(),
        from: setting.origin.to_string(),
        masked: setting.is_masked,
    });
    ShownTable { table: &table.heading, keys: keys.collect() }
}

/// The tables as a configuration.
fn text(tables: &[Table], tongue: Tongue) -> String {
    let mut text = String::new();
    for table in tables {
        if !table.heading.is_empty() {
            let _ = writeln!(text, "\n{}", table.heading);
        }
        for setting in &table.settings {
            let key = crate::config::word(&setting.key);
            let masked =
                if setting.is_masked { tongue.either(", masked", "（伏せ字あり）") } else { "" };
            let (line, origin) = if let Some(value) = &setting.value {
                (format!("{key} = {value}"), format!("{}{masked}", origin(&setting.origin, tongue)))
            } else {
                let words = tongue.either(setting.words, default_in_japanese(setting.words));
                (format!("# {key}"), format!("{}: {words}", origin(&Origin::Default, tongue)))
            };
            let width = line.lines().last().map_or(0, |last| last.chars().count());
            let blanks = " ".repeat(COLUMN.saturating_sub(width).max(2));
            let _ = writeln!(text, "{line}{blanks}# {}", printable(&origin));
        }
    }
    text
}

fn origin(origin: &Origin, tongue: Tongue) -> String {
    match (origin, tongue) {
        (Origin::Preset(name), Tongue::Japanese) => format!("プリセット {name}"),
        (Origin::Default, Tongue::Japanese) => "既定値".to_owned(),
        _ => origin.to_string(),
    }
}

#[cfg(test)]
mod tests;
