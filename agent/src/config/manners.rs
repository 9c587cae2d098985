//! How mails are presented: what readers at some domains take, what stands at the head of a subject, lateness.
//!
//! `[[recipient]]` is a rule for the readers at some domains; of several that fit an address the first one counts.
//! A mail has one text for all its recipients, so where rules differ the stricter one holds (`crate::accept`).

use std::time::Duration;

use delivery::Rate;
use delivery::routing::Whom;
use mime::{CharsetPolicy, Language, Limits};
use spool_format::{Address, Severity};

use super::keys::{Key, Place, key};
use super::provider;
use super::section::Section;
use super::template::{Choice, Templates, Wording};
use super::value;
use crate::address;

/// Stands for the domains of the mobile carriers in a rule.
const CARRIERS: &str = "carriers";

/// Domains under which Japanese mobile carriers give out addresses, with everything below them.
const CARRIER_DOMAINS: [&str; 13] = [
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "au.com",
    "uqmobile.jp",
    "softbank.ne.jp",
    "i.softbank.jp",
    "vodafone.ne.jp",
    "disney.ne.jp",
    "ymobile.ne.jp",
    "yahoo.ne.jp",
    "emnet.ne.jp",
    "pdx.ne.jp",
    "rakumail.jp",
];

/// Least and most wide characters of a subject, and of a text.
const SUBJECT_WIDE: (u16, u16) = (15, 1_000);
const BODY_WIDE: (u16, u16) = (200, u16::MAX);
/// Least and most KiB of a mail.
const SIZE_KIB: (u16, u16) = (16, u16::MAX);

/// How long after its event a mail says that it is late.
const LATE_AFTER: Duration = Duration::from_mins(10);

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "recipient", "list of tables", "", "what readers at some domains take"),
    key(
        Place::Alerts,
        "subject_head",
        "never, carriers or always",
        "carriers",
        "for whom subjects begin with severity and host, where they do not say so by themselves",
    ),
    key(
        Place::Alerts,
        "late_after",
        "time or never",
        "10m",
        "so long after its event a mail says that it is late",
    ),
    key(
        Place::Alerts,
        "language",
        "auto, ja or en",
        "auto",
        "of words that alertmail adds; auto: Japanese where the alert has kana or kanji",
    ),
    key(
        Place::Provider,
        "free_from",
        "true or false",
        "false",
        "From may be the alert's own sender there; elsewhere that one stands in Reply-To",
    ),
    key(
        Place::Provider,
        "subject_max",
        "number",
        "none",
        "wide characters of a subject at most; ASCII counts half",
    ),
    key(Place::Provider, "body_max", "number", "none", "wide characters of a text at most"),
    key(Place::Provider, "size_max_kib", "number", "none", "KiB of a whole mail at most"),
    key(
        Place::Recipient,
        "domain",
        "list of domains",
        "",
        "whom the rule is for, with everything below; \"carriers\" stands for the Japanese mobile carriers",
    ),
    key(
        Place::Recipient,
        "charset",
        "auto, utf-8 or iso-2022-jp",
        "the provider's",
        "in which charset texts are written",
    ),
    key(
        Place::Recipient,
        "subject_head",
        "true or false",
        "as [alerts] says",
        "whether subjects begin with severity and host",
    ),
    key(
        Place::Recipient,
        "subject_max",
        "number",
        "none",
        "wide characters of a subject at most; ASCII counts half",
    ),
    key(Place::Recipient, "body_max", "number", "none", "wide characters of a text at most"),
    key(Place::Recipient, "size_max_kib", "number", "none", "KiB of a whole mail at most"),
    key(
        Place::Recipient,
        "messages_per_minute",
        "number",
        "none",
        "mails in any minute at most, to all recipients of the rule together and by whichever provider; then they wait, the critical ones in front, and nobody else does",
    ),
    key(
        Place::Recipient,
        "messages_per_day",
        "number",
        "none",
        "the same in any 24 hours; the last tenth is for critical alerts",
    ),
];

