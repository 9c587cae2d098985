//! Accepts an alert: for whom it is, and what of it goes into the mail.
//!
//! Pure: it takes the octets of a file and the [`Policy`] that the configuration sets. It never gives an alert up
//! because of one bad name: what cannot be used is named, and if nobody is left the default recipients get it.
//!
//! Who may name any recipient is asked of the caller, once for an alert, and only if it names somebody whom the
//! configuration does not.

mod draft;
mod manners;
#[cfg(test)]
mod ours;
mod own;
mod recipients;
mod settings;
mod text;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use delivery::{Arrival, Past};
use mime::Summary;
use spool_format::{Address, Alert, AlertError, AlertId, Event, Folder, Severity, Wall};

use crate::config::Manners;
use crate::submit::About;
pub(crate) use draft::octets;
pub use draft::summary;
pub(crate) use manners::on_the_wire;
pub use manners::{Form, Mail, Sender};
use recipients::Recipients;
pub(crate) use text::text_of;

/// What the configuration says about every alert.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Who gets alerts that name nobody who can be used.
    pub default_to: Vec<Address>,
    /// Display name of the sender where neither the alert nor the provider has one.
    pub from_name: Option<String>,
    /// Who gets notices of the agent's own condition.
    pub notices_to: Vec<Address>,
    /// Who gets canary mails.
    pub canary_to: Vec<Address>,
    /// Names that stand for addresses.
    pub aliases: BTreeMap<String, Vec<Address>>,
    /// Names of this machine: in addresses at them aliases are looked up.
    pub hosts: BTreeSet<String>,
    /// Right side of the Message-ID of every new alert.
    pub domain: String,
    /// How mails are presented.
    pub manners: Manners,
}

/// Whom the writer of an alert may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Aliases, and addresses that the configuration names.
    #[default]
    Configured,
    /// Everybody.
    Anybody,
}

/// An alert that was understood.
#[derive(Debug)]
pub struct Accepted {
    id: AlertId,
    alert: Alert,
    recipients: Recipients,
    reach: Reach,
    is_our_own: bool,
    /// The provider whose canary mail it is.
    canary: Option<String>,
}

impl Accepted {
    /// Reads the octets of the file that is named after `id`. `reach` is asked at most once, if the answer matters.
    pub fn read(
        octets: &[u8],
        id: AlertId,
        policy: &Policy,
        reach: impl FnOnce() -> Reach,
    ) -> Result<Self, AlertError> {
        let alert = Alert::parse(octets, id)?;
        let mut recipients = Recipients::of(&alert, policy);
        let all_are_configured = recipients.all().iter().all(|address| policy.names(address));
        let reach = if all_are_configured { Reach::Configured } else { reach() };
        if reach == Reach::Configured {
            recipients.keep(|address| policy.names(address));
        }
        if recipients.is_empty() {
            recipients.to.clone_from(&policy.default_to);
        }
        Ok(Self {
            id,
            alert,
            recipients: recipients.without_doubles(),
            reach,
            is_our_own: false,
            canary: None,
        })
    }

    /// The same for whom a person wants it to be for, if somebody does.
    #[must_use]
    pub fn for_others(mut self, to: Option<&[Address]>) -> Self {
        if let Some(to) = to {
            self.recipients = Recipients { to: to.to_vec(), ..Recipients::default() };
        }
        self
    }

    /// What the journal says of it. `domain` is the right side of its Message-ID, `octets` the size of its file.
    pub fn fact(&self, uid: u32, domain: &str, octets: usize) -> Event {
        let Summary { subject, message_id } = summary(&self.alert);
        let message_id = message_id.unwrap_or_else(|| mime::message_id(self.id.as_str(), domain));
        Event::Accepted {
            id: self.id,
            uid,
            octets: octets as u64,
            recipients: self.recipients.all(),
            unusable: self.unusable(),
            severity: self.alert.severity,
            key: self.alert.key.clone(),
            subject,
            created: self.alert.created,
            ttl: self.alert.ttl,
            message_id: Some(message_id),
            notice: self.is_our_own,
            canary: self.canary.clone(),
        }
    }

    /// What the dispatcher has to know of it; `octets` is the size of its file.
    pub fn arrival(&self, folder: Folder, octets: u64, past: Past) -> Arrival {
        Arrival {
            id: self.id,
            folder,
            severity: self.alert.severity,
            key: self.alert.key.clone(),
            recipients: self.recipients.all(),
            born: self.born(),
            ttl: self.alert.ttl.map(Duration::from_secs),
            octets,
            is_notice: self.is_our_own,
            canary: self.canary.clone(),
            past,
        }
    }

    /// The part of the mail that is the same for all providers. `domain` is the right side of its Message-ID,
    /// `offset_minutes` the zone of its Date.
    pub fn draft(&self, domain: &str, offset_minutes: i32) -> mime::Draft {
        draft::draft(self, domain, offset_minutes)
    }

    /// The whole message that is the mail, where the alert brings one and nothing to write beside it.
    pub fn message(&self) -> Option<Vec<u8>> {
        draft::message(&self.alert)
    }

