//! What `alertmail import` says of what it found, in both languages.

use crate::notice::Tongue;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    english: String,
    japanese: String,
}

impl Said {
    fn new(english: impl Into<String>, japanese: impl Into<String>) -> Self {
        Self { english: english.into(), japanese: japanese.into() }
    }

    /// The sentence in this language.
    pub(crate) fn in_tongue(&self, tongue: Tongue) -> &str {
        tongue.either(&self.english, &self.japanese)
    }
}

/// The first lines of a configuration.
pub(super) fn head(tongue: Tongue, peer: &str, files: &str) -> String {
    tongue.either(
        format!(
            "# Made by `alertmail import {peer}` of {files}.\n\
             # What holds besides, and every other key: man alertmail.toml. Before it is used: alertmail config check, then\n\
             # alertmail probe --auth, which asks every provider without sending a mail.\n"
        ),
        format!(
            "# `alertmail import {peer}` が {files} から作成。\n\
             # 書いていない設定と全てのキーの説明: man alertmail.toml。使う前に `alertmail config check`、\n\
             # 続いて `alertmail probe --auth`（メールを送らずに全プロバイダを確認）を実行してください。\n"
        ),
    )
}

/// In the place of whoever gets what names nobody.
pub(super) fn nobody(tongue: Tongue) -> &'static str {
    tongue.either(
        "# to = [\"ops@example.jp\"]              # nobody was found who gets what names nobody: somebody should\n",
        "# to = [\"ops@example.jp\"]              # 宛先のないアラートの送り先が見つかりません。指定してください\n",
    )
}

pub(super) fn no_counterpart(key: &str) -> Said {
    Said::new(
        format!("`{key}` has no counterpart here and is left out"),
        format!("`{key}` に当たる設定はないため、取り込みません"),
    )
}

pub(super) fn not_understood(what: &str) -> Said {
    Said::new(
        format!("{what} is not understood and left out"),
        format!("{what} を解釈できないため、取り込みません"),
    )
}

pub(super) fn open_quote() -> Said {
    Said::new(
        "a quote in this line has no end, so that nobody can say what it means; it is left out",
        "この行の引用符が閉じておらず、意味が定まらないため取り込みません",
    )
}

pub(super) fn client_certificate(key: &str) -> Said {
    Said::new(
        format!("`{key}`: certificates of clients are not supported; a login takes their place"),
        format!("`{key}`: クライアント証明書には対応していません。ログインで代えてください"),
    )
}

pub(super) fn was_not_verified(host: &str) -> Said {
    Said::new(
        format!(
            "the certificate of {host} was not checked there, and is here: if it is no valid one for that name, `alertmail probe` shows the pin that makes it known"
        ),
        format!(
            "{host} の証明書はこれまで検証されていませんでしたが、ここでは検証します。有効でない場合は `alertmail probe` が表示するピンを設定してください"
        ),
    )
}

pub(super) fn fingerprint(key: &str) -> Said {
    Said::new(
        format!(
            "`{key}` is of a whole certificate, and pins are of its key alone, so it cannot be carried over: `alertmail probe` shows the pin, for `pin_sha256`; until then whom this system trusts is believed"
        ),
        format!(
            "`{key}` は証明書全体のもので、鍵だけのピンには変換できません。`alertmail probe` が表示するピンを `pin_sha256` に設定してください。それまではシステムの認証局で検証します"
        ),
    )
}

pub(super) fn no_tls_far(host: &str) -> Said {
    Said::new(
        format!(
            "mail went to {host} without TLS; nothing leaves a private network so here, and starttls is asked for. If it is in your own network and has none, write tls = \"none\""
        ),
        format!(
            "{host} へは TLS なしで送られていました。ここでは外部へ平文では送らず、starttls を求めます。自分のネットワーク内で TLS がなければ tls = \"none\" としてください"
        ),
    )
}

pub(super) fn opportunistic(host: &str) -> Said {
    Said::new(
        format!(
            "TLS to {host} was used if it was offered; here it has to be, and its certificate is checked"
        ),
        format!("{host} への TLS は任意でしたが、ここでは必須で、証明書も検証します"),
    )
}

pub(super) fn preset_has_other_ways(host: &str, port: u16) -> Said {
    Said::new(
        format!("{host} was reached on port {port}; the preset's ways in take its place"),
        format!("{host} のポート {port} の代わりに、プリセットの接続方法を使います"),
    )
}

pub(super) fn from_is_guessed(host: &str, from: &str) -> Said {
    Said::new(
        format!("nothing says as whom mail goes out by {host}: {from} is a guess, look at it"),
        format!("{host} で送るときの差出人の指定がありません。{from} は推測なので確認してください"),
    )
}

pub(super) fn from_is_replaced(from: &str, own: &str) -> Said {
    Said::new(
        format!("mail went out as {from}, which this provider does not take: {own} takes its place"),
        format!("差出人 {from} はこのプロバイダでは使えないため、{own} にします"),
    )
}

