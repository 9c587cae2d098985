//! The listing for people: what is configured as a table, what is known as paragraphs.

use std::fmt::Write as _;

use super::{Configured, Known, Listing};
use crate::config::PresetLimits;
use crate::output::age;
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, printable};
use crate::output::wrap::wrapped;

/// Blanks in front of what is said of a preset.
const INDENT: &str = "    ";

pub(super) fn text(listing: &Listing, look: Look) -> String {
    let japanese = look.tongue == crate::notice::Tongue::Japanese;
    let mut text = String::new();
    if listing.configured.is_empty() {
        text.push_str("none is configured: name a configuration with --config FILE\n");
    } else {
        let rows: Vec<Vec<Cell>> =
            listing.configured.iter().enumerate().map(|(n, it)| row(n + 1, it, listing)).collect();
        text = table::set(&["", "PROVIDER", "PRESET", "HOST", "FROM", "STATE", "WHY"], &rows, look);
    }
    if let Some(why) = &listing.no_journal {
        let _ = writeln!(text, "how they stand is not known: {}", printable(why));
    }
    for it in &listing.configured {
        drill(it, listing, look, &mut text);
        canary(it, listing, look, &mut text);
        quota(it, look, &mut text);
    }
    for retirement in listing.configured.iter().filter_map(|it| it.retirement.as_deref()) {
        let _ = writeln!(text, "{}", look.paint(&printable(retirement), Colour::Yellow));
    }
    text.push_str("\npresets:\n");
    for known in &listing.presets {
        describe(known, &listing.at.day(), (look, japanese), &mut text);
    }
    text
}

fn row(number: usize, it: &Configured, listing: &Listing) -> Vec<Cell> {
    let (state, why) = match &it.outage {
        Some(outage) => {
            let since = age::short(crate::notice::Tongue::English, listing.at.since(outage.since));
            let state = format!("left out for {since}");
            let again = age::until(crate::notice::Tongue::English, outage.until, listing.at);
            (Cell::painted(state, Colour::Red), format!("asked again {again}: {}", printable(&outage.reason)))
        }
        None => (Cell::plain(it.state), String::new()),
    };
    vec![
        Cell::plain(number.to_string()),
        Cell::plain(printable(&it.name)),
        Cell::plain(it.preset.unwrap_or("-")),
        Cell::plain(place(it)),
        Cell::plain(printable(&it.from)),
        state,
        Cell::plain(why),
    ]
}

/// Where its server is; programs and folders have none.
fn place(it: &Configured) -> String {
    if it.endpoints.is_empty() {
        return "-".to_owned();
    }
    format!("{}:{}", printable(&it.host), it.endpoints.join(","))
}

/// What the last drill has found, in a line.
fn drill(it: &Configured, listing: &Listing, look: Look, text: &mut String) {
    let Some(result) = it.drill.as_ref().and_then(|drill| drill.result.as_ref()) else { return };
    let ago = age::short(crate::notice::Tongue::English, listing.at.since(result.ended));
    let mut said = vec![if result.ok { "all is well" } else { "failed" }.to_owned()];
    said.extend(result.ok.then_some(()).filter(|()| !result.login).map(|()| "without a login".to_owned()));
    said.extend(result.certificate_end.map(|end| format!("certificate until {}", end.day())));
    said.extend(result.news.iter().chain(&result.changes).cloned());
    let line = printable(&format!("{}: drill {ago} ago: {}", it.name, said.join(", ")));
    let line = if result.news.is_empty() { line } else { look.paint(&line, Colour::Yellow) };
    let _ = writeln!(text, "{line}");
}

/// What became of the last canary mail, in a line.
fn canary(it: &Configured, listing: &Listing, look: Look, text: &mut String) {
    let Some(canary) = &it.canary else { return };
    let ago =
        age::short(crate::notice::Tongue::English, listing.at.since(canary.ended.unwrap_or(canary.begun)));
    let what = match canary.ended {
        None => "on its way".to_owned(),
        Some(_) if canary.ok => "taken".to_owned(),
        Some(_) => format!("not taken: {}", canary.text),
    };
    let line = printable(&format!("{}: canary mail {ago} ago: {what}", it.name));
    let is_bad = canary.ended.is_some() && !canary.ok;
    let _ = writeln!(text, "{}", if is_bad { look.paint(&line, Colour::Yellow) } else { line });
}

/// How much of its quotas is used, in a line.
fn quota(it: &Configured, look: Look, text: &mut String) {
    if it.quota.is_empty() {
        return;
    }
    let used: Vec<String> =
        it.quota.iter().map(|left| format!("{}, {} left", left.in_words(), left.left)).collect();
    let line = printable(&format!("{}: sent {}", it.name, used.join("; ")));
    let is_used_up = it.quota.iter().any(|left| left.left == 0);
    let _ = writeln!(text, "{}", if is_used_up { look.paint(&line, Colour::Yellow) } else { line });
}

fn describe(known: &Known, today: &str, (look, japanese): (Look, bool), text: &mut String) {
    let host = known.host.unwrap_or("HOST");
    let head = format!("  {}  {host}:{}  checked {}", known.name, known.endpoints.join(","), known.checked);
    let _ = writeln!(text, "{}", head.replace(known.name, &look.paint(known.name, Colour::Dim)));
    if let Some(day) = known.retired {
        let verb = if day <= today { "closed" } else { "closes" };
        let next = known.successor.map_or_else(String::new, |next| format!(", {next} takes its place"));
        let _ = writeln!(text, "{INDENT}{}", look.paint(&format!("{verb} on {day}{next}"), Colour::Red));
    }
    let _ = writeln!(text, "{INDENT}sender: {}", sender(known));
    let limits = limits(known.limits);
    if !limits.is_empty() {
        let _ = writeln!(text, "{INDENT}limits: {}", limits.join(", "));
    }
    let notes = known.notes[if japanese { "ja" } else { "en" }];
    for line in wrapped(notes, look.columns.saturating_sub(INDENT.len())) {
        let _ = writeln!(text, "{INDENT}{line}");
    }
}

fn sender(known: &Known) -> String {
    let domains = known.domains.join(", ");
    let at = if domains.is_empty() { String::new() } else { format!(" at {domains}") };
    match known.sender {
        "own" => format!("the account's own address{at} only"),
        "registered" => format!("the account's own address{at}, and those that are registered with it"),
        "replaced" => "any, but the account's own address takes its place without a word".to_owned(),
        "any" => "any".to_owned(),
        _ => "not known".to_owned(),
    }
}

fn limits(limits: PresetLimits) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |limit: Option<u64>, what: &str| {
        words.extend(limit.map(|limit| format!("{limit} {what}")));
    };
    add(limits.message_octets.and_then(|octets| u64::try_from(octets >> 10).ok()), "KiB a message");
    add(limits.recipients_per_message.map(u64::from), "recipients a message");
    add(limits.recipients_per_day.map(u64::from), "recipients a day");
    add(limits.messages_per_day.map(u64::from), "messages a day");
    add(limits.connections.map(u64::from), "connections");
    words
}
