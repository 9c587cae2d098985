//! The fields of an alert that a template can name.

use std::collections::BTreeMap;

use minijinja::Value;
use spool_format::Severity;

/// Their names.
pub(super) const NAMES: [&str; 16] = [
    "id",
    "subject",
    "body",
    "severity",
    "key",
    "host",
    "program",
    "created",
    "late",
    "sender",
    "headers",
    "provider",
    "recipients",
    "attachments",
    "resolves",
    "language",
];

/// What a template is told of an alert and its way. What an alert does not say is empty.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its subject as given.
    pub subject: &'a str,
    /// Its text as given.
    pub body: &'a str,
    /// How urgent it is; `critical`, `warning` or `info` in a template.
    pub severity: Severity,
    /// What it is about.
    pub key: &'a str,
    /// The host that it comes from.
    pub host: &'a str,
    /// The program that it comes from.
    pub program: &'a str,
    /// When it happened, in local time.
    pub created: &'a str,
    /// How late it is (`3h12m`); empty if it is in time.
    pub late: &'a str,
    /// The address for answers.
    pub sender: &'a str,
    /// Its own header fields.
    pub headers: &'a BTreeMap<String, String>,
    /// Through whom this mail goes.
    pub provider: &'a str,
    /// Who gets the alert, without blind copies: what is written here, everybody reads.
    pub recipients: &'a [String],
    /// Names of its files.
    pub attachments: &'a [String],
    /// Whether the trouble of its key is over.
    pub resolves: bool,
    /// `ja` or `en`.
    pub language: &'a str,
}

impl Fields<'_> {
    /// As the template has them. Texts stay texts, whatever is in them.
    pub(super) fn value(&self) -> Value {
        let headers: BTreeMap<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let list = |items: &[String]| items.iter().map(String::as_str).map(Value::from).collect::<Value>();
        let fields: BTreeMap<String, Value> = [
            ("id", self.id.into()),
            ("subject", self.subject.into()),
            ("body", self.body.into()),
            ("severity", self.severity.as_str().into()),
            ("key", self.key.into()),
            ("host", self.host.into()),
            ("program", self.program.into()),
            ("created", self.created.into()),
            ("late", self.late.into()),
            ("sender", self.sender.into()),
            ("headers", headers.into()),
            ("provider", self.provider.into()),
            ("recipients", list(self.recipients)),
            ("attachments", list(self.attachments)),
            ("resolves", self.resolves.into()),
            ("language", self.language.into()),
        ]
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.to_owned(), value))
        .collect();
        debug_assert!(NAMES.iter().all(|name| fields.contains_key(*name)) && fields.len() == NAMES.len());
        fields.into()
    }

    /// Octets of the texts that an alert can make long.
    pub(super) fn octets(&self) -> usize {
        let texts = [self.subject, self.body, self.key, self.host, self.program, self.sender];
        texts.iter().map(|text| text.len()).sum()
    }
}

/// Shows alerts of every kind to somebody, until one of them fails.
pub(super) fn samples(mut look: impl FnMut(Fields<'_>) -> Result<(), String>) -> Result<(), String> {
    let headers = BTreeMap::from([("X-Site".to_owned(), "tokyo".to_owned())]);
    let (recipients, files) = (["oncall@example.jp".to_owned()], ["disk.csv".to_owned()]);
    let none = BTreeMap::new();
    for severity in [Severity::Critical, Severity::Warning, Severity::Info] {
        for (is_full, resolves, language) in
            [(true, false, "ja"), (true, true, "en"), (false, false, "en"), (false, true, "ja")]
        {
            let given = |text: &'static str| if is_full { text } else { "" };
            look(Fields {
                id: "01kax3tzzzzzzzzzzzzzzzzzzz",
                subject: given("ディスク 98% {{ subject }}"),
                body: given("/dev/sda1 98%\n/dev/sdb1 12%\n"),
                severity,
                key: given("disk"),
                host: given("web1.example.jp"),
                program: given("df"),
                created: "2026-11-25 14:14:02 +0900",
                late: given("3h12m"),
                sender: given("root@web1.example.jp"),
                headers: if is_full { &headers } else { &none },
                provider: "home",
                recipients: &recipients,
                attachments: if is_full { &files } else { &[] },
                resolves,
                language,
            })?;
        }
    }
    Ok(())
}
