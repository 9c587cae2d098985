//! Who takes part in a measurement of `enqueue`: a command that puts one message somewhere, durably.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use harness::Sandbox;

/// Octets of the text of every message.
const TEXT_OCTETS: usize = 1_024;
/// What the JSON around the text takes, about.
const FRAME_OCTETS: usize = 150;

/// Makes the command of the n-th run.
type Each = Box<dyn Fn(usize) -> Command>;

/// One of them.
pub(crate) struct Contender {
    pub(crate) name: String,
    /// Its program, if that is one file of ours.
    pub(crate) program: Option<PathBuf>,
    /// What it reads, if anything.
    message: Option<PathBuf>,
    each: Each,
}

impl fmt::Debug for Contender {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

impl Contender {
    /// One of our programs, which reads nothing.
    fn ours(name: &str, program: &Path, each: impl Fn(usize) -> Command + 'static) -> Self {
        Self { name: name.to_owned(), program: Some(program.to_owned()), message: None, each: Box::new(each) }
    }

    /// A peer that reads a message from stdin.
    pub(crate) fn peer(name: &str, arguments: &'static [&'static str], message: &Path) -> Self {
        let each = |_| {
            let mut command = Command::new(arguments[0]);
            command.args(&arguments[1..]);
            command
        };
        Self { name: name.to_owned(), program: None, message: Some(message.to_owned()), each: Box::new(each) }
    }

    /// The command of the n-th run, which says nothing.
    pub(crate) fn command(&self, n: usize) -> Command {
        let mut command = (self.each)(n);
        command.stdin(self.stdin()).stdout(Stdio::null());
        if self.message.is_some() {
            // What peers remark on, every time, is nothing for whoever reads the table.
            command.stderr(Stdio::null());
        }
        command
    }

    /// What is on its stdin.
    pub(crate) fn stdin(&self) -> Stdio {
        let open = |path| File::open(path).expect("the message was written");
        self.message.as_ref().map_or_else(Stdio::null, |path| open(path).into())
    }

    /// An `enqueue` that writes into the sandbox's spool.
    pub(crate) fn enqueue(name: &str, program: &Path, sandbox: &Sandbox) -> Self {
        let (path, spool) = (program.to_owned(), sandbox.spool().to_owned());
        let text = text();
        Self::ours(name, program, move |_| {
            let mut command = Command::new(&path);
            command.arg("--spool").arg(&spool);
            command.args(["--to", "oncall@example.jp", "--subject", "disk full on db1", &text]);
            command
        })
    }

    /// The same program by another name, with these arguments and the message on its stdin.
    pub(crate) fn by_name(
        (label, name): (&str, &str),
        arguments: &'static [&'static str],
        program: &Path,
        (folder, message): (&Path, &Path),
        sandbox: &Sandbox,
    ) -> Result<Self, String> {
        let link = folder.join(name);
        std::os::unix::fs::symlink(program, &link).map_err(|error| format!("no link `{name}`: {error}"))?;
        let spool = sandbox.spool().to_owned();
        let each = move |_| {
            let mut command = Command::new(&link);
            command.args(arguments).env("ALERTMAIL_SPOOL", &spool);
            command
        };
        let (program, message) = (Some(program.to_owned()), Some(message.to_owned()));
        Ok(Self { name: label.to_owned(), program, message, each: Box::new(each) })
    }

    /// The least that it can cost: built here, from `floor/floor.rs`, as `enqueue` is.
    pub(crate) fn floor(folder: &Path, form: FloorForm) -> Result<Self, String> {
        Self::built_floor(form.name(), folder, &form.build(folder)?)
    }

    /// The same, where it was built before; its drops go below `folder`.
    pub(crate) fn built_floor(name: &str, folder: &Path, program: &Path) -> Result<Self, String> {
        let into = folder.join(format!("{name} drops"));
        std::fs::create_dir(&into).map_err(|error| format!("no room in `{}`: {error}", folder.display()))?;
        let (path, octets) = (program.to_owned(), "x".repeat(TEXT_OCTETS + FRAME_OCTETS));
        let each = move |n| {
            let mut command = Command::new(&path);
            command.arg(&into).arg(format!("{n:026}")).arg(&octets);
            command
        };
        Ok(Self::ours(name, program, each))
    }
}

/// How the floor is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FloorForm {
    /// No library is looked for at the start.
    Static,
    /// As programs mostly are.
    Dynamic,
}

impl FloorForm {
    const fn name(self) -> &'static str {
        match self {
            Self::Static => "floor, static",
            Self::Dynamic => "floor, dynamic",
        }
    }

    /// Builds it in this folder.
    pub(crate) fn build(self, folder: &Path) -> Result<PathBuf, String> {
        let name = self.name().replace(", ", "-");
        let (source, program) = (folder.join(format!("{name}.rs")), folder.join(name));
        harness::write_file(&source, 0o600, include_bytes!("../floor/floor.rs"));
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.args(["--edition", "2024", "-C", "opt-level=3", "-C", "panic=abort", "-C", "strip=symbols"]);
        command.args(["-C", "lto=fat", "-C", "codegen-units=1"]);
        if self == Self::Static {
            command.args(["-C", "target-feature=+crt-static"]);
        }
        command.arg("-o").arg(&program).arg(&source);
        let output = command.output().map_err(|error| format!("cannot start rustc: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(program) } else { Err(format!("rustc refuses the floor: {said}")) }
    }
}

/// The message for those who want a whole one.
pub(crate) fn message() -> String {
    format!(
        "From: alert@example.com\nTo: oncall@example.jp\nSubject: disk full on db1\n\n{}\n",
        text().as_str()
    )
}

fn text() -> String {
    "The disk of db1 is full; the database stops within the hour.\n"
        .chars()
        .cycle()
        .take(TEXT_OCTETS)
        .collect()
}