pub(super) fn registered(from: &str) -> Said {
    Said::new(
        format!("{from} has to be registered with the account, and is taken to be"),
        format!("{from} はアカウントに登録済みである必要があります（登録済みとして扱います）"),
    )
}

pub(super) fn no_password(user: &str) -> Said {
    Said::new(
        format!("no password of `{user}` was found; put it into the file that the configuration names"),
        format!("`{user}` のパスワードが見つかりません。設定が指すファイルに書いてください"),
    )
}

pub(super) fn mx_is_not_asked(host: &str) -> Said {
    Said::new(
        format!("{host} is not in brackets, so its MX records were asked; here it is the server itself"),
        format!("{host} は角括弧なしで MX が引かれていましたが、ここではサーバ名そのものとして扱います"),
    )
}

pub(super) fn by_sender(key: &str) -> Said {
    Said::new(
        format!("`{key}`: who sends chooses no provider here; rules for recipients are [[route]]"),
        format!("`{key}`: 差出人でプロバイダは選べません。宛先による規則は [[route]] です"),
    )
}

pub(super) fn free_from(key: &str) -> Said {
    Said::new(
        format!(
            "`{key}`: From was the caller's own; here it is the provider's and the caller's is Reply-To; see `free_from`"
        ),
        format!(
            "`{key}`: From は呼び出し元のものでした。ここではプロバイダのものになり、呼び出し元は Reply-To に入ります（`free_from` 参照）"
        ),
    )
}

pub(super) fn takes_mail(key: &str) -> Said {
    Said::new(
        format!("`{key}`: this machine took mail from the network, which alertmail does not do"),
        format!("`{key}`: ネットワークからメールを受けていましたが、alertmail は受けません"),
    )
}

pub(super) fn map_is_missing(file: &str) -> Said {
    Said::new(
        format!(
            "the text of the table `{file}` cannot be read, and what is compiled is not: what stands in it is missing here"
        ),
        format!(
            "表 `{file}` の元のテキストを読めません（コンパイル済みの形は読みません）。その内容は取り込まれません"
        ),
    )
}

pub(super) fn map_type(map: &str) -> Said {
    Said::new(
        format!("tables like `{map}` are not read; what stands in it is missing here"),
        format!("`{map}` の種類の表は読みません。その内容は取り込まれません"),
    )
}

pub(super) fn other_account(name: &str) -> Said {
    Said::new(
        format!(
            "account `{name}` was used when it was asked for; here it is asked behind the default one, when that fails"
        ),
        format!(
            "アカウント `{name}` は指定時だけ使われていました。ここでは既定のものが失敗したときの次の候補になります"
        ),
    )
}

/// What the reader of aliases says; it is said again by `alertmail config check`.
pub(super) fn of_aliases(what: &str) -> Said {
    Said::new(what, what)
}

pub(super) fn ca_file_is_missing(path: &str) -> Said {
    Said::new(
        format!("`{path}` is not there; whom this system trusts is believed in its place"),
        format!("`{path}` がないため、代わりにシステムの認証局で検証します"),
    )
}

pub(super) fn no_address(what: &str) -> Said {
    Said::new(
        format!("`{what}` is no address that mail can be sent to, and is left out"),
        format!("`{what}` は送信できる宛先ではないため、取り込みません"),
    )
}

pub(super) fn password_goes_to(file: &str) -> Said {
    Said::new(
        format!("a password is not printed; with --output it goes into `{file}` beside the configuration"),
        format!("パスワードは表示しません。--output を付けると設定の隣の `{file}` に書きます"),
    )
}

pub(super) fn made(file: &str, is_secret: bool) -> Said {
    if is_secret {
        Said::new(
            format!(
                "made {file}: a password, for its owner alone; the agent has to own it: chown alertmail {file}"
            ),
            format!(
                "{file} を作成（パスワード、所有者のみ読み取り可）。エージェントの所有にしてください: chown alertmail {file}"
            ),
        )
    } else {
        Said::new(format!("made {file}"), format!("{file} を作成"))
    }
}

pub(super) fn next_step(config: &str) -> Said {
    Said::new(
        format!("next: alertmail config check --config {config}; alertmail probe --auth --config {config}"),
        format!("次: alertmail config check --config {config}; alertmail probe --auth --config {config}"),
    )
}

pub(super) fn runs_as_the_agent(key: &str) -> Said {
    Said::new(
        format!(
            "`{key}` ran as whoever sent; here it runs as the agent's user, who has to be able to do what it does (no keyring, no files of others)"
        ),
        format!(
            "`{key}` は送信者として実行されていましたが、ここではエージェントのユーザーで実行されます。キーリングや他人のファイルは使えません"
        ),
    )
}

pub(super) fn login_elsewhere() -> Said {
    Said::new(
        "a login for another host than the one that mail goes to is left out",
        "送信先とは別のホスト用のログインは取り込みません",
    )
}
