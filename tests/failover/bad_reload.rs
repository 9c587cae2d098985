//! A configuration that becomes faulty, empty or missing under an agent at work, and one that mends what was wrong: from the
//! field, where each of them has ended an agent or has left old mails with old settings.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use harness::{Agent, Config, Ended, PATIENCE, Sandbox, signal, write_file};
use lab::{Act, Stage};
use rustix::process::Signal;
use spool_format::{AlertId, Event, State};

use crate::stand::{self, FIRST, SECOND};

/// What becomes of the file, and what has to be named.
const FAULTS: [(&str, Option<&str>, &[&str]); 5] = [
    ("a syntax error", Some("\n[retry\nlogin = \"1s\"\n"), &["alertmail.toml:", "unclosed table"]),
    ("an unknown key", Some("\n[drills]\nevry = \"1h\"\n"), &["alertmail.toml:", "`evry`"]),
    ("a value that cannot be", Some("\n[drills]\nevery = \"soon\"\n"), &["alertmail.toml:", "every"]),
    ("an empty file", None, &["alertmail.toml", "[[provider]]"]),
    ("a missing file", None, &["alertmail.toml", "No such file"]),
];

fn ask(sandbox: &Sandbox, command: &[&str]) -> Ended {
    let config = sandbox.config_file();
    sandbox.alertmail(&[command, &["--config", config.to_str().expect("a path of ours")]].concat())
}

fn spoil(sandbox: &Sandbox, sound: &Config, (fault, tables, _): (&str, Option<&str>, &[&str])) {
    match tables {
        Some(tables) => sandbox.configure(&sound.clone().more(tables)),
        None if fault.contains("empty") => write_file(&sandbox.config_file(), 0o600, b""),
        None => fs::remove_file(sandbox.config_file()).expect("our own file"),
    }
}

/// Lines with which the agent has refused other settings.
fn refusals(agent: &Agent) -> Vec<String> {
    let log = agent.log();
    log.lines().filter(|line| line.starts_with("not reloaded, ")).map(str::to_owned).collect()
}

/// Each way to ask for a reload, twice in a row; the agent says one line a time, and `check` says the same as the command.
fn expect_refused(sandbox: &Sandbox, agent: &Agent, (fault, _, named): (&str, Option<&str>, &[&str])) {
    let before = refusals(agent).len();
    for _ in 0..2 {
        let refused = ask(sandbox, &["reload"]);
        assert_eq!(refused.code, Some(78), "{fault}: {}", refused.stderr);
        assert!(named.iter().all(|part| refused.stderr.contains(part)), "{fault}: {}", refused.stderr);
    }
    for times in 1..=2 {
        let before = refusals(agent).len();
        signal(agent.pid(), Signal::HUP);
        sandbox.wait_for(&format!("{fault}: hangup {times} is answered"), PATIENCE, || {
            refusals(agent).len() > before
        });
    }
    let said = refusals(agent);
    // The command has had its answer by itself; the log has it, too, if the agent was asked at all.
    let lines = said.len() - before;
    assert!((2..=4).contains(&lines), "{fault}: one line a time: {said:#?}");
    for line in &said[before..] {
        assert!(named.iter().all(|part| line.contains(part)), "{fault}: {line}");
    }
    let check = ask(sandbox, &["config", "check"]);
    let said = check.stdout + &check.stderr;
    assert_eq!(check.code, Some(78), "{fault}: {said}");
    assert!(named.iter().all(|part| said.contains(part)), "{fault}: {said}");
}

/// Names, sizes, times and identities of all that is in the spool.
fn everything_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of ours").map(|entry| entry.expect("one more")) {
        let (path, facts) = (entry.path(), entry.metadata().expect("it is there"));
        let times = [facts.mtime(), facts.mtime_nsec(), facts.ctime(), facts.ctime_nsec()];
        found.push(format!("{} {} {} {times:?}", path.display(), facts.ino(), facts.len()));
        if facts.is_dir() {
            found.extend(everything_below(&path));
        }
    }
    found.sort();
    found
}

