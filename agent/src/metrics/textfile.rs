//! The numbers in a file, for the textfile collector of `node_exporter`: replaced as a whole, so that nobody reads half.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::Meter;
use super::exposition::Dialect;
use crate::log;

/// Ages grow while nothing happens.
const EVERY: Duration = Duration::from_mins(1);

/// Whatever happens within this time shares a file.
const BREATH: Duration = Duration::from_secs(1);

/// Other users read it.
const MODE: u32 = 0o644;

/// Writes it when a number has changed, and each minute.
pub(super) async fn keep(path: PathBuf, meter: Meter) {
    let mut works = true;
    loop {
        let (text, at) = (meter.page(Dialect::Prometheus).await, path.clone());
        let written = spawn_blocking(move || replace(&at, &text))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)));
        match &written {
            Ok(()) if !works => log::textfile_written_again(&path),
            Err(error) if works => log::cannot_write_textfile(&path, error),
            _ => {}
        }
        works = written.is_ok();
        sleep(BREATH).await;
        let _ = timeout(EVERY.saturating_sub(BREATH), meter.0.changed.notified()).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "no file of the spool; it is written again within a minute")]
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Its collector reads what ends in `.prom`.
    let draft = path.with_extension("prom.tmp");
    let mut file = File::create(&draft)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())?;
    drop(file);
    std::fs::rename(&draft, path)
}
