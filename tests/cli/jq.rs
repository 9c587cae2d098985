//! The recipes for jq in contrib/README.md are typed, and say of a spool what the page shows.

use std::time::{Duration, SystemTime};

use harness::{Config, PATIENCE, Provider, Sandbox, write_file};
use lab::Personality;
use spool_format::folder::ALERT_MODE;
use spool_format::{Alert, AlertId, Folder, Severity, State, Wall};

use crate::newcomer::Newcomer;
use crate::shown::{Step, fits, steps};
use crate::{repository, sandbox};

/// A critical alert that was made before the agent came.
#[expect(clippy::disallowed_methods, reason = "the age of an alert is counted from now")]
fn publish_from_an_hour_ago(sandbox: &Sandbox) -> AlertId {
    let created = Wall::from(SystemTime::now() - Duration::from_hours(1));
    let id = AlertId::new(created, *b"an hour ag");
    let alert = Alert {
        version: 1,
        created: Some(created),
        to: vec!["full@example.jp".to_owned()],
        subject: "\u{1b}[31mdisk full\t".to_owned(),
        severity: Severity::Critical,
        ..Alert::default()
    };
    sandbox.publish(id, &alert);
    id
}

/// The first provider refuses the login; at the second one a mailbox is full. One alert is sent, one waits, one is dead, and one
/// file is no alert.
fn in_trouble(sandbox: &Sandbox) -> AlertId {
    let home = sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "right"));
    let full = Personality::plain().recipient("full@example.jp", "452 4.2.2 mailbox full");
    let spare = sandbox.server("spare", full);
    sandbox.configure(&Config::of([
        Provider::starttls("home", home.port()).login("alert", "wrong"),
        Provider::clear("spare", spare.port()),
    ]));
    let agent = sandbox.start_agent();
    let sent = sandbox.enqueue(&["-t", "ops@example.jp", "--severity", "critical", "-s", "sent", "text"]);
    sandbox.wait_until_sent(sent);
    let waits = publish_from_an_hour_ago(sandbox);
    let lost = sandbox.enqueue(&["-t", "nobody-knows-me", "-s", "lost", "text"]);
    write_file(&sandbox.folder(Folder::Incoming).join("letter.txt"), ALERT_MODE, b"x");
    sandbox.wait_for("one waits, one is dead, one is set aside", PATIENCE, || {
        matches!(sandbox.state(waits), Some(State::Deferred { .. }))
            && sandbox.state(lost) == Some(State::Dead)
            && !sandbox.names_in(Folder::Corrupt).is_empty()
    });
    assert_eq!(agent.stop(), Some(0));
    waits
}

/// Line by line, and no line more.
fn is_shown(said: &str, answer: &str) -> bool {
    let (said, answer): (Vec<&str>, Vec<&str>) = (said.lines().collect(), answer.lines().collect());
    said.len() == answer.len() && said.iter().zip(&answer).all(|(heard, line)| fits(heard, line))
}

#[test]
fn each_recipe_says_what_the_page_shows() {
    let page = repository("contrib/README.md");
    let newcomer = Newcomer::new(sandbox());
    newcomer.types("sudo install target/release/alertmail /usr/local/bin/");
    let waits = in_trouble(&newcomer.sandbox);
    let recipes = steps(&page);
    assert!(recipes.len() >= 8, "{}", recipes.len());
    for Step { commands, answer } in recipes {
        let [line] = &commands[..] else { panic!("one line a recipe: {commands:?}") };
        let (command, code) = line.split_once("# exit code ").unwrap_or((line, "0"));
        let ended = newcomer.tries(&command.replace(" ID", &format!(" {waits}")));
        assert_eq!((ended.code, ended.stderr.as_str()), (code.parse().ok(), ""), "{line}");
        let answer = answer.expect("an answer");
        assert!(is_shown(&ended.stdout, answer), "{line}\nshown:\n{answer}\nsaid:\n{}", ended.stdout);
    }
}
