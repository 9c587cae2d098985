//! What a mail lacks is not lost: it stands in the journal, and people can see it.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Agent, Config, Programs, Provider, Sandbox};
use lab::{Personality, Server};
use mail_parser::MessageParser;
use spool_format::folder::file_name;
use spool_format::{AlertId, Event};

use crate::place;

#[test]
fn a_mail_to_a_phone_is_short_and_the_journal_has_what_it_lacks() {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let server = sandbox.server("phone", Personality::plain());
    let phone =
        Provider::clear("phone", server.port()).key("body_max", "200").key("charset", "\"iso-2022-jp\"");
    sandbox.configure(&Config::of([phone]));
    let _agent = sandbox.start_agent();
    let text = "①号機の温度が高すぎます。\n".repeat(40);
    let id = crate::id(1);
    let alert = serde_json::json!({
        "version": 1, "subject": "温度 45℃", "body": text, "severity": "critical", "to": ["oncall@docomo.ne.jp"],
        "source": { "host": "web1.example.jp", "program": "sensor" },
    });
    place(&sandbox, &file_name(id), alert.to_string().as_bytes());
    sandbox.wait_until_sent(id);

    let mails = server.mails();
    let mail = MessageParser::default().parse(&mails[0].octets).expect("a mail");
    let subject = mail.subject().unwrap_or_default();
    assert!(subject.starts_with("[重大] web1: [遅延 ") && subject.ends_with("] 温度 45℃"), "{subject}");
    let shown = mail.body_text(0).expect("a text").into_owned();
    assert!(
        shown.starts_with("発生時刻: ") && shown.contains("\r\n\r\n(1)号機の温度が高すぎます。\r\n"),
        "{shown}"
    );
    assert!(shown.contains(&format!("--body {id}）")) && shown.chars().count() < 300, "{shown}");

    let told = sandbox.events(id).into_iter().find_map(|event| match event {
        Event::DotSent { notes, text, .. } => Some((notes, text)),
        _ => None,
    });
    let (notes, kept) = told.expect("a mail went out");
    assert_eq!(notes, ["text: cut to its limit", "text: written for ISO-2022-JP: ① as (1)"]);
    assert_eq!(kept.as_ref(), Some(&text));
    let shown = show(&sandbox, id, &[]);
    assert!(shown.contains("     mail: text: cut to its limit\n"), "{shown}");
    assert_eq!(show(&sandbox, id, &["--body"]), text);
}

#[test]
fn a_text_that_somebody_else_wrote_is_cut_for_a_phone_and_kept_like_one_of_ours() {
    let (sandbox, server, _agent) = phone("body_max", "200");
    let text = "温度が高すぎます。\n".repeat(60);
    let message = format!(
        "From: root@web1.example.jp\nSubject: cron\nContent-Type: text/plain; charset=UTF-8\n\n{text}"
    );
    let alert = serde_json::json!({
        "version": 1, "severity": "warning", "to": ["oncall@docomo.ne.jp"],
        "source": { "host": "web1.example.jp", "program": "cron" }, "message": STANDARD.encode(message),
    });
    place(&sandbox, &file_name(crate::id(1)), alert.to_string().as_bytes());
    sandbox.wait_until_sent(crate::id(1));
    let mails = server.mails();
    let mail = MessageParser::default().parse(&mails[0].octets).expect("a mail");
    let subject = mail.subject().unwrap_or_default();
    assert!(subject.starts_with("[警告] web1: [遅延 ") && subject.ends_with("] cron"), "{subject}");
    let shown = mail.body_text(0).expect("a text").into_owned();
    assert!(shown.contains(&format!("--body {}）", crate::id(1))) && shown.chars().count() < 300, "{shown}");
    assert_eq!(show(&sandbox, crate::id(1), &["--body"]), text);
}

#[test]
fn an_attachment_for_which_there_is_no_room_can_be_had_when_the_mail_is_gone() {
    let (sandbox, server, _agent) = phone("size_max_kib", "20");
    let large: Vec<u8> = (0..30_000_u32).map(|n| (n % 251) as u8).collect();
    let alert = serde_json::json!({
        "version": 1, "subject": "disk full", "to": ["oncall@example.jp"],
        "attachments": [
            { "name": "df.txt", "type": "text/plain", "data": STANDARD.encode("98 %\n") },
            { "name": "使用率.bin", "data": STANDARD.encode(&large) },
        ],
    });
    place(&sandbox, &file_name(crate::id(1)), alert.to_string().as_bytes());
    sandbox.wait_until_sent(crate::id(1));
    let mails = server.mails();
    let mail = MessageParser::default().parse(&mails[0].octets).expect("a mail");
    assert_eq!(mail.attachment_count(), 1);
    let shown = show(&sandbox, crate::id(1), &[]);
    assert!(shown.contains("     mail: attachment `使用率.bin` left out: too large"), "{shown}");
    let file = |name: &str| {
        let config = sandbox.config_file();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_alertmail"));
        command.arg("--config").arg(config).args(["show", crate::id(1).as_str(), "--file", name]);
        command.output().expect("alertmail runs")
    };
    let got = file("使用率.bin");
    assert!(got.status.success() && got.stdout == large, "{}", String::from_utf8_lossy(&got.stderr));
    let other = file("df.txt");
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        other.status.code() == Some(65) && said.contains("no attachment `df.txt`: there are `使用率.bin`"),
        "{said}"
    );
}

/// A provider for phones with this limit.
fn phone(key: &'static str, most: &str) -> (Sandbox, Rc<Server>, Agent) {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let server = sandbox.server("phone", Personality::plain());
    let provider = Provider::clear("phone", server.port()).key(key, most);
    sandbox.configure(&Config::of([provider]));
    let agent = sandbox.start_agent();
    (sandbox, server, agent)
}

/// What `alertmail show` says of an alert.
fn show(sandbox: &Sandbox, id: AlertId, more: &[&str]) -> String {
    let config = sandbox.config_file().to_string_lossy().into_owned();
    sandbox.alertmail(&[&["--config", &config, "show", id.as_str()], more].concat()).expect_success()
}
