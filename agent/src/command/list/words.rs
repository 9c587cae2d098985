//! What `alertmail list` says, in both languages.

use std::time::Duration;

use crate::notice::Tongue;
use crate::output::age;

/// Heads of the columns.
pub(super) fn heads(tongue: Tongue) -> [&'static str; 8] {
    tongue.either(
        ["AGE", "ID", "SEV", "TO", "SUBJECT", "STATE", "NEXT", "WHY"],
        ["経過", "ID", "重要度", "宛先", "件名", "状態", "次回", "理由"],
    )
}

/// How a state is called in the sum: the name with which `--state` asks for it, and its name here.
pub(super) fn counted(tongue: Tongue, count: usize, state: &str) -> String {
    let japanese = match state {
        "incoming" => "受付",
        "trying" => "送信中",
        "deferred" => "再送待ち",
        "held" => "保留",
        "sent" => "送信済み",
        "dead" => "送信断念",
        "corrupt" => "不正ファイル",
        _ => "不明",
    };
    tongue.either(format!("{count} {state}"), format!("{japanese}{count}件"))
}

/// The sum.
pub(super) fn summary(tongue: Tongue, counts: &[String], oldest: Option<Duration>) -> String {
    let oldest = oldest.map_or_else(String::new, |time| {
        let time = age::short(tongue, time);
        tongue.either(format!("; the oldest has waited for {time}"), format!("（最長待ち時間 {time}）"))
    });
    format!("{}{oldest}", counts.join(tongue.either(", ", "、")))
}

pub(super) fn others(tongue: Tongue, first: &str, others: usize) -> String {
    tongue.either(format!("{first} +{others}"), format!("{first} ほか{others}人"))
}

pub(super) fn default_recipient(tongue: Tongue) -> String {
    tongue.either("(default)", "（既定の宛先）").to_owned()
}

pub(super) fn unreadable(tongue: Tongue, why: &str) -> String {
    tongue.either(format!("cannot be read: {why}"), format!("読み込めません: {why}"))
}

/// What is not shown to whoever asks.
pub(super) fn hidden(tongue: Tongue) -> &'static str {
    tongue.either(
        "alerts that no agent has met yet are not shown: only the agent's user and root can list incoming/\n",
        "エージェント未確認のアラートは表示されません（incoming/ を一覧できるのはエージェントの利用者と root のみ）。\n",
    )
}

/// There is nothing; `states` are those that were asked for, if nothing else was.
pub(super) fn nothing(tongue: Tongue, states: Option<&[String]>, root: &str) -> String {
    match (tongue, states) {
        (Tongue::English, Some([])) => format!("nothing waits in {root}"),
        (Tongue::English, Some(states)) => format!("nothing is {} in {root}", states.join(" or ")),
        (Tongue::English, None) => format!("nothing of that kind is there in {root}"),
        (Tongue::Japanese, Some([])) => format!("{root} に待機中のアラートはありません。"),
        (Tongue::Japanese, Some(states)) => {
            format!("{root} に状態が {} のものはありません。", states.join("・"))
        }
        (Tongue::Japanese, None) => format!("{root} に該当するアラートはありません。"),
    }
}

/// Below a list that stands in place.
pub(super) fn end(tongue: Tongue) -> &'static str {
    tongue.either("q ends", "q で終了")
}

/// The same where not all lines have room, with the sum.
pub(super) fn cut(tongue: Tongue, left: usize, sum: &str) -> String {
    let end = end(tongue);
    let lines = if left == 1 { "line" } else { "lines" };
    tongue.either(format!("… {left} more {lines}; {sum}; {end}"), format!("… ほか{left}行、{sum}、{end}"))
}
