//! The built program as its callers meet it: exit status, both streams, and the limits of its process.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use spool_format::{Alert, AlertId, Folder, Layout};

/// Runs a shell line in which `enqueue` is the program, with the spool in the environment.
fn shell(spool: &Path, line: &str) -> Output {
    let folder = Path::new(env!("CARGO_BIN_EXE_enqueue")).parent().expect("a folder");
    Command::new("/bin/sh")
        .args(["-c", line])
        .env("ALERTMAIL_SPOOL", spool)
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .stdin(Stdio::null())
        .output()
        .expect("a shell")
}

fn spool() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for path in Layout::new(folder.path()).all_folders() {
        std::fs::create_dir_all(path).expect("a folder");
    }
    folder
}

/// How many names, hidden ones too, are in the folder of new alerts.
fn names(spool: &Path) -> usize {
    std::fs::read_dir(Layout::new(spool).folder(Folder::Incoming)).expect("a folder").count()
}

/// Whether this system has a log that takes the text of an alert that no spool takes.
fn has_a_log() -> bool {
    use std::os::unix::net::UnixDatagram;
    let socket = UnixDatagram::unbound().expect("a socket");
    ["/run/systemd/journal/socket", "/dev/log"].iter().any(|path| socket.connect(path).is_ok())
}

#[test]
fn a_piped_text_is_stored_and_the_id_is_all_that_is_said() {
    let spool = spool();
    let said = shell(spool.path(), "echo 'disk full' | enqueue --to ops@example.jp --subject db1");
    assert_eq!((said.status.code(), said.stderr.as_slice()), (Some(0), b"".as_slice()));
    let id = String::from_utf8(said.stdout).expect("text");
    let id = AlertId::parse(id.strip_suffix('\n').expect("a line")).expect("an id");
    let file = Layout::new(spool.path()).folder(Folder::Incoming).join(format!("{id}.json"));
    let alert = Alert::parse(&std::fs::read(file).expect("the file"), id).expect("an alert");
    assert_eq!((alert.body.as_str(), alert.subject.as_str()), ("disk full\n", "db1"));
    assert_eq!(alert.to, ["ops@example.jp"]);
}

#[test]
fn whatever_became_of_stdout_a_stored_alert_is_a_success() {
    for (name, redirection) in [("closed", ">&-"), ("full", ">/dev/full"), ("stderr closed too", ">&- 2>&-")]
    {
        let spool = spool();
        let said = shell(spool.path(), &format!("enqueue --subject x y {redirection}"));
        assert_eq!((said.status.code(), names(spool.path())), (Some(0), 1), "{name}: {said:?}");
        assert_eq!(said.stderr, b"", "{name}");
    }
}

#[test]
fn a_limit_on_file_sizes_neither_kills_the_program_nor_leaves_a_hidden_file() {
    let spool = spool();
    let said = shell(spool.path(), "ulimit -f 0; enqueue --subject x y");
    assert_eq!(said.status.code(), Some(75), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stderr).contains("raise ulimit -f"), "{said:?}");
    assert_eq!(names(spool.path()), 0);
}

#[test]
fn a_refusal_is_one_line_on_stderr_and_an_exit_code() {
    for (line, code) in [
        ("enqueue --severity loud x", 64),
        ("enqueue --to 'two words' x", 65),
        ("enqueue", 65),
        ("enqueue --subject x --attach /no/such/file", 66),
        ("enqueue --subject x </", 66),
        ("enqueue --spool /no/such/spool x", if has_a_log() { 75 } else { 73 }),
    ] {
        let spool = spool();
        let said = shell(spool.path(), line);
        assert_eq!((said.status.code(), said.stdout.as_slice()), (Some(code), b"".as_slice()), "{line}");
        let text = String::from_utf8(said.stderr).expect("text");
        assert!(
            text.starts_with("enqueue: not stored: ") && text.matches('\n').count() == 1,
            "{line}: {text}"
        );
        assert_eq!(names(spool.path()), 0, "{line}");
    }
}
