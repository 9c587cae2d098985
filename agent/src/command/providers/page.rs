//! The listing for people: what is configured as a table, what is known as paragraphs.

use std::fmt::Write as _;

use super::words::{self, Limit};
use super::{Configured, Known, Listing};
use crate::config::PresetLimits;
use crate::notice::{self, Tongue};
use crate::output::age;
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, printable};
use crate::output::wrap::wrapped;

/// Blanks in front of what is said of a preset.
const INDENT: &str = "    ";

pub(super) fn text(listing: &Listing, look: Look) -> String {
    let tongue = look.tongue;
    let mut text = String::new();
    if listing.configured.is_empty() {
        let _ = writeln!(text, "{}", words::none(tongue));
    } else {
        let rows: Vec<Vec<Cell>> =
            listing.configured.iter().enumerate().map(|(n, it)| row(n + 1, it, listing, tongue)).collect();
        text = table::set(&words::heads(tongue), &rows, look);
    }
    if let Some(why) = &listing.no_journal {
        let _ = writeln!(text, "{}", words::no_journal(tongue, &printable(why)));
    }
    for it in &listing.configured {
        drill(it, listing, look, &mut text);
        canary(it, listing, look, &mut text);
        connections(it, look, &mut text);
        quota(it, look, &mut text);
    }
    for retirement in listing.configured.iter().filter_map(|it| it.retirement.as_deref()) {
        let _ =
            writeln!(text, "{}", look.paint(&printable(&notice::why(tongue, retirement)), Colour::Yellow));
    }
    let _ = writeln!(text, "\n{}", words::presets(tongue));
    for known in &listing.presets {
        describe(known, &listing.at.day(), look, &mut text);
    }
    text
}

fn row(number: usize, it: &Configured, listing: &Listing, tongue: Tongue) -> Vec<Cell> {
    let (state, why) = match &it.outage {
        Some(outage) => {
            let state = words::left_out_for(tongue, &age::short(tongue, listing.at.since(outage.since)));
            let soon = age::until(tongue, outage.until, listing.at);
            let why = printable(&words::asked_again(tongue, &soon, &outage.reason));
            (Cell::painted(state, Colour::Red), why)
        }
        None => (Cell::plain(words::state(tongue, it.state)), String::new()),
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
    let tongue = look.tongue;
    let Some(result) = it.drill.as_ref().and_then(|drill| drill.result.as_ref()) else { return };
    let ago = age::ago(tongue, listing.at.since(result.ended));
    let mut said = vec![words::passed(tongue, result.ok)];
    said.extend((result.ok && !result.login).then(|| words::without_login(tongue)));
    said.extend(result.certificate_end.map(|end| words::certificate(tongue, &end.day())));
    said.extend(result.news.iter().chain(&result.changes).map(|text| notice::why(tongue, text)));
    let line = printable(&words::drill(tongue, &it.name, &ago, &said));
    let line = if result.news.is_empty() { line } else { look.paint(&line, Colour::Yellow) };
    let _ = writeln!(text, "{line}");
}

/// What became of the last canary mail, in a line.
fn canary(it: &Configured, listing: &Listing, look: Look, text: &mut String) {
    let Some(canary) = &it.canary else { return };
    let ago = age::ago(look.tongue, listing.at.since(canary.ended.unwrap_or(canary.begun)));
    let ended = canary.ended.map(|_| if canary.ok { Ok(()) } else { Err(canary.text.as_str()) });
    let line = printable(&words::canary(look.tongue, &it.name, &ago, ended));
    let is_bad = matches!(ended, Some(Err(_)));
    let _ = writeln!(text, "{}", if is_bad { look.paint(&line, Colour::Yellow) } else { line });
}

/// That it gets fewer connections than it was to get, in a line.
fn connections(it: &Configured, look: Look, text: &mut String) {
    if let Some(now) = it.connections_now.filter(|now| *now < it.connections) {
        let line = printable(&words::fewer_connections(look.tongue, &it.name, now, it.connections));
        let _ = writeln!(text, "{}", look.paint(&line, Colour::Yellow));
    }
}

/// How much of its quotas is used, in a line.
fn quota(it: &Configured, look: Look, text: &mut String) {
    if it.quota.is_empty() {
        return;
    }
    let tongue = look.tongue;
    let used: Vec<String> =
        it.quota.iter().map(|left| words::left(tongue, &left.in_words(tongue), left.left)).collect();
    let line = printable(&words::sent(tongue, &it.name, &used));
    let is_used_up = it.quota.iter().any(|left| left.left == 0);
    let _ = writeln!(text, "{}", if is_used_up { look.paint(&line, Colour::Yellow) } else { line });
}

fn describe(known: &Known, today: &str, look: Look, text: &mut String) {
    let tongue = look.tongue;
    let host = known.host.unwrap_or("HOST");
    let checked = words::checked(tongue, known.checked);
    let head = format!("  {}  {host}:{}  {checked}", known.name, known.endpoints.join(","));
    let _ = writeln!(text, "{}", head.replace(known.name, &look.paint(known.name, Colour::Dim)));
    if let Some(day) = known.retired {
        let closes = words::closes(tongue, day, day <= today, known.successor);
        let _ = writeln!(text, "{INDENT}{}", look.paint(&closes, Colour::Red));
    }
    let _ = writeln!(text, "{INDENT}{}", words::sender(tongue, known.sender, &known.domains.join(", ")));
    let limits = limits(tongue, known.limits);
    if !limits.is_empty() {
        let _ = writeln!(text, "{INDENT}{}", words::limits(tongue, &limits));
    }
    let notes = known.notes[tongue.either("en", "ja")];
    for line in wrapped(notes, look.columns.saturating_sub(INDENT.len())) {
        let _ = writeln!(text, "{INDENT}{line}");
    }
}

fn limits(tongue: Tongue, limits: PresetLimits) -> Vec<String> {
    let kibibytes = limits.message_octets.and_then(|octets| u64::try_from(octets >> 10).ok());
    let known = [
        (Limit::Kibibytes, kibibytes),
        (Limit::Recipients, limits.recipients_per_message.map(u64::from)),
        (Limit::RecipientsADay, limits.recipients_per_day.map(u64::from)),
        (Limit::MessagesADay, limits.messages_per_day.map(u64::from)),
        (Limit::Connections, limits.connections.map(u64::from)),
    ];
    known.into_iter().filter_map(|(limit, most)| Some(words::limit(tongue, limit, most?))).collect()
}
