//! What comes in by other ways than this program, as alerts by the same rules: for the listeners of the agent.
//!
//! Nothing is refused because it is odd. What cannot be read is an alert all the same, with all there was as its body.

use std::ffi::OsString;

use receive::session::Message;
use serde_json::Value;
use spool_format::alert::FORMAT_VERSION;
use spool_format::{Alert, AlertError, Severity, Wall};

use crate::alert::source;
use crate::caller::{self, Told};
use crate::sendmail::message;
use crate::value;

/// The alert of a mail that a client of SMTP or LMTP has handed over, with its blind copies taken out. It fails for a crowd
/// of recipients alone.
pub fn mail(program: &str, mail: Message, now: Wall) -> Result<Alert, AlertError> {
    message::of_client(program, mail, now)
}

/// The alert of what the monitor `name` posts, as `enqueue --caller` reads it; nothing if it posts nothing.
pub fn webhook(name: &str, document: &[u8], now: Wall) -> Option<Alert> {
    let caller = caller::that_posts(name)?;
    let text = String::from_utf8_lossy(document);
    let nothing = |_: &str| -> Option<OsString> { None };
    let told = caller.hear(&nothing, &text);
    Some(alert(&told, caller.name, now))
}

/// The alert that a document is (`alert.schema.json`); `version` may be left out. An `id` in it stays.
pub fn document(octets: &[u8], now: Wall) -> Alert {
    let read = serde_json::from_slice::<Value>(octets).map_err(AlertError::from).and_then(|mut document| {
        if let Some(fields) = document.as_object_mut() {
            fields.entry("version").or_insert(FORMAT_VERSION.into());
        }
        let alert: Alert = serde_json::from_value(document)?;
        alert.check().map(|()| alert)
    });
    match read {
        Ok(mut alert) => {
            alert.created.get_or_insert(now);
            alert.source.get_or_insert_with(|| source("http"));
            alert
        }
        Err(error) => {
            let mut told = Told::new("an alert that cannot be read", Severity::Warning);
            told.note(&format!("{error}; this is all there was"));
            told.paragraph(&String::from_utf8_lossy(octets));
            alert(&told, "http", now)
        }
    }
}

fn alert(told: &Told, program: &str, now: Wall) -> Alert {
    Alert {
        version: FORMAT_VERSION,
        created: Some(now),
        subject: told.subject_line(program),
        body: told.text(),
        severity: told.severity,
        key: told.key.clone().and_then(value::line),
        resolves: told.resolves,
        ttl: told.ttl,
        source: Some(source(program)),
        ..Alert::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Wall = Wall::from_unix_ms(1_795_000_000_000);

    #[test]
    fn a_document_is_the_alert_that_it_says_and_needs_no_version() {
        let alert =
            document(br#"{"subject":"s","to":["root"],"severity":"critical","key":"k","more":1}"#, NOW);
        assert_eq!((alert.subject.as_str(), alert.severity), ("s", Severity::Critical));
        assert_eq!(
            (alert.to, alert.key.as_deref(), alert.created),
            (vec!["root".to_owned()], Some("k"), Some(NOW))
        );
        let id = "01kax3tzzzzzzzzzzzzzzzzzzz";
        let alert = document(format!(r#"{{"version":1,"id":"{id}","body":"b"}}"#).as_bytes(), NOW);
        assert_eq!(alert.id.map(|id| id.to_string()).as_deref(), Some(id));
    }

    #[test]
    fn what_is_no_alert_is_an_alert_with_all_there_was() {
        for (text, why) in [
            ("{\"subject\":\"disk", "not an alert in JSON"),
            ("disk full", "not an alert in JSON"),
            ("{\"title\":\"disk full\"}", "none of `subject`"),
            ("{\"version\":7,\"subject\":\"s\"}", "version 7"),
            ("{\"subject\":\"s\",\"severity\":\"loud\"}", "loud"),
            ("[1]", "not an alert in JSON"),
        ] {
            let alert = document(text.as_bytes(), NOW);
            assert_eq!(alert.subject, "an alert that cannot be read", "{text}");
            assert!(alert.body.contains(why) && alert.body.contains(text), "{text}: {}", alert.body);
        }
    }

    #[test]
    fn what_a_monitor_posts_is_read_as_from_its_stdin() {
        let group = br#"{"version":"4","status":"firing","groupKey":"g","alerts":[{"status":"firing",
            "labels":{"alertname":"DiskFull","severity":"critical"}}]}"#;
        let alert = webhook("alertmanager", group, NOW).expect("it posts");
        assert_eq!((alert.subject.as_str(), alert.severity), ("DiskFull", Severity::Critical));
        assert_eq!(alert.key.as_deref(), Some("alertmanager/g"));
        assert_eq!(alert.source.map(|source| source.program).as_deref(), Some("alertmanager"));
        assert!(webhook("smartd", group, NOW).is_none());
    }

    proptest! {
        #[test]
        fn whatever_is_posted_is_an_alert_that_can_be_read(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
            let alerts = [Some(document(&octets, NOW)), webhook("alertmanager", &octets, NOW), webhook("grafana", &octets, NOW)];
            for alert in alerts.into_iter().flatten() {
                prop_assert!(alert.check().is_ok());
            }
        }
    }
}
