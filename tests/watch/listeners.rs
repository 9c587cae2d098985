//! What is taken from a network is counted for each place, by what came of it; and a place that does not do its work is told of.

#![expect(clippy::disallowed_methods, reason = "a folder that is taken away, as people do it")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use harness::{Config, PATIENCE, Programs, Provider, Sandbox, free_ports};
use spool_format::Folder;

use crate::numbers::{expect_success, page, promtool};

/// Says all of this at once, and gives what was said until the other side has closed.
fn says(port: u16, words: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.write_all(words.as_bytes()).expect("sent");
    let mut said = String::new();
    let _ = stream.read_to_string(&mut said);
    said
}

fn post(port: u16, head: &str, body: &str) -> String {
    let length = body.len();
    says(
        port,
        &format!(
            "POST /alert HTTP/1.1\r\nHost: localhost\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ),
    )
}

#[test]
fn each_place_counts_what_was_kept_and_what_was_refused_by_the_reason() {
    let [smtp, http, nobody] = free_ports();
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let config = Config::of([Provider::clear("nobody", nobody)]).default_to("oncall@example.jp").more(&format!(
        "[metrics]\nlisten = \"./metrics.sock\"\n[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{smtp}\"\nsize_max_kib = 1\n\
         [[listen]]\nkind = \"http\"\naddress = \"127.0.0.1:{http}\"\ntoken = {{ file = \"token\" }}\n"
    ));
    harness::write_file(&sandbox.path().join("token"), 0o600, b"s3cret\n");
    sandbox.configure(&config);
    let agent = sandbox.start_agent();
    let mail = |to: &str, text: &str| {
        says(
            smtp,
            &format!(
                "EHLO a\r\nMAIL FROM:<m@example.com>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: s\r\n\r\n{text}\r\n.\r\nQUIT\r\n"
            ),
        )
    };
    assert!(mail("root", "all is not well").contains("250 2.0.0 kept as"));
    assert!(mail("root", &"x".repeat(2000)).contains("552 5.3.4"));
    assert!(mail("evil@example.com", "no").contains("550 5.7.1"));
    let token = "Authorization: Bearer s3cret\r\n";
    let document = r#"{"subject":"disk full"}"#;
    assert!(post(http, token, document).starts_with("HTTP/1.1 200"));
    assert!(post(http, "", document).starts_with("HTTP/1.1 401"));
    assert!(post(http, token, "").starts_with("HTTP/1.1 400"));
    let incoming = sandbox.folder(Folder::Incoming);
    let aside = incoming.with_file_name("aside");
    fs::rename(&incoming, &aside).expect("our own folder");
    assert!(post(http, token, document).starts_with("HTTP/1.1 503"));
    fs::rename(&aside, &incoming).expect("our own folder");
    let socket = sandbox.path().join("metrics.sock");
    let shown = page(&socket, "text/plain");
    for (kind, port, more, value) in [
        ("open", smtp, "", 1),
        ("connections_total", smtp, "", 3),
        ("kept_total", smtp, "", 1),
        ("keep_seconds_count", smtp, "", 1),
        ("refused_total", smtp, ",reason=\"size\"", 1),
        ("refused_total", smtp, ",reason=\"recipient\"", 1),
        ("open", http, "", 1),
        ("connections_total", http, "", 4),
        ("kept_total", http, "", 1),
        ("kept_bytes_total", http, "", document.len()),
        ("refused_total", http, ",reason=\"token\"", 1),
        ("refused_total", http, ",reason=\"request\"", 1),
        ("refused_total", http, ",reason=\"disk\"", 1),
        ("refused_total", http, ",reason=\"network\"", 0),
    ] {
        let spoken = if port == smtp { "smtp" } else { "http" };
        let line = format!(
            "alertmail_listener_{kind}{{kind=\"{spoken}\",listen=\"127.0.0.1:{port}\"{more}}} {value}"
        );
        assert!(shown.lines().any(|it| it == line), "no {line} in {shown}");
    }
    if let Some(promtool) = promtool() {
        let (_, numbers) = shown.split_once("\r\n\r\n").expect("a body");
        expect_success(Command::new(&promtool).args(["check", "metrics"]), numbers);
    }
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn check_says_why_a_place_cannot_be_had_though_somebody_answers_there_and_that_nothing_is_kept() {
    let [http, nobody] = free_ports();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let foreign = taken.local_addr().expect("a port").port();
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let config = Config::of([Provider::clear("nobody", nobody)])
        .default_to("oncall@example.jp")
        .limit("rescan", "1s")
        .more(&format!(
            "[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{foreign}\"\n\
             [[listen]]\nkind = \"http\"\naddress = \"127.0.0.1:{http}\"\ntoken = \"none\"\n"
        ));
    sandbox.configure(&config);
    let _agent = sandbox.start_agent();
    let check = || {
        let config = sandbox.config_file();
        sandbox.alertmail(&["check", "--config", &config.to_string_lossy()]).stdout
    };
    let deaf =
        format!("nobody takes alerts by smtp at 127.0.0.1:{foreign}, see [[listen]]: Address already in use");
    sandbox.wait_for("it says why", PATIENCE, || check().contains(&deaf));
    let document = r#"{"subject":"disk full"}"#;
    let lost = format!("the last alert that came by http at 127.0.0.1:{http} could not be kept: ");
    assert!(!check().contains("could not be kept"), "{}", check());
    let incoming = sandbox.folder(Folder::Incoming);
    let aside = incoming.with_file_name("aside");
    fs::rename(&incoming, &aside).expect("our own folder");
    assert!(post(http, "", document).starts_with("HTTP/1.1 503"));
    fs::rename(&aside, &incoming).expect("our own folder");
    sandbox.wait_for("it says that nothing is kept", PATIENCE, || check().contains(&lost));
    assert!(post(http, "", document).starts_with("HTTP/1.1 200"));
    sandbox.wait_for("something is kept", PATIENCE, || !check().contains("could not be kept"));
}
