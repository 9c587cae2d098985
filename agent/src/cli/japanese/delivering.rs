//! What the help says of providers and of the agent: run, reload, config, providers, probe, drill, route, send.

/// Each short text, by the English one.
pub(super) const PHRASES: &[(&str, &str)] = &[
    ("Run the agent until SIGTERM", "エージェントを実行（SIGTERM で終了）"),
    (
        "Show every dialogue with a provider on stderr, without credentials and messages",
        "プロバイダとの通信をすべて標準エラー出力に表示（認証情報とメールの中身を除く）",
    ),
    ("Let the running agent use a changed configuration", "稼働中のエージェントに設定を読み直させる"),
    (
        "Name every mistake in the configuration, or show what it means",
        "設定の誤りをすべて指摘、または有効な設定を表示",
    ),
    (
        "Name every mistake in the configuration, and what deserves attention",
        "設定の誤りと、注意が必要な点をすべて指摘",
    ),
    (
        "Show what holds, presets and defaults filled in, and where each value comes from",
        "プリセットと既定値を補った有効な設定を、各値の出どころとともに表示",
    ),
    ("One JSON document", "1つの JSON 文書で出力"),
    (
        "Show which providers are configured and how they stand, and what is known of others",
        "設定済みのプロバイダとその状態、およびプリセットの情報を表示",
    ),
    (
        "Ask providers what they offer, and say whether they can be used",
        "プロバイダに接続し、使えるかどうかを調査",
    ),
    (
        "Its name in the configuration, or HOST:PORT; without it, all of the configuration in turn",
        "設定でのプロバイダ名、または HOST:PORT（省略時は、設定にあるものを順にすべて）",
    ),
    (
        "Log in as well; otherwise nothing secret is sent",
        "ログインも行う（指定しなければ、秘密の情報は送信しない）",
    ),
    (
        "When TLS starts, for HOST:PORT; usually by the port: 465 implicit, else starttls",
        "HOST:PORT での TLS の開始時期（省略時はポートで決まる: 465 は implicit、ほかは starttls）",
    ),
    ("After the STARTTLS command", "STARTTLS コマンドの後"),
    ("From the first octet", "接続の最初から"),
    ("Never", "使わない"),
    (
        "Certificates (PEM) that vouch for HOST:PORT, in place of the system's",
        "HOST:PORT を検証する CA 証明書（PEM）。システムのものの代わりに使用",
    ),
    ("Seconds for each way in", "接続方法ごとの制限時間（秒）"),
    ("Show the dialogue on stderr", "通信の内容を標準エラー出力に表示"),
    (
        "Ask providers now whether they could take an alert, with their logins and without a mail",
        "プロバイダを今すぐ点検（ログインまで行い、メールは送信しない）",
    ),
    (
        "Its name in the configuration; without it, all of them in turn",
        "設定でのプロバイダ名（省略時は順にすべて）",
    ),
    (
        "Send a small mail through it, to those of `[drills] canary_to`, in place of the probe",
        "点検の代わりに、`[drills] canary_to` の宛先へ小さな試験メールを送信",
    ),
    (
        "Say which providers would be asked for an alert, in which order, and why",
        "アラートをどのプロバイダに、どの順で送信するかを、理由とともに表示",
    ),
    (
        "A recipient, or an alias of the configuration; may be repeated. Without any: [alerts] to",
        "宛先、または設定にあるエイリアス（繰り返し可）。省略時は [alerts] の to",
    ),
    ("How urgent the alert is: critical, warning or info", "アラートの重要度: critical、warning、info"),
    ("What it is about", "アラートのキー"),
    (
        "Who writes it, since not everybody may name everybody; without it, somebody who may",
        "アラートを書く利用者（利用者によって、指定できる宛先が限られるため）。省略時は制限なし",
    ),
    (
        "Send one message now, past the spool, and show the dialogue",
        "スプールを通さずにメールを1通すぐに送信し、通信の内容を表示",
    ),
    ("Where to and as whom", "送信先と差出人"),
    (
        "A provider of the configuration; the options below take the place of what it says",
        "設定にあるプロバイダ（以下のオプションは、その設定より優先）",
    ),
    ("Host name or address of the mail server", "メールサーバーのホスト名かアドレス"),
    ("Its port; usually by --tls: 587, 465 or 25", "ポート番号（省略時は --tls に応じて 587、465、25）"),
    (
        "When TLS starts; usually by the port: 465 implicit, else starttls",
        "TLS の開始時期（省略時はポートで決まる: 465 は implicit、ほかは starttls）",
    ),
    (
        "Certificates (PEM) that vouch for the server, in place of the system's",
        "サーバーを検証する CA 証明書（PEM）。システムのものの代わりに使用",
    ),
    ("What is said with EHLO", "EHLO で名乗る名前"),
    ("As whom to log in; without it there is no login", "ログインする利用者名（省略時はログインしない）"),
    (
        "Mechanisms, best first: auto, none, or names with commas in between",
        "認証方式（優先順）: auto、none、またはカンマ区切りの方式名",
    ),
    (
        "File with the password, readable by its owner only; `-` is the first line of stdin",
        "パスワードのファイル（所有者だけが読めること）。`-` は標準入力の1行目",
    ),
    (
        "File with lines of user:server:password, readable by its owner only",
        "「利用者:サーバー:パスワード」の行からなるファイル（所有者だけが読めること）",
    ),
    (
        "Envelope sender, and the address in the header From unless --header-from has another",
        "エンベロープの差出人。--header-from がなければ、From ヘッダのアドレスも兼ねる",
    ),
    (
        "Header From: a name, an address, or both as in 'NAME <ADDRESS>'",
        "From ヘッダ: 名前、アドレス、または両方（'NAME <ADDRESS>' の形）",
    ),
    ("auto, utf-8 or iso-2022-jp", "文字コード: auto、utf-8、iso-2022-jp"),
    ("The mail", "メール"),
    ("A recipient of a copy", "Cc の宛先"),
    ("A recipient whom the others do not see", "Bcc の宛先（ほかの宛先には見えない）"),
    ("The subject", "件名"),
    ("File with the body; `-` is stdin", "本文のファイル（`-` は標準入力）"),
    (
        "Seconds for the connection, and for the reply to each command",
        "接続と、各コマンドへの応答の制限時間（秒）",
    ),
    (
        "How much of the dialogue is shown on stderr; `--trace` alone: without the message",
        "標準エラー出力に表示する通信の範囲（`--trace` だけなら、メールの中身を除く）",
    ),
    ("Nothing", "表示しない"),
    ("Commands and replies", "コマンドと応答"),
    ("The message as well", "メールの中身も含む"),
    ("Show the mail that would be sent, and send nothing", "送信するはずのメールを表示し、送信はしない"),
    ("With --dry-run: the mail as it stands on the wire", "--dry-run で、メールを送信データのまま出力"),
    (
        "The body; `-`, and neither this nor --body-file, is stdin",
        "本文。`-` のとき、または --body-file も本文もないときは標準入力",
    ),
];

