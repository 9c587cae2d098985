//! What was made of answers: by which rule, what it says, and what was answered to whom.

use delivery::verdict::RULES;
use spool_format::history::AttemptRecord;
use spool_format::{RecipientResult, Settlement, Wall};

use crate::config::presets;
use crate::spool::view::Item;

/// The last answer of one provider for one recipient.
#[derive(Debug, serde::Serialize)]
pub(super) struct Judged {
    /// Name of the provider.
    pub(super) provider: String,
    /// Number of the attempt.
    pub(super) attempt: u32,
    /// When it began.
    pub(super) at: Wall,
    /// As in the journal's `outcome`; of an attempt without an end, the recipients are not known.
    pub(super) result: Option<RecipientResult>,
    /// Whether the last octets went out.
    pub(super) dot_sent: bool,
    /// What the rule means, for people; null if no rule judged it, or one that this version does not know.
    pub(super) meaning: Option<String>,
}

/// The last answer of each provider for each recipient, without those that took it, oldest first.
pub(super) fn last_of_each(item: &Item) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::new();
    let attempts = item.history.iter().flat_map(|history| history.attempts.iter().rev());
    for attempt in attempts {
        for one in of_attempt(attempt) {
            let to = one.result.as_ref().map(|result| &result.to);
            let is_known = |known: &Judged| {
                known.provider == one.provider && known.result.as_ref().map(|result| &result.to) == to
            };
            if !judged.iter().any(is_known) {
                judged.push(one);
            }
        }
    }
    judged.reverse();
    judged
}

fn of_attempt(attempt: &AttemptRecord) -> Vec<Judged> {
    let judged = |result: Option<&RecipientResult>| Judged {
        provider: attempt.provider.clone(),
        attempt: attempt.number,
        at: attempt.at,
        result: result.cloned(),
        dot_sent: attempt.dot_sent.is_some(),
        meaning: result.and_then(|result| result.rule.as_deref()).and_then(meaning),
    };
    match &attempt.ended {
        None => vec![judged(None)],
        Some(ended) => {
            // The one that is to come first when all are turned round is the last here.
            let failed = ended.recipients.iter().rev().filter(|it| it.result != Settlement::Delivered);
            failed.map(|result| judged(Some(result))).collect()
        }
    }
}

/// What a rule means: one that holds behind any host, or a provider's own.
pub(super) fn meaning(rule: &str) -> Option<String> {
    let general = RULES.iter().find(|known| known.name == rule).map(|known| known.meaning.to_owned());
    let own = || {
        let mut rows = presets().iter().flat_map(|preset| &preset.phrases.0);
        rows.find(|row| row.rule == rule).map(|row| row.meaning.clone())
    };
    general.or_else(own)
}
