//! Messages that come whole, through the real agent and a real Postfix, read by an independent parser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Agent, Config, Postfix, Provider};
use mail_parser::{MessageParser, MimeHeaders as _};
use spool_format::{Alert, AlertId, Event, Wall};

use crate::{FROM, MAILBOX, PASSWORD, TO, USER, sandbox};

/// What cron pipes into sendmail, with a blind copy that somebody slipped in.
const CRON: &str = "From root Wed Nov 25 14:14:02 2026\nFrom: root (Cron Daemon)\nTo: root\nSubject: Cron <root@db1> バックアップ\n\
    bCC : spy@example.net,\n other@example.net\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\
    Content-Transfer-Encoding: 8bit\nX-Cron-Env: <LANG=ja_JP.UTF-8>\n\n失敗しました\n.\n..\nFrom here on all is well";

/// What a program with a file sends.
const WITH_FILE: &str = "From: 監視 <job@db1.example.jp>\nTo: ops@example.com\nSubject: =?utf-8?b?6Zqc5a6z?=\n\
    Date: Tue, 24 Nov 2026 01:02:03 +0900\nMessage-ID: <own.1@db1.example.jp>\nMIME-Version: 1.0\n\
    Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n障害\n\
    --b\nContent-Type: text/csv; name=\"障害.csv\"\nContent-Transfer-Encoding: base64\n\nYSxiCg==\n--b--\n";

#[test]
fn whole_messages_arrive_under_the_providers_from_without_blind_copies() {
    let postfix = Postfix::start(USER, PASSWORD, MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    let home = Provider::starttls("home", postfix.submission).login(USER, PASSWORD).from(FROM);
    // The alerts are of a day long past.
    sandbox.configure(&Config::of([home]).alerts("late_after", "\"never\""));
    let agent: Agent = sandbox.start_agent();
    let send = |number: u8, message: &str| {
        let id = AlertId::new(Wall::from_unix_ms(1_795_580_000_000), [number; 10]);
        let alert = Alert {
            version: 1,
            to: vec![TO.to_owned()],
            message: Some(STANDARD.encode(message)),
            ..Alert::default()
        };
        sandbox.publish(id, &alert);
        sandbox.wait_until_sent(id);
        let mails = postfix.wait_for_mails(MAILBOX, usize::from(number));
        let ours = format!("X-Alertmail-Id: {id}");
        let is_ours = |mail: &Vec<u8>| String::from_utf8_lossy(mail).contains(&ours);
        (id, mails.into_iter().find(is_ours).expect("a mail of this alert"))
    };

    let (id, cron) = send(1, CRON);
    let mail = MessageParser::default().parse(&cron[..]).expect("a mail");
    assert_eq!(mail.subject(), Some("Cron <root@db1> バックアップ"));
    assert_eq!(mail.body_text(0).as_deref(), Some("失敗しました\n.\n..\nFrom here on all is well\n"));
    let from = mail.from().and_then(|from| from.first()).expect("a From");
    assert_eq!((from.name(), from.address()), (Some("Cron Daemon"), Some(FROM)));
    let to = mail.to().and_then(|to| to.first()).expect("a To");
    assert_eq!((to.name(), to.address()), (Some("root"), Some(TO)));
    assert_eq!(mail.header_raw("X-Cron-Env").map(str::trim), Some("<LANG=ja_JP.UTF-8>"));
    let text = String::from_utf8_lossy(&cron);
    assert!(
        !text.contains("spy@") && !text.contains("other@") && !text.to_lowercase().contains("bcc"),
        "{text}"
    );
    let (subject, message_id) = journalled(&sandbox.events(id));
    assert_eq!(subject, "Cron <root@db1> バックアップ");
    assert_eq!(message_id.trim_matches(['<', '>']), mail.message_id().expect("one"));

    let (id, with_file) = send(2, WITH_FILE);
    let mail = MessageParser::default().parse(&with_file[..]).expect("a mail");
    assert_eq!(mail.subject(), Some("障害"));
    assert_eq!(mail.body_text(0).as_deref(), Some("障害"));
    assert_eq!(mail.from().and_then(|from| from.first()).and_then(|from| from.name()), Some("監視"));
    let reply_to = mail.reply_to().and_then(|it| it.first()).expect("a Reply-To");
    assert_eq!((reply_to.name(), reply_to.address()), (Some("監視"), Some("job@db1.example.jp")));
    assert_eq!(mail.to().and_then(|to| to.first()).and_then(|to| to.address()), Some("ops@example.com"));
    assert_eq!(
        mail.date().map(mail_parser::DateTime::to_rfc3339).as_deref(),
        Some("2026-11-24T01:02:03+09:00")
    );
    assert_eq!(mail.message_id(), Some("own.1@db1.example.jp"));
    let file = mail.attachments().next().expect("a file");
    assert_eq!((file.attachment_name(), file.contents()), (Some("障害.csv"), &b"a,b\n"[..]));
    assert!(with_file.is_ascii(), "nothing on the way needs 8 bits");
    assert_eq!(journalled(&sandbox.events(id)), ("障害".to_owned(), "<own.1@db1.example.jp>".to_owned()));
    assert_eq!(agent.stop(), Some(0));
}

/// Subject and Message-ID under which the journal knows an alert.
fn journalled(events: &[Event]) -> (String, String) {
    let accepted = events.iter().find_map(|event| match event {
        Event::Accepted { subject, message_id, .. } => Some((subject.clone(), message_id.clone())),
        _ => None,
    });
    let (subject, message_id) = accepted.expect("it was accepted");
    (subject, message_id.expect("every mail has one"))
}