    /// Who is to get it, each once: to, cc, bcc.
    pub fn recipients(&self) -> Vec<Address> {
        self.recipients.all()
    }

    /// The display name that the alert asks for.
    pub fn from_name(&self) -> Option<&str> {
        self.alert.from_name.as_deref().filter(|name| !name.trim().is_empty())
    }

    /// When the event happened, as far as the alert says.
    pub fn born(&self) -> Wall {
        self.alert.created.unwrap_or_else(|| self.id.born())
    }

    /// Names in it that lead to nobody, as the journal has them: with the reason, unless they are no addresses at all.
    pub fn unusable(&self) -> Vec<String> {
        let forbidden = self.recipients.forbidden.iter().map(|address| format!("{address} (not permitted)"));
        self.recipients.unknown.iter().cloned().chain(forbidden).collect()
    }

    /// Names in it that are neither aliases nor addresses.
    pub fn unknown(&self) -> &[String] {
        &self.recipients.unknown
    }

    /// Addresses in it that its writer may not name.
    pub fn forbidden(&self) -> &[Address] {
        &self.recipients.forbidden
    }

    /// What was decided about its writer, for the next reading of the same alert.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// What a program is told of it besides its text.
    pub fn about(&self) -> About {
        let Alert { severity, key, .. } = &self.alert;
        let subject = summary(&self.alert).subject;
        About { id: self.id, severity: *severity, key: key.clone(), subject }
    }

    /// How urgent it is.
    pub const fn severity(&self) -> Severity {
        self.alert.severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        crate::address::parse(text).expect("an address")
    }

    fn policy() -> Policy {
        Policy {
            default_to: vec![address("oncall@example.jp")],
            from_name: Some("alerts".into()),
            notices_to: vec![],
            canary_to: vec![],
            aliases: BTreeMap::from([(
                "root".into(),
                vec![address("ops@example.jp"), address("a@example.jp")],
            )]),
            hosts: BTreeSet::new(),
            domain: "example.jp".into(),
            manners: Manners::default(),
        }
    }

    fn read_as(reach: Reach, text: &str) -> Accepted {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        Accepted::read(text.as_bytes(), id, &policy(), || reach).expect("an alert")
    }

    fn read(text: &str) -> Accepted {
        read_as(Reach::Anybody, text)
    }

    fn recipients(text: &str) -> Vec<String> {
        read(text).recipients.all().iter().map(|to| to.as_str().to_owned()).collect()
    }

