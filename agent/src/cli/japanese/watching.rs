//! What the help says of the commands that look: list, show, why, log, stats, page, check, preview.

/// Each short text, by the English one.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (
        "Show what waits, since when, for whom, and why",
        "待機中のアラートを、経過時間・宛先・理由とともに一覧表示",
    ),
    ("Also what was sent, as far as the journal goes back", "送信済みも表示（ジャーナルに残っている範囲）"),
    (
        "Only what stands so; several with commas between them",
        "この状態のものだけ（カンマ区切りで複数指定可）",
    ),
    ("Only those of this severity", "この重要度のものだけ"),
    ("Only those whose key begins so", "キーがこの文字列で始まるものだけ"),
    ("Only those for a recipient whose address contains this", "宛先アドレスにこの文字列を含むものだけ"),
    (
        "Only those that were made longer ago: 90s, 15m, 2h, 3d",
        "発生からこの時間より長く経ったものだけ（90s、15m、2h、3d など）",
    ),
    (
        "Only those that were made less long ago: 90s, 15m, 2h, 3d",
        "発生からこの時間に満たないものだけ（90s、15m、2h、3d など）",
    ),
    (
        "Only what this provider was asked for last, or is being asked for",
        "最後の送信先がこのプロバイダのもの（送信中を含む）だけ",
    ),
    ("Print one JSON object, times in UTC", "1つの JSON オブジェクトで出力（時刻は UTC）"),
    ("Print one JSON object", "1つの JSON オブジェクトで出力"),
    (
        "Print one JSON object a line for each alert and each file that was set aside, and nothing else",
        "アラートと隔離されたファイルを、1件1行の JSON オブジェクトで出力（ほかには何も出力しない）",
    ),
    (
        "Again whenever something changes, at most once in so many seconds (1 if none are said)",
        "変化があるたびに再表示（間隔は最短でこの秒数、省略時は1秒）",
    ),
    ("Show everything that is known of one alert", "1件のアラートの詳細を表示"),
    ("The alert's id, or its beginning", "アラートの ID（先頭の数文字でも可）"),
    ("Print the alert's text and nothing else", "アラートの本文だけを出力"),
    (
        "Print the attachment of this name, octet for octet",
        "この名前の添付ファイルを、そのままのバイト列で出力",
    ),
    ("Print the status page: one HTML file about everything", "状態ページを1つの HTML ファイルとして出力"),
    ("In which language", "ページの言語"),
    ("Show what happened, line by line, and what happens", "これまでの出来事と進行中の出来事を1行ずつ表示"),
    (
        "Only what is about these alerts: ids, or their beginnings",
        "これらのアラートに関するものだけ（ID かその先頭）",
    ),
    ("Only what is about this provider", "このプロバイダに関するものだけ"),
    (
        "Only from then on: a time ago (15m, 2h, 3d), a day or a moment in UTC (2026-11-25, 2026-11-25T04:23:30Z)",
        "これ以降だけ。何時間前か（15m、2h、3d）、または UTC の日付か時刻（2026-11-25、2026-11-25T04:23:30Z）",
    ),
    ("Only until then", "これ以前だけ（書き方は --since と同じ）"),
    ("Only the last so many lines", "最後のこの行数だけ"),
    ("Go on with what is written from now on, until Ctrl-C", "以後に書かれる行も、Ctrl-C まで表示し続ける"),
    (
        "Also the lines with which a day begins, which only repeat what stands",
        "一日の先頭にある、それまでの状態を写しただけの行も表示",
    ),
    (
        "Print the lines as the journal has them, one JSON object each",
        "ジャーナルの行をそのまま出力（1行に JSON オブジェクト1つ）",
    ),
    ("Count what happened, by day and by provider", "日ごと・プロバイダごとに集計"),
    (
        "So many days, today among them, as far as the journal is kept",
        "今日を含めた日数（ジャーナルに残っている範囲）",
    ),
    (
        "Say in words why an alert is where it is, what comes next, and what would change it",
        "アラートが今の状態にある理由・次の動作・対処を文章で説明",
    ),
    (
        "The alert's id, or its beginning; or the name of a file that was set aside",
        "アラートの ID かその先頭、または隔離されたファイルの名前",
    ),
    (
        "Say in one line and an exit code whether somebody has to look",
        "対応が必要かどうかを1行と終了コードで示す",
    ),
    (
        "How long the oldest critical alert may wait before that is a warning",
        "最も古い重大アラートの待ち時間がこれを超えたら WARNING",
    ),
    (
        "How long it may wait before somebody has to look now",
        "最も古い重大アラートの待ち時間がこれを超えたら CRITICAL",
    ),
    (
        "How long any alert may wait before that is a warning",
        "重要度を問わず、最も古いアラートの待ち時間がこれを超えたら WARNING",
    ),
    (
        "How long any alert may wait before somebody has to look now",
        "重要度を問わず、最も古いアラートの待ち時間がこれを超えたら CRITICAL",
    ),
    (
        "How many alerts may be deferred before that is a warning; default: any number",
        "再送待ちの件数がこれを超えたら WARNING（既定は無制限）",
    ),
    (
        "How many may be deferred before somebody has to look now; default: any number",
        "再送待ちの件数がこれを超えたら CRITICAL（既定は無制限）",
    ),
    (
        "Show the mail that an alert becomes: on the wire, as a reader shows it, and what docomo makes of it",
        "アラートがどんなメールになるかを表示",
    ),
    ("An alert that is in no spool; `-` is stdin", "スプールにないアラートのファイル（`-` は標準入力）"),
    (
        "At this provider of the configuration; without it, the first one",
        "設定にあるこのプロバイダの場合（省略時は先頭のプロバイダ）",
    ),
    ("At every provider", "すべてのプロバイダの場合"),
    (
        "Show what docomo's mailbox makes of it also if nobody at docomo.ne.jp gets it",
        "docomo.ne.jp の宛先がなくても、docomo のメールボックスでの扱いを表示",
    ),
    ("Print the octets of the mail and nothing else", "メールのバイト列だけを出力"),
];

