//! What is posted by HTTP.

use std::fs;
use std::time::{Duration, Instant};

use harness::write_file;
use spool_format::{Folder, Severity};

use crate::{Client, Stage};

const GROUP: &str = r#"{"version":"4","status":"firing","groupKey":"{}:{a=\"b\"}","alerts":[{"status":"firing","labels":{"alertname":"DiskFull","severity":"critical","instance":"db1"},"annotations":{}}]}"#;

fn post(client: &mut Client, path: &str, head: &str, body: &str) -> String {
    let length = body.len();
    client
        .send(format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"))
        .expect("sent");
    client.rest()
}

fn code(said: &str) -> &str {
    said.split(' ').nth(1).unwrap_or(said)
}

#[test]
fn what_is_posted_is_an_alert_when_it_is_answered() {
    let stage = Stage::new("kind = \"http\"\ntoken = \"none\"");
    let id = "01kax3tzzzzzzzzzzzzzzzzzzz";
    let with_id = format!(r#"{{"version":1,"id":"{id}","subject":"once"}}"#);
    for (n, (path, body, subject, severity)) in [
        (
            "/alert",
            r#"{"subject":"disk full","severity":"critical","to":["root"]}"#,
            "disk full",
            Severity::Critical,
        ),
        ("/alertmanager", GROUP, "DiskFull (db1)", Severity::Critical),
        (
            "/grafana",
            r#"{"ruleName":"Load","state":"alerting","ruleId":7}"#,
            "Load: alerting",
            Severity::Critical,
        ),
        // What nobody can read is somebody's alert.
        ("/alert", "disk full", "an alert that cannot be read", Severity::Warning),
        ("/alert", r#"{"title":"disk full"}"#, "an alert that cannot be read", Severity::Warning),
        (
            "/alertmanager",
            "{\"alerts\":[",
            "notification of alertmanager that cannot be read",
            Severity::Warning,
        ),
        ("/grafana", "", "notification of grafana that cannot be read", Severity::Warning),
        ("/alert", &with_id, "once", Severity::Warning),
    ]
    .into_iter()
    .enumerate()
    {
        let said = post(&mut Client::to(stage.port), path, "", body);
        assert_eq!(code(&said), "200", "{path} {body}: {said}");
        let alerts = stage.alerts();
        assert_eq!(alerts.len(), n + 1, "{path} {body}");
        let alert = alerts.values().find(|alert| said.contains(&alert.id.expect("an id").to_string()));
        let alert = alert.unwrap_or_else(|| panic!("{said} {alerts:?}"));
        assert_eq!((alert.subject.as_str(), alert.severity), (subject, severity), "{body}");
        assert!(subject != "an alert that cannot be read" || alert.body.contains(body), "{}", alert.body);
    }
    // Whoever did not hear the answer asks again, under the same id.
    assert_eq!(code(&post(&mut Client::to(stage.port), "/alert", "", &with_id)), "200");
    assert_eq!(stage.alerts().len(), 8);
}

#[test]
fn whom_the_configuration_does_not_name_gets_nothing() {
    let stage = Stage::new("kind = \"http\"\ntoken = \"none\"");
    let body = r#"{"subject":"s","to":["stranger@example.com","root"],"bcc":["evil@example.com"]}"#;
    assert_eq!(code(&post(&mut Client::to(stage.port), "/alert", "", body)), "200");
    let [alert] = &stage.wait_for(1)[..] else { panic!("not one") };
    assert_eq!(
        (&alert.to[1], &alert.bcc[0]),
        (&"root".to_owned(), &"evil@example.com (not permitted)".to_owned())
    );
    let id = alert.id.expect("an id");
    stage.sandbox.wait_for("it is accepted", harness::PATIENCE, || stage.sandbox.state(id).is_some());
    let history = stage.sandbox.history(id);
    let to: Vec<String> = history.recipients.iter().map(|(to, _)| to.to_string()).collect();
    assert_eq!(to, ["ops@example.jp"]);
}

#[test]
fn what_is_no_alert_is_refused_by_the_right_code() {
    let stage = Stage::new("kind = \"http\"\ntoken = { file = \"token\" }\nsize_max_kib = 16");
    let config = stage.sandbox.config_file();
    let checked =
        stage.sandbox.alertmail(&["config", "check", "--config", &config.to_string_lossy()]).expect_success();
    assert!(checked.contains("nobody will listen at 127.0.0.1"), "{checked}");
    write_file(&stage.path("token"), 0o600, b"s3cret-token\n");
    // The file was not there at the start; the listener comes with the next settings.
    assert!(Client::try_to(stage.port).is_err());
    let log = || stage.agent.as_ref().expect("it runs").log();
    assert!(log().contains("nobody takes alerts by http"), "{}", log());
    let deaf = format!("CRITICAL: nobody takes alerts by http at 127.0.0.1:{}", stage.port);
    assert!(stage.check().contains(&deaf), "{}", stage.check());
    stage
        .sandbox
        .alertmail(&["reload", "--config", &stage.sandbox.config_file().to_string_lossy()])
        .expect_success();
    assert!(!stage.check().contains("nobody takes alerts"), "{}", stage.check());
    let token = "Authorization: Bearer s3cret-token\r\n";
    let huge = "x".repeat(17_000);
    for (path, head, body, expected) in [
        ("/alert", "", "{}", "401"),
        ("/alert", "Authorization: Bearer wrong-token-x\r\n", "{}", "401"),
        ("/alert", "Authorization: Bearer s3cret-toke\r\n", "{}", "401"),
        ("/alert", "Authorization: Basic s3cret-token\r\n", "{}", "401"),
        ("/nowhere", "", "{}", "401"),
        ("/nowhere", token, "{}", "404"),
        ("/alert", token, "", "400"),
        ("/alert", token, &huge, "413"),
        ("/alert", &format!("{token}Origin: http://example.com\r\n"), "{}", "403"),
        ("/alert", &format!("{token}Host: evil.example.com\r\n"), "{}", "421"),
        ("/alert", token, "{\"subject\":\"s\"}", "200"),
    ] {
        let said = if head.contains("Host:") {
            let mut client = Client::to(stage.port);
            client
                .send(format!("POST {path} HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len()))
                .expect("sent");
            client.rest()
        } else {
            post(&mut Client::to(stage.port), path, head, body)
        };
        assert_eq!(code(&said), expected, "{path} {head}: {said}");
    }
    let mut client = Client::to(stage.port);
    client.send(format!("GET /alert HTTP/1.1\r\nHost: localhost\r\n{token}\r\n")).expect("sent");
    let said = client.rest();
    assert!(code(&said) == "405" && said.to_ascii_lowercase().contains("allow: post"), "{said}");
    // Without a length, piece by piece.
    let mut client = Client::to(stage.port);
    let piece = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    client
        .send(format!("POST /alert HTTP/1.1\r\nHost: localhost\r\n{token}Transfer-Encoding: chunked\r\n\r\n"))
        .expect("sent");
    let _ = client.send(piece.repeat(40));
    assert_eq!(code(&client.rest()), "413");
    assert_eq!(stage.alerts().len(), 1);
    assert!(!log().contains("s3cret"), "{}", log());
}

#[test]
fn what_cannot_be_kept_is_asked_for_again() {
    let stage = Stage::new("kind = \"http\"\ntoken = \"none\"");
    let incoming = stage.sandbox.folder(Folder::Incoming);
    let aside = incoming.with_file_name("aside");
    fs::rename(&incoming, &aside).expect("our own folder");
    let said = post(&mut Client::to(stage.port), "/alertmanager", "", GROUP);
    assert!(code(&said) == "503" && said.to_ascii_lowercase().contains("retry-after"), "{said}");
    fs::rename(&aside, &incoming).expect("our own folder");
    assert_eq!(code(&post(&mut Client::to(stage.port), "/alertmanager", "", GROUP)), "200");
    stage.wait_for(1);
}

#[test]
fn who_sends_an_octet_now_and_then_is_ended() {
    let stage = Stage::new("kind = \"http\"\ntoken = \"none\"\nidle = \"1s\"\nwithin = \"2s\"");
    let began = Instant::now();
    let mut head = Client::to(stage.port);
    let mut body = Client::to(stage.port);
    body.send("POST /alert HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n").expect("sent");
    for _ in 0..12 {
        let _ = head.send("X");
        let _ = body.send("x");
        std::thread::sleep(Duration::from_millis(250));
    }
    assert_eq!(code(&body.rest()), "408");
    assert!(head.rest().len() < 200);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(stage.alerts().len(), 0);
}
