//! Two real providers on other hosts, a router and a name server in between, and everything that goes wrong between them.
//!
//! `one` and `two` are Postfixes in networks of their own behind the router, which is the only gateway of the test's host.

use std::process::{Child, Stdio};
use std::time::Duration;

use harness::{Config, Host, PATIENCE, Postfix, Provider, Sandbox, becomes_true, mails_of};
use spool_format::{AlertId, Event, Settlement, State};

use crate::machine::{Machine, on_a_machine_of_its_own};

const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
const MAILBOX: &str = "oncall";
const ALERT: [&str; 7] =
    ["--to", "oncall@example.jp", "--severity", "critical", "--subject", "disk full", "now"];
const NAME_SERVER: &str = "203.0.113.53";
const NAMES: [(&str, &str); 2] = [("one.example.jp", "192.0.2.10"), ("two.example.jp", "198.51.100.10")];
/// Without a name service in between it is the way alone that says whose fault it is.
const ADDRESSES: [&str; 2] = [NAMES[0].1, NAMES[1].1];
/// What a critical alert waits for a provider before the next one starts beside it, as it is by default; and what all else
/// may take on a busy machine.
const HEDGE_AFTER: Duration = Duration::from_secs(1);
const BOUND: Duration = Duration::from_secs(1);
/// After so long without a sign of the other side a connection is given up.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// Far less than any pause between two tries here.
const AT_ONCE: Duration = Duration::from_secs(4);

/// The hosts around the test's own.
struct World<'a> {
    machine: &'a Machine,
    own: Host,
    router: Host,
    names: Option<Child>,
    postfixes: [Postfix; 2],
    sandbox: Sandbox,
}