/// What stands below the options, by the command.
pub(super) const ENDS: &[(&str, &str)] = &[
    (
        "list",
        "\
緊急度の高いものから順に並びます。読み取りだけを行い、エージェントが動いていなくても使えます。複数のオプションを指定すると、すべてに当てはまるものだけを表示します。

例:
  alertmail list                          送信済み以外のすべて
  alertmail list --all                    送信済みも、ジャーナルに残っている範囲で表示
  alertmail list --state dead,corrupt
  alertmail list --severity critical --older-than 10m --to docomo
  alertmail list --provider home          最後の送信先が home のもの（送信中を含む）
  alertmail list --watch                  変化があるたびに再表示（q か Ctrl-C で終了）
  alertmail list --json",
    ),
    (
        "show",
        "\
読み取りだけを行い、エージェントが動いていなくても使えます。

例:
  alertmail show 01kax3                          ID は、ほかと区別できる長さの先頭部分でよい
  alertmail show 01kax3 --body                   本文の全体（メールでは省略された部分も含む）
  alertmail show 01kax3 --file df.txt            添付ファイル（メールに入りきらなかったものも可）。リダイレクトで保存
  alertmail show 01kax3tzzzzzzzzzzzzzzzzzzz --json",
    ),
    (
        "page",
        "\
外部のファイルを必要としない1つの HTML ページです。キュー、プロバイダ、直近24時間、最近のアラートとその経過を載せます。件名と宛先が含まれます。読み取りだけを行い、エージェントが動いていなくても使えます。[page] listen を設定すると、稼働中のエージェントが同じページをブラウザに表示します。

例:
  alertmail page                        標準出力へ出力。ファイルに保存して開く
  alertmail page --language ja          省略時は LANG に従う",
    ),
    (
        "log",
        "\
読み取りだけを行い、エージェントが動いていなくても使えます。時刻は現地時間です。--json ではジャーナルと同じく UTC です。

例:
  alertmail log --since 2h
  alertmail log 01kax3                           1件のアラートの経過
  alertmail log --provider home --since 2026-11-25
  alertmail log --follow                         起きたことをその場で表示（日付が変わっても続く）
  alertmail log --lines 100 --json",
    ),
    (
        "stats",
        "\
読み取りだけを行い、エージェントが動いていなくても使えます。日付はジャーナルと同じく UTC で区切り、最後の行が今日です。

例:
  alertmail stats
  alertmail stats --days 30
  alertmail stats --days 1 --json",
    ),
    (
        "why",
        "\
読み取りだけを行い、エージェントが動いていなくても使えます。設定ファイルがあれば、次にどのプロバイダへ送信するかも示します。終了コード 65 は、その文字列で始まる ID がないか、複数あることを表します。

例:
  alertmail why 01kax3                           ID は、ほかと区別できる長さの先頭部分でよい
  alertmail why letter.txt                       隔離されたファイル（一覧: alertmail list --state corrupt）
  alertmail why 01kax3tzzzzzzzzzzzzzzzzzzz --json",
    ),
    (
        "check",
        "\
Nagios、Icinga などのプラグインと同じ形式の1行を出力します。文の後ろの `|` 以降は、数値とそのしきい値です。状態は終了コードで表します。

  0 OK        エージェントが稼働中で、以下のどれにも当てはまらない
  1 WARNING   今日中に確認: 待ち時間か再送待ちの件数が --warning-… の
              しきい値を超えた。アラートではないファイルがある。
              プロバイダが除外中、点検に失敗、ログインを拒否、または
              まもなく終了。上限の使用量が残りわずか。
              設定かスプールのモードに問題がある
  2 CRITICAL  至急確認: エージェントが動いていない。待ち時間か再送待ちの
              件数が --critical-… のしきい値を超えた。送信断念がある。
              使えるプロバイダがない。ディスクが満杯か、壊れている
  3 UNKNOWN   スプールか設定を読めない。または、しきい値の誤り

しきい値は、それを超えたときに働きます。-w 2m なら121秒から警告です。単位のない数値は秒とみなします。保留中のアラートの待ち時間は数えません。

例:
  alertmail check
  alertmail check -w 5m -c 30m
  alertmail check --warning-deferred 10 --critical-deferred 100 --json",
    ),
    (
        "preview",
        "\
何も送信せず、何も変更しません。エージェントが動いていなくても使えます。表示するのは、まだ受け取っていない宛先へ今送信するとしたら、そのとおりに送られるメールです。全員に送信済みになるとファイルがなくなるため、表示できなくなります。

例:
  alertmail preview 01kax3                       先頭のプロバイダの場合。ID は先頭部分でよい
  alertmail preview 01kax3 --provider docomo
  alertmail preview --file alert.json --all      スプールにないアラートを、すべてのプロバイダで
  alertmail preview --file alert.json --docomo   docomo の中継サーバーとメールボックスでの扱い
  alertmail preview 01kax3 --octets              バイト列だけ（プログラム向け）",
    ),
];
