//! `alertmail man`: the manual as pages, for packages and for whoever installs by hand.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use super::{Refusal, finish};
use crate::edge::language;
use crate::exit::Exit;
use crate::manual::pages;
use crate::notice::Tongue;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The pages are those of both programs, of the configuration and of the spool; what was there under their names is replaced.
They belong into /usr/local/share/man/man1 and man5, by the digit at the end of their names. Those in Japanese are below
ja, which belongs into /usr/local/share/man as it is.

Examples:
  alertmail man /tmp/alertmail-pages")]
pub struct Args {
    /// Where to; made if it is not there.
    #[arg(value_name = "DIR")]
    place: PathBuf,
}

/// Does what the command says; `shown` gives the definition of the whole program in a language.
pub fn run(args: &Args, shown: fn(Tongue) -> clap::Command) -> Exit {
    finish(write(args, shown).map(|text| (Exit::Done, text)))
}

fn write(args: &Args, shown: fn(Tongue) -> clap::Command) -> Result<String, Refusal> {
    let place = &args.place;
    let refused = |path: &std::path::Path, error: &std::io::Error| {
        Refusal::new(Exit::CannotCreate, format!("cannot write `{}`: {error}", path.display()))
    };
    let pages = pages(shown);
    for page in &pages {
        let path = place.join(&page.file);
        let folder = path.parent().unwrap_or(place);
        fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
        let written = File::create(&path).and_then(|mut file| file.write_all(page.text.as_bytes()));
        written.map_err(|error| refused(&path, &error))?;
    }
    let (count, place) = (pages.len(), place.display());
    Ok(language::asked()
        .either(format!("{count} pages in {place}\n"), format!("{place} に{count}ページを出力しました。\n")))
}
