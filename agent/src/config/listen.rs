//! Where something can be asked by HTTP: `127.0.0.1:9712`, `[::1]:9712` or the path of a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::section::Section;

/// A place at which somebody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// Reads `listen` of a section; other machines are let in only where its `allow_remote` says so.
pub(super) fn read(section: &Section<'_, '_>) -> Option<Listen> {
    let is_open = section.flag("allow_remote").unwrap_or(false);
    let text = section.text("listen")?;
    if text.contains('/') {
        return section.path("listen").map(Listen::Unix);
    }
    section.parsed("listen", |text| tcp(text, is_open)).map(Listen::Tcp)
}

fn tcp(text: &str, is_open: bool) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| {
        format!("`{text}` is no place to listen; write for example \"127.0.0.1:9712\", \"[::1]:9712\" or the path of a socket")
    })?;
    if !address.ip().is_loopback() && !is_open {
        return Err(format!(
            "`{text}` can be reached from other machines; if that is meant, write allow_remote = true"
        ));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_let_in_only_on_purpose() {
        for (text, is_open, is_right) in [
            ("127.0.0.1:9712", false, true),
            ("127.3.2.1:1", false, true),
            ("[::1]:9712", false, true),
            ("0.0.0.0:9712", false, false),
            ("0.0.0.0:9712", true, true),
            ("192.0.2.7:9712", false, false),
            ("[::]:9712", false, false),
            ("[::]:9712", true, true),
            ("localhost:9712", true, false),
            ("9712", true, false),
            ("", true, false),
        ] {
            assert_eq!(tcp(text, is_open).is_ok(), is_right, "{text} {is_open}");
        }
    }
}
