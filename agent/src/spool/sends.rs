//! Which mails went out lately, and to whom: what quotas and the rates of recipients are filled from at a start.
//!
//! It is read from the lines that are in the journal anyway, so that it costs no write, and is as true as they are: each
//! `dot-sent` is in the kernel before the last octets go out, so a crash, however often, fills no quota again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use spool_format::{Address, AlertId, Wall};
use spool_format::{Entry, Event};

/// The mails of the journal's files that were read.
#[derive(Debug, Default)]
pub struct Sends {
    /// By provider, in the order of the journal: when, and to whom; to nobody where nobody knows.
    pub sent: BTreeMap<String, Vec<(Wall, Recipients)>>,
    /// Attempts that have not come to their last octets, and their recipients.
    under_way: BTreeMap<(AlertId, u32), Recipients>,
    /// Each list once: most mails go to the same few people.
    lists: BTreeSet<Recipients>,
}

/// The recipients of a mail.
pub type Recipients = Arc<[Address]>;

impl Sends {
    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Attempt { id, attempt, recipients, .. } => {
                let recipients = self.listed(recipients);
                self.under_way.insert((*id, *attempt), recipients);
            }
            Event::DotSent { id, attempt, provider, .. } => {
                let recipients = self.under_way.remove(&(*id, *attempt)).unwrap_or_default();
                self.sent.entry(provider.clone()).or_default().push((entry.at, recipients));
            }
            Event::Outcome { id, attempt, .. } => {
                self.under_way.remove(&(*id, *attempt));
            }
            Event::Started { .. } => self.under_way.clear(),
            _ => {}
        }
    }

    /// When each went out, and to how many, by provider.
    pub fn counted(&self) -> BTreeMap<String, Vec<(Wall, usize)>> {
        let counted = |(at, to): &(Wall, Recipients)| (*at, to.len());
        self.sent
            .iter()
            .map(|(provider, mails)| (provider.clone(), mails.iter().map(counted).collect()))
            .collect()
    }

    fn listed(&mut self, recipients: &[Address]) -> Recipients {
        if let Some(list) = self.lists.get(recipients) {
            return Arc::clone(list);
        }
        let list = Recipients::from(recipients);
        self.lists.insert(Arc::clone(&list));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::Address;

    #[test]
    fn only_mails_whose_last_octets_went_out_count_with_their_recipients() {
        let id = AlertId::new(Wall::from_unix_ms(0), [1; 10]);
        let to = |who: &str| Address::parse(who).expect("an address");
        let attempt = |attempt, recipients: &[&str]| Event::Attempt {
            id,
            attempt,
            provider: "home".into(),
            recipients: recipients.iter().map(|who| to(who)).collect(),
            beside: None,
        };
        let dot = |attempt| Event::DotSent {
            id,
            attempt,
            provider: "home".into(),
            notes: Vec::new(),
            text: None,
            files: Vec::new(),
        };
        let mut sends = Sends::default();
        let story =
            [attempt(1, &["a@example.jp"]), attempt(2, &["a@example.jp", "b@example.jp"]), dot(2), dot(7)];
        for (at, event) in (0..).zip(story) {
            sends.take(&Entry { at: Wall::from_unix_ms(at), event });
        }
        let both = ["a@example.jp", "b@example.jp"].map(to);
        assert_eq!(
            sends.sent["home"],
            [(Wall::from_unix_ms(2), Recipients::from(both)), (Wall::from_unix_ms(3), Recipients::default())]
        );
    }
}