impl<'a> World<'a> {
    fn new(machine: &'a Machine) -> Self {
        let own = Host::own();
        let router = Host::new("router");
        own.cable(("wan", "10.77.0.2/24"), &router, ("lan", "10.77.0.1/24"));
        own.ip("route add default via 10.77.0.1");
        router.ip("address add 203.0.113.53/32 dev lo");
        router.forwards(true);
        let provider = |host: &'static str, (link, gateway): (&str, &str), address: &str| {
            let site = Host::new(host);
            router.cable((link, gateway), &site, ("eth0", &format!("{address}/24")));
            site.ip(&format!("route add default via {}", gateway.trim_end_matches("/24")));
            Postfix::start_on(&site, address, (USER, PASSWORD), MAILBOX)
        };
        let postfixes = [
            provider("one", ("to-one", "192.0.2.1/24"), NAMES[0].1),
            provider("two", ("to-two", "198.51.100.1/24"), NAMES[1].1),
        ];
        let sandbox = machine.sandbox();
        sandbox.also_trust(&(postfixes[0].ca_pem() + &postfixes[1].ca_pem()));
        machine.ask(NAME_SERVER);
        let mut world = Self { machine, own, router, names: None, postfixes, sandbox };
        world.answer_names();
        world
    }

    /// A real name server at the router.
    fn answer_names(&mut self) {
        let mut dnsmasq = self.router.command("dnsmasq");
        dnsmasq.args([
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--pid-file=",
            "--user=root",
            "--no-resolv",
        ]);
        dnsmasq.args(["--no-hosts", "--bind-interfaces", "--log-facility=/dev/null"]);
        dnsmasq.arg(format!("--listen-address={NAME_SERVER}"));
        dnsmasq.args(NAMES.map(|(name, address)| format!("--address=/{name}/{address}")));
        let child = dnsmasq.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.names = Some(child.expect("dnsmasq is installed by tests/run (Debian package dnsmasq-base)"));
        let knows = || {
            let mut getent = std::process::Command::new("getent");
            harness::run(getent.args(["ahostsv4", NAMES[0].0]), b"").code == Some(0)
        };
        assert!(becomes_true(PATIENCE, knows), "the name server does not answer");
    }

    fn end_names(&mut self) {
        if let Some(mut names) = self.names.take() {
            let _ = names.kill();
            let _ = names.wait();
        }
    }

    /// Both providers, by these names or addresses.
    fn config(&self, hosts: [&str; 2]) -> Config {
        let provider = |name, postfix: &Postfix, host| {
            // The certificates are for localhost.
            let provider = Provider::starttls(name, postfix.submission).host(host);
            provider.login(USER, PASSWORD).key("tls_name", "\"localhost\"").from("alert@example.jp")
        };
        let [one, two] = &self.postfixes;
        Config::of([provider("one", one, hosts[0]), provider("two", two, hosts[1])])
            .limit("keep", "1s")
            .limit("connect", "4s")
    }

    /// Waits until the alert is sent, sees where it is, and gives the name of the provider and how long it took since it was
    /// accepted.
    #[track_caller]
    fn sent(&self, id: AlertId, within: Duration) -> (String, Duration) {
        self.sandbox
            .wait_for(&format!("{id} is sent"), within, || self.sandbox.state(id) == Some(State::Sent));
        let journal = self.sandbox.journal();
        let of_it = || journal.iter().filter(|entry| entry.event.alert() == Some(id));
        let accepted = of_it().find(|entry| matches!(entry.event, Event::Accepted { .. })).expect("accepted");
        let delivered = of_it().find_map(|entry| match &entry.event {
            Event::Outcome { provider, recipients, .. }
                if recipients.iter().any(|to| to.result == Settlement::Delivered) =>
            {
                Some((provider.clone(), entry.at.since(accepted.at)))
            }
            _ => None,
        });
        let (provider, took) = delivered.expect("an outcome");
        let at = usize::from(provider == "two");
        let mails = |at: usize| mails_of(&self.postfixes[at].mails(MAILBOX), id).len();
        assert!(becomes_true(PATIENCE, || mails(at) == 1), "{id} is in the mailbox of {provider}");
        assert_eq!(mails(1 - at), 0, "{id} is not at the other one");
        (provider, took)
    }

    /// An alert that is sent by this provider, in so long.
    #[track_caller]
    fn is_sent_by(&self, expected: &str, within: Duration) -> AlertId {
        let id = self.sandbox.enqueue(&ALERT);
        let (provider, took) = self.sent(id, PATIENCE);
        assert!((&*provider, took < within) == (expected, true), "{provider} took {took:?}");
        id
    }

    /// Waits until no connection is kept: one that has just carried a mail would take the next one whole.
    #[track_caller]
    fn is_quiet(&self) {
        let ports = self.postfixes.each_ref().map(|postfix| format!(":{:04X}", postfix.submission));
        let is_kept = |line: &str| {
            // Place, own address, other address, state; 01 is ESTABLISHED.
            let mut fields = line.split_whitespace().skip(2);
            let other = fields.next().unwrap_or_default();
            fields.next() == Some("01") && ports.iter().any(|port| other.ends_with(port))
        };
        self.sandbox.wait_for("no connection is kept", PATIENCE, || {
            !std::fs::read_to_string("/proc/net/tcp").expect("a network").lines().any(is_kept)
        });
    }

    /// Waits until alerts go by the first provider again.
    #[track_caller]
    fn first_is_back(&self, within: Duration) {
        self.sandbox.wait_for("the first provider is used again", within, || {
            self.sent(self.sandbox.enqueue(&ALERT), PATIENCE).0 == "one"
        });
    }

    /// Waits until the alert is deferred for want of a network, and sees that nobody was blamed for it.
    #[track_caller]
    fn waits_for_the_network(&self, id: AlertId) {
        let is_deferred = || matches!(self.sandbox.state(id), Some(State::Deferred { .. }));
        self.sandbox.wait_for("the alert is deferred", PATIENCE, is_deferred);
        let history = self.sandbox.history(id);
        let texts: Vec<&str> = history
            .attempts
            .iter()
            .filter_map(|attempt| attempt.ended.as_ref())
            .map(|ended| ended.recipients[0].text.as_str())
            .collect();
        assert_eq!(history.passes, 0, "nothing is counted: {texts:?}");
        assert!(texts.iter().any(|text| text.contains("this machine has no network")), "{texts:?}");
        let ledger = self.sandbox.ledger();
        assert!(ledger.providers.is_empty(), "nobody is blamed: {:?}", ledger.providers);
    }
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        self.end_names();
        self.machine.ask_nobody();
    }
}

