//! Reaches a socket by a path of any length, for whoever binds it and for whoever connects to it.
//!
//! The kernel's address of a unix socket holds [`PATH_OCTETS_MAX`] octets. A longer path is reached through its open
//! folder: `/proc/self/fd/N/NAME` names the same socket in a few octets, as long as the folder stays open.

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

/// Octets in a path that the kernel takes as the address of a socket: `sun_path` without its closing NUL.
pub const PATH_OCTETS_MAX: usize = 107;

/// A path that fits into an address; valid as long as this lives.
#[derive(Debug)]
pub struct Reached {
    path: PathBuf,
    _folder: Option<OwnedFd>,
}

impl Reached {
    /// The path to bind or to connect to.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a path fit. One that fits already costs nothing; a longer one needs its folder, and `/proc`.
pub fn reach(path: &Path) -> io::Result<Reached> {
    if path.as_os_str().as_bytes().len() <= PATH_OCTETS_MAX {
        return Ok(Reached { path: path.to_owned(), _folder: None });
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, flags, Mode::empty())?;
    let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
    Ok(Reached { path, _folder: Some(folder) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::{UnixListener, UnixStream};

    #[test]
    fn a_path_of_any_length_can_be_bound_and_connected_to() {
        let top = tempfile::tempdir().expect("a folder");
        for depth in [0, 1, 3] {
            let folder = (0..depth).fold(top.path().to_owned(), |path, _| path.join("x".repeat(200)));
            std::fs::create_dir_all(&folder).expect("a folder");
            let path = folder.join("socket");
            let _listener = UnixListener::bind(reach(&path).expect("a folder").path()).expect("bound");
            UnixStream::connect(reach(&path).expect("a folder").path()).expect("connected");
            assert!(path.exists(), "{depth}");
        }
    }

    #[test]
    fn a_long_path_whose_folder_is_missing_is_an_error_of_the_kernel() {
        let missing = Path::new("/no").join("x".repeat(200)).join("socket");
        assert_eq!(reach(&missing).expect_err("missing").kind(), io::ErrorKind::NotFound);
    }
}
