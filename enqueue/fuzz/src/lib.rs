//! What fuzzers call: any command line, environment and stdin, and what has to hold whatever they are.
//!
//! Each function panics if a promise is broken, and does nothing else. libFuzzer calls them through `fuzz_targets/`, and
//! `enqueue/tests/fuzz.rs` in every test run.
//!
//! An input is a text: the words of the command line, one a line; an empty line; variables as `NAME=value`; an empty line;
//! stdin. In words and values `\n` is a line end. The program runs as it is, with a spool of its own.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use enqueue::{Exit, Syslog, World, run};
use spool_format::folder::parse_file_name;
use spool_format::{Alert, Folder, Layout, Wall};

/// What a call has come to.
struct Said {
    exit: Exit,
    stdout: String,
    stderr: String,
    alerts: Vec<Alert>,
}

/// An input, taken apart.
struct Input<'i> {
    words: Vec<Vec<u8>>,
    variables: Vec<(&'i [u8], Vec<u8>)>,
    stdin: &'i [u8],
}

impl<'i> Input<'i> {
    fn of(octets: &'i [u8]) -> Self {
        let (words, rest) = block(octets);
        let (variables, stdin) = block(rest);
        let variables = variables.into_iter().filter_map(|line| {
            let at = line.iter().position(|octet| *octet == b'=')?;
            Some((&line[..at], typed(&line[at + 1..])))
        });
        Self { words: words.into_iter().map(typed).collect(), variables: variables.collect(), stdin }
    }
}

/// Lines up to an empty one, and what is behind it.
fn block(octets: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut lines, mut rest) = (Vec::new(), octets);
    while !rest.is_empty() {
        let end = rest.iter().position(|octet| *octet == b'\n').unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    (lines, rest)
}

/// No word and no value holds an octet 0: the kernel would not let it.
fn typed(line: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(line.len());
    let mut octets = line.iter().filter(|octet| **octet != 0).peekable();
    while let Some(octet) = octets.next() {
        if *octet == b'\\' && octets.next_if(|next| **next == b'n').is_some() {
            text.push(b'\n');
        } else {
            text.push(*octet);
        }
    }
    text
}

#[expect(clippy::disallowed_methods, reason = "there is no other clock, and nothing here looks at it")]
fn clock() -> Instant {
    Instant::now()
}

/// Calls the program, and sees that what it promises to everybody holds.
fn call(program: &str, words: &[Vec<u8>], input: &Input<'_>) -> Said {
    // In memory, where there is such a place: nothing of this has to last.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.expect("a folder");
    let layout = Layout::new(folder.path());
    let incoming = layout.folder(Folder::Incoming);
    fs::create_dir_all(&incoming).expect("our own folder");
    let argv: Vec<OsString> = [program.as_bytes().to_vec()]
        .into_iter()
        .chain(words.iter().cloned())
        .map(OsString::from_vec)
        .collect();
    let nowhere = folder.path().join("nowhere");
    let (mut stdout, mut stderr, mut number) = (Vec::new(), Vec::new(), 0_u8);
    let exit = run(
        &argv,
        &mut World {
            stdin: &mut &*input.stdin,
            stdin_is_terminal: false,
            stdout: &mut stdout,
            stderr: &mut stderr,
            env: &|name| match name {
                "ALERTMAIL_SPOOL" => Some(folder.path().as_os_str().to_owned()),
                "ALERTMAIL_SOCKET" | "ALERTMAIL_SPARE" => Some(nowhere.as_os_str().to_owned()),
                _ => {
                    let found = input.variables.iter().find(|(known, _)| *known == name.as_bytes());
                    found.map(|(_, value)| OsString::from_vec(value.clone()))
                }
            },
            now: Wall::from_unix_ms(1_795_580_610_123),
            entropy: &mut || {
                number = number.wrapping_add(1);
                Ok([number; 10])
            },
            uid: 1000,
            clock,
            syslog: Syslog::nowhere(),
            leave: None,
            become_alertmail: Some(|_| io::Error::from(io::ErrorKind::NotFound)),
        },
    );
    let read = |entry: io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("text");
        let id = parse_file_name(name).unwrap_or_else(|| panic!("{name} was left"));
        Alert::parse(&fs::read(&path).expect("readable"), id).expect("an alert that the agent can read")
    };
    let alerts: Vec<Alert> = fs::read_dir(&incoming).expect("our own folder").map(read).collect();
    let text = |octets| String::from_utf8(octets).expect("UTF-8");
    let said = Said { exit, stdout: text(stdout), stderr: text(stderr), alerts };
    assert!(exit == Exit::Done || said.alerts.is_empty() || has_dialogue(words), "{exit:?} and an alert");
    assert!(exit == Exit::Done || !said.stderr.is_empty(), "{exit:?} without a reason");
    assert!(said.stderr.is_empty() || said.stderr.ends_with('\n'), "{}", said.stderr);
    let is_shown = |letter: char| letter == '\n' || !letter.is_control();
    assert!(said.stderr.chars().all(is_shown), "what is shown is no terminal's order: {:?}", said.stderr);
    said
}