fn has(sandbox: &Sandbox, id: AlertId, is_it: impl Fn(&Event) -> bool) -> bool {
    sandbox.events(id).iter().any(is_it)
}

#[test]
fn case_reload_bad_config() {
    let sandbox = stand::sandbox();
    let wrong_host = sandbox
        .server(FIRST, stand::healthy(&sandbox).at(Stage::Mail, Act::Say("550 5.7.1 no relay here".into())));
    let right = sandbox.server(SECOND, stand::healthy(&sandbox).at(Stage::Dot, Act::DelayMs(4_000)));
    let wrong = Config::of([stand::first(wrong_host.port())]).pause("1h");
    let sound = Config::of([stand::second(right.port())]).pause("1h");

    sandbox.configure(&wrong);
    let mut agent = sandbox.start_agent();
    let waits = stand::enqueue(&sandbox);
    let deferred = |event: &Event| matches!(event, Event::Deferred { .. });
    sandbox.wait_for("it waits", PATIENCE, || has(&sandbox, waits, deferred));
    for fault in FAULTS {
        spoil(&sandbox, &wrong, fault);
        expect_refused(&sandbox, &agent, fault);
    }
    assert!(matches!(sandbox.state(waits), Some(State::Deferred { .. })) && right.mails().is_empty());

    // What is corrected holds for what waits. Before it has gone, everything is spoilt once more.
    sandbox.configure(&sound);
    assert_eq!(ask(&sandbox, &["config", "check"]).code, Some(0));
    assert_eq!(ask(&sandbox, &["reload"]).expect_success(), "the new settings hold; providers: second\n");
    let dot = |event: &Event| matches!(event, Event::DotSent { .. });
    sandbox.wait_for("its last octets are out", PATIENCE, || has(&sandbox, waits, dot));
    assert_eq!(sandbox.state(waits), Some(State::Trying), "the delivery is in progress");
    for fault in [FAULTS[0], FAULTS[4]] {
        spoil(&sandbox, &sound, fault);
        assert_eq!(ask(&sandbox, &["reload"]).code, Some(78), "{}", fault.0);
        signal(agent.pid(), Signal::HUP);
    }
    sandbox.wait_until_sent(waits);
    let attempts = sandbox.history(waits).attempts;
    let providers: Vec<&str> = attempts.iter().map(|attempt| attempt.provider.as_str()).collect();
    assert_eq!(providers, [FIRST, SECOND], "once by each host");
    assert_eq!((right.mails().len(), wrong_host.mails().len()), (1, 0));

    // One in progress is not cut short by settings that are right either.
    sandbox.configure(&sound);
    let under_way = stand::enqueue(&sandbox);
    sandbox.wait_for("its last octets are out", PATIENCE, || has(&sandbox, under_way, dot));
    sandbox.configure(&sound.clone().limit("rescan", "30s"));
    signal(agent.pid(), Signal::HUP);
    for _ in 0..2 {
        ask(&sandbox, &["reload"]).expect_success();
    }
    sandbox.wait_until_sent(under_way);
    assert_eq!((right.mails().len(), sandbox.history(under_way).attempts.len()), (2, 1));

    assert!(!agent.has_ended(), "one process all the time: {}", agent.log());
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn case_reload_bad_config_at_a_cold_start() {
    let sandbox = stand::sandbox();
    let server = sandbox.server(FIRST, stand::healthy(&sandbox));
    let sound = Config::of([stand::first(server.port())]);
    let id = stand::enqueue(&sandbox);
    let before = everything_below(sandbox.spool());
    assert!(before.iter().any(|file| file.contains(&id.to_string())), "{before:#?}");
    for fault in FAULTS {
        sandbox.configure(&sound);
        spoil(&sandbox, &sound, fault);
        let ended = ask(&sandbox, &["run"]);
        assert_eq!(ended.code, Some(78), "{}: {}", fault.0, ended.stderr);
        assert!(fault.2.iter().all(|part| ended.stderr.contains(part)), "{}: {}", fault.0, ended.stderr);
        assert_eq!(everything_below(sandbox.spool()), before, "{}", fault.0);
    }
    sandbox.configure(&sound);
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
}
