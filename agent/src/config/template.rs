//! `[template.NAME]`, and the keys `template` that say which one writes a mail.

use std::collections::BTreeMap;
use std::sync::Arc;

use mime::Language;
use spool_format::Severity;

use super::keys::{Key, Place, key};
use super::section::Section;
use crate::template::{BuiltIn, Template};

/// Names that are taken, with what they stand for.
const BUILT_IN: [(&str, Wording); 4] = [
    ("plain", Wording::Plain),
    ("auto", Wording::Auto),
    ("ja", Wording::BuiltIn(BuiltIn::Japanese)),
    ("en", Wording::BuiltIn(BuiltIn::English)),
];

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "template", "tables by name", "", "how mails are worded, for the keys `template`"),
    key(
        Place::Alerts,
        "template",
        "a template, or a table of them by severity",
        "plain",
        "how mails are worded: plain (as given), ja, en, auto (ja or en, as the alert is), or a [template.NAME]",
    ),
    key(
        Place::Recipient,
        "template",
        "a template, or a table of them by severity",
        "as [alerts] says",
        "how mails to them are worded; of several recipients the rule that stands first in the file counts",
    ),
    key(Place::BySeverity, "critical", "a template", "as [alerts] says, or plain", "of critical alerts"),
    key(Place::BySeverity, "warning", "a template", "as [alerts] says, or plain", "of warnings"),
    key(Place::BySeverity, "info", "a template", "as [alerts] says, or plain", "of everything else"),
    key(Place::Template, "subject", "text", "{{ subject }}", "the subject"),
    key(Place::Template, "body", "text", "{{ body }}", "the text"),
];

/// How a mail is worded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// As the alert is given.
    #[default]
    Plain,
    /// By a built-in template, in the language of the alert.
    Auto,
    /// By a built-in template.
    BuiltIn(BuiltIn),
    /// By a template of the configuration.
    Own(Arc<Template>),
}

impl Wording {
    /// The template for an alert with these texts, if it needs one.
    pub fn template(&self, language: Language, texts: [&str; 2]) -> Option<Arc<Template>> {
        match self {
            Self::Plain => None,
            Self::Auto if language.is_japanese(texts) => Some(BuiltIn::Japanese.template()),
            Self::Auto => Some(BuiltIn::English.template()),
            Self::BuiltIn(which) => Some(which.template()),
            Self::Own(template) => Some(Arc::clone(template)),
        }
    }
}

/// How mails are worded, by severity; `None` where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    critical: Option<Wording>,
    warning: Option<Wording>,
    info: Option<Wording>,
}

impl Choice {
    /// The wording of alerts that are so urgent.
    pub const fn of(&self, severity: Severity) -> Option<&Wording> {
        match severity {
            Severity::Critical => self.critical.as_ref(),
            Severity::Warning => self.warning.as_ref(),
            Severity::Info => self.info.as_ref(),
        }
    }
}

/// The templates of the file; `None` for one that has a mistake, which is named.
pub(super) struct Templates(BTreeMap<String, Option<Arc<Template>>>);

impl Templates {
    /// Reads every `[template.NAME]`.
    pub(super) fn read(root: &Section<'_, '_>) -> Self {
        let Some(all) = root.section("template", "[template]", Place::Templates) else {
            return Self(BTreeMap::new());
        };
        let one = |name: &str| {
            let title = format!("[template.{name}]");
            let template =
                all.section(name, &title, Place::Template).and_then(|section| own(&all, name, &section));
            (name.to_owned(), template.map(Arc::new))
        };
        Self(all.names().map(one).collect())
    }

    /// What the key `template` of a section says.
    pub(super) fn choice(&self, section: &Section<'_, '_>) -> Choice {
        let wording = |section: &Section<'_, '_>, key| section.parsed(key, |name| self.find(name));
        if section.is_table("template") {
            let Some(by) = section.section("template", "`template`", Place::BySeverity) else {
                return Choice::default();
            };
            return Choice {
                critical: wording(&by, "critical"),
                warning: wording(&by, "warning"),
                info: wording(&by, "info"),
            };
        }
        let all = wording(section, "template");
        Choice { critical: all.clone(), warning: all.clone(), info: all }
    }

    fn find(&self, name: &str) -> Result<Wording, String> {
        if let Some((_, wording)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Ok(wording.clone());
        }
        match self.0.get(name) {
            Some(Some(template)) => Ok(Wording::Own(Arc::clone(template))),
            // What is wrong with it has been said.
            Some(None) => Ok(Wording::Plain),
            None => {
                let known = BUILT_IN.iter().map(|(name, _)| *name).chain(self.0.keys().map(String::as_str));
                let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
                Err(format!("there is no template `{name}`; there are {}", known.join(", ")))
            }
        }
    }
}

fn own(all: &Section<'_, '_>, name: &str, section: &Section<'_, '_>) -> Option<Template> {
    if BUILT_IN.iter().any(|(known, _)| *known == name) {
        all.wrong(name, &format!("`{name}` is a template of alertmail's own; give this one another name"));
    }
    // A misspelt key is a mistake of its own.
    if section.names().next().is_none() {
        all.wrong(
            name,
            &format!("[template.{name}] has neither `subject` nor `body`: it would change nothing"),
        );
        return None;
    }
    let template = Template::new(name, section.lines("subject"), section.lines("body"));
    let wrong = |mistakes: Vec<crate::template::Mistake>| {
        for mistake in mistakes {
            section.wrong(mistake.part.key(), &mistake.to_string());
        }
    };
    template.map_err(wrong).ok()
}
