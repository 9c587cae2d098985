//! Any octets, handed over as a message, and what has to hold of the mail whatever they are.

use mime::{CharsetPolicy, Draft, Identity, Importance, Mailbox, Treatment, compose_whole, summary};

/// Makes a mail of `octets` for each charset policy. Says whether it went through as it was.
pub fn whole(octets: &[u8]) -> bool {
    let mut is_passed = false;
    for charset in [CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp] {
        let from = Mailbox { name: None, address: "alert@example.jp".to_owned() };
        let mail = compose_whole(octets, &draft(), &Identity { from, charset });
        check(&mail.octets);
        // What comes out is a message like any other.
        let again = compose_whole(&mail.octets, &draft(), &Identity { from: other(), charset });
        check(&again.octets);
        is_passed |= mail.treatment == Treatment::PassedThrough;
    }
    let summary = summary(octets);
    assert!(!summary.subject.contains(char::is_control), "{:?}", summary.subject);
    if let Some(id) = summary.message_id {
        assert!(id.starts_with('<') && id.ends_with('>') && id.bytes().all(|octet| octet.is_ascii_graphic()));
    }
    is_passed
}

fn other() -> Mailbox {
    Mailbox { name: Some("監視".to_owned()), address: "other@example.com".to_owned() }
}

fn draft() -> Draft {
    Draft {
        id: "01j9x3c4d5e6f7g8h9j0k1m2n3".to_owned(),
        domain: "web1.example.jp".to_owned(),
        key: Some("disk".to_owned()),
        created_ms: 1_795_583_642_000,
        utc_offset_minutes: 540,
        importance: Importance::Critical,
        subject: "disk full".to_owned(),
        body: String::new(),
        to: vec![Mailbox { name: None, address: "oncall@example.jp".to_owned() }],
        cc: Vec::new(),
        reply_to: None,
        headers: Vec::new(),
        attachments: Vec::new(),
    }
}

/// The promises of every mail, and that no blind copy is named.
fn check(octets: &[u8]) {
    let text = std::str::from_utf8(octets).expect("7-bit");
    assert!(text.is_ascii() && !text.contains('\0') && text.ends_with("\r\n"));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "CRLF only");
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "no line over 998 octets");
    let (block, _) = text.split_once("\r\n\r\n").expect("a header block ends");
    let mut seen = Vec::new();
    for line in block.split("\r\n") {
        assert!(!line.trim().is_empty() && !line.contains('\x1b'), "{line:?}");
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let (name, _) = line.split_once(':').expect("a field");
        assert!(!name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic()), "{line:?}");
        let name = name.to_ascii_lowercase();
        assert!(!["bcc", "resent-bcc", "return-path", "sender"].contains(&&*name), "{line:?}");
        seen.push(name);
    }
    for name in ["from", "to", "cc", "reply-to", "subject", "date", "message-id", "mime-version"] {
        let count = seen.iter().filter(|seen| *seen == name).count();
        let needed = ["from", "date", "message-id", "mime-version"].contains(&name);
        assert!(count <= 1 && (count == 1 || !needed), "{count} times {name}\n{block}");
    }
}
