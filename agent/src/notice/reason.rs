//! A reason in Japanese, for a notice or for whoever looks: what we say ourselves is put into Japanese, what a server, a program or the system
//! has said stays as it is.
//!
//! The journal has reasons in English, also those of earlier runs, so this works from the text. What it does not know stays as
//! it is: a reason is never lost to its translation.

mod carriers;
mod config;
mod imports;
mod mails;
mod providers;
mod sentence;
mod spool;
#[cfg(test)]
mod tables;
mod values;

use sentence::{filled, holes};

/// A sentence of ours, and the same in Japanese. `{}` stands for what is kept, `{>}` for another reason in it,
/// `{@}` for the name of a phase.
type Sentence = (&'static str, &'static str);

/// All of them; the first that fits counts.
fn sentences() -> impl Iterator<Item = &'static Sentence> {
    [
        SENTENCES,
        providers::SENTENCES,
        spool::SENTENCES,
        config::SENTENCES,
        values::SENTENCES,
        mails::SENTENCES,
        carriers::SENTENCES,
        imports::SENTENCES,
    ]
    .into_iter()
    .flatten()
}

/// What is said of sessions, alerts and their ends.
const SENTENCES: &[Sentence] = &[
    ("{>}; alerts go out through `{}`", "{>}（アラートは「{}」経由で送信中）"),
    ("{>}; last trouble: {>}", "{>}（最後の障害: {>}）"),
    ("at {@}: {>}", "{@}の段階: {>}"),
    // What is wrong with a provider.
    ("the server answered `{}`", "サーバーの応答「{}」"),
    ("cannot connect", "接続できません"),
    ("cannot connect: {>}", "接続できません: {>}"),
    ("this machine has no network", "このマシンがネットワークにつながっていません"),
    ("this machine has no network: {>}", "このマシンがネットワークにつながっていません: {>}"),
    ("the connection was lost", "接続が切れました"),
    ("the connection was lost: {>}", "接続が切れました: {>}"),
    ("no answer for {} s", "{}秒間応答がありません"),
    ("not ready for a message within {} s", "{}秒以内に送信の準備ができませんでした"),
    ("the server does not keep to the protocol", "サーバーの応答がプロトコルに反しています"),
    ("the server does not keep to the protocol: {}", "サーバーの応答がプロトコルに反しています: {}"),
    ("no TLS with this server", "TLSで接続できません"),
    ("no TLS with this server: {>}", "TLSで接続できません: {>}"),
    (
        "the server offers no authentication; set auth to none if it needs none",
        "サーバーが認証を受け付けていません（認証が不要なら auth を none にしてください）",
    ),
    (
        "the server offers {} for authentication, none of which may be used",
        "サーバーの認証方式（{}）はどれも使用を許可されていません",
    ),
    (
        "the password or token would go out in clear and was not sent; turn on TLS or use a mechanism that hides it",
        "パスワードが平文で流れるため送信しませんでした（TLSを有効にするか、パスワードを隠す認証方式を使ってください）",
    ),
    ("{} cannot be used with this server", "{}はこのサーバーでは使えません"),
    ("{} cannot be used with this server: {>}", "{}はこのサーバーでは使えません: {>}"),
    (
        "the server has not proven that it knows the password, and gets no mail",
        "サーバーがパスワードを知っている証明がないため、送信しません",
    ),
    (
        "the server has not proven that it knows the password, and gets no mail: {>}",
        "サーバーがパスワードを知っている証明がないため、送信しません: {>}",
    ),
    ("the server refused the token: `{}`", "サーバーがトークンを拒否しました「{}」"),
    (
        "the server does not offer STARTTLS; nothing is sent without TLS",
        "サーバーがSTARTTLSに対応していません（TLSなしでは送信しません）",
    ),
    ("the transaction was taken back before the message was sent", "本文の送信前に取り消しました"),
    (
        "the message is larger than the {} octets that the server takes",
        "メールがサーバーの上限（{}バイト）を超えています",
    ),
    (
        "the message has 8-bit octets and the server does not offer 8BITMIME",
        "8ビット文字を含むメールですが、サーバーが8BITMIMEに対応していません",
    ),
    ("the settings cannot be used", "設定に問題があります"),
    ("the settings cannot be used: {>}", "設定に問題があります: {>}"),
    // On the way to a server.
    ("connection refused", "接続を拒否されました"),
    ("connection reset", "接続を切断されました"),
    ("no answer", "応答がありません"),
    ("no answer in time", "時間内に応答がありません"),
    ("no route to this host", "このホストへの経路がありません"),
    ("no route to this network", "このネットワークへの経路がありません"),
    (
        "the name `{}` cannot be resolved (no answer from the name service)",
        "ホスト名「{}」を解決できません（DNSの応答がありません）",
    ),
    (
        "the name `{}` cannot be resolved (it has no address)",
        "ホスト名「{}」を解決できません（アドレスがありません）",
    ),
    ("the name `{}` cannot be resolved ({})", "ホスト名「{}」を解決できません（{}）"),
    // In the handshake. How to trust the key all the same is for whoever probes.
    ("{>}; to trust this key: {}", "{>}"),
    ("the server's certificate has expired: have it renewed", "サーバー証明書の有効期限が切れています"),
    (
        "the server's certificate is not valid yet; is the clock right?",
        "サーバー証明書がまだ有効になっていません（時計は合っていますか）",
    ),
    (
        "the server's certificate is not for `{}`; if it is yours, set `tls_name`, or pin it",
        "サーバー証明書が「{}」のものではありません",
    ),
    (
        "the server's certificate is signed by nobody whom we trust (see `ca_file`)",
        "サーバー証明書が信頼できる認証局のものではありません（ca_file を確認）",
    ),
    ("the server has another key than the one in `pin_sha256`", "サーバーの鍵が pin_sha256 の値と異なります"),
    ("the server closed the connection during the handshake", "TLSの開始中にサーバーが接続を切断しました"),
    // What has become of alerts.
    ("every provider refused every recipient for good", "どのプロバイダも全宛先を恒久的に拒否しました"),
    ("its life was over before {} had it", "{}に届かないまま期限切れになりました"),
    (
        "it names no recipient that can be used, and no default recipient is configured: set `to` in [alerts], or an alias `default`, and requeue it",
        "有効な宛先がなく、既定の宛先も設定されていません（[alerts] の to か別名 default を設定し、requeue してください）",
    ),
    (
        "it was being moved to the dead letters when the agent was killed",
        "dead/へ移している途中でエージェントが強制終了されました",
    ),
    (
        "{} waits: [[recipient]] gives {} no more mails than {} in any minute",
        "{}は待機中です（[[recipient]] により{}宛ては1分間に{}通まで）",
    ),
    (
        "{} waits: [[recipient]] gives {} no more mails than {} in any 24 hours",
        "{}は待機中です（[[recipient]] により{}宛ては24時間に{}通まで）",
    ),
    ("the file name is not an alert's", "ファイル名がアラートのものではありません"),
    ("not an alert in JSON: {}", "アラートのJSONではありません: {}"),
    // What somebody is told who wants something done with an alert.
    ("its mail is just going out: only if that fails", "送信中のため、失敗した場合のみ有効です"),
    ("it is not among those that wait", "待機中のアラートではありません"),
    ("it is held; release it first", "保留中です。先に保留を解除してください"),
    ("it is not held", "保留中ではありません"),
    ("its mail is just going out; ask again in a moment", "送信中です。少し待ってから実行してください"),
    (
        "it is a canary mail of the agent's own, and is over in a few minutes",
        "エージェントの試験メールです。数分で終わります",
    ),
    ("nobody of the address {} is without it", "宛先 {} で未達のものはありません"),
    ("it is no dead letter", "送信断念ではありません"),
    ("`{}` is neither an alias nor an address", "「{}」はエイリアスでもアドレスでもありません"),
    // What is said of a provider or of the disk.
    (
        "provider `{}` closed on {}; put another one in its place, for example the preset `{}`",
        "プロバイダ「{}」のサービスは{}に終了しました。別のプロバイダに替えてください（プリセット「{}」など）",
    ),
    (
        "provider `{}` closed on {}; put another one in its place",
        "プロバイダ「{}」のサービスは{}に終了しました。別のプロバイダに替えてください",
    ),
    (
        "provider `{}` closes on {}; put another one in its place, for example the preset `{}`",
        "プロバイダ「{}」のサービスは{}に終了します。別のプロバイダに替えてください（プリセット「{}」など）",
    ),
    (
        "provider `{}` closes on {}; put another one in its place",
        "プロバイダ「{}」のサービスは{}に終了します。別のプロバイダに替えてください",
    ),
    ("its last day was {}", "サービス終了日 {}"),
    ("it ends on {}", "有効期限 {}"),
    ("it no longer offers {}", "提供されなくなったもの: {}"),
    ("a canary mail did not get through: {>}", "試験メールが届きませんでした: {>}"),
    ("{}, at {@}: {>}", "{}、{@}の段階: {>}"),
    ("{} MiB are free, less than [disk] floor", "空きは{} MiBで、[disk] floor を下回っています"),
];

