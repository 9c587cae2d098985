//! Lists of mailboxes that somebody else wrote.
//!
//! Providers refuse an address without a domain, and only the machine that wrote `root` knows who that is. So a bare
//! name goes as an empty group, `root:;`, which shows the same and is an address to nobody (RFC 5322 section 3.4).

use super::mend;
use crate::address::{Mailbox, write_mailbox, write_phrase};
use crate::charset::CharsetPolicy;
use crate::header::{self, Field};
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderValue};

/// RFC 5321 section 4.5.3.1: local part 64, domain 255.
const ADDRESS_OCTETS_MAX: usize = 320;

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Person {
    /// Somebody with an address that can be used anywhere.
    Mailbox(Mailbox),
    /// A name without an address, or with one that is none outside of its machine.
    Bare {
        /// The display name, if there is one beside the address.
        name: Option<String>,
        /// What is there to show.
        shown: String,
    },
    /// A group of nobody, such as `undisclosed-recipients:;`.
    Group(String),
}

/// Reads a value that is text already.
pub(super) fn parse(value: &str) -> Vec<Person> {
    let line = format!("{}\n", header::clean(value));
    let HeaderValue::Address(parsed) = MessageStream::new(line.as_bytes()).parse_address() else {
        return Vec::new();
    };
    match parsed {
        Address::List(list) => list.iter().filter_map(|one| person(one, value)).collect(),
        Address::Group(groups) => groups
            .iter()
            .flat_map(|group| {
                let name = group.name.as_deref().unwrap_or_default();
                let nobody = group.addresses.is_empty().then(|| Person::Group(name.to_owned()));
                group.addresses.iter().filter_map(|one| person(one, value)).chain(nobody)
            })
            .collect(),
    }
}

fn person(one: &Addr<'_>, raw: &str) -> Option<Person> {
    let name = one.name.as_deref().unwrap_or_default().trim();
    let address = one.address.as_deref().unwrap_or_default().trim();
    // A name that cannot be decoded is left out rather than shown wrongly.
    let name = Some(name).filter(|name| !name.is_empty() && mend::is_whole(name, raw)).map(str::to_owned);
    if is_usable(address) {
        return Some(Person::Mailbox(Mailbox { name, address: address.to_owned() }));
    }
    let shown = name.clone().unwrap_or_else(|| address.to_owned());
    // `root` alone comes as a name without an address.
    let is_account = address.is_empty() && shown.is_ascii() && !shown.contains(' ');
    let name = name.filter(|_| !is_account);
    (!shown.is_empty()).then_some(Person::Bare { name, shown })
}

/// An address with a domain, in characters that every server takes.
pub(super) fn is_usable(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let is_local = |octet: u8| octet.is_ascii_graphic() && !b"()<>,;:\\\"[]@".contains(&octet);
    let is_domain = |octet: u8| octet.is_ascii_alphanumeric() || b".-_[]:".contains(&octet);
    !local.is_empty()
        && !domain.is_empty()
        && address.len() <= ADDRESS_OCTETS_MAX
        && local.bytes().all(is_local)
        && domain.bytes().all(is_domain)
}

/// Whether a value can stay as it is: every address has a domain, and dots only where they may be.
pub(super) fn is_presentable(value: &str, people: &[Person]) -> bool {
    has_quoted_local_part(value)
        || people.iter().all(|person| match person {
            Person::Mailbox(mailbox) => {
                let address = &mailbox.address;
                !address.starts_with('.') && !address.contains("..") && !address.contains(".@")
            }
            Person::Group(_) => true,
            Person::Bare { .. } => false,
        })
}

/// A quoted local part, which is beyond the parser, and right as it stands.
pub(super) fn has_quoted_local_part(value: &str) -> bool {
    value.contains("\"@")
}

/// Everybody with an address.
pub(super) fn mailboxes(people: &[Person]) -> impl Iterator<Item = &Mailbox> {
    people.iter().filter_map(|person| match person {
        Person::Mailbox(mailbox) => Some(mailbox),
        Person::Bare { .. } | Person::Group(_) => None,
    })
}

/// Writes the field; nothing if there is nobody to write.
pub(super) fn write(out: &mut String, name: &str, people: &[Person], policy: CharsetPolicy) {
    if people.is_empty() {
        return;
    }
    let mut field = Field::begin(out, name);
    for (n, person) in people.iter().enumerate() {
        let comma = if n + 1 < people.len() { "," } else { "" };
        match person {
            Person::Mailbox(mailbox) => write_mailbox(&mut field, mailbox, comma, policy),
            Person::Bare { shown: name, .. } | Person::Group(name) => {
                let name = header::clean(name);
                let name = name.trim_matches(' ');
                write_phrase(&mut field, if name.is_empty() { "nobody" } else { name }, policy);
                field.token(&format!(":;{comma}"));
            }
        }
    }
    field.end();
}
