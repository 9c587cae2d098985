//! Nobody answers, or not in time: the alert waits or moves on, and comes back to the first provider as soon as that
//! is there again.

use harness::{Config, PATIENCE, Sandbox};
use lab::{Act, Port, Stage};
use spool_format::{AlertId, Event, Folder};

use crate::stand::{self, FIRST, SECOND, expect_sent_by_second_in_one_pass};

#[test]
fn an_alert_that_no_provider_takes_waits_and_is_sent_when_one_comes_up() {
    expect_to_be_sent_when_a_provider_comes_up(stand::enqueue);
}

#[test]
fn an_alert_from_before_a_long_time_without_power_waits_for_a_provider_like_any_other() {
    expect_to_be_sent_when_a_provider_comes_up(stand::publish_from_five_days_ago);
}

fn expect_to_be_sent_when_a_provider_comes_up(raise: fn(&Sandbox) -> AlertId) {
    let sandbox = stand::sandbox();
    let (first, second) = (Port::reserve().expect("a port"), Port::reserve().expect("a port"));
    let providers = [stand::first(first.number()), stand::second(second.number())];
    sandbox.configure(&Config::of(providers).pause("1s"));
    let _agent = sandbox.start_agent();
    let id = raise(&sandbox);
    let deferred_until = || {
        sandbox.journal().into_iter().find_map(|entry| match entry.event {
            Event::Deferred { id: of, until, .. } if of == id => Some((entry.at, until)),
            _ => None,
        })
    };
    sandbox.wait_for("the alert is deferred", PATIENCE, || deferred_until().is_some());
    let (at, until) = deferred_until().expect("it was there a moment ago");
    assert!(until > at, "it is due at {until}, and that was written at {at}");
    let attempts = sandbox.history(id).attempts;
    assert_eq!([&*attempts[0].provider, &*attempts[1].provider], [FIRST, SECOND]);

    let second = sandbox.listen(SECOND, second, stand::healthy(&sandbox));
    sandbox.wait_until_sent(id);
    assert_eq!(second.mails().len(), 1);
    assert!(sandbox.history(id).passes >= 1);
    for folder in Folder::ALL {
        assert_eq!(sandbox.names_in(folder), [""; 0], "{folder:?}");
    }
}

#[test]
fn a_silent_provider_costs_one_reply_limit_and_no_pass() {
    let sandbox = stand::sandbox();
    let silent = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Greeting, Act::Silence));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    let config = Config::of([stand::first(silent.port()), stand::second(well.port())]);
    sandbox.configure(&config.limit("reply", "500ms"));
    let _agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    expect_sent_by_second_in_one_pass(&sandbox, id, &well);
    let attempts = sandbox.history(id).attempts;
    let ended = attempts[0].ended.as_ref().expect("an outcome");
    assert_eq!((&*ended.recipients[0].phase, ended.recipients[0].code), ("greeting", None));
    assert!(ended.took_ms >= 500, "{} ms", ended.took_ms);
}

#[test]
fn the_first_provider_is_used_again_as_soon_as_it_is_back() {
    let sandbox = stand::sandbox();
    let down = Port::reserve().expect("a port");
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(down.number()), stand::second(well.port())]));
    let _agent = sandbox.start_agent();
    expect_sent_by_second_in_one_pass(&sandbox, stand::enqueue(&sandbox), &well);

    let back = sandbox.listen(FIRST, down, stand::healthy(&sandbox));
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!(back.mails().len(), 1, "the second alert went through the first provider");
    assert_eq!(well.mails().len(), 1, "and not through the second one");
    assert_eq!(back.mails()[0].sender, stand::FIRST_FROM);
}

#[test]
fn what_a_provider_has_held_up_goes_out_as_soon_as_it_is_back_whatever_the_pause() {
    let sandbox = stand::sandbox();
    let down = Port::reserve().expect("a port");
    sandbox.configure(&Config::of([stand::first(down.number())]).pause("30m"));
    let _agent = sandbox.start_agent();
    // As many as it takes until nobody else tries.
    let held_up: Vec<AlertId> = (0..3).map(|_| stand::enqueue(&sandbox)).collect();
    let waits = || sandbox.names_in(Folder::Deferred).len() == held_up.len();
    sandbox.wait_for("all are deferred", PATIENCE, waits);

    let back = sandbox.listen(FIRST, down, stand::healthy(&sandbox));
    sandbox.wait_until_sent(stand::enqueue(&sandbox));
    for id in held_up {
        sandbox.wait_until_sent(id);
    }
    assert_eq!(back.mails().len(), 4);
}

#[test]
fn an_alert_keeps_its_message_id_when_the_providers_change_under_it() {
    let sandbox = stand::sandbox();
    let down = Port::reserve().expect("a port");
    sandbox.configure(&Config::of([stand::first(down.number())]).pause("1s"));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_for("the alert is deferred", PATIENCE, || !sandbox.names_in(Folder::Deferred).is_empty());
    assert_eq!(agent.stop(), Some(0));

    let other = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::second(other.port())]).pause("1s"));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    let mail = &other.mails()[0];
    assert_eq!(mail.sender, stand::SECOND_FROM);
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@first.example.jp>")));
}
