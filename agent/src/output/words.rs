//! Facts of the journal as words, in both languages: each once, for the commands and for the page.

use spool_format::history::AttemptRecord;
use spool_format::{History, RecipientResult, Settlement, Severity};

use super::terminal::printable;
use crate::notice::{self, Tongue};
use crate::spool::view::Standing;

/// How bad it is.
pub const fn severity(tongue: Tongue, severity: Severity) -> &'static str {
    match (tongue, severity) {
        (Tongue::English, _) => severity.as_str(),
        (Tongue::Japanese, Severity::Critical) => "重大",
        (Tongue::Japanese, Severity::Warning) => "警告",
        (Tongue::Japanese, Severity::Info) => "情報",
    }
}

/// How it stands with an alert.
pub const fn standing(tongue: Tongue, standing: Standing) -> &'static str {
    match (tongue, standing) {
        (Tongue::English, _) => standing.as_str(),
        (Tongue::Japanese, Standing::Incoming) => "受付",
        (Tongue::Japanese, Standing::Trying) => "送信中",
        (Tongue::Japanese, Standing::Deferred(_)) => "再送待ち",
        (Tongue::Japanese, Standing::Held) => "保留",
        (Tongue::Japanese, Standing::Sent) => "送信済み",
        (Tongue::Japanese, Standing::Dead) => "送信断念",
        (Tongue::Japanese, Standing::Gone) => "不明",
    }
}

/// What was made of a failure, in words: `the provider's fault, lasting (login-refused)`.
pub fn verdict(tongue: Tongue, result: &RecipientResult) -> Option<String> {
    let scope = match result.scope.as_deref()? {
        "provider" => tongue.either("the provider's fault", "プロバイダ側の問題"),
        "recipient" => tongue.either("the recipient's fault", "宛先の問題"),
        "message" => tongue.either("the message's fault", "メールの問題"),
        other => other,
    };
    let lasting = match result.duration.as_deref()? {
        "soft" => tongue.either("may pass", "一時的"),
        "hard" => tongue.either("will not pass by itself", "自然には直らない"),
        other => other,
    };
    let rule = result.rule.as_deref().unwrap_or_else(|| tongue.either("no rule", "規則なし"));
    Some(tongue.either(format!("{scope}, {lasting} ({rule})"), format!("{scope}、{lasting}（{rule}）")))
}

/// What was answered, or what went wrong: `535 5.7.8 bad credentials`. The text has the enhanced status code in it.
pub fn reply(tongue: Tongue, result: &RecipientResult) -> String {
    let said = match result.code {
        Some(code) => format!("{code} {}", result.text),
        // Then nobody but us has said it.
        None => notice::why(tongue, &result.text),
    };
    printable(said.trim_end())
}

/// How it stands with a recipient.
pub const fn settlement(tongue: Tongue, settlement: Settlement) -> &'static str {
    match (tongue, settlement) {
        (Tongue::English, Settlement::Delivered) => "has it",
        (Tongue::English, Settlement::Open) => "does not have it yet",
        (Tongue::English, Settlement::Refused) => "is refused for good by every provider",
        (Tongue::English, Settlement::Uncertain) => "may have it: the reply was lost",
        (Tongue::Japanese, Settlement::Delivered) => "送信済み",
        (Tongue::Japanese, Settlement::Open) => "未達",
        (Tongue::Japanese, Settlement::Refused) => "全プロバイダが恒久的に拒否",
        (Tongue::Japanese, Settlement::Uncertain) => "届いた可能性あり（応答なし）",
    }
}

/// Why an alert waits: what each provider said when it was last tried, in the order of trying.
pub fn why(tongue: Tongue, history: &History) -> String {
    if let Some(why) = &history.waits_for {
        return printable(&notice::why(tongue, why));
    }
    let mut said: Vec<(&str, String)> = Vec::new();
    for attempt in history.attempts.iter().rev() {
        if said.iter().any(|(provider, _)| *provider == attempt.provider) {
            break;
        }
        if let Some(trouble) = trouble(tongue, attempt) {
            said.push((&attempt.provider, trouble));
        }
    }
    let sentences =
        said.iter().rev().map(|(provider, trouble)| format!("{}: {trouble}", printable(provider)));
    sentences.collect::<Vec<_>>().join(tongue.either("; ", "、"))
}

fn trouble(tongue: Tongue, attempt: &AttemptRecord) -> Option<String> {
    match &attempt.ended {
        None if attempt.dot_sent.is_some() => Some(
            tongue.either("cut off behind the last octets", "本文の最後まで送信した直後に中断").to_owned(),
        ),
        None => Some(tongue.either("cut off", "途中で中断").to_owned()),
        Some(ended) => {
            let failed = ended.recipients.iter().find(|result| result.result != Settlement::Delivered);
            failed.map(|result| reply(tongue, result))
        }
    }
}
