//! What the keys mean that are about the agent, those who write alerts, and those who look on.

/// As `meanings` of the module above.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    ("the spool's folder", "スプールのフォルダ"),
    (
        "further files that belong to this one, as \"conf.d/*.toml\", in the order of their names; in the main file alone",
        "この設定の一部となるほかのファイル（\"conf.d/*.toml\" など）。名前の順に読む。主ファイルでのみ指定できる",
    ),
    ("what holds for every alert", "すべてのアラートに共通の設定"),
    ("names that stand for addresses", "アドレスを表す名前"),
    ("what holds for those who write alerts", "アラートを書き込む利用者の設定"),
    (
        "pauses after a pass in which somebody was left without the alert",
        "未達の宛先が残った送信の後、再送までの間隔",
    ),
    ("time limits", "時間の上限"),
    ("what is done while names cannot be resolved", "名前解決ができないときの動作"),
    ("how long what is over is kept", "済んだものを残す期間"),
    ("room on the spool's disk", "スプールのあるディスクの空き"),
    ("the providers, in order of preference", "プロバイダ。優先する順に書く"),
    ("who gets alerts that name nobody who can be used", "使える宛先のないアラートの送り先"),
    (
        "display name of the sender, where neither alert nor provider has one",
        "アラートにもプロバイダにも差出人の表示名がないときの表示名",
    ),
    (
        "a file like /etc/aliases, for names that are not in [aliases]; what it says of programs and files is left out",
        "/etc/aliases 形式のファイル。[aliases] にない名前に使う。プログラムやファイルへの配送の指定は使わない",
    ),
    (
        "names of this machine besides its own and localhost: mail for root@NAME is for the alias root",
        "このマシンのホスト名と localhost 以外の、このマシンの名前。root@その名前 宛てのメールは別名 root 宛てになる",
    ),
    (
        "what the name stands for; `default` stands for every local name that is not known",
        "この名前が表す宛先。`default` は、知らないローカル名すべてを表す",
    ),
    (
        "who may name any recipient; root and the agent's own user always may, everybody else reaches those whom the configuration names",
        "任意の宛先を指定できる利用者。root とエージェントの利用者は常に指定できる。ほかの利用者が送れるのは、この設定にある宛先だけ",
    ),
    (
        "alerts that one user may have on the way; the rest waits in incoming/",
        "1人の利用者が同時に持てる、送信の済んでいないアラートの数。残りは incoming/ で待つ",
    ),
    (
        "takes alerts from those who cannot write into the spool",
        "スプールに書き込めない利用者からアラートを受け取るソケット",
    ),
    (
        "a folder in memory that takes alerts when nothing else does",
        "ほかのどこにも書けないときにアラートを受け取る、メモリ上のフォルダ",
    ),
    ("the same in MiB; root has no such limits", "同じく MiB 単位の上限。root には、これらの上限はない"),
    ("pauses of critical alerts; the last one repeats", "重大なアラートを再送する間隔。最後の値を繰り返す"),
    ("pauses of all other alerts; the last one repeats", "ほかのアラートを再送する間隔。最後の値を繰り返す"),
    (
        "after this time a critical alert becomes a dead letter",
        "この時間が過ぎた重大なアラートは送信を断念する",
    ),
    ("after this time any other alert does", "この時間が過ぎたほかのアラートは送信を断念する"),
    (
        "for how long a provider that does not work is left out, each time it is found so; the last one repeats",
        "不調なプロバイダを使わない時間（不調が続くたびに次の値）。最後の値を繰り返す",
    ),
    (
        "for how long one is left out that refuses the login, so that no account is locked",
        "ログインを拒否したプロバイダを使わない時間（アカウントがロックされないように）",
    ),
    (
        "for name and connection, and for the TLS handshake; 5m at most",
        "名前解決と接続、および TLS の開始にかける時間。最大 5m",
    ),
    (
        "for the reply to a command, and for each 64 KiB of a message; 5m at most",
        "コマンドへの応答、およびメール 64 KiB ごとの時間。最大 5m",
    ),
    (
        "for the reply to the final dot of a message, and for sending it; 10m at most",
        "メールの最後のドットへの応答、およびその送信にかける時間。最大 10m",
    ),
    ("how long a connection is kept without work", "用のない接続を保つ時間"),
    (
        "a provider that is not ready for the message after this time gets company: the next one starts beside it, and who is ready first sends",
        "この時間内に送信の準備ができないプロバイダの隣で、次のプロバイダを始める。先に準備のできたほうが送る",
    ),
    ("the same for critical alerts", "重大なアラートの場合"),
    (
        "for a program in the place of a server; then it is ended, with its children; 10m at most",
        "サーバーの代わりのプログラムにかける時間。過ぎたら子プロセスとともに終了させる。最大 10m",
    ),
    ("for transactions in hand when the agent shall stop", "エージェントの停止時に、進行中の送信を待つ時間"),
    ("between two scans of the incoming folder", "incoming フォルダを調べ直す間隔"),
    (
        "for how long the addresses that a provider had are used while no name server answers; or never",
        "DNS の応答がない間、プロバイダの以前のアドレスを使う期間。never なら使わない",
    ),
    ("how long the journal remembers what is over", "済んだことをジャーナルに残す期間"),
    ("how long files that are no alerts are kept", "アラートでないファイルを残す期間"),
    (
        "MiB that stay free for the journal: below this deferred alerts stay in incoming/",
        "ジャーナルのために空けておく MiB。これを下回ると、再送待ちのアラートは incoming/ に残る",
    ),
    (
        "MiB taken up beforehand, to be given free when the disk is full",
        "あらかじめ確保しておき、ディスクが一杯になったら開放する MiB",
    ),
    ("who is told of alertmail's own condition", "alertmail 自身の状態を知らせる相手"),
    (
        "who gets a mail when a provider fails, alerts are stuck or dead, the disk is full; [] sends none",
        "プロバイダの障害、アラートの滞留や送信断念、ディスク不足をメールで知らせる相手。[] なら送らない",
    ),
    ("in which language notices are written", "通知の言語"),
    (
        "a program that gets each notice as JSON on its standard input, and as one line in ALERTMAIL_NOTICE",
        "通知を JSON で標準入力に、1行の文で環境変数 ALERTMAIL_NOTICE に受け取るプログラム",
    ),
    ("then that program is ended; 10m at most", "この時間が過ぎたらそのプログラムを終了させる。最大 10m"),
    (
        "between two notices that the same thing has begun, and between two that it is over",
        "同じことの発生の通知の間隔、および回復の通知の間隔",
    ),
    (
        "so long something lasts before anybody is told, and so long is counted what happens",
        "知らせるまでに続くべき時間、および発生を数える時間",
    ),
    (
        "then a critical alert that nobody has is stuck",
        "どの宛先にも届いていない重大なアラートを、滞留とみなすまでの時間",
    ),
    (
        "pinged while alerts get out, so that a service elsewhere notices when that ends; with /fail behind it when they do not",
        "アラートを送れている間、定期的に呼び出す URL（止まったことに外部のサービスが気付くように）。送れていなければ /fail を付けて呼び出す",
    ),
    ("between two pings", "呼び出しの間隔"),
    ("numbers about the agent, for Prometheus and its kin", "エージェントの数値（Prometheus など向け）"),
    (
        "where /metrics can be asked for, as \"127.0.0.1:9712\", \"[::1]:9712\" or \"/run/alertmail/metrics.sock\"",
        "/metrics を提供する場所（\"127.0.0.1:9712\"、\"[::1]:9712\"、\"/run/alertmail/metrics.sock\" など）",
    ),
    (
        "whether `listen` may be reached from other machines",
        "ほかのマシンから `listen` に接続できるようにするかどうか",
    ),
    (
        "a file that is replaced when a number has changed, and each minute, for the textfile collector of node_exporter",
        "数値が変わったとき、および1分ごとに置き換えるファイル（node_exporter の textfile collector 向け）",
    ),
    ("a status page for browsers on this machine", "このマシンのブラウザ向けの状態ページ"),
    (
        "where the page can be asked for, as \"127.0.0.1:9711\", \"[::1]:9711\" or \"/run/alertmail/page.sock\"; every user of this machine can see a port's, with subjects and recipients, and only the spool's owner and group a socket's",
        "ページを提供する場所（\"127.0.0.1:9711\"、\"[::1]:9711\"、\"/run/alertmail/page.sock\" など）。ポートのページは、件名と宛先も含めて、このマシンのどの利用者でも見られる。ソケットのページは、スプールの所有者とグループだけが見られる",
    ),
    (
        "further names under which a port may be asked for, besides localhost and addresses: those of a proxy in front of it",
        "ポートのページを開くときに使える、localhost とアドレス以外の名前（前に置いたプロキシの名前）",
    ),
    ("the agent's log", "エージェントのログ"),
    (
        "lines of text or of JSON on stderr, or entries of systemd's journal with a field ALERTMAIL_… for each thing that is said; auto: entries where systemd has connected stderr to the journal, else text",
        "標準エラー出力へのテキストか JSON の行、または systemd のジャーナルの項目（内容ごとに ALERTMAIL_… フィールド）。auto は、標準エラー出力がジャーナルにつながっていれば項目、なければテキスト",
    ),
    (
        "how grave something has to be; debug has every step of every attempt",
        "記録する重大さ。debug は送信の全段階を記録する",
    ),
    (
        "where alerts are taken from a network: as mail, from what can only send mail, or by HTTP",
        "ネットワークからアラートを受け取る場所（メールしか送れない機器からのメール、または HTTP）",
    ),
    (
        "what is spoken there; http has /alert, /alertmanager and /grafana",
        "そこで使うプロトコル。http には /alert、/alertmanager、/grafana がある",
    ),
    (
        "where, as \"127.0.0.1:2525\" or \"[::1]:2525\"; every user of this machine can connect there",
        "場所（\"127.0.0.1:2525\" や \"[::1]:2525\" など）。このマシンのどの利用者でも接続できる",
    ),
    (
        "or a Unix socket, which every user of this machine can use",
        "または Unix ソケット。このマシンのどの利用者でも使える",
    ),
    (
        "who may connect from other machines, as \"192.0.2.0/24\" or \"2001:db8::7\"; only for an address that they can reach",
        "接続してよいほかのマシン（\"192.0.2.0/24\" や \"2001:db8::7\" など）。ほかのマシンから届くアドレスの場合にだけ書く",
    ),
    (
        "for whom alerts are taken besides aliases, and whomever else this file names; a domain stands for everything below it as well",
        "別名と、この設定にあるほかの宛先以外に、アラートを受け付ける宛先。ドメインはその下のドメインも含む",
    ),
    (
        "for kind http: what has to stand behind `Authorization: Bearer`, from the same sources as a password; an address needs one, and on this machine \"none\" does",
        "kind が http の場合に `Authorization: Bearer` の後に必要なトークンの取得元。パスワードと同じ書き方。アドレスの場合は必要で、このマシンだけのアドレスなら \"none\" でもよい",
    ),
    (
        "for kind smtp: with any, a login is offered and everybody's is taken, for appliances that insist on one; it protects nothing",
        "kind が smtp の場合、any なら誰のログインでも受け入れる（ログインが必須の機器向け）。保護にはならない",
    ),
    (
        "at a time; whoever comes then is asked to come later",
        "同時接続数。超えた相手には、後で来るように応答する",
    ),
    (
        "of them, from one other machine (with IPv6, one network of 64 bits) or, on a socket, of one user",
        "そのうち、ほかのマシン1台（IPv6 では 64 ビットのネットワーク）、またはソケットの利用者1人からの接続数",
    ),
    (
        "from one of those, so many at once and then within each minute; what comes beyond is asked to come later",
        "そのそれぞれから一度に、その後は1分ごとに受け取るアラートの数。超えた相手には、後で来るように応答する",
    ),
    ("KiB of a mail or of a document at most", "メールか文書の KiB の上限"),
    (
        "for a command, or for the head of a request; 10m at most",
        "コマンド、またはリクエストの先頭を待つ時間。最大 10m",
    ),
    ("for a whole mail or document; 1h at most", "メールか文書の全体を受け取る時間。最大 1h"),
];
