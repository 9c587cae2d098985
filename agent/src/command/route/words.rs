//! What `alertmail route` says, in both languages.

use spool_format::Severity;

use crate::notice::{self, Tongue};
use crate::output::words;

/// What stands at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Severity,
    Key,
    Note,
    Unusable,
    Nobody,
    To,
    Rule,
    Providers,
    /// Goes on with the line above.
    More,
    Next,
}

pub(super) fn name(tongue: Tongue, name: Name) -> &'static str {
    let (english, japanese) = match name {
        Name::Severity => ("severity", "重要度"),
        Name::Key => ("key", "キー"),
        Name::Note => ("note", "注意"),
        Name::Unusable => ("unusable", "使えない宛先"),
        Name::Nobody => ("nobody", "宛先なし"),
        Name::To => ("to", "宛先"),
        Name::Rule => ("rule", "規則"),
        Name::Providers => ("providers", "プロバイダ"),
        Name::More => ("", ""),
        Name::Next => ("next", "次の動作"),
    };
    tongue.either(english, japanese)
}

/// Columns of what stands at the beginning of a line.
pub(super) fn name_columns(tongue: Tongue) -> usize {
    tongue.either(11, 14)
}

pub(super) fn no_journal(tongue: Tongue) -> &'static str {
    tongue.either(
        "the journal cannot be read: nobody is known to be left out",
        "ジャーナルを読めないため、除外中のプロバイダは分かりません",
    )
}

/// Behind [`Name::Nobody`].
pub(super) fn nobody(tongue: Tongue) -> &'static str {
    tongue.either(
        "gets it: no recipient can be used, and [alerts] has no `to`",
        "使える宛先がなく、[alerts] に `to` もありません",
    )
}

pub(super) fn alias(tongue: Tongue, to: &str, alias: &str) -> String {
    tongue.either(format!("{to} (alias {alias})"), format!("{to}（エイリアス {alias}）"))
}

/// What of an alert a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asks<'a> {
    /// There is no rule.
    NoRule,
    /// No rule fits.
    NoneFits,
    These {
        severities: &'a [Severity],
        whom: Option<Whom<'a>>,
        keys: &'a [String],
    },
}

/// Whom a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom<'a> {
    Address(&'a str),
    Domain(&'a str),
}

pub(super) fn why(tongue: Tongue, asks: &Asks<'_>) -> String {
    let (severities, whom, keys) = match asks {
        Asks::NoRule => {
            return tongue
                .either(
                    "there is no [[route]]: all providers, in the order of the file",
                    "[[route]] がないため、すべてのプロバイダを設定ファイルの順に使います",
                )
                .to_owned();
        }
        Asks::NoneFits => {
            return tongue
                .either(
                    "no [[route]] fits: all providers, in the order of the file",
                    "該当する [[route]] がないため、すべてのプロバイダを設定ファイルの順に使います",
                )
                .to_owned();
        }
        Asks::These { severities, whom, keys } => (severities, whom, keys),
    };
    let or = tongue.either(" or ", "・");
    let levels: Vec<&str> = severities.iter().map(|it| words::severity(tongue, *it)).collect();
    let (levels, starts) = (levels.join(or), keys.join(or));
    let whom = whom.map(|whom| match whom {
        Whom::Address(address) => {
            tongue.either(format!("the recipient {address}"), format!("宛先 {address}"))
        }
        Whom::Domain(domain) => tongue.either(
            format!("recipients at {domain} and below"),
            format!("{domain} とその下位ドメインの宛先"),
        ),
    });
    let severity = tongue.either(format!("severity {levels}"), format!("重要度 {levels}"));
    let key = tongue.either(format!("keys that begin with {starts}"), format!("{starts} で始まるキー"));
    let parts = [(!severities.is_empty()).then_some(severity), whom, (!keys.is_empty()).then_some(key)];
    let asked: Vec<String> = parts.into_iter().flatten().collect();
    if asked.is_empty() {
        return tongue.either("it is for everything", "すべてのアラートが対象").to_owned();
    }
    tongue.either(format!("it is for {}", asked.join(", ")), format!("対象: {}", asked.join("、")))
}

pub(super) fn used(tongue: Tongue) -> String {
    tongue.either("used", "使用").to_owned()
}

pub(super) fn left_out(tongue: Tongue, since: &str, until: &str, soon: &str, reason: &str) -> String {
    let why = notice::why(tongue, reason);
    tongue.either(
        format!("left out since {since}, until {until} ({soon}): {why}"),
        format!("{since}から{until}（{soon}）まで除外中: {why}"),
    )
}

pub(super) fn retired(tongue: Tongue, state: &str, day: &str) -> String {
    tongue.either(format!("{state}; closed on {day}"), format!("{state}、{day} にサービス終了済み"))
}

/// Who is asked first; `to_find_out` if it is left out until now.
pub(super) fn asked(tongue: Tongue, provider: &str, to_find_out: bool) -> String {
    let (english, japanese) = if to_find_out {
        ("is asked, to find out whether it works", "へ、使えるかどうかの確認を兼ねて送信します")
    } else {
        ("is asked", "へ送信します")
    };
    tongue.either(
        format!("{provider} {english}; if it does not take it, the next one, in the same pass"),
        format!("{provider}{japanese}。送信できなければ、続けて次のプロバイダへ送信します"),
    )
}

pub(super) fn nobody_may_be_asked(tongue: Tongue) -> String {
    tongue
        .either("it waits: nobody may be asked", "待機します（使ってよいプロバイダがありません）")
        .to_owned()
}

/// All are left out; `soon` is when the first one may be asked again.
pub(super) fn all_left_out(tongue: Tongue, soon: Option<String>) -> String {
    let (until, until_ja) =
        soon.map_or_else(Default::default, |soon| (format!(" ({soon})"), format!("（{soon}）")));
    tongue.either(
        format!("all are left out: a fresh or critical alert may ask them before, any other waits{until}"),
        format!(
            "すべて除外中です。新着または重大のアラートは先に送信を試すことがあり、ほかは待機します{until_ja}"
        ),
    )
}
