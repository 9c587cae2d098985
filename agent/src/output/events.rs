//! Lines of the journal as sentences: for the history of one alert, and for the journal as people read it.

use spool_format::{Address, Canary, DrillResult, Event, Outage, RecipientResult, Settlement, Wall};

use super::terminal::{Colour, printable};
use super::{age, words};
use crate::notice::{self, Tongue};

/// A line in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: String,
    /// More of it, a line each.
    pub more: Vec<String>,
    /// Whether it wants attention.
    pub colour: Colour,
}

/// Whether a line only repeats at the head of a day's file what earlier ones have said.
pub const fn repeats(event: &Event) -> bool {
    matches!(event, Event::Alive(_) | Event::Checkpoint { .. })
}

/// A line in words; `clock` writes a time. Nothing in it can move the cursor.
pub fn told(tongue: Tongue, event: &Event, clock: &dyn Fn(Wall) -> String) -> Told {
    let (what, more, colour) = match event {
        Event::Held { .. }
        | Event::Released { .. }
        | Event::Retry { .. }
        | Event::Edited { .. }
        | Event::Requeued { .. }
        | Event::Purged { .. }
        | Event::Dead { by: Some(_), .. } => plain(act(tongue, event)),
        Event::Started { .. } | Event::Stopped | Event::Alive(_) | Event::Checkpoint { .. } => {
            plain(of_the_agent(tongue, event))
        }
        Event::Drill(drill) => match &drill.result {
            Some(result) if !drill.is_running() => drilled(tongue, &drill.provider, result),
            _ => {
                let name = &drill.provider;
                plain(tongue.either(format!("{name}: a drill begins"), format!("{name}: 点検を開始")))
            }
        },
        Event::Canary(it) => canary(tongue, it),
        Event::Provider { provider, outage } => used(tongue, provider, outage.as_ref(), clock),
        Event::Notice(it) => {
            let said = match tongue {
                Tongue::English => notice::sentence(it),
                Tongue::Japanese => notice::sentence_in(tongue, it, &clock(it.since)),
            };
            let (english, japanese, colour) = if it.open {
                ("people are told", "通知", Colour::Yellow)
            } else {
                ("no longer the case", "解消", Colour::Plain)
            };
            (format!("{}: {said}", tongue.either(english, japanese)), Vec::new(), colour)
        }
        Event::Corrupt { name, reason } => {
            let why = notice::why(tongue, reason);
            let said = tongue.either(
                format!("{name} is set aside: {why}"),
                format!("{name} を不正ファイルとして隔離: {why}"),
            );
            (said, Vec::new(), Colour::Yellow)
        }
        _ => of_an_alert(tongue, event, clock),
    };
    Told { what: printable(&what), more: more.iter().map(|more| printable(more)).collect(), colour }
}

fn plain(what: impl Into<String>) -> (String, Vec<String>, Colour) {
    (what.into(), Vec::new(), Colour::Plain)
}

/// What becomes of an alert by itself.
fn of_an_alert(
    tongue: Tongue,
    event: &Event,
    clock: &dyn Fn(Wall) -> String,
) -> (String, Vec<String>, Colour) {
    match event {
        Event::Accepted { .. } => accepted(tongue, event),
        Event::Attempt { attempt, provider, beside, .. } => {
            let beside = beside.map_or_else(String::new, |other| {
                tongue.either(
                    format!(", beside attempt {other}, which is slow"),
                    format!("（遅い試行{other}と並行）"),
                )
            });
            plain(tongue.either(
                format!("attempt {attempt}: {provider} is asked{beside}"),
                format!("試行{attempt}: {provider}へ送信開始{beside}"),
            ))
        }
        Event::DotSent { attempt, provider, notes, .. } => {
            let mail = tongue.either("mail", "メール");
            let notes = notes.iter().map(|note| format!("{mail}: {}", notice::why(tongue, note))).collect();
            let said = tongue.either(
                format!("attempt {attempt}: {provider} gets the last octets"),
                format!("試行{attempt}: {provider}へ本文の最後まで送信"),
            );
            (said, notes, Colour::Plain)
        }
        Event::Outcome { attempt, provider, took_ms, recipients, .. } => {
            outcome(tongue, *attempt, provider, *took_ms, recipients)
        }
        Event::Deferred { passes, until, why, .. } => {
            let counted = || match (tongue, passes) {
                (Tongue::English, 1) => "one pass".to_owned(),
                (Tongue::English, _) => format!("{passes} passes"),
                (Tongue::Japanese, _) => format!("{passes}巡目まで失敗"),
            };
            let why = why.as_deref().map_or_else(counted, |why| notice::why(tongue, why));
            let until = clock(*until);
            let said = tongue
                .either(format!("deferred until {until}: {why}"), format!("{until}まで再送待ち: {why}"));
            (said, Vec::new(), Colour::Yellow)
        }
        Event::Sent { refused, .. } if refused.is_empty() => plain(tongue.either("sent", "送信済み")),
        Event::Sent { refused, .. } => {
            let refused = list(refused);
            let said = tongue.either(
                format!("sent, but nobody takes it for {refused}"),
                format!("送信済み（{refused} 宛ては全プロバイダが拒否）"),
            );
            (said, Vec::new(), Colour::Yellow)
        }
        Event::Dead { reason, .. } => {
            let why = notice::why(tongue, reason);
            (tongue.either(format!("dead: {why}"), format!("送信断念: {why}")), Vec::new(), Colour::Red)
        }
        _ => plain(String::new()),
    }
}

