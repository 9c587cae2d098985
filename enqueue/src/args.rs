//! The command line as it was meant: every option once, its value parsed at the door.
//!
//! Looks at nothing but the arguments: files, stdin and environment are read later. An option that takes one
//! value and is given twice counts as given the second time, so that a script can put its defaults first.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::Arg::{Long, Short, Value};
use spool_format::Severity;

use crate::caller::{self, Caller};
use crate::exit::{Exit, Refusal, shown};
use crate::value;

/// Every long option: what a misspelt one is compared with. Tests hold the parser and the help to it.
pub(crate) const OPTIONS: [&str; 19] = [
    "to",
    "cc",
    "bcc",
    "sender",
    "from-name",
    "subject",
    "severity",
    "key",
    "resolves",
    "ttl",
    "header",
    "attach",
    "caller",
    "spool",
    "timeout",
    "check",
    "json",
    "help",
    "version",
];

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Request {
    /// Store an alert.
    Store(Box<Args>),
    /// Show the help.
    Help,
    /// Show the version.
    Version,
    /// List the monitors that are understood.
    Callers,
}

/// Where the body comes from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing was said: stdin, unless it is a terminal.
    #[default]
    Unsaid,
    /// `-`: stdin, whatever it is.
    Stdin,
    /// These words.
    Text(String),
}

/// The options, parsed.
#[derive(Debug, Default)]
pub(crate) struct Args {
    pub(crate) spool: Option<PathBuf>,
    /// How long storing may take; nothing was said when `None`.
    pub(crate) timeout: Option<Duration>,
    /// Nothing is to be stored: which places work?
    pub(crate) check: bool,
    /// The answer to `check` as JSON.
    pub(crate) json: bool,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) bcc: Vec<String>,
    pub(crate) sender: Option<String>,
    pub(crate) from_name: Option<String>,
    pub(crate) subject: String,
    /// What was said of it.
    pub(crate) severity: Option<Severity>,
    pub(crate) key: Option<String>,
    pub(crate) resolves: bool,
    pub(crate) ttl: Option<u64>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) attach: Vec<PathBuf>,
    pub(crate) body: Body,
    /// The monitor whose words are to be read.
    pub(crate) caller: Option<Caller>,
    /// Its arguments.
    pub(crate) words: Vec<String>,
    /// Who calls, for display.
    pub(crate) program: String,
}

/// Reads the arguments; the first of them is the name of the program.
pub(crate) fn parse(argv: &[OsString]) -> Result<Request, Refusal> {
    let mut parser = lexopt::Parser::from_iter(argv);
    let mut options = Args::default();
    let mut words: Vec<String> = Vec::new();
    while let Some(arg) = parser.next().map_err(|error| usage(&error))? {
        match arg {
            Short('t') | Long("to") => value::recipients(&text(&mut parser)?, &mut options.to)?,
            Long("cc") => value::recipients(&text(&mut parser)?, &mut options.cc)?,
            Long("bcc") => value::recipients(&text(&mut parser)?, &mut options.bcc)?,
            Long("sender") => options.sender = value::sender(&text(&mut parser)?)?,
            Long("from-name") => options.from_name = value::line(text(&mut parser)?),
            Short('s') | Long("subject") => {
                options.subject = value::line(text(&mut parser)?).unwrap_or_default();
            }
            Long("severity") => options.severity = Some(value::severity(&text(&mut parser)?)?),
            Short('k') | Long("key") => options.key = value::line(text(&mut parser)?),
            Long("resolves") => options.resolves = true,
            Long("ttl") => options.ttl = Some(value::ttl_seconds(&text(&mut parser)?)?),
            Long("header") => value::header(&text(&mut parser)?, &mut options.headers)?,
            Long("attach") => options.attach.push(path(&mut parser)?),
            Long("caller") => match text(&mut parser)? {
                name if name == "help" => return Ok(Request::Callers),
                name => options.caller = Some(caller::named(&name)?),
            },
            Long("spool") => options.spool = Some(path(&mut parser)?),
            Long("timeout") => options.timeout = Some(value::timeout(&text(&mut parser)?)?),
            Long("check") => options.check = true,
            Long("json") => options.json = true,
            Short('h') | Long("help") => return Ok(Request::Help),
            Short('V') | Long("version") => return Ok(Request::Version),
            Value(word) => {
                words.push(lossy(word));
                // A monitor's message may begin with a dash: behind its first word everything is a word.
                if options.caller.is_some() {
                    words.extend(parser.raw_args().map_err(|error| usage(&error))?.map(lossy));
                }
            }
            Long(name) => return Err(unknown_long(name)),
            Short(letter) => {
                let text = format!("unknown option `-{}`; see enqueue --help", letter.escape_default());
                return Err(Refusal::new(Exit::Usage, text));
            }
        }
    }
    if options.json && !options.check {
        return Err(Refusal::new(Exit::Usage, "--json belongs to --check; leave it out".to_owned()));
    }
    if options.caller.is_some() {
        options.words = words;
        return Ok(Request::Store(Box::new(options)));
    }
    options.body = match words.as_slice() {
        [] => Body::Unsaid,
        [dash] if dash == "-" => Body::Stdin,
        _ => Body::Text(words.join(" ")),
    };
    Ok(Request::Store(Box::new(options)))
}

