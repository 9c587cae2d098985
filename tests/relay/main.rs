//! Through a mail server that we have not written: a real Postfix takes what the agent submits, and an independent
//! parser reads what arrives.

/// Each mechanism of AUTH against Cyrus SASL.
mod mechanisms;
mod postfix;

use std::path::Path;

use harness::{Agent, Config, Programs, Provider, Sandbox, write_file};
use lab::Personality;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use postfix::Postfix;
use spool_format::{AlertId, State};

const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
const FROM: &str = "alert@example.jp";
const MAILBOX: &str = "oncall";
const TO: &str = "oncall@example.jp";

/// An alert, and the charset in which a phone is to get it.
struct Sample {
    from_name: &'static str,
    subject: &'static str,
    body: &'static str,
    charset: &'static str,
    /// Name and content of a file to go with it.
    file: Option<(&'static str, &'static [u8])>,
}

const SAMPLES: [Sample; 3] = [
    Sample {
        from_name: "night watch",
        subject: "disk full on db1",
        body: "/var is at 98 %.\n.\n.. and this line begins with two dots\nThe end.\n",
        charset: "US-ASCII",
        file: None,
    },
    Sample {
        from_name: "夜間監視",
        subject: "障害: db1 のディスクが満杯です。至急、空き容量を確保してください",
        body: "ホスト db1 の /var が 98 % です。\nすぐに対応してください。\n\n以上\n",
        charset: "ISO-2022-JP",
        file: None,
    },
    Sample {
        from_name: "監視 🦉",
        subject: "🚨 db1 が応答しません — 3 回目",
        body: "再起動しました 🔁\n一部のログを添付します。\n",
        charset: "UTF-8",
        file: Some(("ログ 2026-11-25.bin", b"\x00\x01\r\n.\r\n\xff\xfe binary, and a dot alone\n")),
    },
];

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")))
}

fn enqueue(sandbox: &Sandbox, sample: &Sample) -> AlertId {
    let mut arguments = vec!["--to", TO, "--from-name", sample.from_name, "--subject", sample.subject];
    let path = sample.file.map(|(name, octets)| {
        let path = sandbox.path().join(name);
        write_file(&path, 0o600, octets);
        path
    });
    if let Some(path) = path.as_deref().and_then(Path::to_str) {
        arguments.extend(["--attach", path]);
    }
    sandbox.enqueue_with_stdin(&arguments, sample.body.as_bytes())
}

/// Sends every sample through the Postfix, and reads every one in the mailbox.
fn expect_all_to_arrive(provider: impl FnOnce(&Postfix) -> Provider) {
    let postfix = Postfix::start(USER, PASSWORD, MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    sandbox.configure(&Config::of([provider(&postfix).login(USER, PASSWORD).from(FROM)]));
    let agent: Agent = sandbox.start_agent();
    let ids = SAMPLES.each_ref().map(|sample| enqueue(&sandbox, sample));
    for id in ids {
        sandbox.wait_until_sent(id);
        assert_eq!(sandbox.history(id).attempts.len(), 1, "{id} went through at the first attempt");
    }
    let mails = postfix.wait_for_mails(MAILBOX, SAMPLES.len());
    assert_eq!(mails.len(), SAMPLES.len(), "each alert arrived once");
    for (sample, id) in SAMPLES.iter().zip(ids) {
        let named = format!("{id}@example.jp");
        let parsed =
            mails.iter().map(|octets| (octets, MessageParser::default().parse(octets).expect("a mail")));
        let found: Vec<_> = parsed.filter(|(_, mail)| mail.message_id() == Some(&named)).collect();
        assert_eq!(found.len(), 1, "one mail has the Message-ID {named}");
        expect_to_be(sample, id, found[0].0, &found[0].1);
    }
    assert_eq!(agent.stop(), Some(0));
}

#[track_caller]
fn expect_to_be(sample: &Sample, id: AlertId, octets: &[u8], mail: &Message<'_>) {
    let Sample { from_name, subject, body, charset, .. } = sample;
    assert_eq!(mail.subject(), Some(*subject));
    let from = mail.from().and_then(|from| from.first()).expect("a From field");
    assert_eq!((from.name(), from.address()), (Some(*from_name), Some(FROM)));
    let to = mail.to().and_then(|to| to.first()).expect("a To field");
    assert_eq!(to.address(), Some(TO));
    assert_eq!(mail.date().expect("a Date field").to_timestamp(), id.born().unix_ms() / 1000);
    assert_eq!(mail.return_path().as_text(), Some(FROM), "the envelope sender");

    let text = mail.body_text(0).expect("a text part");
    assert_eq!(text.replace("\r\n", "\n"), *body, "{subject}");
    let part = mail.text_part(0).expect("a text part");
    let declared = part.content_type().and_then(|kind| kind.attribute("charset"));
    assert_eq!(declared, Some(*charset), "{subject}");
    assert!(octets.is_ascii(), "{subject}: nothing on the way needs 8 bits");
    let raw = String::from_utf8_lossy(octets);
    if *charset != "US-ASCII" {
        let begin = format!("Subject: =?{charset}?B?");
        assert!(raw.contains(&begin), "{subject}: {begin} is missing");
    }
    assert!(raw.contains(" with ESMTPSA "), "Postfix took it with TLS and AUTH: {raw}");
    expect_file(sample, mail);
}

#[track_caller]
fn expect_file(sample: &Sample, mail: &Message<'_>) {
    let files: Vec<_> = mail
        .attachments()
        .map(|part| match &part.body {
            PartType::Binary(octets) | PartType::InlineBinary(octets) => {
                (part.attachment_name(), octets.as_ref())
            }
            other => panic!("the file came as {other:?}"),
        })
        .collect();
    let expected: Vec<_> = sample.file.iter().map(|(name, octets)| (Some(*name), *octets)).collect();
    assert_eq!(files, expected, "{}", sample.subject);
}

#[test]
fn postfix_takes_every_alert_after_starttls_and_each_arrives_as_it_was_meant() {
    expect_all_to_arrive(|postfix| Provider::starttls("home", postfix.submission));
}

#[test]
fn postfix_takes_every_alert_over_implicit_tls_and_each_arrives_as_it_was_meant() {
    expect_all_to_arrive(|postfix| Provider::implicit("home", postfix.smtps));
}

#[test]
fn a_password_that_postfix_refuses_moves_the_alert_on() {
    let postfix = Postfix::start(USER, PASSWORD, MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    let spare = sandbox.server("spare", Personality::self_hosted(sandbox.authority()).login(USER, PASSWORD));
    sandbox.configure(&Config::of([
        Provider::starttls("home", postfix.submission).login(USER, "forgotten").from(FROM),
        Provider::starttls("spare", spare.port()).login(USER, PASSWORD).from("alert@spare.example.jp"),
    ]));
    let _agent = sandbox.start_agent();
    let id = enqueue(&sandbox, &SAMPLES[0]);
    sandbox.wait_until_sent(id);

    let history = sandbox.history(id);
    assert_eq!((history.state, history.passes, history.attempts.len()), (State::Sent, 0, 2));
    let refusal = &history.attempts[0].ended.as_ref().expect("an outcome").recipients[0];
    assert_eq!(
        (&*refusal.phase, refusal.code, refusal.enhanced.as_deref()),
        ("auth", Some(535), Some("5.7.8"))
    );
    assert_eq!(spare.mails().len(), 1);
    assert!(postfix.log().contains("authentication failed"), "{}", postfix.log());
}
