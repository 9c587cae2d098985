//! The JSON that Alertmanager posts (version 4), and Grafana after its model.
//!
//! One alert for each notification, not one for each member of its group. The group is what the operator has chosen to
//! be told of at once, and every notification repeats the whole group, whatever has changed: one mail a member would tell
//! everything again and again, in the night, and by the dozen. The key is the group's, so that all that is told of it
//! is one thread; it is over when the last member is.

use serde_json::Value;
use spool_format::Severity::{self, Critical, Info, Warning};

use super::given::{Given, key_of};
use super::told::Told;

/// Members whose details are shown. A mail that nobody reads to its end helps nobody.
const MEMBERS_SHOWN_MAX: usize = 50;

/// Labels that say how bad it is, by the words that are in use for it.
fn severity(member: &Value) -> Option<Severity> {
    let labels = &member["labels"];
    let word = ["severity", "priority", "level"].iter().find_map(|name| labels[*name].as_str())?;
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "crit" | "page" | "pager" | "emergency" | "fatal" | "disaster" | "high" | "p1"
        | "alert" => Critical,
        "info" | "information" | "informational" | "none" | "notice" | "low" | "debug" | "p4" | "p5" => Info,
        _ => Warning,
    })
}

/// What one member is, in the words that its rule has for it.
fn words(member: &Value) -> Option<&str> {
    let text =
        |table: &str, name: &str| member[table][name].as_str().map(str::trim).filter(|text| !text.is_empty());
    let of_rule = || text("annotations", "summary").or_else(|| text("annotations", "title"));
    of_rule().or_else(|| text("labels", "alertname"))
}

/// What tells one member from the others.
fn place(member: &Value) -> Option<&str> {
    ["instance", "host", "node", "job"].iter().find_map(|name| member["labels"][*name].as_str())
}

fn is_over(member: &Value) -> bool {
    member["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("resolved"))
}

/// Reads it; nothing if it is not of that form.
pub(super) fn tell(caller: &str, given: &Given<'_>) -> Option<Told> {
    let document: Value = serde_json::from_str(given.stdin).ok()?;
    let members = document["alerts"].as_array()?;
    let (over, firing): (Vec<&Value>, Vec<&Value>) = members.iter().partition(|member| is_over(member));
    let all_over = match document["status"].as_str() {
        Some(status) => status.eq_ignore_ascii_case("resolved") && firing.is_empty(),
        None => firing.is_empty() && !over.is_empty(),
    };
    let shown = if firing.is_empty() { &over } else { &firing };
    // Critical is the least. A trouble that is over counts as long as nothing else is left.
    let severity = shown.iter().filter_map(|member| severity(member)).min();
    let mut told = Told::new(subject(caller, &document, shown), severity.unwrap_or(Warning));
    told.resolves = all_over;
    told.key = key(caller, &document, members);
    if members.is_empty() {
        told.note("the notification holds no alert; this is all there was");
        told.paragraph(given.stdin);
        return Some(told);
    }
    if caller == "alertmanager" && document["version"].as_str() != Some("4") {
        told.note("this is not version 4 of the webhook; what is known of that was read");
    }
    match &document["truncatedAlerts"] {
        Value::Number(left_out) if left_out.as_u64() != Some(0) => {
            told.note(&format!("{left_out} more alerts of this group were left out by {caller}"));
        }
        _ => {}
    }
    told.line("Title", document["title"].as_str());
    for (heading, members) in [("Firing", &firing), ("Resolved", &over)] {
        if !members.is_empty() {
            told.paragraph(&format!("{heading}: {}", members.len()));
        }
        for member in members.iter().take(MEMBERS_SHOWN_MAX) {
            told.paragraph(&details(member));
        }
        if members.len() > MEMBERS_SHOWN_MAX {
            told.paragraph(&format!("… and {} more", members.len() - MEMBERS_SHOWN_MAX));
        }
    }
    told.line("\nSee", document["externalURL"].as_str());
    Some(told)
}

fn subject(caller: &str, document: &Value, shown: &[&Value]) -> String {
    let first = shown.first().copied().unwrap_or(&Value::Null);
    let name = |table: &str| document[table]["alertname"].as_str();
    let what =
        if shown.len() == 1 { words(first) } else { name("commonLabels").or_else(|| name("groupLabels")) };
    let what = what.or_else(|| words(first)).or_else(|| document["title"].as_str()).unwrap_or(caller);
    let mut places: Vec<&str> = shown.iter().filter_map(|member| place(member)).collect();
    places.sort_unstable();
    places.dedup();
    let places = match places.as_slice() {
        [] => String::new(),
        [one] if what.contains(one) => String::new(),
        [first, second, _, rest @ ..] if !rest.is_empty() => {
            format!(" ({first}, {second} and {} more)", rest.len() + 1)
        }
        _ => format!(" ({})", places.join(", ")),
    };
    let count = if shown.len() > 1 { format!("{}× ", shown.len()) } else { String::new() };
    format!("{count}{what}{places}")
}

/// The group's key. Without one a single member's fingerprint is the same for trouble and end, too.
fn key(caller: &str, document: &Value, members: &[Value]) -> Option<String> {
    let group = document["groupKey"].as_str().filter(|key| !key.trim().is_empty());
    let fingerprint = || match members {
        [member] => member["fingerprint"].as_str(),
        _ => None,
    };
    // Two receivers of one Alertmanager may get the same group.
    group.or_else(fingerprint).and_then(|key| key_of(caller, &[key]))
}

fn details(member: &Value) -> String {
    let mut text = format!("- {}\n", words(member).unwrap_or("an alert"));
    let mut line = |label: &str, value: Option<&str>| {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            text.extend(["  ", label, ": ", &value.replace('\n', "\n    "), "\n"]);
        }
    };
    let tables = [&member["annotations"], &member["labels"]];
    for (name, value) in tables.into_iter().filter_map(Value::as_object).flatten() {
        line(name, value.as_str().filter(|value| Some(*value) != words(member)));
    }
    // What is not over says so by the year 1.
    let moment = |name: &str| member[name].as_str().filter(|at| !at.starts_with("0001-"));
    line("since", moment("startsAt"));
    line("until", moment("endsAt").filter(|_| is_over(member)));
    line("value", member["valueString"].as_str());
    line("rule", member["generatorURL"].as_str());
    text
}

/// What could not be read as a webhook: an alert all the same.
pub(super) fn odd(caller: &str, given: &Given<'_>) -> Told {
    let mut told = Told::new(format!("notification of {caller} that cannot be read"), Warning);
    told.note(match serde_json::from_str::<Value>(given.stdin) {
        _ if given.stdin.trim().is_empty() => "it was empty",
        Ok(_) => "it is JSON, but none of the form that is known; this is all there was",
        Err(_) => "it is not JSON; this is all there was",
    });
    told.paragraph(&given.everything(&[]));
    told
}
