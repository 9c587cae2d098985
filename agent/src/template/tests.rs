//! What a template can do, what it cannot, and what no alert can make it do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use spool_format::Severity;

use super::{BuiltIn, Fields, OCTETS_MAX, Part, Template, Worded};

fn with_fields<T>(look: impl FnOnce(Fields<'_>) -> T) -> T {
    let headers = BTreeMap::from([("X-Site".to_owned(), "tokyo".to_owned())]);
    look(Fields {
        id: "01kax3tzzzzzzzzzzzzzzzzzzz",
        subject: "ディスク 98%",
        body: "/dev/sda1 98%\n/dev/sdb1 12%\n",
        severity: Severity::Critical,
        key: "disk",
        host: "web1",
        program: "df",
        created: "2026-11-25 14:14:02 +0900",
        late: "",
        sender: "root@web1.example.jp",
        headers: &headers,
        provider: "home",
        recipients: &["oncall@example.jp".to_owned(), "ops@example.jp".to_owned()],
        attachments: &[],
        resolves: false,
        language: "ja",
    })
}

fn body(source: &str) -> Result<Template, String> {
    Template::new("short", None, Some(source.to_owned()))
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn rendered(source: &str) -> String {
    let template = body(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    with_fields(|fields| template.render(&fields)).unwrap_or_else(|error| panic!("{source}: {error}")).body
}

#[test]
fn every_field_can_be_written() {
    for (source, text) in [
        ("{{ severity }} {{ host }} {{ program }} {{ key }}", "critical web1 df disk"),
        (
            "{{ created }}|{{ late }}|{{ sender }}|{{ provider }}",
            "2026-11-25 14:14:02 +0900||root@web1.example.jp|home",
        ),
        ("{{ recipients | join(', ') }}", "oncall@example.jp, ops@example.jp"),
        ("{{ headers['X-Site'] | default('-') }}{{ headers['X-No'] | default('-') }}", "tokyo-"),
        ("{% if headers['X-No'] %}yes{% else %}no{% endif %}", "no"),
        (
            "{{ id }}{{ attachments | length }}{{ resolves }}{{ language }}",
            "01kax3tzzzzzzzzzzzzzzzzzzz0Falseja",
        ),
        ("{{ body | first_lines(1) }}", "/dev/sda1 98%\n"),
        ("{{ subject | wide(3) }}", "ディス"),
        ("{% if severity == 'critical' %}\nnow\n{% endif %}\nend\n", "now\nend\n"),
        ("{{ subject | upper | replace('98', '99') }}", "ディスク 99%"),
    ] {
        assert_eq!(rendered(source), text, "{source}");
    }
}

#[test]
fn a_part_that_has_no_template_stays_as_it_was_given() {
    let template = Template::new("s", Some("{{ host }}: {{ subject }}".into()), None).expect("sound");
    let worded = with_fields(|fields| template.render(&fields)).expect("renders");
    assert_eq!(
        worded,
        Worded { subject: "web1: ディスク 98%".into(), body: "/dev/sda1 98%\n/dev/sdb1 12%\n".into() }
    );
}

#[test]
fn a_mistake_is_found_before_any_alert_and_named() {
    let long = "x".repeat(OCTETS_MAX + 1);
    for (source, part) in [
        ("a\n{{ subject", "`body`: line 2: unexpected end of input"),
        ("{{ sbuject }}", "`body`: there is no field `sbuject` (there are id, subject, body"),
        ("{% if severty == 'x' %}{% endif %}", "there is no field `severty`"),
        ("{{ subject | uper }}", "line 1: filter uper is unknown"),
        ("{{ subject.x.y }}", "`body`: line 1: not every alert has this"),
        ("{{ headers['X-Site'] }}", "not every alert has this; write `| default(\"\")` behind it"),
        ("{% include 'x' %}", "unknown statement include"),
        ("{% import 'x' as x %}", "unknown statement import"),
        ("{% extends 'x' %}", "unknown statement extends"),
        ("{% macro m() %}{% endmacro %}", "unknown statement macro"),
        ("{{ debug() }}", "there is no field `debug`"),
        ("{% for i in range(99999) %}{{ i }}{% endfor %}", "takes too long, or becomes too large"),
        ("{% for i in range(999) %}{% for k in range(999) %}{% endfor %}{% endfor %}", "takes too long"),
        ("{{ 'x' * 9999999 }}", "too large"),
        ("{% set a = 'xxxxxxxxxxxxxxxx' * 99999 %}{% set a = a ~ a %}{% set a = a ~ a %}", "too large"),
        (&long, "16385 octets are too many"),
    ] {
        let error = body(source).expect_err(source);
        assert!(error.contains(part), "{source}: {error}");
    }
}

#[test]
fn both_parts_of_a_template_are_examined() {
    let mistakes =
        Template::new("x", Some("{{ a }}".into()), Some("{{ b }}".into())).expect_err("two mistakes");
    assert_eq!(mistakes.iter().map(|mistake| mistake.part).collect::<Vec<_>>(), [Part::Subject, Part::Body]);
}

#[test]
fn what_an_alert_says_is_never_read_as_a_template() {
    let hostile = "{{ 7 * 7 }}{% for i in range(9) %}{% endfor %}{{ recipients }}{# x #}\u{1b}{{";
    let template = Template::new("x", Some("{{ subject }}".into()), Some("{{ body }}|{{ host }}".into()))
        .expect("sound");
    let worded = with_fields(|fields| {
        template.render(&Fields { subject: hostile, body: hostile, host: hostile, ..fields })
    });
    let worded = worded.expect("renders");
    assert_eq!(worded, Worded { subject: hostile.into(), body: format!("{hostile}|{hostile}") });
}

#[test]
fn no_alert_can_make_a_template_work_for_long() {
    let template =
        body("{% for name in headers %}{% for c in name %}{{ c }}{% endfor %}{% endfor %}").expect("sound");
    let headers: BTreeMap<String, String> = (0..50_000).map(|n| (format!("X-{n}"), String::new())).collect();
    let error =
        with_fields(|fields| template.render(&Fields { headers: &headers, ..fields })).expect_err("too much");
    assert_eq!(error.to_string(), "`body`: line 1: takes too long, or becomes too large");
    // The longest text that an alert can have still goes through.
    let long = "障害".repeat(spool_format::alert::ALERT_OCTETS_MAX / 6);
    for built_in in [BuiltIn::Japanese, BuiltIn::English] {
        let worded = with_fields(|fields| built_in.template().render(&Fields { body: &long, ..fields }));
        assert!(worded.expect("renders").body.starts_with(&long));
    }
    let template = body("{% for n in range(9) %}{{ body }}{% endfor %}").expect("sound for a short text");
    with_fields(|fields| template.render(&Fields { body: &long, ..fields }))
        .expect_err("nine times the text");
}

#[test]
fn the_built_in_templates_read_well() {
    let worded = |built_in: BuiltIn, change: fn(&mut Fields<'_>)| {
        with_fields(|mut fields| {
            change(&mut fields);
            built_in.template().render(&fields).expect("renders")
        })
    };
    let japanese = worded(BuiltIn::Japanese, |_| {});
    assert_eq!(japanese.subject, "【重大】web1: ディスク 98%");
    assert_eq!(
        japanese.body,
        "/dev/sda1 98%\n/dev/sdb1 12%\n\n----\n重大度: 重大\nホスト: web1\nプログラム: df\n発生時刻: 2026-11-25 14:14:02 +0900\nキー: disk\nID: 01kax3tzzzzzzzzzzzzzzzzzzz\n"
    );
    let english = worded(BuiltIn::English, |fields| {
        fields.subject = "web1 is well";
        fields.body = "";
        fields.resolves = true;
        fields.late = "3h12m";
        fields.key = "";
    });
    assert_eq!(english.subject, "RESOLVED web1 is well");
    assert_eq!(
        english.body,
        "----\nSeverity: critical (resolved)\nHost: web1\nProgram: df\nTime: 2026-11-25 14:14:02 +0900\nLate: 3h12m\nID: 01kax3tzzzzzzzzzzzzzzzzzzz\n"
    );
}

proptest! {
    #[test]
    fn any_text_is_a_template_or_a_mistake(source in "[{}%#a-z |()'~*0-9\n障]{0,60}") {
        if let Ok(template) = body(&source) {
            drop(with_fields(|fields| template.render(&fields)));
        }
    }
}
