//! What the help says of the commands that do something with alerts: retry, hold, release, drop, edit, requeue, purge.

/// Each short text, by the English one.
pub(super) const PHRASES: &[(&str, &str)] = &[
    ("Try alerts that wait now", "待機中のアラートをすぐに再送"),
    ("Ids, or their beginnings", "アラートの ID（先頭の数文字でも可）"),
    (
        "All of them, or all of which the options below are true",
        "すべて。絞り込みのオプションがあれば、それに当てはまるものすべて",
    ),
    ("Let alerts wait until somebody releases them", "アラートを、解除するまで保留"),
    ("Let alerts go on that are held", "アラートの保留を解除"),
    ("Give alerts up, for a reason", "理由を記録して、アラートの送信を断念"),
    ("Why, for whoever looks later", "断念する理由（記録に残る）"),
    ("Do not ask", "確認せずに実行"),
    ("Send an alert to somebody else than it says", "アラートの宛先を変更"),
    (
        "Who is to have it: addresses and aliases, commas between them, also several times",
        "新しい宛先（アドレスかエイリアス。カンマ区切りでも、繰り返しでも指定可）",
    ),
    (
        "In whose place; without it, in the place of all who do not have it",
        "置き換える宛先（省略時は、まだ届いていない宛先すべて）",
    ),
    ("Try dead letters again", "送信断念のアラートを再び送信"),
    ("Remove dead letters for good", "送信断念のアラートを完全に削除"),
];

/// What stands below the options, by the command.
pub(super) const ENDS: &[(&str, &str)] = &[
    (
        "retry",
        "\
それぞれの順番で最初に使えるプロバイダへ送信します。除外中のプロバイダも、アラート1件ずつで試します。保留中のものは、先に保留の解除が必要です。エージェントが動いていなければ、次の起動時に送信します。

例:
  alertmail retry 01kax3                         1件だけ
  alertmail retry --all                          待機中のすべて
  alertmail retry --severity critical --key db/",
    ),
    (
        "hold",
        "\
保留中は期限切れになりません。本文の最後まで送信しつつあるメールは取り消せません。そのアラートは、送信に失敗した場合だけ保留になります。

例:
  alertmail hold 01kax3
  alertmail hold --to @docomo.example.jp",
    ),
    (
        "release",
        "\
すぐに送信します。期限までは、少なくとも1時間の猶予があります。

例:
  alertmail release 01kax3
  alertmail release --all",
    ),
    (
        "drop",
        "\
アラートは消えません。dead/ に残り、断念した利用者と理由がジャーナルに記録されます。`alertmail requeue` で再び送信できます。本文の最後まで送信しつつあるメールは取り消せません。

例:
  alertmail drop 01kax3 --reason \"the test is over\"
  alertmail drop --key lab/ --reason \"the lab is gone\" --yes",
    ),
    (
        "edit",
        "\
すでに届いた宛先への送信は取り消せません。新しい宛先へはすぐに送信し、メールの宛先もその人になります。

例:
  alertmail edit 01kax3 --to oncall@example.jp
  alertmail edit 01kax3 --instead-of onccall@example.jp --to oncall@example.jp",
    ),
    (
        "requeue",
        "\
まだ届いていない宛先へ送信します。有効期間は最初から数え直し、以前に拒否された宛先にも再び送信します。

例:
  alertmail requeue 01kax3
  alertmail requeue --all",
    ),
    (
        "purge",
        "\
ファイルを削除します。アラートの経過と削除した利用者は、ジャーナルを保存している間は残ります。

例:
  alertmail purge --older-than 30d
  alertmail purge 01kax3 --yes",
    ),
];
