//! No name server answers: the addresses that a provider had take its place, and nothing else of the way to it changes.

use std::rc::Rc;
use std::time::Duration;

use harness::{Agent, Config, PATIENCE, Provider, Sandbox};
use lab::{Authority, Personality, Server};
use spool_format::{AlertId, Event};

use crate::machine::{Machine, on_a_machine_of_its_own};
use crate::name_server::{Manner, NXDOMAIN, NameServer, SERVFAIL};

const HOST: &str = "mail.example.jp";
const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
const ALERT: [&str; 7] =
    ["--to", "oncall@example.jp", "--severity", "critical", "--subject", "disk full", "now"];

fn provider(port: u16) -> Provider {
    // The lab's certificates are for 127.0.0.1 and localhost.
    Provider::starttls("home", port).host(HOST).login(USER, PASSWORD).key("tls_name", "\"localhost\"")
}

/// A provider that was reached once by its name, and the agent that reached it.
struct Stage {
    agent: Agent,
    name_server: NameServer,
    server: Rc<Server>,
    /// The alert that went there.
    known: AlertId,
    sandbox: Sandbox,
}

impl Stage {
    fn after_one_mail(machine: &Machine, describe: impl FnOnce(Config) -> Config) -> Self {
        let sandbox = machine.sandbox();
        let healthy = Personality::self_hosted(sandbox.authority()).login(USER, PASSWORD);
        let server = sandbox.server("home", healthy);
        let config = Config::of([provider(server.port())]).pause("10m").limit("keep", "10ms");
        sandbox.configure(&describe(config));
        let name_server = NameServer::start(Manner::Truth);
        machine.ask_our_name_server();
        let agent = sandbox.start_agent();
        let known = sandbox.enqueue(&ALERT);
        sandbox.wait_until_sent(known);
        sandbox.wait_for("its connection is closed", PATIENCE, || server.open_connections() == 0);
        Self { agent, name_server, server, known, sandbox }
    }
}

fn notes(events: &[Event]) -> Vec<String> {
    let of = |event: &Event| match event {
        Event::DotSent { notes, .. } => notes.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(of).collect()
}

#[test]
fn a_provider_is_found_by_its_remembered_address_while_no_name_server_answers_also_after_a_restart() {
    on_a_machine_of_its_own(
        "memory::a_provider_is_found_by_its_remembered_address_while_no_name_server_answers_also_after_a_restart",
        |machine| {
            let Stage { sandbox, server, name_server, agent, known } =
                Stage::after_one_mail(machine, |it| it);
            assert_eq!(notes(&sandbox.events(known)), [""; 0]);
            assert_eq!(agent.stop(), Some(0));

            let agent = sandbox.start_agent();
            let mut expected = 1;
            let mut is_sent = |trouble: &str| -> AlertId {
                sandbox.wait_for("no connection is kept", PATIENCE, || server.open_connections() == 0);
                let id = sandbox.enqueue(&ALERT);
                sandbox.wait_until_sent(id);
                expected += 1;
                assert_eq!(server.mails().len(), expected, "{trouble}");
                let notes = notes(&sandbox.events(id));
                assert!(notes.iter().any(|note| note.contains("remembered")), "{trouble}: {notes:?}");
                id
            };
            name_server.become_like(SERVFAIL);
            is_sent("SERVFAIL");
            name_server.become_like(Manner::Silence);
            is_sent("silence");
            machine.ask_nobody();
            is_sent("no resolv.conf");
            assert!(agent.log().contains("recalled provider=home"), "{}", agent.log());
            assert_eq!(agent.stop(), Some(0));
        },
    );
}

/// Waits until a pass of the alert has ended in vain; gives what was said of it.
#[track_caller]
fn vain(sandbox: &Sandbox, id: AlertId) -> String {
    let text = || {
        let history = sandbox.state(id).map(|_| sandbox.history(id))?;
        let ended = history.attempts.last()?.ended.as_ref()?;
        Some(ended.recipients[0].text.clone())
    };
    sandbox.wait_for("an attempt in vain", PATIENCE, || text().is_some());
    text().expect("an outcome")
}

#[test]
fn whoever_is_at_the_remembered_address_without_the_certificate_gets_nothing_and_nobody_is_blamed() {
    on_a_machine_of_its_own(
        "memory::whoever_is_at_the_remembered_address_without_the_certificate_gets_nothing_and_nobody_is_blamed",
        |machine| {
            let Stage { sandbox, server, name_server, agent, .. } = Stage::after_one_mail(machine, |it| it);
            let logins = || server.commands().iter().filter(|line| line.starts_with("AUTH")).count();
            let before = logins();
            name_server.become_like(SERVFAIL);
            let stranger = Authority::new().expect("an authority");
            server.replace(Personality::self_hosted(&stranger).login(USER, PASSWORD));
            let id = sandbox.enqueue(&ALERT);
            let text = vain(&sandbox, id);
            let both = ["cannot be resolved", "at the address that it had", "certificate"];
            assert!(both.iter().all(|part| text.contains(part)), "{text}");
            assert_eq!((server.mails().len(), logins()), (1, before));
            let ledger = sandbox.ledger();
            assert!(ledger.providers.is_empty(), "{:?}", ledger.providers);
            assert_eq!(sandbox.history(id).passes, 0, "nothing was counted");
            assert_eq!(agent.stop(), Some(0));
        },
    );
}

#[test]
fn a_name_that_does_not_exist_any_more_is_not_looked_for_where_it_was() {
    on_a_machine_of_its_own(
        "memory::a_name_that_does_not_exist_any_more_is_not_looked_for_where_it_was",
        |machine| {
            let Stage { sandbox, server, name_server, agent, .. } = Stage::after_one_mail(machine, |it| it);
            name_server.become_like(NXDOMAIN);
            let text = vain(&sandbox, sandbox.enqueue(&ALERT));
            assert!(text.contains("cannot be resolved"), "{text}");
            assert_eq!(server.connections(), 1);
            assert_eq!(agent.stop(), Some(0));
        },
    );
}

#[test]
fn without_a_memory_the_alert_waits_and_a_changed_resolv_conf_is_noticed_at_once() {
    on_a_machine_of_its_own(
        "memory::without_a_memory_the_alert_waits_and_a_changed_resolv_conf_is_noticed_at_once",
        |machine| {
            let forgetful = |config: Config| config.network("remember_addresses", "never");
            let Stage { sandbox, server, name_server: _kept, agent, .. } =
                Stage::after_one_mail(machine, forgetful);
            machine.ask_nobody();
            let ids = [(); 5].map(|()| sandbox.enqueue(&ALERT));
            for id in ids {
                vain(&sandbox, id);
            }
            // The next pass is in five minutes at the earliest.
            machine.ask_our_name_server();
            for id in ids {
                sandbox.wait_for("it is sent at once", Duration::from_secs(3), || {
                    sandbox.state(id) == Some(spool_format::State::Sent)
                });
            }
            assert_eq!(server.mails().len(), 6);
            assert_eq!(agent.stop(), Some(0));
        },
    );
}
