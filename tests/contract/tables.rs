//! What the schema of an alert refuses, `Alert::parse` refuses, and the other way round; where they differ, the page says so.

use serde_json::Value;
use spool_format::alert::{ALERT_OCTETS_MAX, RECIPIENTS_MAX};
use spool_format::{Alert, AlertId};

use crate::validator::{Schema, judge};
use crate::{ALERT_SCHEMA, PAGE};

fn id() -> AlertId {
    AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
}

fn parses(text: &str) -> Result<(), String> {
    Alert::parse(text.as_bytes(), id()).map(|_| ()).map_err(|error| error.to_string())
}

/// Values of every kind; each of them is tried in each field.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "2",
    "-1",
    "1.5",
    "18446744073709551615",
    "18446744073709551616",
    "\"\"",
    "\"x\"",
    "\"critical\"",
    "\"Critical\"",
    "\"01kax3tzzzzzzzzzzzzzzzzzzz\"",
    "\"01KAX3TZZZZZZZZZZZZZZZZZZZ\"",
    "\"81kax3tzzzzzzzzzzzzzzzzzzz\"",
    "\"2026-11-25T04:23:30Z\"",
    "\"2026-11-25 13:23:30.123456+09:00\"",
    "\"2026-11-25t23:59:60z\"",
    "\"2026-13-25T04:23:30Z\"",
    "\"2026-11-25T24:00:00Z\"",
    "\"2026-11-25T04:23:30\"",
    "\"2026-11-25T04:23:30.Z\"",
    "\"2026-11-25T04:23:30+24:00\"",
    "\"2026-11-25\"",
    "[]",
    "[\"x\"]",
    "[1]",
    "[null]",
    "[[]]",
    "{}",
    "{\"a\":\"x\"}",
    "{\"a\":1}",
    "{\"a\":null}",
    "{\"host\":\"h\",\"program\":\"p\",\"x\":[]}",
    "{\"host\":1}",
    "{\"program\":null}",
    "[{\"name\":\"n\",\"data\":\"eA==\"}]",
    "[{\"name\":\"n\"}]",
    "[{\"data\":\"eA==\"}]",
    "[{\"name\":\"n\",\"data\":\"\",\"type\":1}]",
    "[{\"name\":\"n\",\"data\":\"\",\"x\":[1]}]",
    "[{\"name\":null,\"data\":\"\"}]",
    "[{}]",
];

/// A list where an object is meant: understood by accident.
fn is_understood_by_accident(field: &str, value: &str) -> bool {
    field == "source" && ["[]", "[\"x\"]"].contains(&value)
}

#[test]
fn in_every_field_values_of_every_kind_are_refused_by_both_or_by_neither() {
    let schema: Value = serde_json::from_str(ALERT_SCHEMA).expect("JSON");
    let fields = schema["properties"].as_object().expect("properties").keys().map(String::as_str);
    let mut documents = Vec::new();
    for field in fields.chain(["of-a-later-version"]) {
        for value in VALUES {
            // `subject` is there to tell something, unless it is the field in question.
            let rest = match field {
                "version" => "\"subject\":\"s\"",
                "subject" | "body" | "message" => "\"version\":1",
                _ => "\"version\":1,\"subject\":\"s\"",
            };
            documents.push((field, *value, format!("{{{rest},\"{field}\":{value}}}")));
        }
    }
    assert!(documents.len() > 700);
    let verdicts = judge(Schema::Alert, documents.iter().map(|(_, _, text)| text.as_str()));
    let mut offences = Vec::new();
    let mut refused = 0;
    for ((field, value, text), why) in documents.iter().zip(verdicts) {
        let parsed = parses(text);
        refused += usize::from(parsed.is_err());
        if why.is_empty() != parsed.is_ok() && !is_understood_by_accident(field, value) {
            offences.push(format!("{text}\n    schema: {why:?}\n    parser: {parsed:?}"));
        }
    }
    assert!(offences.is_empty(), "schema and parser do not agree on:\n  {}", offences.join("\n  "));
    assert!(refused > 400, "only {refused} of the documents were refused at all");
}