#[test]
fn when_the_first_of_two_real_providers_is_cut_off_the_second_has_the_mail_in_time_and_the_first_comes_back()
{
    on_a_machine_of_its_own(
        "hosts::when_the_first_of_two_real_providers_is_cut_off_the_second_has_the_mail_in_time_and_the_first_comes_back",
        |machine| {
            let world = World::new(machine);
            world.sandbox.configure(&world.config(ADDRESSES).pause("2s"));
            let agent = world.sandbox.start_agent();
            world.is_sent_by("one", BOUND);

            // It is gone while an alert is under way to it, whole and on a connection that has just worked: whether it has
            // that alert nobody knows, and a critical one does not wait for word.
            world.router.ip("route add blackhole 192.0.2.10/32");
            world.is_sent_by("two", UNACKNOWLEDGED + BOUND);
            world.is_quiet();
            world.router.ip("route del blackhole 192.0.2.10/32");
            world.first_is_back(Duration::from_secs(8));

            // It is gone between two alerts.
            world.is_quiet();
            world.router.ip("route add blackhole 192.0.2.10/32");
            world.is_sent_by("two", HEDGE_AFTER + BOUND);
            world.is_sent_by("two", BOUND);
            world.router.ip("route del blackhole 192.0.2.10/32");
            world.first_is_back(Duration::from_secs(8));

            // Its host is switched off: the router says so, which is no fault of this machine's network.
            world.is_quiet();
            Host::existing("one").ip("link set eth0 down");
            world.is_sent_by("two", HEDGE_AFTER + BOUND);
            let blamed = || world.sandbox.ledger().providers.keys().any(|name| name == "one");
            world.sandbox.wait_for("it is blamed", PATIENCE, blamed);
            Host::existing("one").ip("link set eth0 up");
            Host::existing("one").ip("route add default via 192.0.2.1");
            world.first_is_back(Duration::from_secs(12));

            // The gateway is gone, which nobody but this machine's own network is to blame for.
            world.is_quiet();
            world.router.ip("address del 10.77.0.1/24 dev lan");
            world.own.ip("neighbour flush dev wan");
            let id = world.sandbox.enqueue(&ALERT);
            world.waits_for_the_network(id);
            world.router.ip("address add 10.77.0.1/24 dev lan");
            world.sent(id, PATIENCE);
            world.first_is_back(Duration::from_secs(8));

            // Nobody passes anything on: all is silent, and nobody can tell why.
            world.is_quiet();
            world.router.forwards(false);
            let id = world.sandbox.enqueue(&ALERT);
            let is_deferred = || matches!(world.sandbox.state(id), Some(State::Deferred { .. }));
            world.sandbox.wait_for("nobody has taken it", PATIENCE, is_deferred);
            world.router.forwards(true);
            world.sent(id, Duration::from_secs(15));
            world.first_is_back(Duration::from_secs(12));
            assert_eq!(agent.stop(), Some(0));
        },
    );
}

#[test]
fn a_cable_a_route_and_a_gateway_are_waited_for_and_what_waits_is_sent_at_once_when_they_are_back() {
    on_a_machine_of_its_own(
        "hosts::a_cable_a_route_and_a_gateway_are_waited_for_and_what_waits_is_sent_at_once_when_they_are_back",
        |machine| {
            let mut world = World::new(machine);
            // Whoever is not told that the network is back waits for five minutes at least.
            world.sandbox.configure(&world.config(ADDRESSES).pause("10m"));
            let agent = world.sandbox.start_agent();
            world.is_sent_by("one", BOUND);
            let (router, own) = (&world.router, &world.own);
            for (trouble, begin, end) in [
                (
                    "cable",
                    &(|| router.ip("link set lan down")) as &dyn Fn(),
                    &(|| router.ip("link set lan up")) as &dyn Fn(),
                ),
                ("route", &|| own.ip("route del default"), &|| own.ip("route add default via 10.77.0.1")),
                ("address", &|| own.ip("address del 10.77.0.2/24 dev wan"), &|| {
                    own.ip("address add 10.77.0.2/24 dev wan");
                    own.ip("route add default via 10.77.0.1");
                }),
            ] {
                world.is_quiet();
                begin();
                let ids = [(); 3].map(|()| world.sandbox.enqueue(&ALERT));
                for id in ids {
                    world.waits_for_the_network(id);
                }
                end();
                for id in ids {
                    world.sent(id, AT_ONCE);
                }
                let asked = agent.log().matches("this machine has no network").count();
                assert!(asked < 60, "{trouble}: {asked} attempts");
            }

            assert_eq!(agent.stop(), Some(0));
            world.sandbox.configure(&world.config(NAMES.map(|(name, _)| name)).pause("10m"));
            let agent = world.sandbox.start_agent();
            world.is_sent_by("one", HEDGE_AFTER + BOUND);
            world.is_quiet();
            // Names cannot be resolved: the addresses that the providers had are good enough.
            world.end_names();
            let id = world.is_sent_by("one", HEDGE_AFTER + BOUND);
            let is_told = |event: &Event| matches!(event, Event::DotSent { notes, .. } if notes.iter().any(|note| note.contains("remembered")));
            assert!(world.sandbox.events(id).iter().any(is_told), "{:?}", world.sandbox.events(id));
            world.is_quiet();
            world.answer_names();
            world.is_sent_by("one", HEDGE_AFTER + BOUND);
            assert_eq!(agent.stop(), Some(0));
        },
    );
}
