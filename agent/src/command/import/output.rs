//! The configuration and its secret files on the disk: new files only, all or none.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::Refusal;
use super::words;
use super::written::Written;
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::terminal::printable;

/// Nobody but its owner may read it.
const SECRET_MODE: u32 = 0o600;
/// The agent runs as a user of its own, and no secret is in it.
const CONFIG_MODE: u32 = 0o644;

/// The files that were made, the configuration last.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) files: Vec<PathBuf>,
}

impl Made {
    /// What was made, and what comes next.
    pub(super) fn in_words(&self, config: &Path, tongue: Tongue) -> String {
        let mut text = String::new();
        for file in &self.files {
            let is_secret = file != config;
            let line = words::made(&file.display().to_string(), is_secret);
            text.push_str(&printable(line.in_tongue(tongue)));
            text.push('\n');
        }
        let next = words::next_step(&config.display().to_string());
        text.push_str(&printable(next.in_tongue(tongue)));
        text.push('\n');
        text
    }
}

/// Writes them. After an error none of them is left.
pub(super) fn write(config: &Path, written: &Written) -> Result<Made, Refusal> {
    let folder = config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut made = Made::default();
    let secrets = written.secrets.iter().map(|secret| {
        (folder.join(&secret.name), SECRET_MODE, [secret.password.0.as_bytes(), b"\n"].concat())
    });
    // The configuration last: it names files that are there.
    let files = secrets.chain([(config.to_owned(), CONFIG_MODE, written.toml.clone().into_bytes())]);
    for (path, mode, octets) in files {
        let octets = zeroize::Zeroizing::new(octets);
        if let Err(refusal) = write_one(&path, mode, &octets, &mut made.files) {
            // What cannot be removed is told of by the next run, which overwrites nothing.
            made.files.iter().for_each(|path| drop(std::fs::remove_file(path)));
            return Err(refusal);
        }
    }
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        made.files.iter().for_each(|path| drop(std::fs::remove_file(path)));
        return Err(cannot(folder, &error));
    }
    Ok(made)
}

fn write_one(path: &Path, mode: u32, octets: &[u8], files: &mut Vec<PathBuf>) -> Result<(), Refusal> {
    let file = File::options().write(true).create_new(true).mode(mode).open(path);
    let mut file = file.map_err(|error| cannot(path, &error))?;
    files.push(path.to_owned());
    file.write_all(octets).and_then(|()| file.sync_all()).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &io::Error) -> Refusal {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Refusal::in_both(
            Exit::CannotCreate,
            format!(
                "`{shown}` is there already, and nothing is overwritten; name another file with --output"
            ),
            format!("`{shown}` が既にあります。上書きはしません。--output で別のファイルを指定してください"),
        ),
        io::ErrorKind::PermissionDenied => {
            Refusal::new(Exit::NoPermission, format!("cannot write `{shown}`: {error}"))
        }
        _ => Refusal::new(Exit::CannotCreate, format!("cannot write `{shown}`: {error}")),
    }
}
