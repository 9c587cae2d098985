//! The alert: the JSON document that a hook leaves in the spool.
//!
//! Only `version` and one of `subject`, `body` and `message` are needed. A new field belongs into `README.md` and
//! `alert.schema.json` as well, and a test says so. Fields that this version does not know are kept and ignored, so that an older agent does not refuse what a newer `enqueue` wrote. Nothing in
//! here is believed about who wrote it: that is the owner of the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::AlertId;
use crate::wall::Wall;

/// The version of the alert format that this crate writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Octets of an alert file at most. Above this, `enqueue` refuses it and the agent sets it aside.
pub const ALERT_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// Recipients of an alert at most, all kinds together.
pub const RECIPIENTS_MAX: usize = 100;

/// How urgent an alert is: it chooses the lane, the back-off and the life time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody must wake up.
    Critical,
    /// Somebody must look today. What an alert is when it does not say.
    #[default]
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word used in files, options and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Critical, Self::Warning, Self::Info].into_iter().find(|severity| severity.as_str() == word)
    }
}

/// A file that travels with the alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name as the reader shall see it.
    pub name: String,
    /// Media type; `application/octet-stream` when absent.
    #[serde(rename = "type", default = "octet_stream")]
    pub media_type: String,
    /// The content in base64 (RFC 4648 section 4).
    pub data: String,
}

fn octet_stream() -> String {
    "application/octet-stream".to_owned()
}

/// Where an alert says it comes from; for display only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Host name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// Name of the calling program.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
}

/// One alert as it lies in the spool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// [`FORMAT_VERSION`].
    pub version: u32,
    /// Same as the file's name when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AlertId>,
    /// When the event happened; the birth of the id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Wall>,
    /// Recipients: addresses or aliases. Nobody at all means the agent's own list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Recipients of a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Recipients whom the others do not see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// One line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Any number of lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// How urgent it is.
    #[serde(default)]
    pub severity: Severity,
    /// What it is about: alerts of one key make one thread of mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether the trouble of this key is over.
    #[serde(default, skip_serializing_if = "is_false")]
    pub resolves: bool,
    /// Seconds after which nobody wants it any more; the severity's life time when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// Address for answers (Reply-To), since each provider has its own From.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Display name of the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    /// Further header fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Files that travel with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where it says it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// A whole RFC 5322 message in base64: the mail, unless there is a body or an attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Fields of a later version of the format: kept, ignored.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, serde_json::Value>,
}

/// Why octets are not an alert.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// Nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// More than [`ALERT_OCTETS_MAX`].
    #[error("the file has {octets} octets; {ALERT_OCTETS_MAX} are allowed")]
    TooLarge {
        /// Octets found.
        octets: usize,
    },
    /// Not JSON, or a field of another type than the specification says.
    #[error("not an alert in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A version that this crate does not know.
    #[error("alert format version {0} is not known to this program, which knows {FORMAT_VERSION}")]
    Version(u32),
    /// Nothing to tell.
    #[error("the alert has none of `subject`, `body` and `message`")]
    NothingToTell,
    /// The id inside and the name of the file differ.
    #[error("the alert says its id is {inside}, its file name says {outside}")]
    OtherId {
        /// What the document says.
        inside: AlertId,
        /// What the name of the file says.
        outside: AlertId,
    },
    /// More than [`RECIPIENTS_MAX`].
    #[error("the alert names {0} recipients; {RECIPIENTS_MAX} are allowed")]
    TooManyRecipients(usize),
}

impl Alert {
    /// Reads the alert in the file named after `id`.
    pub fn parse(octets: &[u8], id: AlertId) -> Result<Self, AlertError> {
        if octets.iter().all(u8::is_ascii_whitespace) {
            return Err(AlertError::Empty);
        }
        if octets.len() > ALERT_OCTETS_MAX {
            return Err(AlertError::TooLarge { octets: octets.len() });
        }
        let alert: Self = serde_json::from_slice(octets)?;
        match alert.id {
            Some(inside) if inside != id => Err(AlertError::OtherId { inside, outside: id }),
            _ => alert.check().map(|()| alert),
        }
    }

