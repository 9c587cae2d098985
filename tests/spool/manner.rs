//! What a mail lacks is not lost: it stands in the journal, and people can see it.

use harness::{Config, Programs, Provider, Sandbox};
use lab::Personality;
use mail_parser::MessageParser;
use spool_format::Event;
use spool_format::folder::file_name;

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
    let (config, name) = (sandbox.config_file().to_string_lossy().into_owned(), id.to_string());
    let show = |more: &[&str]| {
        let words = [&["--config", &config, "show", &name], more].concat();
        sandbox.alertmail(&words).expect_success()
    };
    assert!(show(&[]).contains("     mail: text: cut to its limit\n"), "{}", show(&[]));
    assert_eq!(show(&["--body"]), text);
}
