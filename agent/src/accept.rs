//! Accepts an alert: for whom it is, and what of it goes into the mail.
//!
//! Pure: it takes the octets of a file and the [`Policy`] that the configuration sets. It never gives an alert up
//! because of one bad name: what cannot be used is named, and if nobody is left the default recipients get it.

mod draft;

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::{Arrival, Past};
use spool_format::{Address, Alert, AlertError, AlertId, Event, Folder, Severity, Wall};

/// What the configuration says about every alert.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Who gets alerts that name nobody who can be used.
    pub default_to: Vec<Address>,
    /// Display name of the sender where neither the alert nor the provider has one.
    pub from_name: Option<String>,
    /// Names that stand for addresses.
    pub aliases: BTreeMap<String, Vec<Address>>,
    /// Right side of the Message-ID of every new alert.
    pub domain: String,
}

/// Names of an alert, looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipients {
    to: Vec<Address>,
    cc: Vec<Address>,
    bcc: Vec<Address>,
    unusable: Vec<String>,
}

/// An alert that was understood.
#[derive(Debug)]
pub struct Accepted {
    id: AlertId,
    alert: Alert,
    recipients: Recipients,
}

impl Accepted {
    /// Reads the octets of the file that is named after `id`.
    pub fn read(octets: &[u8], id: AlertId, policy: &Policy) -> Result<Self, AlertError> {
        let alert = Alert::parse(octets, id)?;
        let recipients = Recipients::of(&alert, policy);
        Ok(Self { id, alert, recipients })
    }

    /// What the journal says of it. `domain` is the right side of its Message-ID.
    pub fn fact(&self, uid: u32, domain: &str) -> Event {
        Event::Accepted {
            id: self.id,
            uid,
            recipients: self.recipients.all(),
            unusable: self.recipients.unusable.clone(),
            severity: self.alert.severity,
            key: self.alert.key.clone(),
            subject: self.alert.subject.clone(),
            message_id: Some(mime::message_id(self.id.as_str(), domain)),
        }
    }

    /// What the dispatcher has to know of it.
    pub fn arrival(&self, folder: Folder, past: Past) -> Arrival {
        Arrival {
            id: self.id,
            folder,
            severity: self.alert.severity,
            recipients: self.recipients.all(),
            born: self.born(),
            ttl: self.alert.ttl.map(Duration::from_secs),
            past,
        }
    }

    /// The part of the mail that is the same for all providers. `domain` is the right side of its Message-ID,
    /// `offset_minutes` the zone of its Date.
    pub fn draft(&self, domain: &str, offset_minutes: i32) -> mime::Draft {
        draft::draft(self, domain, offset_minutes)
    }

    /// The display name that the alert asks for.
    pub fn from_name(&self) -> Option<&str> {
        self.alert.from_name.as_deref().filter(|name| !name.trim().is_empty())
    }

    /// When the event happened, as far as the alert says.
    pub fn born(&self) -> Wall {
        self.alert.created.unwrap_or_else(|| self.id.born())
    }

    /// Names in it that lead to nobody.
    pub fn unusable(&self) -> &[String] {
        &self.recipients.unusable
    }

    /// How urgent it is.
    pub const fn severity(&self) -> Severity {
        self.alert.severity
    }
}

impl Recipients {
    fn of(alert: &Alert, policy: &Policy) -> Self {
        let mut found = Self::default();
        let mut unusable = Vec::new();
        for (names, list) in
            [(&alert.to, &mut found.to), (&alert.cc, &mut found.cc), (&alert.bcc, &mut found.bcc)]
        {
            for name in names {
                match look_up(name, policy) {
                    Some(addresses) => list.extend(addresses),
                    None => unusable.push(name.clone()),
                }
            }
        }
        found.unusable = unusable;
        if found.to.is_empty() && found.cc.is_empty() && found.bcc.is_empty() {
            found.to.clone_from(&policy.default_to);
        }
        found.without_doubles()
    }

    /// Nobody twice: the first place in to, cc, bcc counts.
    fn without_doubles(mut self) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        for list in [&mut self.to, &mut self.cc, &mut self.bcc] {
            list.retain(|address| seen.insert(address.clone()));
        }
        self
    }

    fn all(&self) -> Vec<Address> {
        self.to.iter().chain(&self.cc).chain(&self.bcc).cloned().collect()
    }
}

/// An alias, or an address as it stands.
fn look_up(name: &str, policy: &Policy) -> Option<Vec<Address>> {
    let alias = policy.aliases.get(name.trim());
    alias.cloned().or_else(|| Address::parse(name).ok().map(|address| vec![address]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    fn policy() -> Policy {
        Policy {
            default_to: vec![address("oncall@example.jp")],
            from_name: Some("alerts".into()),
            aliases: BTreeMap::from([(
                "root".into(),
                vec![address("ops@example.jp"), address("a@example.jp")],
            )]),
            domain: "example.jp".into(),
        }
    }

    fn read(text: &str) -> Accepted {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        Accepted::read(text.as_bytes(), id, &policy()).expect("an alert")
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
    fn aliases_become_addresses_and_nobody_is_named_twice() {
        let alert = r#"{"version":1,"subject":"s","to":["root"],"cc":["b@example.jp","a@example.jp"],"bcc":["ops@example.jp","c@example.jp"]}"#;
        assert_eq!(recipients(alert), ["ops@example.jp", "a@example.jp", "b@example.jp", "c@example.jp"]);
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
    fn a_whole_message_and_a_broken_attachment_are_not_lost() {
        let alert = read(
            r#"{"version":1,"message":"U3ViamVjdDogeAoKeQo=","attachments":[{"name":"log","data":"not base64!"}]}"#,
        );
        let draft = alert.draft("example.jp", 0);
        let files: Vec<_> =
            draft.attachments.iter().map(|file| (file.name.as_str(), &file.octets[..])).collect();
        assert_eq!(files, [("log", &b"not base64!"[..]), ("message.eml", &b"Subject: x\n\ny\n"[..])]);
    }
}
