//! alertmail-spool(5): where alerts lie, in short; the contract itself is `spool-format/README.md`.

use spool_format::Folder;
use spool_format::folder::{SYSTEM_RUN, SYSTEM_SPOOL};

use super::Page;
use super::roff::Roff;
use crate::notice::Tongue;

pub(super) fn page(tongue: Tongue) -> Page {
    let either = |english, japanese| tongue.either(english, japanese);
    let summary = either(
        "alerts on disk: folders, files and journal",
        "ディスク上のアラート（フォルダ、ファイル、ジャーナル）",
    );
    let mut page = Roff::new("alertmail-spool", 5, summary, tongue);
    page.heading(either("DESCRIPTION", "説明"));
    page.paragraph(&tongue.either(
        format!(
            "The spool is the contract between programs that have an alert to send, the agent that sends it, and whoever wants \
             to know what became of it. That of the machine is `{SYSTEM_SPOOL}`; there everybody may put alerts in, and nobody \
             may list, read or remove those of others. A private spool belongs to one user. `alertmail spool init` makes both."
        ),
        format!(
            "スプールは、アラートを送りたいプログラム、送信するエージェント、結果を知りたい人の間の取り決めである。\
             マシンのスプールは `{SYSTEM_SPOOL}` で、誰でもアラートを入れられるが、他人のアラートを一覧、閲覧、削除することはできない。\
             個人用のスプールは1人の利用者のものである。どちらも `alertmail spool init` で作成する。"
        ),
    ));
    page.paragraph(either(
        "An alert is one file, `ID.json`: one JSON object in UTF-8 and a line end, at most 8 MiB. The folder in which it lies \
         says how it stands. Its id has 26 characters and the layout of a ULID in lower case; ids sort by time. Required are \
         `version` (1) and one of `subject`, `body` and `message`; further fields are to, cc, bcc, severity, key, resolves, ttl, \
         sender, from_name, headers, attachments, source and created.",
        "アラートは1つのファイル `ID.json` で、UTF-8 の JSON オブジェクト1つと改行からなる（最大 8 MiB）。どのフォルダにあるかが状態を表す。\
         ID は 26 文字で、ULID を小文字で書いたもの。ID の順は時刻の順になる。`version`（1）と、`subject`、`body`、`message` のどれかが必要。\
         ほかに to、cc、bcc、severity、key、resolves、ttl、sender、from_name、headers、attachments、source、created がある。",
    ));
    files(&mut page, tongue);
    page.heading(either("WRITING AN ALERT", "アラートの書き方"));
    page.paragraph(either(
        "`enqueue` does it. A program of your own makes an id, creates submit/incoming/.ID.tmp exclusively with mode 0640, \
         writes, syncs, renames it to ID.json, and syncs the folder or, if it may not open that, the file once more. Only then \
         the alert is stored.",
        "`enqueue` を使う。自分のプログラムで書く場合は、ID を作り、submit/incoming/.ID.tmp をモード 0640 で新規に作成（O_EXCL）し、\
         書き込んで sync し、ID.json に名前を変え、フォルダを（開けなければファイルをもう一度）sync する。ここまで済めばアラートは失われない。",
    ));
    page.heading(either("NOTES", "注意"));
    page.paragraph(either(
        "All of it, with the fields' meanings and limits, the socket, the events of the journal, schemas and two complete \
         programs, stands in /usr/share/doc/alertmail/spool-format/README.md.",
        "各項目の意味と上限、ソケット、ジャーナルのイベント、スキーマ、完全なプログラムの例2つを含む全体は、\
         /usr/share/doc/alertmail/spool-format/README.md（英語）にある。",
    ));
    page.see_also(&["enqueue(1)", "alertmail(1)", "alertmail-spool-init(1)", "alertmail.toml(5)"]);
    Page::new("alertmail-spool.5", tongue, page.into_text())
}

fn files(page: &mut Roff, tongue: Tongue) {
    let either = |english, japanese| tongue.either(english, japanese);
    page.heading(either("FILES", "ファイル"));
    page.paragraph(either("Below the spool:", "スプールの中:"));
    for folder in Folder::ALL {
        let (parent, text) = match folder {
            Folder::Incoming => (
                "submit",
                either(
                    "New alerts, and as `.ID.tmp` the drafts of those who write them. Anybody may create and rename here.",
                    "新しいアラートと、書きかけの `.ID.tmp`。誰でも作成と名前の変更ができる。",
                ),
            ),
            Folder::Deferred => (
                "queue",
                either(
                    "Somebody is still without it; it is tried again.",
                    "未達の宛先があり、再送を待っている。",
                ),
            ),
            Folder::Dead => (
                "queue",
                either(
                    "Nobody will take it. Kept until somebody decides: alertmail-requeue(1), alertmail-purge(1).",
                    "送信を断念したもの。alertmail-requeue(1) か alertmail-purge(1) で処置するまで残る。",
                ),
            ),
            Folder::Corrupt => (
                "queue",
                either(
                    "What was no alert, and beside it `NAME.reason`.",
                    "アラートではなかったファイルと、その理由 `NAME.reason`。",
                ),
            ),
        };
        page.item(&format!("{parent}/{}/", folder.as_str()), text);
    }
    page.item(
        "queue/journal/",
        either(
            "What happened, one JSON object a line, one file a day (UTC): `2026-11-25.jsonl`. alertmail-log(1) reads it aloud.",
            "起きたことの記録。1行に JSON オブジェクト1つ、1日（UTC）に1ファイル（`2026-11-25.jsonl`）。alertmail-log(1) で読める。",
        ),
    );
    page.item(
        "queue/lock",
        either(
            "Held by a running agent; its presence means nothing.",
            "実行中のエージェントがロックする。ファイルがあるだけでは何も意味しない。",
        ),
    );
    page.paragraph(either("In memory, for the spool of the machine:", "メモリ上（マシンのスプールの場合）:"));
    page.item(
        &format!("{SYSTEM_RUN}/submit.sock"),
        either(
            "Takes alerts from those who cannot write into the spool. In a private spool it is submit/socket.",
            "スプールに書き込めない利用者からアラートを受け取る。個人用のスプールでは submit/socket。",
        ),
    );
    page.item(
        &format!("{SYSTEM_RUN}/spare/"),
        either(
            "Takes alerts when nothing else does, if the administrator has made it. It survives no power cut.",
            "管理者が作成していれば、ほかのどこにも書けないアラートを受け取る。停電で失われる。",
        ),
    );
}