#[test]
fn whole_documents_are_refused_by_both_or_by_neither() {
    let deepest = format!("{{\"version\":1,\"body\":\"b\",\"x\":{}{}}}", "[".repeat(126), "]".repeat(126));
    let crowd = |count: usize| {
        let names = vec!["\"a\""; count].join(",");
        format!("{{\"version\":1,\"body\":\"b\",\"to\":[{names}]}}")
    };
    let (full, overfull) = (crowd(RECIPIENTS_MAX), crowd(RECIPIENTS_MAX + 1));
    let rows = [
        (true, "{\"version\":1,\"subject\":\"s\"}"),
        (true, " \n{\"version\":1,\"message\":\"\"}\r\n"),
        (true, "{\"version\":1,\"body\":\"\\u65e5\\ud83d\\ude31\\u0000\",\"x\":-0.0e-7}"),
        (true, "{\"version\":1,\"subject\":\"\",\"body\":\"b\",\"key\":null}"),
        (true, &deepest),
        (true, &full),
        (false, &overfull),
        (false, ""),
        (false, "null"),
        (false, "[]"),
        (false, "[1]"),
        (false, "\"{}\""),
        (false, "{}"),
        (false, "{\"version\":1}"),
        (false, "{\"subject\":\"s\"}"),
        (false, "{\"version\":2,\"subject\":\"s\"}"),
        (false, "{\"version\":1,\"subject\":\"\",\"body\":\"\",\"message\":null}"),
        (false, "{\"version\":1,\"subject\":\"s\""),
        (false, "{\"version\":1,\"subject\":\"s\"}}"),
        (false, "{\"version\":1,\"subject\":\"s\"}{}"),
        (false, "{\"version\":1,\"subject\":\"s\",}"),
        (false, "{\"version\":1,\"subject\":\"a\nb\"}"),
        (false, "{\"version\":1,\"subject\":\"\\x\"}"),
        (false, "{\"version\":01,\"subject\":\"s\"}"),
        (false, "{\"version\":1,\"subject\":\"s\",\"x\":NaN}"),
        (false, "{'version':1,'subject':'s'}"),
        (false, "\u{feff}{\"version\":1,\"subject\":\"s\"}"),
    ];
    let verdicts = judge(Schema::Alert, rows.map(|(_, text)| text));
    for ((valid, text), why) in rows.iter().zip(verdicts) {
        assert_eq!(why.is_empty(), *valid, "the schema on {text}: {why}");
        assert_eq!(parses(text).is_ok(), *valid, "the parser on {text}: {:?}", parses(text));
    }
}

#[test]
fn where_schema_and_parser_differ_the_page_says_so() {
    let alert = |rest: &str| format!("{{\"version\":1,\"subject\":\"s\",{rest}}}");
    let crowd = vec!["\"a\""; RECIPIENTS_MAX - 1].join(",");
    // What the page says, whether the schema takes it, whether the parser takes it, the document.
    let rows = [
        ("Integers as integers", true, false, "{\"version\":1.0,\"subject\":\"s\"}".to_owned()),
        ("Integers as integers", true, false, alert("\"ttl\":3600.0")),
        ("No field twice", true, false, alert("\"subject\":\"t\"")),
        ("does not fit into a double", true, false, alert("\"x\":1e999")),
        ("no unpaired surrogate", true, false, alert("\"key\":\"\\ud800\"")),
        (
            "At most 127 objects and lists",
            true,
            false,
            alert(&format!("\"x\":{}{}", "[".repeat(127), "]".repeat(127))),
        ),
        (
            "At most 100 recipients in all",
            true,
            false,
            alert(&format!("\"to\":[{crowd}],\"cc\":[\"b\"],\"bcc\":[\"c\"]")),
        ),
        ("8 MiB in all", true, false, alert(&format!("\"x\":\"{}\"", "x".repeat(ALERT_OCTETS_MAX)))),
        ("a day that exists", true, false, alert("\"created\":\"2026-02-29T04:23:30Z\"")),
        (
            "as in the file's name; any other is refused",
            true,
            false,
            alert("\"id\":\"01kax3tzzzzzzzzzzzzzzzzzzy\""),
        ),
        ("A list in the place of an object", false, true, alert("\"source\":[\"host\",\"program\"]")),
        (
            "A list in the place of an object",
            false,
            true,
            alert("\"attachments\":[[\"name\",\"text/plain\",\"eA==\"]]"),
        ),
        ("an object in the place of a word", false, true, alert("\"severity\":{\"info\":null}")),
    ];
    let verdicts = judge(Schema::Alert, rows.iter().map(|(_, _, _, text)| text.as_str()));
    for ((page, schema, parser, text), why) in rows.iter().zip(verdicts) {
        let shown: String = text.chars().take(200).collect();
        assert_eq!(why.is_empty(), *schema, "the schema on {shown}: {why}");
        assert_eq!(parses(text).is_ok(), *parser, "the parser on {shown}: {:?}", parses(text));
        assert!(PAGE.contains(page), "the page does not say `{page}`, which is why they differ on {shown}");
    }
}
