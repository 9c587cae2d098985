//! What the keys mean that are about providers, ways to recipients, and how mails are worded.

/// As `meanings` of the module above.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    ("its name in journal and log", "ジャーナルとログでの名前"),
    ("fills in what is known of a provider", "プロバイダについて知られている設定を使う"),
    (
        "where it is; its certificate has to be for this name",
        "サーバー。証明書はこの名前のものでなければならない",
    ),
    (
        "the name that its certificate has to be for, where that is another one",
        "証明書の名前が `host` と異なる場合の、証明書の名前",
    ),
    ("its port", "ポート"),
    (
        "a SOCKS proxy that makes the connection and resolves the name",
        "接続と名前解決を代わりに行う SOCKS プロキシ",
    ),
    (
        "where the proxy's password comes from, as with `password`",
        "プロキシのパスワードの取得元。書き方は `password` と同じ",
    ),
    (
        "a program whose standard input and output are the connection; {host} and {port} are filled in",
        "標準入出力を接続として使うプログラム。{host} と {port} は置き換えられる",
    ),
    (
        "when TLS starts; none only to this machine and private networks, or where `auth` lists only what hides the password",
        "TLS を始める時点。none は、このマシンとプライベートネットワーク、または `auth` にパスワードを隠す方式だけがある場合に限る",
    ),
    ("several ports, in place of `port` and `tls`", "複数のポート。`port` と `tls` の代わりに書く"),
    (
        "certificates (PEM) that vouch for it, in place of the system's",
        "システムの認証局の代わりに信頼する証明書（PEM）",
    ),
    (
        "SHA-256 of its public key (hexadecimal or base64): nothing else of the certificate is asked, not even name and dates",
        "公開鍵の SHA-256（16進数または base64）。証明書のほかの点（名前や日付も）は問わない",
    ),
    (
        "how to log in: scram-sha-256, scram-sha-1, plain, login, digest-md5, cram-md5, oauthbearer, xoauth2",
        "認証方式: scram-sha-256、scram-sha-1、plain、login、digest-md5、cram-md5、oauthbearer、xoauth2",
    ),
    ("as whom to log in", "ログインする利用者名"),
    ("where the password comes from, one of:", "パスワードの取得元。次のどれか:"),
    ("a file of its own, readable by its owner only", "専用のファイル。所有者だけが読めること"),
    ("the first line that this program prints", "このプログラムが出力する最初の行"),
    ("a credential that systemd passes to the service", "systemd がサービスに渡す credential"),
    ("a file with lines of user:server:password", "「利用者:サーバー:パスワード」の行のファイル"),
    (
        "where an access token comes from (OAuth), in place of a password; one of:",
        "パスワードの代わりに使うアクセストークン（OAuth）の取得元。次のどれか:",
    ),
    (
        "a file of its own, read anew when the provider refuses the token",
        "専用のファイル。プロバイダがトークンを拒否すると読み直す",
    ),
    (
        "the realm for digest-md5, where the server has several or names none",
        "digest-md5 の realm（サーバーに複数ある場合や、サーバーが示さない場合）",
    ),
    (
        "envelope sender and From: the address that this provider lets us use",
        "エンベロープの差出人と From。このプロバイダで使えるアドレス",
    ),
    (
        "other addresses that the account may send as, for presets that hold `from` against it",
        "このアカウントの差出人として登録済みの、ほかのアドレス。`from` を確かめるプリセットで使う",
    ),
    (
        "any: `from` is not held against what the preset knows of the provider",
        "any: プリセットの差出人の規則で `from` を確かめない",
    ),
    ("display name of the sender", "差出人の表示名"),
    ("what is said with EHLO", "EHLO で名乗る名前"),
    ("in which charset texts are written", "本文などの文字コード"),
    (
        "how long this one may take to be ready, whatever the severity: for a server that greets late",
        "このプロバイダの準備を待つ時間（重要度によらない）。応答の遅いサーバーに",
    ),
    ("alerts that are submitted at the same time", "同時に送信するアラートの数"),
    (
        "messages in any minute at most; then the next provider gets the alert, or it waits",
        "1分間に送るメールの上限。超える分は次のプロバイダで送るか、待つ",
    ),
    (
        "messages in any 24 hours at most; the last tenth is for critical alerts",
        "24時間に送るメールの上限。最後の1割は重大なアラート用",
    ),
    (
        "recipients in any 24 hours at most, one of two mails counted twice; the last tenth is for critical alerts",
        "24時間に送る宛先の上限。2通に分けた宛先は2回と数える。最後の1割は重大なアラート用",
    ),
    (
        "recipients of a mail at most, up to 100; the others get it at once in further ones",
        "1通の宛先の上限（100 まで）。残りの宛先には、続けて別のメールで送る",
    ),
    ("after so many messages a connection is given up for a new one", "この数のメールを送ったら接続し直す"),
    (
        "whether short messages go out together with their envelope where the server takes that (CHUNKING)",
        "サーバーが CHUNKING に対応していれば、短いメールをエンベロープと一緒に送るかどうか",
    ),
    (
        "a mail server; a program, such as an SMS gateway or another sendmail; or a folder for mail, as the last resort",
        "smtp はメールサーバー、command はプログラム（SMS ゲートウェイや別の sendmail など）、maildir は最後の手段としてのメールフォルダ",
    ),
    (
        "for kind command: the program, without a shell; {to}, {local} (left of the @), {from}, {id} and {severity} are filled in, and with {to} or {local} it is run for each recipient by itself; ALERTMAIL_TO and others are in its environment",
        "kind が command の場合のプログラム。シェルは使わない。{to}、{local}（@ の左側）、{from}、{id}、{severity} は置き換えられる。{to} か {local} があれば宛先ごとに実行する。環境変数 ALERTMAIL_TO なども使える",
    ),
    (
        "for kind command: what it reads from its standard input; text is the subject and the text in UTF-8",
        "kind が command の場合に標準入力へ渡すもの。text は件名と本文（UTF-8）",
    ),
    ("for input text: characters at most", "input が text の場合の文字数の上限"),
    (
        "for kind maildir: the folder; it is made if it is not there",
        "kind が maildir の場合のフォルダ。なければ作成する",
    ),
    (
        "which providers may be asked for which recipients; the first that fits counts, for each recipient by itself",
        "どの宛先にどのプロバイダを使うか。宛先ごとに、最初に当てはまる規則を使う",
    ),
    ("for alerts of these severities", "この重要度のアラートに"),
    (
        "for these recipients; a domain stands for everything below it as well, \"carriers\" for the Japanese mobile carriers",
        "この宛先に。ドメインはその下のドメインも含む。\"carriers\" は日本の携帯電話会社を表す",
    ),
    ("for alerts whose key begins with one of these", "key がこのどれかで始まるアラートに"),
    (
        "who may be asked, in this order; nobody else is, whatever happens",
        "使うプロバイダ（この順に）。ほかのプロバイダは、何があっても使わない",
    ),
    (
        "providers are asked from time to time whether they could take an alert",
        "プロバイダがアラートを受け取れるかを、ときどき確かめる",
    ),
    (
        "once in so long each provider is connected to and logged in at, without a mail; with one login in that time at most",
        "この間隔で、各プロバイダに接続してログインする（メールは送らない）。その間のログインは最大1回",
    ),
    (
        "so long before the end of a provider's certificate people are told of it",
        "プロバイダの証明書の期限を知らせる時期（期限までの残り）",
    ),
    (
        "once in so long each provider, also one that is not needed, is sent a small mail to see that mail gets through",
        "この間隔で、使っていないものも含む各プロバイダに小さな試験メールを送り、届くことを確かめる",
    ),
    ("who gets these mails", "試験メールの宛先"),
    ("whether [drills] are for this one", "[drills] の対象にするかどうか"),
    ("what readers at some domains take", "特定のドメインの読み手が受け取れるもの"),
    (
        "for whom subjects begin with severity and host, where they do not say so by themselves",
        "件名の先頭に重要度とホスト名を付ける相手（件名にない場合）",
    ),
    (
        "so long after its event a mail says that it is late",
        "発生からこの時間が過ぎて届くメールに、遅れたことを書く",
    ),
    (
        "of words that alertmail adds; auto: Japanese where the alert has kana or kanji",
        "alertmail が加える言葉の言語。auto は、アラートにかなや漢字があれば日本語",
    ),
    (
        "From may be the alert's own sender there; elsewhere that one stands in Reply-To",
        "このプロバイダでは、アラートの差出人を From に使ってよい。ほかでは Reply-To に書く",
    ),
    (
        "wide characters of a subject at most; ASCII counts half",
        "件名の全角文字数の上限。ASCII は半分と数える",
    ),
    ("wide characters of a text at most", "本文の全角文字数の上限"),
    ("KiB of a whole mail at most", "メール全体の KiB の上限"),
    (
        "whom the rule is for, with everything below; \"carriers\" stands for the Japanese mobile carriers",
        "この規則の対象のドメイン（その下を含む）。\"carriers\" は日本の携帯電話会社を表す",
    ),
    ("whether subjects begin with severity and host", "件名の先頭に重要度とホスト名を付けるかどうか"),
    (
        "mails in any minute at most, to all recipients of the rule together and by whichever provider; then they wait, the critical ones in front, and nobody else does",
        "この規則の宛先全体に1分間に送るメールの上限（プロバイダによらない）。超える分は重大なものから順に待つ。ほかの宛先は待たない",
    ),
    (
        "the same in any 24 hours; the last tenth is for critical alerts",
        "24時間の上限。最後の1割は重大なアラート用",
    ),
    ("how mails are worded, for the keys `template`", "メールの書式。`template` で名前を指定する"),
    (
        "how mails are worded: plain (as given), ja, en, auto (ja or en, as the alert is), or a [template.NAME]",
        "メールの書式: plain（そのまま）、ja、en、auto（アラートに合わせて ja か en）、または [template.NAME]",
    ),
    (
        "how mails to them are worded; of several recipients the rule that stands first in the file counts",
        "この宛先へのメールの書式。宛先が複数なら、設定ファイルで最初にある規則を使う",
    ),
    ("of critical alerts", "重大なアラートの書式"),
    ("of warnings", "警告の書式"),
    ("of everything else", "そのほかの書式"),
    ("the subject", "件名"),
    ("the text", "本文"),
];
