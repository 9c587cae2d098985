//! `alertmail spool`: makes a spool, of one user or of the whole machine, looks whether it is in order, and puts it in order.

mod order;
mod system;
mod words;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use spool_format::Layout;
use spool_format::folder::PRIVATE_FOLDER_MODE;

use super::place::Place;
use super::{Refusal, finish, json};
use crate::edge::language;
use crate::exit::Exit;
use system::SystemArgs;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
enum What {
    /// Make a spool for its owner alone or for the whole machine, or complete one.
    Init(InitArgs),
    /// Look whether every file and every line of the journal is in order; change nothing.
    Verify(order::VerifyArgs),
    /// Put in order what a disk or a person has changed; nothing is thrown away.
    Repair(order::RepairArgs),
}

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
What is there already stays as it is; with --system owners and modes are mended. A folder with other things in it is
refused.

Examples:
  alertmail spool init                         where the agent and enqueue look for it
  alertmail spool init --system                for all users of this machine, in /var/spool/alertmail
  alertmail spool init --system --gate monitoring
  alertmail spool init /tmp/spool
  alertmail spool init /tmp/spool --json")]
struct InitArgs {
    /// Where; default: where `enqueue` looks for it.
    #[arg(value_name = "DIR")]
    place: Option<PathBuf>,
    /// Print one JSON object: spool, and the folders that were made.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    owners: SystemArgs,
}

/// What was done, for machines.
#[derive(Debug, serde::Serialize)]
struct Made {
    /// The spool.
    spool: PathBuf,
    /// The folders that were not there before.
    made: Vec<PathBuf>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(match &args.what {
        What::Init(args) => init(args, place).map(|text| (Exit::Done, text)),
        What::Verify(args) => order::verify(args, place),
        What::Repair(args) => order::repair(args, place),
    })
}

fn init(args: &InitArgs, place: &Place) -> Result<String, Refusal> {
    let layout = match &args.place {
        Some(path) => Layout::new(path),
        None => place.layout(place.config()?.as_ref()),
    };
    refuse_what_is_no_spool(&layout)?;
    if args.owners.system {
        system::init(&layout, &args.owners, args.json)
    } else {
        init_private(&layout, args.json)
    }
}

fn init_private(layout: &Layout, as_json: bool) -> Result<String, Refusal> {
    let root = layout.root().to_owned();
    make_way_to(layout)?;
    let mut made = Vec::new();
    for path in layout.all_folders() {
        if make_folder(&path)? {
            made.push(path);
        }
    }
    if as_json {
        return Ok(json(&Made { spool: root, made }));
    }
    let what = match made.len() {
        0 => words::Made::Nothing,
        n if n == layout.all_folders().len() => words::Made::Everything,
        _ => words::Made::Rest,
    };
    let (tongue, root) = (language::asked(), root.display().to_string());
    Ok(format!("{}\n{}", words::made(tongue, &root, what), words::next(tongue, &root, None)))
}

/// Says whether it was not there.
fn make_folder(path: &Path) -> Result<bool, Refusal> {
    match DirBuilder::new().mode(PRIVATE_FOLDER_MODE).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(cannot_make(path, &error)),
    }
}

/// Makes the folders above the spool.
fn make_way_to(layout: &Layout) -> Result<(), Refusal> {
    match layout.root().parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => std::fs::create_dir_all(parent).map_err(|error| cannot_make(parent, &error)),
        None => Ok(()),
    }
}

fn refuse_what_is_no_spool(layout: &Layout) -> Result<(), Refusal> {
    let root = layout.root();
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_make(root, &error)),
    };
    let known = ["submit", "queue"];
    let strange =
        entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    match strange.filter(|name| !known.contains(&name.as_str())).min() {
        None => Ok(()),
        Some(name) => Err(Refusal::new(
            Exit::CannotCreate,
            format!(
                "`{}` is no spool: it holds `{}`; name an empty folder or a new one",
                root.display(),
                name.escape_debug()
            ),
        )),
    }
}

fn cannot_make(path: &Path, error: &io::Error) -> Refusal {
    let exit = match error.kind() {
        io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::CannotCreate,
    };
    Refusal::new(exit, format!("cannot make the folder `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn init_at(path: &Path) -> Result<String, Refusal> {
        let layout = Layout::new(path);
        refuse_what_is_no_spool(&layout).and_then(|()| init_private(&layout, false))
    }

    #[test]
    fn a_spool_is_made_for_its_owner_alone_and_completed_when_asked_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("new/spool");
        assert!(init_at(&root).expect("made").contains("is a spool now"));
        for path in Layout::new(&root).all_folders() {
            let mode = std::fs::metadata(&path).expect("a folder").permissions().mode() & 0o7777;
            assert_eq!(mode, 0o700, "{}", path.display());
        }
        assert!(init_at(&root).expect("again").contains("already, and complete"));
        std::fs::remove_dir(root.join("queue/dead")).expect("removed");
        assert!(init_at(&root).expect("again").contains("complete now"));
    }

    #[test]
    fn a_folder_with_other_things_in_it_and_a_file_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::File::create(folder.path().join("letter")).expect("a file");
        let refusal = init_at(folder.path()).expect_err("other things");
        assert!(refusal.text.contains("it holds `letter`"), "{}", refusal.text);
        let refusal = init_at(&folder.path().join("letter")).expect_err("a file");
        assert_eq!(refusal.exit, Exit::CannotCreate);
    }
}
