//! The TLS of a `[[provider]]`: its endpoints, who vouches for it, and where it may do without.

use std::net::IpAddr;

use smtp::{AuthPolicy, Mechanism, Security};

use super::preset::Preset;
use super::section::Section;
use super::{Endpoint, Pin, Provider, Route, Trust, in_clear, value};

/// What is left of a login without TLS.
const HIDDEN_ONLY: &str = "only mechanisms that hide the password (scram-sha-256, scram-sha-1, digest-md5, cram-md5) \
                           will be used there";

pub(super) fn endpoints(section: &Section<'_, '_>, preset: Option<&Preset>) -> Option<Vec<Endpoint>> {
    let security = section.parsed("tls", value::security);
    let port = section.number("port", 1, u16::MAX);
    let one_by_one = section.has("port") || section.has("tls");
    if section.has("endpoints") {
        if one_by_one {
            section.wrong("endpoints", "`endpoints` takes the place of `port` and `tls`; leave those out");
            return None;
        }
        let list = section.list("endpoints", value::endpoint)?;
        if list.is_empty() {
            section.wrong("endpoints", "`endpoints` is an empty list");
            return None;
        }
        return Some(list);
    }
    if let Some(preset) = preset.filter(|_| !one_by_one) {
        return Some(preset.endpoints.clone());
    }
    if (section.has("tls") && security.is_none()) || (section.has("port") && port.is_none()) {
        return None;
    }
    let security =
        security.unwrap_or(if port == Some(465) { Security::Implicit } else { Security::StartTls });
    let usual = match security {
        Security::StartTls => 587,
        Security::Implicit => 465,
        Security::None => 25,
    };
    Some(vec![Endpoint { port: port.unwrap_or(usual), security }])
}

/// Who vouches for the certificate: the system, a file, or its key itself.
pub(super) fn trust(section: &Section<'_, '_>) -> Option<Trust> {
    if !section.has("pin_sha256") {
        return Some(section.path("ca_file").map_or(Trust::System, Trust::CaFile));
    }
    if section.has("ca_file") {
        section.wrong("pin_sha256", "`pin_sha256` takes the place of `ca_file`; leave one of them out");
        return None;
    }
    let pins = section.list("pin_sha256", Pin::parse)?;
    if pins.is_empty() {
        section.wrong("pin_sha256", "`pin_sha256` is an empty list: no server would be trusted");
        return None;
    }
    Some(Trust::Pins(pins))
}

/// Reads a name that a certificate can have.
pub(super) fn tls_name(text: &str) -> Result<String, String> {
    match tokio_rustls::rustls::pki_types::ServerName::try_from(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("`{text}` is not a name that a certificate can have")),
    }
}

/// What the address shows already is said here; names are judged by the address to which they lead.
pub(super) fn refuse_far_in_clear(section: &Section<'_, '_>, provider: &Provider) {
    let is_far = provider.host.parse::<IpAddr>().is_ok_and(|address| !in_clear::is_near(address));
    // What a program does with what it gets is its own business: it may be the one that speaks TLS.
    let is_ours = !matches!(provider.route, Route::Command(_));
    if is_far && is_ours && goes_in_clear(provider) && !in_clear::hides_password(&provider.auth) {
        let key = if section.has("tls") { "tls" } else { "endpoints" };
        section.wrong(
            key,
            &format!(
                "`{}` is neither this machine nor in a private network: nothing goes there without TLS; write tls = \"starttls\" or \"implicit\", or name mechanisms in `auth` that hide the password (\"cram-md5\")",
                provider.host
            ),
        );
    }
}

fn goes_in_clear(provider: &Provider) -> bool {
    provider.endpoints.iter().any(|endpoint| endpoint.security == Security::None)
}

/// Says what will not work without TLS.
pub(super) fn warn(section: &Section<'_, '_>, provider: &Provider) {
    let (wanted, what) = match &provider.auth {
        AuthPolicy::None => return,
        _ if provider.token.is_some() => {
            (&Mechanism::ALL[..], "a token never goes out in clear, and is of no use there")
        }
        AuthPolicy::Auto => (&Mechanism::ALL[..], HIDDEN_ONLY),
        AuthPolicy::Listed(list) => (&list[..], HIDDEN_ONLY),
    };
    if goes_in_clear(provider) && wanted.iter().any(|mechanism| !mechanism.hides_the_password()) {
        let key = if section.has("tls") { "tls" } else { "endpoints" };
        section.warn(key, &format!("provider `{}` has tls = \"none\": {what}", provider.name));
    }
}
