//! Tells from the journal what became of each alert, attempt by attempt.

use std::fmt::Write as _;

use spool_format::Ledger;
use spool_format::history::AttemptRecord;
use spool_format::{AlertId, Settlement};

use super::alerts::Sample;
use crate::notice::{self, Tongue};
use crate::output::terminal::cut;
use crate::output::words;

/// Columns of what a provider said.
const SAID_COLUMNS_MAX: usize = 76;

/// One paragraph for each alert.
pub(super) fn tell(tongue: Tongue, ledger: &Ledger, ids: &[AlertId], samples: &[Sample]) -> String {
    let mut text = String::new();
    for (id, sample) in ids.iter().zip(samples) {
        let _ = writeln!(text, "\n  {id}  {}  {}", sample.severity, sample.subject);
        for attempt in ledger.alerts.get(id).map_or(&[][..], |history| &history.attempts) {
            let after = attempt.at.since(id.born()).as_millis() + attempt.ended.as_ref().map_or(0, took);
            let _ = writeln!(
                text,
                "    +{after:>4} ms  {:<7} {}",
                attempt.provider,
                end_in_words(tongue, attempt)
            );
        }
    }
    text
}

fn took(ended: &spool_format::history::Ended) -> u128 {
    u128::from(ended.took_ms)
}

fn end_in_words(tongue: Tongue, attempt: &AttemptRecord) -> String {
    let Some(result) = attempt.ended.as_ref().and_then(|ended| ended.recipients.first()) else {
        return tongue.either("no end in the journal", "ジャーナルに結果がありません").to_owned();
    };
    let reply = words::reply(tongue, result);
    let end = match result.result {
        Settlement::Delivered => tongue.either(format!("took it: {reply}"), format!("送信済み: {reply}")),
        Settlement::Open | Settlement::Refused | Settlement::Uncertain => {
            format!("{}: {reply}", notice::phase(tongue, &result.phase))
        }
    };
    cut(&end, SAID_COLUMNS_MAX)
}
