//! What `probe`, `drill` and `send` make of a provider.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    // What a probe comes to.
    (
        "it works: the login was accepted, no mail was sent",
        "使えます。ログインに成功しました（メールは送信していません）",
    ),
    (
        "it works as far as a probe can see; no login is configured",
        "調べた範囲では使えます（ログインの設定はありません）",
    ),
    (
        "it works as far as a probe can see; --auth tries the login",
        "調べた範囲では使えます（ログインの確認: --auth）",
    ),
    (
        "it works as far as a probe can see; alertmail send tries a login and a mail",
        "調べた範囲では使えます（ログインとメールの確認: alertmail send）",
    ),
    (
        "it works as far as a probe can see; it offers no login: set auth = \"none\"",
        "調べた範囲では使えます。ログインに対応していないため、auth = \"none\" を設定してください",
    ),
    ("a login cannot work: {>}", "ログインできません: {>}"),
    (
        "this service closed on {}: put another provider in its place",
        "このサービスは{}に終了しました。別のプロバイダに替えてください",
    ),
    (
        "its certificate ends in {} days: see that it is renewed",
        "証明書の期限まで{}日です。更新を確認してください",
    ),
    ("without TLS everybody on the way can read the mail", "TLSがないため、経路上の誰でもメールを読めます"),
    (
        "most networks in Japan let nobody out on port 25 (OP25B): use port 587 with tls = \"starttls\", or 465 with tls = \"implicit\"",
        "日本のほとんどのネットワークは、外部のポート25への接続を遮断しています（OP25B）。ポート587と tls = \"starttls\"、または465と tls = \"implicit\" を使ってください",
    ),
    (
        "are `{}` and the port right, and does this network let it through?",
        "「{}」とポートは正しいですか。このネットワークから接続できますか",
    ),
    (
        "look after this machine's network first: interface, route, name service",
        "先にこのマシンのネットワークを確認してください（インターフェース、経路、DNS）",
    ),
    (
        "if this port begins otherwise, set tls = \"{}\"; else the server is in trouble: try later",
        "このポートのTLSの始め方が違うなら、tls = \"{}\" を設定してください。そうでなければサーバーの障害です。後で試してください",
    ),
    (
        "if it has a port for TLS from the first octet (mostly 465), use that with tls = \"implicit\"",
        "接続の最初からTLSを使うポート（通常は465）があれば、tls = \"implicit\" でそれを使ってください",
    ),
    (
        "check user and password; some providers want one made for programs, or mail from programs switched on first",
        "利用者名とパスワードを確認してください。プログラム用のパスワードや、プログラムからの送信を許可する設定が必要なプロバイダもあります",
    ),
    ("it may pass: try again later", "一時的な可能性があります。後で試してください"),
    (
        "put one of them into `auth`, if it is known here",
        "対応しているものがあれば、`auth` に設定してください",
    ),
    ("set tls = \"starttls\" or \"implicit\"", "tls を \"starttls\" か \"implicit\" に設定してください"),
    (
        "check `user`, and whether what `token` names gives a token that still holds",
        "`user` と、`token` から得られるトークンが有効かどうかを確認してください",
    ),
    (
        "check the password; if it is right, somebody else answers in place of the server",
        "パスワードを確認してください。正しければ、サーバー以外の何者かが応答しています",
    ),
    ("the server is in trouble: try later", "サーバーの障害です。後で試してください"),
    (
        "if this port begins in clear, set tls = \"starttls\"",
        "このポートが平文で始まるなら、tls = \"starttls\" を設定してください",
    ),
    (
        "it answers STARTTLS, but not with a handshake of TLS 1.2 or 1.3",
        "STARTTLSには応答しますが、TLS 1.2か1.3で接続できません",
    ),
    (
        "if the server has got a new key, put the pin above into `pin_sha256`, once you have compared it with the server's own; else somebody may stand in between",
        "サーバーの鍵が新しくなったのなら、サーバー側の値と照合したうえで、上の値を `pin_sha256` に設定してください。そうでなければ、何者かが通信に割り込んでいる可能性があります",
    ),
    (
        "whoever runs the server has to renew it; or is the clock of this machine wrong?",
        "サーバーの管理者による更新が必要です。このマシンの時計も確認してください",
    ),
    (
        "it is not for `{}`: set `tls_name` to a name that it is for, if that is the same server",
        "「{}」の証明書ではありません。同じサーバーなら、証明書にある名前を `tls_name` に設定してください",
    ),
    (
        "if the server is your own, set `ca_file` to the certificate of whoever signed it",
        "自分のサーバーなら、署名した認証局の証明書を `ca_file` に設定してください",
    ),
    ("is `ca_file` the certificate of whoever signed it?", "`ca_file` は、署名した認証局の証明書ですか"),
    (
        "if you have compared it with the server's own, the pin above can take the place of its authority; else somebody may stand in between",
        "サーバー側の値と照合できれば、認証局の代わりに上の値（pin_sha256）を使えます。そうでなければ、何者かが通信に割り込んでいる可能性があります",
    ),
    // What is no server.
    ("would be run, once for each recipient: {}", "宛先ごとに1回実行します: {}"),
    ("would be run, once for all recipients: {}", "全宛先に対して1回実行します: {}"),
    // What `send` and `preview` want.
    ("nobody is to get it: give --to", "宛先がありません。--to を指定してください"),
    (
        "--from is missing: the address that this server lets you send as",
        "--from（このサーバーで使える差出人アドレス）を指定してください",
    ),
    (
        "--user has no password: give --password-file or --password-table, or --auth none",
        "--user のパスワードがありません。--password-file か --password-table、または --auth none を指定してください",
    ),
    (
        "--auth asks for a login, and there is no --user",
        "--auth でログインするには、--user も指定してください",
    ),
    (
        "`{}` is no mail server; look at it with `alertmail probe`, and send through it with `enqueue`",
        "「{}」はメールサーバーではありません。確認は `alertmail probe`、送信は `enqueue` を使ってください",
    ),
    ("stdin has no password in its first line", "標準入力の1行目にパスワードがありません"),
    ("no password can be read from stdin: {}", "標準入力からパスワードを読めません: {}"),
    ("cannot read the body from {}: {}", "{}から本文を読めません: {}"),
    (
        "there is no configuration with this provider; name one with --config FILE, or a server with --server",
        "このプロバイダのある設定ファイルがありません。--config FILE で設定ファイルを、または --server でサーバーを指定してください",
    ),
    (
        "there is no configuration; name one with --config FILE, or a server as HOST:PORT",
        "設定ファイルがありません。--config FILE で指定するか、サーバーを HOST:PORT で指定してください",
    ),
    (
        "--tls and --ca-file are for HOST:PORT; a provider of the configuration has them there",
        "--tls と --ca-file は HOST:PORT 用です。設定にあるプロバイダでは、設定ファイルで指定してください",
    ),
    (
        "--auth needs a provider of the configuration; for any other one try: alertmail send --help",
        "--auth は、設定にあるプロバイダにだけ使えます。ほかのサーバーについては: alertmail send --help",
    ),
    (
        "no provider is called `{}`; the configuration has {}, and one that is in none is written HOST:PORT",
        "「{}」というプロバイダはありません（設定にあるもの: {}）。設定にないサーバーは HOST:PORT の形で指定してください",
    ),
    ("the folder {} will be made", "フォルダ {} を作成します"),
    ("the folder {} can be written", "フォルダ {} に書き込めます"),
    ("`{}` is not HOST:PORT", "「{}」は HOST:PORT の形ではありません"),
    ("there is no provider `{}`; there are {}", "プロバイダ「{}」はありません（設定にあるもの: {}）"),
    ("there is no mail for {}: {>}", "{} でのメールを作成できません: {>}"),
    ("this is no alert: {}", "アラートではありません: {}"),
    ("cannot read the alert from {}: {}", "{} からアラートを読めません: {}"),
    (
        "the file of {} is gone, and without it the mail cannot be composed again; what became of it: alertmail show {}",
        "{} のファイルは残っていないため、メールを再現できません。経過の確認: alertmail show {}",
    ),
    (
        "nobody gets canary mails: name somebody, as in `canary_to = [{}]` under [drills]",
        "試験メールの宛先がありません。[drills] に `canary_to = [{}]` のように指定してください",
    ),
    ("this system has no user `{}`", "利用者「{}」はこのシステムにありません"),
    ("there is no text of {}: {>}", "{} の本文がありません: {>}"),
    ("there are no attachments of {}: {>}", "{} の添付ファイルがありません: {>}"),
    // What a running agent answers.
    ("the new settings hold; providers: {}", "新しい設定に切り替えました。プロバイダ: {}"),
    (
        "no provider can be used; the lines above say why",
        "使えるプロバイダがありません。理由は上の行のとおりです",
    ),
];
