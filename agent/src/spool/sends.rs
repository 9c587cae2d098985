//! Which mails went out lately, and to how many recipients each: what quotas are filled from at a start.
//!
//! It is read from the lines that are in the journal anyway, so that it costs no write, and is as true as they are: each
//! `dot-sent` is in the kernel before the last octets go out, so a crash, however often, fills no quota again.

use std::collections::BTreeMap;

use spool_format::event::{Entry, Event};
use spool_format::{AlertId, Wall};

/// The mails of the journal's files that were read.
#[derive(Debug, Default)]
pub struct Sends {
    /// By provider, in the order of the journal: when, and to how many recipients.
    pub sent: BTreeMap<String, Vec<(Wall, usize)>>,
    /// Attempts that have not come to their last octets, and their recipients.
    under_way: BTreeMap<(AlertId, u32), usize>,
}

impl Sends {
    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Attempt { id, attempt, recipients, .. } => {
                self.under_way.insert((*id, *attempt), recipients.len());
            }
            Event::DotSent { id, attempt, provider, .. } => {
                // An attempt of which nothing is known went to somebody.
                let recipients = self.under_way.remove(&(*id, *attempt)).unwrap_or(1);
                self.sent.entry(provider.clone()).or_default().push((entry.at, recipients));
            }
            Event::Outcome { id, attempt, .. } => {
                self.under_way.remove(&(*id, *attempt));
            }
            Event::Started { .. } => self.under_way.clear(),
            _ => {}
        }
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
        assert_eq!(sends.sent["home"], [(Wall::from_unix_ms(2), 2), (Wall::from_unix_ms(3), 1)]);
    }
}
