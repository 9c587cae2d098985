//! Which providers may be asked for a recipient, in which order: the first rule that fits says so. For whom none fits, all
//! of them may be asked, in the order of the configuration.
//!
//! A rule asks for severity, recipient and key. Of each kind it may name several, one of which has to fit; a kind of which
//! it names none fits always.

use spool_format::{Address, Severity};

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Severities of the alert.
    pub severities: Vec<Severity>,
    /// Recipients.
    pub to: Vec<Whom>,
    /// Beginnings of the alert's key. An alert without a key has none of them.
    pub keys: Vec<String>,
    /// Names of the providers that may be asked, in order; nobody else is.
    pub providers: Vec<String>,
}

/// For whom a rule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// One address; its domain is compared without regard to case (RFC 5321 section 2.4).
    Address(Address),
    /// Everybody at this domain, given in lower case, and at those below it.
    Domain(String),
}

impl Whom {
    /// Whether this is somebody of them.
    pub fn has(&self, to: &Address) -> bool {
        match self {
            Self::Address(address) => {
                address.local() == to.local() && address.domain().eq_ignore_ascii_case(to.domain())
            }
            Self::Domain(domain) => is_below(to.domain(), domain),
        }
    }

    /// Whether everybody of the others is one of these.
    fn has_all(&self, others: &Self) -> bool {
        match (self, others) {
            (_, Self::Address(address)) => self.has(address),
            (Self::Domain(domain), Self::Domain(other)) => is_below(other, domain),
            (Self::Address(_), Self::Domain(_)) => false,
        }
    }
}

/// Whether a domain is another one, given in lower case, or lies below it.
fn is_below(domain: &str, above: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    domain.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl Rule {
    /// Whether it holds for this recipient of such an alert.
    pub fn fits(&self, severity: Severity, key: Option<&str>, to: &Address) -> bool {
        (self.severities.is_empty() || self.severities.contains(&severity))
            && (self.to.is_empty() || self.to.iter().any(|whom| whom.has(to)))
            && (self.keys.is_empty()
                || key.is_some_and(|key| self.keys.iter().any(|beginning| key.starts_with(beginning))))
    }

    /// Whether it can never be the first that fits, since those before it hold for everything that it asks for.
    pub fn is_hidden_behind(&self, earlier: &[Self]) -> bool {
        const ALL: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];
        let severities = if self.severities.is_empty() { &ALL[..] } else { &self.severities };
        severities.iter().all(|severity| {
            some_or_any(&self.to).into_iter().all(|whom| {
                some_or_any(&self.keys)
                    .into_iter()
                    .all(|key| earlier.iter().any(|rule| rule.holds_for_all(*severity, whom, key)))
            })
        })
    }

    /// `None` stands for any recipient, and for any key or none.
    fn holds_for_all(&self, severity: Severity, whom: Option<&Whom>, key: Option<&String>) -> bool {
        let for_whom = |whom| self.to.iter().any(|ours| ours.has_all(whom));
        let for_key = |key: &String| self.keys.iter().any(|ours| key.starts_with(ours));
        (self.severities.is_empty() || self.severities.contains(&severity))
            && (self.to.is_empty() || whom.is_some_and(for_whom))
            && (self.keys.is_empty() || key.is_some_and(for_key))
    }
}

/// Each of them, or once nothing if there are none.
fn some_or_any<T>(list: &[T]) -> Vec<Option<&T>> {
    if list.is_empty() { vec![None] } else { list.iter().map(Some).collect() }
}

