//! Every alert that `enqueue` writes and every line that the agent writes keeps the published schemas.

use std::collections::BTreeSet;
use std::fs;

use harness::{Config, PATIENCE, Provider, Sandbox, write_file};
use lab::{Act, Personality, Stage};
use serde_json::Value;
use spool_format::folder::{ALERT_MODE, file_name};
use spool_format::{Event, Folder, State};

use crate::validator::{Schema, expect_valid, judge};
use crate::{ONCALL, sandbox};

/// The text of every file in a folder whose name ends like this.
fn texts(folder: &std::path::Path, ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.to_string_lossy().ends_with(ending));
    files.map(|path| fs::read_to_string(path).expect("UTF-8")).collect()
}

#[test]
fn every_alert_that_enqueue_writes_keeps_the_schema() {
    let sandbox = sandbox();
    let attachment = sandbox.path().join("b\"a\u{30c3}.log");
    write_file(&attachment, 0o600, b"\xff\x00\n");
    let attachment = attachment.to_string_lossy().into_owned();
    let everything = [
        &["-t", "ops,oncall@example.jp", "--cc", "a@example.com", "--bcc", "b@example.com"][..],
        &["--sender", "root@example.jp", "--from-name", "\"監視\" \\", "-s", "ディスク \"full\""],
        &["--severity", "critical", "--key", "disk-db1", "--resolves", "--ttl", "3d"],
        &["--header", "X-Room: 7 \"a\"", "--header", "X-Empty:", "--attach", &attachment],
        &["line\n\"quoted\"\u{1}\u{7f}"],
    ]
    .concat();
    sandbox.enqueue(&everything);
    sandbox.enqueue(&["-s", "subject", ""]);
    sandbox.enqueue(&["--ttl", "18446744073709551615", "text"]);
    sandbox.enqueue_with_stdin(&[], b"\xff\xfe\x00 not UTF-8 \xf0\x9f\x98\r\n");
    let written = texts(&sandbox.folder(Folder::Incoming), ".json");
    assert_eq!(written.len(), 4);
    expect_valid(Schema::Alert, written.iter().map(String::as_str));
    let fields: BTreeSet<String> = written.iter().flat_map(|text| keys(text)).collect();
    assert!(fields.len() >= 16, "the options of enqueue fill nearly every field: {fields:?}");
}

fn keys(text: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(text).expect("JSON");
    value.as_object().expect("an object").keys().cloned().collect()
}

/// Lets an agent meet every kind of trouble that it writes lines about, and end in good order.
fn run_with_trouble(sandbox: &Sandbox) {
    let manners = || {
        Personality::plain()
            .recipient("full@example.jp", "452 4.2.2 mailbox full")
            .recipient("gone@example.jp", "550 5.1.1 no such user \"gone\" \\ here")
    };
    let home = sandbox.server("home", manners().at(Stage::Dot, Act::KeepThenClose).only_first(1));
    let spare = sandbox.server("spare", manners());
    let provider = |name: &str, port| Provider::clear(name, port);
    sandbox.configure(&Config::of([provider("home", home.port()), provider("spare", spare.port())]));
    let agent = sandbox.start_agent();
    let alert = |to: &str| {
        sandbox.enqueue(&["-t", to, "-s", "状態 \"x\"\u{1}", "--severity", "critical", "-k", "k", "text"])
    };
    let cut_off = alert(ONCALL);
    sandbox.wait_until_sent(cut_off);
    let partly = alert("gone@example.jp,oncall@example.jp,nobody-knows-me");
    sandbox.wait_until_sent(partly);
    let waiting = alert("full@example.jp");
    let lost = alert("nobody-knows-me");
    let strange = sandbox.folder(Folder::Incoming).join("no \"alert\"\u{1b}.txt");
    write_file(&strange, ALERT_MODE, b"x");
    sandbox.wait_for("one waits, one is dead, one is set aside", PATIENCE, || {
        sandbox.names_in(Folder::Deferred) == [file_name(waiting)]
            && sandbox.state(lost) == Some(State::Dead)
            && !sandbox.names_in(Folder::Corrupt).is_empty()
            && sandbox.journal().iter().any(|entry| matches!(entry.event, Event::Corrupt { .. }))
    });
    assert_eq!(agent.stop(), Some(0));

    let closed = lab::Port::reserve().expect("a port");
    sandbox.configure(&Config::of([provider("down", closed.number())]));
    let agent = sandbox.start_agent();
    let late = alert(ONCALL);
    sandbox.wait_for("it waits as well", PATIENCE, || {
        sandbox.names_in(Folder::Deferred).contains(&file_name(late))
    });
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn every_line_of_a_run_with_trouble_keeps_the_schema() {
    let sandbox = sandbox();
    run_with_trouble(&sandbox);
    let journal = texts(&sandbox.spool().join("queue/journal"), ".jsonl").concat();
    expect_valid(Schema::JournalLine, journal.lines());
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let events: BTreeSet<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    let expected = [
        "accepted", "attempt", "corrupt", "dead", "deferred", "dot-sent", "outcome", "sent", "started",
        "stopped",
    ];
    assert_eq!(
        events.into_iter().collect::<Vec<_>>(),
        expected,
        "the run was to bring every kind of line:\n{journal}"
    );
    for word in [
        "uncertain",
        "open",
        "delivered",
        "refused",
        "unusable",
        "message_id",
        "enhanced",
        "scope",
        "connect",
    ] {
        assert!(journal.contains(&format!("\"{word}\"")), "no line has `{word}`:\n{journal}");
    }
}

#[test]
fn the_schema_of_the_journal_refuses_what_is_no_line_and_lets_later_events_pass() {
    let at = "\"at\":\"2026-11-25T04:23:30.123Z\"";
    let id = "\"id\":\"01kax3tzzzzzzzzzzzzzzzzzzz\"";
    for (valid, text) in [
        (true, format!("{{{at},\"event\":\"stopped\"}}")),
        (true, format!("{{{at},\"event\":\"folded\",\"into\":7}}")),
        (true, format!("{{{at},\"event\":\"held\",{id},\"by\":0,\"where\":\"a later version says\"}}")),
        (false, format!("{{{at}}}")),
        (false, "{\"event\":\"stopped\"}".to_owned()),
        (false, "{\"at\":\"yesterday\",\"event\":\"stopped\"}".to_owned()),
        (false, format!("{{{at},\"event\":\"held\"}}")),
        (false, format!("{{{at},\"event\":\"held\",\"id\":\"01KAX3TZZZZZZZZZZZZZZZZZZZ\"}}")),
        (false, format!("{{{at},\"event\":\"sent\",{id},\"delivered\":[\"nobody\"]}}")),
        (
            false,
            format!("{{{at},\"event\":\"attempt\",{id},\"attempt\":0,\"provider\":\"p\",\"recipients\":[]}}"),
        ),
        (false, "[]".to_owned()),
    ] {
        let why = judge(Schema::JournalLine, [text.as_str()]).remove(0);
        assert_eq!(why.is_empty(), valid, "{text}: {why}");
    }
}
