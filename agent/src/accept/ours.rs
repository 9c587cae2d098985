//! Whatever an alert says, its mail goes out as the provider's sender: what a carrier holds against it is ours alone.

use mime::{CharsetPolicy, Limits};
use proptest::prelude::*;
use serde_json::json;
use spool_format::{Address, AlertId, Wall};

use super::{Accepted, Form, Policy, Reach, Sender};

const OURS: &str = "watch@docomo.ne.jp";
const THEIRS: &str = "mallory@example.com";

/// The header fields of an alert's mail through a provider that has one sender.
fn fields(alert: &serde_json::Value) -> Vec<String> {
    let sender = Sender {
        provider: "docomo".into(),
        from: Address::parse(OURS).expect("an address"),
        from_name: None,
        charset: CharsetPolicy::Auto,
        limits: Limits::default(),
        free_from: false,
        form: Form::Mail,
    };
    let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
    let policy = Policy::default();
    let octets = alert.to_string().into_bytes();
    let accepted = Accepted::read(&octets, id, &policy, || Reach::Anybody).expect("an alert");
    let to = [Address::parse("oncall@example.jp").expect("an address")];
    let mail = accepted.compose((&sender, &policy), &to, ("example.jp", 540), Wall::from_unix_ms(0)).octets;
    let text = String::from_utf8_lossy(&mail).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

fn is_named(field: &str, name: &str) -> bool {
    field.split_once(':').is_some_and(|(before, _)| before.trim().eq_ignore_ascii_case(name))
}

fn is_ours(fields: &[String]) -> bool {
    let from: Vec<&String> = fields.iter().filter(|field| is_named(field, "From")).collect();
    let [from] = from[..] else { return false };
    let address =
        from.rsplit_once('<').map_or(&from["From: ".len()..], |(_, rest)| rest.trim_end_matches('>'));
    address == OURS && !fields.iter().any(|field| is_named(field, "Sender"))
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "From",
            "from",
            "FROM",
            "Sender",
            "sEnDeR",
            "From ",
            " From",
            "Resent-From",
            "X-Note",
            "From:",
            "Reply-To",
            "X\r\nFrom",
            "Return-Path",
        ])
        .prop_map(str::to_owned),
        "[A-Za-z-]{1,8}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(THEIRS.to_owned()),
        Just(format!("x\r\nFrom: {THEIRS}")),
        Just(format!("x\nSender: {THEIRS}\n\nFrom: {THEIRS}")),
        Just(format!("\"{OURS}\" <{THEIRS}>")),
        "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn nothing_that_an_alert_says_puts_another_sender_into_its_mail(
        headers in prop::collection::btree_map(name(), value(), 0..5),
        from_name in value(),
        subject in value(),
    ) {
        let alert = json!({"version": 1, "subject": subject, "body": format!("From: {THEIRS}\n"), "sender": THEIRS,
            "from_name": from_name, "headers": headers, "to": ["oncall@example.jp"]});
        let fields = fields(&alert);
        prop_assert!(is_ours(&fields), "{:?}", fields);
    }

    #[test]
    fn nothing_that_a_whole_message_says_puts_another_sender_into_its_mail(
        lines in prop::collection::vec((name(), value()), 0..6),
        body in value(),
    ) {
        use base64::Engine as _;
        let head: Vec<String> = lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let message = base64::engine::general_purpose::STANDARD.encode(format!("{}\n{body}\n", head.concat()));
        let alert = json!({"version": 1, "message": message, "sender": THEIRS, "to": ["oncall@example.jp"]});
        let fields = fields(&alert);
        prop_assert!(is_ours(&fields), "{:?}", fields);
    }
}
