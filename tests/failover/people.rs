//! What people do with alerts, while an agent is at work and while none is: done, written down, and never at an alert's cost.

use harness::{Config, Ended, PATIENCE, Sandbox};
use lab::{Act, Stage};
use spool_format::{AlertId, Event, Folder, Settlement, State};

use crate::stand::{self, FIRST, ONCALL};

const OTHER: &str = "other@example.jp";

struct Scene {
    sandbox: Sandbox,
    server: std::rc::Rc<lab::Server>,
}

/// A provider that refuses what it is asked for, for an hour, and one alert that waits for it.
fn scene(code: &str) -> (Scene, AlertId) {
    let sandbox = stand::sandbox();
    let reply = Act::Say(format!("{code} no"));
    let server = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Rcpt, reply));
    sandbox.configure(&Config::of([stand::first(server.port())]).pause("1h"));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    let is_over = |event: &Event| matches!(event, Event::Deferred { .. } | Event::Dead { .. });
    sandbox.wait_for("the first pass", PATIENCE, || sandbox.events(id).iter().any(is_over));
    agent.stop();
    (Scene { sandbox, server }, id)
}

impl Scene {
    fn ask(&self, words: &[&str]) -> Ended {
        let config = self.sandbox.config_file();
        let mut all = vec!["--config", config.to_str().expect("a path of ours")];
        all.extend(words);
        self.sandbox.alertmail(&all)
    }

    fn say(&self, words: &[&str]) -> String {
        self.ask(words).expect_success()
    }

    /// From now on the provider takes everything.
    fn heals(&self) {
        self.server.replace(stand::healthy(&self.sandbox));
    }

    fn acts(&self, id: AlertId) -> Vec<&'static str> {
        let word = |event: &Event| match event {
            Event::Held { .. } => Some("held"),
            Event::Released { .. } => Some("released"),
            Event::Retry { .. } => Some("retry"),
            Event::Edited { .. } => Some("edited"),
            Event::Requeued { .. } => Some("requeued"),
            Event::Purged { .. } => Some("purged"),
            Event::Dead { .. } => Some("dead"),
            Event::Sent { .. } => Some("sent"),
            _ => None,
        };
        self.sandbox.events(id).iter().filter_map(word).collect()
    }
}

/// Plays it twice: with an agent at work, and with one that starts afterwards.
fn with_and_without_an_agent(code: &str, play: impl Fn(&Scene, AlertId), then: impl Fn(&Scene, AlertId)) {
    for is_at_work in [true, false] {
        let (scene, id) = scene(code);
        let agent = is_at_work.then(|| scene.sandbox.start_agent());
        play(&scene, id);
        let _agent = agent.unwrap_or_else(|| scene.sandbox.start_agent());
        then(&scene, id);
    }
}

#[test]
fn what_would_wait_for_an_hour_is_tried_when_somebody_asks() {
    with_and_without_an_agent(
        "450 4.2.1",
        |scene, id| {
            scene.heals();
            assert_eq!(scene.say(&["retry", &id.as_str()[..12]]), "tried now: 1 alert\n");
        },
        |scene, id| {
            scene.sandbox.wait_until_sent(id);
            assert_eq!(scene.acts(id), ["retry", "sent"]);
            assert_eq!(scene.server.mails().len(), 1);
        },
    );
}

#[test]
fn what_is_held_stays_over_restarts_and_goes_when_it_is_released() {
    with_and_without_an_agent(
        "450 4.2.1",
        |scene, id| {
            assert_eq!(scene.say(&["hold", "--all"]), "held: 1 alert\n");
            scene.heals();
            let refused = scene.ask(&["retry", id.as_str()]);
            assert_eq!(refused.code, Some(65), "{}", refused.stderr);
            assert!(refused.stdout.contains("it is held; release it first"), "{}", refused.stdout);
        },
        |scene, id| {
            let other = stand::enqueue(&scene.sandbox);
            scene.sandbox.wait_until_sent(other);
            assert_eq!(scene.sandbox.state(id), Some(State::Held));
            assert!(scene.say(&["list"]).contains("held"));
            assert_eq!(scene.say(&["release", "--all"]), "released: 1 alert\n");
            scene.sandbox.wait_until_sent(id);
            assert_eq!(scene.acts(id), ["held", "released", "sent"]);
        },
    );
}