/// What stands below the options, by the command.
pub(super) const ENDS: &[(&str, &str)] = &[
    (
        "run",
        "\
例:
  alertmail run --config /etc/alertmail/alertmail.toml
  alertmail run --config home.toml --spool /tmp/spool
  alertmail run --config home.toml --trace",
    ),
    (
        "reload",
        "\
エージェントは、起動時に指定された設定ファイルと、そこにある秘密の情報を読み直します。誤りがあれば、このコマンドがその場所を示して終了コード 78 で終わり、エージェントは元の設定のまま動き続けます。誤りがなければ、送信中のものを終えてから新しい設定に切り替え、待機中のアラートにも適用します。切り替えが済むと、コマンドが終わります。SIGHUP でも同じことができますが、結果は表示されません。スプール、ソケット、予備フォルダの場所を変えるには、再起動が必要です。

例:
  alertmail reload
  alertmail reload --config /etc/alertmail/alertmail.toml",
    ),
    (
        "config check",
        "\
誤りごとにファイルと行を示し、その下に、書ける値を示します。警告（終了した、またはまもなく終了するサービス、ほかの利用者が読める、または存在しない秘密の情報）だけなら、エージェントは起動します。`ca_file` の証明書は読みますが、秘密の情報は読まず、コマンドも実行せず、どこにも接続しません（接続の確認は `alertmail probe`）。

終了コード: 0 誤りなし（警告の有無は問わない）、78 誤りがある、または読める設定がない。

例:
  alertmail config check
  alertmail config check --config /etc/alertmail/alertmail.toml
  alertmail config check --json",
    ),
    (
        "config show",
        "\
各値の後ろに、その出どころ（ファイルと行、プリセット、default のいずれか）を示します。取り込んだファイルは1つにまとめます。出力は、パスを絶対パスにした、そのまま使える設定です。秘密の情報は読まず、どこから読むかだけを示します。秘密の情報を得るコマンドの引数と、dead_man_url のパスは *** と表示するので、使う前に書き入れてください。

終了コード: 0、または 78（設定に誤りがある場合。誤りを示します）。

例:
  alertmail config show
  alertmail config show --json",
    ),
    (
        "providers",
        "\
まず、設定にあるプロバイダを送信を試す順に、ジャーナルから読み取った状態とともに示します。続いて、プリセットを確認日とともに示します。LANG が日本語なら、注記も日本語です。

例:
  alertmail providers
  alertmail providers --json",
    ),
    (
        "probe",
        "\
接続方法をすべて示します。最初に到達できたものが、メールの送信に使われます。終了コード 0 は、調べたすべてのプロバイダが使えることを表します。そうでなければ、最初に使えなかったものの終了コードになります。69: 接続できない、TLS を使えない、またはサービスがない。75: 後で再試行するよう求められた。77: ログインを拒否されたか、ログインできない。78: 秘密の情報を読めない。

例:
  alertmail probe                                    設定にあるすべてのプロバイダ
  alertmail probe home --auth                        1つだけ、ログインも確認
  alertmail probe mail.example.jp:587                設定にないサーバ
  alertmail probe 192.0.2.1:25 --tls none --trace    同じく TLS なしで、通信の内容も表示",
    ),
    (
        "drill",
        "\
`alertmail probe --auth` と同じく、接続、TLS、ログインを試して切断し、メールは送信しません。エージェントも `[drills] every` の間隔で自動的に点検します。最後の結果は `alertmail providers` と `alertmail check` に表示されます。--canary を指定すると、エージェントが `[drills] canary` の間隔で送るものと同じ、小さな試験メールを送信します。終了コードは probe と同じです。--canary では send と同じです。

例:
  alertmail drill                                    設定にあるすべてのプロバイダ
  alertmail drill yahoo --json                       1つだけ（プログラム向け）
  alertmail drill --canary                           すべてのプロバイダから試験メールを送信",
    ),
    (
        "route",
        "\
何も送信せず、プロバイダにも接続しません。終了コード 0: 指定したすべての宛先に、送信できるプロバイダがある。65: どこにも送信できない宛先がある。64: その重要度か利用者がない。

例:
  alertmail route --to root                                        エイリアス
  alertmail route --to oncall@example.jp --severity critical --key disk/root
  alertmail route --to ops@example.com --from-user nagios --json   この利用者が書いたアラートとして",
    ),
    (
        "send",
        "\
終了コード 0: 全員に送信済み。65: 宛先、差出人またはメールを拒否された。69: 接続できない、TLS を使えない、またはサービスがない。75: 後で再試行が必要、または応答を受け取れなかった。77: ログインを拒否されたか、ログインできない。誰に送信できたかを1行で示します。

例:
  alertmail send --provider home --to ops@example.jp --subject test works
  alertmail send --provider home --tls implicit --auth login --trace=full works
  alertmail send --provider home --to ops --subject 試験 --dry-run x
  alertmail send --server mail.example.jp --from a@example.jp --to b@example.jp -
  alertmail send --server mail.example.jp --user a --password-file pw --from a@example.jp x

本文は、コマンドライン、--body-file、標準入力のいずれかから読みます。",
    ),
];
