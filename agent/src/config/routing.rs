//! `[[route]]`: which providers may be asked for which recipients, and in which order.

use delivery::routing::{Rule, Whom};
use spool_format::Severity;
use toml::de::DeTable;

use super::keys::{self, Key, Place, key};
use super::manners;
use super::section::Section;
use crate::address;

pub(super) const KEYS: &[Key] = &[
    key(
        Place::Top,
        "route",
        "list of tables",
        "all providers for everybody, in the order of the file",
        "which providers may be asked for which recipients; the first that fits counts, for each recipient by itself",
    ),
    key(Place::Route, "severity", "list of critical, warning, info", "any", "for alerts of these severities"),
    key(
        Place::Route,
        "to",
        "list of addresses and domains",
        "anybody",
        "for these recipients; a domain stands for everything below it as well, \"carriers\" for the Japanese mobile carriers",
    ),
    key(Place::Route, "key", "list of texts", "any or none", "for alerts whose key begins with one of these"),
    key(
        Place::Route,
        "providers",
        "list of names",
        "",
        "who may be asked, in this order; nobody else is, whatever happens",
    ),
];

/// A rule, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingRule {
    /// The file in which it stands, as messages call it.
    pub file: String,
    /// Its line there.
    pub line: usize,
    /// What it says.
    pub rule: Rule,
}

/// Reads all of them. `providers` are the names of those that there are; `None` if those have mistakes themselves.
pub(super) fn read(root: &Section<'_, '_>, providers: Option<&[&str]>) -> Vec<RoutingRule> {
    if !root.has("route") {
        return Vec::new();
    }
    let title = |n: usize, _: &DeTable<'_>| format!("[[route]] number {}", n + 1);
    let sections = root.sections("route", title, Place::Route).unwrap_or_default();
    let mut rules: Vec<RoutingRule> = Vec::new();
    for section in &sections {
        let Some(rule) = one(section, providers) else { continue };
        let earlier: Vec<Rule> = rules.iter().map(|it| it.rule.clone()).collect();
        if rule.is_hidden_behind(&earlier) {
            let (file, _) = section.position();
            let of_this_file =
                |it: &RoutingRule| if it.file == file { String::new() } else { format!(" of {}", it.file) };
            let lines: Vec<String> =
                rules.iter().map(|it| format!("{}{}", it.line, of_this_file(it))).collect();
            let what = format!(
                "the rule can never hold: those before it (line {}) hold for all that it asks for; put it above them, or leave it out",
                lines.join(", ")
            );
            section.wrong("providers", &what);
        }
        let (file, line) = section.position();
        rules.push(RoutingRule { file, line, rule });
    }
    rules
}

fn one(section: &Section<'_, '_>, providers: Option<&[&str]>) -> Option<Rule> {
    let known = |name: &str| known_provider(name, providers);
    if !section.has("providers") {
        section.wrong("providers", "`providers` is missing: the names of those who may be asked, in order");
    }
    let rule = Rule {
        severities: some(section, "severity", severity)?,
        to: some(section, "to", whom)?.concat(),
        keys: some(section, "key", beginning)?,
        providers: some(section, "providers", known)?,
    };
    if let Some(twice) =
        rule.providers.iter().enumerate().find(|(n, name)| rule.providers[..*n].contains(name))
    {
        section.wrong("providers", &format!("`providers` names `{}` twice", twice.1));
        return None;
    }
    section.has("providers").then_some(rule)
}

/// The list behind a key: none if the key is absent, and `None` if it is wrong.
fn some<T>(section: &Section<'_, '_>, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
    if !section.has(key) {
        return Some(Vec::new());
    }
    let wanted = section.texts(key)?.len();
    if wanted == 0 {
        section.wrong(key, &format!("`{key}` is an empty list, so that the rule could never hold"));
        return None;
    }
    section.list(key, read).filter(|list| list.len() == wanted)
}

fn severity(word: &str) -> Result<Severity, String> {
    let known = [Severity::Critical, Severity::Warning, Severity::Info];
    known.into_iter().find(|severity| severity.as_str() == word).ok_or_else(|| {
        format!("`{}` is not a severity; write \"critical\", \"warning\" or \"info\"", shown(word))
    })
}

pub(super) fn whom(text: &str) -> Result<Vec<Whom>, String> {
    if text.contains('@') {
        return address::parse(text).map(|address| vec![Whom::Address(address)]).map_err(|it| it.to_string());
    }
    manners::domain(text).map(|domains| domains.into_iter().map(Whom::Domain).collect())
}

fn beginning(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("an empty text is the beginning of every key; leave `key` out".to_owned());
    }
    Ok(text.to_owned())
}

fn known_provider(name: &str, providers: Option<&[&str]>) -> Result<String, String> {
    let Some(providers) = providers.filter(|providers| !providers.contains(&name)) else {
        return Ok(name.to_owned());
    };
    let hint = if let Some(known) = keys::nearest_of(providers.iter().copied(), name) {
        format!("did you mean `{}`?", shown(known))
    } else {
        let list: Vec<String> = providers.iter().map(|known| format!("`{}`", shown(known))).collect();
        format!("known are {}", list.join(", "))
    };
    Err(format!("no provider is called `{}`; {hint}", shown(name)))
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}
