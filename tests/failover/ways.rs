//! Providers that take more than a name and a port: a home server with a certificate of its own, a proxy, a program.

use harness::{Config, Provider, write_file};
use lab::{Leaf, Socks};
use spool_format::Event;

use crate::stand::{PASSWORD, USER, enqueue, first, healthy, sandbox};

/// The way of an alert to a server that only the description makes reachable.
#[track_caller]
fn expect_delivery(describe: impl FnOnce(Provider) -> Provider) {
    let sandbox = sandbox();
    let server = sandbox.server("first", healthy(&sandbox));
    write_file(&sandbox.path().join("proxy.secret"), 0o600, b"behind walls\n");
    sandbox.configure(&Config::of([describe(first(server.port()))]));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(enqueue(&sandbox));
    let mails = server.mails();
    assert!(mails.len() == 1 && mails[0].tls && mails[0].user.as_deref() == Some(USER));
}

#[test]
fn a_home_server_with_a_certificate_of_its_own_is_trusted_by_the_pin_that_the_journal_says() {
    let sandbox = sandbox();
    let server = sandbox.server("first", healthy(&sandbox).certificate(Leaf::SelfSigned));
    let home = || first(server.port());
    sandbox.configure(&Config::of([home()]).pause("1s"));
    let agent = sandbox.start_agent();
    let id = enqueue(&sandbox);
    let refused = || {
        sandbox.events(id).into_iter().find_map(|event| match event {
            Event::Outcome { recipients, .. } => Some(recipients[0].text.clone()),
            _ => None,
        })
    };
    sandbox.wait_for("a refusal", harness::PATIENCE, || refused().is_some());
    let text = refused().expect("a refusal");
    let line = text.split("to trust this key: ").nth(1).and_then(|rest| rest.split(',').next());
    let pin = line.and_then(|line| line.strip_prefix("pin_sha256 = ")).expect("a line for the configuration");
    let config = sandbox.config_file();
    let show = ["--config", &config.to_string_lossy(), "show", &id.to_string()];
    let shown = sandbox.alertmail(&show).expect_success();
    assert!(shown.contains(pin), "people are told: {shown}");
    assert!(server.mails().is_empty() && !agent.log().contains(PASSWORD));
    assert_eq!(agent.stop(), Some(0));

    sandbox.configure(&Config::of([home().key("pin_sha256", pin)]).pause("1s"));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn an_alert_goes_through_a_proxy_that_wants_a_login_and_resolves_the_name() {
    let socks = Socks::start(Some(("me", "behind walls"))).expect("a proxy");
    let address = format!("\"socks5://me@127.0.0.1:{}\"", socks.port());
    expect_delivery(|home| home.key("proxy", &address).key("proxy_password", "{ file = \"proxy.secret\" }"));
    assert_eq!(socks.asked().len(), 1);
}

#[test]
fn an_alert_goes_through_a_program() {
    expect_delivery(|home| home.key("connect_command", "[\"socat\", \"-\", \"TCP:{host}:{port}\"]"));
}

#[test]
fn a_proxy_whose_password_cannot_be_read_leaves_its_provider_out_and_stops_nothing() {
    let sandbox = sandbox();
    let server = sandbox.server("second", healthy(&sandbox));
    let behind = first(1).key("proxy", "\"socks5://me@127.0.0.1:1080\"");
    let behind = behind.key("proxy_password", "{ file = \"nothing.secret\" }");
    sandbox
        .configure(&Config::of([behind, Provider::starttls("second", server.port()).login(USER, PASSWORD)]));
    let agent = sandbox.start_agent();
    assert!(agent.log().contains("nothing.secret"), "{}", agent.log());
    sandbox.wait_until_sent(enqueue(&sandbox));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn a_domain_in_its_own_script_goes_out_in_its_ascii_form() {
    let sandbox = sandbox();
    let server = sandbox.server("first", healthy(&sandbox));
    sandbox.configure(&Config::of([first(server.port())]));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", "oncall@例え.jp", "--subject", "disk full"]);
    sandbox.wait_until_sent(id);
    let mail = &server.mails()[0];
    assert_eq!(mail.recipients, ["oncall@xn--r8jz45g.jp"]);
    assert!(String::from_utf8_lossy(&mail.octets).contains("To: oncall@xn--r8jz45g.jp\r\n"));
}

#[test]
fn recipients_beyond_the_limit_of_a_server_have_the_alert_at_the_first_attempt_too() {
    let sandbox = sandbox();
    let server =
        sandbox.server("first", healthy(&sandbox).capability("LIMITS RCPTMAX=2").capability("CHUNKING"));
    sandbox.configure(&Config::of([first(server.port())]));
    let _agent = sandbox.start_agent();
    let to: Vec<String> = (0..5).map(|number| format!("r{number}@example.jp")).collect();
    let id = sandbox.enqueue(&["--to", &to.join(","), "--subject", "disk full"]);
    sandbox.wait_until_sent(id);
    let rounds: Vec<_> = server.mails().into_iter().map(|mail| mail.recipients).collect();
    assert_eq!(rounds, [&to[..2], &to[2..4], &to[4..]]);
    assert_eq!((sandbox.history(id).attempts.len(), server.connections()), (1, 1));
}
