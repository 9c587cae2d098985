//! As whom mail goes out, held against what the provider is known to take: before the network is used, since a carrier
//! that refuses a sender does it after the login, for every alert, and at night.

use spool_format::Address;

use super::preset::{HeaderFrom, Preset, SenderRule, Senders, UserForm};
use super::section::Section;

/// What the keys say of the sender.
pub(super) struct Sender {
    pub(super) from: Address,
    pub(super) rule: Senders,
    pub(super) free_from: bool,
}

/// Reads `from`, `free_from`, `registered` and `sender_rule`; `None` if `from` has a mistake.
pub(super) fn read(
    section: &Section<'_, '_>,
    (name, preset): (&str, Option<&Preset>),
    user: Option<&str>,
) -> Option<Sender> {
    let from = section.address("from");
    let registered = section.addresses("registered").unwrap_or_default();
    let free_from = section.flag("free_from").unwrap_or(false);
    let knows_better = section.parsed("sender_rule", any).is_some();
    let preset = preset.filter(|_| !knows_better);
    let rule = preset.map_or(Senders::Any, |preset| preset.sender.rule);
    let from = from?;
    let sender = Sender { from, rule, free_from };
    if section.has("registered") && !matches!(rule, Senders::Registered | Senders::Replaced) {
        section.wrong("registered", "`registered` is for presets whose provider has a list of addresses that the account may use; leave it out");
    }
    let Some(preset) = preset else { return Some(sender) };
    judge_header(section, (name, preset), free_from);
    judge_envelope(section, (name, preset), (&sender.from, user), &registered);
    Some(sender)
}

fn any(word: &str) -> Result<(), String> {
    if word == "any" { Ok(()) } else { Err(format!("`{word}` is no rule; write \"any\", or leave it out")) }
}

fn judge_header(section: &Section<'_, '_>, (name, preset): (&str, &Preset), free_from: bool) {
    match preset.sender.header {
        HeaderFrom::Own if free_from => {
            let what = format!(
                "`free_from` puts the alert's own sender into From, which {} refuses; leave it out, answers go to that \
                 sender anyway",
                preset.name
            );
            section.wrong("free_from", &what);
        }
        HeaderFrom::Replaced if free_from => section.warn(
            "free_from",
            &format!("provider `{name}` replaces From by the account's address, whatever `free_from` says"),
        ),
        _ => {}
    }
}

fn judge_envelope(
    section: &Section<'_, '_>,
    (name, preset): (&str, &Preset),
    (from, user): (&Address, Option<&str>),
    registered: &[Address],
) {
    let sender = &preset.sender;
    let is_listed = registered.iter().any(|other| is_same(other.as_str(), from.as_str()));
    if is_listed || is_own(sender, from, user) {
        return;
    }
    let own = own_address(sender, user);
    let day = &preset.checked;
    match sender.rule {
        Senders::Own => section.wrong(
            "from",
            &format!(
                "`from` is {from}, and {} takes only {own} as sender (checked {day}); if you know better write \
                 sender_rule = \"any\"",
                preset.name
            ),
        ),
        Senders::Registered => section.wrong(
            "from",
            &format!(
                "`from` is {from}, and {} takes only {own} as sender and what is registered with the account (checked \
                 {day}); if it is, write registered = [\"{from}\"]",
                preset.name
            ),
        ),
        Senders::Replaced => section.warn(
            "from",
            &format!(
                "provider `{name}` sends as {own}, and not as {from}, without a word; if the account may use that \
                 address write registered = [\"{from}\"]"
            ),
        ),
        Senders::Any | Senders::Unknown => {}
    }
}

/// Whether the address is the account's own, as far as user and domain can tell.
fn is_own(sender: &SenderRule, from: &Address, user: Option<&str>) -> bool {
    let is_there =
        sender.domains.is_empty() || sender.domains.iter().any(|domain| is_same(domain, from.domain()));
    let is_who = match (sender.user, user) {
        (UserForm::LocalPart, Some(user)) => {
            let local = from.as_str().rsplit_once('@').map_or("", |(local, _)| local);
            is_same(user.split_once('@').map_or(user, |(local, _)| local), local)
        }
        (UserForm::Address, Some(user)) if user.contains('@') => is_same(user, from.as_str()),
        (UserForm::Account | UserForm::Address | UserForm::LocalPart, _) => true,
    };
    is_there && is_who
}

/// The account's address in words.
fn own_address(sender: &SenderRule, user: Option<&str>) -> String {
    let domains = sender.domains.join(" or ");
    match (sender.user, user) {
        (UserForm::Address, Some(user)) => user.to_owned(),
        (UserForm::LocalPart, Some(user)) => {
            let local = user.split_once('@').map_or(user, |(local, _)| local);
            if domains.is_empty() { format!("{local}@…") } else { format!("{local}@{domains}") }
        }
        _ if domains.is_empty() => "the account's own address".to_owned(),
        _ => format!("the account's own address at {domains}"),
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
