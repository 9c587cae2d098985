//! Page and schemas name every field, event, folder and limit that the code has, and none that it has not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use spool_format::alert::{ALERT_OCTETS_MAX, FORMAT_VERSION, RECIPIENTS_MAX, Source};
use spool_format::folder::{ALERT_MODE, SYSTEM_SPOOL};
use spool_format::snapshot::{Snapshot, Standing, UnderWay, Word};
use spool_format::{
    Address, Alert, AlertId, Attachment, Canary, Cause, Drill, DrillResult, Entry, Event, Layout, Notice,
    NoticeKind, Outage, RecipientResult, Settlement, Severity, Wall,
};

use crate::validator::{Schema, expect_valid};
use crate::{ALERT_SCHEMA, JOURNAL_SCHEMA, PAGE};

fn id() -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_795_580_000_123), *b"0123456789")
}

fn to() -> Address {
    Address::parse("oncall@example.jp").expect("an address")
}

/// An alert with every field. No `..`: a new field does not compile until it is here.
fn full_alert() -> Alert {
    let text = || Some("x".to_owned());
    Alert {
        version: FORMAT_VERSION,
        id: Some(id()),
        created: Some(id().born()),
        to: vec!["ops".to_owned()],
        cc: vec!["a@example.jp".to_owned()],
        bcc: vec!["b@example.jp".to_owned()],
        subject: "s".to_owned(),
        body: "b".to_owned(),
        severity: Severity::Critical,
        key: text(),
        resolves: true,
        ttl: Some(u64::MAX),
        sender: text(),
        from_name: text(),
        headers: BTreeMap::from([("X-Room".to_owned(), "7".to_owned())]),
        attachments: vec![attachment()],
        source: Some(Source { host: "h".to_owned(), program: "p".to_owned() }),
        message: Some("eA==".to_owned()),
        unknown: BTreeMap::new(),
    }
}

fn attachment() -> Attachment {
    Attachment { name: "n".to_owned(), media_type: "text/plain".to_owned(), data: "eA==".to_owned() }
}

/// Every event with every field.
fn full_events() -> Vec<Event> {
    let (id, text, people) = (id(), || "x".to_owned(), || vec![to()]);
    let result = RecipientResult {
        to: to(),
        result: Settlement::Uncertain,
        phase: "dot".to_owned(),
        code: Some(421),
        enhanced: Some("4.4.2".to_owned()),
        text: text(),
        scope: Some("provider".to_owned()),
        duration: Some("soft".to_owned()),
        rule: Some(text()),
    };
    vec![
        Event::Started { boot: text(), program: text(), anew: true },
        Event::Stopped,
        Event::Accepted {
            id,
            uid: u32::MAX,
            octets: 1,
            recipients: people(),
            unusable: vec![text()],
            severity: Severity::Info,
            key: Some(text()),
            subject: text(),
            created: Some(id.born()),
            ttl: Some(1),
            message_id: Some("<x@example.jp>".to_owned()),
            notice: true,
            canary: Some("x".to_owned()),
        },
        Event::Attempt { id, attempt: 1, provider: text(), recipients: people(), beside: Some(1) },
        Event::DotSent {
            id,
            attempt: u32::MAX,
            provider: text(),
            notes: vec![text()],
            text: Some(text()),
            files: vec![attachment()],
        },
        Event::Outcome {
            id,
            attempt: 1,
            provider: text(),
            took_ms: u64::MAX,
            preferred: vec![text()],
            recipients: vec![result],
        },
        Event::Deferred { id, passes: 0, until: id.born(), why: Some(text()) },
        Event::Held { id, by: 1 },
        Event::Released { id, by: 1 },
        Event::Retry { id, by: 1 },
        Event::Edited { id, by: 1, removed: people(), added: people() },
        Event::Requeued { id, by: 1 },
        Event::Purged { id, by: 1 },
        Event::Sent { id, delivered: people(), refused: people() },
        Event::Dead { id, reason: text(), by: Some(1) },
        Event::Alive(Box::new(full_snapshot())),
        Event::Checkpoint { alive: 1 },
        Event::Corrupt { name: text(), reason: text() },
        Event::Provider { provider: text(), outage: Some(outage()) },
        Event::Drill(Box::new(drill())),
        Event::Canary(Box::new(canary())),
        Event::Notice(Box::new(full_notice())),
    ]
}

fn outage() -> Outage {
    let at = id().born();
    Outage { since: at, until: at, openings: 1, cause: Cause::Login, reason: "x".to_owned() }
}

fn drill() -> Drill {
    let (at, text) = (id().born(), || "x".to_owned());
    let result = DrillResult {
        ended: at,
        ok: true,
        login: true,
        phase: text(),
        text: text(),
        cause: Some(Cause::Login),
        failures: 1,
        took_ms: 1,
        tls: Some(text()),
        certificate_end: Some(at),
        key: Some("ab".repeat(32)),
        offers: vec![text()],
        size: Some(1),
        news: vec![text()],
        missing: vec![text()],
        changes: vec![text()],
    };
    Drill { provider: text(), begun: at, result: Some(result), delivered: Some(at) }
}