/// In Japanese, as far as it is ours.
pub(super) fn in_japanese(reason: &str) -> String {
    translated(reason).unwrap_or_else(|| reason.to_owned())
}

/// `None` if nothing in it is known.
fn translated(reason: &str) -> Option<String> {
    if is_a_reply(reason) {
        return None;
    }
    if let Some((place, what)) = placed(reason) {
        return Some(format!("{place}: {}", translated(what)?));
    }
    let whole = sentences().find_map(|(ours, japanese)| Some(filled(japanese, &holes(ours, reason)?)));
    whole.or_else(|| one_by_one(reason)).or_else(|| named(reason))
}

/// Sentences one behind the other, as far as they are not within the words of a server.
fn one_by_one(reason: &str) -> Option<String> {
    let quoted = |at: usize| reason[..at].matches('`').count() % 2 == 1;
    let (at, _) = reason.match_indices("; ").find(|(at, _)| !quoted(*at))?;
    let (one, rest) = (&reason[..at], &reason[at + "; ".len()..]);
    match (translated(one), translated(rest)) {
        (None, None) => None,
        (one_in, rest_in) => {
            let or = |known: Option<String>, text: &str| known.unwrap_or_else(|| text.to_owned());
            Some(format!("{}、{}", or(one_in, one), or(rest_in, rest)))
        }
    }
}

