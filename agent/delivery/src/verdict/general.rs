//! Phrases that are seen behind any host, in the words of the servers that most of them run.
//!
//! They speak where the numbers do not: no enhanced status code, or one that says nothing (`x.0.0`). The first row that
//! fits counts, so that what is said of the sender, the account or a policy stands before what is said of the recipient:
//! a wrong guess then costs a try with the next provider, and not the mail.

use smtp::Phase::{self, Auth, Data, Dot, Mail, Rcpt};

use super::phrase::says_one;
use super::rule::{self, Rule};

/// For replies of which class a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// 4yz.
    Transient,
    /// 5yz.
    Permanent,
    /// Both.
    Any,
}

/// One row: in these phases, replies of this class with one of these words.
#[derive(Clone, Copy, Debug)]
pub struct General {
    /// Where it may be said.
    pub phases: &'static [Phase],
    class: Class,
    /// Lower-case words, one of which has to be there; a `^` in front says that the text begins so.
    pub words: &'static [&'static str],
    /// What it means.
    pub rule: Rule,
}

impl General {
    /// The first digit of the codes, for people.
    pub const fn codes(&self) -> &'static str {
        match self.class {
            Class::Transient => "4yz",
            Class::Permanent => "5yz",
            Class::Any => "4yz, 5yz",
        }
    }
}

const fn row(phases: &'static [Phase], class: Class, rule: Rule, words: &'static [&'static str]) -> General {
    General { phases, class, words, rule }
}

/// All rows, in their order.
pub const GENERAL: &[General] = &[
    // Postfix: "Must issue a STARTTLS command first".
    row(&[Auth, Mail], Class::Permanent, rule::STARTTLS_NEEDED, &["starttls"]),
    // Exim with a control panel: "Domain x has exceeded the max emails per hour"; Amazon: "Throttling failure";
    // Microsoft: "Sender throttled due to continuous … errors".
    row(
        &[Auth, Mail, Rcpt, Data, Dot],
        Class::Any,
        rule::THROTTLED,
        &[
            "throttl",
            "rate limit",
            "sending limit",
            "sending quota",
            "daily limit",
            "hourly limit",
            "emails per hour",
            "too many messages",
            "too many login attempts",
        ],
    ),
    // OpenSMTPD: "Must issue an AUTH command first"; Exim: "Please turn on SMTP Authentication".
    row(
        &[Mail, Rcpt],
        Class::Permanent,
        rule::LOGIN_NEEDED,
        &[
            "authentication required",
            "authentication is required",
            "smtp authentication",
            "smtp auth required",
            "must issue an auth",
            "must authenticate",
            "authenticate first",
            "not authenticated",
            "log in first",
        ],
    ),
    // Postfix: "Sender address rejected: …"; Exim: "Sender verify failed"; Sendmail: "Domain of sender address … does not
    // exist"; qmail: "your envelope sender is in my badmailfrom list"; Microsoft: "SendAsDenied"; Amazon: "Email address
    // is not verified".
    row(
        &[Rcpt, Dot],
        Class::Permanent,
        rule::SENDER_REFUSED,
        &[
            "sender address",
            "sender verify",
            "sender rejected",
            "sender denied",
            "envelope sender",
            "domain of sender",
            "badmailfrom",
            "sendasdenied",
            "not allowed to send as",
            "not owned by user",
            "from header",
            "address is not verified",
        ],
    ),
    // au, as a relay passes it on: the address stands in front of the words where it is unknown, and is left out where
    // a filter has refused the mail.
    row(&[Rcpt, Dot], Class::Permanent, rule::CARRIER_FILTER, &["^: user unknown"]),
    // Postfix: "Relay access denied"; Sendmail, Courier: "Relaying denied"; Exim: "relay not permitted"; qmail: "that
    // domain isn't in my list of allowed rcpthosts"; chasquid: "relay not allowed".
    row(&[Rcpt, Dot], Class::Permanent, rule::RELAY_DENIED, &["relay", "rcpthosts"]),
    row(&[Rcpt], Class::Any, rule::TOO_MANY_RECIPIENTS, &["too many recipients", "too many rcpt"]),
    // Exim: "Message size exceeds maximum permitted"; qmail: "that message size exceeds my databytes limit"; OpenSMTPD:
    // "Message size exceeds fixed limit".
    row(
        &[Mail, Rcpt, Dot],
        Class::Permanent,
        rule::TOO_LARGE,
        &["message size", "message too large", "message too big", "size limit", "databytes"],
    ),
    row(
        &[Rcpt],
        Class::Any,
        rule::MAILBOX_FULL,
        &["quota", "mailbox full", "mailbox is full", "storage allocation", "exceeded storage"],
    ),
    // Nobody knows any more whose it is, ours or a recipient's: later it may fit, and elsewhere it may fit now.
    row(&[Dot], Class::Permanent, rule::OVER_QUOTA, &["quota", "mailbox full", "mailbox is full"]),
    row(&[Rcpt], Class::Transient, rule::GREYLISTED, &["greylist", "graylist", "grey list", "gray list"]),
    row(
        &[Rcpt],
        Class::Permanent,
        rule::POLICY_WORDS,
        &[
            "denied",
            "block",
            "spam",
            "policy",
            "prohibit",
            "authenti",
            "not permitted",
            "not allowed",
            "rejected for",
            "blacklist",
            "black list",
        ],
    ),
    // Exim: "Administrative prohibition"; filters that look at the message: "Message rejected as spam".
    row(
        &[Dot],
        Class::Permanent,
        rule::POLICY_WORDS,
        &["blocked", "blocklist", "blacklist", "spam", "policy", "dmarc", "prohibition"],
    ),
    // Postfix: "User unknown in … table"; Exim: "Unrouteable address"; qmail: "no mailbox here by that name"; OpenSMTPD and
    // SoftBank: "Invalid recipient"; docomo: "Unknown user"; chasquid: "Destination address is unknown".
    row(
        &[Rcpt],
        Class::Permanent,
        rule::NO_SUCH_RECIPIENT,
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "user not found",
            "no such recipient",
            "unknown recipient",
            "recipient unknown",
            "invalid recipient",
            "no mailbox here",
            "no such mailbox",
            "no such address",
            "unrouteable address",
            "address is unknown",
        ],
    ),
];

/// The first row that fits.
pub(super) fn find(phase: Phase, is_transient: bool, text: &str) -> Option<Rule> {
    let fits = |row: &&General| {
        let is_of_class = match row.class {
            Class::Any => true,
            Class::Transient => is_transient,
            Class::Permanent => !is_transient,
        };
        is_of_class && row.phases.contains(&phase) && says_one(text, row.words)
    };
    GENERAL.iter().find(fits).map(|row| row.rule)
}
