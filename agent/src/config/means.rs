//! A `[[provider]]` that is no server: a program that takes the mail, or a folder for mail (maildir).

use std::path::PathBuf;

use super::keys::{Key, Place, key};
use super::section::Section;

pub(super) const KEYS: &[Key] = &[
    key(
        Place::Provider,
        "kind",
        "smtp, command or maildir",
        "smtp",
        "a mail server; a program, such as an SMS gateway or another sendmail; or a folder for mail, as the last resort",
    ),
    key(
        Place::Provider,
        "command",
        "list of words",
        "",
        "for kind command: the program, without a shell; {to}, {local} (left of the @), {from}, {id} and {severity} are filled in, and with {to} or {local} it is run for each recipient by itself; ALERTMAIL_TO and others are in its environment",
    ),
    key(
        Place::Provider,
        "input",
        "message, text or none",
        "message",
        "for kind command: what it reads from its standard input; text is the subject and the text in UTF-8",
    ),
    key(Place::Provider, "text_max", "number", "none", "for input text: characters at most"),
    key(Place::Provider, "path", "path", "", "for kind maildir: the folder; it is made if it is not there"),
];

/// Keys of a provider that is no server, besides those in [`KEYS`].
const SHARED: [&str; 14] = [
    "name",
    "from",
    "from_name",
    "charset",
    "free_from",
    "subject_max",
    "body_max",
    "size_max_kib",
    "connections",
    "drill",
    "messages_per_minute",
    "messages_per_day",
    "recipients_per_day",
    "recipients_per_message",
];

/// Those of one kind alone.
const OF_COMMANDS: [&str; 4] = ["command", "input", "text_max", "hedge_after"];
const OF_MAILDIRS: [&str; 2] = ["path", "hedge_after"];

/// What may stand in a word of a command.
pub(super) const BLANKS: [&str; 5] = ["to", "local", "from", "id", "severity"];

/// By which means mail gets to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// A mail server.
    Smtp,
    /// A program.
    Command(CommandLine),
    /// A folder for mail.
    Maildir(PathBuf),
}

/// A program that takes mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The program and its arguments, with blanks to be filled in.
    pub words: Vec<String>,
    /// What it reads.
    pub input: Input,
}

/// What a program reads from its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The mail, with LF as the end of each line.
    Message,
    /// Subject and text, in UTF-8.
    Text {
        /// Characters at most.
        chars_max: Option<usize>,
    },
    /// Nothing: all that it wants to know stands in its arguments and its environment.
    None,
}

impl Means {
    /// Whether a mail is made, which somebody has to send.
    pub(super) const fn needs_a_sender(&self) -> bool {
        !matches!(self, Self::Command(CommandLine { input: Input::Text { .. } | Input::None, .. }))
    }
}

/// The means, from the keys of one provider.
pub(super) fn means(section: &Section<'_, '_>) -> Option<Means> {
    let kind = if section.has("kind") { section.text("kind")? } else { "smtp".to_owned() };
    let (own, means): (&[&str], _) = match kind.as_str() {
        "smtp" => {
            refuse_others(section, "smtp", |key| is_of_use(&Means::Smtp, key));
            return Some(Means::Smtp);
        }
        "command" => (&OF_COMMANDS, command(section).map(Means::Command)),
        "maildir" => {
            if !section.has("path") {
                section.wrong("path", "`path` is missing: the folder for mail");
            }
            (&OF_MAILDIRS, section.path("path").map(Means::Maildir))
        }
        _ => {
            section.wrong(
                "kind",
                "`kind`: this is no kind of provider; write \"smtp\", \"command\" or \"maildir\"",
            );
            return None;
        }
    };
    refuse_others(section, &kind, |key| key == "kind" || SHARED.contains(&key) || own.contains(&key));
    means
}

/// Whether a key says something of a provider of this kind.
pub(super) fn is_of_use(means: &Means, key: &str) -> bool {
    let own: &[&str] = match means {
        Means::Smtp => return !KEYS.iter().any(|known| known.name == key) || key == "kind",
        Means::Command(CommandLine { input: Input::Text { .. }, .. }) => &OF_COMMANDS,
        Means::Command(_) if key == "text_max" => return false,
        Means::Command(_) => &OF_COMMANDS,
        Means::Maildir(_) => &OF_MAILDIRS,
    };
    key == "kind" || SHARED.contains(&key) || own.contains(&key)
}

fn refuse_others(section: &Section<'_, '_>, kind: &str, is_of_use: impl Fn(&str) -> bool) {
    let known = |key: &str| super::keys::of(Place::Provider).any(|known| known.name == key);
    for key in section.names().filter(|key| known(key) && !is_of_use(key)) {
        section.wrong(key, &format!("`{key}` is of no use with kind = \"{kind}\""));
    }
}

fn command(section: &Section<'_, '_>) -> Option<CommandLine> {
    if !section.has("command") {
        section.wrong("command", "`command` is missing: the program and its arguments");
    }
    let words = section.list("command", word)?;
    if words.first().is_none_or(String::is_empty) {
        section.wrong("command", "`command` names no program");
        return None;
    }
    let chars_max = section.number("text_max", 20, u16::MAX).map(usize::from);
    let input = match section.text("input").as_deref() {
        Some("text") => Input::Text { chars_max },
        Some("none") => Input::None,
        Some("message") | None => Input::Message,
        Some(_) => {
            section.wrong("input", "`input` has to be \"message\", \"text\" or \"none\"");
            return None;
        }
    };
    if section.has("text_max") && !matches!(input, Input::Text { .. }) {
        section.wrong("text_max", "`text_max` is of use with input = \"text\" alone");
    }
    Some(CommandLine { words, input })
}

/// A word of a command, as it stands. What looks like a blank and is none would go to the program.
fn word(text: &str) -> Result<String, String> {
    let known = |name: &str| BLANKS.contains(&name);
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('{') {
        rest = behind;
        let Some((name, _)) = behind.split_once('}') else { break };
        if !name.is_empty()
            && name.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'_')
            && !known(name)
        {
            let list: Vec<String> = BLANKS.iter().map(|name| format!("{{{name}}}")).collect();
            return Err(format!("`{{{name}}}` is not filled in; there are {}", list.join(", ")));
        }
    }
    Ok(text.to_owned())
}
