//! Alerts that try a server's patience, and a judge of what has become of them on the way.
//!
//! The judge is a parser that shares no code with the program. It compares what a person would read with what was
//! meant, octet by octet: names, subject, text, files, and the charset in which a phone is to get them.

use std::path::Path;

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use spool_format::AlertId;

use crate::sandbox::{Sandbox, write_file};

/// Octets of the large file.
const LARGE: usize = 300 << 10;

/// An alert, and the charset in which a phone is to get it.
#[derive(Debug, Clone)]
pub struct Sample {
    from_name: &'static str,
    /// Its subject.
    pub subject: &'static str,
    body: String,
    charset: &'static str,
    /// Name and content of a file to go with it.
    file: Option<(&'static str, Vec<u8>)>,
}

impl Sample {
    /// Dots and long lines, Japanese, emoji, a small and a large file of any octets.
    pub fn all() -> Vec<Self> {
        vec![Self::ascii(), Self::japanese(), Self::emoji_and_file(), Self::long_lines_and_large_file()]
    }

    /// The first of them, which is small.
    pub fn ascii() -> Self {
        Self {
            from_name: "night watch",
            subject: "disk full on db1",
            body: "/var is at 98 %.\n.\n.. and this line begins with two dots\nThe end.\n".to_owned(),
            charset: "US-ASCII",
            file: None,
        }
    }

    fn japanese() -> Self {
        Self {
            from_name: "夜間監視",
            subject: "障害: db1 のディスクが満杯です。至急、空き容量を確保してください",
            body: "ホスト db1 の /var が 98 % です。\nすぐに対応してください。\n\n以上\n".to_owned(),
            charset: "ISO-2022-JP",
            file: None,
        }
    }

    fn emoji_and_file() -> Self {
        let file = b"\x00\x01\r\n.\r\n\xff\xfe binary, and a dot alone\n".to_vec();
        Self {
            from_name: "監視 🦉",
            subject: "🚨 db1 が応答しません — 3 回目",
            body: "再起動しました 🔁\n一部のログを添付します。\n".to_owned(),
            charset: "UTF-8",
            file: Some(("ログ 2026-11-25.bin", file)),
        }
    }

    fn long_lines_and_large_file() -> Self {
        let long = |letter: &str, length| letter.repeat(length);
        let body = format!(
            "From the night watch: a line that mailboxes like to quote.\n.{}\n{}\n{}\n..\ntrailing spaces   \n",
            long("a", 996),
            long("b", 998),
            long("c", 5000)
        );
        let mut file: Vec<u8> = b"\r\n.\r\n.\n.\r\r\n".to_vec();
        file.extend((0_u8..=255).cycle().take(LARGE - file.len()));
        let file = Some(("core.bin", file));
        Self { from_name: "night watch", subject: "a very long story", body, charset: "US-ASCII", file }
    }

    /// Puts it into the spool with the real `enqueue`.
    #[track_caller]
    pub fn enqueue(&self, sandbox: &Sandbox, to: &[&str]) -> AlertId {
        let mut arguments = vec!["--from-name", self.from_name, "--subject", self.subject];
        for address in to {
            arguments.extend(["--to", address]);
        }
        let path = self.file.as_ref().map(|(name, octets)| {
            let path = sandbox.path().join(name);
            write_file(&path, 0o600, octets);
            path
        });
        if let Some(path) = path.as_deref().and_then(Path::to_str) {
            arguments.extend(["--attach", path]);
        }
        sandbox.enqueue_with_stdin(&arguments, self.body.as_bytes())
    }

    /// Panics unless this mail is what was meant, from and to these addresses.
    #[track_caller]
    pub fn expect_to_be(&self, octets: &[u8], id: AlertId, from: &str, to: &str) {
        let Self { from_name, subject, body, charset, .. } = self;
        let mail = MessageParser::default().parse(octets).expect("a mail");
        assert_eq!(mail.subject(), Some(*subject));
        let sender = mail.from().and_then(|from| from.first()).expect("a From field");
        assert_eq!((sender.name(), sender.address()), (Some(*from_name), Some(from)));
        let receiver = mail.to().and_then(|to| to.first()).expect("a To field");
        assert_eq!(receiver.address(), Some(to));
        assert_eq!(mail.date().expect("a Date field").to_timestamp(), id.born().unix_ms() / 1000);

        let text = mail.body_text(0).expect("a text part");
        assert_eq!(text.replace("\r\n", "\n"), *body, "{subject}");
        let part = mail.text_part(0).expect("a text part");
        let declared = part.content_type().and_then(|kind| kind.attribute("charset"));
        assert_eq!(declared, Some(*charset), "{subject}");
        assert!(octets.is_ascii(), "{subject}: nothing on the way needs 8 bits");
        if *charset != "US-ASCII" {
            let raw = String::from_utf8_lossy(octets);
            let begin = format!("Subject: =?{charset}?B?");
            assert!(raw.contains(&begin), "{subject}: {begin} is missing");
        }
        self.expect_file(&mail);
    }

    #[track_caller]
    fn expect_file(&self, mail: &Message<'_>) {
        let files: Vec<_> = mail
            .attachments()
            .map(|part| match &part.body {
                PartType::Binary(octets) | PartType::InlineBinary(octets) => {
                    (part.attachment_name(), octets.as_ref())
                }
                other => panic!("the file came as {other:?}"),
            })
            .collect();
        let expected: Vec<_> = self.file.iter().map(|(name, octets)| (Some(*name), &octets[..])).collect();
        assert!(files == expected, "{}: the file is not what it was", self.subject);
    }
}

/// The mails of one alert among these.
pub fn mails_of(mails: &[Vec<u8>], id: AlertId) -> Vec<&Vec<u8>> {
    let name = id.to_string();
    let is_of_it = |octets: &&Vec<u8>| {
        let mail = MessageParser::default().parse_headers(&octets[..]);
        mail.is_some_and(|mail| mail.message_id().and_then(|it| it.split('@').next()) == Some(&name))
    };
    mails.iter().filter(is_of_it).collect()
}
