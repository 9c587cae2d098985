//! What an attempt came to, recipient by recipient: the outcome of the session, judged, in the journal's words.

use smtp::{Failure, Outcome, RecipientOutcome, Reply, Trouble};
use spool_format::{Address, RecipientResult, Settlement};

use super::Provider;
use crate::alert::Judged;
use crate::crowd::crowding_of;
use crate::verdict::{Phrases, Verdict, judge, judge_lost_reply, judge_one_too_many};

/// Judges the outcome for each of the attempt's recipients. `is_one_too_many` says that others are there and work.
pub(super) fn judge_all(
    provider: &Provider,
    recipients: &[Address],
    outcome: &Outcome,
    is_one_too_many: bool,
) -> Vec<Judged> {
    debug_assert_eq!(
        recipients.len(),
        outcome.recipients.len(),
        "one outcome for each recipient of the attempt"
    );
    let judged = |(to, outcome): (&Address, &RecipientOutcome)| match outcome {
        RecipientOutcome::Failed(failure) if is_one_too_many && crowding_of(failure).is_turned_away() => {
            failed(&provider.name, to, failure, Settlement::Open, &judge_one_too_many())
        }
        _ => judge_one(provider, to, outcome),
    };
    recipients.iter().zip(&outcome.recipients).map(judged).collect()
}

fn judge_one(provider: &Provider, to: &Address, outcome: &RecipientOutcome) -> Judged {
    let Provider { name, phrases, .. } = provider;
    match outcome {
        RecipientOutcome::Delivered(reply) => {
            let result = result_of_reply(to, Settlement::Delivered, smtp::Phase::Dot, reply);
            Judged { result, refused_for_good: false, trouble: None }
        }
        RecipientOutcome::Taken { phase, text } => {
            let result = RecipientResult {
                to: to.clone(),
                result: Settlement::Delivered,
                phase: phase.as_str().to_owned(),
                code: None,
                enhanced: None,
                text: text.clone(),
                scope: None,
                duration: None,
                rule: None,
            };
            Judged { result, refused_for_good: false, trouble: None }
        }
        RecipientOutcome::Failed(failure) => {
            failed(name, to, failure, Settlement::Open, &judge(failure, phrases))
        }
        RecipientOutcome::Uncertain(failure) => {
            failed(name, to, failure, Settlement::Uncertain, &judge_lost_reply())
        }
    }
}

/// For the journal: an attempt was taken back, and nothing changes for this recipient.
pub(super) fn withdrawn(to: &Address, standing: Settlement, failure: &Failure) -> RecipientResult {
    failed("", to, failure, standing, &judge(failure, &Phrases::default())).result
}

fn failed(
    provider: &str,
    to: &Address,
    failure: &Failure,
    settlement: Settlement,
    verdict: &Verdict,
) -> Judged {
    let mut result = match failure.reply() {
        Some(reply) => result_of_reply(to, settlement, failure.phase, reply),
        None => RecipientResult {
            to: to.clone(),
            result: settlement,
            phase: failure.phase.as_str().to_owned(),
            code: None,
            enhanced: None,
            text: failure.trouble.to_string(),
            scope: None,
            duration: None,
            rule: None,
        },
    };
    result.scope = Some(verdict.scope.as_str().to_owned());
    result.duration = Some(verdict.lasting.as_str().to_owned());
    result.rule = Some(verdict.rule.clone().into_owned());
    let is_news = !matches!(failure.trouble, Trouble::Withdrawn);
    Judged {
        result,
        refused_for_good: verdict.refuses_recipient_for_good(),
        trouble: is_news.then(|| format!("{provider}, {failure}")),
    }
}

fn result_of_reply(
    to: &Address,
    settlement: Settlement,
    phase: smtp::Phase,
    reply: &Reply,
) -> RecipientResult {
    RecipientResult {
        to: to.clone(),
        result: settlement,
        phase: phase.as_str().to_owned(),
        code: Some(reply.code.0),
        enhanced: reply.enhanced.map(|status| status.to_string()),
        text: reply.text(),
        scope: None,
        duration: None,
        rule: None,
    }
}
