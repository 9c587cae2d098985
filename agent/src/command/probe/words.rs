//! What `alertmail probe` says, in both languages. Its verdicts are sentences of `notice/reason/providers.rs`.

use crate::notice::Tongue;

/// What is shown of a provider, each in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Addresses,
    Connected,
    Greeting,
    BeforeTls,
    Tls,
    Certificate,
    AboveIt,
    InTls,
    Offers,
    Mechanisms,
    Size,
    Verdict,
    /// The line goes on with the one above it.
    Same,
}

pub(super) fn name(tongue: Tongue, name: Name) -> &'static str {
    let (english, japanese) = match name {
        Name::Addresses => ("addresses", "アドレス"),
        Name::Connected => ("connected", "接続"),
        Name::Greeting => ("greeting", "最初の応答"),
        Name::BeforeTls => ("before TLS", "TLS前"),
        Name::Tls => ("TLS", "TLS"),
        Name::Certificate => ("certificate", "証明書"),
        Name::AboveIt => ("above it", "上位証明書"),
        Name::InTls => ("in TLS", "TLS内"),
        Name::Offers => ("offers", "対応機能"),
        Name::Mechanisms => ("mechanisms", "認証方式"),
        Name::Size => ("size", "サイズ上限"),
        Name::Verdict => ("verdict", "判定"),
        Name::Same => ("", ""),
    };
    tongue.either(english, japanese)
}

/// Above all; `way` is the port, where there are several.
pub(super) fn title(tongue: Tongue, provider: &str, way: Option<&str>, usable: bool) -> String {
    let (english, japanese) =
        if usable { ("usable", "使用可能") } else { ("not usable", "使用不可") };
    let by = way.map_or_else(String::new, |way| format!(", port {way}"));
    let by_ja = way.map_or_else(String::new, |way| format!("、ポート {way}"));
    tongue.either(format!("{provider}{by}: {english}"), format!("{provider}{by_ja}: {japanese}"))
}

pub(super) fn connected(tongue: Tongue, address: Option<&str>, port: u16, took_ms: u64, tls: &str) -> String {
    let by = address.unwrap_or_else(|| tongue.either("by its program,", "プログラム経由、"));
    tongue.either(
        format!("{by} port {port} in {took_ms} ms, tls = \"{tls}\""),
        format!("{by} ポート {port}、{took_ms}ミリ秒、tls = \"{tls}\""),
    )
}

pub(super) fn tls(tongue: Tongue, version: &str, cipher: &str, took_ms: u64, accepted: bool) -> String {
    let but = if accepted {
        ""
    } else {
        tongue.either(", only to look at the certificate", "（証明書の確認のみ）")
    };
    tongue.either(
        format!("{version}, {cipher}, in {took_ms} ms{but}"),
        format!("{version}、{cipher}、{took_ms}ミリ秒{but}"),
    )
}

pub(super) fn size(tongue: Tongue, size: Option<(u64, f64)>) -> String {
    match size {
        None => tongue.either("no limit is named", "指定なし").to_owned(),
        Some((octets, mib)) => tongue
            .either(format!("{octets} octets ({mib:.1} MiB)"), format!("{octets} バイト（{mib:.1} MiB）")),
    }
}

/// Of a list.
pub(super) fn none(tongue: Tongue) -> String {
    tongue.either("none", "なし").to_owned()
}

/// Which mechanism of those offered; `is_used` if it was.
pub(super) fn mechanism(tongue: Tongue, offered: &str, mechanism: &str, is_used: bool) -> String {
    if is_used {
        tongue.either(format!("{offered}; {mechanism} was used"), format!("{offered}（{mechanism} を使用）"))
    } else {
        tongue.either(
            format!("{offered}; {mechanism} would be used"),
            format!("{offered}（使うのは {mechanism}）"),
        )
    }
}

pub(super) fn signed_by(tongue: Tongue, issuer: &str) -> String {
    tongue.either(format!("signed by {issuer}"), format!("発行者 {issuer}"))
}

pub(super) fn is_for(tongue: Tongue, names: &str) -> String {
    tongue.either(format!("for {names}"), format!("対象 {names}"))
}

pub(super) fn until(tongue: Tongue, day: &str, days_left: i64) -> String {
    let (english, japanese) = match days_left {
        ..0 => (format!("ended {} days ago", -days_left), format!("{}日前に期限切れ", -days_left)),
        0 => ("ends today".to_owned(), "今日まで".to_owned()),
        1.. => (format!("{days_left} days left"), format!("残り{days_left}日")),
    };
    tongue.either(format!("until {day}, {english}"), format!("期限 {day}（{japanese}）"))
}
