//! What `alertmail why` says of how it stands and what comes next, in both languages; what would change it stands in `advice`.

use spool_format::RecipientResult;

use super::judged::Judged;
use super::rules;
use crate::notice::{self, Tongue};
use crate::output::words;

/// Headlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Said,
    Next,
    Change,
    More,
}

pub(super) fn head(tongue: Tongue, head: Head) -> &'static str {
    let (english, japanese) = match head {
        Head::Said => ("What the providers said last", "プロバイダの最後の応答"),
        Head::Next => ("What comes next", "次の動作"),
        Head::Change => ("What would change it", "対処"),
        Head::More => ("More", "詳細"),
    };
    tongue.either(english, japanese)
}

/// The state of a file that was set aside.
pub(super) fn corrupt(tongue: Tongue) -> &'static str {
    tongue.either("corrupt", "不正ファイル")
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Summary<'s> {
    SetAside { why: &'s str },
    Unreadable { why: &'s str },
    Unmet,
    OnRecord { open: String },
    Asking { open: String },
    WaitsFor { open: String, why: &'s str },
    NobodyAsked { open: String },
    NotTaken { open: String, attempts: usize },
    Held { open: String, by: Option<u32> },
    Sent { by: Vec<(String, String)>, refused: String },
    Dead { is_gone: bool, why: Option<&'s str> },
    Gone,
}

pub(super) fn summary(tongue: Tongue, summary: &Summary<'_>) -> String {
    match tongue {
        Tongue::English => in_english(summary),
        Tongue::Japanese => in_japanese(summary),
    }
}

fn in_english(summary: &Summary<'_>) -> String {
    match summary {
        Summary::SetAside { why } => {
            format!("It was set aside, since it is no alert: {}.", why.trim_end_matches('.'))
        }
        Summary::Unreadable { why } => format!("Its file cannot be read as an alert: {why}."),
        Summary::Unmet => "No agent has met it yet.".to_owned(),
        Summary::OnRecord { open } => format!("It is on record, and no provider is being asked for {open}."),
        Summary::Asking { open } => format!("A provider is being asked to take it for {open}."),
        Summary::WaitsFor { open, why } => format!("It waits for {open}: {why}."),
        Summary::NobodyAsked { open } => {
            format!("It waits for {open}: no provider could be asked, since those for it are left out.")
        }
        Summary::NotTaken { open, attempts: 1 } => {
            format!("It waits: no provider has taken it for {open} in one attempt.")
        }
        Summary::NotTaken { open, attempts } => {
            format!("It waits: no provider has taken it for {open} in {attempts} attempts.")
        }
        Summary::Held { open, by } => {
            let who = by.map_or_else(|| "a person".to_owned(), |by| format!("user {by}"));
            format!("It is held, without having got to {open}: {who} stopped it.")
        }
        Summary::Sent { by, refused } => {
            let by: Vec<String> = by.iter().map(|(name, time)| format!("{name} after {time}")).collect();
            let by = if by.is_empty() { String::new() } else { format!(", taken by {}", by.join(" and ")) };
            let but = if refused.is_empty() {
                String::new()
            } else {
                format!(" Nobody would take it for {refused}.")
            };
            format!("It is sent{by}.{but}")
        }
        Summary::Dead { is_gone, why } => {
            let gone = if *is_gone { ", and its file is gone" } else { "" };
            format!("It is a dead letter{gone}: {}.", why.unwrap_or("nobody said why").trim_end_matches('.'))
        }
        Summary::Gone => "Its file is gone, and the journal does not say why.".to_owned(),
    }
}

fn in_japanese(summary: &Summary<'_>) -> String {
    let reason = |why: &str| notice::why(Tongue::Japanese, why.trim_end_matches('.'));
    match summary {
        Summary::SetAside { why } => {
            format!("アラートではないため、不正ファイルとして隔離されました: {}", reason(why))
        }
        Summary::Unreadable { why } => format!("ファイルをアラートとして読み込めません: {}", reason(why)),
        Summary::Unmet => "エージェントがまだ確認していません。".to_owned(),
        Summary::OnRecord { open } => format!("記録済みです。{open} 宛ての送信はまだ始まっていません。"),
        Summary::Asking { open } => format!("{open} 宛てに送信中です。"),
        Summary::WaitsFor { open, why } => format!("{open} 宛ては待機中です: {}", reason(why)),
        Summary::NobodyAsked { open } => {
            format!("{open} 宛ては待機中です。使えるプロバイダがすべて除外中のため、送信を試せませんでした。")
        }
        Summary::NotTaken { open, attempts } => {
            format!(
                "再送待ちです。{open} 宛ては{attempts}回試行しましたが、どのプロバイダでも送信できませんでした。"
            )
        }
        Summary::Held { open, by } => {
            let who = by.map_or_else(|| "利用者".to_owned(), |by| format!("利用者 {by}"));
            format!("{who} が保留にしました。{open} には届いていません。")
        }
        Summary::Sent { by, refused } => {
            let by: Vec<String> = by.iter().map(|(name, time)| format!("{name}、発生から{time}後")).collect();
            let by = if by.is_empty() { String::new() } else { format!("（{}）", by.join("、")) };
            let but = if refused.is_empty() {
                String::new()
            } else {
                format!("{refused} 宛てはどのプロバイダも受け付けませんでした。")
            };
            format!("送信済みです{by}。{but}")
        }
        Summary::Dead { is_gone, why } => {
            let gone = if *is_gone { "ファイルは残っていません。" } else { "" };
            let why = why.map_or_else(|| "理由の記録なし".to_owned(), reason);
            format!("送信を断念しました。{gone}理由: {why}")
        }
        Summary::Gone => "ファイルがなく、ジャーナルにも理由がありません。".to_owned(),
    }
}

/// In place of a recipient where there is none.
pub(super) fn nobody(tongue: Tongue) -> String {
    tongue.either("nobody", "（宛先なし）").to_owned()
}

/// What comes next, in a sentence or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    SetAside,
    Taken,
    FirstAsked,
    AttemptEnds,
    WasCutOff,
    AskedAgain,
    Due,
    UntilReleased,
    AllHaveIt,
    NoFile,
    Kept,
    NotLookedAt,
}

pub(super) fn step(tongue: Tongue, step: Step) -> &'static str {
    let (english, japanese) = match step {
        Step::SetAside => ("The agent sets it aside.", "エージェントが不正ファイルとして隔離します。"),
        Step::Taken => (
            "The agent takes it at once, and asks its first provider.",
            "エージェントがすぐに受け付け、最初のプロバイダへ送信します。",
        ),
        Step::FirstAsked => ("Its first provider is asked.", "最初のプロバイダへ送信します。"),
        Step::AttemptEnds => (
            "The attempt ends. If that provider does not take it, the next one is asked.",
            "試行の終了を待ちます。送信できなければ、次のプロバイダへ送信します。",
        ),
        Step::WasCutOff => (
            "The attempt was cut off: the next start of an agent begins another.",
            "試行が途中で中断しました。エージェントの次回起動時に再試行します。",
        ),
        Step::AskedAgain => {
            ("Its providers are asked again, in their order.", "プロバイダへ順番どおりに再送します。")
        }
        Step::Due => (
            "It is due: its providers are asked, in their order.",
            "再送の時刻です。プロバイダへ順番どおりに送信します。",
        ),
        Step::UntilReleased => (
            "Nothing, until somebody releases it. It does not expire meanwhile.",
            "解除されるまで何もしません。その間は期限切れになりません。",
        ),
        Step::AllHaveIt => (
            "Nothing: everybody has it who can have it.",
            "ありません。届けられる宛先にはすべて送信済みです。",
        ),
        Step::NoFile => ("Nothing: there is no file to send.", "ありません。送信するファイルがありません。"),
        Step::Kept => (
            "Nothing by itself. Its file is kept as long as [keep] says.",
            "自動では何もしません。ファイルは [keep] の期間だけ残ります。",
        ),
        Step::NotLookedAt => (
            "Nothing: no agent looks at it again.",
            "ありません。エージェントはこのファイルを再び読みません。",
        ),
    };
    tongue.either(english, japanese)
}

/// Behind a step, if a provider is left out that could take it.
pub(super) fn sooner(tongue: Tongue) -> &'static str {
    tongue.either(
        " Sooner, if one that is left out works again.",
        "除外中のプロバイダが復旧すれば、時刻を待たずに再送します。",
    )
}

