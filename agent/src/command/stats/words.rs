//! What `alertmail stats` says, in both languages.

use crate::notice::Tongue;

/// Heads of the table of days.
pub(super) fn days(tongue: Tongue) -> [&'static str; 9] {
    tongue.either(
        ["DAY (UTC)", "ACCEPTED", "SENT", "DEFERRED", "DEAD", "CORRUPT", "ATTEMPTS", "FAILED", "ACCEPTED"],
        ["日付（UTC）", "受付", "送信済み", "再送待ち", "送信断念", "不正ファイル", "試行", "失敗", "受付"],
    )
}

/// Heads of the table of providers.
pub(super) fn providers(tongue: Tongue) -> [&'static str; 9] {
    tongue.either(
        ["PROVIDER", "ATTEMPTS", "TAKEN", "", "P50", "P90", "P99", "MAX", "ATTEMPTS BY DAY"],
        ["プロバイダ", "試行", "送信", "", "50%", "90%", "99%", "最大", "日ごとの試行"],
    )
}

pub(super) fn accepted_to_sent(tongue: Tongue, spread: &str) -> String {
    tongue.either(format!("accepted to sent  {spread}"), format!("受付から送信まで  {spread}"))
}

pub(super) fn no_provider(tongue: Tongue) -> &'static str {
    tongue.either("no provider was asked", "どのプロバイダも使われていません")
}

pub(super) fn failures(tongue: Tongue, provider: &str) -> String {
    tongue.either(format!("failures of {provider}"), format!("{provider}の失敗"))
}

pub(super) fn more_kinds(tongue: Tongue, count: usize) -> String {
    tongue.either(format!("and {count} more kinds"), format!("ほか{count}種類"))
}

pub(super) fn nothing_sent(tongue: Tongue) -> String {
    tongue.either("nothing was sent", "送信はありません").to_owned()
}

/// How long it took: half of them, nine tenths, all but a hundredth, and the longest of so many.
pub(super) fn spread(tongue: Tongue, [half, most, nearly, longest]: [&str; 4], count: u64) -> String {
    tongue.either(
        format!("{half} half, {most} 90%, {nearly} 99%, {longest} the longest of {count}"),
        format!("中央値{half}、90% {most}、99% {nearly}、最長{longest}（{count}件中）"),
    )
}

/// What kind of failure: its rule, whose fault it is, and whether it lasts.
pub(super) fn failure(tongue: Tongue, [rule, scope, lasting]: [&str; 3]) -> String {
    let whose = match scope {
        "provider" => "プロバイダ",
        "recipient" => "宛先",
        "message" => "メール",
        other => other,
    };
    let how = match lasting {
        "soft" => "一時的",
        "hard" => "恒久的",
        other => other,
    };
    tongue.either(format!("{rule} ({scope}, {lasting})"), format!("{rule}（{whose}、{how}）"))
}