/// How mails are presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// What readers at some domains take; the first one that fits counts.
    pub rules: Vec<Rule>,
    /// For whom subjects begin with severity and host, where no rule says so.
    pub subject_head: SubjectHead,
    /// So long after its event a mail says that it is late; `None` for never.
    pub late_after: Option<Duration>,
    /// Of the words that are added.
    pub language: Language,
    /// How mails are worded, where no rule says so.
    pub template: Choice,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            subject_head: SubjectHead::Carriers,
            late_after: Some(LATE_AFTER),
            language: Language::Auto,
            template: Choice::default(),
        }
    }
}

/// For whom subjects begin with severity and host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectHead {
    /// Nobody.
    Never,
    /// Those at the domains of the carriers.
    Carriers,
    /// Everybody.
    Always,
}

/// What readers at some domains take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The domains, in lower case.
    domains: Vec<String>,
    /// In which charset texts are written for them, whatever the provider has.
    pub charset: Option<CharsetPolicy>,
    /// Whether subjects begin with severity and host for them.
    pub subject_head: Option<bool>,
    /// What they take at most.
    pub limits: Limits,
    /// How many mails they are given.
    pub rate: Rate,
    /// How mails to them are worded.
    pub template: Choice,
}

impl Manners {
    /// The rule for this recipient.
    pub fn rule_for(&self, to: &Address) -> Option<&Rule> {
        self.rules.iter().find(|rule| is_below(to.domain(), &rule.domains))
    }

    /// Whether a subject begins with severity and host for this recipient.
    pub fn wants_head(&self, to: &Address) -> bool {
        let by_itself = || match self.subject_head {
            SubjectHead::Never => false,
            SubjectHead::Carriers => is_below(to.domain(), &CARRIER_DOMAINS),
            SubjectHead::Always => true,
        };
        self.rule_for(to).and_then(|rule| rule.subject_head).unwrap_or_else(by_itself)
    }
}

impl Manners {
    /// How many mails recipients are given, by the rules in their order; none if no rule says so.
    pub fn rates(&self) -> Vec<Rate> {
        let is_limited = |rate: &Rate| rate.messages_per_minute.is_some() || rate.messages_per_day.is_some();
        // Also those that say nothing of it: the first rule that fits counts.
        let mut rates: Vec<Rate> = self.rules.iter().map(|rule| rule.rate.clone()).collect();
        rates.truncate(rates.iter().rposition(is_limited).map_or(0, |last| last + 1));
        rates
    }

    /// How a mail of this severity to these recipients is worded. They all read the same text: of their rules the one
    /// counts that stands first in the file.
    pub fn wording(&self, recipients: &[Address], severity: Severity) -> &Wording {
        let holds = |rule: &Rule| {
            recipients.iter().filter_map(|to| self.rule_for(to)).any(|of| std::ptr::eq(of, rule))
        };
        let mut asked =
            self.rules.iter().filter(|rule| holds(rule)).filter_map(|rule| rule.template.of(severity));
        asked.next().or_else(|| self.template.of(severity)).unwrap_or(&Wording::Plain)
    }
}

/// Whether a domain is one of these, or below one.
fn is_below(domain: &str, domains: &[impl AsRef<str>]) -> bool {
    let domain = domain.to_ascii_lowercase();
    domains
        .iter()
        .map(AsRef::as_ref)
        .any(|upper| domain.strip_suffix(upper).is_some_and(|lower| lower.is_empty() || lower.ends_with('.')))
}

