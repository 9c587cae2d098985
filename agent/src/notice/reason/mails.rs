//! How the mail that went out differs from the alert: what was cut, left out or written otherwise.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    ("Subject: cut to its limit", "件名を上限までで切りました"),
    ("text: cut to its limit", "本文を上限までで切りました"),
    ("larger than {} octets even without its text", "本文を除いても{}バイトを超えています"),
    (
        "larger than {} octets, and nothing can be cut out of it",
        "{}バイトを超えていますが、削れる部分がありません",
    ),
    ("and {} more", "ほか{}件"),
    // Attachments and fields of the header.
    ("attachment `{}` left out: too large", "添付ファイル「{}」は大きすぎるため省きました"),
    ("name of attachment `{}` was cut to {} octets", "添付ファイル「{}」の名前を{}バイトまでで切りました"),
    (
        "attachment `{}`: media type `{}` not usable, sent as {}",
        "添付ファイル「{}」: メディアタイプ「{}」は使えないため、{}として送信しました",
    ),
    ("header `{}` left out: not a valid name", "ヘッダ「{}」は名前が正しくないため省きました"),
    ("header `{}` left out: name too long", "ヘッダ「{}」は名前が長すぎるため省きました"),
    (
        "header `{}` left out: only alertmail and mail servers write it",
        "ヘッダ「{}」は alertmail とメールサーバーだけが書くため省きました",
    ),
    ("header `{}` left out: it cannot be read", "ヘッダ「{}」は読み取れないため省きました"),
    ("parameter `{}` of {} left out: too long", "パラメータ「{}」（{}）は長すぎるため省きました"),
    ("a second Subject left out: `{}`", "2つ目の件名「{}」を省きました"),
    ("no valid Date: `{}`", "日付「{}」が正しくないため、書き直しました"),
    ("no valid Message-ID: `{}`", "Message-ID「{}」が正しくないため、付け直しました"),
    // Charsets.
    ("Subject: {>}", "件名: {>}"),
    ("text: {>}", "本文: {>}"),
    ("name of an attachment: {>}", "添付ファイルの名前: {>}"),
    ("name of {}: {>}", "「{}」の名前: {>}"),
    ("header `{}`: {>}", "ヘッダ「{}」: {>}"),
    ("written for ISO-2022-JP: {}", "ISO-2022-JP にない文字を置き換えました: {}"),
    (
        "sent as UTF-8: ISO-2022-JP has nothing for {}",
        "ISO-2022-JP で表せない文字（{}）があるため、UTF-8 で送信しました",
    ),
    // Whole messages.
    (
        "the message has more parts within parts than can be mended: attached as message.eml",
        "パートの入れ子が深すぎて直せないため、message.eml として添付しました",
    ),
    (
        "the text is not encoded as it says: sent as it stands",
        "本文が宣言どおりにエンコードされていないため、そのまま送信しました",
    ),
    (
        "the text is not in the charset that it names: another one was found",
        "本文が宣言された文字コードではないため、推定した文字コードで読みました",
    ),
    (
        "a part is not encoded as it says: sent as it stands",
        "宣言どおりにエンコードされていないパートを、そのまま送信しました",
    ),
    (
        "a signed part has octets that no mail can hold: mended, its seal is broken",
        "署名されたパートにメールで送れないバイトがあるため直しました（署名は無効になります）",
    ),
    (
        "template `{}`: {}; the mail is worded as the alert was given",
        "テンプレート「{}」: {}（アラートの文面のまま送信しました）",
    ),
];
