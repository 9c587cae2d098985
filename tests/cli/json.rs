//! What machines read.

use harness::{Config, Provider, run};
use lab::{Personality, Port};
use serde_json::Value;

use crate::{alertmail, sandbox};

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn machines_get_one_document_with_every_field() {
    let sandbox = sandbox();
    let dead = Port::reserve().expect("a port");
    let server = sandbox.server("well", Personality::plain().recipient("bad@example.jp", "450 4.2.1 busy"));
    let provider = |name, port| Provider::clear(name, port).from("alert@example.jp");
    sandbox.configure(&Config::of([provider("dead", dead.number()), provider("well", server.port())]));
    let spool = sandbox.spool().to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| run(alertmail(arguments).args(["--json", "--spool", &spool]), b"");

    let idle = ask(&["check"]);
    assert_eq!((idle.code, parse(&idle.stdout)["running"].as_bool()), (Some(2), Some(false)));
    let agent = sandbox.start_agent();
    let sent = sandbox.enqueue(&["--to", "good@example.jp", "--subject", "one", "--key", "k", ""]);
    sandbox.wait_until_sent(sent);
    let waits = sandbox.enqueue(&["--to", "bad@example.jp", "--subject", "two", ""]);
    sandbox.wait_for("the second alert is deferred", harness::PATIENCE, || {
        matches!(sandbox.state(waits), Some(spool_format::State::Deferred { .. }))
    });

    let list = parse(&ask(&["list", "--all"]).expect_success());
    let states: Vec<_> =
        list["alerts"].as_array().expect("a list").iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states, ["deferred", "sent"]);
    let first = &list["alerts"][0];
    assert_eq!(first["id"], waits.as_str());
    assert_eq!(first["recipients"][0]["result"], "open");
    assert!(first["next"].as_str().is_some_and(|next| next.ends_with('Z')), "{first}");
    assert!(first["why"].as_str().is_some_and(|why| why.contains("450 4.2.1 busy")), "{first}");

    let show = parse(&ask(&["show", sent.as_str()]).expect_success());
    let log = show["log"].as_array().expect("attempts");
    assert_eq!((log.len(), &log[0]["provider"], &log[1]["provider"]), (2, &"dead".into(), &"well".into()));
    assert_eq!(log[0]["recipients"][0]["scope"], "provider");
    assert_eq!(log[1]["recipients"][0]["code"], 250);
    assert_eq!(show["key"], "k");

    let check = ask(&["check"]);
    let report = parse(&check.stdout);
    assert_eq!((check.code, &report["status"], &report["waiting"]), (Some(0), &"ok".into(), &1.into()));
    assert_eq!(agent.stop(), Some(0));

    let made = parse(&ask(&["spool", "init", &spool]).expect_success());
    assert_eq!(made["made"], Value::Array(vec![]));
}
