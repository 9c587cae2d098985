//! The message: what was said of it, composed as every alert is.

use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use mail_parser::MessageParser;
use mime::{Identity, Mailbox};
use smtp::{Path, Transaction};
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::{Address, Alert, AlertId};

use super::is_stdin;
use super::route::Route;
use crate::accept::{Accepted, Policy, Reach, on_the_wire};
use crate::command::Refusal;
use crate::config::Config;
use crate::edge::{chance, clock, host};
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::{columns, printable};

/// Columns of the names in front of values.
const NAME_COLUMNS: usize = 10;

/// The options that say what is in it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "The mail")]
pub(super) struct MailOptions {
    /// A recipient, or an alias of the configuration; may be repeated. Without any: [alerts] to.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    to: Vec<String>,
    /// A recipient of a copy.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    cc: Vec<String>,
    /// A recipient whom the others do not see.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    bcc: Vec<String>,
    /// The subject.
    #[arg(long, short, value_name = "TEXT", default_value = "")]
    subject: String,
    /// File with the body; `-` is stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    body_file: Option<PathBuf>,
    /// The body; `-`, and neither this nor --body-file, is stdin.
    #[arg(value_name = "BODY", allow_hyphen_values = true)]
    body: Option<String>,
}

impl MailOptions {
    /// Whether the body comes from stdin.
    pub(super) fn reads_stdin(&self) -> bool {
        match &self.body {
            Some(body) => body == "-",
            None => self.body_file.is_none() || is_stdin(self.body_file.as_ref()),
        }
    }

    fn body(&self) -> Result<String, Refusal> {
        let limit = ALERT_OCTETS_MAX as u64 + 1;
        let mut octets = Vec::new();
        let (name, read) = match (&self.body, &self.body_file) {
            (Some(body), _) if body != "-" => return Ok(body.clone()),
            (None, Some(path)) if !is_stdin(self.body_file.as_ref()) => {
                let read =
                    std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut octets));
                (format!("`{}`", path.display()), read)
            }
            _ => ("stdin".to_owned(), io::stdin().lock().take(limit).read_to_end(&mut octets)),
        };
        read.map_err(|error| {
            Refusal::new(Exit::NoInput, format!("cannot read the body from {name}: {error}"))
        })?;
        // As enqueue does: what cannot be read is better than nothing.
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }
}

/// A mail that is ready to go.
pub(super) struct Mail {
    /// Envelope sender.
    pub(super) sender: Path,
    /// Envelope recipients.
    pub(super) recipients: Vec<Path>,
    /// Header and body.
    pub(super) octets: Arc<[u8]>,
    /// Message-ID, with brackets.
    pub(super) message_id: String,
    /// What had to be left out or changed.
    notes: Vec<String>,
}

impl Mail {
    /// Composes it for this way.
    pub(super) fn compose(
        options: &MailOptions,
        route: &Route,
        config: Option<&Config>,
    ) -> Result<Self, Refusal> {
        let data = |text: &dyn std::fmt::Display| Refusal::new(Exit::Data, text);
        let alert = Alert {
            version: spool_format::alert::FORMAT_VERSION,
            to: options.to.clone(),
            cc: options.cc.clone(),
            bcc: options.bcc.clone(),
            subject: options.subject.clone(),
            body: options.body()?,
            ..Alert::default()
        };
        let domain = route.from.domain();
        let named = config.map(|config| Policy::of(config).on(&host::name())).unwrap_or_default();
        let policy = Policy {
            default_to: named.default_to,
            aliases: named.aliases,
            hosts: named.hosts,
            domain: domain.to_owned(),
            ..Policy::default()
        };
        let now = clock::wall_now();
        let id = AlertId::new(now, chance::names());
        let accepted = Accepted::read(&alert.to_octets(), id, &policy, || Reach::Anybody)
            .map_err(|error| data(&error))?;
        if let Some(name) = accepted.unknown().first() {
            let what =
                format!("`{}` is neither an address nor an alias of the configuration", printable(name));
            return Err(data(&what));
        }
        let recipients = accepted.recipients();
        if recipients.is_empty() {
            return Err(Refusal::new(Exit::Usage, "nobody is to get it: give --to"));
        }
        let path = |address: &Address| Path::parse(address.as_str()).map_err(|error| data(&error));
        let name = route.from_name.clone().or_else(|| config?.alerts.from_name.clone());
        let from = Mailbox { name, address: on_the_wire(&route.header_from) };
        let draft = accepted.draft(domain, clock::offset_minutes(now));
        let composed = mime::compose(&draft, &Identity { from, charset: route.charset });
        Ok(Self {
            sender: path(&route.from)?,
            recipients: recipients.iter().map(path).collect::<Result<_, _>>()?,
            octets: composed.octets.into(),
            message_id: mime::message_id(id.as_str(), domain),
            notes: composed.notes,
        })
    }

