//! What the pages of `alertmail` say besides its help, in both languages.

use crate::exit::Exit;
use crate::notice::Tongue;

/// What clap's generator writes of its own, and the same in Japanese. Headings are those of the Linux manual in Japanese,
/// which `mandb` knows.
const OF_CLAP: [(&str, &str); 8] = [
    ("\n.SH NAME\n", "\n.SH 名前\n"),
    ("\n.SH SYNOPSIS\n", "\n.SH 書式\n"),
    ("\n.SH DESCRIPTION\n", "\n.SH 説明\n"),
    ("\n.SH OPTIONS\n", "\n.SH オプション\n"),
    ("\n.SH SUBCOMMANDS\n", "\n.SH コマンド\n"),
    ("\\fIPossible values:\\fR", "指定できる値:"),
    ("\n\\fIPossible values:\\fR", "\n指定できる値:"),
    ("<\\fIsubcommands\\fR>", "<\\fIコマンド\\fR>"),
];

/// A page in Japanese, without what the generator says in English.
pub(super) fn of_clap(page: &str) -> String {
    let mut page = page.to_owned();
    for (english, japanese) in OF_CLAP {
        page = page.replace(english, japanese);
    }
    let lines = page.lines().map(|line| {
        let variable = line.strip_prefix("May also be specified with the ");
        match variable.and_then(|rest| rest.trim_end().strip_suffix(" environment variable.")) {
            Some(variable) => format!("環境変数 {variable} でも指定できる。"),
            None => {
                line.replace(" [default: ", " [既定値: ").replace("[possible values: ", "[指定できる値: ")
            }
        }
    });
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// What an exit code means.
pub(super) fn meaning(tongue: Tongue, exit: Exit) -> &'static str {
    let (english, japanese) = match exit {
        Exit::Done => ("Done. `check`: all is well.", "成功。`check`: 異常なし。"),
        Exit::Warning => (
            "`check`: somebody should look today. `demo`: something did not arrive.",
            "`check`: 今日中に確認が必要。`demo`: 届かなかったものがある。",
        ),
        Exit::Critical => ("`check`: somebody should look now.", "`check`: 至急確認が必要。"),
        Exit::Unknown => ("`check`: the spool cannot be read.", "`check`: スプールを読めない。"),
        Exit::Usage => ("The command line makes no sense.", "コマンドラインの指定に誤りがある。"),
        Exit::Data => (
            "No alert has this id, or several have, or what was read makes no sense. `send`: a recipient, the sender or the message is refused.",
            "この ID のアラートがないか、複数ある。または、読んだ内容に誤りがある。`send`: 宛先、差出人またはメールを拒否された。",
        ),
        Exit::NoInput => (
            "There is no spool, or it or a file cannot be read.",
            "スプールがない。または、スプールかファイルを読めない。",
        ),
        Exit::Unavailable => (
            "Another agent has the spool, or a user or group that is needed does not exist. `send`, `probe`: no connection, no TLS, no service.",
            "ほかのエージェントがスプールを使用中。または、必要な利用者かグループがない。`send`、`probe`: 接続できない、TLS を使えない、またはサービスがない。",
        ),
        Exit::CannotCreate => ("A folder or file cannot be made.", "フォルダかファイルを作成できない。"),
        Exit::Io => ("The disk failed.", "ディスクの異常。"),
        Exit::NotNow => (
            "`send`, `probe`: the provider asks to come back later. `send`: it may have the mail, the reply was lost.",
            "`send`、`probe`: プロバイダに、後で再試行するよう求められた。`send`: 応答を受け取れず、送信できた可能性がある。",
        ),
        Exit::NoPermission => (
            "No permission. `send`, `probe`: the login is refused or impossible.",
            "権限がない。`send`、`probe`: ログインを拒否されたか、ログインできない。",
        ),
        Exit::Config => (
            "The configuration makes no sense; the line and the key are named.",
            "設定に誤りがある（行とキーを示す）。",
        ),
    };
    tongue.either(english, japanese)
}
