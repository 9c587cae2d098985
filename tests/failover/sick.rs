//! A first provider that is sick in each way, and the second one well: the first alert is late by the patience with a provider
//! at most, a burst after it is not late at all, the sick one sees few connections, and gets its place back when it heals.

use std::net::TcpListener;
use std::time::Duration;

use harness::{Agent, Config, PATIENCE, Sandbox};
use lab::{Act, Personality, Stage};
use spool_format::{AlertId, Event};

use crate::stand::{self, FIRST, SECOND, Stand};

/// The patience with a provider for a critical alert, as the configuration has it by itself.
const HEDGE_AFTER: Duration = Duration::from_secs(1);
/// A wall clock is not a stop watch.
const INEXACT: Duration = Duration::from_millis(50);
/// What the rest of a delivery may take beside it.
const REST: Duration = Duration::from_millis(300);
/// What a hundred alerts may take through the second provider while other tests run; a time-out each would be minutes.
const BURST: Duration = Duration::from_secs(8);
const CONNECTIONS_MAX: usize = 5;

/// From the journal: how long it took from meeting the alert to having sent it.
fn took(sandbox: &Sandbox, id: AlertId) -> Duration {
    let entries = sandbox.journal();
    let at = |wanted: fn(&Event) -> bool| {
        let entry = entries.iter().find(|entry| entry.event.alert() == Some(id) && wanted(&entry.event));
        entry.expect("it is in the journal").at
    };
    at(|event| matches!(event, Event::Sent { .. })).since(at(|event| matches!(event, Event::Accepted { .. })))
}

/// A hundred at once; gives how long it took from meeting the first until the last was sent.
fn burst(sandbox: &Sandbox) -> Duration {
    let ids: Vec<AlertId> = (0..100).map(|_| stand::enqueue(sandbox)).collect();
    sandbox.wait_until_sent(ids[99]);
    for id in &ids {
        sandbox.wait_until_sent(*id);
    }
    let entries = sandbox.journal();
    let mut times = entries.iter().filter(|it| it.event.alert().is_some_and(|id| ids.contains(&id)));
    let first = times.next().expect("the first").at;
    times.next_back().expect("the last").at.since(first)
}

/// The first provider is not ready in time, wherever it stops.
fn expect_patience_once(stage: Stage) {
    let stand = Stand::with(|it| it.at(stage, Act::Silence));
    let id = stand::enqueue(&stand.sandbox);
    stand.sandbox.wait_until_sent(id);
    let first = took(&stand.sandbox, id);
    assert!(first + INEXACT >= HEDGE_AFTER && first <= HEDGE_AFTER + REST, "{stage:?}: {first:?}");
    let attempts = stand.sandbox.history(id).attempts;
    let providers: Vec<&str> = attempts.iter().map(|attempt| attempt.provider.as_str()).collect();
    assert_eq!(providers, [FIRST, SECOND]);
    let ended = attempts[0].ended.as_ref().expect("the journal tells what became of it");
    assert_eq!(ended.recipients[0].rule.as_deref(), Some("withdrawn"));
    let took = burst(&stand.sandbox);
    assert!(took < BURST, "{stage:?}: {took:?}");
    assert_eq!((stand.first.mails().len(), stand.second.mails().len()), (0, 101));
    assert!(stand.first.connections() <= CONNECTIONS_MAX, "{} connections", stand.first.connections());
    assert!(stand.first.wait_for_open_connections(0, PATIENCE), "what was taken back is let go");
}

#[test]
fn a_provider_that_never_greets_costs_the_patience_once() {
    expect_patience_once(Stage::Greeting);
}

#[test]
fn a_provider_that_falls_silent_in_the_handshake_costs_the_patience_once() {
    expect_patience_once(Stage::StartTls);
}

#[test]
fn a_provider_that_falls_silent_at_mail_costs_the_patience_once() {
    expect_patience_once(Stage::Mail);
}

#[test]
fn a_black_hole_costs_the_patience_once() {
    let sandbox = stand::sandbox();
    // A queue of one that is full: the kernel answers nobody.
    let hole = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None)
        .expect("a socket");
    let local = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    rustix::net::bind(&hole, &local).expect("a port");
    rustix::net::listen(&hole, 0).expect("a queue");
    let hole = TcpListener::from(hole);
    let address = hole.local_addr().expect("an address");
    let fills = |_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200));
    let _full: Vec<_> = (0..4).map(fills).collect();
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(address.port()), stand::second(well.port())]));
    let _agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    let first = took(&sandbox, id);
    assert!(first + INEXACT >= HEDGE_AFTER && first <= HEDGE_AFTER + REST, "{first:?}");
    let took = burst(&sandbox);
    assert!(took < BURST, "{took:?}");
    assert_eq!(well.mails().len(), 101);
}

/// The first provider says no at once.
fn expect_few_connections(most: usize, sicken: impl Fn(Personality) -> Personality) -> Stand {
    let stand = Stand::with(sicken);
    let took = burst(&stand.sandbox);
    assert!(took < BURST, "{took:?}");
    assert_eq!((stand.first.mails().len(), stand.second.mails().len()), (0, 100));
    assert!(stand.first.connections() <= most, "{} connections", stand.first.connections());
    let ledger = stand.sandbox.ledger();
    assert!(ledger.alerts.values().all(|history| history.passes == 0), "each went through in one pass");
    stand
}

