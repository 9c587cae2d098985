//! What docomo makes of a mail on this way: through its relay, into its mailboxes, or both.

use mime::carrier::docomo::{DOMAIN, listed, mailbox, relay};
use mime::carrier::{Letter, Piece, Remark};
use smtp::{Outcome, RecipientOutcome};
use spool_format::Address;

use crate::config::Provider;

/// The host of its relay.
const RELAY: &str = "smtp.spmode.ne.jp";

/// What it makes of a mail.
pub(super) struct Docomo {
    /// The mail behind its relay, if it goes through it and is taken.
    pub(super) relayed: Option<Letter>,
    /// The mail in a mailbox, if one of the recipients has one and it is taken.
    pub(super) received: Option<Letter>,
    /// What a list on a phone shows of the subject at least, if a phone gets it.
    pub(super) listed: Option<String>,
    /// What was lost or changed, or may be.
    pub(super) remarks: Vec<Remark>,
}

impl Docomo {
    /// For a mail through this provider to these recipients. `asked` is whether a mailbox counts as one of them.
    pub(super) fn of(letter: &Letter, provider: &Provider, recipients: &[Address], asked: bool) -> Self {
        let is_relay = provider.preset.is_some_and(|preset| preset.name == "docomo")
            || provider.host.eq_ignore_ascii_case(RELAY);
        let gets_it = asked || recipients.iter().any(|to| to.domain().eq_ignore_ascii_case(DOMAIN));
        let mut docomo = Self { relayed: None, received: None, listed: None, remarks: Vec::new() };
        let mut before = Some(letter.clone());
        if is_relay {
            let converted = relay(letter, provider.from.as_str());
            docomo.remarks = converted.remarks;
            docomo.relayed.clone_from(&converted.letter);
            before = converted.letter;
        }
        if let Some(before) = before.filter(|_| gets_it) {
            let converted = mailbox(&before, is_relay);
            // What was lost before is not lost again.
            let news = converted.remarks.into_iter().filter(|remark| !docomo.remarks.contains(remark));
            let news: Vec<Remark> = news.collect();
            docomo.remarks.extend(news);
            docomo.listed = converted
                .letter
                .as_ref()
                .and_then(|letter| letter.part(Piece::Subject))
                .map(|subject| listed(&subject.text).to_owned());
            docomo.received = converted.letter;
        }
        docomo
    }

    /// Whether docomo has to do with this mail at all.
    pub(super) const fn is_concerned(&self) -> bool {
        self.relayed.is_some() || self.received.is_some() || !self.remarks.is_empty()
    }
}

/// Why a mail cannot be sent there.
pub(super) fn in_words(outcome: &Outcome) -> String {
    match outcome.recipients.first() {
        Some(RecipientOutcome::Failed(failure)) => failure.trouble.to_string(),
        Some(_) | None => "it cannot be composed".to_owned(),
    }
}