/// Behind a step, if no agent runs.
pub(super) fn no_agent(tongue: Tongue) -> &'static str {
    tongue.either(
        " No agent runs: it goes on when one does.",
        "エージェントが動いていないため、起動後に続行します。",
    )
}

/// Behind a step, if a provider may have it.
pub(super) fn twice(tongue: Tongue) -> &'static str {
    tongue.either(
        " It may then arrive twice, under the same Message-ID, since a provider may have it though no reply said so.",
        "応答を受け取れなかったプロバイダがあるため、同じ Message-ID で二重に届くことがあります。",
    )
}

/// A step at a known time.
pub(super) fn at(tongue: Tongue, soon: &str, at: &str, step: &str) -> String {
    match tongue {
        Tongue::English => format!("{}, at {at}: {}", capital(soon), small(step)),
        Tongue::Japanese => format!("{soon}（{at}）: {step}"),
    }
}

/// When it is given up.
pub(super) fn life(tongue: Tongue, at: &str, is_over: bool) -> String {
    match (tongue, is_over) {
        (Tongue::English, false) => format!("If nobody takes it until {at}, it becomes a dead letter."),
        (Tongue::English, true) => {
            format!("Its life was over at {at}: if the next pass fails as well, it becomes a dead letter.")
        }
        (Tongue::Japanese, false) => format!("{at}までに送信できなければ、送信を断念します。"),
        (Tongue::Japanese, true) => {
            format!("{at}に期限が切れました。次の一巡でも送信できなければ、送信を断念します。")
        }
    }
}

