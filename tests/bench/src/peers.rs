//! Peers that are measured in the same run, if they are installed; nothing here installs anything.
//!
//! Each has its folders at fixed places, so that the measurement runs once more in a mount namespace of its own, where
//! temporary folders lie over them, and what `tests/servers/install` has unpacked lies below what the machine has. That
//! takes root; without it, or without a peer, a line says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{may_have_own_mounts, run, unpacked, write_file};

use crate::contender::Contender;

/// Set for the second self.
const MARK: &str = "ALERTMAIL_BENCH_OWN_MOUNTS";

struct Peer {
    name: &'static str,
    submit: &'static [&'static str],
    /// Places that it uses, and how they are made.
    folders: &'static [(&'static str, &'static str)],
    /// Files to write: place and text.
    files: &'static [(&'static str, &'static str)],
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "dma",
        submit: &["/usr/sbin/dma", "-i", "-f", "alert@example.com", "oncall@example.jp"],
        folders: &[("/etc/dma", "755"), ("/var/spool/dma", "2770")],
        files: &[(
            "/etc/dma/dma.conf",
            "SMARTHOST 127.0.0.1\nPORT 9\nSPOOLDIR /var/spool/dma\nMAILNAME example.com\nDEFER\n",
        )],
    },
    Peer {
        name: "nullmailer",
        submit: &["/usr/bin/nullmailer-inject", "-f", "alert@example.com", "oncall@example.jp"],
        folders: &[
            ("/etc/nullmailer", "755"),
            ("/var/spool/nullmailer", "755"),
            ("/var/spool/nullmailer/queue", "750"),
            ("/var/spool/nullmailer/tmp", "750"),
            ("/var/spool/nullmailer/failed", "750"),
        ],
        files: &[
            ("/etc/nullmailer/me", "example.com\n"),
            ("/etc/nullmailer/remotes", "127.0.0.1 smtp --port=9\n"),
        ],
    },
];

impl Peer {
    fn is_there(&self) -> bool {
        Path::new(self.submit[0]).is_file()
    }

    /// Lays new folders below `folder` over those of the machine.
    fn set_up(&self, folder: &Path) -> Result<(), String> {
        for (at, mode) in self.folders {
            if self.folders.iter().any(|(outer, _)| at.starts_with(&format!("{outer}/"))) {
                done(Command::new("install").args(["-d", "-o", "mail", "-g", "mail", "-m", mode, at]))?;
                continue;
            }
            lay_over(folder, at, "mail", mode)?;
        }
        for (at, text) in self.files {
            write_file(Path::new(at), 0o644, text.as_bytes());
        }
        Ok(())
    }
}

/// Lays a new folder below `folder` over one of the machine's; it takes mounts of our own.
pub(crate) fn lay_over(folder: &Path, at: &str, owner: &str, mode: &str) -> Result<(), String> {
    let new = folder.join(at.trim_start_matches('/').replace('/', "-"));
    done(Command::new("install").args(["-d", "-o", owner, "-g", owner, "-m", mode]).arg(&new))?;
    if !Path::new(at).is_dir() {
        return Err(format!("there is no folder `{at}`"));
    }
    done(Command::new("mount").arg("--bind").arg(&new).arg(at))
}

/// What `tests/servers/install` unpacks and is measured here.
const UNPACKED: [&str; 2] = ["nullmailer", "exim4-daemon-heavy"];

/// Lays unpacked packages below the machine's own files, as if they were installed.
fn lay_below(copies: &[PathBuf]) -> Result<(), String> {
    for at in ["/usr", "/etc", "/var/spool"] {
        let mut layers = format!("lowerdir={at}");
        for copy in
            copies.iter().map(|copy| copy.join(at.trim_start_matches('/'))).filter(|copy| copy.is_dir())
        {
            layers = layers + ":" + &copy.display().to_string();
        }
        if layers.contains(':') {
            done(Command::new("mount").args(["-t", "overlay", "-o", &layers, "overlay", at]))?;
        }
    }
    Ok(())
}

fn done(command: &mut Command) -> Result<(), String> {
    let ended = run(command, b"");
    if ended.code == Some(0) { Ok(()) } else { Err(ended.stderr.trim_end().to_owned()) }
}

/// Whether this is the second self.
pub(crate) fn has_own_mounts() -> bool {
    std::env::var_os(MARK).is_some()
}

/// What the second self shares with nobody, apart from its mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apart {
    Mounts,
    /// A network, too, in which all connections are those that are measured.
    Network,
}

/// Runs this program once more where it can mount what it likes, if it may; gives its exit code. `None` means: go on
/// here.
pub(crate) fn among_own_mounts(apart: Apart) -> Result<Option<u8>, String> {
    if has_own_mounts() {
        let copies: Vec<PathBuf> = UNPACKED.iter().filter_map(|package| unpacked(package)).collect();
        lay_below(&copies)?;
        if apart == Apart::Network {
            done(Command::new("ip").args(["link", "set", "lo", "up"]))?;
        }
        return Ok(None);
    }
    if !rustix::process::geteuid().is_root() || may_have_own_mounts().is_err() {
        return Ok(None);
    }
    let this =
        fs::read_link("/proc/self/exe").map_err(|error| format!("cannot see this program: {error}"))?;
    let mut command = Command::new("unshare");
    if apart == Apart::Network {
        command.arg("--net");
    }
    command.args(["--mount", "--propagation", "private", "--"]).arg(this).args(std::env::args_os().skip(1));
    let status = command.env(MARK, "1").status().map_err(|error| format!("cannot start unshare: {error}"))?;
    Ok(Some(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

/// The peers that can be measured, and why the others cannot.
pub(crate) fn peers(folder: &Path, message: &Path) -> (Vec<Contender>, Vec<String>) {
    let (mut there, mut notes) = (Vec::new(), Vec::new());
    for peer in PEERS {
        let ready = match () {
            () if !peer.is_there() => Err(format!("`{}` is not installed", peer.submit[0])),
            () if !has_own_mounts() => Err("it takes root and the right to mount".to_owned()),
            () => peer.set_up(folder),
        };
        match ready {
            Ok(()) => there.push(Contender::peer(peer.name, peer.submit, message)),
            Err(why) => notes.push(format!("{}: not measured: {why}.", peer.name)),
        }
    }
    (there, notes)
}
