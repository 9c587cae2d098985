//! `[page]`: where the status page can be asked for.

use super::keys::{Key, Place, key};
use super::listen::{self, Listen};
use super::section::Section;
use crate::address;

pub(super) const KEYS: &[Key] = &[
    key(Place::Top, "page", "table", "", "a status page for browsers on this machine"),
    key(
        Place::Page,
        "listen",
        "ADDRESS:PORT, or path of a socket",
        "none",
        "where the page can be asked for, as \"127.0.0.1:9711\", \"[::1]:9711\" or \"/run/alertmail/page.sock\"; every user of this machine can see a port's, with subjects and recipients, and only the spool's owner and group a socket's",
    ),
    key(
        Place::Page,
        "hosts",
        "list of host names",
        "none",
        "further names under which a port may be asked for, besides localhost and addresses: those of a proxy in front of it",
    ),
];

/// Where the status page can be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// On this machine; nowhere by itself.
    pub listen: Option<Listen>,
    /// Host names besides localhost, in their ASCII form.
    pub hosts: Vec<String>,
}

/// Reads `[page]`.
pub(super) fn read(root: &Section<'_, '_>) -> Page {
    let Some(section) = root.section("page", "[page]", Place::Page) else { return Page::default() };
    Page { listen: listen::read(&section), hosts: section.list("hosts", host).unwrap_or_default() }
}

fn host(text: &str) -> Result<String, String> {
    let host = address::ascii(text).into_owned();
    let is_name = host.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-.".contains(&octet));
    if host.is_empty() || !is_name {
        return Err(format!(
            "`{text}` is no host name; write it without a port, for example \"status.example.jp\""
        ));
    }
    Ok(host)
}
