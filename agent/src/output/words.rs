//! Facts of the journal as sentences.

use spool_format::history::AttemptRecord;
use spool_format::{History, RecipientResult, Settlement};

use super::terminal::printable;

/// What was made of a failure, in words: `the provider's fault, lasting (login-refused)`.
pub fn verdict(result: &RecipientResult) -> Option<String> {
    let scope = match result.scope.as_deref()? {
        "provider" => "the provider's fault",
        "recipient" => "the recipient's fault",
        "message" => "the message's fault",
        other => other,
    };
    let lasting = match result.duration.as_deref()? {
        "soft" => "may pass",
        "hard" => "will not pass by itself",
        other => other,
    };
    let rule = result.rule.as_deref().unwrap_or("no rule");
    Some(format!("{scope}, {lasting} ({rule})"))
}

/// What was answered, or what went wrong: `535 5.7.8 bad credentials`. The text has the enhanced status code in it.
pub fn reply(result: &RecipientResult) -> String {
    let code = result.code.map_or_else(String::new, |code| format!("{code} "));
    printable(format!("{code}{}", result.text).trim_end())
}

/// How it stands with a recipient.
pub const fn settlement(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Delivered => "has it",
        Settlement::Open => "does not have it yet",
        Settlement::Refused => "is refused for good by every provider",
        Settlement::Uncertain => "may have it: the reply was lost",
    }
}

/// Why an alert waits: what each provider said when it was last tried, in the order of trying.
pub fn why(history: &History) -> String {
    if let Some(why) = &history.waits_for {
        return printable(why);
    }
    let mut said: Vec<(&str, String)> = Vec::new();
    for attempt in history.attempts.iter().rev() {
        if said.iter().any(|(provider, _)| *provider == attempt.provider) {
            break;
        }
        if let Some(trouble) = trouble(attempt) {
            said.push((&attempt.provider, trouble));
        }
    }
    let sentences =
        said.iter().rev().map(|(provider, trouble)| format!("{}: {trouble}", printable(provider)));
    sentences.collect::<Vec<_>>().join("; ")
}

fn trouble(attempt: &AttemptRecord) -> Option<String> {
    match &attempt.ended {
        None if attempt.dot_sent.is_some() => Some("cut off behind the last octets".to_owned()),
        None => Some("cut off".to_owned()),
        Some(ended) => {
            let failed = ended.recipients.iter().find(|result| result.result != Settlement::Delivered);
            failed.map(reply)
        }
    }
}
