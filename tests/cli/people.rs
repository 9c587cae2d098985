//! What is said to whoever acts: `hold`, `release`, `edit`, `retry`, `requeue`, `drop`, `purge`, `reload`, in both languages and for programs.

use harness::{Config, PATIENCE, Provider, Sandbox, write_file};
use lab::Port;
use spool_format::folder::file_name;
use spool_format::{AlertId, Folder, State};

use crate::golden::{LANGUAGES, Said, document};
use crate::sandbox;

/// A spool with an alert that waits and one that is dead.
fn begin(sandbox: &Sandbox) -> (harness::Agent, [AlertId; 2]) {
    let home = Provider::clear("home", Port::reserve().expect("a port").number());
    sandbox.configure(&Config::of([home]).pause("1h"));
    let waits = sandbox.enqueue(&["-t", "ops@example.jp", "-s", "disk full", "text"]);
    let lost = sandbox.enqueue(&["-t", "nobody-knows-me", "-s", "lost", "text"]);
    let agent = sandbox.start_agent();
    sandbox.wait_for("one is dead, one waits", PATIENCE, || {
        sandbox.state(lost) == Some(State::Dead)
            && sandbox.names_in(Folder::Deferred).len() == 1
            && matches!(sandbox.state(waits), Some(State::Deferred { .. }))
    });
    (agent, [waits, lost])
}

/// What is done while an agent runs, and then without it; each with the name of its document.
fn acts<'i>(waits: &'i str, lost: &'i str) -> [Vec<(&'static str, Vec<&'i str>)>; 2] {
    let running = vec![
        ("hold", vec!["hold", waits]),
        ("hold-again", vec!["hold", waits]),
        ("release", vec!["release", waits]),
        ("edit", vec!["edit", waits, "--to", "a@example.jp"]),
        ("retry", vec!["retry", waits]),
        ("requeue", vec!["requeue", lost]),
    ];
    let alone = vec![
        ("drop", vec!["drop", waits, "--reason", "over", "--yes"]),
        ("purge", vec!["purge", "--all", "--yes"]),
        ("drop-again", vec!["drop", waits, "--reason", "over", "--yes"]),
    ];
    [running, alone]
}

#[test]
fn what_is_said_of_what_people_do_is_what_is_kept() {
    for language in LANGUAGES {
        let sandbox = sandbox();
        let (agent, [waits, lost]) = begin(&sandbox);
        let config = sandbox.config_file().to_string_lossy().into_owned();
        let config = ["--config", &config];
        let [running, alone] = acts(waits.as_str(), lost.as_str());
        let mut said = Said::nothing(language, sandbox.path());
        for (_, arguments) in running {
            said.ask(&arguments, &config);
        }
        said.ask(&["reload"], &config);
        let sound = std::fs::read_to_string(sandbox.config_file()).expect("UTF-8");
        write_file(&sandbox.config_file(), 0o600, format!("{sound}\n[retry]\npauze = 1\n").as_bytes());
        said.ask(&["reload"], &config);
        write_file(&sandbox.config_file(), 0o600, sound.as_bytes());
        assert_eq!(agent.stop(), Some(0));
        said.ask(&["reload"], &config);
        for (_, arguments) in alone {
            said.ask(&arguments, &config);
        }
        said.looks_like("acts");
    }
}

/// Its file went with the order, while the journal said that it was a dead letter.
#[test]
fn a_letter_that_still_names_nobody_lies_in_dead_after_it_was_tried_again() {
    let sandbox = sandbox();
    let (agent, [_, lost]) = begin(&sandbox);
    let config = sandbox.config_file().to_string_lossy().into_owned();
    for _ in 0..2 {
        let said = sandbox.alertmail(&["requeue", lost.as_str(), "--config", &config]).expect_success();
        assert_eq!(said, "tried again: 1 alert\n");
        sandbox.wait_for("it is dead again", PATIENCE, || {
            sandbox.state(lost) == Some(State::Dead) && sandbox.names_in(Folder::Deferred).len() == 1
        });
        assert_eq!(sandbox.names_in(Folder::Dead), [file_name(lost)]);
    }
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn what_programs_are_told_of_what_people_do_is_what_is_kept() {
    let sandbox = sandbox();
    let (agent, [waits, lost]) = begin(&sandbox);
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let tell = |(name, arguments): (&str, Vec<&str>)| {
        let ended = sandbox.alertmail(&[&arguments[..], &["--json", "--config", &config]].concat());
        document(&format!("acts-{name}"), &ended.stdout, sandbox.path());
    };
    let [running, alone] = acts(waits.as_str(), lost.as_str());
    running.into_iter().for_each(&tell);
    assert_eq!(agent.stop(), Some(0));
    alone.into_iter().filter(|(name, _)| *name != "drop-again").for_each(&tell);
}
