//! What `alertmail show` says, in both languages.

use spool_format::Settlement;

use crate::notice::Tongue;
use crate::output::words;

/// What stands at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Id,
    Subject,
    Severity,
    Key,
    Made,
    Recipients,
    /// The second recipient and those behind.
    Another,
    Mail,
    Unusable,
    State,
    Next,
}

pub(super) fn name(tongue: Tongue, name: Name) -> &'static str {
    let (english, japanese) = match name {
        Name::Id => ("id", "ID"),
        Name::Subject => ("subject", "件名"),
        Name::Severity => ("severity", "重要度"),
        Name::Key => ("key", "キー"),
        Name::Made => ("made", "発生"),
        Name::Recipients => ("recipients", "宛先"),
        Name::Another => ("", ""),
        Name::Mail => ("mail", "Message-ID"),
        Name::Unusable => ("unusable", "使えない宛先"),
        Name::State => ("state", "状態"),
        Name::Next => ("next", "次の動作"),
    };
    tongue.either(english, japanese)
}

/// When it was made, and by whom.
pub(super) fn made(tongue: Tongue, ago: &str, at: &str, by: Option<u32>) -> String {
    let user = by.map_or_else(String::new, |uid| {
        tongue.either(format!(", by user {uid}"), format!("（利用者 {uid}）"))
    });
    tongue.either(format!("{ago}, at {at}{user}"), format!("{at}、{ago}{user}"))
}

/// How it stands with a recipient.
pub(super) fn stands(tongue: Tongue, to: &str, settlement: Settlement) -> String {
    let how = words::settlement(tongue, settlement);
    tongue.either(format!("{to} {how}"), format!("{to}: {how}"))
}

/// Behind what comes next.
pub(super) fn twice(tongue: Tongue) -> &'static str {
    tongue.either(
        "; it may then arrive twice, since a reply was lost",
        "（応答を受け取れなかったため、二重に届くことがあります）",
    )
}

pub(super) fn nobody_said_why(tongue: Tongue) -> String {
    tongue.either("nobody said why", "理由の記録なし").to_owned()
}

/// What happens next with a file that is no alert.
pub(super) fn set_aside(tongue: Tongue, why: &str) -> String {
    tongue.either(
        format!("the agent will set it aside: {why}"),
        format!("エージェントが不正ファイルとして隔離します: {why}"),
    )
}

pub(super) fn taken_soon(tongue: Tongue) -> String {
    tongue.either("the agent takes it as soon as it runs", "エージェントが動き次第、受け付けます").to_owned()
}

pub(super) fn attempt_ends(tongue: Tongue) -> &'static str {
    tongue.either(
        "the attempt that runs ends, or the next start of the agent begins another",
        "試行の終了待ち（または次回起動時に再試行）",
    )
}

/// The next attempt, soon and at what time.
pub(super) fn next_attempt(tongue: Tongue, soon: &str, at: &str, why: &str) -> String {
    match (tongue, why) {
        (Tongue::English, "") => format!("next attempt {soon}, at {at}"),
        (Tongue::English, _) => format!("next attempt {soon}, at {at}; {why}"),
        (Tongue::Japanese, "") => format!("{soon}（{at}）に再試行します"),
        (Tongue::Japanese, _) => format!("{soon}（{at}）に再試行します: {why}"),
    }
}

pub(super) fn next_when_it_runs(tongue: Tongue) -> &'static str {
    tongue.either("next attempt as soon as the agent runs", "エージェントが動き次第、再試行します")
}

pub(super) fn nothing_until_released(tongue: Tongue) -> String {
    tongue.either("nothing, until somebody releases it", "解除されるまで何もしません").to_owned()
}

pub(super) fn nothing_more(tongue: Tongue) -> String {
    tongue
        .either("nothing: everybody has it who can have it", "なし（届けられる宛先にはすべて送信済み）")
        .to_owned()
}

pub(super) fn nothing_since(tongue: Tongue, why: &str) -> String {
    tongue.either(format!("nothing: {why}"), format!("なし（送信を断念）: {why}"))
}

pub(super) fn gone(tongue: Tongue) -> String {
    let text = tongue.either(
        "nothing: its file is gone, and the journal does not say why",
        "なし（ファイルがなく、ジャーナルにも理由がありません）",
    );
    text.to_owned()
}

/// The first line of its history.
pub(super) fn was_made(tongue: Tongue) -> &'static str {
    tongue.either("made", "発生")
}

/// Columns of what stands at the beginning of a line.
pub(super) fn name_columns(tongue: Tongue) -> usize {
    tongue.either(11, 14)
}
