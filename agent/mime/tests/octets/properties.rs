//! Any text at all: the wire's limits hold and a reader gets it back.

use crate::reading::{
    body, composed_for, draft, field, identity, mailbox, own_field, parse, recipients, replaced, spelling,
    subject,
};
use mime::{Attachment, Charset, CharsetPolicy, Draft, Identity, Importance, compose};
use proptest::prelude::*;

/// Characters that alerts are made of, with those that make trouble far more often than in life.
pub(crate) fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        8 => prop::char::range(' ', '~'),
        4 => Just(' '),
        4 => prop::char::range('ぁ', 'ヶ'),
        4 => prop::char::range('一', '龠'),
        2 => prop::char::range('｡', 'ﾟ'),
        2 => prop::sample::select("〜‖—−¢£¬¥‾～∥①㈱髙é\u{3099}\u{309A}\u{200D}\u{FE0F}🚨🇯=?\"\\,<>@".chars().collect::<Vec<_>>()),
        1 => prop::sample::select("\r\n\t\0\x0b\x0c\x1b\x7f\u{85}\u{2028}\u{2029}\u{202E}\u{2066}\u{200F}".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

pub(crate) fn text(len_max: usize) -> impl Strategy<Value = String> {
    let mixed = prop::collection::vec(character(), 0..len_max).prop_map(String::from_iter);
    let japanese =
        prop::collection::vec(prop::char::range('ぁ', 'ヶ'), 0..len_max).prop_map(String::from_iter);
    let ascii = prop::collection::vec(prop::char::range(' ', '~'), 0..len_max).prop_map(String::from_iter);
    let run = (character(), 0..len_max).prop_map(|(c, n)| c.to_string().repeat(n));
    prop_oneof![4 => mixed, 2 => japanese, 2 => ascii, 1 => run]
}

pub(crate) fn policy() -> impl Strategy<Value = CharsetPolicy> {
    prop::sample::select(vec![CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp])
}

/// What a header may show of `value`: said again here, in another way than the code under test does.
fn shown(value: &str) -> String {
    let breaks = ['\r', '\n', '\x0b', '\x0c', '\u{85}', '\u{2028}', '\u{2029}'];
    let unseen = |c: char| {
        (c.is_control() && c != '\t' && !breaks.contains(&c))
            || "\u{61C}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}".contains(c)
    };
    let visible = value.replace(unseen, "").replace('\t', " ");
    let mut shown = String::new();
    for piece in visible.split(breaks).filter(|piece| !piece.is_empty()) {
        if !shown.is_empty() && !shown.ends_with(' ') && !piece.starts_with(' ') {
            shown.push(' ');
        }
        shown.push_str(piece);
    }
    shown
}

/// What a body may hold of `text`.
fn lines(text: &str) -> String {
    let ends = ["\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"];
    let text = ends.iter().fold(text.to_owned(), |text, end| text.replace(end, "\n"));
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect();
    let kept = kept.replace('\n', "\r\n");
    if kept.ends_with("\r\n") { kept } else { kept + "\r\n" }
}

/// What was sent as UTF-8 or ASCII comes back as it was. ISO-2022-JP does not tell all spellings apart, and where it
/// was insisted on, what it lacks was replaced, if all of it could be.
fn same(
    policy: CharsetPolicy,
    on_wire: Option<Charset>,
    got: &str,
    expected: &str,
) -> Result<(), TestCaseError> {
    match (policy, on_wire) {
        (_, Some(Charset::Utf8))
        | (CharsetPolicy::Utf8, _)
        | (CharsetPolicy::Auto, Some(Charset::UsAscii)) => {
            prop_assert_eq!(got, expected);
        }
        (CharsetPolicy::Auto, _) => prop_assert_eq!(spelling(got), spelling(expected)),
        (CharsetPolicy::Iso2022Jp, _) => {
            prop_assert!(
                spelling(got) == spelling(expected) || spelling(got) == spelling(&replaced(expected)),
                "{} for {}",
                got,
                expected
            );
        }
    }
    Ok(())
}

fn charset_of(field: &str) -> Charset {
    if field.contains("=?ISO-2022-JP?") {
        Charset::Iso2022Jp
    } else if field.contains("=?UTF-8?") {
        Charset::Utf8
    } else {
        Charset::UsAscii
    }
}

proptest! {
    #[test]
    fn any_subject_comes_back(value in text(300), charset in policy()) {
        let draft = Draft { subject: value.clone(), ..draft() };
        let octets = composed_for(&draft, &Identity { charset, ..identity() }).octets;
        let on_wire = field(&octets, "Subject");
        same(charset, Some(charset_of(&on_wire)), &subject(&octets), &shown(&value))?;
    }

    #[test]
    fn any_field_of_the_alerts_own_comes_back(
        name in "X-[A-Za-z0-9_-]{1,70}",
        value in text(200),
        charset in policy(),
    ) {
        let draft = Draft { headers: vec![(name.clone(), value.clone())], ..draft() };
        let octets = composed_for(&draft, &Identity { charset, ..identity() }).octets;
        let on_wire = field(&octets, &name);
        same(charset, Some(charset_of(&on_wire)), &own_field(&octets, &name), &shown(&value))?;
    }

    #[test]
    fn any_display_name_leaves_its_address_alone(names in prop::collection::vec(text(80), 1..4), charset in policy()) {
        let to: Vec<_> = names.iter().map(|name| mailbox(name, "ops@example.jp")).collect();
        let octets = composed_for(&Draft { to, ..draft() }, &Identity { charset, ..identity() }).octets;
        let got = recipients(&octets);
        prop_assert_eq!(got.len(), names.len());
        for ((name, address), given) in got.iter().zip(&names) {
            prop_assert_eq!(address, "ops@example.jp");
            // Fields are told apart, but one list can hold names in several charsets.
            same(charset, None, name, shown(given).trim_matches(' '))?;
        }
    }

    #[test]
    fn any_body_comes_back(value in text(3000), charset in policy()) {
        let draft = Draft { body: value.clone(), ..draft() };
        let mail = composed_for(&draft, &Identity { charset, ..identity() });
        same(charset, Some(mail.body_charset), &body(&mail.octets), &lines(&value))?;
    }

    #[test]
    fn any_attachment_comes_back_beside_its_text(
        name in text(200),
        octets in prop::collection::vec(any::<u8>(), 0..300),
        value in text(100),
        boundary_in_body in any::<bool>(),
    ) {
        let value = if boundary_in_body { format!("{value}\n--=_{}--\n", crate::reading::ID) } else { value };
        let attachments = vec![Attachment { name: name.clone(), media_type: "image/png".to_owned(), octets: octets.clone() }; 2];
        let mail = composed_for(&Draft { body: value.clone(), attachments, ..draft() }, &identity());
        same(CharsetPolicy::Auto, Some(mail.body_charset), &body(&mail.octets), &lines(&value))?;
        let message = parse(&mail.octets);
        prop_assert_eq!(message.attachment_count(), 2);
        for attachment in message.attachments() {
            prop_assert_eq!(attachment.contents(), &octets[..]);
            let got = mail_parser::MimeHeaders::attachment_name(attachment).unwrap_or_default();
            let expected = shown(&name).trim_matches(' ').to_owned();
            if expected.len() <= 255 {
                prop_assert_eq!(got, expected);
            } else {
                prop_assert!(got.len() <= 255 && mail.notes.len() == 2, "{} {:?}", got, mail.notes);
            }
        }
    }

    #[test]
    fn nothing_that_an_alert_holds_can_break_the_message(
        id in text(30), domain in "[a-z.]{0,60}", key in prop::option::of(text(40)),
        created_ms in any::<i64>(), utc_offset_minutes in any::<i32>(), critical in any::<bool>(),
        (subject, body, name) in (text(200), text(1200), text(200)),
        headers in prop::collection::vec((text(20), text(100)), 0..4),
        attachments in prop::collection::vec((text(300), text(30)), 0..3),
    ) {
        let draft = Draft {
            id, domain, key, created_ms, utc_offset_minutes,
            importance: if critical { Importance::Critical } else { Importance::Normal },
            subject, body,
            to: Vec::new(),
            cc: vec![mailbox(&name, "a..b.@docomo.example.jp")],
            reply_to: Some(mailbox(&name, "ops@example.jp")),
            headers,
            attachments: attachments.into_iter().map(|(name, media_type)| Attachment { name, media_type, octets: vec![0; 100] }).collect(),
        };
        let mail = composed_for(&draft, &identity());
        prop_assert_eq!(compose(&draft, &identity()), mail.clone());
        prop_assert!(mail.notes.iter().all(|note| !note.contains(char::is_control)), "{:?}", mail.notes);
        let message = parse(&mail.octets);
        prop_assert!(message.date().is_some());
        prop_assert_eq!(message.attachment_count(), draft.attachments.len());
    }
}
