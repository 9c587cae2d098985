//! Bug reports from the field about `sendmail` of other agents, as inputs with the right results.

use std::time::{Duration, Instant};

use harness::write_file;
use spool_format::{Alert, AlertId, Wall};

use crate::{Scene, expect_whole_addresses, header_and_body};

const OPS: &str = "ops@example.com";

/// The aliases of all cases, in a file as Debian has it.
const ALIASES: &str = "# local names\nroot: ops@example.com\nbackup: root\nloopa: loopb\nloopb: loopa\n";

fn scene() -> Scene {
    scene_with(ALIASES, Some("oncall@example.com"))
}

fn scene_with(aliases: &str, default_to: Option<&str>) -> Scene {
    Scene::new(
        |sandbox, config| {
            write_file(&sandbox.path().join("aliases"), 0o600, aliases.as_bytes());
            let config = config.alerts("aliases_file", "\"aliases\"").pause("100ms");
            match default_to {
                Some(to) => config.default_to(to),
                None => config,
            }
        },
        "db1.example.com",
    )
}

#[test]
fn case_mbox_from_line() {
    let mut scene = scene();
    let text = "To: ops@example.com\nSubject: Cron <root@db1> job\n\nhi\nFrom here on all is well\n";
    for first in ["From root Mon Nov 14 23:42 UTC 2016", ">From root Mon Nov 14 23:42 UTC 2016"] {
        for stdin in [format!("{first}\n{text}"), format!("{first}\n{text}").replace('\n', "\r\n")] {
            let mail = scene.sent(&["-t"], stdin.as_bytes());
            assert_eq!(mail.recipients, [OPS]);
            assert_eq!(mail.header("Subject").as_deref(), Some("Cron <root@db1> job"));
            let (header, body) = header_and_body(&mail);
            assert!(!header.contains("From root") && !header.contains("Nov 14"), "{header}");
            assert_eq!(body, "hi\r\nFrom here on all is well\r\n");
        }
    }
    scene.end();
}

#[test]
fn case_cron_flag_set() {
    let mut scene = scene();
    for words in [
        "-i -FCronDaemon -B8BITMIME -oem root",
        "-FCronDaemon -odi -oem -oi root",
        "-fx@example.com root",
        "-N failure -R hdrs root",
        "-O DeliveryMode=b root",
        "-ODeliveryMode=b root",
        "-v -U root",
        "-X log.txt root",
        "-r x@example.com -- root",
        "-bm root",
        "-Zunknown root",
        "-ti",
    ] {
        let stdin = if words == "-ti" { "To: root\nSubject: t\n\nb\n" } else { "Subject: t\n\nb\n" };
        let mail = scene.sent(&words.split(' ').collect::<Vec<_>>(), stdin.as_bytes());
        assert_eq!(mail.recipients, [OPS], "{words}");
        expect_whole_addresses(&mail);
    }
    let mail = scene.sent(&["-F", "A B", "-f", "x@example.com", "root"], b"Subject: t\n\nb\n");
    assert_eq!(mail.recipients, [OPS]);
    assert_eq!(mail.header("From").as_deref(), Some("A B <alert@provider.example.com>"));
    assert_eq!(mail.header("Reply-To").as_deref(), Some("x@example.com"));
    let mail = scene.sent(&["--", "-dash@example.com"], b"Subject: t\n\nb\n");
    assert_eq!(mail.recipients, ["-dash@example.com"]);

    let dialogue = b"EHLO x\r\nMAIL FROM:<x@example.com>\r\nRCPT TO:<root>\r\nDATA\r\nSubject: t\r\n\r\nb\r\n.\r\nQUIT\r\n";
    let ended = scene.run(&["-bs"], dialogue);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("\r\n250 2.0.0 kept as "), "{}", ended.stdout);
    assert_eq!(scene.next("-bs").recipients, [OPS]);

    for words in ["-bp", "-q", "-q30m"] {
        // A pipe that nobody ever closes: what reads stdin would hang.
        let mut command = scene.sandbox.called("sendmail");
        let mut child = command.arg(words).stdin(std::process::Stdio::piped()).spawn().expect("it starts");
        let pipe = child.stdin.take();
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{words}");
        drop(pipe);
    }
    scene.end();
}