fn list(who: &[Address]) -> String {
    who.iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

fn accepted(tongue: Tongue, event: &Event) -> (String, Vec<String>, Colour) {
    let Event::Accepted { uid, recipients, unusable, severity, notice, canary, .. } = event else {
        return plain(String::new());
    };
    let whose = match (notice, canary) {
        (true, _) => tongue.either("a notice of the agent", "エージェントの通知").to_owned(),
        (_, Some(name)) => {
            tongue.either(format!("a canary mail for {name}"), format!("{name}への試験メール"))
        }
        (false, None) => tongue.either(format!("from user {uid}"), format!("利用者 {uid}")),
    };
    let to = match list(recipients) {
        none if none.is_empty() => tongue.either("nobody", "なし").to_owned(),
        to => to,
    };
    let severity = words::severity(tongue, *severity);
    let leads =
        |name: &String| tongue.either(format!("leads to nobody: {name}"), format!("使えない宛先: {name}"));
    let said = tongue.either(
        format!("accepted {whose}, {severity}, for {to}"),
        format!("受付（{whose}、{severity}、宛先 {to}）"),
    );
    (said, unusable.iter().map(leads).collect(), Colour::Plain)
}

/// What somebody did with an alert.
fn act(tongue: Tongue, event: &Event) -> String {
    let (by, english, japanese) = match event {
        Event::Held { by, .. } => (by, format!("held by user {by}"), "保留に設定".to_owned()),
        Event::Released { by, .. } => (by, format!("released by user {by}"), "保留を解除".to_owned()),
        Event::Retry { by, .. } => {
            (by, format!("user {by} wants it to be tried now"), "即時の再送を指示".to_owned())
        }
        Event::Edited { by, removed, added, .. } => {
            let (added, removed) = (list(added), list(removed));
            let instead = if removed.is_empty() { String::new() } else { format!(" instead of {removed}") };
            let from = if removed.is_empty() { String::new() } else { format!("{removed} から ") };
            (
                by,
                format!("user {by} wants {added} to have it{instead}"),
                format!("宛先を {from}{added} に変更"),
            )
        }
        Event::Requeued { by, .. } => (
            by,
            format!("user {by} took it out of the dead letters: it is tried as if it had just come"),
            "送信断念から戻し、新着として再送".to_owned(),
        ),
        Event::Purged { by, .. } => {
            (by, format!("user {by} removed the dead letter"), "送信断念を削除".to_owned())
        }
        Event::Dead { reason, by: Some(by), .. } => {
            (by, format!("given up by user {by}: {reason}"), format!("送信を断念: {reason}"))
        }
        _ => return String::new(),
    };
    tongue.either(english, format!("利用者 {by} が{japanese}"))
}

fn of_the_agent(tongue: Tongue, event: &Event) -> String {
    match event {
        Event::Started { program, anew: false, .. } => {
            tongue.either(format!("agent {program} started"), format!("エージェント {program} が起動"))
        }
        Event::Started { program, anew: true, .. } => tongue.either(
            format!("agent {program} goes on with other settings"),
            format!("エージェント {program} が新しい設定で続行"),
        ),
        Event::Stopped => tongue.either("agent stopped in good order", "エージェントが正常に停止").to_owned(),
        Event::Alive(snapshot) => {
            let state = snapshot.state.as_str();
            tongue.either(format!("a new day: {state}"), format!("日付の変わり目: {state}"))
        }
        Event::Checkpoint { alive } => {
            tongue.either(format!("a new day: {alive} alive"), format!("日付の変わり目: 未完了{alive}件"))
        }
        _ => String::new(),
    }
}

fn used(
    tongue: Tongue,
    provider: &str,
    outage: Option<&Outage>,
    clock: &dyn Fn(Wall) -> String,
) -> (String, Vec<String>, Colour) {
    let Some(outage) = outage else {
        return plain(tongue.either(format!("{provider} is used again"), format!("{provider}の使用を再開")));
    };
    let (cause, until) = (outage.cause.as_str(), clock(outage.until));
    let why = notice::why(tongue, &outage.reason);
    let said = tongue.either(
        format!("{provider} is left out until {until} ({cause}): {why}"),
        format!("{provider}を{until}まで除外（{cause}）: {why}"),
    );
    (said, Vec::new(), Colour::Yellow)
}

fn canary(tongue: Tongue, canary: &Canary) -> (String, Vec<String>, Colour) {
    let Canary { provider, ended, ok, text, .. } = canary;
    match ended {
        None => plain(tongue.either(
            format!("{provider}: a canary mail is on its way"),
            format!("{provider}: 試験メールを送信中"),
        )),
        Some(_) if *ok => plain(tongue.either(
            format!("{provider}: the canary mail is taken"),
            format!("{provider}: 試験メール送信済み"),
        )),
        Some(_) => {
            let why = notice::why(tongue, text);
            let said = tongue.either(
                format!("{provider}: the canary mail is not taken: {why}"),
                format!("{provider}: 試験メールを送れませんでした: {why}"),
            );
            (said, Vec::new(), Colour::Yellow)
        }
    }
}

fn outcome(
    tongue: Tongue,
    attempt: u32,
    provider: &str,
    took_ms: u64,
    results: &[RecipientResult],
) -> (String, Vec<String>, Colour) {
    let took = age::precise(tongue, std::time::Duration::from_millis(took_ms));
    let failed = |result: &&RecipientResult| result.result != Settlement::Delivered;
    let not_taken = results.iter().filter(failed).count();
    let what = match not_taken {
        0 => tongue.either("has taken it", "送信済み"),
        _ if not_taken < results.len() => tongue.either("has taken it for some", "一部の宛先のみ送信済み"),
        _ => tongue.either("has not taken it", "送信できず"),
    };
    let mut more = Vec::new();
    for result in results {
        let (to, said) = (&result.to, words::reply(tongue, result));
        let phase = notice::phase(tongue, &result.phase);
        more.push(
            tongue.either(format!("{to} at {phase}: {said}"), format!("{to}（{phase}の段階）: {said}")),
        );
        more.extend(words::verdict(tongue, result).map(|verdict| format!("  {verdict}")));
    }
    let colour = if not_taken == 0 { Colour::Plain } else { Colour::Yellow };
    let said = tongue.either(
        format!("attempt {attempt}: {provider} {what}, after {took}"),
        format!("試行{attempt}: {provider} {what}（{took}）"),
    );
    (said, more, colour)
}

fn drilled(tongue: Tongue, provider: &str, result: &DrillResult) -> (String, Vec<String>, Colour) {
    let took = age::precise(tongue, std::time::Duration::from_millis(result.took_ms));
    let news = result.news.iter().chain(&result.changes).map(|text| notice::why(tongue, text)).collect();
    if result.ok {
        let said = tongue.either(
            format!("{provider}: the drill says that all is well, after {took}"),
            format!("{provider}: 点検合格（{took}）"),
        );
        (said, news, Colour::Plain)
    } else {
        let (phase, why) = (notice::phase(tongue, &result.phase), notice::why(tongue, &result.text));
        let said = tongue.either(
            format!("{provider}: the drill failed at {phase}: {why}"),
            format!("{provider}: 点検失敗（{phase}の段階）: {why}"),
        );
        (said, news, Colour::Yellow)
    }
}
