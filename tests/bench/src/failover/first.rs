//! The first provider, and what is wrong with it.

use std::fs;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;

use harness::BlackHole;
use rustix::net::{AddressFamily, SocketAddrV4, SocketType, bind, getsockname, socket};

use crate::peers::has_own_mounts;
use crate::sink::{Manner, Sink, Stage, Trouble};

/// What is wrong with the first provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Wrong {
    /// Connections are refused.
    Refused,
    /// It greets with 421.
    Greeting,
    /// 450 to MAIL.
    Mail,
    /// 450 to RCPT.
    Rcpt,
    /// 450 to DATA.
    Data,
    /// 450 to the final dot.
    Dot,
    /// It takes connections and never says a word.
    Silent,
    /// Nothing at all comes back.
    BlackHole,
}

impl Wrong {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Greeting => "421 at the greeting",
            Self::Mail => "450 at MAIL",
            Self::Rcpt => "450 at RCPT",
            Self::Data => "450 at DATA",
            Self::Dot => "450 at the dot",
            Self::Silent => "silent",
            Self::BlackHole => "black hole",
        }
    }

    /// No answer is what has to be waited for.
    pub(super) const fn is_silence(self) -> bool {
        matches!(self, Self::Silent | Self::BlackHole)
    }
}

/// A first provider that takes no mail.
#[derive(Debug)]
pub(super) enum First {
    /// A port that is taken, so that nobody else can listen there, and where nobody listens.
    Nobody(u16, #[expect(dead_code, reason = "held for its port")] OwnedFd),
    Hole(BlackHole),
    Sink(Sink),
}

impl First {
    pub(super) fn with(wrong: Wrong) -> Result<Self, String> {
        let sink = |trouble| {
            let manner = Manner { chunking: true, trouble: Some(trouble), ..Manner::default() };
            Sink::with(manner).map(Self::Sink).map_err(|error| format!("no port for the sink: {error}"))
        };
        match wrong {
            Wrong::Refused => Self::nobody().map_err(|error| format!("no port for nobody: {error}")),
            Wrong::BlackHole => Ok(Self::Hole(BlackHole::at((Ipv4Addr::LOCALHOST, 0)))),
            Wrong::Greeting => sink(Trouble::Closed),
            Wrong::Silent => sink(Trouble::Silent),
            Wrong::Mail => sink(Trouble::Later(Stage::Mail)),
            Wrong::Rcpt => sink(Trouble::Later(Stage::Rcpt)),
            Wrong::Data => sink(Trouble::Later(Stage::Data)),
            Wrong::Dot => sink(Trouble::Later(Stage::Dot)),
        }
    }

    fn nobody() -> std::io::Result<Self> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let at = SocketAddrV4::try_from(getsockname(&socket)?)?;
        Ok(Self::Nobody(at.port(), socket))
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Nobody(port, _) => *port,
            Self::Hole(hole) => hole.address.port(),
            Self::Sink(sink) => sink.port(),
        }
    }
}

/// How often this network was asked for a connection until now; `None` if others use it as well.
pub(super) fn connections_asked_for() -> Option<usize> {
    if !has_own_mounts() {
        return None;
    }
    let text = fs::read_to_string("/proc/net/snmp").ok()?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
    let (names, numbers) = (lines.next()?, lines.next()?);
    let at = names.split(' ').position(|name| name == "ActiveOpens")?;
    numbers.split(' ').nth(at)?.parse().ok()
}
