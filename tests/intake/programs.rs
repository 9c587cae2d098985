//! Other people's programs: smtp-source of Postfix, swaks, Alertmanager, Python's smtplib.

use std::path::Path;
use std::process::{Command, Stdio};

use harness::{free_ports, may_have_own_mounts, not_tried, run, unpacked};
use spool_format::Severity;

use crate::stage::{field, mail};
use crate::{Client, Stage};

#[test]
fn smtp_source_loses_nothing() {
    if !Path::new("/usr/sbin/smtp-source").exists() {
        return not_tried("smtp-source was not tried: Postfix is not installed");
    }
    let stage = Stage::new("kind = \"smtp\"\n[[listen]]\nkind = \"lmtp\"\nsocket = \"lmtp.sock\"");
    let source = |words: &[&str], to: &str| {
        let mut command = Command::new("/usr/sbin/smtp-source");
        command
            .args(["-m", "400", "-s", "40", "-l", "3000", "-f", "a@example.com", "-t", "root"])
            .args(words)
            .arg(to);
        run(&mut command, b"").expect_success();
    };
    source(&[], &format!("inet:127.0.0.1:{}", stage.port));
    assert_eq!(stage.alerts().len(), 400);
    // Many mails on one connection, and by LMTP.
    source(&["-d"], &format!("inet:127.0.0.1:{}", stage.port));
    source(&["-L"], &format!("unix:{}", stage.path("lmtp.sock").display()));
    assert_eq!(stage.alerts().len(), 1200);
}

#[test]
fn swaks_is_served() {
    let Some(copy) = unpacked("swaks") else {
        return not_tried("swaks was not tried: run tests/intake/install");
    };
    let stage = Stage::new("kind = \"smtp\"\nauth = \"any\"");
    let server = format!("127.0.0.1:{}", stage.port);
    for (n, words) in [
        &[][..],
        &["--pipeline"],
        &["--auth", "LOGIN", "--auth-user", "printer", "--auth-password", "x"],
        &["--auth", "PLAIN", "--auth-user", "printer", "--auth-password", "x"],
        &["--protocol", "SMTP"],
        &["--body", "a line\n.\n..\n.a line"],
    ]
    .iter()
    .enumerate()
    {
        let mut command = Command::new("perl");
        command.arg(copy.join("usr/bin/swaks")).args([
            "--server",
            &server,
            "--to",
            "root",
            "--from",
            "a@example.com",
            "--helo",
            "swaks",
        ]);
        let ended = run(command.args(*words), b"");
        ended.expect_success();
        stage.wait_for(n + 1);
    }
    let dots = stage.alerts().into_values().next_back().expect("the last one");
    assert!(mail(&dots).contains("\r\n.\r\n..\r\n.a line\r\n"), "{}", mail(&dots));
    let mut command = Command::new("perl");
    let ended = run(
        command.arg(copy.join("usr/bin/swaks")).args(["--server", &server, "--to", "stranger@example.com"]),
        b"",
    );
    assert_ne!(ended.code, Some(0));
    assert_eq!(stage.alerts().len(), 6);
}

#[test]
fn smtplib_is_served() {
    let stage = Stage::new("kind = \"smtp\"");
    let script = "import smtplib, sys\ns = smtplib.SMTP('127.0.0.1', int(sys.argv[1]))\n\
        s.sendmail('a@example.com', ['root', 'oncall@example.jp'], 'Subject: x\\nBcc: secret@example.com\\n\\n障害\\n.\\n'.encode())\ns.quit()\n";
    run(Command::new("python3").args(["-c", script, &stage.port.to_string()]), b"").expect_success();
    let [alert] = &stage.wait_for(1)[..] else { panic!("not one") };
    assert_eq!(field(alert, "Subject").as_deref(), Some("x"));
    assert!(!mail(alert).contains("secret@"), "{}", mail(alert));
}

#[test]
fn alertmanager_posts_a_trouble_and_its_end_and_sends_mail() {
    let Some(copy) = unpacked("prometheus-alertmanager") else {
        return not_tried("Alertmanager was not tried: run tests/callers/install");
    };
    let [port, hook] = free_ports();
    let ready = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/callers/alertmanager").join(name);
        // As it stands but for the port, since somebody else may have that one.
        std::fs::read_to_string(path).expect("a file of contrib").replace("9095", &hook.to_string())
    };
    let stage = Stage::new(&format!("kind = \"smtp\"\n{}", ready("listen.toml")));
    let changed = ready("alertmanager.yml")
        .replace("group_wait: 30s", "group_wait: 0s")
        .replace("group_interval: 5m", "group_interval: 1s");
    let config = format!(
        "global: {{smtp_smarthost: '127.0.0.1:{}', smtp_from: 'am@example.com', smtp_require_tls: false, smtp_hello: am}}\n\
         {changed}    email_configs:\n      - {{to: root@localhost}}\n",
        stage.port
    );
    std::fs::write(stage.path("am.yml"), config).expect("our own folder");
    // It looks for its templates where its package would have put them.
    if let Err(why) = may_have_own_mounts() {
        return not_tried(&format!("Alertmanager was not tried: {why}"));
    }
    let (usr, program) = (copy.join("usr"), copy.join("usr/bin/prometheus-alertmanager"));
    let enter =
        r#"mount -t overlay -o "lowerdir=$1/share:/usr/share" overlay /usr/share && shift && exec "$@""#;
    let mut child = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", enter, "sh"])
        .arg(usr)
        .arg(program)
        .arg(format!("--config.file={}", stage.path("am.yml").display()))
        .arg(format!("--storage.path={}", stage.path("am").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(["--cluster.listen-address=", "--log.level=warn"])
        .stdin(Stdio::null())
        .spawn()
        .expect("Alertmanager starts");
    let labels = r#"[{"labels":{"alertname":"DiskFull","instance":"db1","severity":"page"},"annotations":{"summary":"disk is full"}"#;
    let tell = |more: &str| {
        let body = format!("{labels}{more}}}]");
        let request = format!(
            "POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let told = || {
            let mut client = Client::try_to(port).ok()?;
            client.send(&request).ok()?;
            client.rest().starts_with("HTTP/1.1 200").then_some(())
        };
        stage.sandbox.wait_for("Alertmanager", harness::PATIENCE, || told().is_some());
    };
    tell("");
    stage.sandbox.wait_for("the mail and the post", harness::PATIENCE, || stage.alerts().len() >= 2);
    tell(r#","startsAt":"2019-12-31T00:00:00Z","endsAt":"2020-01-01T00:00:00Z""#);
    stage.sandbox.wait_for("the end", harness::PATIENCE, || stage.alerts().len() >= 3);
    child.kill().expect("our own child");
    child.wait().expect("our own child");
    let alerts = stage.alerts();
    let posts: Vec<_> = alerts.values().filter(|alert| alert.message.is_none()).collect();
    let rows: Vec<_> = posts.iter().map(|it| (it.subject.as_str(), it.severity, it.resolves)).collect();
    assert_eq!(
        rows,
        [("disk is full (db1)", Severity::Critical, false), ("disk is full (db1)", Severity::Critical, true)]
    );
    assert_eq!(posts[0].key, posts[1].key);
    let mails: Vec<_> = alerts.values().filter(|alert| alert.message.is_some()).collect();
    assert!(
        mails.iter().all(|it| it.to == ["root@localhost"] && field(it, "Subject").is_some()),
        "{mails:?}"
    );
}