#[test]
fn case_bcc_strip_folded() {
    let mut scene = scene();
    let stdin = b"To: a@example.com\nbCC: b@example.com,\n c@example.com\nBcc : d@example.com\nBcc: e@example.com\nSubject: s\n\nBcc: not a header\n";
    let is_blind = |header: &str| {
        let header = header.to_lowercase();
        !header.contains("bcc")
            && !["b", "c", "d", "e"].iter().any(|who| header.contains(&format!("{who}@example.com")))
    };
    for (words, recipients) in [
        (["-t"].as_slice(), ["a", "b", "c", "d", "e"].map(|who| format!("{who}@example.com")).to_vec()),
        (&["x@example.com"], vec!["x@example.com".to_owned()]),
    ] {
        let mail = scene.sent(words, stdin);
        let mut to = mail.recipients.clone();
        to.sort();
        assert_eq!(to, recipients);
        let (header, body) = header_and_body(&mail);
        assert!(is_blind(&header), "{header}");
        assert_eq!(body, "Bcc: not a header\r\n");
    }
    let id = AlertId::new(Wall::from_unix_ms(1_795_580_000_000), [1; 10]);
    let alert = Alert {
        version: 1,
        subject: "s".to_owned(),
        body: "Bcc: not a header\n".to_owned(),
        to: vec!["a@example.com".to_owned()],
        bcc: ["b", "c", "d", "e"].map(|who| format!("{who}@example.com")).to_vec(),
        ..Alert::default()
    };
    scene.sandbox.publish(id, &alert);
    let mail = scene.next("an alert with blind copies");
    assert_eq!(mail.recipients.len(), 5);
    assert!(is_blind(&header_and_body(&mail).0), "{}", mail.text());
    scene.end();
}

#[test]
fn case_local_root_alias() {
    for with_default in [true, false] {
        let default = if with_default { "default: catch@example.com\n" } else { "" };
        let mut scene = scene_with(&format!("{ALIASES}{default}"), Some("oncall@example.com"));
        let unknown = if with_default { "catch@example.com" } else { "oncall@example.com" };
        for (name, expected) in [
            ("root", OPS),
            ("backup", OPS),
            ("root@db1.example.com", OPS),
            ("root@db1", OPS),
            ("root@localhost", OPS),
            ("nosuch", unknown),
            ("loopa", unknown),
        ] {
            let mail = scene.sent(&["-f", "root", name], b"From: root\nSubject: s\n\nb\n");
            assert_eq!(mail.recipients, [expected], "{name}");
            expect_whole_addresses(&mail);
            let message = format!("From: root (Cron Daemon)\nTo: {name}\nSubject: s\n\nb\n");
            let mail = scene.sent(&["-t"], message.as_bytes());
            assert_eq!(mail.recipients, [expected], "To: {name}");
            expect_whole_addresses(&mail);
        }
        // Once, though it is reached five times; and a bare name in Cc is shown, but is no address.
        let message =
            b"To: root, backup, root@db1\nCc: root@localhost\nBcc: ops@example.com\nSubject: s\n\nb\n";
        let mail = scene.sent(&["-t", "root"], message);
        assert_eq!(mail.recipients, [OPS]);
        expect_whole_addresses(&mail);
        let route = scene.sandbox.alertmail(&[
            "route",
            "--to",
            "backup",
            "--config",
            &scene.sandbox.config_file().to_string_lossy(),
        ]);
        assert!(
            route.stdout.contains(OPS) && route.stdout.contains("backup"),
            "{}{}",
            route.stdout,
            route.stderr
        );
        let check = scene.sandbox.alertmail(&[
            "config",
            "check",
            "--config",
            &scene.sandbox.config_file().to_string_lossy(),
        ]);
        assert!(
            check
                .stdout
                .contains("aliases:4: warning: alias `loopa` leads back to itself: loopa -> loopb -> loopa"),
            "{}",
            check.stdout
        );
        scene.end();
    }
}

