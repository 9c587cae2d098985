//! A Unix socket with a name: bound with exactly one mode, removed when nobody listens any more.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::{Path, PathBuf};

use spool_format::reach::reach;
use tokio::net::UnixListener;

/// The name of a socket, as long as it lives: then it goes.
#[derive(Debug)]
pub struct NamedSocket {
    path: PathBuf,
    /// Device and inode: another agent's socket at the same path is left alone.
    identity: (u64, u64),
}

impl NamedSocket {
    /// Binds it. Needs a Tokio runtime.
    ///
    /// A socket on which nobody listens is replaced; anything else at that path is an error and stays.
    pub fn bind(path: &Path, mode: u32) -> io::Result<(Self, UnixListener)> {
        remove_stale(path)?;
        let listener = StdListener::bind(reach(path)?.path())?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        let identity = identity(path)?;
        listener.set_nonblocking(true)?;
        Ok((Self { path: path.to_owned(), identity }, UnixListener::from_std(listener)?))
    }
}

impl Drop for NamedSocket {
    fn drop(&mut self) {
        let ours = identity(&self.path).is_ok_and(|found| found == self.identity);
        if ours {
            // Nobody listens there any more; the next start replaces what cannot be removed now.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if !found.file_type().is_socket() => {
            let text = format!("`{}` exists and is no socket; move it away", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        Ok(_) => {}
    }
    match StdStream::connect(reach(path)?.path()) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(_) => {
            let text = format!("another process listens on `{}`", path.display());
            Err(io::Error::new(io::ErrorKind::AddrInUse, text))
        }
    }
}
