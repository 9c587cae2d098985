//! What clap says of a wrong command line, in Japanese. English is clap's own.

use std::error::Error as _;
use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help::usage;
use crate::output::terminal::printable;

/// All of it: what is wrong, a hint, how the command is used, and where more is said.
pub(super) fn in_japanese(error: &clap::Error) -> String {
    let mut text = format!("エラー: {}\n", sentence(error));
    for (name, kind) in [
        ("指定できる値", ContextKind::ValidValue),
        ("コマンド", ContextKind::ValidSubcommand),
        ("もしかして", ContextKind::SuggestedSubcommand),
        ("もしかして", ContextKind::SuggestedArg),
        ("もしかして", ContextKind::SuggestedValue),
    ] {
        let values = values(error, kind);
        if !values.is_empty() {
            let _ = writeln!(text, "  {name}: {}", values.join(", "));
        }
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(argument) = one(error, ContextKind::TrailingArg).or_else(|| like_an_option(error))
    {
        let _ =
            writeln!(text, "  `{argument}` を値として渡すには、前に `--` を付けてください: -- {argument}");
    }
    if let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) {
        let _ = writeln!(text, "\n使い方: {}", usage(&line.to_string()));
    }
    text.push_str("\n詳しくは --help を参照してください。\n");
    text
}

fn sentence(error: &clap::Error) -> String {
    let argument = one(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = one(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => format!("`{argument}` というオプションや引数はありません"),
        ErrorKind::InvalidSubcommand => {
            let name = one(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("`{name}` というコマンドはありません")
        }
        ErrorKind::MissingSubcommand => "コマンドを指定してください".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` には値が必要です"),
        ErrorKind::InvalidValue => format!("`{argument}` に `{value}` は指定できません"),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| reason(&source.to_string())).unwrap_or_default();
            format!("`{argument}` に `{value}` は指定できません: {why}")
        }
        ErrorKind::NoEquals => format!("`{argument}` の値は `=` に続けて指定してください"),
        ErrorKind::TooManyValues => format!("`{argument}` に余分な値 `{value}` があります"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("`{argument}` の値の個数が正しくありません")
        }
        ErrorKind::ArgumentConflict => {
            let others = values(error, ContextKind::PriorArg);
            if others.is_empty() || others == [argument.as_str()] {
                format!("`{argument}` は一度しか指定できません")
            } else {
                format!("`{argument}` は {} と同時に指定できません", quoted(&others))
            }
        }
        ErrorKind::MissingRequiredArgument => {
            format!("必須のオプションや引数がありません: {}", quoted(&values(error, ContextKind::InvalidArg)))
        }
        ErrorKind::InvalidUtf8 => "引数に UTF-8 として正しくない文字があります".to_owned(),
        // Help and version are no mistakes; the rest is of reading and writing.
        _ => error.to_string().trim_end().to_owned(),
    }
}

/// What the parsers of values say. What is not known stays in English.
fn reason(english: &str) -> String {
    if let Some((_, range)) = english.split_once(" is not in ") {
        return match range.split_once("..=") {
            Some((least, most)) => format!("{least} から {most} までの数値を指定してください"),
            None => format!("{range} の範囲の数値を指定してください"),
        };
    }
    let japanese = match english {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "数値を指定してください"
        }
        "number too large to fit in target type" => "数値が大きすぎます",
        "it is critical, warning or info" | "write critical, warning or info" => {
            "critical、warning、info のいずれかを指定してください"
        }
        _ if english.starts_with("write a time ago") => {
            "何時間前か（15m、2h、3d）、または UTC の日付か時刻（2026-11-25、2026-11-25T04:23:30Z）で指定してください"
        }
        _ if english.ends_with("is no time at all") => "0 より長い時間を指定してください",
        _ if english.contains("is not a time") => "時間は 30s、10m、48h、3d のように指定してください",
        other => other,
    };
    japanese.to_owned()
}

/// What is shown of a mistake comes from the command line, which others may have put together.
fn values(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(value)) => vec![printable(value)],
        Some(ContextValue::Strings(values)) => values.iter().map(|value| printable(value)).collect(),
        _ => Vec::new(),
    }
}

fn one(error: &clap::Error, kind: ContextKind) -> Option<String> {
    values(error, kind).into_iter().next()
}

/// The argument that clap took for an option, where the command would take a value there.
fn like_an_option(error: &clap::Error) -> Option<String> {
    let has_hint = error.get(ContextKind::Suggested).is_some();
    let is_alike = error.get(ContextKind::SuggestedArg).is_some();
    one(error, ContextKind::InvalidArg).filter(|argument| has_hint && !is_alike && argument.starts_with('-'))
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join("、")
}
