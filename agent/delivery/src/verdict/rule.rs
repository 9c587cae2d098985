//! The rules that hold behind any host, each with what it makes of a failure and what it says to a person.
//!
//! A name stands in the journal (`rule`) and never changes its meaning. The list is published as a page for operators.

use std::borrow::Cow;

use super::Lasting::{self, Hard, Soft};
use super::Scope::{self, Machine, Message, Provider, Recipient};
use super::Verdict;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the journal.
    pub name: &'static str,
    /// Whose fault.
    pub scope: Scope,
    /// For how long.
    pub lasting: Lasting,
    /// Whether it is about the account, and so holds for the next mail too.
    pub is_limit: bool,
    /// What has happened, for people.
    pub meaning: &'static str,
}

impl Rule {
    pub(super) const fn verdict(&self) -> Verdict {
        let Self { name, scope, lasting, is_limit, .. } = *self;
        Verdict { scope, lasting, rule: Cow::Borrowed(name), is_limit }
    }
}

/// Makes a constant of each rule, and the list of all, so that none can be missing there.
macro_rules! rules {
    ($($id:ident = $name:literal, $scope:ident $lasting:ident $(, $limit:ident)?: $meaning:literal;)*) => {
        $(pub(super) const $id: Rule = Rule {
            name: $name,
            scope: $scope,
            lasting: $lasting,
            is_limit: rules!(@limit $($limit)?),
            meaning: $meaning,
        };)*
        /// All of them.
        pub const RULES: &[Rule] = &[$($id),*];
    };
    (@limit) => { false };
    (@limit limit) => { true };
}

rules! {
    NO_NETWORK = "no-network", Machine Soft: "this machine has no route, no interface or no name service";
    UNREACHABLE = "unreachable", Provider Soft: "no address, no connection, or none in time";
    CONNECTION_LOST = "connection-lost", Provider Soft: "the connection ended before the last octets were out";
    SILENT = "silent", Provider Soft: "no reply in time";
    NOT_SMTP = "not-smtp", Provider Soft: "what came is not SMTP";
    LOST_REPLY = "lost-reply", Provider Soft: "the connection ended between the last octets and the reply: the mail may have arrived";
    WITHDRAWN = "withdrawn", Provider Soft: "the attempt was taken back, since another one was faster or the agent stops";
    ONE_TOO_MANY = "one-too-many", Provider Soft: "the server takes fewer connections than there were, and works: the mail waits for one of the others";
    TLS_FAILED = "tls-failed", Provider Hard: "no TLS, or nobody vouches for the certificate";
    STARTTLS_MISSING = "starttls-missing", Provider Hard: "the server does not offer STARTTLS";
    NO_COMMON_MECHANISM = "no-common-mechanism", Provider Hard: "none of the allowed ways to log in is offered";
    PASSWORD_NEEDS_TLS = "password-needs-tls", Provider Hard: "the password would go out in clear";
    MECHANISM_UNUSABLE = "mechanism-unusable", Provider Hard: "the way to log in cannot be used with these settings";
    SERVER_UNPROVEN = "server-unproven", Provider Hard: "the server could not prove that it knows the password";
    SETTINGS = "settings", Provider Hard: "the configuration, or an address in the alert, cannot be used there";
    EIGHT_BIT_MISSING = "eight-bit-missing", Message Hard: "the message has raw octets and the server takes none";
    TOO_LARGE = "too-large", Message Hard: "the message is larger than the server takes";

    GOING_AWAY = "going-away", Provider Soft: "the server closes the connection (421)";
    SESSION_REFUSED = "session-refused", Provider Soft: "the greeting, EHLO or STARTTLS was refused; 554 there says that nobody is served, not that a mail is bad";
    STARTTLS_NEEDED = "starttls-needed", Provider Hard: "the server wants TLS first: set `tls`";
    LOGIN_REFUSED = "login-refused", Provider Hard: "the login was refused";
    LOGIN_NOT_NOW = "login-not-now", Provider Soft: "the login cannot be checked just now";
    LOGIN_NEEDED = "login-needed", Provider Hard: "the server wants a login: set `user`";
    THROTTLED = "throttled", Provider Soft, limit: "the account has sent too much for now";
    SENDER_REFUSED = "sender-refused", Provider Hard: "the server does not let us send as this address";
    SENDER_NOT_NOW = "sender-not-now", Provider Soft: "the server takes no mail just now";
    PROVIDER_TROUBLE = "provider-trouble", Provider Soft: "the server speaks of trouble of its own, or on the way";
    NOT_UNDERSTOOD = "not-understood", Provider Hard: "the server did not understand the dialogue";
    DATA_REFUSED = "data-refused", Provider Soft: "the server does not want to see the message";
    RELAY_DENIED = "relay-denied", Provider Hard: "the server does not carry mail to this domain for us";
    POLICY = "policy", Provider Hard: "the server refuses by its policy (x.7.y)";
    POLICY_WORDS = "policy-words", Provider Hard: "the words speak of a policy, a block or spam";
    CARRIER_FILTER = "carrier-filter", Provider Hard: "a carrier's filter took the mail for unwanted";
    TOO_MANY_RECIPIENTS = "too-many-recipients", Provider Soft: "the transaction has enough recipients";
    UNKNOWN_REFUSAL = "unknown-refusal", Provider Soft: "nobody knows what this means: the next provider gets a chance";
    NO_SUCH_RECIPIENT = "no-such-recipient", Recipient Hard: "the server does not know the recipient";
    MAILBOX_FULL = "mailbox-full", Recipient Soft: "the recipient's mailbox is full";
    MAILBOX_DISABLED = "mailbox-disabled", Recipient Soft: "the recipient's mailbox takes nothing now";
    GREYLISTED = "greylisted", Recipient Soft: "the server wants to see the mail a second time";
    RECIPIENT_NOT_NOW = "recipient-not-now", Recipient Soft: "not for this recipient just now";
    MESSAGE_NOT_NOW = "message-not-now", Message Soft: "not this message just now";
    MESSAGE_REFUSED = "message-refused", Message Hard: "the server does not take this message";
    OVER_QUOTA = "over-quota", Provider Soft: "somebody's quota is used up, ours or a recipient's";

    EXIT_USAGE = "exit-usage", Provider Hard: "the program does not understand how it was called";
    EXIT_DATA = "exit-data", Message Hard: "the program finds the message wrong";
    EXIT_NO_INPUT = "exit-no-input", Provider Hard: "the program lacks a file";
    EXIT_NO_USER = "exit-no-user", Recipient Hard: "the program does not know the recipient";
    EXIT_NO_HOST = "exit-no-host", Recipient Hard: "the program does not know the recipient's domain";
    EXIT_ONE_OF_SEVERAL = "exit-one-of-several", Provider Soft: "the program does not know one of several recipients, and does not say which";
    EXIT_UNAVAILABLE = "exit-unavailable", Provider Hard: "the program lacks something that it needs";
    EXIT_LATER = "exit-later", Provider Soft: "the program says: later";
    EXIT_NO_PERMISSION = "exit-no-permission", Provider Hard: "the program is not allowed to";
    EXIT_CONFIG = "exit-config", Provider Hard: "the program is not set up rightly";
    EXIT_UNKNOWN = "exit-unknown", Provider Soft: "nobody knows what this exit code means";
    LOCAL_TROUBLE = "local-trouble", Provider Soft: "the program could not be run, or the folder not be written";
    UNADDRESSABLE = "unaddressable", Recipient Hard: "the recipient cannot be named to the program";
}
