//! What `alertmail spool` says, in both languages.

use crate::notice::Tongue;

/// How much of the spool was made: none of it, all of it, or what was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Nothing,
    Everything,
    Rest,
}

/// What a repair does after each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Looks = 1,
    Mends,
    LooksAgain,
}

/// How far a repair is.
pub(super) fn so_far(tongue: Tongue, stage: Stage) -> String {
    let (english, japanese) = match stage {
        Stage::Looks => ("reading every file and line", "すべてのファイルと行を確認中"),
        Stage::Mends => ("putting in order what is not", "異常を修復中"),
        Stage::LooksAgain => ("reading them again", "再確認中"),
    };
    format!("{}/{}  {}", stage as u8, Stage::LooksAgain as u8, tongue.either(english, japanese))
}

pub(super) fn made(tongue: Tongue, root: &str, made: Made) -> String {
    let (english, japanese) = match made {
        Made::Nothing => ("is a spool already, and complete", "は、すでに完全なスプールです。"),
        Made::Everything => {
            ("is a spool now, for its owner alone", "に、所有者専用のスプールを作成しました。")
        }
        Made::Rest => (
            "was a spool without some of its folders, and is complete now",
            "のスプールに、足りないフォルダを作成しました。",
        ),
    };
    tongue.either(format!("{root} {english}"), format!("{root} {japanese}"))
}

/// What to do next; `user` runs the agent, if it is another one.
pub(super) fn next(tongue: Tongue, root: &str, user: Option<&str>) -> String {
    let command = format!("alertmail run --spool {root} --config FILE\n");
    match user {
        None => tongue.either(format!("next: {command}"), format!("次の手順: {command}")),
        Some(user) => tongue
            .either(format!("next, as {user}: {command}"), format!("次の手順（利用者 {user}）: {command}")),
    }
}

/// The spool of the machine; `gate` is the only group that may put alerts in. `made` and `mended` are how many folders were.
pub(super) fn of_the_machine(
    tongue: Tongue,
    root: &str,
    gate: Option<&str>,
    made: usize,
    mended: usize,
) -> String {
    let who = gate.map_or_else(|| "everybody here".to_owned(), |gate| format!("the group {gate}"));
    let whose = gate.map_or_else(|| "全利用者".to_owned(), |gate| format!("グループ {gate} "));
    match (made, mended) {
        (0, 0) => tongue.either(
            format!("{root} is a spool for {who} already, and in order"),
            format!("{root} は、すでに{whose}用の正常なスプールです。"),
        ),
        (_, 0) => tongue.either(
            format!("{root} is a spool for {who} now"),
            format!("{root} に、{whose}用のスプールを作成しました。"),
        ),
        (_, _) => tongue.either(
            format!("{root} is a spool for {who} and in order now; what was changed:"),
            format!("{root} を、{whose}用の正常なスプールにしました。変更した点:"),
        ),
    }
}

pub(super) fn changed(tongue: Tongue, path: &str, was: &str, is: &str) -> String {
    tongue.either(format!("  {path} was {was}, is {is}"), format!("  {path}: {was} → {is}"))
}

pub(super) fn warning(tongue: Tongue, what: &str) -> String {
    tongue.either(format!("warning: {what}"), format!("警告: {what}"))
}

pub(super) fn mended(tongue: Tongue, what: &str) -> String {
    tongue.either(format!("mended: {what}"), format!("修復済み: {what}"))
}

/// What was looked at, and how many faults there are.
pub(super) fn sum(tongue: Tongue, root: &str, faults: usize, files: usize, entries: usize) -> String {
    let looked =
        format!("looked at {} and {}", count(files, "alert", ""), count(entries, "line", " of the journal"));
    let japanese = format!("アラート{files}件、ジャーナル{entries}行を検査");
    match faults {
        0 => tongue.either(
            format!("{root} is in order; {looked}"),
            format!("{root} に問題はありません（{japanese}）。"),
        ),
        faults => tongue.either(
            format!("{root} is not in order: {}; {looked}", count(faults, "fault", "")),
            format!("{root} に{faults}件の問題があります（{japanese}）。"),
        ),
    }
}

fn count(number: usize, what: &str, rest: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}{rest}")
}

/// What could not be listed.
pub(super) fn hidden(tongue: Tongue) -> &'static str {
    tongue.either(
        "incoming/ was left out: only the agent's user and root can list it",
        "incoming/ は検査していません（一覧できるのはエージェントの利用者と root のみ）。",
    )
}

/// Who puts it in order: `repair`, whether or not an agent has to be stopped before.
pub(super) fn repair(tongue: Tongue, root: &str, is_running: bool) -> String {
    let (english, japanese) = if is_running {
        ("stop the agent, then run: ", "エージェントを停止してから実行: ")
    } else {
        ("next: ", "次の手順: ")
    };
    format!("{}alertmail spool repair {root}", tongue.either(english, japanese))
}

/// Or an agent, when it starts.
pub(super) fn start(tongue: Tongue) -> &'static str {
    tongue.either(
        "next: start the agent, which puts it in order",
        "次の手順: エージェントを起動すると修復されます。",
    )
}
