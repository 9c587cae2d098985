//! `[[listen]]`: where the agent takes alerts from a network, as mail or by HTTP. Nowhere by itself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use delivery::routing::Whom;
use toml::de::DeTable;

use super::keys::{Key, Place, key};
use super::secret::SecretSource;
use super::section::Section;
use super::{Listen, Provider, login, routing};

pub(super) const KEYS: &[Key] = &[
    key(
        Place::Top,
        "listen",
        "list of tables",
        "none",
        "where alerts are taken from a network: as mail, from what can only send mail, or by HTTP",
    ),
    key(
        Place::Listen,
        "kind",
        "smtp, lmtp or http",
        "",
        "what is spoken there; http has /alert, /alertmanager and /grafana",
    ),
    key(
        Place::Listen,
        "address",
        "ADDRESS:PORT",
        "none",
        "where, as \"127.0.0.1:2525\" or \"[::1]:2525\"; every user of this machine can connect there",
    ),
    key(
        Place::Listen,
        "socket",
        "path",
        "none",
        "or a Unix socket, which every user of this machine can use",
    ),
    key(
        Place::Listen,
        "networks",
        "list of addresses and networks",
        "none",
        "who may connect from other machines, as \"192.0.2.0/24\" or \"2001:db8::7\"; only for an address that they can reach",
    ),
    key(
        Place::Listen,
        "recipients",
        "list of addresses and domains",
        "none",
        "for whom alerts are taken besides aliases, and whomever else this file names; a domain stands for everything below it as well",
    ),
    key(
        Place::Listen,
        "token",
        "table or none",
        "",
        "for kind http: what has to stand behind `Authorization: Bearer`, from the same sources as a password; an address needs one, and on this machine \"none\" does",
    ),
    key(
        Place::Listen,
        "auth",
        "none or any",
        "none",
        "for kind smtp: with any, a login is offered and everybody's is taken, for appliances that insist on one; it protects nothing",
    ),
    key(
        Place::Listen,
        "connections",
        "number",
        "1000",
        "at a time; whoever comes then is asked to come later",
    ),
    key(
        Place::Listen,
        "connections_each",
        "number",
        "100",
        "of them, from one other machine (with IPv6, one network of 64 bits) or, on a socket, of one user",
    ),
    key(
        Place::Listen,
        "alerts_per_minute_each",
        "number",
        "600",
        "from one of those, so many at once and then within each minute; what comes beyond is asked to come later",
    ),
    key(Place::Listen, "size_max_kib", "number", "5120", "KiB of a mail or of a document at most"),
    key(Place::Listen, "idle", "time", "60s", "for a command, or for the head of a request; 10m at most"),
    key(Place::Listen, "within", "time", "5m", "for a whole mail or document; 1h at most"),
];

/// Octets of a mail; base64 makes them 7 MiB, of 8 that an alert may have.
const KIB_MAX: u16 = 5 * 1024;

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
    /// RFC 9112.
    Http,
}

impl fmt::Display for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
            Self::Http => "http",
        })
    }
}

/// One place at which alerts are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// What is spoken there.
    pub speech: Speech,
    /// Where.
    pub place: Listen,
    /// Who may connect besides this machine.
    pub networks: Vec<Network>,
    /// For whom alerts are taken besides those whom the configuration names anyway.
    pub recipients: Vec<Whom>,
    /// What has to be shown.
    pub token: Option<SecretSource>,
    /// Whether a login is offered, which is everybody's.
    pub any_login: bool,
    /// At a time.
    pub connections: usize,
    /// Of them, from one other machine or of one user on a socket.
    pub connections_each: usize,
    /// Alerts from one of those, within a minute.
    pub alerts_per_minute_each: u32,
    /// Octets of a mail or a document.
    pub octets_max: usize,
    /// For a command, or for the head of a request.
    pub idle: Duration,
    /// For a whole mail or document.
    pub within: Duration,
}

