//! Providers that take more than a name and a port are probed and sent to in the way in which the agent goes: by pin,
//! through a proxy, by a program, with a token.

use std::rc::Rc;

use harness::{Config, Provider, Sandbox, write_file};
use lab::{Leaf, Personality, Server, Socks};

use crate::{PASSWORD, ask, sandbox};

const SEND: [&str; 7] = ["send", "--provider", "home", "--to", "oncall@example.jp", "--trace=full", "works"];

fn home(sandbox: &Sandbox, leaf: Option<Leaf>) -> Rc<Server> {
    let personality = Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD);
    sandbox.server("home", leaf.into_iter().fold(personality, Personality::certificate))
}

const TOKEN: &str = "ya29.a0AfH6SMB-_~+/token==";

#[track_caller]
fn expect_both_work(sandbox: &Sandbox, server: &Server) {
    let probed = ask(sandbox, &["probe", "home", "--auth", "--trace"]);
    assert_eq!(probed.code, Some(0), "{}{}", probed.stdout, probed.stderr);
    assert!(probed.stdout.contains("it works: the login was accepted"), "{}", probed.stdout);
    let sent = ask(sandbox, &SEND);
    assert_eq!(sent.code, Some(0), "{}{}", sent.stdout, sent.stderr);
    assert_eq!(server.mails().len(), 1);
    for text in [probed.stdout, probed.stderr, sent.stdout, sent.stderr] {
        assert!(![PASSWORD, TOKEN, "behind walls"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

#[test]
fn the_pin_that_a_probe_shows_is_the_one_that_the_configuration_takes() {
    let sandbox = sandbox();
    let server = home(&sandbox, Some(Leaf::SelfSigned));
    let provider = || Provider::starttls("home", server.port()).login("alert", PASSWORD);
    sandbox.configure(&Config::of([provider()]));
    let refused = ask(&sandbox, &["probe", "home"]);
    assert_eq!(refused.code, Some(69), "{refused:?}");
    let line = refused.stdout.lines().find_map(|line| line.trim().strip_prefix("pin_sha256 = "));
    sandbox.configure(&Config::of([provider().key("pin_sha256", line.expect("a pin"))]));
    expect_both_work(&sandbox, &server);

    let other = format!("\"{}\"", "0".repeat(64));
    sandbox.configure(&Config::of([provider().key("pin_sha256", &other)]));
    let changed = ask(&sandbox, &["probe", "home", "--auth"]);
    assert_eq!(changed.code, Some(69), "{changed:?}");
    assert!(changed.stdout.contains("if the server has got a new key"), "{}", changed.stdout);
    assert!(changed.stdout.contains(line.expect("a pin")), "{}", changed.stdout);
}

#[test]
fn a_program_makes_the_connection_for_them_as_well() {
    let sandbox = sandbox();
    let server = home(&sandbox, None);
    let provider = Provider::starttls("home", server.port()).login("alert", PASSWORD);
    let program = "[\"socat\", \"-\", \"TCP:{host}:{port}\"]";
    sandbox.configure(&Config::of([provider.key("connect_command", program)]));
    expect_both_work(&sandbox, &server);
}

#[test]
fn a_program_that_cannot_connect_is_quoted() {
    let sandbox = sandbox();
    let program = "[\"sh\", \"-c\", \"echo no way >&2; exit 3\"]";
    let provider = Provider::starttls("home", 1).login("alert", PASSWORD);
    sandbox.configure(&Config::of([provider.key("connect_command", program)]));
    for arguments in [&["probe", "home"][..], &SEND] {
        let ended = ask(&sandbox, arguments);
        assert_eq!(ended.code, Some(69), "{ended:?}");
        assert!(ended.stdout.contains("at connect") && ended.stdout.contains("no way"), "{ended:?}");
    }
}

#[test]
fn they_log_in_at_a_proxy() {
    let sandbox = sandbox();
    let server = home(&sandbox, None);
    let socks = Socks::start(Some(("me", "behind walls"))).expect("a proxy");
    write_file(&sandbox.path().join("proxy.secret"), 0o600, b"behind walls\n");
    let behind = |file: &str| {
        Provider::starttls("home", server.port())
            .login("alert", PASSWORD)
            .key("proxy", &format!("\"socks5://me@127.0.0.1:{}\"", socks.port()))
            .key("proxy_password", &format!("{{ file = \"{file}\" }}"))
    };
    sandbox.configure(&Config::of([behind("proxy.secret")]));
    expect_both_work(&sandbox, &server);
    assert_eq!(socks.asked().len(), 2);

    sandbox.configure(&Config::of([behind("nothing.secret")]));
    let ended = ask(&sandbox, &["probe"]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    assert!(ended.stdout.contains("nothing.secret"), "{}", ended.stdout);
}

#[test]
fn a_token_logs_them_in_and_is_not_shown() {
    let sandbox = sandbox();
    let personality = Personality::self_hosted(sandbox.authority()).without_capability("AUTH");
    let server = sandbox.server("home", personality.capability("AUTH XOAUTH2").login("alert", TOKEN));
    sandbox.configure(&Config::of([Provider::starttls("home", server.port()).token("alert", TOKEN)]));
    let untried = ask(&sandbox, &["probe", "home"]);
    assert!(untried.stdout.contains("xoauth2 would be used"), "{}", untried.stdout);
    expect_both_work(&sandbox, &server);
}

#[test]
fn a_token_that_cannot_be_fetched_leaves_the_rest_to_be_seen() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::gmail(sandbox.authority()).login("alert", TOKEN));
    sandbox.configure(&Config::of([Provider::starttls("home", server.port()).token("alert", TOKEN)]));
    std::fs::remove_file(sandbox.path().join("home.secret")).expect("removed");
    let ended = ask(&sandbox, &["probe", "home", "--auth"]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    for part in ["in TLS       SIZE 35882577", "certificate  CN=", "at auth: ", "home.secret"] {
        assert!(ended.stdout.contains(part), "`{part}` is not in\n{}", ended.stdout);
    }
    assert!(!server.commands().iter().any(|line| line.starts_with("AUTH")), "{:?}", server.commands());
}

#[test]
fn send_fetches_a_token_anew_when_it_is_refused_and_only_then() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::gmail(sandbox.authority()).login("alert", TOKEN));
    let counter = sandbox.path().join("count");
    let script =
        format!("echo x >>{0}; [ $(wc -l <{0}) = 1 ] && echo over || echo {TOKEN}", counter.display());
    let command = format!("{{ command = [\"sh\", \"-c\", {}] }}", serde_json::Value::from(script));
    let provider = Provider::starttls("home", server.port()).key("user", "\"alert\"").key("token", &command);
    sandbox.configure(&Config::of([provider.key("auth", "\"auto\"")]));
    let fetched = || std::fs::read_to_string(&counter).unwrap_or_default().lines().count();
    let sent = ask(&sandbox, &SEND);
    assert_eq!((sent.code, fetched()), (Some(0), 2), "{}{}", sent.stdout, sent.stderr);
    assert_eq!(ask(&sandbox, &SEND).code, Some(0));
    assert_eq!((server.mails().len(), fetched()), (2, 3));
}

#[test]
fn a_dry_run_reads_no_password_of_a_proxy() {
    let sandbox = sandbox();
    let behind = Provider::starttls("home", 1)
        .login("alert", PASSWORD)
        .key("proxy", "\"socks5://me@127.0.0.1:1\"")
        .key("proxy_password", "{ file = \"nothing.secret\" }");
    sandbox.configure(&Config::of([behind]).default_to("oncall@example.jp"));
    let dry = ask(&sandbox, &["send", "--provider", "home", "--dry-run", "x"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let wet = ask(&sandbox, &["send", "--provider", "home", "x"]);
    assert!(wet.code == Some(78) && wet.stderr.contains("nothing.secret"), "{wet:?}");
}

#[test]
fn another_server_is_not_asked_for_the_name_of_the_configured_one() {
    let sandbox = sandbox();
    let server = home(&sandbox, None);
    let provider =
        Provider::starttls("home", 1).login("alert", PASSWORD).key("tls_name", "\"elsewhere.example.jp\"");
    sandbox.configure(&Config::of([provider]));
    let port = server.port().to_string();
    let with = |more: &[&str]| ask(&sandbox, &[&SEND[..], &["--port", &port], more].concat());
    let refused = with(&[]);
    assert!(refused.stdout.contains("not for `elsewhere.example.jp`"), "{refused:?}");
    assert_eq!(with(&["--server", "127.0.0.1"]).code, Some(0));
}

#[test]
fn a_name_that_only_the_proxy_knows_is_looked_up_by_nobody_else() {
    let sandbox = sandbox();
    let server = home(&sandbox, None);
    let socks = Socks::start(None).expect("a proxy");
    let provider = Provider::starttls("home", server.port())
        .login("alert", PASSWORD)
        .host("localhost")
        .key("proxy", &format!("\"socks5://127.0.0.1:{}\"", socks.port()));
    sandbox.configure(&Config::of([provider]));
    let probed = ask(&sandbox, &["probe", "home", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&probed.stdout).expect("JSON");
    assert_eq!(
        (probed.code, &told["providers"][0]["addresses"]),
        (Some(0), &serde_json::json!([])),
        "{probed:?}"
    );
    assert_eq!(socks.asked().len(), 1);
}
