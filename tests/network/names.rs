//! While a name cannot be resolved, for whatever reason, the alert waits; when it can, the alert is sent. Nobody restarts
//! anything for it.

use std::time::Duration;

use harness::{Config, PATIENCE, Provider, becomes_true, loopback, signal};
use lab::Personality;
use rustix::process::Signal;
use spool_format::Folder;

use crate::machine::{Machine, on_a_machine_of_its_own};
use crate::name_server::{Manner, NXDOMAIN, NameServer, REFUSED, SERVFAIL};

const HOST: &str = "mail.example.jp";
const ALERT: [&str; 7] =
    ["--to", "oncall@example.jp", "--severity", "critical", "--subject", "disk full", "now"];
/// A network that no machine can reach from a loopback interface (RFC 5737).
const YESTERDAYS_NAME_SERVER: &str = "192.0.2.53";

#[test]
fn case_dns_down_is_temporary() {
    on_a_machine_of_its_own("names::case_dns_down_is_temporary", |machine| {
        let answering = |manner| {
            machine.ask_our_name_server();
            Some(NameServer::start(manner))
        };
        expect_to_be_waited_out(machine, "no resolv.conf", || {
            machine.ask_nobody();
            None
        });
        expect_to_be_waited_out(machine, "the resolv.conf of another network", || {
            machine.ask(YESTERDAYS_NAME_SERVER);
            None
        });
        expect_to_be_waited_out(machine, "NXDOMAIN", || answering(NXDOMAIN));
        expect_to_be_waited_out(machine, "SERVFAIL", || answering(SERVFAIL));
        expect_to_be_waited_out(machine, "REFUSED", || answering(REFUSED));
        expect_to_be_waited_out(machine, "silence", || answering(Manner::Silence));
        expect_to_be_waited_out(machine, "no interface", || {
            loopback("down");
            answering(Manner::Truth)
        });
    });
}

/// Starts an agent in this trouble, sees the alert wait for some passes, ends the trouble, sees the alert sent.
fn expect_to_be_waited_out(machine: &Machine, trouble: &str, begin: impl FnOnce() -> Option<NameServer>) {
    let sandbox = machine.sandbox();
    let server = sandbox.server("home", Personality::plain());
    let provider = Provider::clear("home", server.port()).host(HOST);
    sandbox.configure(&Config::of([provider]).pause("1s").limit("connect", "1s"));
    let name_server = begin();
    let mut agent = sandbox.start_agent();
    let id = sandbox.enqueue(&ALERT);
    // A pass in which this machine had no network is not counted.
    let passes = || sandbox.state(id).map_or(0, |_| sandbox.history(id).attempts.len());
    sandbox.wait_for(&format!("{trouble}: three passes are over"), PATIENCE, || passes() >= 3);
    assert!(!agent.has_ended(), "{trouble}: {}", agent.log());
    assert_eq!(sandbox.names_in(Folder::Deferred), [format!("{id}.json")], "{trouble}");

    loopback("up");
    let name_server = name_server.unwrap_or_else(|| NameServer::start(Manner::Truth));
    name_server.become_like(Manner::Truth);
    machine.ask_our_name_server();
    let before = passes();
    sandbox.wait_until_sent(id);
    let after = sandbox.history(id).attempts.len() - 1;
    assert!(
        after <= before + 1,
        "{trouble}: pass {before} ended in trouble, and pass {after} did so after it"
    );
    assert_eq!(server.mails().len(), 1, "{trouble}");
    assert!(name_server.questions() > 0, "{trouble}: the name was asked for");
    // One line for the failure and one for the pause, each pass; and what the agent says of itself.
    let lines = agent.log().lines().filter(|line| line.contains(id.as_str())).count();
    let expected = 2 * after + 2;
    assert!(lines <= expected, "{trouble}: {lines} lines for {after} passes:\n{}", agent.log());
    assert_eq!(agent.stop(), Some(0), "{trouble}");
}

#[test]
fn a_silent_name_service_holds_up_neither_the_next_provider_nor_the_stop() {
    let test = "names::a_silent_name_service_holds_up_neither_the_next_provider_nor_the_stop";
    on_a_machine_of_its_own(test, |machine| {
        let sandbox = machine.sandbox();
        let (first, second) =
            (sandbox.server("first", Personality::plain()), sandbox.server("second", Personality::plain()));
        let providers =
            [Provider::clear("first", first.port()).host(HOST), Provider::clear("second", second.port())];
        sandbox.configure(&Config::of(providers.clone()).limit("connect", "500ms"));
        machine.ask_our_name_server();
        let name_server = NameServer::start(Manner::Silence);
        let agent = sandbox.start_agent();
        // More than may be under way at a time.
        let ids: Vec<_> = (0..20).map(|_| sandbox.enqueue(&ALERT)).collect();
        for id in ids {
            sandbox.wait_until_sent(id);
            assert_eq!(sandbox.history(id).passes, 0, "the second provider took it in the same pass");
        }
        assert_eq!((first.mails().len(), second.mails().len()), (0, 20));
        assert_eq!(agent.stop(), Some(0));

        // By default a name may take longer than anybody waits for a stop here.
        sandbox.configure(&Config::of(providers));
        let mut agent = sandbox.start_agent();
        let asked = name_server.questions();
        let id = sandbox.enqueue(&ALERT);
        sandbox.wait_for("the name is being asked for", PATIENCE, || name_server.questions() > asked);
        signal(agent.pid(), Signal::TERM);
        assert!(
            becomes_true(Duration::from_secs(4), || agent.has_ended()),
            "a name that nobody answers for holds the stop up:\n{}",
            agent.log()
        );
        assert!(sandbox.ledger().stopped_cleanly);
        assert_eq!(
            sandbox.names_in(Folder::Incoming),
            [format!("{id}.json")],
            "nobody has it, and it is kept"
        );
        name_server.become_like(Manner::Truth);
        let agent = sandbox.start_agent();
        sandbox.wait_until_sent(id);
        assert_eq!((first.mails().len(), agent.stop()), (1, Some(0)));
    });
}