/// The place of the first rule that fits.
pub fn first_that_fits(rules: &[Rule], severity: Severity, key: Option<&str>, to: &Address) -> Option<usize> {
    rules.iter().position(|rule| rule.fits(severity, key, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    /// `critical|a@example.jp example.com|disk/`, with nothing where nothing is asked for.
    fn rule(text: &str) -> Rule {
        let mut parts = text.split('|').map(|part| part.split_whitespace().map(str::to_owned).collect());
        let mut part = || -> Vec<String> { parts.next().expect("three parts") };
        let severity = |word: String| match word.as_str() {
            "critical" => Severity::Critical,
            "warning" => Severity::Warning,
            _ => Severity::Info,
        };
        let whom = |word: String| match Address::parse(&word) {
            Ok(address) => Whom::Address(address),
            Err(_) => Whom::Domain(word),
        };
        Rule {
            severities: part().into_iter().map(severity).collect(),
            to: part().into_iter().map(whom).collect(),
            keys: part(),
            providers: vec!["home".to_owned()],
        }
    }

    #[test]
    fn a_rule_holds_if_one_of_each_kind_fits() {
        let fits = |text: &str, key, to: &str| rule(text).fits(Severity::Critical, key, &address(to));
        for (text, key, to, expected) in [
            ("||", None, "a@example.jp", true),
            ("critical||", None, "a@example.jp", true),
            ("warning info||", None, "a@example.jp", false),
            ("warning critical||", None, "a@example.jp", true),
            ("|example.jp|", None, "a@EXAMPLE.jp", true),
            ("|example.jp|", None, "a@docomo.example.jp", true),
            ("|example.jp|", None, "a@notexample.jp", false),
            ("|docomo.example.jp|", None, "a@example.jp", false),
            ("|a@example.jp|", None, "a@Example.JP", true),
            ("|a@example.jp|", None, "A@example.jp", false),
            ("|b@example.jp a@example.jp|", None, "a@example.jp", true),
            ("||disk/", Some("disk/root"), "a@example.jp", true),
            ("||disk/", Some("disk"), "a@example.jp", false),
            ("||disk/", None, "a@example.jp", false),
            ("critical|example.jp|disk/ net/", Some("net/eth0"), "a@example.jp", true),
            ("critical|example.com|net/", Some("net/eth0"), "a@example.jp", false),
        ] {
            assert_eq!(fits(text, key, to), expected, "{text} {key:?} {to}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rules: Vec<Rule> = ["critical|example.jp|", "|example.jp|", "||"].map(rule).into();
        let first = |severity, to| first_that_fits(&rules, severity, None, &address(to));
        assert_eq!(first(Severity::Critical, "a@example.jp"), Some(0));
        assert_eq!(first(Severity::Info, "a@example.jp"), Some(1));
        assert_eq!(first(Severity::Critical, "a@example.com"), Some(2));
        assert_eq!(first_that_fits(&rules[..2], Severity::Info, None, &address("a@example.com")), None);
    }

    #[test]
    fn a_rule_that_can_never_be_the_first_is_known() {
        for (earlier, later, hidden) in [
            (&["||"][..], "critical|example.jp|disk/", true),
            (&["critical||"], "||", false),
            (&["critical||", "warning||", "info||"], "||", true),
            (&["critical||", "warning info||"], "|example.jp|", true),
            (&["|example.jp|"], "critical|docomo.example.jp a@example.jp|", true),
            (&["|docomo.example.jp|"], "|example.jp|", false),
            (&["|a@example.jp|"], "|example.jp|", false),
            (&["|a@example.jp|", "|b@example.jp|"], "|b@example.jp a@example.jp|", true),
            (&["||disk/"], "||disk/root disk/home", true),
            (&["||disk/"], "||", false),
            (&["||disk/root"], "||disk/", false),
            (&["critical||disk/", "warning info|example.jp|"], "|example.jp|disk/", true),
            (&["critical||disk/", "warning|example.jp|"], "|example.jp|disk/", false),
            (&[], "||", false),
        ] {
            let earlier: Vec<Rule> = earlier.iter().map(|text| rule(text)).collect();
            assert_eq!(rule(later).is_hidden_behind(&earlier), hidden, "{later} behind {earlier:?}");
        }
    }
}