    /// Says whether the alert keeps the rules that its types cannot express.
    pub fn check(&self) -> Result<(), AlertError> {
        if self.version != FORMAT_VERSION {
            return Err(AlertError::Version(self.version));
        }
        if self.subject.is_empty() && self.body.is_empty() && self.message.is_none() {
            return Err(AlertError::NothingToTell);
        }
        match self.recipients().count() {
            count if count > RECIPIENTS_MAX => Err(AlertError::TooManyRecipients(count)),
            _ => Ok(()),
        }
    }

    /// Everybody whom the alert names: to, then cc, then bcc.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).chain(&self.bcc).map(String::as_str)
    }

    /// The alert as the octets of a file: one JSON object and a line end, which shows that it is whole.
    pub fn to_octets(&self) -> Vec<u8> {
        let mut octets = serde_json::to_vec(self).expect("an alert has only string keys");
        octets.push(b'\n');
        octets
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> AlertId {
        AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
    }

    #[test]
    fn version_and_one_text_are_enough() {
        for text in [
            r#"{"version":1,"subject":"disk full"}"#,
            r#"{"version":1,"body":"x"}"#,
            r#"{"version":1,"message":"eA=="}"#,
        ] {
            let alert = Alert::parse(text.as_bytes(), id()).expect(text);
            assert_eq!(alert.severity, Severity::Warning);
        }
    }

    #[test]
    fn fields_of_a_later_version_are_kept() {
        let text = br#"{"version":1,"subject":"s","ticket":{"number":7}}"#;
        let alert = Alert::parse(text, id()).expect("an alert");
        let again = Alert::parse(&alert.to_octets(), id()).expect("an alert");
        assert_eq!(again.unknown["ticket"]["number"], 7);
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        for (text, part) in [
            ("", "empty"),
            (" \n", "empty"),
            ("{\"version\":1,", "not an alert in JSON"),
            ("[]", "not an alert in JSON"),
            (r#"{"subject":"s"}"#, "missing field `version`"),
            (r#"{"version":2,"subject":"s"}"#, "version 2"),
            (r#"{"version":1}"#, "none of"),
            (r#"{"version":1,"subject":7}"#, "invalid type"),
            (r#"{"version":1,"subject":"s","severity":"loud"}"#, "unknown variant"),
            (r#"{"version":1,"subject":"s","id":"01kax3tzzzzzzzzzzzzzzzzzzy"}"#, "its file name says"),
        ] {
            let error = Alert::parse(text.as_bytes(), id()).expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn nesting_is_bounded_and_costs_no_stack() {
        let nested = |before: &str, depth: usize| {
            format!("{{\"version\":1,\"subject\":\"s\",{before}{}{}}}", "[".repeat(depth), "]".repeat(depth))
        };
        let parse = |text: &str| Alert::parse(text.as_bytes(), id());
        assert!(parse(&nested("\"x\":", 126)).is_ok());
        for depth in [127, 10_000, 1_000_000] {
            for before in ["\"x\":", "\"source\":", "\"to\":", "\"headers\":"] {
                let error = parse(&nested(before, depth)).expect_err("too deep").to_string();
                assert!(error.contains("not an alert in JSON"), "{before} {depth}: {error}");
            }
        }
        assert!(
            parse(&nested("\"x\":", 10_000)).expect_err("too deep").to_string().contains("recursion limit")
        );
    }

    #[test]
    fn a_crowd_of_recipients_is_refused() {
        let alert = Alert {
            version: 1,
            subject: "s".into(),
            to: vec!["a@example.jp".into(); RECIPIENTS_MAX + 1],
            ..Alert::default()
        };
        assert!(matches!(alert.check(), Err(AlertError::TooManyRecipients(101))));
    }

    proptest! {
        #[test]
        fn no_octets_make_the_parser_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Alert::parse(&octets, id());
        }

        #[test]
        fn an_alert_survives_a_round_trip(subject in ".{0,40}", body in "(?s).{0,200}", key in proptest::option::of(".{0,20}"), ttl in proptest::option::of(any::<u64>())) {
            prop_assume!(!(subject.is_empty() && body.is_empty()));
            let alert = Alert { version: 1, subject, body, key, ttl, ..Alert::default() };
            prop_assert_eq!(Alert::parse(&alert.to_octets(), id()).expect("an alert"), alert);
        }
    }
}
