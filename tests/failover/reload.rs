//! Other settings for an agent that is at work: they hold for what waits, nothing is lost on the way, and what is wrong with
//! them changes nothing.

use harness::{Agent, Config, Ended, PATIENCE, Sandbox, signal};
use lab::{Act, Stage};
use rustix::process::Signal;
use spool_format::{AlertId, Event};

use crate::stand::{self, FIRST, SECOND};

fn reload(sandbox: &Sandbox) -> Ended {
    let config = sandbox.config_file();
    sandbox.alertmail(&["reload", "--config", config.to_str().expect("a path of ours")])
}

fn wait_until_deferred(sandbox: &Sandbox, id: AlertId) {
    let is_deferred = |event: &Event| matches!(event, Event::Deferred { .. });
    sandbox.wait_for("it waits", PATIENCE, || sandbox.events(id).iter().any(is_deferred));
}

#[test]
fn what_waits_for_an_hour_goes_at_once_by_the_new_settings() {
    let sandbox = stand::sandbox();
    let broken =
        sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Mail, Act::Say("550 5.7.1 no".into())));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(broken.port())]).pause("1h"));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    wait_until_deferred(&sandbox, id);

    sandbox.configure(&Config::of([stand::second(well.port())]).pause("1h"));
    let said = reload(&sandbox).expect_success();
    assert_eq!(said, "the new settings hold; providers: second\n");
    sandbox.wait_until_sent(id);
    let later = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(later);
    assert_eq!((well.mails().len(), broken.mails().len()), (2, 0));
    let starts: Vec<bool> = sandbox
        .journal()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Started { anew, .. } => Some(*anew),
            _ => None,
        })
        .collect();
    assert_eq!(starts, [false, true], "one process, two sets of settings: {}", agent.log());
}

#[test]
fn faulty_settings_are_named_with_their_place_and_the_old_ones_stay_in_force() {
    let sandbox = stand::sandbox();
    let well = sandbox.server(FIRST, stand::healthy(&sandbox));
    let config = || Config::of([stand::first(well.port())]);
    sandbox.configure(&config());
    let mut agent = sandbox.start_agent();
    for (fault, where_it_is) in [
        ("[retry]\npauze = \"1s\"\n", "pauze"),
        (
            "[[provider]]\nname = \"third\"\nhost = \"mail.example.jp\"\nfrom = \"a@example.jp\"\nca_file = \"/nowhere.pem\"\n",
            "nowhere.pem",
        ),
        ("not toml", "alertmail.toml"),
    ] {
        sandbox.configure(&config().more(fault));
        let refused = reload(&sandbox);
        assert_eq!(refused.code, Some(78), "{fault}: {}", refused.stderr);
        assert!(refused.stderr.contains(where_it_is), "{fault}: {}", refused.stderr);
        signal(agent.pid(), Signal::HUP);
        let count = |agent: &Agent| agent.log().matches("not reloaded, the old settings hold: ").count();
        let before = count(&agent);
        sandbox.wait_for("the agent says so", PATIENCE, || count(&agent) > before.min(1));
        let id = stand::enqueue(&sandbox);
        sandbox.wait_until_sent(id);
    }
    assert!(!agent.has_ended());
}

#[test]
fn included_files_are_read_again_and_a_fault_in_one_is_named_and_changes_nothing() {
    let sandbox = stand::sandbox();
    let (first, second) =
        (sandbox.server(FIRST, stand::healthy(&sandbox)), sandbox.server(SECOND, stand::healthy(&sandbox)));
    // The whole of it stands in an included file, next to what its paths lead to.
    let main = sandbox.path().join("main.toml");
    harness::write_file(&main, 0o600, b"include = [\"alertmail.toml\", \"more/*.toml\"]\n");
    std::fs::create_dir(sandbox.path().join("more")).expect("a folder");
    let more = sandbox.path().join("more/one.toml");
    let ask =
        |command: &str| sandbox.alertmail(&[command, "--config", main.to_str().expect("a path of ours")]);
    sandbox.configure(&Config::of([stand::first(first.port())]));
    let _agent = sandbox.start_agent_by(|command| {
        let mut with_main = std::process::Command::new(command.get_program());
        with_main.args(["run", "--config"]).arg(&main);
        with_main
    });
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);

    harness::write_file(&more, 0o600, b"[retry]\n\npauze = \"1s\"\n");
    let refused = ask("reload");
    assert_eq!(refused.code, Some(78), "{}", refused.stderr);
    let place = "more/one.toml:3: unknown key `pauze` in [retry]";
    assert!(refused.stderr.contains(place), "{}", refused.stderr);
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);

    harness::write_file(&more, 0o600, b"[retry]\nlogin = \"1s\"\n");
    sandbox.configure(&Config::of([stand::second(second.port())]));
    assert_eq!(ask("reload").expect_success(), "the new settings hold; providers: second\n");
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!((first.mails().len(), second.mails().len()), (2, 1));
}

