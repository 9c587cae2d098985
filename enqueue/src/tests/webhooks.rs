//! What Alertmanager and Grafana post, and what it becomes.

use serde_json::{Value, json};
use spool_format::Severity::{Critical, Info, Warning};

use super::*;

fn told(caller: &str, document: &Value) -> Alert {
    Sandbox::with_stdin(document.to_string().as_bytes()).alert(&["--caller", caller])
}

fn member(status: &str, name: &str, instance: &str, severity: &str) -> Value {
    json!({
        "status": status,
        "labels": {"alertname": name, "instance": instance, "severity": severity, "job": "node"},
        "annotations": {"summary": format!("{name} at {instance}"), "description": "first\nsecond"},
        "startsAt": "2026-11-27T03:10:00Z",
        "endsAt": if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-11-27T03:14:00Z" },
        "generatorURL": "http://prom.example.jp/graph?g0.expr=up",
        "fingerprint": format!("f{name}{instance}"),
    })
}

fn notification(status: &str, members: &[Value]) -> Value {
    json!({
        "version": "4",
        "groupKey": "{}:{alertname=\"DiskFull\"}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "alertmail",
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": {"alertname": "DiskFull"},
        "commonAnnotations": {},
        "externalURL": "http://am.example.jp",
        "alerts": members,
    })
}

#[test]
fn a_single_alert_is_its_summary_and_its_end_has_the_same_key_and_severity() {
    let firing =
        told("alertmanager", &notification("firing", &[member("firing", "DiskFull", "db1", "page")]));
    let over =
        told("alertmanager", &notification("resolved", &[member("resolved", "DiskFull", "db1", "page")]));
    for (alert, resolves) in [(&firing, false), (&over, true)] {
        assert_eq!(alert.subject, "DiskFull at db1");
        assert_eq!((alert.severity, alert.resolves), (Critical, resolves));
        assert_eq!(alert.key.as_deref(), Some("alertmanager/{}:{alertname=\"DiskFull\"}"));
        for part in [
            "description: first\n    second\n",
            "instance: db1",
            "since: 2026-11-27T03:10:00Z",
            "rule: http://prom",
            "See: http://am",
        ] {
            assert!(alert.body.contains(part), "{part}: {}", alert.body);
        }
    }
    assert!(over.body.contains("until: 2026-11-27T03:14:00Z") && !firing.body.contains("until"));
}

#[test]
fn a_group_is_one_alert_however_many_members_it_has_and_is_over_with_its_last() {
    let group = [
        member("firing", "DiskFull", "db1", "warning"),
        member("firing", "DiskFull", "db2", "critical"),
        member("resolved", "DiskFull", "db3", "critical"),
    ];
    let some = told("alertmanager", &notification("firing", &group));
    assert_eq!(
        (some.subject.as_str(), some.severity, some.resolves),
        ("2× DiskFull (db1, db2)", Critical, false)
    );
    assert!(some.body.contains("Firing: 2\n") && some.body.contains("Resolved: 1\n"), "{}", some.body);
    let many: Vec<Value> =
        (0..60).map(|n| member("firing", "DiskFull", &format!("db{n:02}"), "info")).collect();
    let mut document = notification("firing", &many);
    document["truncatedAlerts"] = 7.into();
    let many = told("alertmanager", &document);
    assert_eq!((many.subject.as_str(), many.severity), ("60× DiskFull (db00, db01 and 58 more)", Info));
    assert!(many.body.starts_with("Note: 7 more alerts of this group were left out by alertmanager\n"));
    assert!(many.body.contains("… and 10 more"), "{}", many.body);
    assert_eq!(some.key, many.key);
    // A status that its members belie is no end.
    let belied = told("alertmanager", &notification("resolved", &group));
    assert!(!belied.resolves);
}

#[test]
fn what_is_no_webhook_of_version_4_is_an_alert_with_a_note() {
    let mut later = notification("firing", &[member("firing", "DiskFull", "db1", "critical")]);
    later["version"] = "5".into();
    let later = told("alertmanager", &later);
    assert_eq!((later.subject.as_str(), later.severity), ("DiskFull at db1", Critical));
    assert!(later.body.starts_with("Note: this is not version 4"), "{}", later.body);
    for (stdin, note) in [
        ("{\"alerts\":[{\"stat", "it is not JSON"),
        ("{\"hello\":1}", "none of the form that is known"),
        ("[]", "none of the form that is known"),
        ("", "it was empty"),
        ("{\"alerts\":[],\"status\":\"resolved\"}", "holds no alert"),
    ] {
        for caller in ["alertmanager", "grafana"] {
            let alert = Sandbox::with_stdin(stdin.as_bytes()).alert(&["--caller", caller]);
            assert_eq!(alert.severity, Warning, "{stdin}");
            assert!(alert.body.contains(note) && alert.body.contains(stdin), "{stdin}: {}", alert.body);
        }
    }
    // Without the group's key a single member's fingerprint does as well.
    let bare = told("alertmanager", &json!({"version": "4", "alerts": [member("resolved", "A", "b", "x")]}));
    assert_eq!((bare.key.as_deref(), bare.resolves), (Some("alertmanager/fAb"), true));
    // Members may be anything.
    let odd = told("alertmanager", &json!({"version": "4", "alerts": [1, null, {"labels": 7}], "status": 3}));
    assert_eq!((odd.subject.as_str(), odd.resolves), ("3× alertmanager", false));
}

#[test]
fn grafana_is_understood_with_and_without_groups() {
    let unified = json!({
        "receiver": "alertmail", "status": "firing", "orgId": 1, "version": "1", "groupKey": "{}:{}", "truncatedAlerts": 0,
        "title": "[FIRING:1] cpu (web)", "state": "alerting", "message": "**Firing**",
        "alerts": [{"status": "firing", "labels": {"alertname": "cpu", "severity": "critical"}, "annotations": {},
            "fingerprint": "57c6d9296de2ad39", "valueString": "[ var='A' value=98 ]", "startsAt": "2026-11-27T03:10:00Z"}],
    });
    let alert = told("grafana", &unified);
    assert_eq!((alert.subject.as_str(), alert.severity), ("cpu", Critical));
    assert_eq!(alert.key.as_deref(), Some("grafana/{}:{}"));
    assert!(alert.body.contains("value: [ var='A' value=98 ]"), "{}", alert.body);
    for (state, resolves) in [("alerting", false), ("ok", true)] {
        let legacy = json!({"title": "[x] Panel", "ruleId": 7, "ruleName": "Panel", "state": state, "message": "load",
            "ruleUrl": "http://grafana.example.jp/d/x", "evalMatches": [{"value": 100, "metric": "High value"}]});
        let alert = told("grafana", &legacy);
        assert_eq!(
            (alert.severity, alert.key.as_deref(), alert.resolves),
            (Critical, Some("grafana/7"), resolves)
        );
        assert!(
            alert.body.contains("High value: 100") && alert.body.contains("See: http://grafana"),
            "{}",
            alert.body
        );
    }
}
