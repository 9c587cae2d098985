//! Grafana: the JSON of a webhook contact point, on stdin; before version 9 one rule a notification.

use serde_json::Value;
use spool_format::Severity::{Critical, Warning};

use super::given::{Given, key_of};
use super::told::Told;
use super::webhook;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let unified = webhook::tell("grafana", given);
    unified.or_else(|| legacy(given)).unwrap_or_else(|| webhook::odd("grafana", given))
}

fn legacy(given: &Given<'_>) -> Option<Told> {
    let document: Value = serde_json::from_str(given.stdin).ok()?;
    let text = |name: &str| document[name].as_str().map(str::trim).filter(|text| !text.is_empty());
    let rule = text("ruleName")?;
    let state = text("state").unwrap_or("alerting");
    let severity = if matches!(state, "alerting" | "ok") { Critical } else { Warning };
    let mut told = Told::new(format!("{rule}: {state}"), severity);
    told.resolves = state == "ok";
    let id = document["ruleId"].as_i64().map_or_else(|| rule.to_owned(), |id| id.to_string());
    told.key = key_of("grafana", &[&id]);
    told.paragraph(text("message").unwrap_or_default());
    for found in document["evalMatches"].as_array().into_iter().flatten() {
        told.line(found["metric"].as_str().unwrap_or("value"), Some(found["value"].to_string()));
    }
    told.line("\nSee", text("ruleUrl"));
    Some(told)
}
