//! What Debian's Alertmanager posts and mails to a running agent, to the mailbox.

use harness::free_ports;

use crate::Stage;
use crate::mailbox::{ONCALL, ROOT};

/// Starts Alertmanager at a port with alertmanager.yml, tells it of a trouble and of its end, and waits behind each until both the post
/// and the mail are sent.
fn alertmanager(port: u16) -> String {
    format!(
        r#"prometheus-alertmanager --config.file=alertmanager.yml --storage.path=/run/am --web.listen-address=127.0.0.1:{port} \
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
        post '{{}}'; wait_sent 2
        post '{{"endsAt": "2020-01-01T00:00:00Z", "startsAt": "2019-12-31T00:00:00Z"}}'; wait_sent 3
        cat /run/*.log >&2"#
    )
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
    let ended = stage.run(&alertmanager(port));
    let mails = stage.arrived(way, 3);
    let rows: Vec<_> = mails.iter().map(|it| (it.recipient.as_str(), it.subject.as_str())).collect();
    let of = |to: &str| rows.iter().filter(|row| row.0 == to).map(|row| row.1).collect::<Vec<_>>();
    assert_eq!(of(ONCALL), ["disk is full (db1)"; 2], "the posts: {}", ended.stderr);
    let [by_mail] = of(ROOT)[..] else { panic!("the mail: {rows:?}") };
    assert!(by_mail.contains("FIRING:1") && by_mail.contains("DiskFull"), "{by_mail}");
    let mail = mails.iter().find(|mail| mail.recipient == ROOT).expect("it was found");
    assert!(mail.body.contains("disk is full"), "{}", mail.raw);
}
