//! A name that leads to several addresses, most of them dead.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use harness::{BlackHole, Config, Provider};
use lab::{Kind, Personality, Port, Server};

use crate::machine::on_a_machine_of_its_own;

const HOST: &str = "relay.example.com";
const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
/// Without a listener; without a route (RFC 3849); a queue that is full; and one that works.
const ADDRESSES: [&str; 4] = ["::1", "2001:db8::7", "127.0.0.2", "127.0.0.3"];
const SILENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const ALIVE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const CONNECT: (&str, Duration) = ("2s", Duration::from_secs(2));

#[test]
#[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is measured")]
fn case_dead_address_first() {
    on_a_machine_of_its_own("addresses::case_dead_address_first", |machine| {
        machine.knows_host(HOST, &ADDRESSES);
        let sandbox = machine.sandbox();
        let healthy = || Personality::self_hosted(sandbox.authority()).login(USER, PASSWORD);
        let alive = Port::reserve_at(SocketAddrV4::new(ALIVE, 0)).expect("a port");
        let number = alive.number();
        let _silent = BlackHole::at((SILENT, number));
        let first = alive.listen(healthy()).expect("a server");
        let second = sandbox.server("second", healthy());
        let provider = |name, port: u16| Provider::starttls(name, port).login(USER, PASSWORD);
        let relay = || provider("first", number).host(HOST);
        let alert = ["--to", "oncall@example.jp", "--severity", "critical", "--subject", "disk full", "now"];

        for providers in [vec![relay()], vec![relay(), provider("second", second.port())]] {
            let known = first.mails().len();
            sandbox.configure(&Config::of(providers).limit("connect", CONNECT.0));
            let agent = sandbox.start_agent();
            let begun = Instant::now();
            let id = sandbox.enqueue(&alert);
            sandbox.wait_until_sent(id);
            let took = begun.elapsed();
            assert!(took < 3 * CONNECT.1 + Duration::from_secs(5), "it took {took:?}");
            assert_eq!((first.mails().len(), second.mails().len()), (known + 1, 0));
            let history = sandbox.history(id);
            assert_eq!((history.passes, history.attempts.len()), (0, 1), "nothing was counted as a failure");
            assert_eq!(agent.stop(), Some(0));
        }
        assert_eq!(names_asked_for(&first), vec![format!("encrypted from here on, for {HOST}"); 2]);

        // The second provider is used when every address of the first one has failed.
        drop(first);
        let agent = sandbox.start_agent();
        let id = sandbox.enqueue(&alert);
        sandbox.wait_until_sent(id);
        assert_eq!(second.mails().len(), 1);
        let history = sandbox.history(id);
        assert_eq!((history.passes, history.attempts.len()), (0, 2), "in the same pass");
        let told = &history.attempts[0].ended.as_ref().expect("an outcome").recipients[0];
        for address in ADDRESSES {
            assert!(told.text.contains(&format!("{HOST} ({address}) port {number}: ")), "{}", told.text);
        }
        assert_eq!(told.phase, "connect");
        assert_eq!(agent.stop(), Some(0));
    });
}

/// What was asked for in the handshakes with this server.
fn names_asked_for(server: &Server) -> Vec<String> {
    let notes = server.transcript().into_iter().filter(|line| line.kind == Kind::Note);
    notes.map(|line| line.text).filter(|text| text.starts_with("encrypted")).collect()
}