/// Whether these words make the program speak SMTP, in which there may be several mails, and one that is not taken.
fn has_dialogue(words: &[Vec<u8>]) -> bool {
    words.iter().any(|word| word.starts_with(b"-") && word.contains(&b'b'))
}

/// Takes the first word for the name of a monitor, and the others for what it says. Says whether the alert has a key.
pub fn callers(octets: &[u8]) -> bool {
    let input = Input::of(octets);
    let Some((name, words)) = input.words.split_first() else { return false };
    let argv: Vec<Vec<u8>> = [b"--caller".to_vec(), name.clone(), b"--".to_vec()]
        .into_iter()
        .chain(words.iter().cloned())
        .collect();
    let said = call("enqueue", &argv, &input);
    let Said { exit: Exit::Done, alerts, .. } = &said else {
        assert_eq!(said.exit, Exit::Usage, "only a monitor that is not known is refused: {}", said.stderr);
        return false;
    };
    let [alert] = &alerts[..] else {
        assert!(said.stdout.starts_with("What enqueue --caller NAME reads"), "{}", said.stdout);
        return false;
    };
    let is_line = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
    assert!(is_line(&alert.subject), "{alert:?}");
    assert!(alert.key.as_deref().is_none_or(is_line), "{alert:?}");
    alert.key.is_some()
}

/// Takes the words for those of `mail`. Says whether somebody gets the mail and nothing was odd.
pub fn mail(octets: &[u8]) -> bool {
    let input = Input::of(octets);
    let said = call("mail", &input.words, &input);
    assert!([Exit::Done, Exit::Usage].contains(&said.exit), "{:?} {}", said.exit, said.stderr);
    is_clear(&said)
}

/// Takes the words for those of `sendmail`. Says whether somebody gets the mail and nothing was odd.
pub fn sendmail(octets: &[u8]) -> bool {
    let input = Input::of(octets);
    let said = call("sendmail", &input.words, &input);
    let of_other_work = [Exit::Usage, Exit::NoProgram];
    assert!(
        [Exit::Done, Exit::BadData].contains(&said.exit) || of_other_work.contains(&said.exit),
        "{:?} {}",
        said.exit,
        said.stderr
    );
    assert!(said.exit != Exit::BadData || has_dialogue(&input.words), "{}", said.stderr);
    is_clear(&said)
}

fn is_clear(said: &Said) -> bool {
    assert!(
        said.exit != Exit::Done || said.alerts.len() <= 1 || said.stdout.starts_with("220 "),
        "one mail at most"
    );
    let is_told = |alert: &Alert| !alert.to.is_empty() || !alert.cc.is_empty() || !alert.bcc.is_empty();
    said.alerts.iter().any(is_told) && said.stderr.is_empty()
}

/// Takes the words for options of `enqueue` itself. Says whether an alert came of it.
pub fn options(octets: &[u8]) -> bool {
    let input = Input::of(octets);
    // Other spools, and files of this machine, are nobody's input.
    let leads_out = |word: &&Vec<u8>| !word.starts_with(b"--spool") && !word.starts_with(b"--attach");
    let words: Vec<Vec<u8>> = input.words.iter().filter(leads_out).cloned().collect();
    let began = clock();
    let said = call("enqueue", &words, &input);
    assert!(began.elapsed() < Duration::from_secs(20), "it ends in time");
    if let [alert] = &said.alerts[..] {
        let id = alert.id.map(|id| id.to_string()).unwrap_or_default();
        assert_eq!((said.exit, said.stdout.as_str()), (Exit::Done, format!("{id}\n").as_str()));
        return true;
    }
    assert!(said.alerts.is_empty());
    false
}
