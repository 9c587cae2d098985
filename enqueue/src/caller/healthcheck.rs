//! A health check: what and how it stands as arguments, its output on stdin; or an event of `docker events` as JSON.

use serde_json::Value;
use spool_format::Severity::{Critical, Info, Warning};

use super::given::Given;
use super::told::Told;

pub(super) fn tell(given: &Given<'_>) -> Told {
    if let (Some(name), Some(status)) = (given.word(0), given.word(1)) {
        let mut told = stands(given, name, status);
        for word in given.words.iter().skip(2) {
            told.paragraph(word);
        }
        told.paragraph(given.stdin);
        return told;
    }
    let event: Option<Value> = given.stdin.lines().find_map(|line| serde_json::from_str(line.trim()).ok());
    if let Some(told) = event.as_ref().and_then(|event| docker(given, event)) {
        return told;
    }
    let mut told = Told::new("health check without a name", Warning);
    told.note("neither NAME STATUS as arguments nor an event of docker on stdin; this is all there was");
    told.paragraph(&given.everything(&[]));
    told
}

fn stands(given: &Given<'_>, name: &str, status: &str) -> Told {
    let status = status.trim();
    let (severity, resolves) = match status.to_ascii_lowercase().as_str() {
        "healthy" | "up" | "ok" | "pass" | "passing" | "success" | "0" => (Critical, true),
        "starting" => (Info, false),
        "degraded" | "warn" | "warning" => (Warning, false),
        _ => (Critical, false),
    };
    let mut told = Told::new(format!("{}: {status}", name.trim()), severity);
    told.resolves = resolves;
    told.key = given.key("healthcheck", &[name]);
    told
}

/// `docker events --format '{{json .}}'`: `health_status: unhealthy`, and before that words of the container.
fn docker(given: &Given<'_>, event: &Value) -> Option<Told> {
    let action = event["Action"].as_str().or_else(|| event["status"].as_str())?;
    let attributes = &event["Actor"]["Attributes"];
    let name = attributes["name"].as_str().or_else(|| event["id"].as_str()).unwrap_or("a container");
    let status = action.strip_prefix("health_status:").unwrap_or(action).trim();
    let mut told = stands(given, name, status);
    told.line("Container", attributes["name"].as_str());
    told.line("Image", attributes["image"].as_str().or_else(|| event["from"].as_str()));
    told.line("Id", event["Actor"]["ID"].as_str().or_else(|| event["id"].as_str()));
    told.line("Event", Some(action));
    // Only an event about health is known to be the end or the beginning of something.
    if !action.starts_with("health_status") {
        told.severity = Warning;
        told.resolves = false;
    }
    Some(told)
}