/// Who is asked for this one follows.
pub(super) fn turn(tongue: Tongue, to: &str) -> String {
    tongue.either(format!("For {to}:"), format!("{to} 宛て:"))
}

/// Whether a provider is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    Now,
    HasRefused,
    LeftOut { since: &'a str, soon: &'a str, until: &'a str, reason: &'a str },
    Perhaps { since: &'a str, reason: &'a str },
}

pub(super) fn asked(tongue: Tongue, provider: &str, asked: &Asked<'_>) -> String {
    let why = |reason: &str| notice::why(tongue, reason);
    match (tongue, asked) {
        (Tongue::English, Asked::Now) => format!("{provider} is asked"),
        (Tongue::English, Asked::HasRefused) => {
            format!("{provider} is not asked, since it has refused this recipient for good")
        }
        (Tongue::English, Asked::LeftOut { since, soon, until, reason }) => {
            format!("{provider} is left out since {since}, and asked again {soon}, at {until}: {reason}")
        }
        (Tongue::English, Asked::Perhaps { since, reason }) => {
            format!("{provider} is left out since {since}, and may be asked again: {reason}")
        }
        (Tongue::Japanese, Asked::Now) => format!("{provider}: 送信します"),
        (Tongue::Japanese, Asked::HasRefused) => {
            format!("{provider}: この宛先を恒久的に拒否したため、送信しません")
        }
        (Tongue::Japanese, Asked::LeftOut { since, soon, until, reason }) => {
            format!("{provider}: {since}から除外中、次の確認は{soon}（{until}）: {}", why(reason))
        }
        (Tongue::Japanese, Asked::Perhaps { since, reason }) => {
            format!("{provider}: {since}から除外中、再確認できます: {}", why(reason))
        }
    }
}

/// An attempt without an end.
pub(super) fn unended(tongue: Tongue, at: &str, judged: &Judged) -> String {
    let what = if judged.dot_sent {
        tongue.either(
            "has not said what became of it, behind the last octets: it may have it",
            "本文の最後まで送信しましたが、応答がありません。届いた可能性があります",
        )
    } else {
        tongue.either("has not ended", "終わっていません")
    };
    let provider = &judged.provider;
    tongue.either(format!("{at}  {provider} {what}"), format!("{at}  {provider}: {what}"))
}

/// What was answered.
pub(super) fn answered(tongue: Tongue, at: &str, provider: &str, result: &RecipientResult) -> String {
    let (to, said) = (&result.to, words::reply(tongue, result));
    let phase = notice::phase(tongue, &result.phase);
    tongue.either(
        format!("{at}  {provider}, at {phase}, for {to}: {said}"),
        format!("{at}  {provider}、{phase}の段階、{to} 宛て: {said}"),
    )
}

/// What was made of it.
pub(super) fn verdict(tongue: Tongue, judged: &Judged, result: &RecipientResult) -> Option<String> {
    let verdict = words::verdict(tongue, result)?;
    let meaning = match tongue {
        Tongue::English => None,
        Tongue::Japanese => result.rule.as_deref().and_then(rules::in_japanese),
    };
    Some(match meaning.or(judged.meaning.as_deref()) {
        Some(meaning) => format!("{meaning}{}{verdict}", tongue.either("; ", "。")),
        None => verdict,
    })
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn small(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
