//! Every provider refuses the login: that is the operator's mistake, not the alert's.

use harness::{Config, PATIENCE};
use spool_format::{Event, Folder};

use crate::stand::{self, FIRST, SECOND};

const OLD_PASSWORD: &str = "open barley";
/// The shortest that a pause of 1 s can be, less what a wall clock may be wrong.
const SPACED_MS: i64 = 450;

#[test]
fn case_dns_down_is_temporary_and_so_is_a_refused_login() {
    let sandbox = stand::sandbox();
    let (first, second) =
        (sandbox.server(FIRST, stand::healthy(&sandbox)), sandbox.server(SECOND, stand::healthy(&sandbox)));
    let config = |password: &str| {
        let providers = [stand::first(first.port()), stand::second(second.port())];
        Config::of(providers.map(|provider| provider.login(stand::USER, password))).pause("1s")
    };
    sandbox.configure(&config(OLD_PASSWORD));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_for("four passes are over", PATIENCE, || {
        sandbox.ledger().alerts.get(&id).is_some_and(|history| history.passes >= 4)
    });
    assert_eq!(sandbox.names_in(Folder::Deferred), [format!("{id}.json")], "it is kept");
    assert_eq!(sandbox.ledger().alerts.len(), 1, "nobody made a notice of it");
    assert_eq!(agent.stop(), Some(0));
    for server in [&first, &second] {
        let said = server.commands();
        assert!(said.iter().any(|command| command.starts_with("AUTH ")), "{said:?}");
        assert!(!said.iter().any(|command| command.starts_with("MAIL ")), "nothing goes out without a login");
    }
    for attempt in sandbox.history(id).attempts {
        let ended = attempt.ended.expect("an outcome");
        assert_eq!((&*ended.recipients[0].phase, ended.recipients[0].code), ("auth", Some(535)));
    }
    expect_spaced_passes(&sandbox.journal());

    sandbox.configure(&config(stand::PASSWORD));
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!((first.mails().len(), second.mails().len(), agent.stop()), (1, 0, Some(0)));
}

/// Between the end of a pass and the next try is a pause.
#[track_caller]
fn expect_spaced_passes(journal: &[spool_format::Entry]) {
    let mut ended = None;
    for entry in journal {
        match entry.event {
            Event::Deferred { .. } => ended = Some(entry.at.unix_ms()),
            Event::Attempt { .. } => {
                if let Some(ended) = ended.take() {
                    let pause = entry.at.unix_ms() - ended;
                    assert!(pause >= SPACED_MS, "tried again after {pause} ms");
                }
            }
            _ => {}
        }
    }
}
