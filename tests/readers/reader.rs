//! The readers: one process each for a whole heap of mails, a line a mail in and a line a mail out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::run_within;
use mail_parser::{Address, MessageParser, MimeHeaders as _};

use crate::judge::Column;

/// For a heap of thousands, on a machine that does other things as well.
pub(crate) const PATIENCE: Duration = Duration::from_mins(15);

/// Somebody who reads mails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    /// What it shows; the rest is not its business.
    pub(crate) reads: &'static [Column],
    way: Way,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    /// In this process.
    Here(fn(&[u8]) -> Vec<(String, String)>),
    /// A script beside this file, and what runs it.
    Script(&'static str, &'static str),
    /// A program in C beside this file.
    Compiled(&'static str),
}

/// What a reader says of one mail: keys and values, in the order in which it found them.
pub(crate) type Reading = Vec<(String, String)>;

const TEXTS: &[Column] = &[Column::Subject, Column::Name, Column::Body];
const HEADERS: &[Column] = &[Column::Subject, Column::Name];

const fn reader(name: &'static str, reads: &'static [Column], way: Way) -> Reader {
    Reader { name, reads, way }
}

pub(crate) const READERS: [Reader; 10] = [
    reader("mail-parser (Rust)", &Column::ALL, Way::Here(mail_parser)),
    reader("Python email", &Column::ALL, Way::Script("python3", "python.py")),
    reader("postal-mime", &Column::ALL, Way::Script("node", "postal_mime.js")),
    reader("mailparser (npm)", &Column::ALL, Way::Script("node", "mailparser.js")),
    reader("GMime", &Column::ALL, Way::Compiled("gmime.c")),
    reader("Ruby mail", &Column::ALL, Way::Script("ruby", "mail.rb")),
    reader("PHP mailparse, iconv", &Column::ALL, Way::Script("php", "mailparse.php")),
    reader("PHP mbstring", HEADERS, Way::Script("php", "mbstring.php")),
    reader("Perl Encode", TEXTS, Way::Script("perl", "encode.pl")),
    reader("nkf", TEXTS, Way::Script("ruby", "nkf.rb")),
];

impl Reader {
    /// What it says of each mail, or why it is not there.
    pub(crate) fn read<'a>(self, mails: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Reading>, String> {
        let mut command = match self.way {
            Way::Here(read) => return Ok(mails.map(read).collect()),
            Way::Script(interpreter, script) => {
                let mut command = Command::new(interpreter);
                command.arg(beside(script)).env("NODE_PATH", modules());
                command
            }
            Way::Compiled(source) => Command::new(compiled(source)?),
        };
        let is_there =
            Command::new("sh").args(["-c", "command -v \"$0\""]).arg(command.get_program()).output();
        if !is_there.is_ok_and(|found| found.status.success()) {
            return Err(format!("{} is missing", command.get_program().display()));
        }
        let without_mails = run_within(PATIENCE, &mut command, b"");
        if without_mails.code != Some(0) {
            return Err(without_mails.stderr);
        }
        let mut asked = String::new();
        let mut count = 0;
        for mail in mails {
            STANDARD.encode_string(mail, &mut asked);
            asked.push('\n');
            count += 1;
        }
        let ended = run_within(PATIENCE, &mut command, asked.as_bytes());
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{} fails", self.name);
        let readings: Vec<Reading> = ended.stdout.lines().map(reading).collect();
        assert_eq!(readings.len(), count, "{}: one line for each mail", self.name);
        Ok(readings)
    }
}

fn reading(line: &str) -> Reading {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or_else(|| panic!("no pair: {line}"));
        let octets = STANDARD.decode(value).unwrap_or_else(|error| panic!("{error}: {line}"));
        (key.to_owned(), String::from_utf8_lossy(&octets).into_owned())
    };
    line.split('\t').filter(|pair| !pair.is_empty()).map(pair).collect()
}

pub(crate) fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/readers").join(name)
}

/// Where `tests/readers/install` puts what npm has.
fn modules() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    cache.unwrap_or_default().join("alertmail-tests/readers/node_modules")
}

/// Compiles the reader in C, once, with the flags that its library asks for.
fn compiled(source: &str) -> Result<PathBuf, String> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let compile = || {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reader-gmime");
        let script =
            "exec cc -O1 -Wall -Wextra -Werror -o \"$1\" \"$0\" $(pkg-config --cflags --libs gmime-3.0)";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(beside(source)).arg(&program);
        let ended = run_within(PATIENCE, &mut command, b"");
        if ended.code == Some(0) { Ok(program) } else { Err(ended.stderr) }
    };
    PROGRAM.get_or_init(compile).clone()
}

fn mail_parser(octets: &[u8]) -> Reading {
    let mail = MessageParser::default().parse(octets).expect("a mail");
    let mut said = vec![("subject".to_owned(), mail.subject().unwrap_or_default().to_owned())];
    for (field, people) in [("from", mail.from()), ("to", mail.to())] {
        for person in people.into_iter().flat_map(Address::iter) {
            said.push((format!("{field}.name"), person.name().unwrap_or_default().to_owned()));
            said.push((format!("{field}.address"), person.address().unwrap_or_default().to_owned()));
        }
    }
    said.push(("body".to_owned(), mail.body_text(0).unwrap_or_default().into_owned()));
    for file in mail.attachments() {
        said.push(("file".to_owned(), file.attachment_name().unwrap_or_default().to_owned()));
    }
    said
}
