//! Alerts that do not come through `incoming/`: on the agent's socket, and in the spare folder.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;

use harness::{Config, PATIENCE, Provider, Sandbox, write_file};
use lab::{Act, Personality, Stage};
use spool_format::folder::{ALERT_MODE, file_name};
use spool_format::{Folder, State};

use crate::{id, sandbox};

/// What the agent answers to these octets.
fn submit(sandbox: &Sandbox, octets: &[u8]) -> String {
    let mut stream = UnixStream::connect(sandbox.spool().join("submit/socket")).expect("the agent listens");
    stream.write_all(octets).expect("it reads");
    stream.shutdown(Shutdown::Write).expect("that was all");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn alert(number: u8) -> Vec<u8> {
    let id = id(number);
    format!(r#"{{"version":1,"id":"{id}","to":["oncall@example.jp"],"subject":"alert {number}"}}"#)
        .into_bytes()
}

#[test]
fn what_is_submitted_on_the_socket_is_kept_before_it_is_answered_and_sent_once() {
    let (sandbox, server) = sandbox(|config| config);
    let agent = sandbox.start_agent();
    let kept = format!("kept {}\n", id(1));
    assert_eq!(submit(&sandbox, &alert(1)), kept);
    sandbox.wait_until_sent(id(1));
    assert_eq!(sandbox.history(id(1)).uid, Some(rustix::process::getuid().as_raw()));
    sandbox.wait_for("its file is gone", PATIENCE, || sandbox.names_in(Folder::Deferred).is_empty());
    assert_eq!(submit(&sandbox, &alert(1)), kept, "once more, when it is over");
    crate::place(&sandbox, &file_name(id(1)), &alert(1));
    sandbox.wait_for("its second file is gone", PATIENCE, || sandbox.names_in(Folder::Incoming).is_empty());
    assert_eq!(agent.stop(), Some(0));
    let agent = sandbox.start_agent();
    crate::place(&sandbox, &file_name(id(1)), &alert(1));
    sandbox.wait_for("its third file is gone", PATIENCE, || sandbox.names_in(Folder::Incoming).is_empty());
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn what_was_answered_as_kept_survives_a_kill_and_a_second_submission_is_the_same_alert() {
    let (sandbox, server) = sandbox(|config| config);
    let silent = sandbox.server("silent", Personality::plain().at(Stage::Mail, Act::Silence));
    sandbox.configure(&Config::of([Provider::clear("silent", silent.port())]));
    let agent = sandbox.start_agent();
    let kept = format!("kept {}\n", id(1));
    assert_eq!(submit(&sandbox, &alert(1)), kept);
    assert_eq!(submit(&sandbox, &alert(1)), kept, "once more");
    assert_eq!(sandbox.names_in(Folder::Deferred), [file_name(id(1))]);
    agent.kill();
    sandbox.configure(&Config::of([Provider::clear("home", server.port())]));
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id(1));
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn what_is_no_alert_is_refused_on_the_socket_with_the_reason() {
    let (sandbox, _server) = sandbox(|config| config);
    let agent = sandbox.start_agent();
    for (octets, reason) in [
        (&b"{"[..], "it has no id"),
        (br#"{"version":1,"subject":"s"}"#, "missing field `id`"),
        (format!(r#"{{"version":1,"id":"{}"}}"#, id(1)).as_bytes(), "none of"),
    ] {
        let answer = submit(&sandbox, octets);
        assert!(answer.starts_with("refused ") && answer.contains(reason), "{answer}");
    }
    assert_eq!(sandbox.names_in(Folder::Deferred), Vec::<String>::new());
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn the_spare_folder_is_emptied_into_the_queue() {
    let (sandbox, server) = sandbox(|config| config);
    let spare = sandbox.path().join("spare");
    fs::create_dir(&spare).expect("a folder");
    sandbox.configure(
        &Config::of([Provider::clear("home", server.port())])
            .submit("spare", &format!("\"{}\"", spare.display())),
    );
    put(&spare, 1);
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id(1));
    put(&spare, 2);
    sandbox.wait_until_sent(id(2));
    sandbox.wait_for("nothing is left there", PATIENCE, || {
        fs::read_dir(&spare).expect("readable").next().is_none()
            && sandbox.names_in(Folder::Deferred).is_empty()
    });
    assert_eq!(sandbox.state(id(2)), Some(State::Sent));
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 2);
}

fn put(spare: &Path, number: u8) {
    let draft = spare.join(".draft.tmp");
    write_file(&draft, ALERT_MODE, &alert(number));
    crate::make_visible(&draft, &spare.join(file_name(id(number))));
}