#[test]
fn a_hangup_has_the_configuration_read_again_and_ends_nothing() {
    let sandbox = stand::sandbox();
    let (first, second) =
        (sandbox.server(FIRST, stand::healthy(&sandbox)), sandbox.server(SECOND, stand::healthy(&sandbox)));
    sandbox.configure(&Config::of([stand::first(first.port())]));
    let mut agent = sandbox.start_agent();
    sandbox.configure(&Config::of([stand::second(second.port())]));
    signal(agent.pid(), Signal::HUP);
    sandbox.wait_for("the new settings", PATIENCE, || agent.log().contains("providers=second "));
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!((first.mails().len(), second.mails().len()), (0, 1));
    // However many come at a time.
    let heard = |agent: &Agent| agent.log().matches("reloading ").count();
    for _ in 0..20 {
        let before = heard(&agent);
        signal(agent.pid(), Signal::HUP);
        sandbox.wait_for("it is heard", PATIENCE, || heard(&agent) > before);
    }
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert!(!agent.has_ended(), "{}", agent.log());
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_mail_that_is_under_way_is_finished_first_and_sent_once() {
    let sandbox = stand::sandbox();
    let slow = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Dot, Act::DelayMs(4_000)));
    let second = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(slow.port())]));
    let _agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    let dot = |event: &Event| matches!(event, Event::DotSent { .. });
    sandbox.wait_for("the dot", PATIENCE, || sandbox.events(id).iter().any(dot));
    sandbox.configure(&Config::of([stand::second(second.port())]));
    reload(&sandbox).expect_success();
    sandbox.wait_until_sent(id);
    assert_eq!((slow.mails().len(), second.mails().len()), (1, 0));
}

#[test]
fn alerts_that_come_while_settings_change_again_and_again_arrive_once_each() {
    const ALERTS: usize = 60;
    let sandbox = stand::sandbox();
    let well = sandbox.server(FIRST, stand::healthy(&sandbox));
    let config = |n: usize| {
        Config::of([stand::first(well.port())])
            .limit("rescan", if (n / 6).is_multiple_of(2) { "20s" } else { "30s" })
    };
    sandbox.configure(&config(0));
    let agent = sandbox.start_agent();
    for n in 0..ALERTS {
        stand::enqueue(&sandbox);
        if n % 6 == 5 {
            sandbox.configure(&config(n));
            signal(agent.pid(), Signal::HUP);
        }
    }
    assert!(well.wait_for_mails(ALERTS, PATIENCE), "{} of {ALERTS}: {}", well.mails().len(), agent.log());
    reload(&sandbox).expect_success();
    assert_eq!(well.mails().len(), ALERTS, "none twice");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn without_an_agent_a_reload_says_so() {
    let sandbox = stand::sandbox();
    let well = sandbox.server(FIRST, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(well.port())]));
    let refused = reload(&sandbox);
    assert_eq!(refused.code, Some(69), "{}", refused.stderr);
    assert!(refused.stderr.contains("no agent is at work there"), "{}", refused.stderr);
}

#[test]
fn another_place_of_the_spool_takes_a_restart() {
    let sandbox = stand::sandbox();
    let well = sandbox.server(FIRST, stand::healthy(&sandbox));
    let config = || Config::of([stand::first(well.port())]);
    sandbox.configure(&config());
    let agent = sandbox.start_agent();
    sandbox.configure(&config().submit("spare", "\"/nowhere/else\""));
    signal(agent.pid(), Signal::HUP);
    sandbox.wait_for("it says why", PATIENCE, || agent.log().contains("that takes a restart"));
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
}
