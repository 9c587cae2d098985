//! What the files of another program say, in a form that is the same for all of them.

use std::fmt;

use zeroize::Zeroizing;

use super::words::Said;

/// Gives the text of a file by its path, as the other program names it; `None` if there is none.
pub(crate) type Files<'f> = dyn Fn(&str) -> Option<String> + 'f;

/// A file and a line of it, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(crate) struct Spot {
    /// The file's path, as the other program names it.
    pub(crate) file: String,
    /// 0: the file as a whole.
    pub(crate) line: usize,
}

impl Spot {
    /// A line of a file.
    pub(crate) fn new(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), line }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// Something that does not mean the same here as there, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Where it stands.
    pub(crate) spot: Spot,
    /// What about it.
    pub(crate) said: Said,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// At once.
    Implicit,
    /// After STARTTLS.
    AfterGreeting,
    /// Never, as the other program has it.
    Never,
}

/// A password as it stands in a file. Nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(pub(crate) Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Where a password comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// It stands in a file of the other program's, among other things.
    Text(Password),
    /// A program prints it.
    Command(Vec<String>),
}

impl Credential {
    /// One that stands in a file.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Password(Zeroizing::new(text.to_owned())))
    }
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundProvider {
    /// Where it stands.
    pub(crate) spot: Spot,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    /// The one mechanism that is asked for; `None`: whichever both know.
    pub(crate) mechanism: Option<&'static str>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Credential>,
    /// Envelope sender, if this server has one of its own.
    pub(crate) from: Option<String>,
    pub(crate) from_name: Option<String>,
    pub(crate) helo: Option<String>,
    pub(crate) ca_file: Option<String>,
    /// `HOST:PORT` of a SOCKS proxy.
    pub(crate) proxy: Option<String>,
}

impl FoundProvider {
    /// A server without a login.
    pub(crate) fn new(spot: Spot, host: &str, port: u16, tls: Tls) -> Self {
        Self {
            spot,
            host: host.to_owned(),
            port,
            tls,
            mechanism: None,
            user: None,
            password: None,
            from: None,
            from_name: None,
            helo: None,
            ca_file: None,
            proxy: None,
        }
    }
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The files that were there.
    pub(crate) files: Vec<String>,
    /// In order of preference.
    pub(crate) providers: Vec<FoundProvider>,
    /// The envelope sender of everything, if there is one.
    pub(crate) from: Option<String>,
    /// The domain that bare names get there.
    pub(crate) domain: Option<String>,
    /// Who gets what is for nobody in particular.
    pub(crate) to: Vec<String>,
    /// Names of the machine itself, at which users are local.
    pub(crate) local_hosts: Vec<String>,
    pub(crate) aliases: Vec<(String, Vec<String>)>,
    pub(crate) aliases_file: Option<String>,
    pub(crate) notes: Vec<Note>,
}

impl Found {
    /// Takes note of something that is not carried over as it stands.
    pub(crate) fn note(&mut self, file: &str, line: usize, said: Said) {
        self.notes.push(Note { spot: Spot::new(file, line), said });
    }

    /// Leaves servers out whose host can be none, so that no connection could ever be made.
    pub(crate) fn leave_out_strange_hosts(&mut self) {
        let (good, strange): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.providers).into_iter().partition(|it| {
                !it.host.is_empty() && !it.host.contains(|c: char| c.is_control() || c.is_whitespace())
            });
        self.providers = good;
        for it in strange {
            self.note(&it.spot.file, it.spot.line, super::words::not_understood("the host"));
        }
    }

    /// The text of a file, which is then one of those that were read.
    pub(crate) fn open(&mut self, files: &Files<'_>, path: &str) -> Option<String> {
        let text = files(path)?;
        if !self.files.iter().any(|known| known == path) {
            self.files.push(path.to_owned());
        }
        Some(text)
    }

    /// The first line of a file, without blanks around it, if there is anything in it.
    pub(crate) fn first_line(&mut self, files: &Files<'_>, path: &str) -> Option<String> {
        let text = self.open(files, path)?;
        let line = text.lines().next().unwrap_or_default().trim();
        (!line.is_empty()).then(|| line.to_owned())
    }
}

/// Host and port as `HOST`, `HOST:PORT`, `[HOST]:PORT`, `[IPv6]` or a bare IPv6 address; `None` if the port is none.
pub(crate) fn host_and_port(text: &str) -> Option<(String, Option<String>)> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        let host = host.strip_prefix("IPv6:").or_else(|| host.strip_prefix("ipv6:")).unwrap_or(host);
        let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?.to_owned()) };
        return (!host.is_empty()).then(|| (host.to_owned(), port));
    }
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some((text.to_owned(), None));
    }
    match text.split_once(':') {
        Some((host, port)) if !host.is_empty() && !port.is_empty() => {
            Some((host.to_owned(), Some(port.to_owned())))
        }
        None if !text.is_empty() => Some((text.to_owned(), None)),
        _ => None,
    }
}

/// A port by its number or by the name that /etc/services has for it.
pub(crate) fn port(word: &str) -> Option<u16> {
    match word {
        "smtp" => Some(25),
        "submission" | "msa" => Some(587),
        "smtps" | "submissions" | "ssmtp" | "urd" => Some(465),
        _ => word.parse().ok().filter(|port| *port > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_read_in_every_form_that_the_peers_have() {
        for (text, expected) in [
            ("mail.example.com", Some(("mail.example.com", None))),
            ("mail.example.com:587", Some(("mail.example.com", Some("587")))),
            ("[mail.example.com]", Some(("mail.example.com", None))),
            ("[mail.example.com]:submission", Some(("mail.example.com", Some("submission")))),
            ("[2001:db8::1]:25", Some(("2001:db8::1", Some("25")))),
            ("[IPv6:2001:db8::1]", Some(("2001:db8::1", None))),
            ("2001:db8::1", Some(("2001:db8::1", None))),
            ("[]:25", None),
            (":25", None),
            ("host:", None),
            ("[host", None),
            ("[host]x", None),
            ("", None),
        ] {
            let expected = expected.map(|(host, port)| (host.to_owned(), port.map(str::to_owned)));
            assert_eq!(host_and_port(text), expected, "{text}");
        }
        assert_eq!(
            [port("submission"), port("2525"), port("0"), port("nonsense")],
            [Some(587), Some(2525), None, None]
        );
    }
}
