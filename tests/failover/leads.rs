//! Smaller reports from the field: each one situation, through the whole program.

use std::process::Command;

use harness::{Config, PATIENCE, not_tried, run};
use lab::{Act, Personality, Stage};
use spool_format::{Event, State};

use crate::stand::{self, FIRST, ONCALL, PASSWORD, Stand, USER, enqueue, healthy};

#[test]
fn a_host_without_a_full_name_says_hello_by_its_address() {
    const LITERAL: &str = "EHLO [127.0.0.1]";
    for (name, hello) in [
        ("db1", LITERAL),
        ("localhost", LITERAL),
        (".example.jp", LITERAL),
        ("db_1.example.jp", LITERAL),
        ("db1.example.jp", "EHLO db1.example.jp"),
    ] {
        let sandbox = stand::sandbox();
        let server = sandbox.server(FIRST, Personality::plain());
        let mut apart = Command::new("unshare");
        apart.args([
            "--uts",
            "--",
            "sh",
            "-c",
            "printf %s \"$0\" >/proc/sys/kernel/hostname && exec \"$@\"",
            name,
        ]);
        let probe = ["probe", &format!("127.0.0.1:{}", server.port()), "--tls", "none"];
        let ended = run(apart.arg(env!("CARGO_BIN_EXE_alertmail")).args(probe), b"");
        if ended.stderr.contains("unshare failed") {
            return not_tried(&format!("not tried: a host name of one's own takes root ({})", ended.stderr));
        }
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        assert_eq!(server.commands().first().map(String::as_str), Some(hello), "{name}");
    }
}

#[test]
fn a_size_that_is_absurd_or_told_twice_stops_no_mail() {
    for sizes in [
        &["SIZE 0"][..],
        &["SIZE -1"],
        &["SIZE 18446744073709551616"],
        &["SIZE 99999999999999999999999999"],
        &["SIZE=10240000"],
        &["SIZE 10240000 bytes"],
        &["SIZE", "SIZE 10240000"],
        &["SIZE 10240000", "SIZE"],
    ] {
        let sandbox = stand::sandbox();
        let odd = healthy(&sandbox).without_capability("SIZE");
        let odd = sizes.iter().fold(odd, |odd, line| odd.capability(line));
        let server = sandbox.server(FIRST, odd);
        sandbox.configure(&Config::of([stand::first(server.port())]));
        let _agent = sandbox.start_agent();
        let id = enqueue(&sandbox);
        sandbox.wait_until_sent(id);
        assert_eq!((server.mails().len(), sandbox.history(id).attempts.len()), (1, 1), "{sizes:?}");
    }
}

#[test]
fn what_no_server_knows_is_not_asked_of_one_without_8bitmime() {
    let sandbox = stand::sandbox();
    let server = sandbox.server(FIRST, Personality::goo(sandbox.authority()).login(USER, PASSWORD));
    sandbox.configure(&Config::of([stand::first(server.port())]));
    let _agent = sandbox.start_agent();
    for (subject, body) in [("障害 発生", "ディスク満杯です。"), ("Größe", "naïve café ①"), ("🚨", "🚨\n")]
    {
        let id = sandbox.enqueue(&["--to", ONCALL, "--subject", subject, body]);
        sandbox.wait_until_sent(id);
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().all(|mail| mail.octets.is_ascii()), "nothing has the eighth bit");
    assert!(server.commands().iter().all(|line| !line.contains("BODY=")), "{:?}", server.commands());
}

#[test]
fn mechanisms_that_are_offered_and_cannot_be_used_are_gone_through_once_and_the_alert_goes_on() {
    let refusing = |code: &str| Act::Say(format!("{code} no such thing"));
    let offer = |server: Personality, list: &str| {
        server.without_capability("AUTH").capability(&format!("AUTH {list}")).login(USER, PASSWORD)
    };
    for (list, act, code, tried) in [
        ("GSSAPI NTLM XYMCOOKIE", None, None, 0),
        ("LOGIN PLAIN CRAM-MD5", Some(refusing("504 5.5.4")), Some(504), 3),
        ("LOGIN PLAIN CRAM-MD5", Some(refusing("535 5.7.8")), Some(535), 1),
        ("LOGIN PLAIN CRAM-MD5", Some(Act::Close), None, 1),
    ] {
        let stand = Stand::with(|server| {
            let server = offer(server, list);
            act.iter().fold(server, |server, act| server.at(Stage::Auth, act.clone()))
        });
        let id = enqueue(&stand.sandbox);
        stand::expect_sent_by_second_in_one_pass(&stand.sandbox, id, &stand.second);
        let ended = stand.sandbox.history(id).attempts[0].ended.clone().expect("an outcome");
        assert_eq!((&*ended.recipients[0].phase, ended.recipients[0].code), ("auth", code), "{list} {act:?}");
        let asked = stand.first.commands().iter().filter(|line| line.starts_with("AUTH")).count();
        assert_eq!(asked, tried, "{list} {act:?}: {:?}", stand.first.commands());
    }
    // One that can be used among them is used.
    let sandbox = stand::sandbox();
    let server = sandbox.server(FIRST, offer(healthy(&sandbox), "GSSAPI NTLM XYMCOOKIE LOGIN"));
    sandbox.configure(&Config::of([stand::first(server.port())]));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(enqueue(&sandbox));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn a_554_that_means_over_quota_is_waited_out() {
    const OVER_QUOTA: &str = "554 Mailbox over quota, try again later";
    for at_the_dot in [false, true] {
        let sandbox = stand::sandbox();
        let full = if at_the_dot {
            healthy(&sandbox).at(Stage::Dot, Act::Say(OVER_QUOTA.to_owned()))
        } else {
            healthy(&sandbox).recipient(ONCALL, OVER_QUOTA)
        };
        let server = sandbox.server(FIRST, full);
        sandbox.configure(&Config::of([stand::first(server.port())]).pause("300ms").limit("keep", "50ms"));
        let _agent = sandbox.start_agent();
        let id = enqueue(&sandbox);
        let waits = || matches!(sandbox.state(id), Some(State::Deferred { .. }));
        sandbox.wait_for("it waits", PATIENCE, waits);
        server.replace(healthy(&sandbox));
        sandbox.wait_until_sent(id);
        assert_eq!(server.mails().len(), 1, "{at_the_dot}");
        let soft = sandbox.events(id).into_iter().any(|event| match event {
            Event::Outcome { recipients, .. } => recipients[0].duration.as_deref() == Some("soft"),
            _ => false,
        });
        assert!(soft, "{at_the_dot}");
    }
}
