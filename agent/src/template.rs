//! Templates: how the configuration words the subject and the text of a mail, from the fields of its alert.
//!
//! The language is Jinja's, as `minijinja` has it without files, includes and macros. A template comes from the
//! configuration and from nowhere else: what an alert says is a value in it, and is never read as a template. Work and
//! memory of a rendering are bounded (`FUEL`), whatever the alert holds; a rendering that fails costs nothing but the
//! wording, since the alert then goes out as it was given.

mod built_in;
mod fields;

use std::fmt;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

pub use built_in::BuiltIn;
pub use fields::Fields;

/// Octets of a template at most.
pub const OCTETS_MAX: usize = 16 << 10;

/// What a rendering may cost beside the alert's own texts: about so many steps, or 64 octets each.
const FUEL: u64 = 20_000;
/// Octets that one unit of fuel pays for.
const OCTETS_PER_FUEL: u64 = 64;
/// A template may go through the texts of its alert so many times, writing them included.
const PASSES: u64 = 6;

static JINJA: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut jinja = Environment::new();
    // A line with nothing but a statement leaves nothing behind.
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    jinja.set_syntax(syntax.expect("only blanks are configured"));
    // A field that an alert may lack, such as a header, can be asked for; it cannot be written by mistake.
    jinja.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    jinja.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    // It would show everything that there is.
    jinja.remove_global("debug");
    jinja.add_filter("wide", |text: String, most: usize| mime::cut(&text, most.saturating_mul(2)).to_owned());
    jinja.add_filter("first_lines", |text: String, most: usize| {
        text.split_inclusive('\n').take(most).collect::<String>()
    });
    jinja
});

/// The part of a mail that a template writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its subject.
    Subject,
    /// Its text.
    Body,
}

impl Part {
    /// The key in the configuration.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Body => "body",
        }
    }
}

/// Why a template cannot be used, or could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub part: Part,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.part.key(), self.what)
    }
}

/// How mails are worded. It was tried with alerts of every kind, and says nothing but what it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    name: String,
    /// `None`: as the alert has it.
    subject: Option<String>,
    body: Option<String>,
}

/// A subject and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

impl Template {
    /// A template of this name, or everything that is wrong with it.
    pub fn new(name: &str, subject: Option<String>, body: Option<String>) -> Result<Self, Vec<Mistake>> {
        let template = Self { name: name.to_owned(), subject, body };
        let mistakes: Vec<Mistake> = [Part::Subject, Part::Body]
            .into_iter()
            .filter_map(|part| template.examine(part).err().map(|what| Mistake { part, what }))
            .collect();
        if mistakes.is_empty() { Ok(template) } else { Err(mistakes) }
    }

    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Words the mail of an alert with these fields.
    pub fn render(&self, fields: &Fields<'_>) -> Result<Worded, Mistake> {
        let value = fields.value();
        let fuel = FUEL + fields.octets() as u64 * PASSES / OCTETS_PER_FUEL;
        let part = |part, given: &str| match self.source(part) {
            None => Ok(given.to_owned()),
            Some(source) => render(part, source, value.clone(), fuel)
                .map_err(|error| Mistake { part, what: in_words(&error) }),
        };
        Ok(Worded { subject: part(Part::Subject, fields.subject)?, body: part(Part::Body, fields.body)? })
    }

    fn source(&self, part: Part) -> Option<&str> {
        match part {
            Part::Subject => self.subject.as_deref(),
            Part::Body => self.body.as_deref(),
        }
    }

    /// Reads a part, looks up its names, and tries it with alerts of every kind.
    fn examine(&self, part: Part) -> Result<(), String> {
        let Some(source) = self.source(part) else { return Ok(()) };
        if source.len() > OCTETS_MAX {
            return Err(format!("{} octets are too many for a template: at most {OCTETS_MAX}", source.len()));
        }
        let template = JINJA.template_from_named_str(part.key(), source).map_err(|error| in_words(&error))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| {
            !fields::NAMES.contains(&name.as_str()) && JINJA.globals().all(|(known, _)| known != name)
        });
        unknown.sort();
        if let Some(name) = unknown.first() {
            return Err(format!(
                "there is no field `{}` (there are {})",
                shown(name),
                fields::NAMES.join(", ")
            ));
        }
        fields::samples(|sample| {
            render(part, source, sample.value(), FUEL).map(drop).map_err(|error| in_words(&error))
        })
    }
}

fn render(part: Part, source: &str, fields: Value, fuel: u64) -> Result<String, Error> {
    let mut jinja = JINJA.clone();
    jinja.set_fuel(Some(fuel));
    let text = jinja.template_from_named_str(part.key(), source)?.render(fields)?;
    Ok(text)
}

/// An error without the quotations of a template that it may bring along.
fn in_words(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "takes too long, or becomes too large".to_owned(),
        ErrorKind::UndefinedError => "not every alert has this; write `| default(\"\")` behind it".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    match error.line() {
        Some(line) => format!("line {line}: {}", shown(&what)),
        None => shown(&what),
    }
}

/// A text of strangers for logs and terminals: on one line, and not endless.
fn shown(text: &str) -> String {
    text.chars()
        .take(200)
        .flat_map(|c| if c.is_control() { c.escape_debug().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

#[cfg(test)]
mod tests;