fn canary() -> Canary {
    let at = id().born();
    let text = "x".to_owned();
    Canary { ended: Some(at), ok: true, text, delivered: Some(at), ..Canary::new("x".to_owned(), id(), at) }
}

fn full_notice() -> Notice {
    let at = id().born();
    Notice {
        open: true,
        reason: "x".to_owned(),
        count: 1,
        untold: 1,
        told: Some(at),
        told_over: Some(at),
        alert: Some(id()),
        ..Notice::new(NoticeKind::ProviderFailing, "x".to_owned(), at)
    }
}

fn full_snapshot() -> Snapshot {
    let text = || "x".to_owned();
    Snapshot {
        id: id(),
        state: Word::Deferred,
        until: Some(id().born()),
        uid: Some(7),
        octets: 1,
        recipients: vec![Standing {
            to: to(),
            result: Settlement::Open,
            refused_by: vec![text()],
            uncertain_at: Some(text()),
        }],
        unusable: vec![text()],
        severity: Severity::Info,
        key: Some(text()),
        subject: text(),
        created: Some(id().born()),
        ttl: Some(1),
        message_id: Some("<x@example.jp>".to_owned()),
        notice: true,
        canary: Some("x".to_owned()),
        attempts: 1,
        passes: 1,
        under_way: vec![UnderWay { number: 1, provider: text(), recipients: vec![to()], dot_sent: true }],
        reason: Some(text()),
        requeued: Some(id().born()),
        edited: true,
    }
}

fn object(event: &Event) -> serde_json::Map<String, Value> {
    let entry = Entry { at: id().born(), event: event.clone() };
    serde_json::to_value(entry).expect("JSON").as_object().expect("an object").clone()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of the table of the page whose first column has this heading, each as its columns.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, rest) =
        PAGE.split_once(&format!("\n| {heading} |")).unwrap_or_else(|| panic!("no table `{heading}`"));
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn first_column(heading: &str) -> BTreeSet<&'static str> {
    table(heading).iter().flat_map(|row| quoted(row[0])).collect()
}