/// Addresses that have their first bits in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether this address is one of them. An IPv4 address in IPv6's clothes is one.
    pub fn has(&self, address: IpAddr) -> bool {
        let differ = |ours: u128, theirs: u128, width: u8| {
            let shift = u32::from(width - self.bits);
            (ours ^ theirs).checked_shr(shift).unwrap_or(0) != 0
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                !differ(ours.to_bits().into(), theirs.to_bits().into(), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => !differ(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

/// Reads all of them. `providers` is `None` if those have mistakes themselves.
pub(super) fn read(root: &Section<'_, '_>, providers: Option<&[Provider]>) -> Vec<Intake> {
    if !root.has("listen") {
        return Vec::new();
    }
    let title = |n: usize, _: &DeTable<'_>| format!("[[listen]] number {}", n + 1);
    let sections = root.sections("listen", title, Place::Listen).unwrap_or_default();
    let mut intakes: Vec<Intake> = Vec::new();
    for section in &sections {
        let Some(intake) = one(section) else { continue };
        let is_any_port = matches!(intake.place, Listen::Tcp(address) if address.port() == 0);
        if intakes.iter().any(|it| it.place == intake.place) && !is_any_port {
            section.wrong("kind", &format!("somebody else listens at {} already", intake.place));
        }
        for provider in providers.unwrap_or_default().iter().filter(|it| leads_to(it, &intake.place)) {
            let what = format!("provider `{}` leads here: alerts would go round and round", provider.name);
            section.wrong("address", &what);
        }
        intakes.push(intake);
    }
    intakes
}

/// Whether mail for this provider would come back in here.
fn leads_to(provider: &Provider, place: &Listen) -> bool {
    let Listen::Tcp(address) = place else { return false };
    let host: Option<IpAddr> = provider.host.trim_matches(['[', ']']).parse().ok();
    let is_here = provider.host.eq_ignore_ascii_case("localhost")
        || host.is_some_and(|host| host == address.ip() || host.is_loopback());
    is_here && provider.endpoints.iter().any(|endpoint| endpoint.port == address.port())
}

fn one(section: &Section<'_, '_>) -> Option<Intake> {
    if !section.has("kind") {
        section.wrong("kind", "`kind` is missing: \"smtp\", \"lmtp\" or \"http\"");
    }
    let speech = section.parsed("kind", speech)?;
    let networks = section.list("networks", network).unwrap_or_default();
    let place = place(section, &networks)?;
    let token = token(section, speech, &place);
    let any_login = section.parsed("auth", any_login).unwrap_or(false);
    if section.has("auth") && speech != Speech::Smtp {
        section.wrong("auth", "`auth` is for kind \"smtp\"; leave it out");
    }
    let most = |key: &str, usual: u64, most: u64| {
        let time = section.time(key).unwrap_or(Duration::from_secs(usual));
        if time.is_zero() || time > Duration::from_secs(most) {
            section.wrong(key, &format!("`{key}` has to be a time up to {} m", most / 60));
        }
        time
    };
    Some(Intake {
        speech,
        place,
        networks,
        recipients: section.list("recipients", whom).unwrap_or_default().concat(),
        token,
        any_login,
        connections: section.number("connections", 1, 10_000).unwrap_or(1000).into(),
        connections_each: section.number("connections_each", 1, 10_000).unwrap_or(100).into(),
        alerts_per_minute_each: section.number("alerts_per_minute_each", 1, 60_000).unwrap_or(600).into(),
        octets_max: usize::from(section.number("size_max_kib", 1, KIB_MAX).unwrap_or(KIB_MAX)) * 1024,
        idle: most("idle", 60, 600),
        within: most("within", 300, 3600),
    })
}

fn place(section: &Section<'_, '_>, networks: &[Network]) -> Option<Listen> {
    if section.has("socket") {
        for key in ["address", "networks"].into_iter().filter(|key| section.has(key)) {
            section.wrong(key, &format!("`{key}` is of no use beside `socket`; leave one of them out"));
        }
        return section.path("socket").map(Listen::Unix);
    }
    if !section.has("address") {
        section.wrong("address", "`address` is missing, or `socket`: where to listen");
    }
    let address: SocketAddr = section.parsed("address", |text| {
        text.parse().map_err(|_| {
            format!("`{text}` is no place to listen; write for example \"127.0.0.1:2525\" or \"[::1]:2525\"")
        })
    })?;
    if !address.ip().is_loopback() && networks.is_empty() {
        let what = format!(
            "`{address}` can be reached from other machines; say in `networks` which of them may connect"
        );
        section.wrong("address", &what);
    }
    if address.ip().is_loopback() && section.has("networks") {
        section.wrong("networks", "`networks` is of no use here: no other machine can reach this address");
    }
    Some(Listen::Tcp(address))
}

fn token(section: &Section<'_, '_>, speech: Speech, place: &Listen) -> Option<SecretSource> {
    if speech != Speech::Http {
        if section.has("token") {
            section.wrong("token", "`token` is for kind \"http\"; leave it out");
        }
        return None;
    }
    if section.is_table("token") {
        return login::source(section, "token", Place::Token);
    }
    let is_open = section.has("token")
        && section.parsed("token", |text| match text {
            "none" => Ok(()),
            _ => Err("write a source as { file = \"intake.token\" }, or \"none\"; a token itself does not belong in here".to_owned()),
        }).is_some();
    match place {
        Listen::Tcp(address) if is_open && !address.ip().is_loopback() => {
            section.wrong(
                "token",
                "without a `token` every machine in `networks` could send alerts as it likes",
            );
        }
        Listen::Tcp(_) if !section.has("token") => {
            section.wrong("token", "`token` is missing; write for example token = { file = \"intake.token\" }, or \"none\" if every user of this machine may send alerts");
        }
        _ => {}
    }
    None
}

fn speech(word: &str) -> Result<Speech, String> {
    [Speech::Smtp, Speech::Lmtp, Speech::Http]
        .into_iter()
        .find(|speech| speech.to_string() == word)
        .ok_or_else(|| "what is spoken there is \"smtp\", \"lmtp\" or \"http\"".to_owned())
}

fn any_login(word: &str) -> Result<bool, String> {
    match word {
        "none" => Ok(false),
        "any" => Ok(true),
        _ => Err("write \"none\", or \"any\" for a login that is everybody's".to_owned()),
    }
}

/// As in rules for providers; what others write for a whole domain is understood.
fn whom(text: &str) -> Result<Vec<Whom>, String> {
    routing::whom(text.strip_prefix("*@").or_else(|| text.strip_prefix('@')).unwrap_or(text))
}

fn network(text: &str) -> Result<Network, String> {
    let no = || format!("`{text}` is no network; write for example \"192.0.2.0/24\" or \"2001:db8::/32\"");
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().map_err(|_| no())?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(width), |bits| bits.parse::<u8>().map_err(|_| no()))?;
    if bits > width {
        return Err(no());
    }
    Ok(Network { address, bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        for (text, inside, outside) in [
            ("192.0.2.0/24", vec!["192.0.2.1", "192.0.2.255", "::ffff:192.0.2.9"], vec!["192.0.3.1", "::1"]),
            ("192.0.2.7", vec!["192.0.2.7"], vec!["192.0.2.6"]),
            ("192.0.2.77/31", vec!["192.0.2.76", "192.0.2.77"], vec!["192.0.2.78"]),
            ("0.0.0.0/0", vec!["1.2.3.4"], vec!["::1"]),
            ("2001:db8::/32", vec!["2001:db8:ffff::1"], vec!["2001:db9::1", "192.0.2.1"]),
            ("::/0", vec!["2001:db8::1"], vec!["192.0.2.1"]),
        ] {
            let network = network(text).expect("a network");
            for (addresses, is_in) in [(inside, true), (outside, false)] {
                for address in addresses {
                    assert_eq!(
                        network.has(address.parse().expect("an address")),
                        is_in,
                        "{address} in {text}"
                    );
                }
            }
        }
        for text in ["", "192.0.2.0/33", "192.0.2/24", "x", "192.0.2.0/-1", "192.0.2.0/", "2001:db8::/129"] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
