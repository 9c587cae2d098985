//! What a reply means: enhanced status codes first (RFC 3463), then the provider's phrases, then those of all, then the
//! bare code.
//!
//! A provider's row that names an enhanced status code stands before the general reading of that code: it is there
//! because the provider is known to mean something else by it.

use smtp::{Phase, Reply};

use super::phrase::Phrases;
use super::rule::{self, Rule};
use super::{Verdict, general, is_before_the_envelope};

pub(super) fn judge_reply(phase: Phase, reply: &Reply, phrases: &Phrases) -> Verdict {
    let text = reply.text().to_ascii_lowercase();
    // The words behind the enhanced status code.
    let words = match reply.enhanced {
        Some(status) => text.strip_prefix(&status.to_string()).map_or(text.as_str(), str::trim_start),
        None => &text,
    };
    if let Some(verdict) = phrases.by_status(phase, reply, words) {
        return verdict;
    }
    let code = reply.code.0;
    // Whatever else it says, the connection is gone (RFC 5321 section 3.8).
    if code == 421 {
        return phrases.by_words(phase, reply, words).unwrap_or(rule::GOING_AWAY.verdict());
    }
    let is_transient = code < 500;
    let by_words = || general::find(phase, is_transient, words);
    if let Some(rule) = by_status(phase, reply, is_transient) {
        // x.4.5 is congestion; a limit of the account that is used up goes by that name as well, and says so in words.
        let is_congestion = reply.enhanced.is_some_and(|it| (it.subject, it.detail) == (4, 5));
        let limit = by_words().filter(|it| is_congestion && it.is_limit);
        return limit.unwrap_or(rule).verdict();
    }
    if let Some(verdict) = phrases.by_words(phase, reply, words) {
        return verdict;
    }
    by_words().unwrap_or(by_code(phase, code)).verdict()
}

/// What the enhanced status code says, where it says enough.
fn by_status(phase: Phase, reply: &Reply, is_transient: bool) -> Option<Rule> {
    let status = reply.enhanced?;
    let numbers = (status.subject, status.detail);
    match phase {
        // Without a login or STARTTLS: there may be words that say which of them is missing.
        _ if reply.code.0 == 530 => None,
        Phase::Mail => match numbers {
            (3, 4) | (2, 3) => Some(rule::TOO_LARGE),
            (3, _) | (4, 5) => Some(rule::PROVIDER_TROUBLE),
            (1 | 7, _) if !is_transient => Some(rule::SENDER_REFUSED),
            _ => None,
        },
        Phase::Rcpt => of_recipient(numbers, is_transient),
        Phase::Dot if !is_transient => of_content(numbers, reply.code.0),
        _ => None,
    }
}

const fn of_recipient(numbers: (u16, u16), is_transient: bool) -> Option<Rule> {
    match (numbers, is_transient) {
        ((5, 3), _) => Some(rule::TOO_MANY_RECIPIENTS),
        ((2, 1), _) => Some(rule::MAILBOX_DISABLED),
        ((2, 2), _) => Some(rule::MAILBOX_FULL),
        ((2, 3) | (3, 4), false) => Some(rule::TOO_LARGE),
        ((3 | 4, _), _) | ((5, _), false) => Some(rule::PROVIDER_TROUBLE),
        // 5.1.7 and 5.1.8 speak of the sender's address, though they answer RCPT.
        ((1, 7 | 8), false) => Some(rule::SENDER_REFUSED),
        // The others of this subject may mean the sender as well: Postfix has 5.1.0 for an unknown one.
        ((1, 1 | 2 | 3 | 6 | 10), false) => Some(rule::NO_SUCH_RECIPIENT),
        // OpenSMTPD's words for a mailbox that it does not have, with the code 524.
        ((2, 4), false) => Some(rule::NO_SUCH_RECIPIENT),
        ((7, _), false) => Some(rule::POLICY),
        // The message, which has not been seen yet.
        ((6, _), false) => Some(rule::UNKNOWN_REFUSAL),
        _ => None,
    }
}

const fn of_content(numbers: (u16, u16), code: u16) -> Option<Rule> {
    match numbers {
        (3, 4) | (2, 3) => Some(rule::TOO_LARGE),
        (2, 2) => Some(rule::MAILBOX_FULL),
        (3 | 4, _) => Some(rule::PROVIDER_TROUBLE),
        // It speaks of the dialogue and not of the message, which the next provider may well take.
        (5, _) if 500 <= code && code <= 504 => Some(rule::NOT_UNDERSTOOD),
        (6, _) => Some(rule::MESSAGE_REFUSED),
        (7, _) => Some(rule::POLICY),
        (1, 7 | 8) => Some(rule::SENDER_REFUSED),
        _ => None,
    }
}

fn by_code(phase: Phase, code: u16) -> Rule {
    let is_transient = code < 500;
    match (phase, code) {
        (Phase::Auth, _) if is_transient => rule::LOGIN_NOT_NOW,
        (Phase::Auth, _) => rule::LOGIN_REFUSED,
        _ if is_before_the_envelope(phase) => rule::SESSION_REFUSED,
        (Phase::Mail, 552) => rule::TOO_LARGE,
        (Phase::Mail, _) if is_transient => rule::SENDER_NOT_NOW,
        (Phase::Mail | Phase::Rcpt, 530) => rule::LOGIN_NEEDED,
        (Phase::Mail, 500 | 502..=504) => rule::NOT_UNDERSTOOD,
        (Phase::Mail, _) => rule::SENDER_REFUSED,
        (Phase::Rcpt, 452) => rule::TOO_MANY_RECIPIENTS,
        (Phase::Rcpt, _) if is_transient => rule::RECIPIENT_NOT_NOW,
        (Phase::Rcpt, 550 | 551 | 553) => rule::NO_SUCH_RECIPIENT,
        (Phase::Rcpt, 552) => rule::MAILBOX_FULL,
        (Phase::Rcpt, _) => rule::UNKNOWN_REFUSAL,
        (Phase::Dot, _) if is_transient => rule::MESSAGE_NOT_NOW,
        (Phase::Dot, 500..=504) => rule::NOT_UNDERSTOOD,
        (Phase::Dot, _) => rule::MESSAGE_REFUSED,
        _ => rule::DATA_REFUSED,
    }
}