fn schema(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn every_field_of_an_alert_is_on_the_page_and_in_the_schema() {
    let alert = serde_json::to_value(full_alert()).expect("JSON");
    let schema = schema(ALERT_SCHEMA);
    assert_eq!(keys(&schema["properties"]), keys(&alert), "properties of the schema");
    assert_eq!(first_column("field"), keys(&alert), "rows of the page");
    for (field, part, of_schema) in [
        ("attachments", &alert["attachments"][0], &schema["$defs"]["attachment"]["properties"]),
        ("source", &alert["source"], &schema["properties"]["source"]["properties"]),
    ] {
        assert_eq!(keys(of_schema), keys(part), "properties of {field} in the schema");
        let row =
            table("field").into_iter().find(|row| quoted(row[0]).any(|name| name == field)).expect("a row");
        let said: BTreeSet<&str> = quoted(row[3]).collect();
        assert!(keys(part).is_subset(&said), "the page on {field}: {said:?}");
    }
    let text = String::from_utf8(full_alert().to_octets()).expect("UTF-8");
    expect_valid(Schema::Alert, [text.as_str()]);
}

/// The names of all events, as serde knows them.
fn events_that_exist() -> BTreeSet<String> {
    let error = serde_json::from_str::<Entry>(r#"{"at":"2026-11-25T00:00:00Z","event":"?"}"#)
        .expect_err("no such event")
        .to_string();
    quoted(&error).filter(|name| *name != "?").map(str::to_owned).collect()
}

#[test]
fn every_event_and_its_fields_are_on_the_page_and_in_the_schema() {
    let schema = schema(JOURNAL_SCHEMA);
    let exist = events_that_exist();
    let shown: BTreeSet<String> = full_events()
        .iter()
        .map(|event| object(event)["event"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(shown, exist, "this test shows every event");
    let rows = table("`event`");
    let on_page: BTreeSet<String> = rows.iter().flat_map(|row| quoted(row[0])).map(str::to_owned).collect();
    assert_eq!(on_page, exist, "rows of the page");
    let conditions: BTreeSet<String> = (schema["allOf"].as_array().expect("a list").iter())
        .map(|it| it["if"]["properties"]["event"]["const"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(conditions, exist, "events of the schema");
    for event in full_events() {
        let object = object(&event);
        let name = object["event"].as_str().expect("a name");
        let fields: BTreeSet<&str> =
            object.keys().map(String::as_str).filter(|key| !["at", "event"].contains(key)).collect();
        assert_eq!(
            keys(&schema["$defs"][format!("event-{name}")]["properties"]),
            fields,
            "`{name}` in the schema"
        );
        let row = rows.iter().find(|row| quoted(row[0]).any(|it| it == name)).expect("a row");
        assert_eq!(quoted(row[1]).collect::<BTreeSet<_>>(), fields, "`{name}` on the page");
    }
    let lines: Vec<String> =
        full_events().iter().map(|event| Value::from(object(event)).to_string()).collect();
    expect_valid(Schema::JournalLine, lines.iter().map(String::as_str));
}

#[test]
fn every_kind_of_notice_is_on_the_page_and_in_the_schema() {
    let exist: BTreeSet<&str> = NoticeKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(first_column("`kind`"), exist);
    let schema = schema(JOURNAL_SCHEMA);
    let kinds = schema["$defs"]["event-notice"]["properties"]["kind"]["examples"].as_array().expect("a list");
    assert_eq!(kinds.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), exist);
}

#[test]
fn every_field_of_a_result_is_on_the_page_and_in_the_schema() {
    let outcome =
        full_events().into_iter().find(|event| matches!(event, Event::Outcome { .. })).expect("one");
    let result = &Value::from(object(&outcome))["recipients"][0];
    let (_, behind) = PAGE.split_once("A result in an `outcome`").expect("a heading");
    let rows = behind.lines().filter(|line| line.starts_with("| `") || line.starts_with("| [`"));
    let on_page: BTreeSet<&str> =
        rows.take(keys(result).len()).filter_map(|row| quoted(row).next()).collect();
    assert_eq!(on_page, keys(result));
    assert_eq!(keys(&schema(JOURNAL_SCHEMA)["$defs"]["result"]["properties"]), keys(result));
}

#[test]
fn fields_in_brackets_and_no_others_may_be_absent() {
    let schema = schema(JOURNAL_SCHEMA);
    for row in table("`event`") {
        let name = quoted(row[0]).next().expect("an event");
        let fields = row[1].split(", ").filter(|field| !field.is_empty());
        let needed: BTreeSet<&str> =
            fields.filter(|field| !field.starts_with('[')).flat_map(quoted).collect();
        let required = schema["$defs"][format!("event-{name}")]["required"].as_array().expect("a list");
        assert_eq!(required.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), needed, "`{name}`");
        let event = full_events().into_iter().find(|event| object(event)["event"] == name).expect("shown");
        for field in object(&event).keys().filter(|key| *key != "event") {
            let mut without = object(&event);
            without.remove(field);
            let is_read = serde_json::from_value::<Entry>(Value::from(without)).is_ok();
            assert_eq!(
                is_read,
                !needed.contains(field.as_str()) && field != "at",
                "`{name}` without `{field}`"
            );
        }
    }
}

#[test]
fn a_line_of_a_known_event_without_its_fields_is_damage_and_not_of_a_later_version() {
    for event in events_that_exist().into_iter().filter(|event| event != "stopped") {
        let line = format!("{{\"at\":\"2026-11-25T04:23:30.123Z\",\"event\":\"{event}\"}}\n");
        assert_eq!(spool_format::journal::replay(line.as_bytes()).seen.broken, [1], "`{event}`");
    }
}

#[test]
fn folders_limits_and_the_example_of_an_id_are_those_of_the_code() {
    let says = |what: String| assert!(PAGE.contains(&what), "the page does not say `{what}`");
    let layout = Layout::new("spool");
    let folders = first_column("path below the spool");
    for path in layout
        .all_folders()
        .iter()
        .skip(1)
        .chain([layout.status(), layout.addresses(), layout.lock(), layout.reserve()].iter())
    {
        let below = path.strip_prefix("spool").expect("below the spool").to_string_lossy();
        assert!(folders.contains(&*below) || folders.contains(&*format!("{below}/")), "no row for {below}");
    }
    says(format!("`{}`", layout.socket().strip_prefix("spool").expect("below the spool").display()));
    let machine = Layout::new(SYSTEM_SPOOL);
    says(format!("`{SYSTEM_SPOOL}`"));
    says(format!("`{}`", machine.socket().display()));
    says(format!("`{}/`", machine.spare().expect("the machine has one").display()));
    says(format!("mode **{ALERT_MODE:04o}**"));
    says(format!("`{}`", id()));
    says(format!("at most {RECIPIENTS_MAX}"));
    assert_eq!(schema(ALERT_SCHEMA)["$defs"]["recipients"]["maxItems"], RECIPIENTS_MAX);
    assert_eq!(ALERT_OCTETS_MAX, 8_388_608);
    says("8,388,608".to_owned());
    says(format!("Version of the format: **{FORMAT_VERSION}**"));
}

#[test]
fn the_example_on_the_page_is_an_alert() {
    let (_, rest) = PAGE.split_once("```json\n").expect("an example");
    let text = rest.split("```").next().expect("its end");
    let alert = Alert::parse(text.as_bytes(), id()).expect("an alert");
    assert_eq!(alert.recipients().collect::<Vec<_>>(), ["ops"]);
    expect_valid(Schema::Alert, [text]);
}

#[test]
fn every_file_that_the_page_links_to_is_there() {
    let links = PAGE.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let missing: Vec<&str> = links.filter(|link| !crate::published(link).exists()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
