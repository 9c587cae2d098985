//! What a carrier makes of a mail, and who says so.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    (
        "the relay refuses mail without a header that ends",
        "ヘッダの終わりがないメールは中継サーバーが拒否します",
    ),
    (
        "the relay refuses mail without an address in From",
        "From にアドレスがないメールは中継サーバーが拒否します",
    ),
    (
        "the relay refuses mail whose From is {}: it has to be {}",
        "From が {} のメールは中継サーバーが拒否します（{} であること）",
    ),
    ("the relay refuses {} octets: it takes {}", "{}バイトのメールは中継サーバーが拒否します（上限 {}）"),
    (
        "a mail whose header is missing or does not end is shown as a file",
        "ヘッダがない、または終わりがないメールは、ファイルとして表示されます",
    ),
    ("{} octets: no mailbox takes more than {}", "{}バイト: メールボックスの上限は最大でも{}バイトです"),
    (
        "{} octets: a mailbox may be set to take {} at most",
        "{}バイト: 受信サイズの上限が{}バイトの設定のことがあります",
    ),
    (
        "From is at {}, and the mail comes from elsewhere: taken for a forgery",
        "From が {} なのに外部から届くため、なりすましと判断されることがあります",
    ),
    (
        "a link in the text: a filter that the user has set may keep the mail away",
        "本文にリンクがあるため、利用者の設定したフィルタで届かないことがあります",
    ),
    ("HTML: the matrix says nothing about it", "HTML: 変換表に記載がありません"),
    ("a line of {} octets: docomo takes {}", "{}バイトの行があります（docomo の上限 {}）"),
    ("files: the matrix says nothing about them", "添付ファイル: 変換表に記載がありません"),
    ("phones may show \\ as ¥ and ~ as ‾", "\\ が ¥、~ が ‾ と表示される端末があります"),
    ("{} has nothing for {}; {} stands for it here", "{} には {} がありません（ここでは {} で表します）"),
    ("{} is not in every {}, and may be lost", "{} のない {} もあり、失われることがあります"),
    (
        "half-width katakana become full-width: {} has no others",
        "半角カタカナは全角になります（{} には全角しかありません）",
    ),
    // Who says so.
    (
        "conversion matrix of the OP25B article by the author of clsmtpc",
        "clsmtpc の作者によるOP25Bの記事の変換表",
    ),
    (
        "transcript of the relay in the OP25B article by the author of clsmtpc",
        "clsmtpc の作者によるOP25Bの記事にある中継サーバーとのやりとり",
    ),
    ("docomo's notice to senders of mail (smtp_notice)", "docomo によるメール送信者への案内（smtp_notice）"),
    ("sendmagic, filters and replies of docomo", "sendmagic によるdocomoのフィルタと応答の解説"),
    ("blastengine, receive size at docomo", "blastengine によるdocomoの受信サイズの解説"),
    ("JIS X 0201, the one-octet half of Shift_JIS", "JIS X 0201（Shift_JIS の1バイト部分）"),
    ("assumed by alertmail", "alertmail の推測"),
];

/// Each remark and each source that the code of the carrier has comes out without a piece of English.
#[test]
fn every_remark_about_docomo_is_said_in_japanese() {
    use crate::notice::english::is_left_in;
    use mime::carrier::docomo::{
        ASSUMED, MEASURED, REPLIES, ROMAN, SENDERS, SETTINGS, TRANSCRIPT, mailbox, relay,
    };
    use mime::carrier::{File, Form, Header, Letter, Part, Piece, Transfer};

    let part = |piece, charset: &str, text: &str| Part {
        piece,
        form: Form { charset: charset.into(), transfer: Transfer::Base64 },
        text: text.into(),
    };
    let letter = |charset: &str, header, sender: Option<&str>, octets, longest_line| Letter {
        header,
        sender: sender.map(str::to_owned),
        date_ms: None,
        parts: vec![
            part(Piece::Subject, charset, "ﾊﾝｶｸ 🚨 ① \\~"),
            part(Piece::Text, charset, "ﾊﾝｶｸ 🚨 ① \\~ https://example.com/"),
        ],
        files: vec![File { name: "a".into(), media_type: "text/csv".into(), octets: 1 }],
        octets,
        longest_line,
        is_html: true,
    };
    let mut said = std::collections::BTreeSet::new();
    for letter in [
        letter("UTF-8", Header::Open, None, 100, 10),
        letter("UTF-8", Header::Whole, None, 100, 10),
        letter("UTF-8", Header::Whole, Some("a@docomo.ne.jp"), 100, 10),
        letter("UTF-8", Header::Whole, Some("a@docomo.ne.jp"), 5_000_000, 10),
        letter("UTF-8", Header::Whole, Some("a@docomo.ne.jp"), 50_000_000, 100_000),
        letter("ISO-2022-JP", Header::Whole, Some("a@docomo.ne.jp"), 100, 10),
        letter("UTF-8", Header::Whole, Some("b@example.jp"), 500, 10),
    ] {
        for way in [relay(&letter, "a@docomo.ne.jp"), mailbox(&letter, false), mailbox(&letter, true)] {
            said.extend(way.remarks.into_iter().map(|remark| remark.text));
        }
    }
    assert!(said.len() >= 16, "{said:#?}");
    let sources = [&ASSUMED, &MEASURED, &REPLIES, &ROMAN, &SENDERS, &SETTINGS, &TRANSCRIPT];
    said.extend(sources.map(|source| source.who.to_owned()));
    for english in said {
        let japanese = super::in_japanese(&english);
        assert!(japanese != english && !is_left_in(&japanese), "{english}: {japanese}");
    }
}
