//! A mail to be read: everything that stands in it drawn by lot, composed for one charset policy.

use mime::{Attachment, CharsetPolicy, Composed, Draft, Identity, Importance, Mailbox, compose};

use crate::words::Dice;

/// Every policy that a provider can have.
pub(crate) const POLICIES: [CharsetPolicy; 3] =
    [CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp];

const ADDRESSES: [&str; 4] =
    ["oncall@example.jp", "a+b/c=d@example.com", "night..shift.@docomo.example.jp", "x@example.jp"];

/// Longer names are cut, which is not a reader's business.
const FILE_NAME_OCTETS: usize = 240;

/// What was written, and the mail that was made of it.
#[derive(Debug)]
pub(crate) struct Sample {
    /// For messages: the seed and the policy that give it again.
    pub(crate) name: String,
    pub(crate) draft: Draft,
    pub(crate) identity: Identity,
    pub(crate) composed: Composed,
}

impl Sample {
    /// The sample of a seed under a policy; what was written depends on the seed alone.
    pub(crate) fn new(seed: u64, charset: CharsetPolicy) -> Self {
        let mut dice = Dice::new(seed);
        let subject = dice.text();
        let identity = Identity { from: mailbox(&mut dice), charset };
        let draft = Draft {
            subject,
            to: (0..=dice.below(3)).map(|_| mailbox(&mut dice)).collect(),
            body: dice.body(),
            attachments: (0..[0, 0, 1, 2][dice.below(4)]).map(|_| attachment(&mut dice)).collect(),
            ..plain()
        };
        let composed = compose(&draft, &identity);
        Self { name: format!("seed {seed}, {charset:?}"), draft, identity, composed }
    }
}

/// An alert that says nothing.
pub(crate) fn plain() -> Draft {
    Draft {
        id: "01j9x3c4d5e6f7g8h9j0k1m2n3".to_owned(),
        domain: "web1.example.jp".to_owned(),
        key: None,
        created_ms: 1_795_583_642_000,
        utc_offset_minutes: 540,
        importance: Importance::Normal,
        subject: String::new(),
        body: String::new(),
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: None,
        headers: Vec::new(),
        attachments: Vec::new(),
    }
}

fn mailbox(dice: &mut Dice) -> Mailbox {
    let address = ADDRESSES[dice.below(ADDRESSES.len())].to_owned();
    Mailbox { name: Some(dice.text()), address }
}

fn attachment(dice: &mut Dice) -> Attachment {
    let text = dice.text();
    let name =
        text[..text.floor_char_boundary(FILE_NAME_OCTETS)].to_owned() + [".log", ".txt", ""][dice.below(3)];
    Attachment { name, media_type: "application/octet-stream".to_owned(), octets: b"octets".to_vec() }
}
