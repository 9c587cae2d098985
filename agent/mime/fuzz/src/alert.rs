//! Any octets as the fields of an alert, and what has to hold of its mail whatever they are.

use mime::{
    Attachment, CharsetPolicy, Composed, Draft, Head, Identity, Importance, Language, Level, Limits, Mailbox,
    Manner, compose_in,
};

/// Between the fields of an input: the control character that is made for it.
const SEPARATOR: char = '\u{1e}';

/// Names of the fields that a mail may have besides the alert's own one.
const FIELDS: [&str; 20] = [
    "From",
    "Sender",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Priority",
    "Importance",
    "Priority",
    "X-Alertmail-Id",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "X-Fuzz",
];

/// Composes an alert whose fields are the pieces of `octets`: settings in digits, subject, text, display name, key, host,
/// value of a header, name and media type of a file, its content. Says whether there were enough of them.
pub fn compose(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let pieces: Vec<&str> = text.split(SEPARATOR).collect();
    let [settings, subject, body, name, key, host, value, more @ ..] = &pieces[..] else { return false };
    let mut digits = settings.bytes().map(|octet| usize::from(octet % 10)).chain(std::iter::repeat(0));
    let mut digit = || digits.next().unwrap_or_default();
    let file = match more {
        [file, media_type, content, ..] => vec![Attachment {
            name: (*file).to_owned(),
            media_type: (*media_type).to_owned(),
            octets: content.as_bytes().to_vec(),
        }],
        _ => Vec::new(),
    };
    let mailbox = |address: &str| Mailbox { name: Some((*name).to_owned()), address: address.to_owned() };
    let draft = Draft {
        id: "01j9x3c4d5e6f7g8h9j0k1m2n3".to_owned(),
        domain: (*host).to_owned(),
        key: Some((*key).to_owned()),
        created_ms: 1_795_583_642_000,
        utc_offset_minutes: 540,
        importance: if digit() % 2 == 0 { Importance::Critical } else { Importance::Normal },
        subject: (*subject).to_owned(),
        body: (*body).to_owned(),
        to: vec![mailbox("ops@example.jp"), mailbox("a..b@docomo.example.jp")],
        cc: vec![mailbox("archive@example.com")],
        reply_to: Some(mailbox("root@web1.example.jp")),
        headers: vec![("X-Fuzz".to_owned(), (*value).to_owned()), ((*key).to_owned(), (*value).to_owned())],
        attachments: file,
    };
    let charset = [CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp][digit() % 3];
    let identity = Identity { from: mailbox("alert@example.jp"), charset };
    let some = |digit: usize, unit: usize| (digit > 0).then_some(digit * unit);
    let manner = Manner {
        limits: Limits { subject: some(digit(), 15), body: some(digit(), 200), octets: some(digit(), 4_000) },
        head: (digit() % 2 == 1).then(|| Head { level: Level::Critical, host: (*host).to_owned() }),
        late_ms: (digit() % 2 == 1).then_some(11_520_000),
        language: [Language::Auto, Language::Japanese, Language::English][digit() % 3],
        sender: (digit() % 2 == 1).then(|| mailbox("account@example.jp")),
    };
    let mail = compose_in(&draft, &identity, &manner);
    check(&mail, key);
    assert_eq!(compose_in(&draft, &identity, &manner), mail, "the same arguments give the same octets");
    true
}

/// What holds of every mail. `own` is the name of a field that the alert asked for.
fn check(mail: &Composed, own: &str) {
    let text = std::str::from_utf8(&mail.octets).expect("7-bit");
    assert!(text.is_ascii() && text.ends_with("\r\n"));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']));
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
    let (header, _) = text.split_once("\r\n\r\n").expect("a header ends");
    let mut names: Vec<String> = Vec::new();
    for line in header.split("\r\n") {
        assert!(!line.contains('\x1b') && !line.trim().is_empty());
        assert!(line.len() <= 76 || !line.contains("=?"), "{line}");
        if !line.starts_with(' ') {
            let (name, _) = line.split_once(':').expect("a field");
            assert!(FIELDS.contains(&name) || name == own, "{name}");
            names.push(name.to_ascii_lowercase());
        }
    }
    for once in ["from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type"] {
        assert_eq!(names.iter().filter(|name| *name == once).count(), 1, "{once}");
    }
    assert!(!mail.notes.iter().any(|note| note.contains(char::is_control)), "{:?}", mail.notes);
}