/// `FILE:LINE: why`, or a file as the agent names it.
fn placed(reason: &str) -> Option<(&str, &str)> {
    let (place, what) = reason.split_once(": ")?;
    let (file, line) = place.rsplit_once(':')?;
    let is_line = !line.is_empty() && line.bytes().all(|octet| octet.is_ascii_digit());
    (is_line && !file.is_empty() && !file.contains(' ')).then_some((place, what))
}

/// `NAME: why`.
fn named(reason: &str) -> Option<String> {
    let (name, why) = reason.split_once(": ")?;
    Some(format!("{name}: {}", translated(why)?))
}

/// Whether it begins with a reply code: then a server speaks.
fn is_a_reply(text: &str) -> bool {
    let code = text.split([' ', '-']).next().unwrap_or_default();
    code.len() == 3 && code.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use smtp::{Failure, Phase, Reply, ReplyCode, Trouble};

    fn troubles() -> Vec<Trouble> {
        let reply = || Reply::new(ReplyCode(535), ["5.7.8 nein"]);
        let none = String::new;
        let all = vec![
            Trouble::Reply(reply()),
            Trouble::Unreachable(none()),
            Trouble::NoNetwork(none()),
            Trouble::Closed(none()),
            Trouble::Silent { seconds: 7 },
            Trouble::Protocol(none()),
            Trouble::Tls(none()),
            Trouble::NoCommonMechanism { offered: vec![] },
            Trouble::NoCommonMechanism { offered: vec!["PLAIN".into()] },
            Trouble::PasswordNeedsTls,
            Trouble::MechanismUnusable { mechanism: smtp::Mechanism::Plain, why: none() },
            Trouble::ServerUnproven(none()),
            Trouble::TokenRefused(reply()),
            Trouble::StartTlsMissing,
            Trouble::Withdrawn,
            Trouble::TooLarge { limit: 9 },
            Trouble::EightBitMissing,
            Trouble::Settings(none()),
        ];
        // Another one makes this incomplete, and the list above.
        for trouble in &all {
            match trouble {
                Trouble::Reply(_)
                | Trouble::Unreachable(_)
                | Trouble::NoNetwork(_)
                | Trouble::Closed(_)
                | Trouble::Silent { .. }
                | Trouble::Protocol(_)
                | Trouble::Tls(_)
                | Trouble::NoCommonMechanism { .. }
                | Trouble::PasswordNeedsTls
                | Trouble::MechanismUnusable { .. }
                | Trouble::ServerUnproven(_)
                | Trouble::TokenRefused(_)
                | Trouble::StartTlsMissing
                | Trouble::Withdrawn
                | Trouble::TooLarge { .. }
                | Trouble::EightBitMissing
                | Trouble::Settings(_)
                // What is said of these comes from a program, or from the system.
                | Trouble::Exit { .. }
                | Trouble::Local(_)
                | Trouble::Unaddressable(_) => {}
            }
        }
        all
    }

    #[test]
    fn every_trouble_of_a_session_is_said_in_japanese_and_its_server_is_quoted() {
        for trouble in troubles() {
            let english = Failure::new(Phase::Auth, trouble.clone()).to_string();
            let japanese = in_japanese(&english);
            assert!(japanese.starts_with("認証の段階: "), "{japanese}");
            let ours = japanese["認証の段階: ".len()..].replace("535 5.7.8 nein", "");
            let is_japanese = |c: char| !c.is_ascii();
            assert!(ours.chars().any(is_japanese), "{english}: {japanese}");
            for word in [" the ", "server", "answer", "cannot"] {
                assert!(!ours.contains(word), "{english}: {japanese}");
            }
            if let Trouble::Reply(_) | Trouble::TokenRefused(_) = trouble {
                assert!(japanese.contains("「535 5.7.8 nein」"), "{japanese}");
            }
        }
    }

    #[test]
    fn what_a_server_or_the_system_says_stays_as_it_is() {
        for (english, japanese) in [
            (
                "at auth: 535 5.7.8 no; alerts go out through `docomo`",
                "認証の段階: 535 5.7.8 no（アラートは「docomo」経由で送信中）",
            ),
            (
                "at mail: 451 no answer; connection refused",
                "差出人の指定の段階: 451 no answer; connection refused",
            ),
            (
                "home: at dot: the server answered `450 no answer; no answer`; docomo: no answer for 9 s",
                "home: 本文の送信の段階: サーバーの応答「450 no answer; no answer」、docomo: 9秒間応答がありません",
            ),
            (
                "at connect: cannot connect: mx.example.jp port 587: connection refused; mx.example.jp port 465: no answer",
                "接続の段階: 接続できません: mx.example.jp port 587: 接続を拒否されました、mx.example.jp port 465: 応答がありません",
            ),
            (
                "at tls: no TLS with this server: the server's certificate has expired: have it renewed; to trust this key: pin_sha256 = \"ab\"",
                "TLSの段階: TLSで接続できません: サーバー証明書の有効期限が切れています",
            ),
            (
                "its life was over before a@example.jp had it; last trouble: home, at rcpt: the server answered `450 x`",
                "a@example.jpに届かないまま期限切れになりました（最後の障害: home、宛先の指定の段階: サーバーの応答「450 x」）",
            ),
            (
                "a canary mail did not get through: home, at mail: the server answered `553 no`",
                "試験メールが届きませんでした: home、差出人の指定の段階: サーバーの応答「553 no」",
            ),
            ("No space left on device (os error 28)", "No space left on device (os error 28)"),
            ("x.json", "x.json"),
            ("", ""),
        ] {
            assert_eq!(in_japanese(english), japanese, "{english}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_not_ours_stays_whole(text in "[a-z0-9`:;,() {}>あ]{0,60}") {
            prop_assume!(!sentences().any(|(ours, _)| text.contains(ours.split(['{', '}']).find(|part| part.len() > 4).unwrap_or(ours))));
            let words = |text: &str| text.replace([' ', ';', ':', ',', '、'], "");
            let kept = in_japanese(&text);
            prop_assert!(text == kept || words(&kept).contains("の段階") || kept.contains("に届"), "{} {}", text, kept);
        }

        #[test]
        fn no_reason_is_too_strange(text in prop::collection::vec(prop::sample::select(vec![
            "at ", ": ", "; ", "`", "no answer", "{>}", "{}", "}", "; alerts go out through `", "; last trouble: ", "home", "535 ", "cannot connect", ", at ",
        ]), 0..20)) {
            let text = text.concat();
            prop_assert_eq!(in_japanese(&text).is_empty(), text.is_empty());
        }
    }
}
