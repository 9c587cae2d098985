//! `alertmail probe` against servers of every kind: what people read, what machines read, how it ends.

use std::time::Duration;

use alertmail::edge::clock::monotonic;
use harness::{Config, Ended, Provider};
use lab::{Act, Leaf, Personality, Port, Stage};
use serde_json::Value;

use crate::{PASSWORD, ask, file, sandbox};

fn json(ended: &Ended) -> Value {
    let all: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    all["providers"][0].clone()
}

#[track_caller]
fn says(ended: &Ended, code: i32, parts: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    for part in parts {
        assert!(ended.stdout.contains(part), "`{part}` is not in\n{}", ended.stdout);
    }
}

/// The pin and the day of the certificate change from run to run, and so do times and ports.
fn steady(text: &str, port: u16) -> String {
    let lines = text.replace(&port.to_string(), "PORT");
    let lines = lines.lines().map(|line| match line.split_once("pin_sha256 = \"") {
        Some((front, rest)) => {
            let digits = rest.trim_end_matches('"');
            assert!(digits.len() == 64 && digits.bytes().all(|octet| octet.is_ascii_hexdigit()), "{line}");
            format!("{front}pin_sha256 = \"PIN\"")
        }
        None => match (line.find(" in "), line.find(" ms")) {
            (Some(begin), Some(end)) if begin < end => format!("{} in N{}", &line[..begin], &line[end..]),
            _ => line.to_owned(),
        },
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn ones_own_server_is_described_from_its_address_to_the_verdict() {
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD));
    sandbox.configure(&Config::of([Provider::starttls("home", server.port()).login("alert", PASSWORD)]));
    let ended = ask(&sandbox, &["probe"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = steady(&ended.stdout, server.port());
    let until = text.lines().find(|line| line.trim_start().starts_with("until ")).expect("an end").to_owned();
    assert!(until.ends_with(" days left"), "{until}");
    let expected = format!(
        "home: usable
  addresses    127.0.0.1
  connected    127.0.0.1 port PORT in N ms, tls = \"starttls\"
  greeting     mail.example.jp ESMTP Postfix
  before TLS   PIPELINING, SIZE 10240000, ETRN, STARTTLS, ENHANCEDSTATUSCODES, 8BITMIME, DSN
  TLS          TLS 1.3, TLS_AES_256_GCM_SHA384, in N ms
  certificate  CN=alertmail lab server
               signed by CN=alertmail lab authority
               for localhost, relay.example.com, 127.0.0.1
{until}
               pin_sha256 = \"PIN\"
  in TLS       PIPELINING, SIZE 10240000, ETRN, AUTH LOGIN PLAIN CRAM-MD5, ENHANCEDSTATUSCODES, 8BITMIME, DSN
  mechanisms   LOGIN, PLAIN, CRAM-MD5; plain would be used
  size         10240000 octets (9.8 MiB)
  verdict      it works as far as a probe can see; --auth tries the login
"
    );
    assert_eq!(text, expected);
    assert!(server.commands().iter().all(|command| !command.starts_with("AUTH")), "{:?}", server.commands());
}

#[test]
fn with_auth_it_logs_in_and_without_it_nothing_secret_is_read() {
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD));
    let home = |password| Provider::starttls("home", server.port()).login("alert", password);
    sandbox.configure(&Config::of([home(PASSWORD)]));
    let parts =
        ["mechanisms   LOGIN, PLAIN, CRAM-MD5; plain was used", "the login was accepted, no mail was sent"];
    says(&ask(&sandbox, &["probe", "home", "--auth"]), 0, &parts);

    sandbox.configure(&Config::of([home("wrong horse")]));
    let refused = ask(&sandbox, &["probe", "home", "--auth"]);
    says(
        &refused,
        77,
        &["home: not usable", "at auth: the server answered `535 5.7.8", "check user and password"],
    );
    assert_eq!(json(&ask(&sandbox, &["probe", "--auth", "--json"]))["login"], "failed");

    std::fs::remove_file(sandbox.path().join("home.secret")).expect("removed");
    says(&ask(&sandbox, &["probe", "home"]), 0, &["home: usable"]);
    says(&ask(&sandbox, &["probe", "home", "--auth"]), 78, &["cannot read password file", "TLS 1.3"]);
}

#[test]
fn all_of_the_configuration_are_asked_in_turn_and_the_first_that_fails_gives_the_exit_code() {
    let sandbox = sandbox();
    let authority = sandbox.authority();
    let yahoo = sandbox
        .server("yahoo", Personality::yahoo(authority, &["alert@example.jp"]).login("alert", PASSWORD));
    let docomo =
        sandbox.server("docomo", Personality::docomo(authority, "alert@example.jp").login("alert", PASSWORD));
    let goo = Port::reserve().expect("a port");
    sandbox.configure(&Config::of([
        Provider::implicit("yahoo", yahoo.port()).login("alert", PASSWORD),
        Provider::starttls("goo", goo.number()).login("alert", PASSWORD),
        Provider::implicit("docomo", docomo.port()).login("alert", PASSWORD),
    ]));
    let ended = ask(&sandbox, &["probe", "--auth"]);
    says(
        &ended,
        69,
        &[
            "yahoo: usable",
            "mechanisms   LOGIN, PLAIN, XYMCOOKIE; plain was used",
            "size         no limit is named",
            "goo: not usable",
            "at connect: cannot connect: 127.0.0.1 port",
            "docomo: usable",
            "size         15727616 octets (15.0 MiB)",
        ],
    );
    let one = ask(&sandbox, &["probe", "docomo"]);
    assert!(one.code == Some(0) && !one.stdout.contains("yahoo"), "{one:?}");
}

#[test]
fn a_certificate_that_is_refused_is_shown_with_its_pin_and_what_to_do() {
    let sandbox = sandbox();
    for (leaf, parts) in [
        (Leaf::Expired, ["certificate has expired", "until 2001-12-31, ended", "has to renew it"]),
        (
            Leaf::WrongName,
            ["is not for `127.0.0.1`", "for elsewhere.example.jp", "set `tls_name` to a name that it is for"],
        ),
    ] {
        let personality = Personality::self_hosted(sandbox.authority()).certificate(leaf);
        let server = sandbox.server("home", personality.login("alert", PASSWORD));
        sandbox.configure(&Config::of([Provider::starttls("home", server.port()).login("alert", PASSWORD)]));
        let ended = ask(&sandbox, &["probe", "--auth"]);
        says(&ended, 69, &parts);
        says(&ended, 69, &["only to look at the certificate", "pin_sha256 = \"", "the pin above"]);
        assert!(!server.commands().iter().any(|command| command.starts_with("AUTH")), "{leaf:?}");
        let report = json(&ask(&sandbox, &["probe", "--json"]));
        assert_eq!((&report["tls"]["accepted"], &report["usable"]), (&false.into(), &false.into()));
        assert_eq!(report["certificates"][0]["pin_sha256"].as_str().map(str::len), Some(64));
    }
    // An authority that this machine does not know.
    let server = sandbox.server("stranger", Personality::self_hosted(sandbox.authority()));
    let place = format!("127.0.0.1:{}", server.port());
    let ended = ask(&sandbox, &["probe", &place]);
    says(
        &ended,
        69,
        &["signed by CN=alertmail lab authority", "set `ca_file` to the certificate of whoever signed it"],
    );
    says(&ask(&sandbox, &["probe", &place, "--ca-file", &file(&sandbox, "ca.pem")]), 0, &["usable"]);
}

#[test]
fn a_server_in_no_configuration_is_named_by_host_and_port() {
    let sandbox = sandbox();
    let server = sandbox.server("plain", Personality::plain());
    let place = format!("127.0.0.1:{}", server.port());
    let probe = |arguments: &[&str]| harness::run(&mut crate::alertmail(arguments), b"");
    let ended = probe(&["probe", &place, "--tls", "none"]);
    says(
        &ended,
        0,
        &["usable", "it offers no login: set auth = \"none\"", "everybody on the way can read the mail"],
    );
    assert!(!ended.stdout.contains("certificate"), "{}", ended.stdout);
    says(&probe(&["probe", &place]), 69, &["the server does not offer STARTTLS", "tls = \"implicit\""]);
    says(
        &probe(&["probe", &place, "--tls", "implicit", "--timeout", "5"]),
        69,
        &["at tls:", "set tls = \"starttls\""],
    );
    for (arguments, code, part) in [
        (&["probe", "127.0.0.1:0"][..], 64, "is not HOST:PORT"),
        (&["probe", ":25"], 64, "is not HOST:PORT"),
        (&["probe", "127.0.0.1:25", "--auth"], 64, "alertmail send"),
        (&["probe", "--config", "/nonexistent/x.toml"], 78, "/nonexistent/x.toml"),
    ] {
        let ended = probe(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?} {ended:?}");
        assert!(ended.stderr.contains(part), "{ended:?}");
    }
    sandbox.configure(&Config::of([Provider::clear("plain", server.port())]));
    let ended = ask(&sandbox, &["probe", "plan"]);
    assert_eq!(ended.code, Some(64));
    assert!(
        ended.stderr.contains("no provider is called `plan`; the configuration has `plain`"),
        "{ended:?}"
    );
    says(&ask(&sandbox, &["probe", "plain"]), 0, &["no login is configured"]);
}

#[test]
fn a_silent_server_is_given_up_in_time_wherever_it_falls_silent() {
    let sandbox = sandbox();
    for (stage, part) in [
        (Stage::Greeting, "at greeting: no answer for 1 s"),
        (Stage::StartTls, "at starttls: no answer for 1 s"),
        (Stage::Ehlo, "at ehlo: no answer for 1 s"),
    ] {
        let personality = Personality::self_hosted(sandbox.authority()).at(stage, Act::Silence);
        let server = sandbox.server("mute", personality);
        sandbox.configure(&Config::of([Provider::starttls("mute", server.port())]));
        let begun = monotonic();
        says(&ask(&sandbox, &["probe", "--timeout", "1"]), 69, &[part]);
        assert!(begun.elapsed() < Duration::from_secs(10), "{stage:?}");
    }
}

#[test]
fn a_port_that_never_answers_the_handshake_is_given_up_in_time() {
    let sandbox = sandbox();
    let personality = Personality::docomo(sandbox.authority(), "alert@example.jp");
    let server = sandbox.server("mute", personality.at(Stage::Connect, Act::Silence));
    sandbox.configure(&Config::of([Provider::implicit("mute", server.port())]));
    let begun = monotonic();
    let parts = ["no answer to the handshake", "if this port begins in clear, set tls = \"starttls\""];
    says(&ask(&sandbox, &["probe", "--timeout", "1"]), 69, &parts);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_server_that_dribbles_is_given_up_in_time_as_well() {
    let sandbox = sandbox();
    let personality = Personality::plain().at(Stage::Greeting, Act::Dribble { ms_per_byte: 400 });
    let server = sandbox.server("slow", personality);
    sandbox.configure(&Config::of([Provider::clear("slow", server.port())]));
    says(&ask(&sandbox, &["probe", "--timeout", "1"]), 69, &["at greeting: no answer for 1 s"]);
}

#[test]
fn without_auth_on_offer_a_provider_with_a_login_cannot_be_used() {
    let sandbox = sandbox();
    let server = sandbox.server("bare", Personality::self_hosted(sandbox.authority()).without_auth());
    sandbox.configure(&Config::of([Provider::starttls("bare", server.port()).login("alert", PASSWORD)]));
    says(&ask(&sandbox, &["probe"]), 77, &["mechanisms   none", "the server offers no authentication"]);
    says(&ask(&sandbox, &["probe", "--auth"]), 77, &["at auth: the server offers no authentication"]);
}

#[test]
fn machines_get_everything_and_the_trace_goes_beside_it() {
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD));
    sandbox.configure(&Config::of([Provider::starttls("home", server.port()).login("alert", PASSWORD)]));
    let ended = ask(&sandbox, &["probe", "--auth", "--json", "--trace"]);
    let report = json(&ended);
    for (field, expected) in [
        ("provider", "home".into()),
        ("usable", true.into()),
        ("exit_code", 0.into()),
        ("login", "accepted".into()),
        ("mechanism", "plain".into()),
        ("size", 10_240_000.into()),
        ("failure", Value::Null),
        ("mechanisms", serde_json::json!(["LOGIN", "PLAIN", "CRAM-MD5"])),
    ] {
        assert_eq!(report[field], expected, "{field}");
    }
    assert_eq!(
        report["certificates"][0]["names"],
        serde_json::json!(["localhost", "relay.example.com", "127.0.0.1"])
    );
    assert!(report["certificates"][0]["days_left"].as_i64().is_some_and(|days| days > 300), "{report}");
    for line in
        ["connect   home -: connected to 127.0.0.1", "home>: STARTTLS", "home tls>: AUTH PLAIN (secret)"]
    {
        assert!(ended.stderr.contains(line), "`{line}` is not in\n{}", ended.stderr);
    }
}
