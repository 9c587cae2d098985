//! What is wrong with single values of a configuration, with the files that it names, and with templates.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    (
        "there is no [[provider]]: nobody would deliver anything",
        "[[provider]] がないため、どこにも送信できません",
    ),
    (
        "the list of providers is empty: nobody would deliver anything",
        "プロバイダがひとつもないため、どこにも送信できません",
    ),
    (
        "[alerts] has no `to`: an alert that names nobody becomes a dead letter",
        "[alerts] に `to` がないため、宛先のないアラートは送信を断念します",
    ),
    ("nobody will listen at {}: {>}", "{} では待ち受けません: {>}"),
    ("`{}` has control characters", "「{}」に制御文字があります"),
    (
        "`{}` is longer than {}m, the longest that makes sense (RFC 5321 section 4.5.3.2): an alert would wait for a server that is not there",
        "「{}」は{}m 以下にしてください（RFC 5321 4.5.3.2 節）。長いと、応答しないサーバーをアラートが待ち続けます",
    ),
    ("`{}` is longer than {}", "「{}」は{}以下にしてください"),
    (
        "`{}` is shorter than {}; write \"never\" for none",
        "「{}」は{}以上にしてください（不要なら \"never\"）",
    ),
    ("`{}` is shorter than {}", "「{}」は{}以上にしてください"),
    ("`{}` names no program", "「{}」にプログラムがありません"),
    ("`{}` has to be a time up to {}", "「{}」は{}以下の時間にしてください"),
    ("`{}` has to be \"{}\" or \"{}\"", "「{}」は \"{}\" か \"{}\" にしてください"),
    (
        "`{}` is an empty list, so that the rule could never hold",
        "「{}」が空の配列のため、この規則は使われません",
    ),
    (
        "an empty text is the beginning of every key; leave `key` out",
        "空の文字列はすべての key に当てはまります。`key` を削除してください",
    ),
    ("`{}` names `{}` twice", "「{}」に「{}」が2回あります"),
    (
        "`canary` is set and nobody gets it: write also {}",
        "`canary` の宛先がありません。併せて {} と書いてください",
    ),
    (
        "`{}` is not a domain; write for example \"{}\", without @ and *, or \"carriers\"",
        "「{}」はドメインではありません。@ や * を付けずに \"{}\" のように書くか、\"carriers\" と書いてください",
    ),
    ("`{}` is not for anybody; write {}", "「{}」という指定はできません。書けるもの: {}"),
    ("`{}` is no format of the log; write {}", "「{}」はログの形式ではありません。書けるもの: {}"),
    ("`{}` is no level of the log; write {}", "「{}」はログの重大さではありません。書けるもの: {}"),
    ("`{}` is not the name of a host", "「{}」はホスト名ではありません"),
    (
        "`{}` is no host name; write it without a port, for example {}",
        "「{}」はホスト名ではありません。ポートを付けずに書いてください（例: {}）",
    ),
    ("`{}` is not an endpoint; write for example {}", "「{}」はエンドポイントではありません。書き方の例: {}"),
    (
        "`{}` names nobody; write a user like {} or a group like {}",
        "「{}」は誰も表しません。利用者（例: {}）かグループ（例: {}）を書いてください",
    ),
    ("`{}` is no network; write for example {}", "「{}」はネットワークではありません。書き方の例: {}"),
    ("`{}` is no place to listen; write for example {}", "「{}」では待ち受けられません。書き方の例: {}"),
    (
        "`{}` can be reached from other machines; say in `networks` which of them may connect",
        "「{}」にはほかのマシンからも接続できます。接続を許すものを `networks` に書いてください",
    ),
    (
        "`{}` can be reached from other machines; if that is meant, write allow_remote = true",
        "「{}」にはほかのマシンからも接続できます。そのつもりなら allow_remote = true と書いてください",
    ),
    ("somebody else listens at {} already", "{} ではすでに別の [[listen]] が待ち受けています"),
    (
        "provider `{}` leads here: alerts would go round and round",
        "プロバイダ「{}」の送信先がここになっています。アラートが循環します",
    ),
    ("`{}` is for kind {}; leave it out", "「{}」は kind が {} の場合だけ使えます。削除してください"),
    (
        "`{}` is of no use beside `{}`; leave one of them out",
        "「{}」と「{}」は同時に指定できません。どちらかを削除してください",
    ),
    (
        "`networks` is of no use here: no other machine can reach this address",
        "このアドレスにはほかのマシンから接続できないため、`networks` は不要です",
    ),
    ("`{}` is of no use without `{}`", "「{}」には「{}」も必要です"),
    (
        "write a source as {}, or \"none\"; a token itself does not belong in here",
        "{} のように取得元を書くか、\"none\" と書いてください。トークンそのものは書けません",
    ),
    (
        "without a `token` every machine in `networks` could send alerts as it likes",
        "`token` がないと、`networks` のどのマシンからも自由にアラートを送れてしまいます",
    ),
    ("what is spoken there is {}", "プロトコルは {} のどれかです"),
    (
        "write \"none\", or \"any\" for a login that is everybody's",
        "\"none\" か \"any\"（誰のログインでも受け入れる）と書いてください",
    ),
    (
        "`realm` is for digest-md5, which is not used here; leave it out",
        "`realm` は digest-md5 用ですが、ここでは使いません。削除してください",
    ),
    (
        "`{}` is an empty list; write \"none\" for no login",
        "「{}」が空の配列です。ログインしないなら \"none\" と書いてください",
    ),
    (
        "`auth` asks for a login, and there is no `user`",
        "`auth` がログインを求めていますが、`user` がありません",
    ),
    (
        "a `token` is for oauthbearer and xoauth2, and `auth` has neither",
        "`token` は oauthbearer と xoauth2 用ですが、`auth` にどちらもありません",
    ),
    (
        "this preset's provider takes no tokens; use `password`",
        "このプリセットのプロバイダではトークンを使えません。`password` を使ってください",
    ),
    (
        "`auth` has only mechanisms that want a `token`, and there is none",
        "`auth` の方式にはどれも `token` が必要ですが、ありません",
    ),
    ("`{}` wants exactly one of {}", "「{}」には {} のうち1つだけを書いてください"),
    (
        "`{}` is not a name that systemd gives to a credential",
        "「{}」は systemd の credential の名前になりません",
    ),
    ("`input` has to be {}", "`input` は {} のどれかにしてください"),
    ("`text_max` is of use with input = \"text\" alone", "`text_max` は input = \"text\" の場合だけ使えます"),
    (
        "`include` may stand in the main file alone; name the files in {}",
        "`include` は主ファイルにだけ書けます。{} に書いてください",
    ),
    ("cannot read `{}`: {>}", "「{}」を読めません: {>}"),
    (
        "`{}` names no file; write for example {} for those of a folder",
        "「{}」というファイルはありません。フォルダの中のファイルは {} のように書いてください",
    ),
    (
        "`{}` has a `*` or `?` in the name of a folder; they may stand in that of a file",
        "「{}」のフォルダ名に `*` か `?` があります。使えるのはファイル名だけです",
    ),
    (
        "`{}` is a template of alertmail's own; give this one another name",
        "「{}」は alertmail の書式の名前です。別の名前にしてください",
    ),
    ("a proxy with a login needs both: {} and {}", "ログインするプロキシには両方が必要です: {} と {}"),
    (
        "this is not the address of a SOCKS proxy; write for example {}",
        "SOCKS プロキシのアドレスではありません。書き方の例: {}",
    ),
    (
        "a password has no place in an address that is shown in logs; write {}",
        "アドレスはログに出るため、パスワードは書けません。書き方: {}",
    ),
    (
        "`endpoints` takes the place of `port` and `tls`; leave those out",
        "`endpoints` があるため、`port` と `tls` は削除してください",
    ),
    (
        "`{}` is neither this machine nor in a private network: nothing goes there without TLS; write {}, or name mechanisms in `auth` that hide the password ({})",
        "「{}」はこのマシンでもプライベートネットワークでもないため、TLS なしでは送信しません。{} と書くか、`auth` にパスワードを隠す方式（{}）を書いてください",
    ),
    (
        "only mechanisms that hide the password ({}) will be used there",
        "パスワードを隠す認証方式（{}）だけを使います",
    ),
    ("a token never goes out in clear, and is of no use there", "トークンは平文では送らないため、使えません"),
    ("provider `{}` has tls = \"none\": {>}", "プロバイダ「{}」は tls = \"none\" です: {>}"),
    (
        "`registered` is for presets whose provider has a list of addresses that the account may use; leave it out",
        "`registered` は、使えるアドレスの一覧を持つプロバイダのプリセット用です。削除してください",
    ),
    (
        "`{}` is no rule; write \"any\", or leave it out",
        "「{}」は規則ではありません。\"any\" と書くか、削除してください",
    ),
    (
        "`free_from` puts the alert's own sender into From, which {} refuses; leave it out, answers go to that sender anyway",
        "`free_from` はアラートの差出人を From に書きますが、{} は拒否します。削除してください（返信はその差出人に届きます）",
    ),
    (
        "`from` is {}, and {} takes only {>} as sender and what is registered with the account (checked {}); if it is, write {}",
        "`from` が {} ですが、{} の差出人に使えるのは{>}と、アカウントに登録したアドレスだけです（{} 確認）。登録済みなら {} と書いてください",
    ),
    (
        "`from` is {}, and {} takes only {>} as sender (checked {}); if you know better write {}",
        "`from` が {} ですが、{} の差出人に使えるのは{>}だけです（{} 確認）。確かに使えるなら {} と書いてください",
    ),
    (
        "provider `{}` sends as {>}, and not as {}, without a word; if the account may use that address write {}",
        "プロバイダ「{}」は黙って差出人を{>}に変えます（{} ではなく）。アカウントで使えるアドレスなら {} と書いてください",
    ),
    ("it has to begin with https:// or http://", "https:// か http:// で始まっていません"),
    ("it is longer than {} characters", "{}文字を超えています"),
    (
        "behind the host there may be printable ASCII without blanks and `#`",
        "ホストの後には、空白と `#` を除く印字可能な ASCII だけを書けます",
    ),
    ("a user name in it is not supported", "ユーザー名は書けません"),
    ("its host or its port cannot be read", "ホストかポートを読めません"),
    ("its host has no ASCII form", "ホスト名を ASCII で表せません"),
    (
        "credential `{}` cannot be read: no service manager passes any; put {} into the unit, or use another source",
        "credential「{}」を読めません（サービスマネージャから渡されていません）。unit に {} と書くか、別の取得元を使ってください",
    ),
    ("password table `{}` has no line that begins with {}", "パスワード表「{}」に {} で始まる行がありません"),
    ("{} gave an empty {}", "{} で取得した {} が空です"),
    ("cannot read {} file `{}`: {>}", "{}のファイル「{}」を読めません: {>}"),
    ("cannot read password table `{}`: {>}", "パスワード表「{}」を読めません: {>}"),
    ("mode is {}, others can read it", "モードが {} で、他人も読めます"),
    ("it has {} octets; {} are allowed", "{}バイトあります（上限 {}）"),
    ("it is not a regular file", "通常のファイルではありません"),
    ("it is not text in UTF-8", "UTF-8 のテキストではありません"),
    ("no command is given", "コマンドがありません"),
    ("command `{}` gave no {}: {>}", "コマンド「{}」から {} を取得できません: {>}"),
    (
        "it printed more than {} octets, no text, or nothing within {} s",
        "出力が{}バイトを超えたか、テキストでないか、{}秒以内にありませんでした",
    ),
    ("it ended with {}", "{} で終了しました"),
    ("cannot be read: {}; its aliases lead to nobody", "読めません: {}。この中の別名には宛先がありません"),
    ("alias `{}` stands for nobody", "別名「{}」に宛先がありません"),
    (
        "alias `{}` stands for `{}`, which is neither an address nor an alias",
        "別名「{}」の宛先「{}」は、アドレスでも別名でもありません",
    ),
    ("alias `{}` leads back to itself: {}", "別名「{}」が循環しています: {}"),
    ("more than {} aliases behind one another, from `{}` on", "別名が{}段を超えて続いています（「{}」から）"),
    (
        "alias `{}` stands here a second time: the first one holds",
        "別名「{}」が2回あります。最初のものを使います",
    ),
    (
        "alias `{}`: `{}` is a mailbox of this machine, which is not supported here; the others get the mail",
        "別名「{}」: 「{}」（このマシンのメールボックス）には配送できません。ほかの宛先に送ります",
    ),
    (
        "alias `{}`: `{}` is a list in another file, which is not supported here; the others get the mail",
        "別名「{}」: 「{}」（別のファイルの一覧）には対応していません。ほかの宛先に送ります",
    ),
    (
        "alias `{}`: `{}` is {}, which is not supported here; the others get the mail",
        "別名「{}」: 「{}」（{}）には対応していません。ほかの宛先に送ります",
    ),
    ("alias `{}`: {>}", "別名「{}」: {>}"),
    ("it has more than 1 MiB", "1 MiB を超えています"),
    (
        "`{}` is no line like `root: ops@example.jp`",
        "「{}」は `root: ops@example.jp` のような行ではありません",
    ),
    ("line {}: {>}", "{}行目: {>}"),
    ("only blanks are configured", "空白しかありません"),
    ("{} octets are too many for a template: at most {}", "書式が長すぎます（{}バイト、上限 {}）"),
    ("there is no field `{}` (there are {})", "「{}」という項目はありません（使えるもの: {}）"),
    ("takes too long, or becomes too large", "時間がかかりすぎるか、大きくなりすぎます"),
    (
        "not every alert has this; write {} behind it",
        "この項目のないアラートもあります。後に {} と書いてください",
    ),
    ("the account's own address at {}", "アカウント自身のアドレス（{}）"),
    ("the account's own address", "アカウント自身のアドレス"),
];
