//! What the rules mean that judge an answer, in Japanese; in English it stands where they are made.

/// The rule's name, and its meaning.
const MEANINGS: &[(&str, &str)] = &[
    ("no-network", "このマシンに経路、インターフェース、名前解決のいずれかがありません"),
    ("unreachable", "アドレスがないか、時間内に接続できません"),
    ("connection-lost", "本文を最後まで送る前に接続が切れました"),
    ("silent", "時間内に応答がありません"),
    ("not-smtp", "SMTPではない応答が返りました"),
    ("lost-reply", "本文の送信後、応答の前に接続が切れました。届いた可能性があります"),
    ("withdrawn", "ほかのプロバイダが先に送信したか、エージェントの停止のため、試行を取り消しました"),
    ("one-too-many", "サーバーの同時接続数の上限に達しました。空きを待って送信します"),
    ("tls-failed", "TLSで接続できないか、証明書を信頼できません"),
    ("starttls-missing", "サーバーがSTARTTLSに対応していません"),
    ("no-common-mechanism", "使用を許可した認証方式に、サーバーが対応していません"),
    ("password-needs-tls", "パスワードが平文で流れます"),
    ("mechanism-unusable", "この設定では認証方式を使えません"),
    ("server-unproven", "サーバーがパスワードを知っている証明がありません"),
    ("settings", "設定またはアラート内のアドレスが、このプロバイダでは使えません"),
    ("eight-bit-missing", "8ビット文字を含むメールに、サーバーが対応していません"),
    ("too-large", "メールがサーバーの上限を超えています"),
    ("going-away", "サーバーが接続を閉じました（421）"),
    (
        "session-refused",
        "接続直後、EHLO、STARTTLSのいずれかで拒否されました（この段階の554はメールではなく接続の拒否です）",
    ),
    ("starttls-needed", "サーバーがTLSを求めています（`tls` を設定）"),
    ("login-refused", "ログインを拒否されました"),
    ("login-not-now", "現在、サーバーがログインを確認できません"),
    ("login-needed", "サーバーがログインを求めています（`user` を設定）"),
    ("throttled", "アカウントの送信量が上限に達しています"),
    ("sender-refused", "このアドレスを差出人とする送信を拒否されました"),
    ("sender-not-now", "現在、サーバーがメールを受け付けていません"),
    ("provider-trouble", "サーバー側または配送経路の障害です"),
    ("not-understood", "サーバーがコマンドを理解しませんでした"),
    ("data-refused", "サーバーが本文の送信を拒否しました"),
    ("relay-denied", "このドメイン宛ての中継を拒否されました"),
    ("policy", "サーバーの方針により拒否されました（x.7.y）"),
    ("policy-words", "応答の文面は、方針、ブロック、迷惑メールを理由としています"),
    ("carrier-filter", "携帯電話会社のフィルターが迷惑メールと判定しました"),
    ("too-many-recipients", "1通あたりの宛先数の上限に達しました"),
    ("unknown-refusal", "意味の分からない拒否です。次のプロバイダで試します"),
    ("no-such-recipient", "宛先がサーバーに存在しません"),
    ("mailbox-full", "宛先のメールボックスがいっぱいです"),
    ("mailbox-disabled", "宛先のメールボックスが受信を停止しています"),
    ("greylisted", "サーバーが再送を求めています（グレイリスト）"),
    ("recipient-not-now", "現在、この宛先には送信できません"),
    ("message-not-now", "現在、このメールは受け付けられません"),
    ("message-refused", "サーバーがこのメールを拒否しました"),
    ("over-quota", "送信側または宛先の容量・送信量の上限に達しています"),
    ("exit-usage", "プログラムが呼び出し方を理解しませんでした"),
    ("exit-data", "プログラムがメールの内容を不正と判断しました"),
    ("exit-no-input", "プログラムに必要なファイルがありません"),
    ("exit-no-user", "宛先がプログラムに存在しません"),
    ("exit-no-host", "宛先のドメインがプログラムに存在しません"),
    ("exit-one-of-several", "複数の宛先のうち、どれかがプログラムに存在しません（どれかは不明）"),
    ("exit-unavailable", "プログラムに必要なものがありません"),
    ("exit-later", "プログラムが後での再試行を求めています"),
    ("exit-no-permission", "プログラムに権限がありません"),
    ("exit-config", "プログラムの設定に誤りがあります"),
    ("exit-unknown", "意味の分からない終了コードです"),
    ("local-trouble", "プログラムを実行できないか、フォルダに書き込めません"),
    ("unaddressable", "宛先をプログラムに渡せません"),
    // What providers are known to say.
    ("docomo-unknown-user", "このドコモのアドレスは存在しません"),
    ("docomo-too-many-recipients", "1回の接続での宛先数の上限に達しました"),
    ("docomo-mailbox-full", "宛先のメールボックスがいっぱいです"),
    ("docomo-restricted", "迷惑メール対策または大量送信のため制限されました。解除されることがあります"),
    ("docomo-filtered", "宛先のフィルターが迷惑メールと判定しました"),
    ("softbank-invalid-recipient", "このソフトバンクのアドレスは存在しません"),
    ("softbank-sender-domain", "`from` のドメインがDNSに登録されていません"),
    (
        "microsoft-sender-throttled",
        "送信したメールの多くが拒否されたため、アカウントが制限されています。原因を調べて、しばらく待ってください",
    ),
    (
        "microsoft-send-as-denied",
        "このFromでは送信できません。`from` をアカウントのアドレスにするか、管理者に許可を求めてください",
    ),
    (
        "microsoft-three-connections",
        "1つのメールボックスの同時接続は3本までです。`connections` を減らしてください",
    ),
    ("microsoft-too-many-recipients", "1通あたりの宛先数の上限に達しました"),
    ("microsoft-smtp-auth-off", "このメールボックスまたは組織では、SMTPのログインが無効です"),
    ("microsoft-password-login-ended", "パスワードでのログインは終了しました。トークンを使ってください"),
    ("gmail-daily-limit", "アカウントの1日の送信数の上限に達しました。最大24時間送信できません"),
    ("gmail-too-many-logins", "短時間のログイン回数が多すぎます"),
    ("gmail-not-now", "このアカウントからの送信が多すぎるか、Gmail側の障害です。接続は閉じられます"),
    (
        "gmail-app-password",
        "16文字のアプリパスワードまたはトークンが必要です。アカウントのパスワードは使えません",
    ),
    ("gmail-recipient-over-rate", "宛先の受信数が、一定時間の上限を超えています"),
];

/// What a rule means; `None` for one that this version does not know.
pub(super) fn in_japanese(rule: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(name, _)| *name == rule).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_there_is_has_a_meaning_in_japanese() {
        for rule in delivery::verdict::RULES {
            assert!(in_japanese(rule.name).is_some(), "{}", rule.name);
        }
        let own = || crate::config::presets().iter().flat_map(|preset| &preset.phrases.0);
        for phrase in own() {
            assert!(in_japanese(&phrase.rule).is_some(), "{}", phrase.rule);
        }
        let is_known = |name: &str| {
            delivery::verdict::RULES.iter().any(|rule| rule.name == name) || own().any(|it| it.rule == name)
        };
        assert!(MEANINGS.iter().all(|(name, _)| is_known(name)));
    }
}
