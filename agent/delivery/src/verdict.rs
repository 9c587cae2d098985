//! Judges what a provider did to us.
//!
//! Takes the phase and what happened there; gives a scope (whose fault), how lasting it is, and the name of the rule that
//! said so. Never looks at time, attempts or other providers: the pass does. What is not known is "provider, soft":
//! the next provider gets a chance and nobody is given up.

mod exit;
mod rules;

use smtp::{Failure, Phase, Trouble};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whose fault.
    pub scope: Scope,
    /// For how long.
    pub lasting: Lasting,
    /// The rule that said so.
    pub rule: &'static str,
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
    const fn new(scope: Scope, lasting: Lasting, rule: &'static str) -> Self {
        Self { scope, lasting, rule }
    }

    /// Whether the recipient need not be offered to this provider again.
    pub fn refuses_recipient_for_good(self) -> bool {
        self.scope == Scope::Recipient && self.lasting == Lasting::Hard
    }
}

/// Judges one failure.
pub fn judge(failure: &Failure) -> Verdict {
    use Lasting::{Hard, Soft};
    match &failure.trouble {
        Trouble::Reply(reply) | Trouble::TokenRefused(reply) => rules::judge_reply(failure.phase, reply),
        Trouble::Unreachable(_) => Verdict::new(Scope::Provider, Soft, "unreachable"),
        Trouble::NoNetwork(_) => Verdict::new(Scope::Machine, Soft, "no-network"),
        Trouble::Closed(_) => Verdict::new(Scope::Provider, Soft, "connection-lost"),
        Trouble::Silent { .. } => Verdict::new(Scope::Provider, Soft, "silent"),
        Trouble::Protocol(_) => Verdict::new(Scope::Provider, Soft, "not-smtp"),
        Trouble::Tls(_) => Verdict::new(Scope::Provider, Hard, "tls-failed"),
        Trouble::StartTlsMissing => Verdict::new(Scope::Provider, Hard, "starttls-missing"),
        Trouble::NoCommonMechanism { .. } => Verdict::new(Scope::Provider, Hard, "no-common-mechanism"),
        Trouble::PasswordNeedsTls => Verdict::new(Scope::Provider, Hard, "password-needs-tls"),
        Trouble::MechanismUnusable { .. } => Verdict::new(Scope::Provider, Hard, "mechanism-unusable"),
        Trouble::ServerUnproven(_) => Verdict::new(Scope::Provider, Hard, "server-unproven"),
        Trouble::Settings(_) => Verdict::new(Scope::Provider, Hard, "settings"),
        Trouble::Withdrawn => Verdict::new(Scope::Provider, Soft, "withdrawn"),
        Trouble::TooLarge { .. } => Verdict::new(Scope::Message, Hard, "too-large"),
        Trouble::EightBitMissing => Verdict::new(Scope::Message, Hard, "eight-bit-missing"),
        Trouble::Exit { code, is_alone, .. } => exit::judge_exit(*code, *is_alone),
        Trouble::Local(_) => Verdict::new(Scope::Provider, Soft, "local-trouble"),
        Trouble::Unaddressable(_) => Verdict::new(Scope::Recipient, Hard, "unaddressable"),
    }
}

/// Judges a connection that was lost between the last octets and the reply (RFC 1047).
pub const fn judge_lost_reply() -> Verdict {
    Verdict::new(Scope::Provider, Lasting::Soft, "lost-reply")
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
