//! What would change how it goes on with an alert: for each rule that judged it, and for each state, what a person can do.

use std::collections::BTreeSet;

use spool_format::Settlement;

use super::Surroundings;
use super::judged::last_of_each;
use super::next::Turn;
use crate::notice::Tongue;
use crate::spool::view::{Item, Standing};

/// One thing that would change it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct Advice {
    /// A sentence.
    pub(super) text: String,
    /// The command that does it or shows more; null where the remedy is none of ours.
    pub(super) command: Option<String>,
}

impl Advice {
    fn new(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self { text: text.into(), command: Some(command.into()) }
    }

    fn without_command(text: impl Into<String>) -> Self {
        Self { text: text.into(), command: None }
    }
}

/// Who can mend what a rule says.
#[derive(Clone, Copy, Debug)]
enum Remedy {
    /// Time, or whoever runs the server; a probe shows whether it is over.
    Passes,
    /// The network of this machine.
    Network,
    /// Login and password.
    Login,
    /// How the connection is protected.
    Tls,
    /// As whom mail goes out.
    Sender,
    /// The configuration of the provider.
    Settings,
    /// The program or the folder that takes its place.
    Local,
    /// How much is sent there.
    Amount,
    /// The address of the recipient.
    Address,
    /// The mailbox of the recipient.
    Mailbox,
    /// What the mail holds.
    Message,
    /// Whose filter it is.
    Filter,
}

fn remedy(rule: &str) -> Remedy {
    match rule {
        "no-network" => Remedy::Network,
        "login-refused"
        | "login-needed"
        | "no-common-mechanism"
        | "mechanism-unusable"
        | "server-unproven" => Remedy::Login,
        "tls-failed" | "starttls-missing" | "starttls-needed" | "password-needs-tls" => Remedy::Tls,
        "sender-refused" | "relay-denied" => Remedy::Sender,
        "settings" | "not-understood" | "exit-usage" | "exit-config" => Remedy::Settings,
        "exit-no-input" | "exit-unavailable" | "exit-no-permission" | "exit-unknown" | "exit-later"
        | "local-trouble" => Remedy::Local,
        "throttled" | "over-quota" | "one-too-many" | "too-many-recipients" => Remedy::Amount,
        "no-such-recipient" | "exit-no-user" | "exit-no-host" | "exit-one-of-several" | "unaddressable" => {
            Remedy::Address
        }
        "mailbox-full" | "mailbox-disabled" => Remedy::Mailbox,
        "too-large" | "eight-bit-missing" | "message-refused" | "exit-data" => Remedy::Message,
        "policy" | "policy-words" | "carrier-filter" => Remedy::Filter,
        _ => Remedy::Passes,
    }
}

/// What would change how it goes on with it.
pub(super) fn of(tongue: Tongue, item: &Item, around: &Surroundings<'_>, turns: &[Turn]) -> Vec<Advice> {
    let mut advice = Vec::new();
    if item.standing.waits() && !around.running {
        advice.push(Advice::new(
            tongue.either("No agent runs. Start one.", "エージェントが動いていません。起動してください。"),
            "alertmail run",
        ));
    }
    if item.unreadable.is_some() {
        let text = tongue.either(
            "Whoever wrote the file has to write an alert: the published schema says what that is.",
            "ファイルを書いたプログラムを直してください。アラートの形式は公開スキーマにあります。",
        );
        advice.push(Advice::without_command(text));
        return advice;
    }
    if matches!(item.standing, Standing::Deferred(_) | Standing::Dead) {
        advice.extend(by_rules(tongue, item));
    }
    advice.extend(by_providers(tongue, item, turns));
    advice.extend(by_state(tongue, item));
    advice
}

/// What the rules that judged it say can be mended, each once.
fn by_rules(tongue: Tongue, item: &Item) -> Vec<Advice> {
    let mut known = BTreeSet::new();
    let judged = last_of_each(item).into_iter();
    let of_one = judged.filter_map(|judged| {
        let result = judged.result?;
        let settled = item.recipients.iter().find(|(to, _)| *to == result.to.as_str());
        if settled.is_some_and(|(_, settlement)| *settlement == Settlement::Delivered) {
            return None;
        }
        let (provider, to) = (&judged.provider, result.to.as_str());
        Some(mend(tongue, remedy(result.rule.as_deref()?), item.id.as_str(), provider, to))
    });
    of_one.filter(|advice| known.insert(advice.clone())).collect()
}

