//! `alertmail man`: the manual as pages, for packages and for whoever installs by hand.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use super::{Refusal, finish};
use crate::exit::Exit;
use crate::manual::pages;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The pages are those of both programs, of the configuration and of the spool; what was there under their names is replaced.
They belong into /usr/local/share/man/man1 and man5, by the digit at the end of their names.

Examples:
  alertmail man /tmp/alertmail-pages")]
pub struct Args {
    /// Where to; made if it is not there.
    #[arg(value_name = "DIR")]
    place: PathBuf,
}

/// Does what the command says; `definition` is that of the whole program.
pub fn run(args: &Args, definition: &clap::Command) -> Exit {
    finish(write(args, definition).map(|text| (Exit::Done, text)))
}

fn write(args: &Args, definition: &clap::Command) -> Result<String, Refusal> {
    let place = &args.place;
    let refused = |path: &std::path::Path, error: &std::io::Error| {
        Refusal::new(Exit::CannotCreate, format!("cannot write `{}`: {error}", path.display()))
    };
    fs::create_dir_all(place).map_err(|error| refused(place, &error))?;
    let pages = pages(definition);
    for page in &pages {
        let path = place.join(&page.file);
        let written = File::create(&path).and_then(|mut file| file.write_all(page.text.as_bytes()));
        written.map_err(|error| refused(&path, &error))?;
    }
    Ok(format!("{} pages in {}\n", pages.len(), place.display()))
}