#[test]
fn a_burst_for_a_provider_that_says_421_makes_few_connections_to_it() {
    expect_few_connections(3, |it| it.at(Stage::Greeting, Act::SayAndClose("421 4.3.2 too busy".to_owned())));
}

#[test]
fn a_burst_for_a_provider_that_closes_without_a_word_makes_few_connections_to_it() {
    expect_few_connections(3, |it| it.at(Stage::Connect, Act::Reset));
}

#[test]
fn a_burst_for_a_provider_that_says_450_at_mail_makes_few_connections_to_it() {
    expect_few_connections(CONNECTIONS_MAX, |it| it.at(Stage::Mail, Act::Say("450 4.7.1 later".to_owned())));
}

#[test]
fn a_burst_for_a_recipient_to_whom_the_provider_says_450_goes_over_kept_connections() {
    let stand = expect_few_connections(CONNECTIONS_MAX, |it| {
        it.at(Stage::Rcpt, Act::Say("450 4.2.0 later".to_owned()))
    });
    assert!(stand.sandbox.ledger().providers.is_empty(), "a recipient says nothing against its provider");
}

#[test]
fn a_burst_for_a_provider_that_refuses_the_login_tries_one_login() {
    let stand = expect_few_connections(1, |it| it.at(Stage::Auth, Act::Say("535 5.7.8 wrong".to_owned())));
    let logins = stand.first.commands().iter().filter(|said| said.starts_with("AUTH ")).count();
    assert_eq!(logins, 1);
    let check = ["--config", &stand.sandbox.config_file().to_string_lossy(), "check"].map(str::to_owned);
    let said = stand.sandbox.alertmail(&check.each_ref().map(String::as_str));
    assert!(said.stdout.contains("provider `first` is left out"), "{}", said.stdout);
}

fn provider_lines(agent: &Agent) -> Vec<String> {
    let log = agent.log();
    let lines = log.lines().filter(|line| line.starts_with("provider-"));
    lines.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_provider_that_heals_gets_its_place_back_and_the_log_has_two_lines_about_all_that() {
    let sandbox = stand::sandbox();
    let sick = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Greeting, Act::Silence));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    let config = Config::of([stand::first(sick.port()), stand::second(well.port())]);
    sandbox.configure(&config.retry("provider", "[\"1s\"]"));
    let agent = sandbox.start_agent();
    // Long enough to be asked several times in vain.
    sandbox.wait_for("it is asked again and again", PATIENCE, || {
        sandbox.wait_until_sent(stand::enqueue(&sandbox));
        sick.connections() >= 3
    });
    sick.replace(stand::healthy(&sandbox));
    sandbox.wait_for("it has a mail", PATIENCE, || {
        sandbox.wait_until_sent(stand::enqueue(&sandbox));
        !sick.mails().is_empty()
    });
    let before = well.mails().len();
    (0..5).for_each(|_| sandbox.wait_until_sent(stand::enqueue(&sandbox)));
    assert_eq!(well.mails().len(), before, "the second one is not needed any more");
    assert_eq!(
        provider_lines(&agent),
        ["provider-down provider=first cause=silent", "provider-up provider=first"]
    );
}

#[test]
fn an_agent_that_is_started_again_remembers() {
    let sandbox = stand::sandbox();
    let sick = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Greeting, Act::Silence));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(sick.port()), stand::second(well.port())]));
    for end in [Agent::kill as fn(Agent), |agent| assert_eq!(agent.stop(), Some(0))] {
        let agent = sandbox.start_agent();
        sandbox.wait_until_sent(stand::enqueue(&sandbox));
        end(agent);
    }
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert!(took(&sandbox, id) < HEDGE_AFTER, "{:?}", took(&sandbox, id));
    assert_eq!((sick.connections(), well.mails().len(), agent.stop()), (1, 3, Some(0)));
}

#[test]
fn a_refused_login_is_remembered_over_a_kill_and_tried_again_after_a_stop() {
    let sandbox = stand::sandbox();
    let sick =
        sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Auth, Act::Say("535 5.7.8 no".into())));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(sick.port()), stand::second(well.port())]));
    for _ in 0..3 {
        let agent = sandbox.start_agent();
        sandbox.wait_until_sent(stand::enqueue(&sandbox));
        agent.kill();
    }
    assert_eq!(sick.connections(), 1, "an agent that is killed again and again locks no account");
    sick.replace(stand::healthy(&sandbox));
    assert_eq!(sandbox.start_agent().stop(), Some(0));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(stand::enqueue(&sandbox));
    assert_eq!((sick.mails().len(), well.mails().len()), (1, 3), "somebody has mended it");
}

#[test]
fn a_provider_stuck_behind_data_holds_up_no_other_alert() {
    let stand = Stand::with_provider(
        |it| it.at(Stage::Dot, Act::Silence),
        |provider| provider.key("connections", "2").key("hedge_after", "\"400ms\""),
    );
    for _ in 0..2 {
        let _stuck = stand::enqueue(&stand.sandbox);
    }
    stand.sandbox.wait_for("both are stuck", PATIENCE, || {
        stand.sandbox.journal().iter().filter(|it| matches!(it.event, Event::DotSent { .. })).count() == 2
    });
    let id = stand::enqueue(&stand.sandbox);
    stand.sandbox.wait_until_sent(id);
    let took = took(&stand.sandbox, id);
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(stand.second.mails().len(), 1);
}