fn mend(tongue: Tongue, remedy: Remedy, id: &str, provider: &str, to: &str) -> Advice {
    let text = match tongue {
        Tongue::English => in_english(remedy, provider, to),
        Tongue::Japanese => in_japanese(remedy, provider, to),
    };
    let command = match remedy {
        Remedy::Network => return Advice::without_command(text),
        Remedy::Login => format!("alertmail probe {provider} --auth"),
        Remedy::Passes | Remedy::Tls | Remedy::Settings | Remedy::Local => {
            format!("alertmail probe {provider}")
        }
        Remedy::Sender | Remedy::Amount => "alertmail providers".to_owned(),
        Remedy::Address | Remedy::Mailbox => format!("alertmail edit {id} --to ADDRESS"),
        Remedy::Message | Remedy::Filter => format!("alertmail preview {id}"),
    };
    Advice::new(text, command)
}

fn in_english(remedy: Remedy, provider: &str, to: &str) -> String {
    match remedy {
        Remedy::Passes => format!("If {provider} stays so, look what it says."),
        Remedy::Network => "This machine has no network. When it is back the alert is tried at once, and no attempt is counted until then.".to_owned(),
        Remedy::Login => format!(
            "Mend the user name, the password or the way to log in of {provider} in the configuration, then reload it; first see whether the new ones are taken."
        ),
        Remedy::Tls => format!(
            "Look at the certificate of {provider} and at the endpoints that it offers, and mend `tls`, `endpoints` or the trust in the configuration."
        ),
        Remedy::Sender => format!(
            "Give {provider} a `from` that it lets us send as, or log in there; see what it is known to take."
        ),
        Remedy::Settings => format!("Mend the settings of {provider}."),
        Remedy::Local => {
            format!("Run the program of {provider} by hand, as the agent's user, or look at its folder.")
        }
        Remedy::Amount => format!(
            "{provider} has had enough for now. Tell the configuration what it takes (`messages_per_day` and the like), so that the others are asked before it says so."
        ),
        Remedy::Address => format!(
            "If {to} is wrong, send the alert to somebody else, and mend the alias or the writer of the alert."
        ),
        Remedy::Mailbox => format!(
            "The mailbox of {to} has to take mail again; until then somebody else can have the alert."
        ),
        Remedy::Message => format!(
            "Another provider may take a message that {provider} does not; see what it looks like on the wire."
        ),
        Remedy::Filter => format!(
            "Ask {to}, or whoever runs {provider}, to let the sender through, or put a provider in front that is trusted there."
        ),
    }
}

fn in_japanese(remedy: Remedy, provider: &str, to: &str) -> String {
    match remedy {
        Remedy::Passes => format!("{provider}の状態が続くようなら、応答を確認してください。"),
        Remedy::Network => "このマシンがネットワークにつながっていません。つながり次第すぐに送信します。それまでは試行回数に数えません。".to_owned(),
        Remedy::Login => format!(
            "設定にある{provider}のユーザー名、パスワードまたは認証方式を直し、ログインできることを確認してから設定を再読み込みしてください。"
        ),
        Remedy::Tls => format!(
            "{provider}の証明書と接続先を確認し、設定の `tls`、`endpoints` または信頼する認証局を直してください。"
        ),
        Remedy::Sender => format!(
            "{provider}が認める差出人を `from` に設定するか、ログインを設定してください。認められる差出人は一覧で確認できます。"
        ),
        Remedy::Settings => format!("{provider}の設定を直してください。"),
        Remedy::Local => format!(
            "{provider}のプログラムをエージェントの利用者で実行してみるか、フォルダを確認してください。"
        ),
        Remedy::Amount => format!(
            "{provider}の送信量が上限に達しています。上限（`messages_per_day` など）を設定すると、達する前にほかのプロバイダを使います。"
        ),
        Remedy::Address => format!(
            "{to} が誤りなら、別の宛先へ送り、エイリアスまたはアラートを書いたプログラムを直してください。"
        ),
        Remedy::Mailbox => format!(
            "{to} のメールボックスが再び受信できるようになるまで、別の宛先へ送ることができます。"
        ),
        Remedy::Message => format!(
            "{provider}が受け付けないメールでも、ほかのプロバイダなら送信できることがあります。実際のメールを確認してください。"
        ),
        Remedy::Filter => format!(
            "{to} または{provider}の管理者に差出人の許可を依頼するか、宛先側に信頼されるプロバイダを優先してください。"
        ),
    }
}

