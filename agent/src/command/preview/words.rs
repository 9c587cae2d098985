//! What `alertmail preview` says of a mail, in both languages. Names of fields stay as they stand in the mail.

use mime::carrier::{Piece, Weight};

use crate::notice::{self, Tongue};
use crate::output::terminal::columns;

/// Columns of the names in front of values.
const NAME_COLUMNS: usize = 10;

/// What stands in front of a value, or above a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Alert,
    For,
    Unusable,
    NoMail,
    AsShown,
    Differs,
    Docomo,
    Part,
    Sent,
    Relayed,
    Received,
    ShownAs,
    List,
}

pub(super) fn word(tongue: Tongue, word: Word) -> &'static str {
    let (english, japanese) = match word {
        Word::Alert => ("alert", "アラート"),
        Word::For => ("for", "宛先"),
        Word::Unusable => ("unusable", "無効な宛先"),
        Word::NoMail => ("no mail", "メールにできません"),
        Word::AsShown => ("as a reader shows it", "メールソフトでの表示"),
        Word::Differs => ("how it differs from the alert", "アラートとの違い"),
        Word::Docomo => ("what docomo makes of it", "ドコモでの扱い"),
        Word::Part => ("PART", "部分"),
        Word::Sent => ("SENT", "送信時"),
        Word::Relayed => ("RELAYED", "中継後"),
        Word::Received => ("IN THE MAILBOX", "受信時"),
        Word::ShownAs => ("SHOWN AS", "表示"),
        Word::List => ("list", "一覧表示"),
    };
    tongue.either(english, japanese)
}

/// A name with as many blanks behind it as bring it to its columns.
pub(super) fn name(name: &str) -> String {
    let blanks = NAME_COLUMNS.saturating_sub(columns(name)).max(1);
    format!("{name}{}", " ".repeat(blanks))
}

pub(super) fn as_sent(tongue: Tongue, sender: &str, octets: usize) -> String {
    tongue.either(
        format!("as it is sent, as {sender}: {octets} octets (␛ stands for ESC)"),
        format!("送信される内容（差出人 {sender}、{octets}バイト、␛ は ESC）"),
    )
}

pub(super) fn listed(tongue: Tongue, wide: usize) -> String {
    tongue.either(
        format!("(what a list on a phone surely shows of the subject: {wide} wide characters)"),
        format!("（携帯電話の一覧で確実に表示される件名: 全角{wide}文字）"),
    )
}

pub(super) fn weight(tongue: Tongue, weight: Weight) -> &'static str {
    match tongue {
        Tongue::English => weight.as_str(),
        Tongue::Japanese => match weight {
            Weight::Changed => "変更",
            Weight::InDoubt => "不明",
            Weight::Lost => "消失",
            Weight::Refused => "拒否",
        },
    }
}

pub(super) fn file(tongue: Tongue, name: &str, media_type: &str, octets: usize) -> (String, String) {
    (
        tongue.either("file", "添付").to_owned(),
        tongue.either(
            format!("{name} ({media_type}, {octets} octets)"),
            format!("{name}（{media_type}、{octets}バイト）"),
        ),
    )
}

/// A part of a mail: fields of its header are called what they are.
pub(super) fn piece(tongue: Tongue, piece: Piece) -> &'static str {
    match piece {
        Piece::Text => tongue.either("text", "本文"),
        field => field.as_str(),
    }
}

/// Why there is no mail, or what became of one.
pub(super) fn why(tongue: Tongue, reason: &str) -> String {
    notice::why(tongue, reason)
}