fn text(parser: &mut lexopt::Parser) -> Result<String, Refusal> {
    parser.value().map(lossy).map_err(|error| usage(&error))
}

fn path(parser: &mut lexopt::Parser) -> Result<PathBuf, Refusal> {
    parser.value().map(PathBuf::from).map_err(|error| usage(&error))
}

/// A strange octet in a text must not cost the alert: it is shown as U+FFFD.
fn lossy(text: OsString) -> String {
    text.into_string().unwrap_or_else(|text| text.to_string_lossy().into_owned())
}

fn usage(error: &lexopt::Error) -> Refusal {
    let text = match error {
        lexopt::Error::MissingValue { option: Some(option) } => {
            format!("option `{}` has no value; see enqueue --help", shown(option))
        }
        lexopt::Error::UnexpectedValue { option, .. } => {
            format!("option `{}` takes no value; leave out what follows the `=`", shown(option))
        }
        other => format!("{}; see enqueue --help", shown(&other.to_string())),
    };
    Refusal::new(Exit::Usage, text)
}

fn unknown_long(name: &str) -> Refusal {
    let name = shown(name);
    let text = match nearest_option(&name) {
        Some(option) => format!("unknown option `--{name}`; did you mean `--{option}`?"),
        None => format!("unknown option `--{name}`; see enqueue --help"),
    };
    Refusal::new(Exit::Usage, text)
}

/// The option that a misspelt name most likely meant: one that begins with it, or at most two typing errors away.
fn nearest_option(name: &str) -> Option<&'static str> {
    let begun = OPTIONS.into_iter().find(|option| name.len() >= 2 && option.starts_with(name));
    let close = || {
        let by_distance = OPTIONS.into_iter().map(|option| (typing_errors(name, option), option)).min();
        by_distance.filter(|(distance, _)| *distance <= 2 && *distance < name.len()).map(|(_, option)| option)
    };
    begun.or_else(close)
}

/// Levenshtein's distance: letters to insert, remove or replace.
fn typing_errors(typed: &str, meant: &str) -> usize {
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for (at, left) in typed.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, right) in meant.bytes().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[meant.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Request, Refusal> {
        let argv: Vec<OsString> = ["enqueue"].iter().chain(words).map(OsString::from).collect();
        parse(&argv)
    }

    fn stored(words: &[&str]) -> Args {
        match parse_words(words).expect("good arguments") {
            Request::Store(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn refused(words: &[&str]) -> String {
        let refusal = parse_words(words).expect_err("bad arguments");
        assert_eq!(refusal.exit, Exit::Usage, "{words:?}");
        refusal.line()
    }

    #[test]
    fn every_option_in_the_list_is_known_to_the_parser() {
        for option in OPTIONS {
            let written = format!("--{option}");
            let said = match parse_words(&[&written, "7"]) {
                Err(refusal) => refusal.line(),
                Ok(_) => String::new(),
            };
            assert!(!said.contains("unknown option"), "{said}");
        }
    }

    #[test]
    fn a_value_may_follow_a_blank_or_an_equals_sign() {
        for words in [
            ["--subject=a b", "--"].as_slice(),
            &["--subject", "a b"],
            &["-s", "a b"],
            &["-s=a b"],
            &["-sa b"],
        ] {
            assert_eq!(stored(words).subject, "a b", "{words:?}");
        }
    }

    #[test]
    fn words_make_the_text_and_a_single_dash_asks_for_stdin() {
        for (words, body) in [
            ([].as_slice(), Body::Unsaid),
            (&["-"], Body::Stdin),
            (&["disk", "full"], Body::Text("disk full".into())),
            (&["disk", "-", "full"], Body::Text("disk - full".into())),
            (&[""], Body::Text(String::new())),
            (&["--", "--to", "x"], Body::Text("--to x".into())),
        ] {
            assert_eq!(stored(words).body, body, "{words:?}");
        }
    }

    #[test]
    fn a_misspelt_option_is_answered_with_the_nearest_one() {
        for (typed, meant) in [
            ("--subjet", "--subject"),
            ("--sub", "--subject"),
            ("--severty", "--severity"),
            ("--form-name", "--from-name"),
            ("--attached", "--attach"),
            ("--TO", ""),
            ("--recipient", ""),
        ] {
            let line = refused(&[typed, "x"]);
            assert!(line.contains(typed), "{line}");
            match meant {
                "" => assert!(line.contains("see enqueue --help"), "{line}"),
                option => assert!(line.contains(&format!("did you mean `{option}`?")), "{line}"),
            }
        }
    }

    #[test]
    fn a_missing_or_surplus_value_is_a_usage_error() {
        assert!(refused(&["--to"]).contains("option `--to` has no value"));
        assert!(refused(&["--resolves=yes"]).contains("option `--resolves` takes no value"));
        assert!(refused(&["-x"]).contains("unknown option `-x`"));
    }
}
