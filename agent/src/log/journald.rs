//! The way to journald: one datagram for each entry, or a sealed file in memory for one that is too large for that.

use std::fs::File;
use std::io::{self, IoSlice, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, memfd_create};
use rustix::io::Errno;
use rustix::net::{
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix, sendmsg_addr, sendto,
};

/// Where it listens.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// The agent waits so long for a journald that is busy, once; alerts come before lines about them.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether the stream is the one that the service manager has connected to journald: `JOURNAL_STREAM` names it by device
/// and inode, since a child may have another one.
pub(super) fn is_stream(stream: impl std::os::fd::AsFd, named: Option<&str>) -> bool {
    let Some((device, inode)) = named.and_then(|named| named.split_once(':')) else { return false };
    let (Ok(device), Ok(inode)) = (device.parse::<u64>(), inode.parse::<u64>()) else { return false };
    fstat(stream).is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (device, inode))
}

/// A socket of our own, and where entries go.
#[derive(Debug)]
pub(super) struct Journald {
    socket: UnixDatagram,
    path: PathBuf,
    /// It was too slow for the last entry: nobody waits for it again until it has taken one.
    is_slow: bool,
}

impl Journald {
    /// One that listens there, or may at some time.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { socket, path: path.to_owned(), is_slow: false })
    }

    /// Hands an entry over. `WouldBlock` says that nobody takes it in time.
    pub(super) fn send(&mut self, entry: &[u8]) -> io::Result<()> {
        let to = SocketAddrUnix::new(&self.path)?;
        let flags = SendFlags::NOSIGNAL | if self.is_slow { SendFlags::DONTWAIT } else { SendFlags::empty() };
        let sent = match sendto(&self.socket, entry, flags, &to) {
            Err(Errno::MSGSIZE | Errno::NOBUFS) => self.send_file(entry, flags, &to),
            other => other.map(drop).map_err(io::Error::from),
        };
        self.is_slow = sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        sent
    }

    fn send_file(&self, entry: &[u8], flags: SendFlags, to: &SocketAddrUnix) -> io::Result<()> {
        let file = memfd_create("alertmail-log", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        let mut file = File::from(file);
        file.write_all(entry)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let files = [file.as_fd()];
        control.push(SendAncillaryMessage::ScmRights(&files));
        sendmsg_addr(&self.socket, to, &[IoSlice::new(&[])], &mut control, flags)?;
        Ok(())
    }
}