/// Reads `[[recipient]]` and what `[alerts]` says of it.
pub(super) fn read(root: &Section<'_, '_>, alerts: Option<&Section<'_, '_>>) -> Manners {
    let manners = Manners::default();
    let templates = Templates::read(root);
    let title = |n: usize, _: &toml::de::DeTable<'_>| format!("[[recipient]] number {}", n + 1);
    let sections =
        if root.has("recipient") { root.sections("recipient", title, Place::Recipient) } else { None };
    Manners {
        rules: sections.iter().flatten().filter_map(|section| rule(section, &templates)).collect(),
        subject_head: alerts
            .and_then(|section| section.parsed("subject_head", subject_head))
            .unwrap_or(manners.subject_head),
        late_after: alerts
            .and_then(|section| section.parsed("late_after", late_after))
            .unwrap_or(manners.late_after),
        language: alerts.and_then(|section| section.parsed("language", language)).unwrap_or(manners.language),
        template: alerts.map(|section| templates.choice(section)).unwrap_or_default(),
    }
}

fn rule(section: &Section<'_, '_>, templates: &Templates) -> Option<Rule> {
    if !section.has("domain") {
        section.wrong("domain", "`domain` is missing: the domains that the rule is for, or \"carriers\"");
    }
    let domains = section.list("domain", domain)?.concat();
    Some(Rule {
        domains: domains.clone(),
        charset: section.parsed("charset", provider::charset),
        subject_head: section.flag("subject_head"),
        limits: limits(section),
        rate: rate(section, domains),
        template: templates.choice(section),
    })
}

fn rate(section: &Section<'_, '_>, domains: Vec<String>) -> Rate {
    let number = |key| section.number(key, 1, u16::MAX).map(u32::from);
    Rate {
        whom: domains.into_iter().map(Whom::Domain).collect(),
        messages_per_minute: number("messages_per_minute"),
        messages_per_day: number("messages_per_day"),
    }
}

/// What a `[[provider]]` or a `[[recipient]]` takes at most.
pub(super) fn limits(section: &Section<'_, '_>) -> Limits {
    let number = |key, (least, most)| section.number(key, least, most).map(usize::from);
    Limits {
        subject: number("subject_max", SUBJECT_WIDE),
        body: number("body_max", BODY_WIDE),
        octets: number("size_max_kib", SIZE_KIB).map(|kib| kib << 10),
    }
}

/// A domain in lower case, or those of the carriers.
pub(super) fn domain(text: &str) -> Result<Vec<String>, String> {
    if text == CARRIERS {
        return Ok(CARRIER_DOMAINS.map(str::to_owned).to_vec());
    }
    let ascii = address::ascii(text);
    match Address::parse(&format!("x@{ascii}")) {
        Ok(address) if address.domain() == ascii => Ok(vec![ascii.to_ascii_lowercase()]),
        Ok(_) | Err(_) => {
            let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
            Err(format!(
                "`{shown}` is not a domain; write for example \"docomo.ne.jp\", without @ and *, or \"{CARRIERS}\""
            ))
        }
    }
}

fn subject_head(word: &str) -> Result<SubjectHead, String> {
    match word {
        "never" => Ok(SubjectHead::Never),
        "carriers" => Ok(SubjectHead::Carriers),
        "always" => Ok(SubjectHead::Always),
        _ => Err(format!("`{word}` is not for anybody; write \"never\", \"carriers\" or \"always\"")),
    }
}

fn late_after(text: &str) -> Result<Option<Duration>, String> {
    if text == "never" { Ok(None) } else { value::time(text).map(Some) }
}

fn language(word: &str) -> Result<Language, String> {
    match word {
        "auto" => Ok(Language::Auto),
        "ja" => Ok(Language::Japanese),
        "en" => Ok(Language::English),
        _ => Err(format!("`{word}` is not a language; write \"auto\", \"ja\" or \"en\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_domain_holds_for_what_is_below_it_and_for_nothing_beside_it() {
        for (domain, fits) in [
            ("docomo.ne.jp", true),
            ("DoCoMo.ne.jp", true),
            ("mail.docomo.ne.jp", true),
            ("notdocomo.ne.jp", false),
            ("ne.jp", false),
            ("docomo.ne.jp.example.com", false),
        ] {
            assert_eq!(is_below(domain, &["docomo.ne.jp"]), fits, "{domain}");
        }
    }
}
