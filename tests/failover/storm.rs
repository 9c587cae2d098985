//! Failure does not breed: no notices about notices, no tries without a pause, no alert that is tried for ever,
//! and no rush when the trouble is over.

use harness::{Config, PATIENCE, Provider, Sandbox};
use lab::{Act, Personality, Port, Stage};
use spool_format::{AlertId, Event, Folder, State, Wall};

use crate::stand::{self, FIRST, ONCALL};

/// The pauses of an alert that fails again and again, as the configuration has them and in milliseconds.
const PAUSES: (&str, [i64; 3]) = (r#"["100ms", "200ms", "400ms"]"#, [100, 200, 400]);
const LIFE: (&str, i64) = (r#""5s""#, 5000);
/// A wall clock is not a stop watch.
const INEXACT_MS: i64 = 50;
/// Between two alerts that ask a provider which is left out for 1 s, if they have just come and nobody else is left.
const ASKED_EVERY_MS: i64 = 160;
/// The shortest pause of a provider that is left out for 1 s. The one that finds out after it may come right after one
/// that asked before its time.
const LEFT_OUT_MS: i64 = 500;
/// In a row, until a provider is left out.
const TROUBLES: i64 = 3;
/// Connections to a provider, where the configuration names no other number.
const CONNECTIONS: usize = 4;

#[test]
fn case_bounce_storm() {
    let sandbox = stand::sandbox();
    let refusing =
        Personality::plain().at(Stage::Mail, Act::Say("550 5.7.1 we do not relay for you".to_owned()));
    let server = sandbox.server(FIRST, refusing);
    sandbox.configure(&short_lived(server.port()));
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "now"]);
    let mut most = 0;
    sandbox.wait_for("its life is over", PATIENCE, || {
        most = most.max(files(&sandbox));
        sandbox.state(id) == Some(State::Dead) && sandbox.names_in(Folder::Deferred).is_empty()
    });
    assert!(most <= 2, "{most} files for one alert");
    assert_eq!(sandbox.names_in(Folder::Dead), [format!("{id}.json")], "kept, and nothing beside it");
    expect_tries_that_become_rare_and_one_end(&sandbox, id);
    assert_eq!(sandbox.ledger().alerts.len(), 1, "nobody made a notice of it");
    let mails: Vec<_> = server.commands().into_iter().filter(|said| said.starts_with("MAIL ")).collect();
    assert_eq!(mails.len(), sandbox.history(id).attempts.len(), "each try asks once");
    let ours = format!("MAIL FROM:<{FIRST}@example.jp>");
    assert!(mails.iter().all(|said| said.starts_with(&ours)), "{mails:?}");
    let told = sandbox
        .alertmail(&["--spool", &sandbox.spool().to_string_lossy(), "show", id.as_str()])
        .expect_success();
    assert!(told.contains("dead") && told.contains("550 5.7.1 we do not relay for you"), "{told}");

    // Nothing comes of it later either.
    assert_eq!(agent.stop(), Some(0));
    let agent = sandbox.start_agent();
    let next = sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "again"]);
    sandbox.wait_for("the next alert is tried", PATIENCE, || {
        sandbox.state(next).is_some_and(|it| it != State::Ready)
    });
    assert_eq!((sandbox.state(id), sandbox.ledger().alerts.len()), (Some(State::Dead), 2));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn case_bounce_storm_of_a_provider_that_always_says_later() {
    let sandbox = stand::sandbox();
    let busy = Personality::plain().at(Stage::Mail, Act::Say("450 4.2.0 later".to_owned()));
    let server = sandbox.server(FIRST, busy);
    sandbox.configure(&short_lived(server.port()));
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "now"]);
    sandbox.wait_for("its life is over", PATIENCE, || {
        sandbox.state(id) == Some(State::Dead) && sandbox.names_in(Folder::Deferred).is_empty()
    });
    assert_eq!(sandbox.names_in(Folder::Dead), [format!("{id}.json")]);
    expect_tries_that_become_rare_and_one_end(&sandbox, id);
    let told = agent.log().lines().filter(|line| line.starts_with("dead ")).count();
    assert_eq!((told, server.mails().len(), agent.stop()), (1, 0, Some(0)));
}