/// Where all that may be asked are left out, or have refused for good.
fn by_providers(tongue: Tongue, item: &Item, turns: &[Turn]) -> Option<Advice> {
    let is_useless =
        |turn: &Turn| turn.providers.iter().all(|asked| asked.has_refused || asked.left_out.is_some());
    let first = turns.iter().find(|turn| is_useless(turn))?;
    let to = &first.to;
    let key = item.key.as_ref().map_or_else(String::new, |key| match shell_word(key) {
        Some(word) => format!(" --key {word}"),
        None => String::new(),
    });
    Some(Advice::new(
        tongue.either(
            format!(
                "None of the providers for {to} works at present: add another one to the configuration, or to the rule that holds."
            ),
            format!(
                "{to} 宛てに使えるプロバイダが現在ありません。設定または該当する規則に、別のプロバイダを追加してください。"
            ),
        ),
        format!("alertmail route --to {to} --severity {}{key}", item.severity.as_str()),
    ))
}

/// A text that a shell takes as one word without quotes.
fn shell_word(text: &str) -> Option<&str> {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_./:@".contains(&octet);
    (!text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain)).then_some(text)
}

fn by_state(tongue: Tongue, item: &Item) -> Vec<Advice> {
    let id = item.id.as_str();
    match item.standing {
        Standing::Deferred(_) => vec![
            Advice::new(
                tongue.either("It can be tried now.", "今すぐ再送できます。"),
                format!("alertmail retry {id}"),
            ),
            Advice::new(
                tongue.either("It can wait until somebody releases it.", "解除するまで保留にできます。"),
                format!("alertmail hold {id}"),
            ),
            Advice::new(
                tongue.either(
                    "If nobody wants it any more, it can be given up.",
                    "不要になった場合は、送信を断念できます。",
                ),
                format!("alertmail drop {id} --reason TEXT"),
            ),
        ],
        Standing::Held => vec![
            Advice::new(
                tongue.either("It can go on.", "保留を解除できます。"),
                format!("alertmail release {id}"),
            ),
            Advice::new(
                tongue.either("It can be given up.", "送信を断念できます。"),
                format!("alertmail drop {id} --reason TEXT"),
            ),
        ],
        Standing::Dead if item.folder.is_some() => vec![
            Advice::new(
                tongue.either(
                    "It can be tried again as if it had just come, for those who do not have it.",
                    "届いていない宛先へ、新着として再送できます。",
                ),
                format!("alertmail requeue {id}"),
            ),
            Advice::new(
                tongue.either(
                    "If nobody needs it any more, it can be removed.",
                    "不要になった場合は、削除できます。",
                ),
                format!("alertmail purge {id}"),
            ),
        ],
        Standing::Incoming | Standing::Trying => vec![Advice::new(
            tongue.either(
                "If nobody wants it, it can be held before it goes out.",
                "不要な場合は、送信前に保留にできます。",
            ),
            format!("alertmail hold {id}"),
        )],
        Standing::Sent | Standing::Dead | Standing::Gone => {
            vec![Advice::new(
                tongue.either("All of its attempts are on record.", "すべての試行の記録があります。"),
                format!("alertmail show {id}"),
            )]
        }
    }
}

/// What can be done about a file that was set aside.
pub(super) fn of_corrupt(tongue: Tongue, name: &str, folder: &str) -> Vec<Advice> {
    let writer = tongue.either(
        "Whoever wrote it has to write an alert: the published schema says what that is.",
        "書いたプログラムを直してください。アラートの形式は公開スキーマにあります。",
    );
    let mended = tongue.either(
        format!(
            "A file that was mended by hand goes back through enqueue, or under a new name into incoming/; `{name}` stays in {folder} until somebody removes it."
        ),
        format!(
            "手で直したファイルは enqueue で送り直すか、別の名前で incoming/ に置いてください。`{name}` は削除されるまで {folder} に残ります。"
        ),
    );
    vec![Advice::without_command(writer), Advice::without_command(mended)]
}
