//! What Alertmanager and Grafana post: by a recorded notification, and by Debian's Alertmanager itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use harness::{PATIENCE, becomes_true, free_ports, signal};
use rustix::process::Signal;
use spool_format::Severity::Critical;

use crate::mailbox::{ONCALL, ROOT};
use crate::stage::repository;
use crate::{Stage, row};

/// The script, listening; it ends with its value.
struct Webhook {
    child: Child,
    port: u16,
}

impl Webhook {
    fn start(stage: &Stage) -> Self {
        let [port] = free_ports();
        let mut command = Command::new("/usr/bin/python3");
        command.arg(repository("contrib/callers/alertmanager/alertmail-webhook")).arg(port.to_string());
        let path = format!("{}:/usr/bin:/bin", stage.at("usr/bin").display());
        command.env_clear().env("PATH", path).env("ALERTMAIL_SPOOL", stage.spool());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3");
        let webhook = Self { child, port };
        assert!(
            becomes_true(PATIENCE, || TcpStream::connect(("127.0.0.1", port)).is_ok()),
            "it does not listen"
        );
        webhook
    }

    /// The status line of the answer.
    fn post(&self, path: &str, body: &str) -> String {
        let mut way = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        way.write_all(head.as_bytes()).expect("it reads");
        let mut answer = String::new();
        way.read_to_string(&mut answer).expect("it answers");
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        signal(self.child.id(), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// As Alertmanager 0.25 has posted it.
const RECORDED: &str = r#"{"receiver":"alertmail","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"DiskFull","instance":"db1:9100","severity":"critical"},"annotations":{"summary":"/var is full"},"startsAt":"2026-11-27T03:10:00.000Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"1db4bd3e6a2ee40e"}],"groupLabels":{"alertname":"DiskFull"},"commonLabels":{"alertname":"DiskFull","instance":"db1:9100","severity":"critical"},"commonAnnotations":{"summary":"/var is full"},"externalURL":"http://am:9093","version":"4","groupKey":"{}:{alertname=\"DiskFull\"}","truncatedAlerts":0}"#;

#[test]
fn a_notification_is_answered_with_200_when_it_is_on_the_disk_and_else_with_503() {
    let stage = Stage::new();
    let webhook = Webhook::start(&stage);
    assert_eq!(webhook.post("/alertmanager", RECORDED), "HTTP/1.0 200 OK");
    let alerts = stage.alerts();
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    let key = Some("alertmanager/{}:{alertname=\"DiskFull\"}");
    assert_eq!(row(alert), ("/var is full (db1:9100)", Critical, key, false));
    assert_eq!(webhook.post("/grafana", "no JSON"), "HTTP/1.0 200 OK");
    assert!(webhook.post("/other", RECORDED).contains(" 404 "));
    assert_eq!(stage.alerts().len(), 2);
    stage.expect_delivered();
    std::fs::remove_dir_all(stage.spool()).expect("our own folder");
    assert!(webhook.post("/alertmanager", RECORDED).contains(" 503 "));
}

/// Starts Alertmanager at a port with alertmanager.yml, tells it of a trouble and of its end, and lets `after` run
/// behind each, with a number.
fn alertmanager(port: u16, before: &str, after: &str) -> String {
    format!(
        r#"{before}
        prometheus-alertmanager --config.file=alertmanager.yml --storage.path=/run/am --web.listen-address=127.0.0.1:{port} \
            --cluster.listen-address= --log.level=debug >/run/am.log 2>&1 &
        post() {{ /usr/bin/python3 -c '
import json, sys, time, urllib.request
body = json.dumps([{{"labels": {{"alertname": "DiskFull", "instance": "db1", "severity": "page"}},
    "annotations": {{"summary": "disk is full"}}, **json.loads(sys.argv[1])}}]).encode()
for _ in range(100):
    try:
        urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:{port}/api/v2/alerts", body, {{"Content-Type": "application/json"}}))
        break
    except OSError:
        time.sleep(0.1)
' "$1"; }}
        post '{{}}'; {after} 1
        post '{{"endsAt": "2020-01-01T00:00:00Z", "startsAt": "2019-12-31T00:00:00Z"}}'; {after} 2
        cat /run/*.log >&2"#
    )
}

#[test]
fn alertmanager_itself_tells_of_a_trouble_and_of_its_end() {
    let Some(stage) = Stage::with(&["prometheus-alertmanager"]) else { return };
    stage.contrib("alertmanager/alertmail-webhook", "usr/bin/alertmail-webhook", 0o755);
    stage.contrib("alertmanager/alertmanager.yml", "alertmanager.yml", 0o644);
    let [port, hook] = free_ports();
    // As it stands but for the times, and the port, since somebody else may have that one.
    let before = format!(
        "sed -i 's/group_wait: 30s/group_wait: 0s/; s/group_interval: 5m/group_interval: 1s/; s/9095/{hook}/' alertmanager.yml
        alertmail-webhook {hook} >/run/webhook.log 2>&1 &"
    );
    let ended = stage.run(&alertmanager(port, &before, "wait_for"));
    let alerts = stage.alerts();
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some("alertmanager/{}:{alertname=\"DiskFull\"}");
    let expected =
        [("disk is full (db1)", Critical, key, false), ("disk is full (db1)", Critical, key, true)];
    assert_eq!(rows, expected, "{}", ended.stderr);
    stage.expect_delivered();
}

#[test]
fn alertmanager_itself_posts_and_mails_to_the_agent() {
    let Some(stage) = Stage::with(&["prometheus-alertmanager"]) else { return };
    let [port, http, smtp] = free_ports();
    stage.file("token", 0o600, "s3cret-token\n");
    stage.file(
        "alertmanager.yml",
        0o600,
        &format!(
            "global: {{smtp_smarthost: '127.0.0.1:{smtp}', smtp_from: 'am@example.com', smtp_require_tls: false, smtp_hello: am}}\n\
             route: {{receiver: all, group_wait: 0s, group_interval: 1s, group_by: [alertname]}}\n\
             receivers:\n- name: all\n  webhook_configs:\n  - url: 'http://127.0.0.1:{http}/alertmanager'\n    send_resolved: true\n    \
             http_config: {{authorization: {{credentials: s3cret-token}}}}\n  email_configs:\n  - {{to: root@localhost}}\n"
        ),
    );
    let way = stage.open(&format!(
        "[[listen]]\nkind = \"http\"\naddress = \"127.0.0.1:{http}\"\ntoken = {{ file = \"token\" }}\n\
         [[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{smtp}\"\n"
    ));
    let ended = stage.run(&alertmanager(port, "", "n() { wait_sent $(($1+1)); }; n"));
    let mails = stage.arrived(way, 3);
    let rows: Vec<_> = mails.iter().map(|it| (it.recipient.as_str(), it.subject.as_str())).collect();
    let of = |to: &str| rows.iter().filter(|row| row.0 == to).map(|row| row.1).collect::<Vec<_>>();
    assert_eq!(of(ONCALL), ["disk is full (db1)"; 2], "the posts: {}", ended.stderr);
    let [by_mail] = of(ROOT)[..] else { panic!("the mail: {rows:?}") };
    assert!(by_mail.contains("FIRING:1") && by_mail.contains("DiskFull"), "{by_mail}");
    let mail = mails.iter().find(|mail| mail.recipient == ROOT).expect("it was found");
    assert!(mail.body.contains("disk is full"), "{}", mail.raw);
}
