//! Where the spool is: as said on the command line, in the environment, in a configuration, or where it always is.

use std::io;
use std::path::{Path, PathBuf};

use spool_format::Layout;

use super::Refusal;
use crate::config::Config;
use crate::exit::Exit;

/// Where the configuration is when nobody says so.
pub const SYSTEM_CONFIG: &str = "/etc/alertmail/alertmail.toml";

/// What the command line and the environment say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `--config` or `ALERTMAIL_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--spool` or `ALERTMAIL_SPOOL`.
    pub spool: Option<PathBuf>,
}

impl Place {
    /// The configuration's path: the one that was named, or the system's.
    pub fn config_path(&self) -> &Path {
        self.config.as_deref().unwrap_or(Path::new(SYSTEM_CONFIG))
    }

    /// The configuration, if one is named, or the system has one that we may read.
    pub fn config(&self) -> Result<Option<Config>, Refusal> {
        let load =
            |path: &Path| Config::load(path).map(Some).map_err(|error| Refusal::new(Exit::Config, error));
        match &self.config {
            Some(path) => load(path),
            // Whoever names the spool needs no configuration, and may not be allowed to read the system's.
            None if self.spool.is_some() => Ok(None),
            None => match std::fs::File::open(SYSTEM_CONFIG) {
                Ok(_) => load(Path::new(SYSTEM_CONFIG)),
                Err(_) => Ok(None),
            },
        }
    }

    /// The spool, whether it is there or not.
    pub fn layout(&self, config: Option<&Config>) -> Layout {
        let spool = self.spool.clone().or_else(|| config.map(|config| config.spool.clone()));
        let usual =
            || enqueue::default_spool(&|name| std::env::var_os(name), rustix::process::getuid().as_raw());
        let (socket, spare) = config.map_or_else(Default::default, |config| {
            (config.submit.socket.clone(), config.submit.spare.clone())
        });
        Layout::new(spool.unwrap_or_else(usual)).with(socket, spare)
    }
}

/// A spool that cannot be read.
pub fn unreadable(layout: &Layout, error: &io::Error) -> Refusal {
    let root = layout.root().display();
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::in_both(
            Exit::NoInput,
            format!("there is no spool at `{root}`; make one with: alertmail spool init {root}"),
            format!("`{root}` にスプールがありません。作成: alertmail spool init {root}"),
        ),
        io::ErrorKind::PermissionDenied => Refusal::in_both(
            Exit::NoPermission,
            format!("you may not read the spool `{root}`; ask as its owner or as root"),
            format!("スプール `{root}` を読む権限がありません。所有者または root で実行してください"),
        ),
        _ => Refusal::in_both(
            Exit::Io,
            format!("cannot read the spool `{root}`: {error}"),
            format!("スプール `{root}` を読めません: {error}"),
        ),
    }
}
