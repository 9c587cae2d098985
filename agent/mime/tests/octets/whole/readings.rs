//! Each input under every charset policy, read back by Python.

use super::inputs::{Input, all};
use super::reader;
use crate::reading::{check_promises, draft, identity, spelling};
use mime::{CharsetPolicy, Draft, Identity, compose_whole};
use serde_json::Value;

fn alert() -> Draft {
    Draft { subject: String::new(), body: String::new(), ..draft() }
}

#[test]
fn every_message_reads_as_it_was_meant_under_every_charset_policy() {
    let policies = [CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp];
    let inputs = all();
    let under_each =
        policies.into_iter().flat_map(|charset| inputs.iter().map(move |input| (charset, input)));
    let mails: Vec<_> = under_each
        .map(|(charset, input)| {
            let identity = Identity { charset, ..identity() };
            (input, compose_whole(&input.message, &alert(), &identity))
        })
        .collect();
    let readings = reader::read(mails.iter().map(|(_, mail)| &*mail.octets));
    assert_eq!(readings.len(), policies.len() * inputs.len());
    for ((input, mail), reading) in mails.iter().zip(&readings) {
        let shown = String::from_utf8_lossy(&mail.octets);
        check_promises(&mail.octets);
        assert_eq!(mail.treatment, input.treatment, "{}: {:?}\n{shown}", input.name, mail.notes);
        expect(input, reading, &shown);
    }
}

fn expect(input: &Input, reading: &Value, shown: &str) {
    let name = input.name;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(spelling(&text(&reading["subject"])), spelling(input.subject), "{name}: {shown}");
    assert_eq!(reading["defects"].as_array().map(Vec::len), Some(0), "{name}: {reading}\n{shown}");
    let addresses = |field: &str| {
        let list = reading["addresses"][field].as_array().cloned().unwrap_or_default();
        list.iter().map(|one| text(&one[1])).collect::<Vec<_>>()
    };
    assert_eq!(addresses("From"), ["alert@example.jp"], "{name}: {shown}");
    let reply_to: Vec<_> = Some(input.reply_to).filter(|one| !one.is_empty()).into_iter().collect();
    assert_eq!(addresses("Reply-To"), reply_to, "{name}: {shown}");
    for address in addresses("To").iter().chain(&addresses("Cc")) {
        assert!(address.contains('@'), "{name}: {address}");
    }
    let parts: Vec<_> = (reading["parts"].as_array().expect("a list").iter())
        .map(|part| (text(&part[0]), spelling(&text(&part[1]))))
        .collect();
    let expected: Vec<_> = (input.parts.iter())
        .map(|(kind, octets)| ((*kind).to_owned(), spelling(&String::from_utf8_lossy(octets))))
        .collect();
    assert_eq!(parts, expected, "{name}: {shown}");
    let mut names: Vec<String> = (reading["names"].as_array().expect("a list").iter())
        .map(|name| text(name).to_ascii_lowercase())
        .collect();
    names.retain(|name| !name.starts_with("x-cron") && name != "received");
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "{name}: no field twice\n{shown}");
    for needed in ["from", "to", "date", "message-id", "mime-version", "x-alertmail-id"] {
        assert!(names.iter().any(|name| name == needed), "{name}: {needed}\n{shown}");
    }
}
