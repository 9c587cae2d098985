//! Every line of the log, in every format. They are kept in files: what people search for changes only on purpose.

mod lines;

use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde_json::{Map, Value};
use spool_format::{Event, RecipientResult, Settlement, Wall};

use tracing::Dispatch;
use tracing::metadata::LevelFilter;

use super::scribe::{Form, Pen, Scribe};
use super::*;
use crate::command::tests::pages::looks_like;
use lines::say_all;

/// A stream that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("whole").clone()).expect("UTF-8")
    }
}

impl Write for Kept {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What there is on the stream when all of this is said.
fn said(form: Form, level: LevelFilter, journald: &Path, say: impl FnOnce()) -> String {
    // Where there is one subscriber in all, other threads, which have none, are asked whether anybody wants a line that they
    // meet first; their no would hold for this one too.
    static ANOTHER: OnceLock<Dispatch> = OnceLock::new();
    ANOTHER.get_or_init(|| {
        let pen = Pen::new(Form::Text, (Box::new(io::sink()), false), nowhere());
        Dispatch::new(Scribe::new(pen, LevelFilter::OFF))
    });
    let stream = Kept::default();
    let pen = Pen::new(form, (Box::new(stream.clone()), form == Form::Journald), journald);
    tracing::subscriber::with_default(Scribe::new(pen, level), say);
    stream.text()
}

fn nowhere() -> &'static Path {
    Path::new("/nonexistent/socket")
}

fn parsed(line: &str) -> Map<String, Value> {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// An entry in journald's own form.
fn fields(mut octets: &[u8]) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    while !octets.is_empty() {
        let end = octets.iter().position(|octet| b"=\n".contains(octet)).expect("a name");
        let name = String::from_utf8(octets[..end].to_vec()).expect("UTF-8");
        let (begin, length) = if octets[end] == b'=' {
            (end + 1, octets[end..].iter().position(|octet| *octet == b'\n').expect("an end") - 1)
        } else {
            let length = octets[end + 1..end + 9].try_into().expect("eight octets");
            (end + 9, usize::try_from(u64::from_le_bytes(length)).expect("few"))
        };
        let value = String::from_utf8(octets[begin..begin + length].to_vec()).expect("UTF-8");
        assert_eq!(octets[begin + length], b'\n');
        fields.push((name, value));
        octets = &octets[begin + length + 1..];
    }
    fields
}

#[test]
fn the_lines_are_the_ones_that_are_kept() {
    looks_like("agent-log.txt", &said(Form::Text, LevelFilter::INFO, nowhere(), say_all));
}

#[test]
fn a_line_of_json_says_what_the_text_says_with_a_field_for_each_thing() {
    let text = said(Form::Text, LevelFilter::DEBUG, nowhere(), say_all);
    let json = said(Form::Json, LevelFilter::DEBUG, nowhere(), say_all);
    let mut kept = String::new();
    assert_eq!(text.lines().count(), json.lines().count());
    for (text, line) in text.lines().zip(json.lines()) {
        let mut object = parsed(line);
        assert_eq!(object["message"], text);
        assert!(object["event"].is_string(), "{line}");
        assert!(Wall::parse(object["at"].as_str().expect("a text")).is_some(), "{line}");
        object.insert("at".to_owned(), "NOW".into());
        kept.push_str(&serde_json::to_string(&object).expect("JSON"));
        kept.push('\n');
    }
    assert!(!json.contains("WORDS"), "what an alert says is in no line");
    looks_like("agent-log.jsonl", &kept);
}

