//! What `alertmail providers` says, in both languages.

use crate::notice::{self, Tongue};

/// Heads of the columns.
pub(super) fn heads(tongue: Tongue) -> [&'static str; 7] {
    tongue.either(
        ["", "PROVIDER", "PRESET", "HOST", "FROM", "STATE", "WHY"],
        ["", "プロバイダ", "プリセット", "ホスト", "差出人", "状態", "理由"],
    )
}

pub(super) fn none(tongue: Tongue) -> &'static str {
    tongue.either(
        "none is configured: name a configuration with --config FILE",
        "プロバイダが設定されていません。設定ファイルを --config FILE で指定してください。",
    )
}

pub(super) fn no_journal(tongue: Tongue, why: &str) -> String {
    tongue.either(format!("how they stand is not known: {why}"), format!("状態は不明です: {why}"))
}

pub(super) fn presets(tongue: Tongue) -> &'static str {
    tongue.either("presets:", "プリセット:")
}

/// How a provider stands that is not left out: as JSON has it, and as people read it.
pub(super) fn state(tongue: Tongue, state: &'static str) -> &'static str {
    let japanese = match state {
        "working" => "正常",
        "left-out" => "除外中",
        _ => "不明",
    };
    tongue.either(state, japanese)
}

pub(super) fn left_out_for(tongue: Tongue, time: &str) -> String {
    tongue.either(format!("left out for {time}"), format!("除外中（{time}）"))
}

pub(super) fn asked_again(tongue: Tongue, soon: &str, reason: &str) -> String {
    let why = notice::why(tongue, reason);
    tongue.either(format!("asked again {soon}: {why}"), format!("次の確認は{soon}: {why}"))
}

/// What the last drill has found.
pub(super) fn drill(tongue: Tongue, name: &str, ago: &str, said: &[String]) -> String {
    tongue.either(
        format!("{name}: drill {ago}: {}", said.join(", ")),
        format!("{name}: {ago}の点検: {}", said.join("、")),
    )
}

pub(super) fn passed(tongue: Tongue, is_well: bool) -> String {
    let (english, japanese) = if is_well { ("all is well", "合格") } else { ("failed", "失敗") };
    tongue.either(english, japanese).to_owned()
}

pub(super) fn without_login(tongue: Tongue) -> String {
    tongue.either("without a login", "ログインなし").to_owned()
}

pub(super) fn certificate(tongue: Tongue, day: &str) -> String {
    tongue.either(format!("certificate until {day}"), format!("証明書の期限 {day}"))
}

/// What became of the last canary mail: `None` while it is on its way, else why it was not taken, if it was not.
pub(super) fn canary(tongue: Tongue, name: &str, ago: &str, ended: Option<Result<(), &str>>) -> String {
    let (english, japanese) = match ended {
        None => ("on its way".to_owned(), "送信中".to_owned()),
        Some(Ok(())) => ("taken".to_owned(), "送信済み".to_owned()),
        Some(Err(why)) => {
            (format!("not taken: {why}"), format!("送信できませんでした: {}", notice::why(tongue, why)))
        }
    };
    tongue.either(
        format!("{name}: canary mail {ago}: {english}"),
        format!("{name}: {ago}の試験メール: {japanese}"),
    )
}

/// `now` is less than `most`.
pub(super) fn fewer_connections(tongue: Tongue, name: &str, now: usize, most: usize) -> String {
    tongue.either(
        format!("{name}: takes {now} of {most} connections at a time now"),
        format!("{name}: 現在の同時接続は{now}本まで（設定は{most}本）"),
    )
}

pub(super) fn left(tongue: Tongue, used: &str, left: u64) -> String {
    tongue.either(format!("{used}, {left} left"), format!("{used}、残り{left}"))
}

pub(super) fn sent(tongue: Tongue, name: &str, used: &[String]) -> String {
    tongue.either(format!("{name}: sent {}", used.join("; ")), format!("{name}: 送信 {}", used.join("、")))
}

/// The first line about a preset, behind its name.
pub(super) fn checked(tongue: Tongue, day: &str) -> String {
    tongue.either(format!("checked {day}"), format!("{day} 確認"))
}

pub(super) fn closes(tongue: Tongue, day: &str, is_over: bool, successor: Option<&str>) -> String {
    let (next, next_ja) = successor.map_or_else(Default::default, |next| {
        (format!(", {next} takes its place"), format!("（後継は {next}）"))
    });
    let (closes, ends) = if is_over { ("closed", "終了済み") } else { ("closes", "終了予定") };
    tongue.either(format!("{closes} on {day}{next}"), format!("{day} にサービス{ends}{next_ja}"))
}

/// As whom mail may go out there; `rule` as JSON has it.
pub(super) fn sender(tongue: Tongue, rule: &str, domains: &str) -> String {
    let at = if domains.is_empty() { String::new() } else { format!(" at {domains}") };
    let at_ja = if domains.is_empty() { String::new() } else { format!("（{domains}）") };
    let (english, japanese) = match rule {
        "own" => {
            (format!("the account's own address{at} only"), format!("アカウント自身のアドレス{at_ja}のみ"))
        }
        "registered" => (
            format!("the account's own address{at}, and those that are registered with it"),
            format!("アカウント自身のアドレス{at_ja}と、登録済みのアドレス"),
        ),
        "replaced" => (
            "any, but the account's own address takes its place without a word".to_owned(),
            "任意（ただしアカウント自身のアドレスに置き換えられます）".to_owned(),
        ),
        "any" => ("any".to_owned(), "任意".to_owned()),
        _ => ("not known".to_owned(), "不明".to_owned()),
    };
    tongue.either(format!("sender: {english}"), format!("差出人: {japanese}"))
}

/// Limits that a preset knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Kibibytes,
    Recipients,
    RecipientsADay,
    MessagesADay,
    Connections,
}

pub(super) fn limit(tongue: Tongue, limit: Limit, most: u64) -> String {
    let (english, japanese) = match limit {
        Limit::Kibibytes => (format!("{most} KiB a message"), format!("1通{most} KiB")),
        Limit::Recipients => (format!("{most} recipients a message"), format!("1通{most}宛先")),
        Limit::RecipientsADay => (format!("{most} recipients a day"), format!("1日{most}宛先")),
        Limit::MessagesADay => (format!("{most} messages a day"), format!("1日{most}通")),
        Limit::Connections => (format!("{most} connections"), format!("同時接続{most}本")),
    };
    tongue.either(english, japanese)
}

pub(super) fn limits(tongue: Tongue, limits: &[String]) -> String {
    tongue.either(format!("limits: {}", limits.join(", ")), format!("上限: {}", limits.join("、")))
}
