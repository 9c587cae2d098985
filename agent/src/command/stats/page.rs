//! What `alertmail stats` says to people.

use std::fmt::Write as _;
use std::time::Duration;

use super::count::{Counts, Failure, Provider, Spread};
use super::words;
use crate::notice::Tongue;
use crate::output::age::precise;
use crate::output::chart::{bar, sparkline};
use crate::output::table::{Cell, set};
use crate::output::terminal::{Colour, Look, columns, printable};

/// Columns of what kind of failure it is.
const WHAT_COLUMNS: usize = 40;
/// Characters of the longest bar.
const BAR: usize = 24;
/// Kinds of failures that are shown of one provider.
const FAILURES_MAX: usize = 5;

pub(in super::super) fn text(counts: &Counts, look: Look) -> String {
    let mut text = days(counts, look);
    text.push('\n');
    let _ = writeln!(
        text,
        "{}",
        words::accepted_to_sent(look.tongue, &spread(look.tongue, counts.accept_to_sent_ms))
    );
    if counts.providers.is_empty() {
        let _ = writeln!(text, "{}", words::no_provider(look.tongue));
        return text;
    }
    text.push('\n');
    text.push_str(&providers(counts, look));
    for provider in counts.providers.iter().filter(|provider| !provider.failures.is_empty()) {
        failures(&mut text, provider, look);
    }
    text
}

fn days(counts: &Counts, look: Look) -> String {
    let most = counts.days.iter().map(|day| day.accepted).max().unwrap_or(0);
    let number = |count: u64, colour: Colour| {
        let colour = if count == 0 { Colour::Dim } else { colour };
        Cell::painted(count.to_string(), colour)
    };
    let rows: Vec<Vec<Cell>> = counts
        .days
        .iter()
        .map(|day| {
            vec![
                Cell::plain(day.day.clone()),
                number(day.accepted, Colour::Plain),
                number(day.sent, Colour::Plain),
                number(day.deferred, Colour::Yellow),
                number(day.dead, Colour::Red),
                number(day.corrupt, Colour::Yellow),
                number(day.attempts, Colour::Plain),
                number(day.failed, Colour::Yellow),
                Cell::painted(bar(day.accepted, most, BAR), Colour::Cyan),
            ]
        })
        .collect();
    set(&words::days(look.tongue), &rows, look)
}

fn providers(counts: &Counts, look: Look) -> String {
    let row = |provider: &Provider| {
        let time = |value: u64| {
            let time = if provider.taken_ms.count == 0 {
                "-".to_owned()
            } else {
                precise(look.tongue, Duration::from_millis(value))
            };
            Cell::plain(time)
        };
        vec![
            Cell::plain(printable(&provider.provider)),
            Cell::plain(provider.attempts.to_string()),
            Cell::plain(provider.taken.to_string()),
            Cell::plain(percent(provider.taken, provider.attempts)),
            time(provider.taken_ms.p50),
            time(provider.taken_ms.p90),
            time(provider.taken_ms.p99),
            time(provider.taken_ms.max),
            Cell::painted(sparkline(&provider.attempts_by_day), Colour::Cyan),
        ]
    };
    let rows: Vec<Vec<Cell>> = counts.providers.iter().map(row).collect();
    set(&words::providers(look.tongue), &rows, look)
}

fn failures(text: &mut String, provider: &Provider, look: Look) {
    let _ = writeln!(
        text,
        "\n{}",
        look.paint(&words::failures(look.tongue, &printable(&provider.provider)), Colour::Dim)
    );
    let most = provider.failures.first().map_or(0, |failure| failure.count);
    for failure in provider.failures.iter().take(FAILURES_MAX) {
        let Failure { scope, duration, rule, count } = failure;
        let word = |word: &Option<String>| printable(word.as_deref().unwrap_or("-"));
        let what = words::failure(look.tongue, [&word(rule), &word(scope), &word(duration)]);
        let gap = " ".repeat(WHAT_COLUMNS.saturating_sub(columns(&what)));
        let _ = writeln!(
            text,
            "  {count:>7}  {what}{gap}  {}",
            look.paint(&bar(*count, most, BAR), Colour::Yellow)
        );
    }
    if let Some(more) = provider.failures.len().checked_sub(FAILURES_MAX).filter(|more| *more > 0) {
        let _ = writeln!(text, "           {}", words::more_kinds(look.tongue, more));
    }
}

/// Rounded down, so that 100% means all.
fn percent(part: u64, whole: u64) -> String {
    (part * 100).checked_div(whole).map_or_else(String::new, |percent| format!("{percent}%"))
}

fn spread(tongue: Tongue, spread: Spread) -> String {
    if spread.count == 0 {
        return words::nothing_sent(tongue);
    }
    let Spread { count, p50, p90, p99, max } = spread;
    let [half, most, nearly, longest] =
        [p50, p90, p99, max].map(|ms| precise(tongue, Duration::from_millis(ms)));
    words::spread(tongue, [&half, &most, &nearly, &longest], count)
}