#[test]
fn that_an_alert_still_waits_after_another_try_is_no_line_of_its_own() {
    let id = AlertId::new(Wall::from_unix_ms(0), [1; 10]);
    let result = |result| RecipientResult {
        to: Address::parse("a@example.jp").expect("an address"),
        result,
        phase: "mail".to_owned(),
        code: Some(451),
        enhanced: None,
        text: "later".to_owned(),
        scope: None,
        duration: None,
        rule: None,
    };
    let outcome = |attempt, how| Event::Outcome {
        id,
        attempt,
        provider: "home".to_owned(),
        took_ms: 1,
        preferred: Vec::new(),
        recipients: vec![result(how)],
    };
    let deferred = |passes| Event::Deferred { id, passes, until: Wall::from_unix_ms(9), why: None };
    let story = [
        outcome(1, Settlement::Open),
        deferred(1),
        outcome(2, Settlement::Open),
        deferred(2),
        outcome(3, Settlement::Uncertain),
        deferred(3),
        Event::Retry { id, by: 0 },
        outcome(4, Settlement::Open),
        deferred(4),
        outcome(5, Settlement::Delivered),
        Event::Sent { id, delivered: Vec::new(), refused: Vec::new() },
    ];
    let words = |level, mut told: Told| {
        let text = said(Form::Text, level, nowhere(), || story.iter().for_each(|fact| told.fact(fact)));
        text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let news = ["failed", "deferred", "uncertain", "retry", "failed", "deferred", "delivered", "sent"];
    assert_eq!(words(LevelFilter::INFO, Told::default()), news);
    assert_eq!(words(LevelFilter::INFO, Told::of(&[id])), news[2..], "an earlier run has told of it");
    assert_eq!(words(LevelFilter::DEBUG, Told::default()).len(), story.len());
}

#[test]
fn journald_gets_the_same_fields_and_the_priorities_of_syslog() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let journald = UnixDatagram::bind(&path).expect("a socket");
    let heard = thread::spawn(move || {
        let mut entries = Vec::new();
        let mut octets = vec![0; 100_000];
        loop {
            let so_many = journald.recv(&mut octets).expect("an entry");
            if &octets[..so_many] == b"END" {
                return entries;
            }
            entries.push(fields(&octets[..so_many]));
        }
    });
    assert_eq!(said(Form::Journald, LevelFilter::DEBUG, &path, say_all), "");
    UnixDatagram::unbound().expect("a socket").send_to(b"END", &path).expect("sent");
    let entries = heard.join().expect("entries");
    let json = said(Form::Json, LevelFilter::DEBUG, nowhere(), say_all);
    assert_eq!(entries.len(), json.lines().count());
    for (entry, line) in entries.iter().zip(json.lines()) {
        let object = parsed(line);
        let priority =
            object.get("priority").and_then(Value::as_u64).unwrap_or_else(|| {
                match object["level"].as_str() {
                    Some("error") => 3,
                    Some("warning") => 4,
                    Some("info") => 6,
                    _ => 7,
                }
            });
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut expected = vec![
            ("MESSAGE".to_owned(), text(&object["message"])),
            ("PRIORITY".to_owned(), priority.to_string()),
            ("SYSLOG_IDENTIFIER".to_owned(), "alertmail".to_owned()),
        ];
        let ours = object
            .iter()
            .filter(|(name, _)| !["at", "level", "message", "priority"].contains(&name.as_str()));
        expected
            .extend(ours.map(|(name, value)| (format!("ALERTMAIL_{}", name.to_uppercase()), text(value))));
        let (mut entry, mut expected) = (entry.clone(), expected);
        entry.sort();
        expected.sort();
        assert_eq!(entry, expected);
    }
}

#[test]
fn what_is_too_large_for_a_datagram_goes_as_a_sealed_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let journald = UnixDatagram::bind(&path).expect("a socket");
    let long = "x".repeat(1 << 20);
    assert_eq!(said(Form::Journald, LevelFilter::INFO, &path, || warning(&long)), "");
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    recvmsg(&journald, &mut [], &mut control, RecvFlags::empty()).expect("an entry");
    let mut files = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let file = files.next().and_then(|mut files| files.next()).expect("a file");
    assert!(rustix::fs::fcntl_get_seals(&file).expect("seals").contains(rustix::fs::SealFlags::WRITE));
    let mut octets = vec![0; 3 << 20];
    let so_many = rustix::io::pread(&file, &mut octets, 0).expect("read");
    assert!(fields(&octets[..so_many]).contains(&("ALERTMAIL_REASON".to_owned(), long)));
}

#[test]
fn a_journald_that_is_not_there_leaves_the_stream_and_one_that_hangs_holds_nobody_up() {
    let text = said(Form::Journald, LevelFilter::INFO, nowhere(), || {
        writer_died();
        stopped(true);
    });
    assert_eq!(
        text,
        "<3>the spool's writer died; what it had not written will be found again at the next start\n<6>stopped\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let journald = UnixDatagram::bind(&path).expect("a socket");
    let stream = said(Form::Journald, LevelFilter::INFO, &path, || {
        // Far more than a queue of datagrams takes; only the first that finds no room waits.
        (0..2_000).for_each(|_| stopped(true));
        journald.set_nonblocking(true).expect("set");
        let mut octets = [0; 4096];
        let mut taken = 0;
        while journald.recv(&mut octets).is_ok() {
            taken += 1;
        }
        stopped(true);
        let so_many = journald.recv(&mut octets).expect("what is told of the loss");
        let told = fields(&octets[..so_many]);
        let said =
            format!("{} lines of the log were lost: journald did not take them in time", 2_000 - taken);
        assert!(told.contains(&("MESSAGE".to_owned(), said)), "{told:?}");
    });
    assert_eq!(stream, "");
}

#[test]
fn what_a_library_says_goes_nowhere_and_a_level_that_is_off_costs_no_text() {
    struct Dear;
    impl Display for Dear {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("nobody wanted to know")
        }
    }
    let text = said(Form::Text, LevelFilter::WARN, nowhere(), || {
        error!(target: "rustls::client", "a secret");
        error!(target: "alertmailer", "a secret");
        page_shown(&Dear);
        warning("this");
    });
    assert_eq!(text, "warning this\n");
}

#[test]
fn a_stream_is_known_to_lead_to_the_journal_by_device_and_inode() {
    let (ours, other) = (tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file"));
    let stat = rustix::fs::fstat(&ours).expect("a file");
    let named = format!("{}:{}", stat.st_dev, stat.st_ino);
    assert!(journald::is_stream(&ours, Some(&named)));
    assert!(!journald::is_stream(&other, Some(&named)), "a child whose stderr leads elsewhere");
    for named in [None, Some(""), Some("1"), Some("1:"), Some("x:y"), Some("1:2:3")] {
        assert!(!journald::is_stream(&ours, named), "{named:?}");
    }
}
