//! What is wrong with a configuration. What stands in backticks, quotes and brackets is to be found there, and stays.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    ("unknown key `{}` in {}; {>}", "「{}」というキーはありません（{}）。{>}"),
    ("unknown key `{}`; {>}", "「{}」というキーはありません。{>}"),
    // Where: behind everything else.
    ("{>} in [[provider]] `{}`", "{>}（[[provider]]「{}」）"),
    ("{>} in [[{}]] number {}", "{>}（[[{}]] の{}番目）"),
    ("{>} in [{}]", "{>}（[{}]）"),
    ("`address` is missing, or `socket`: where to listen", "待ち受ける `address` か `socket` がありません"),
    // What is wrong with the value of a key.
    ("`{}`: {>}", "`{}`: {>}"),
    // What stands there.
    ("did you mean {}?", "もしかして: {}"),
    ("known are {}", "使えるキー: {}"),
    ("no provider is called `{}`; {>}", "「{}」というプロバイダはありません。{>}"),
    ("{>}; did you mean `{}`?", "{>}。もしかして: `{}`"),
    ("`{}` is not filled in; there are {}", "「{}」は置き換えられません。使えるもの: {}"),
    ("`{}` has to be a number from {} to {}", "「{}」は{}から{}までの数値にしてください"),
    ("`{}` has to be a number, and is {>}", "「{}」は数値にしてください（今は{>}）"),
    ("`{}` has to be a text, and is {>}", "「{}」は文字列にしてください（今は{>}）"),
    ("`{}` has to be true or false, and is {>}", "「{}」は true か false にしてください（今は{>}）"),
    ("`{}` has to be a list of texts, and holds something else", "「{}」は文字列の配列にしてください"),
    (
        "`{}` has to be a list of tables: write [[{}]] above each",
        "「{}」はテーブルの配列です。それぞれの前に [[{}]] と書いてください",
    ),
    ("`{}` has to be a list of texts, and is {>}", "「{}」は文字列の配列にしてください（今は{>}）"),
    ("`{}` has to be {>}, and is {>}", "「{}」の型が違います（必要: {>}、今は{>}）"),
    ("`{}` is empty", "「{}」が空です"),
    (
        "`{}` is an empty list: no server would be trusted",
        "「{}」が空の配列のため、どのサーバーも信頼できません",
    ),
    ("`{}` is an empty list", "「{}」が空の配列です"),
    (
        "`{}` is set twice: here, and in {}; leave one of them out",
        "「{}」が二重に設定されています（ここと {}）。どちらかを削除してください",
    ),
    (
        "`{}` in {} is set twice: here, and in {}; leave one of them out",
        "「{}」（{}）が二重に設定されています（ここと {}）。どちらかを削除してください",
    ),
    ("`{}` is set twice", "「{}」が二重に設定されています"),
    (
        "`{}` is missing: the journal calls the provider by it",
        "「{}」がありません（ジャーナルでプロバイダを表す名前）",
    ),
    (
        "`{}` is missing: the name or address of its mail server",
        "「{}」がありません（メールサーバーの名前かアドレス）",
    ),
    (
        "`{}` is missing: the address that this provider lets us send as",
        "「{}」がありません（このプロバイダで使える差出人アドレス）",
    ),
    (
        "`{}` is missing: the address in From and in the envelope",
        "「{}」がありません（From とエンベロープのアドレス）",
    ),
    (
        "`{}` is missing: the names of those who may be asked, in order",
        "「{}」がありません（使うプロバイダの名前を順に）",
    ),
    ("`{}` is missing: the program and its arguments", "「{}」がありません（プログラムと引数）"),
    ("`{}` is missing: the folder for mail", "「{}」がありません（メールのフォルダ）"),
    (
        "`token` is missing; write for example {}, or \"none\" if {}",
        "`token` がありません。{} のように書いてください（このマシンの誰でもアラートを送れるようにするなら \"none\"）",
    ),
    ("`kind` is missing: {}", "`kind` がありません（{} のどれか）"),
    (
        "`{}` is missing: the domains that the rule is for, or \"carriers\"",
        "「{}」がありません（規則の対象のドメイン、または \"carriers\"）",
    ),
    ("`{}` is missing: {}", "「{}」がありません: {}"),
    ("`{}` is missing", "「{}」がありません"),
    (
        "two providers are called `{}`; give one another `name`",
        "「{}」という名前のプロバイダが2つあります。どちらかの `name` を変えてください",
    ),
    (
        "`user` has no `password`; write for example {}",
        "`user` に対する `password` がありません。書き方の例: {}",
    ),
    (
        "`{}` takes the place of `{}`; leave one of them out",
        "「{}」と「{}」は同時に指定できません。どちらかを削除してください",
    ),
    ("`{}` is of no use with {}", "「{}」は {} では使えません"),
    (
        "provider `{}` replaces From by the account's address, whatever `free_from` says",
        "プロバイダ「{}」は、`free_from` にかかわらず From をアカウントのアドレスに置き換えます",
    ),
    ("there is no template `{}`; there are {}", "「{}」というテンプレートはありません。使えるもの: {}"),
    ("there is no preset `{}`; there are {}", "「{}」というプリセットはありません。使えるもの: {}"),
    (
        "[template.{}] has neither `subject` nor `body`: it would change nothing",
        "[template.{}] に `subject` も `body` もありません",
    ),
    (
        "the rule can never hold: those before it (line {}) hold for all that it asks for; put it above them, or leave it out",
        "この規則は使われません。前の規則（{}行目）がすべて先に当てはまります。その上に移すか、削除してください",
    ),
    // What may be written.
    ("`{}` is not a time; write for example {}", "「{}」は時間として読めません。書き方の例: {}"),
    ("`{}` is no time at all", "「{}」は 0 より長い時間にしてください"),
    ("`{}` is not a day; write for example {}", "「{}」は日付として読めません。書き方の例: {}"),
    ("`{}` is not a kind of TLS; write {}", "「{}」はTLSの種類ではありません。書けるもの: {}"),
    ("`{}` is not a charset policy; write {}", "「{}」は文字コードの方針ではありません。書けるもの: {}"),
    ("`{}` is not a language; write {}", "「{}」は言語の指定ではありません。書けるもの: {}"),
    ("`{}` is not a severity; write {}", "「{}」は重要度ではありません。書けるもの: {}"),
    (
        "`{}` is not a mechanism; write {}, or a list of {}",
        "「{}」は認証方式ではありません。書けるもの: {}、または配列 {}",
    ),
    ("`{}` is not a mechanism; write {}", "「{}」は認証方式ではありません。書けるもの: {}"),
    ("`{}` is not a mechanism", "「{}」は認証方式ではありません"),
    ("`{}` is not a mail address: it has no `@`", "「{}」はメールアドレスではありません（`@` がありません）"),
    (
        "`{}` is not a mail address: nothing stands on one side of the `@`",
        "「{}」はメールアドレスではありません（`@` の片側がありません）",
    ),
    ("`{}` is not a mail address: {}", "「{}」はメールアドレスではありません: {}"),
    ("`{}` is not a name that a certificate can have", "「{}」は証明書の名前になりません"),
    (
        "`{}` is not a SHA-256 digest in hexadecimal digits or base64",
        "「{}」は16進数かbase64のSHA-256の値ではありません",
    ),
    (
        "`{}` has blanks or letters outside ASCII; write a host name",
        "「{}」に空白かASCII以外の文字があります。ホスト名を書いてください",
    ),
    ("this is no kind of provider; write {}", "プロバイダの種類ではありません。書けるもの: {}"),
    // What a configuration says that is no mistake.
    ("provider `{}`: {>}", "プロバイダ「{}」: {>}"),
    ("cannot look at the secret file `{}`: {}", "秘密の情報のファイル「{}」を調べられません: {}"),
    (
        "the secret file `{}` is not a regular file",
        "秘密の情報のファイル「{}」は通常のファイルではありません",
    ),
    (
        "the secret file `{}` has mode {}, others can read it, and so it will not be used",
        "秘密の情報のファイル「{}」（モード {}）は他人も読めるため、使いません",
    ),
    ("the secret file `{}` is empty", "秘密の情報のファイル「{}」が空です"),
    ("every user can write `{}` (mode {})", "「{}」（モード {}）に誰でも書き込めます"),
    (
        "cannot read the configuration `{}`: {}; name another with --config FILE",
        "設定ファイル「{}」を読めません: {}（別のファイルは --config FILE で指定できます）",
    ),
    ("cannot read the configuration `{}`: {}", "設定ファイル「{}」を読めません: {}"),
    // What TOML calls its values.
    ("an integer", "整数"),
    ("a string", "文字列"),
    ("a float", "小数"),
    ("a boolean", "真偽値"),
    ("a datetime", "日時"),
    ("an array", "配列"),
    ("a table", "テーブル"),
    ("a template, or a table of them by severity", "書式、または重要度ごとの書式のテーブル"),
];