#[test]
fn an_alert_for_an_unknown_name_without_any_default_is_kept_and_says_what_to_do() {
    let scene = scene_with(ALIASES, None);
    let ended = scene.run(&["nosuch"], b"Subject: s\n\nkept words\n");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let dead = || {
        scene
            .sandbox
            .ledger()
            .alerts
            .iter()
            .find(|(_, it)| it.state == spool_format::State::Dead)
            .map(|(id, _)| *id)
    };
    scene.sandbox.wait_for("a dead letter", Duration::from_secs(10), || dead().is_some());
    let id = dead().expect("it was there").to_string();
    let config = scene.sandbox.config_file().to_string_lossy().into_owned();
    for (command, part) in [("why", "or an alias `default`, and requeue it"), ("show", "nosuch")] {
        let said = scene.sandbox.alertmail(&[command, &id, "--config", &config]);
        assert!(said.stdout.contains(part), "{command}: {}{}", said.stdout, said.stderr);
    }
    assert_eq!(scene.server.mails().len(), 0);
    scene.end();
}

#[test]
fn case_lone_dot_input() {
    let mut scene = scene();
    for words in [["-i", "root"].as_slice(), &["-oi", "root"], &["root"]] {
        let mail = scene.sent(words, b"Subject: t\n\none\n.\n..two\n.three\n");
        assert_eq!(header_and_body(&mail).1, "one\r\n.\r\n..two\r\n.three\r\n", "{words:?}");
    }
    scene.end();
}

#[test]
fn whatever_stands_on_stdin_reaches_the_recipient() {
    let mut scene = scene();
    for (stdin, part) in [
        (b"Subject: \xe5\xa4\xb1\xe6\x95\x97\n\nb\n".as_slice(), "Subject: "),
        (
            b"Subject: \xbc\xba\xc7\xd4\nContent-Type: text/plain; charset=UTF-8\n\n\xbc\xba\xc7\xd4\n",
            "Subject: ",
        ),
        (b"Subject: s\n\na\0b\n", "ab"),
        (b"Subject: s\n\nno line end", "no line end\r\n"),
        (b"Subject: only a header", "Subject: only a header\r\n"),
        (b"only a body\n", "\r\n\r\nonly a body\r\n"),
        (b"12:30 disk full\n", "\r\n\r\n12:30 disk full\r\n"),
        (b"", "Subject: (empty message)\r\n"),
        (b"Subject:\n\n\xff\xfe\n", "\r\n\r\n"),
    ] {
        let mail = scene.sent(&["root"], stdin);
        let text = String::from_utf8_lossy(&mail.octets);
        assert!(text.contains(part), "{}: {text}", stdin.escape_ascii());
        assert!(mail.octets.is_ascii() && !mail.octets.contains(&0), "{text}");
        expect_whole_addresses(&mail);
    }
    scene.end();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures a real program")]
fn a_large_message_is_taken_in_bounded_time_and_the_caller_is_not_cut_off() {
    let sandbox = crate::sandbox();
    let began = Instant::now();
    let ended = harness::run(sandbox.called("sendmail").arg("root"), &vec![b'x'; 30 << 20]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn what_waits_is_listed_by_the_subject_of_its_message_before_an_agent_has_seen_it() {
    let sandbox = crate::sandbox();
    let message = b"Subject: =?UTF-8?B?6Zqc5a6z?= on db1\nTo: root\n\nb\n";
    let ended = harness::run(sandbox.called("sendmail").arg("-ti"), message);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let spool = sandbox.spool().display().to_string();
    let list = sandbox.alertmail(&["list", "--spool", &spool]).expect_success();
    assert!(list.contains("障害 on db1"), "{list}");
}
