//! One line: an event of `tracing` with its fields, and what becomes of it as JSON and for journald.

use std::fmt;

use serde::Serializer as _;
use serde::ser::SerializeMap as _;
use serde_json::Value;
use spool_format::Wall;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

/// What was said.
#[derive(Debug)]
pub(super) struct Line {
    level: Level,
    message: String,
    /// In their order; one that has no value is not among them.
    fields: Vec<(&'static str, Value)>,
}

impl Line {
    /// Takes its fields out of an event.
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut line = Self { level: *event.metadata().level(), message: String::new(), fields: Vec::new() };
        event.record(&mut line);
        line
    }

    /// One that is about the log itself.
    pub(super) fn about_the_log(message: String) -> Self {
        Self { level: Level::WARN, message, fields: vec![("event", "log".into())] }
    }

    /// As people read it.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// As syslog has them: 2 is critical, 7 for debugging.
    pub(super) fn priority(&self) -> u64 {
        self.own_priority().unwrap_or(match self.level {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        })
    }

    /// The one that it has got expressly.
    pub(super) fn own_priority(&self) -> Option<u64> {
        self.fields.iter().find(|(name, _)| *name == "priority").and_then(|(_, value)| value.as_u64())
    }

    /// One JSON object and a line end: moment and event as in the journal, then the fields, then the text.
    pub(super) fn json(&self, at: Wall) -> String {
        let mut octets = Vec::new();
        let written = serde_json::Serializer::new(&mut octets).serialize_map(None).and_then(|mut map| {
            map.serialize_entry("at", &at.to_string())?;
            map.serialize_entry("level", level_name(self.level))?;
            for (name, value) in &self.fields {
                map.serialize_entry(name, value)?;
            }
            map.serialize_entry("message", &self.message)?;
            map.end()
        });
        written.expect("texts and numbers can be written into memory");
        octets.push(b'\n');
        String::from_utf8(octets).expect("JSON is UTF-8")
    }

    /// The native protocol of journald: `NAME=value`, or the name, eight octets of length and whatever there is.
    pub(super) fn journald(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        entry(&mut octets, "MESSAGE", &self.message);
        entry(&mut octets, "PRIORITY", &self.priority().to_string());
        entry(&mut octets, "SYSLOG_IDENTIFIER", "alertmail");
        for (name, value) in self.fields.iter().filter(|(name, _)| *name != "priority") {
            let name = format!("ALERTMAIL_{}", name.to_ascii_uppercase());
            match value {
                Value::String(text) => entry(&mut octets, &name, text),
                other => entry(&mut octets, &name, &other.to_string()),
            }
        }
        octets
    }

    fn take(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => self.fields.push((name, value)),
        }
    }
}

impl Visit for Line {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format!("{value:?}").into());
    }
}

/// As the configuration calls it.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        _ => "debug",
    }
}

fn entry(octets: &mut Vec<u8>, name: &str, value: &str) {
    octets.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        octets.push(b'\n');
        octets.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        octets.push(b'=');
    }
    octets.extend_from_slice(value.as_bytes());
    octets.push(b'\n');
}
