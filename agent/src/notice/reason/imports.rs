//! Why a mail in the queue of another program stays there, and what else is rarely said when commands do nothing.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    ("it ends within its envelope", "エンベロープの途中で終わっています"),
    ("it names no recipient", "宛先がありません"),
    ("it has more than {} octets", "{}バイトを超えています"),
    ("its envelope is not text", "エンベロープがテキストではありません"),
    ("its message, {}, is missing", "本文のファイル {} がありません"),
    (
        "a dma process has it and may be sending it; wait for its end, or end it, then run this again",
        "dma のプロセスが送信中の可能性があります。終了を待つか終了させてから、もう一度実行してください",
    ),
    (
        "the mail has {} octets, more than an alert can hold",
        "メールが{}バイトあり、アラートの上限を超えています",
    ),
    (
        "it is in the spool as {}, but cannot be moved: {}",
        "{} としてスプールに入りましたが、元のファイルを移動できません: {}",
    ),
    ("cannot look at {}: {}", "{} を確認できません: {}"),
    ("not taken over: {>}", "取り込めません: {>}"),
    (
        "you may not use the queue `{}`; ask as root",
        "キュー「{}」を使う権限がありません。root で実行してください",
    ),
    ("cannot use the queue `{}`: {}", "キュー「{}」を使えません: {}"),
    ("what was found makes no configuration: {>}", "取り込んだ内容が設定として成り立ちません: {>}"),
    // What a mail goes through.
    ("{} port {}, login as {}", "{} ポート {}、「{}」としてログイン"),
    ("{} port {}, no login", "{} ポート {}、ログインなし"),
];