    #[test]
    fn an_alert_for_nobody_reaches_the_default_recipients() {
        assert_eq!(recipients(r#"{"version":1,"subject":"s"}"#), ["oncall@example.jp"]);
        let alert = r#"{"version":1,"subject":"s","to":["nobody","山田@example.jp"]}"#;
        assert_eq!(recipients(alert), ["oncall@example.jp"]);
        assert_eq!(read(alert).unusable(), ["nobody", "山田@example.jp"]);
    }

    #[test]
    fn who_may_not_name_anybody_reaches_those_whom_the_configuration_names() {
        let alert = r#"{"version":1,"subject":"s","to":["root","stranger@example.com"],"cc":["oncall@EXAMPLE.JP"],
            "bcc":["Oncall@example.jp","nobody"]}"#;
        let read = read_as(Reach::Configured, alert);
        let reached: Vec<String> = read.recipients.all().iter().map(ToString::to_string).collect();
        assert_eq!(reached, ["ops@example.jp", "a@example.jp", "oncall@EXAMPLE.JP"]);
        assert_eq!(
            read.unusable(),
            ["nobody", "stranger@example.com (not permitted)", "Oncall@example.jp (not permitted)"]
        );
        let shown = read.draft("example.jp", 0);
        assert!(shown.to.iter().all(|mailbox| mailbox.address != "stranger@example.com"), "{:?}", shown.to);
    }

    #[test]
    fn an_alert_for_nobody_whom_its_writer_may_name_reaches_the_default_recipients() {
        let read = read_as(Reach::Configured, r#"{"version":1,"subject":"s","to":["stranger@example.com"]}"#);
        assert_eq!(read.recipients.all(), [address("oncall@example.jp")]);
        assert_eq!(read.forbidden(), [address("stranger@example.com")]);
    }

    #[test]
    fn nobody_asks_about_the_writer_of_an_alert_for_configured_recipients() {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        let alert = br#"{"version":1,"subject":"s","to":["root","oncall@example.jp","nobody"]}"#;
        let accepted = Accepted::read(alert, id, &policy(), || panic!("the answer does not matter"));
        assert_eq!(accepted.expect("an alert").recipients.all().len(), 3);
    }

    #[test]
    fn aliases_become_addresses_and_nobody_is_named_twice() {
        let alert = r#"{"version":1,"subject":"s","to":["root"],"cc":["b@example.jp","a@example.jp"],"bcc":["ops@example.jp","c@example.jp"]}"#;
        assert_eq!(recipients(alert), ["ops@example.jp", "a@example.jp", "b@example.jp", "c@example.jp"]);
    }

    #[test]
    fn local_names_lead_to_aliases_however_they_are_written() {
        let mut policy = policy().on("db1.example.com");
        policy.hosts.insert("localhost".to_owned());
        let led = |policy: &Policy, name: &str| {
            let found = policy.lead(name);
            found.map(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        let root = Some("ops@example.jp a@example.jp".to_owned());
        for name in ["root", " ROOT ", "Root@db1", "root@DB1.example.com.", "root@localhost", "<root@db1>"] {
            assert_eq!(led(&policy, name), root, "{name}");
        }
        assert_eq!(led(&policy, "root@example.com").as_deref(), Some("root@example.com"));
        for name in ["nosuch", "nosuch@localhost", "nosuch@db1.example.com"] {
            assert_eq!(led(&policy, name), None, "{name}");
        }
        policy.aliases.insert("default".to_owned(), vec![address("catch@example.jp")]);
        for name in ["nosuch", "nosuch@localhost", "two words", "\"a b\"@db1"] {
            assert_eq!(led(&policy, name).as_deref(), Some("catch@example.jp"), "{name}");
            assert_eq!(policy.look_up(name), None, "who can be asked back is asked back: {name}");
        }
        for name in ["a@b@c", "x@", "当番@例え.jp"] {
            assert_eq!(led(&policy, name), None, "{name}");
        }
        // An administrator who writes it down means it.
        policy.default_to = vec![address("joe@localhost")];
        assert_eq!(led(&policy, "joe@localhost").as_deref(), Some("joe@localhost"));
    }

    #[test]
    fn one_bad_name_costs_the_others_nothing() {
        let alert = r#"{"version":1,"subject":"s","to":["nobody","b@example.jp"]}"#;
        assert_eq!(recipients(alert), ["b@example.jp"]);
    }

    #[test]
    fn blind_copies_are_recipients_and_never_get_into_the_mail() {
        let alert = read(r#"{"version":1,"subject":"s","to":["b@example.jp"],"bcc":["secret@example.jp"]}"#);
        assert_eq!(alert.recipients.all().len(), 2);
        let draft = alert.draft("example.jp", 0);
        let shown: Vec<_> =
            draft.to.iter().chain(&draft.cc).map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(shown, ["b@example.jp"]);
    }

    #[test]
    fn a_whole_message_is_the_mail_unless_the_alert_has_something_to_write_itself() {
        let message = r#""message":"U3ViamVjdDogeAoKeQo=""#;
        for (name, more, is_the_mail) in [
            ("alone", "", true),
            ("with a subject", r#","subject":"s""#, true),
            ("with a body", r#","body":"b""#, false),
            ("with a file", r#","attachments":[{"name":"log","data":"eA=="}]"#, false),
        ] {
            let alert = read(&format!(r#"{{"version":1,{message}{more}}}"#));
            let whole = alert.message();
            assert_eq!(whole.is_some(), is_the_mail, "{name}");
            let draft = alert.draft("example.jp", 0);
            let file = draft.attachments.iter().find(|file| file.name == "message.eml");
            let octets = whole.as_deref().or(file.map(|file| &file.octets[..]));
            assert_eq!(octets, Some(&b"Subject: x\n\ny\n"[..]), "{name}");
            assert_eq!(file.is_some(), !is_the_mail, "{name}: once");
        }
        let text = read(r#"{"version":1,"message":"no base64!"}"#);
        assert_eq!(text.message().as_deref(), Some(&b"no base64!"[..]));
    }

    #[test]
    fn the_journal_knows_a_whole_message_by_its_own_names() {
        let fact = |message: &str, more: &str| {
            use base64::Engine as _;
            let message = base64::engine::general_purpose::STANDARD.encode(message);
            let alert = read(&format!(r#"{{"version":1,"message":"{message}"{more}}}"#));
            let Event::Accepted { subject, message_id, .. } = alert.fact(0, "example.jp", 1) else {
                panic!("not accepted")
            };
            assert_eq!(alert.about().subject, subject, "programs are told the same");
            (subject, message_id.expect("every mail has one"))
        };
        let named = "Message-ID: <own@example.com>\nSubject: =?utf-8?B?6Zqc5a6z?=\n\nb\n";
        assert_eq!(fact(named, ""), ("障害".to_owned(), "<own@example.com>".to_owned()));
        assert_eq!(fact(named, r#","subject":"s""#).0, "s");
        let ours = "<01kax3tzzzzzzzzzzzzzzzzzzz@example.jp>";
        assert_eq!(fact("b\n", ""), (String::new(), ours.to_owned()));
        assert_eq!(fact(named, r#","body":"b""#), (String::new(), ours.to_owned()));
    }

    #[test]
    fn a_broken_attachment_is_not_lost() {
        let alert = read(r#"{"version":1,"body":"b","attachments":[{"name":"log","data":"not base64!"}]}"#);
        assert_eq!(alert.draft("example.jp", 0).attachments[0].octets, b"not base64!");
    }
}
