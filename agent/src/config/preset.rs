//! What is known of providers, as data: one file each in `presets/`, with the day on which it was checked.
//!
//! A preset is a whole identity: ways in, logins, whom the provider lets us send as, what it takes, and what it is known
//! to mean by its replies. The files are part of the program, and a test reads them all.

mod read;

use std::sync::LazyLock;

use delivery::Phrases;
use mime::CharsetPolicy;
use smtp::AuthPolicy;

use super::Endpoint;

/// What is known of one provider.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its name in the configuration.
    pub name: &'static str,
    /// The day on which somebody looked.
    pub checked: String,
    /// Its server; `None` if that is everybody's own.
    pub host: Option<String>,
    /// Ways in, best first.
    pub endpoints: Vec<Endpoint>,
    /// Logins, best first.
    pub auth: AuthPolicy,
    /// Which charsets it takes.
    pub charset: CharsetPolicy,
    /// As whom it lets us send.
    pub sender: SenderRule,
    /// What it takes.
    pub limits: PresetLimits,
    /// What it is known to mean by its replies.
    pub phrases: Phrases,
    /// The day on which the service ended or will end.
    pub retired: Option<String>,
    /// The preset that takes its place.
    pub successor: Option<String>,
    /// What else somebody has to know.
    pub notes: Notes,
}

/// As whom a provider lets us send.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderRule {
    /// Which addresses it takes in the envelope.
    pub rule: Senders,
    /// Domains of the account's own addresses; empty if they may have any.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What the key `user` is.
    #[serde(default)]
    pub user: UserForm,
    /// What becomes of the header From.
    #[serde(default)]
    pub header: HeaderFrom,
}

/// Which addresses a provider takes in the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Senders {
    /// The account's own.
    Own,
    /// The account's own, and those that are registered with it.
    Registered,
    /// Any; the account's own takes its place without a word.
    Replaced,
    /// Any.
    Any,
    /// Nobody has found out.
    Unknown,
}

impl Senders {
    /// The word in a preset's file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Registered => "registered",
            Self::Replaced => "replaced",
            Self::Any => "any",
            Self::Unknown => "unknown",
        }
    }
}

/// What the user of a login is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserForm {
    /// Something of its own, that says nothing of the address.
    #[default]
    Account,
    /// The whole address.
    Address,
    /// The part of the address before the `@`.
    LocalPart,
}

/// What becomes of the header From.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderFrom {
    /// It has to be the sender's.
    Own,
    /// It is replaced without a word.
    Replaced,
    /// It may be anybody's.
    Free,
    /// Nobody has found out.
    #[default]
    Unknown,
}

/// What a provider takes at most, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PresetLimits {
    /// Octets of a message; attachments that do not fit are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_octets: Option<usize>,
    /// Recipients of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients_per_message: Option<u32>,
    /// Recipients in 24 hours, one of two messages counted twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients_per_day: Option<u32>,
    /// Messages in 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages_per_day: Option<u32>,
    /// Connections at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u16>,
}

/// What else somebody has to know, in two languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// In English.
    pub en: String,
    /// In Japanese.
    pub ja: String,
}

const FILES: [(&str, &str); 9] = [
    ("self-hosted", include_str!("../../presets/self-hosted.toml")),
    ("yahoo", include_str!("../../presets/yahoo.toml")),
    ("yahoo-bb", include_str!("../../presets/yahoo-bb.toml")),
    ("goo", include_str!("../../presets/goo.toml")),
    ("ocn", include_str!("../../presets/ocn.toml")),
    ("docomo", include_str!("../../presets/docomo.toml")),
    ("softbank", include_str!("../../presets/softbank.toml")),
    ("gmail", include_str!("../../presets/gmail.toml")),
    ("outlook", include_str!("../../presets/outlook.toml")),
];

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let read = |(name, text): &(&'static str, &str)| read::read(name, text);
    FILES.iter().map(read).collect::<Result<_, _>>().expect("the files are part of the program, and tested")
});

/// All of them.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset of this name; the error names those that there are.
pub(super) fn find(name: &str) -> Result<&'static Preset, String> {
    presets().iter().find(|known| known.name == name).ok_or_else(|| {
        let list: Vec<String> = presets().iter().map(|known| format!("`{}`", known.name)).collect();
        format!("there is no preset `{name}`; there are {}", list.join(", "))
    })
}
