//! Judges what a provider did to us.
//!
//! Takes the phase, what happened there, and what the provider is known to mean; gives a scope (whose fault), how lasting
//! it is, and the name of the rule that said so. Never looks at time, attempts or other providers: the pass does. What is
//! not known is "provider, soft": the next provider gets a chance and nobody is given up.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `rule` | the rules that hold behind any host |
//! | `reply` | the order in which a reply is read, and its numbers |
//! | `phrase` | the phrases of one provider |
//! | `general` | phrases that are seen behind any host |

mod exit;
mod general;
mod phrase;
mod reply;
mod rule;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use smtp::{Failure, Phase, Trouble};

pub use general::{GENERAL, General};
pub use phrase::{Phrase, Phrases};
pub use rule::{RULES, Rule};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The provider, or the way to it, or our standing with it.
    Provider,
    /// The recipient's mailbox.
    Recipient,
    /// This message: its size, its content.
    Message,
    /// This machine, which has no network.
    Machine,
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// It may be over at the next try.
    Soft,
    /// Asking the same provider again will not help.
    Hard,
}

/// A judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whose fault.
    pub scope: Scope,
    /// For how long.
    pub lasting: Lasting,
    /// The rule that said so.
    pub rule: Cow<'static, str>,
    /// Whether it is about the account, and so holds for the next mail too, whatever phase it was said in.
    pub is_limit: bool,
}

impl Scope {
    /// The word in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::Machine => "machine",
        }
    }
}

impl Lasting {
    /// The word in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
        }
    }
}

impl Verdict {
    /// Whether the recipient need not be offered to this provider again.
    pub fn refuses_recipient_for_good(&self) -> bool {
        self.scope == Scope::Recipient && self.lasting == Lasting::Hard
    }
}

/// Judges one failure; `phrases` are those of the provider.
pub fn judge(failure: &Failure, phrases: &Phrases) -> Verdict {
    let rule = match &failure.trouble {
        Trouble::Reply(reply) | Trouble::TokenRefused(reply) => {
            return reply::judge_reply(failure.phase, reply, phrases);
        }
        Trouble::Unreachable(_) => rule::UNREACHABLE,
        Trouble::NoNetwork(_) => rule::NO_NETWORK,
        Trouble::Closed(_) => rule::CONNECTION_LOST,
        Trouble::Silent { .. } => rule::SILENT,
        Trouble::Protocol(_) => rule::NOT_SMTP,
        Trouble::Tls(_) => rule::TLS_FAILED,
        Trouble::StartTlsMissing => rule::STARTTLS_MISSING,
        Trouble::NoCommonMechanism { .. } => rule::NO_COMMON_MECHANISM,
        Trouble::PasswordNeedsTls => rule::PASSWORD_NEEDS_TLS,
        Trouble::MechanismUnusable { .. } => rule::MECHANISM_UNUSABLE,
        Trouble::ServerUnproven(_) => rule::SERVER_UNPROVEN,
        Trouble::Settings(_) => rule::SETTINGS,
        Trouble::Withdrawn => rule::WITHDRAWN,
        Trouble::TooLarge { .. } => rule::TOO_LARGE,
        Trouble::EightBitMissing => rule::EIGHT_BIT_MISSING,
        Trouble::Exit { code, is_alone, .. } => exit::judge_exit(*code, *is_alone),
        Trouble::Local(_) => rule::LOCAL_TROUBLE,
        Trouble::Unaddressable(_) => rule::UNADDRESSABLE,
    };
    rule.verdict()
}

/// Judges a connection that was lost between the last octets and the reply (RFC 1047).
pub const fn judge_lost_reply() -> Verdict {
    rule::LOST_REPLY.verdict()
}

/// Judges a connection that was turned away since there were enough of them.
pub const fn judge_one_too_many() -> Verdict {
    rule::ONE_TOO_MANY.verdict()
}

/// Whether a phase lies before the provider has looked at this alert at all.
const fn is_before_the_envelope(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Connect
            | Phase::Greeting
            | Phase::Ehlo
            | Phase::StartTls
            | Phase::Tls
            | Phase::Auth
            | Phase::Rset
            | Phase::Quit
    )
}