#[test]
fn case_bounce_storm_of_200_alerts_for_a_provider_that_is_down() {
    let sandbox = stand::sandbox();
    let down = Port::reserve().expect("a port");
    let provider = Provider::clear(FIRST, down.number());
    sandbox.configure(&Config::of([provider]).pause("1s"));
    let agent = sandbox.start_agent();
    let ids: Vec<AlertId> = (0..200).map(|_| stand::enqueue(&sandbox)).collect();
    sandbox.wait_for("all of them wait, and some were tried", 3 * PATIENCE, || {
        sandbox.names_in(Folder::Deferred).len() == ids.len() && attempts(&sandbox).len() >= 20
    });
    let begun = attempts(&sandbox);
    let time = ms_between(begun[0], begun[begun.len() - 1]);
    let most = TROUBLES + 1 + time / ASKED_EVERY_MS + time / LEFT_OUT_MS;
    let connections = i64::try_from(begun.len()).expect("a few");
    assert!(connections <= most, "{connections} connections in {time} ms");
    // The log first: what is written meanwhile is then in the journal alone.
    let log = agent.log();
    let ledger = sandbox.ledger();
    for id in &ids {
        let history = &ledger.alerts[id];
        let (tries, passes) = (history.attempts.len(), history.passes as usize);
        assert!(tries <= passes + 1, "{id}: {tries} connections in {passes} passes");
        // One for the failure and one for the pause.
        let lines = log.lines().filter(|line| line.contains(id.as_str())).count();
        assert!(lines <= 2 * (passes + 2), "{id}: {lines} lines for {passes} passes");
    }

    let server = sandbox.listen(FIRST, down, Personality::plain());
    assert!(server.wait_for_mails(ids.len(), 3 * PATIENCE), "{} of 200 arrived", server.mails().len());
    sandbox.wait_for("all of them are gone", PATIENCE, || files(&sandbox) == 0);
    assert_eq!(agent.stop(), Some(0));
    let ledger = sandbox.ledger();
    assert!(ids.iter().all(|id| ledger.alerts[id].state == State::Sent));
    assert_eq!(server.mails().len(), ids.len(), "each of them once");
    let most = server.most_open_connections();
    assert!(most <= CONNECTIONS, "{most} connections at a time");
}

/// When somebody was tried.
fn attempts(sandbox: &Sandbox) -> Vec<Wall> {
    let entries = sandbox.journal().into_iter();
    entries.filter(|entry| matches!(entry.event, Event::Attempt { .. })).map(|entry| entry.at).collect()
}

/// One provider, short pauses, a short life.
fn short_lived(port: u16) -> Config {
    // What is asked here is when the alert is tried; that a provider is left out comes on top of that.
    let config = Config::of([Provider::clear(FIRST, port)]).retry("provider", r#"["2ms"]"#);
    config.retry("others", PAUSES.0).retry("life_others", LIFE.0)
}

/// Files in all folders that hold alerts, drafts too.
fn files(sandbox: &Sandbox) -> usize {
    Folder::ALL.into_iter().map(|folder| sandbox.names_in(folder).len()).sum()
}

/// Each pause is what the configuration says, the last one again and again; no try came before its time; the end came
/// once, when the alert's life was over, and nothing came after it.
#[track_caller]
fn expect_tries_that_become_rare_and_one_end(sandbox: &Sandbox, id: AlertId) {
    let of_it = |event: &Event| event.alert() == Some(id);
    let entries: Vec<_> = sandbox.journal().into_iter().filter(|entry| of_it(&entry.event)).collect();
    let Some(Event::Accepted { .. }) = entries.first().map(|entry| &entry.event) else {
        panic!("{entries:?}")
    };
    let age_at = |at: Wall| ms_between(entries[0].at, at);
    let (mut due, mut pauses, mut ends) = (entries[0].at, 0_usize, Vec::new());
    for entry in &entries {
        match &entry.event {
            Event::Attempt { .. } => {
                let early = ms_between(entry.at, due);
                assert!(early <= INEXACT_MS, "tried {early} ms before its time, after {pauses} pauses");
            }
            Event::Deferred { until, .. } => {
                let full = PAUSES.1.get(pauses).or(PAUSES.1.last()).copied().expect("a pause");
                let pause = ms_between(entry.at, *until);
                let whole = (full / 2 - INEXACT_MS..=full + INEXACT_MS).contains(&pause);
                // The last try is made when the alert's life ends, so that the pause before it may be short.
                let last = pause <= full && (age_at(*until) - LIFE.1).abs() <= INEXACT_MS;
                assert!(whole || last, "pause {pauses} has {pause} ms of {full}");
                (due, pauses) = (*until, pauses + 1);
            }
            Event::Dead { .. } => ends.push(entry.at),
            _ => {}
        }
    }
    assert!(pauses > PAUSES.1.len(), "the last pause was repeated: {entries:?}");
    assert_eq!(ends.len(), 1, "one final record: {entries:?}");
    assert!(matches!(entries.last().map(|entry| &entry.event), Some(Event::Dead { .. })), "{entries:?}");
    assert!(age_at(ends[0]) >= LIFE.1 - INEXACT_MS, "it lived for {} ms", age_at(ends[0]));
}

fn ms_between(from: Wall, to: Wall) -> i64 {
    to.unix_ms() - from.unix_ms()
}
