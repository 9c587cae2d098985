//! A provider with several ways in: each is shown, and the first that can be reached decides.

use harness::{Config, Openssl, Provider, make_certificates};
use lab::{Act, Personality, Port, Stage};
use serde_json::Value;

use crate::{PASSWORD, ask, sandbox};

fn at(endpoints: &[(u16, &str)]) -> Provider {
    let list: Vec<String> = endpoints.iter().map(|(port, tls)| format!("\"{port}/{tls}\"")).collect();
    let provider = Provider::starttls("home", 0).login("alert", PASSWORD).from("alert@example.jp");
    provider.key("endpoints", &format!("[{}]", list.join(", ")))
}

#[test]
fn each_way_in_is_shown_and_the_first_that_can_be_reached_decides() {
    let sandbox = sandbox();
    let closed = Port::reserve().expect("a port");
    let well = Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD);
    let sick = well.clone().at(Stage::Greeting, Act::Say("554 5.3.2 no service".into()));
    let (well, sick) = (sandbox.server("well", well), sandbox.server("sick", sick));
    let [none, well_port, sick_port] = [closed.number(), well.port(), sick.port()];
    for (endpoints, code, titles) in [
        (
            [(none, "tls"), (well_port, "starttls")],
            0,
            [
                format!("home, port {none} (implicit): not usable"),
                format!("home, port {well_port} (starttls): usable"),
            ],
        ),
        (
            [(well_port, "starttls"), (sick_port, "starttls")],
            0,
            [
                format!("home, port {well_port} (starttls): usable"),
                format!("home, port {sick_port} (starttls): not usable"),
            ],
        ),
        // Mail goes by the first one, which is not well.
        (
            [(sick_port, "starttls"), (well_port, "starttls")],
            69,
            [
                format!("home, port {sick_port} (starttls): not usable"),
                format!("home, port {well_port} (starttls): usable"),
            ],
        ),
    ] {
        sandbox.configure(&Config::of([at(&endpoints)]));
        let ended = ask(&sandbox, &["probe", "home"]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let shown: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("home")).collect();
        assert_eq!(shown, titles, "{}", ended.stdout);
        let told: Value = serde_json::from_str(&ask(&sandbox, &["probe", "--json"]).stdout).expect("JSON");
        let told = told["providers"].as_array().expect("a list");
        assert_eq!(told.len(), 2);
        assert!(told.iter().zip(endpoints).all(|(it, (port, _))| {
            it["endpoint"].as_str().is_some_and(|way| way.starts_with(&port.to_string()))
        }));
    }
}

#[test]
fn one_login_is_enough_for_all_ways_in() {
    let sandbox = sandbox();
    let personality = Personality::self_hosted(sandbox.authority()).login("alert", "another one");
    let servers = ["one", "other"].map(|name| sandbox.server(name, personality.clone()));
    let endpoints = [0, 1].map(|place: usize| (servers[place].port(), "starttls"));
    sandbox.configure(&Config::of([at(&endpoints)]));
    assert_eq!(ask(&sandbox, &["probe", "home", "--auth"]).code, Some(77));
    let logins = |place: usize| servers[place].commands().iter().filter(|it| it.starts_with("AUTH")).count();
    assert_eq!((logins(0), logins(1)), (1, 0));
}

#[test]
fn a_certificate_that_ends_soon_is_told_of_once() {
    let sandbox = sandbox();
    let folder = sandbox.path().join("soon");
    std::fs::create_dir(&folder).expect("a folder");
    make_certificates(&folder);
    sandbox.also_trust(&std::fs::read_to_string(folder.join("ca.pem")).expect("just made"));
    let server = Openssl::start(&folder);
    sandbox.configure(&Config::of([Provider::implicit("home", server.port)]).limit("reply", "1s"));
    let ended = ask(&sandbox, &["probe", "home", "--timeout", "2"]);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(said.matches("its certificate ends in ").count(), 1, "{said}");
    assert!(!ended.stderr.contains("certificate"), "{said}");
}