#[test]
fn what_is_given_up_is_kept_with_the_reason_and_can_be_had_again() {
    with_and_without_an_agent(
        "450 4.2.1",
        |scene, id| {
            let unsure = scene.ask(&["drop", id.as_str(), "--reason", "the test is over"]);
            assert_eq!(unsure.code, Some(64), "nobody was there to say yes: {}", unsure.stdout);
            let said = scene.say(&["drop", id.as_str(), "--reason", "the test is over", "--yes"]);
            assert_eq!(said, "given up, and kept in dead/: 1 alert\n");
            assert_eq!(scene.sandbox.names_in(Folder::Dead).len(), 1);
            assert_eq!(scene.sandbox.names_in(Folder::Deferred), Vec::<String>::new());
            assert!(scene.say(&["show", id.as_str()]).contains("the test is over"));
            scene.heals();
        },
        |scene, id| {
            assert_eq!(scene.say(&["requeue", id.as_str()]), "tried again: 1 alert\n");
            scene.sandbox.wait_until_sent(id);
            assert_eq!(scene.acts(id), ["dead", "requeued", "sent"]);
            let gone = || scene.sandbox.names_in(Folder::Dead).is_empty();
            scene.sandbox.wait_for("nothing lies in dead/", PATIENCE, gone);
        },
    );
}

#[test]
fn a_dead_letter_is_tried_again_also_where_it_was_refused_for_good() {
    with_and_without_an_agent(
        "550 5.1.1",
        |scene, id| {
            assert_eq!(scene.sandbox.state(id), Some(State::Dead));
            scene.heals();
            assert_eq!(scene.say(&["requeue", "--all"]), "tried again: 1 alert\n");
        },
        |scene, id| {
            scene.sandbox.wait_until_sent(id);
            assert_eq!(scene.acts(id), ["dead", "requeued", "sent"]);
            assert_eq!(scene.server.mails()[0].recipients, [ONCALL]);
        },
    );
}

#[test]
fn a_wrong_recipient_is_put_right_and_the_mail_says_so() {
    with_and_without_an_agent(
        "450 4.2.1",
        |scene, id| {
            scene.heals();
            let wrong = scene.ask(&["edit", id.as_str(), "--instead-of", "x@example.jp", "--to", OTHER]);
            assert!(
                wrong.stdout.contains("nobody of the address x@example.jp is without it"),
                "{}",
                wrong.stdout
            );
            let said = scene.say(&["edit", id.as_str(), "--instead-of", ONCALL, "--to", OTHER]);
            assert_eq!(said, "goes to somebody else: 1 alert\n");
        },
        |scene, id| {
            // Without an agent nothing was tried yet, and the time is as it was.
            scene.say(&["retry", "--all"]);
            scene.sandbox.wait_until_sent(id);
            let mails = scene.server.mails();
            assert_eq!((mails.len(), &mails[0].recipients[..]), (1, &[OTHER.to_owned()][..]));
            let text = String::from_utf8_lossy(&mails[0].octets).into_owned();
            assert!(text.contains(&format!("To: {OTHER}")) && !text.contains(ONCALL), "{text}");
            let recipients = scene.sandbox.history(id).recipients;
            assert_eq!(recipients.len(), 1);
            assert_eq!(recipients[0].1, Settlement::Delivered);
        },
    );
}

#[test]
fn a_dead_letter_goes_for_good_only_when_somebody_says_so() {
    with_and_without_an_agent(
        "550 5.1.1",
        |scene, id| {
            assert_eq!(scene.ask(&["purge", "--all"]).code, Some(64));
            assert_eq!(scene.say(&["purge", "--older-than", "1h", "--yes"]), "there is no such alert\n");
            assert_eq!(scene.say(&["purge", "--all", "--yes"]), "removed: 1 alert\n");
            let gone = || scene.sandbox.names_in(Folder::Dead).is_empty();
            scene.sandbox.wait_for("its file goes", PATIENCE, gone);
            assert_eq!(scene.acts(id), ["dead", "purged"]);
        },
        |scene, id| {
            assert_eq!(scene.sandbox.state(id), Some(State::Dead));
            assert_eq!(scene.server.mails(), []);
        },
    );
}

#[test]
fn who_is_meant_is_said_by_ids_or_by_what_is_true_of_them_and_answers_can_be_read_by_programs() {
    let (scene, id) = scene("450 4.2.1");
    let _agent = scene.sandbox.start_agent();
    assert_eq!(scene.ask(&["hold"]).code, Some(64), "nobody is meant");
    assert_eq!(scene.ask(&["hold", "zzz"]).code, Some(65));
    assert_eq!(scene.say(&["hold", "--severity", "info"]), "there is no such alert\n");
    let said = scene.say(&["hold", "--severity", "critical", "--to", "oncall@", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said, serde_json::json!({"alerts": [{"id": id.as_str(), "done": true, "text": ""}]}));
}
