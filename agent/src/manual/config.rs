//! alertmail.toml(5), from the table of keys by which the configuration is read.

use super::Page;
use super::roff::Roff;
use crate::config::{Known, known};
use crate::notice::Tongue;

pub(super) fn page(tongue: Tongue) -> Page {
    let either = |english, japanese| tongue.either(english, japanese);
    let summary = either("configuration of the alert mail agent", "アラートメール送信エージェントの設定");
    let mut page = Roff::new("alertmail.toml", 5, summary, tongue);
    page.heading(either("DESCRIPTION", "説明"));
    page.paragraph(either(
        "`alertmail` reads `/etc/alertmail/alertmail.toml`, or the file that `--config` or the variable ALERTMAIL_CONFIG \
         names. It is TOML. Relative paths are relative to the file. Times are written like `90s`, `15m`, `2h` or `3d`. \
         What is not understood is a mistake: it is named with its line and the key that was probably meant, and the agent \
         does not start, with exit code 78. `alertmail reload` lets a running agent use what was changed.",
        "`alertmail` は `/etc/alertmail/alertmail.toml`、または `--config` か環境変数 ALERTMAIL_CONFIG で指定したファイルを読む。\
         形式は TOML。相対パスはこのファイルからの相対。時間は `90s`、`15m`、`2h`、`3d` のように書く。\
         誤りがあれば、その行と、正しいと思われるキーを表示し、エージェントは起動しない（終了コード 78）。\
         変更した設定は `alertmail reload` で実行中のエージェントに反映できる。",
    ));
    page.paragraph(either(
        "For alerts to go anywhere there has to be a `[[provider]]`, and for those that name nobody `to` in `[alerts]`.",
        "アラートを送るには `[[provider]]` が必要で、宛先のないアラートには `[alerts]` の `to` が必要である。",
    ));
    page.heading(either("EXAMPLE", "例"));
    page.lines(EXAMPLE.lines());
    page.heading(either("KEYS", "キー"));
    let mut places: Vec<&str> = Vec::new();
    for Known { place, .. } in known() {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        page.subheading(if place.is_empty() { either("At the top", "先頭") } else { place });
        for key in known().filter(|key| key.place == place) {
            page.item(key.name, &meaning(key, tongue));
        }
    }
    page.heading(either("FILES", "ファイル"));
    page.item(
        "/etc/alertmail/alertmail.toml",
        either(
            "Readable by the agent's group, `alertmail`.",
            "エージェントのグループ `alertmail` が読めるようにする。",
        ),
    );
    page.item(
        "/usr/share/doc/alertmail/examples/alertmail.toml",
        either(
            "Every key, where it stands, with what holds without it.",
            "すべてのキーと、指定しないときの値（英語）。",
        ),
    );
    page.see_also(&["alertmail(1)", "alertmail-providers(1)", "alertmail-probe(1)", "enqueue(1)"]);
    Page::new("alertmail.toml.5", tongue, page.into_text())
}

const EXAMPLE: &str = "\
[alerts]
to = [\"oncall@example.jp\"]

[[provider]]
name = \"home\"
host = \"mail.example.jp\"
user = \"alert\"
password = { file = \"home.secret\" }
from = \"alert@example.jp\"";

fn meaning(key: Known, tongue: Tongue) -> String {
    if tongue == Tongue::Japanese {
        let Known { kind, default, meaning, .. } = key.in_japanese();
        let default =
            if default.is_empty() { String::new() } else { format!("指定しないとき: {default}。") };
        let kind = if kind.is_empty() { String::new() } else { format!("（{kind}）") };
        return format!("{meaning}{kind}。{default}");
    }
    let Known { kind, default, meaning, .. } = key;
    let default = if default.is_empty() { String::new() } else { format!(" Without it: {default}.") };
    let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
    format!("{meaning}{kind}.{default}")
}
