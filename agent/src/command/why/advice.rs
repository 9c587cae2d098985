//! What would change how it goes on with an alert: for each rule that judged it, and for each state, what a person can do.

use std::collections::BTreeSet;

use spool_format::Settlement;

use super::Surroundings;
use super::judged::last_of_each;
use super::next::Turn;
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
pub(super) fn of(item: &Item, around: &Surroundings<'_>, turns: &[Turn]) -> Vec<Advice> {
    let mut advice = Vec::new();
    if item.standing.waits() && !around.running {
        advice.push(Advice::new("No agent runs. Start one.", "alertmail run"));
    }
    if item.unreadable.is_some() {
        let text = "Whoever wrote the file has to write an alert: the published schema says what that is.";
        advice.push(Advice::without_command(text));
        return advice;
    }
    if matches!(item.standing, Standing::Deferred(_) | Standing::Dead) {
        advice.extend(by_rules(item));
    }
    advice.extend(by_providers(item, turns));
    advice.extend(by_state(item));
    advice
}

/// What the rules that judged it say can be mended, each once.
fn by_rules(item: &Item) -> Vec<Advice> {
    let mut known = BTreeSet::new();
    let judged = last_of_each(item).into_iter();
    let of_one = judged.filter_map(|judged| {
        let result = judged.result?;
        let settled = item.recipients.iter().find(|(to, _)| *to == result.to.as_str());
        if settled.is_some_and(|(_, settlement)| *settlement == Settlement::Delivered) {
            return None;
        }
        let (provider, to) = (&judged.provider, result.to.as_str());
        Some(mend(remedy(result.rule.as_deref()?), item.id.as_str(), provider, to))
    });
    of_one.filter(|advice| known.insert(advice.clone())).collect()
}

fn mend(remedy: Remedy, id: &str, provider: &str, to: &str) -> Advice {
    let probe = format!("alertmail probe {provider}");
    let edit = format!("alertmail edit {id} --to ADDRESS");
    match remedy {
        Remedy::Passes => Advice::new(format!("If {provider} stays so, look what it says."), probe),
        Remedy::Network => Advice::without_command(
            "This machine has no network. When it is back the alert is tried at once, and no attempt is counted until then.",
        ),
        Remedy::Login => Advice::new(
            format!(
                "Mend the user name, the password or the way to log in of {provider} in the configuration, then reload it; first see whether the new ones are taken."
            ),
            format!("{probe} --auth"),
        ),
        Remedy::Tls => Advice::new(
            format!(
                "Look at the certificate of {provider} and at the endpoints that it offers, and mend `tls`, `endpoints` or the trust in the configuration."
            ),
            probe,
        ),
        Remedy::Sender => Advice::new(
            format!(
                "Give {provider} a `from` that it lets us send as, or log in there; see what it is known to take."
            ),
            "alertmail providers",
        ),
        Remedy::Settings => Advice::new(format!("Mend the settings of {provider}."), probe),
        Remedy::Local => Advice::new(
            format!("Run the program of {provider} by hand, as the agent's user, or look at its folder."),
            probe,
        ),
        Remedy::Amount => Advice::new(
            format!(
                "{provider} has had enough for now. Tell the configuration what it takes (`messages_per_day` and the like), so that the others are asked before it says so."
            ),
            "alertmail providers",
        ),
        Remedy::Address => Advice::new(
            format!(
                "If {to} is wrong, send the alert to somebody else, and mend the alias or the writer of the alert."
            ),
            edit,
        ),
        Remedy::Mailbox => Advice::new(
            format!(
                "The mailbox of {to} has to take mail again; until then somebody else can have the alert."
            ),
            edit,
        ),
        Remedy::Message => Advice::new(
            format!(
                "Another provider may take a message that {provider} does not; see what it looks like on the wire."
            ),
            format!("alertmail preview {id}"),
        ),
        Remedy::Filter => Advice::new(
            format!(
                "Ask {to}, or whoever runs {provider}, to let the sender through, or put a provider in front that is trusted there."
            ),
            format!("alertmail preview {id}"),
        ),
    }
}

/// Where all that may be asked are left out, or have refused for good.
fn by_providers(item: &Item, turns: &[Turn]) -> Option<Advice> {
    let is_useless =
        |turn: &Turn| turn.providers.iter().all(|asked| asked.has_refused || asked.left_out.is_some());
    let first = turns.iter().find(|turn| is_useless(turn))?;
    let to = &first.to;
    let key = item.key.as_ref().map_or_else(String::new, |key| match shell_word(key) {
        Some(word) => format!(" --key {word}"),
        None => String::new(),
    });
    Some(Advice::new(
        format!(
            "None of the providers for {to} works at present: add another one to the configuration, or to the rule that holds."
        ),
        format!("alertmail route --to {to} --severity {}{key}", item.severity.as_str()),
    ))
}

/// A text that a shell takes as one word without quotes.
fn shell_word(text: &str) -> Option<&str> {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_./:@".contains(&octet);
    (!text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain)).then_some(text)
}

fn by_state(item: &Item) -> Vec<Advice> {
    let id = item.id.as_str();
    match item.standing {
        Standing::Deferred(_) => vec![
            Advice::new("It can be tried now.", format!("alertmail retry {id}")),
            Advice::new("It can wait until somebody releases it.", format!("alertmail hold {id}")),
            Advice::new(
                "If nobody wants it any more, it can be given up.",
                format!("alertmail drop {id} --reason TEXT"),
            ),
        ],
        Standing::Held => vec![
            Advice::new("It can go on.", format!("alertmail release {id}")),
            Advice::new("It can be given up.", format!("alertmail drop {id} --reason TEXT")),
        ],
        Standing::Dead if item.folder.is_some() => vec![
            Advice::new(
                "It can be tried again as if it had just come, for those who do not have it.",
                format!("alertmail requeue {id}"),
            ),
            Advice::new("If nobody needs it any more, it can be removed.", format!("alertmail purge {id}")),
        ],
        Standing::Incoming | Standing::Trying => vec![Advice::new(
            "If nobody wants it, it can be held before it goes out.",
            format!("alertmail hold {id}"),
        )],
        Standing::Sent | Standing::Dead | Standing::Gone => {
            vec![Advice::new("All of its attempts are on record.", format!("alertmail show {id}"))]
        }
    }
}

/// What can be done about a file that was set aside.
pub(super) fn of_corrupt(name: &str, folder: &str) -> Vec<Advice> {
    let writer = "Whoever wrote it has to write an alert: the published schema says what that is.";
    let mended = format!(
        "A file that was mended by hand goes back through enqueue, or under a new name into incoming/; `{name}` stays in {folder} until somebody removes it."
    );
    vec![Advice::without_command(writer), Advice::without_command(mended)]
}
