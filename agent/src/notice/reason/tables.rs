//! The tables are sound, and what people meet most comes out of them whole.

use super::*;

#[test]
fn no_sentence_stands_behind_one_that_takes_its_place() {
    for (at, (ours, _)) in sentences().enumerate() {
        let said = ours.replace("{>}", "x").replace("{@}", "x").replace("{}", "x");
        let first = sentences().position(|(ours, _)| holes(ours, &said).is_some());
        assert_eq!(first, Some(at), "{ours}");
    }
}

#[test]
fn no_translation_has_a_place_for_what_the_sentence_has_not() {
    for (ours, japanese) in sentences() {
        let places = |text: &str| text.matches('{').count();
        assert!(places(japanese) <= places(ours), "{ours}");
    }
}

#[test]
fn what_is_wrong_with_settings_spools_and_providers_is_said_in_japanese() {
    for (english, japanese) in [
        (
            "unknown key `passwort` in [[provider]] `home`; did you mean `password`?",
            "「passwort」というキーはありません（[[provider]] `home`）。もしかして: `password`",
        ),
        (
            "alertmail.toml:5: `port` has to be a number from 1 to 65535 in [[provider]] `home`",
            "alertmail.toml:5: 「port」は1から65535までの数値にしてください（[[provider]]「home」）",
        ),
        (
            "`tls`: `ssl` is not a kind of TLS; write \"starttls\", \"implicit\" or \"none\"",
            "`tls`: 「ssl」はTLSの種類ではありません。書けるもの: \"starttls\", \"implicit\" or \"none\"",
        ),
        (
            "`name` is missing: the journal calls the provider by it in [[provider]] number 1",
            "「name」がありません（ジャーナルでプロバイダを表す名前）（[[provider]] の1番目）",
        ),
        (
            "provider `home`: the secret file `/s` has mode 0644, others can read it, and so it will not be used; run: chmod 600 /s",
            "プロバイダ「home」: 秘密の情報のファイル「/s」（モード 0644）は他人も読めるため、使いません。対処: chmod 600 /s",
        ),
        (
            "`/s` can be written by everybody: who may do that can replace the whole spool by another; run: chmod go-w /s",
            "「/s」に誰でも書き込めます（スプール全体を別のものに置き換えられます）。対処: chmod go-w /s",
        ),
        (
            "a login cannot work: the server offers PLAIN for authentication, none of which may be used",
            "ログインできません: サーバーの認証方式（PLAIN）はどれも使用を許可されていません",
        ),
        ("header `X-Big` left out: name too long", "ヘッダ「X-Big」は名前が長すぎるため省きました"),
        ("text: written for ISO-2022-JP: ① as (1)", "本文: ISO-2022-JP にない文字を置き換えました: ① as (1)"),
    ] {
        assert_eq!(in_japanese(english), japanese);
    }
}
