//! What `alertmail check` says, in both languages. The state and the numbers behind `|` are for programs, and English.

use spool_format::{Cause, Outage};

use crate::notice::{self, Tongue};
use crate::spool::status::Deaf;

pub(super) fn no_agent(tongue: Tongue) -> String {
    tongue
        .either(
            "no agent runs: start `alertmail run`",
            "エージェントが動いていません（起動: `alertmail run`）",
        )
        .to_owned()
}

/// Where nobody takes alerts, or what came was not kept.
pub(super) fn deaf(tongue: Tongue, deaf: &Deaf) -> String {
    let Deaf { kind, place, why, .. } = deaf;
    if deaf.listens {
        return tongue.either(
            format!("the last alert that came by {kind} at {place} could not be kept: {why}"),
            format!("{place} で最後に受け取ったアラート（{kind}）を保存できませんでした: {why}"),
        );
    }
    if why.is_empty() {
        return tongue.either(
            format!("nobody takes alerts by {kind} at {place}, see [[listen]]: the agent's log says why"),
            format!("{place} でアラート（{kind}）を受け付けていません（[[listen]]）。理由はエージェントのログにあります"),
        );
    }
    tongue.either(
        format!("nobody takes alerts by {kind} at {place}, see [[listen]]: {why}"),
        format!("{place} でアラート（{kind}）を受け付けていません（[[listen]]）: {why}"),
    )
}

pub(super) fn oldest(tongue: Tongue, time: &str) -> String {
    tongue.either(
        format!("the oldest alert has waited for {time}"),
        format!("最も古いアラートの待ち時間は{time}です"),
    )
}

pub(super) fn oldest_critical(tongue: Tongue, time: &str) -> String {
    tongue.either(
        format!("a critical alert has waited for {time}"),
        format!("重大アラートの待ち時間は{time}です"),
    )
}

pub(super) fn deferred(tongue: Tongue, count: usize) -> String {
    let look = "alertmail list --state deferred";
    tongue.either(format!("{count} deferred: {look}"), format!("再送待ち{count}件（確認: {look}）"))
}

pub(super) fn dead(tongue: Tongue, count: usize) -> String {
    let look = "alertmail list --state dead";
    tongue.either(format!("{count} dead: {look}"), format!("送信断念{count}件（確認: {look}）"))
}

pub(super) fn corrupt(tongue: Tongue, count: usize) -> String {
    let look = "alertmail list --state corrupt";
    tongue.either(format!("{count} corrupt: {look}"), format!("不正ファイル{count}件（確認: {look}）"))
}

pub(super) fn damaged(tongue: Tongue, lines: &str) -> String {
    tongue
        .either(format!("the journal is damaged at {lines}"), format!("ジャーナルが壊れています（{lines}）"))
}

/// Too little is free, in MiB.
pub(super) fn no_room(tongue: Tongue, free: u64, floor: u64) -> String {
    tongue.either(
        format!("{free} MiB are free, less than [disk] floor_mib ({floor}): make room"),
        format!("空きは{free} MiBで、[disk] floor_mib（{floor}）を下回っています。空きを増やしてください"),
    )
}

pub(super) fn unwatched(tongue: Tongue) -> String {
    tongue
        .either(
            "incoming/ cannot be watched, the agent scans it every second; see its log",
            "incoming/ を監視できず、毎秒走査しています（ログを確認してください）",
        )
        .to_owned()
}

pub(super) fn left_out(tongue: Tongue, name: &str, since: &str, outage: &Outage) -> String {
    let why = notice::why(tongue, &outage.reason);
    // Without its login there is nothing wrong to be seen.
    let auth = if outage.cause == Cause::Login { " --auth" } else { "" };
    tongue.either(
        format!(
            "provider `{name}` is left out since {since}: {why}; look with: alertmail probe {name}{auth}"
        ),
        format!("プロバイダ「{name}」は{since}から除外中: {why}（確認: alertmail probe {name}{auth}）"),
    )
}

pub(super) fn no_provider(tongue: Tongue) -> String {
    tongue.either("no provider works", "使えるプロバイダがありません").to_owned()
}

pub(super) fn login_refused(tongue: Tongue, names: &str) -> String {
    tongue
        .either(format!("the login is refused by {names}"), format!("ログインを拒否されています（{names}）"))
}

pub(super) fn lost_canary(tongue: Tongue, name: &str, ago: &str, reason: &str) -> String {
    let why = notice::why(tongue, reason);
    tongue.either(
        format!(
            "provider `{name}` did not take its canary mail {ago}: {why}; send one: alertmail drill --canary {name}"
        ),
        format!(
            "プロバイダ「{name}」で{ago}に試験メールを送れませんでした: {why}（再送: alertmail drill --canary {name}）"
        ),
    )
}

pub(super) fn failed_drill(tongue: Tongue, name: &str, ago: &str, said: &str) -> String {
    tongue.either(
        format!("provider `{name}` failed its drill {ago}: {said}; ask again: alertmail drill {name}"),
        format!("プロバイダ「{name}」は{ago}の点検に失敗: {said}（再点検: alertmail drill {name}）"),
    )
}

pub(super) fn drill_says(tongue: Tongue, name: &str, ago: &str, said: &str) -> String {
    tongue.either(
        format!("provider `{name}`: {said} (drill {ago})"),
        format!("プロバイダ「{name}」: {said}（{ago}の点検）"),
    )
}

/// Nothing is wrong; `waiting` alerts are on their way.
pub(super) fn well(tongue: Tongue, waiting: usize) -> String {
    match (tongue, waiting) {
        (Tongue::English, 0) => "the agent runs, nothing waits".to_owned(),
        (Tongue::English, _) => format!("the agent runs, {waiting} on the way"),
        (Tongue::Japanese, 0) => "エージェントは稼働中、待機中のアラートはありません".to_owned(),
        (Tongue::Japanese, _) => format!("エージェントは稼働中、{waiting}件を処理中です"),
    }
}

/// Between two problems.
pub(super) fn between(tongue: Tongue) -> &'static str {
    tongue.either("; ", "、")
}