    /// One that somebody else has composed.
    pub(super) fn made(transaction: &Transaction, message_id: String) -> Self {
        let Transaction { sender, recipients, content } = transaction;
        let (sender, recipients, octets) = (sender.clone(), recipients.clone(), Arc::clone(content));
        Self { sender, recipients, octets, message_id, notes: Vec::new() }
    }

    /// What a dry run shows.
    pub(super) fn shown(&self, route: &Route) -> Shown {
        let message = MessageParser::default().parse(&*self.octets);
        let headers = message.iter().flat_map(|message| {
            message.headers_raw().map(|(name, value)| {
                let decoded = match name {
                    "Subject" => message.subject().map(str::to_owned),
                    "From" => message.from().map(people),
                    "To" => message.to().map(people),
                    "Cc" => message.cc().map(people),
                    _ => None,
                };
                let unfolded = || value.split_whitespace().collect::<Vec<_>>().join(" ");
                (name.to_owned(), decoded.unwrap_or_else(unfolded))
            })
        });
        Shown {
            via: route.in_words(),
            sender: self.sender.to_string(),
            recipients: self.recipients.iter().map(ToString::to_string).collect(),
            octets: self.octets.len(),
            headers: headers.collect(),
            body: message
                .as_ref()
                .and_then(|message| message.body_text(0))
                .unwrap_or_default()
                .replace("\r\n", "\n"),
            notes: self.notes.clone(),
        }
    }
}

#[cfg(test)]
impl Mail {
    /// From nobody.
    pub(super) fn for_tests(recipients: Vec<Path>, octets: Arc<[u8]>) -> Self {
        let sender = Path::parse("alert@example.jp").expect("a path");
        Self { sender, recipients, octets, message_id: "<x@example.jp>".into(), notes: Vec::new() }
    }
}

fn people(address: &mail_parser::Address<'_>) -> String {
    let one = |person: &mail_parser::Addr<'_>| {
        let address = person.address().unwrap_or_default();
        person.name().map_or_else(|| address.to_owned(), |name| format!("{name} <{address}>"))
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A mail as people read it, decoded by a reader that is not ours; also what `send --dry-run --json` prints.
#[derive(Debug, serde::Serialize)]
pub(super) struct Shown {
    /// Where it would go, and as whom.
    via: String,
    /// Envelope sender.
    sender: String,
    /// Envelope recipients.
    recipients: Vec<String>,
    /// Size of the mail.
    octets: usize,
    /// Header fields in order, decoded.
    headers: Vec<(String, String)>,
    /// The text, decoded.
    body: String,
    /// What had to be left out or changed.
    notes: Vec<String>,
}

impl Shown {
    /// For people.
    pub(super) fn text(&self, tongue: Tongue) -> String {
        let mut text = String::new();
        let mut line = |english: &str, japanese: &str, what: &str| {
            let name = tongue.either(english, japanese);
            let blanks = " ".repeat(NAME_COLUMNS.saturating_sub(columns(name)));
            let _ = writeln!(text, "{name}{blanks}{}", printable(what));
        };
        line("via", "経由", &notice::why(tongue, &self.via));
        line("sender", "差出人", &self.sender);
        line("to", "宛先", &self.recipients.join(", "));
        let octets = self.octets;
        line("size", "サイズ", &tongue.either(format!("{octets} octets"), format!("{octets}バイト")));
        self.notes.iter().for_each(|note| line("note", "補足", &notice::why(tongue, note)));
        text.push('\n');
        for (name, value) in &self.headers {
            let _ = writeln!(text, "  {name}: {}", printable(value));
        }
        text.push('\n');
        for body in self.body.lines() {
            let _ = writeln!(text, "  | {}", printable(body));
        }
        text
    }
}
