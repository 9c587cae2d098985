//! The drawings: how many alerts went out, and how long they took. SVG made here; it needs no script.

use spool_format::Wall;

use super::day::{Day, SLOT, SLOTS, percentile};
use super::facts::Facts;
use super::html::Html;
use super::words::Words;
use crate::output::age;

/// Units of the drawing, which is as wide as its place.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 190.0;
/// Room for the numbers at the left and for the hours below.
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 12.0;

/// Latencies between which the drawing reaches, in milliseconds, where no alert was faster or slower.
const FASTEST_MS: u32 = 100;
const SLOWEST_MS: u32 = 10_000;

/// Behind this slot there is no room for the name of its hour.
const LAST_NAMED: usize = SLOTS - 1;

/// An hour stands below every so many slots.
const HOURS_EVERY: usize = 12;

/// Both drawings.
pub(super) fn part(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    html.ours("<section id=\"plots\"><figure><figcaption>").text(words.throughput).ours("</figcaption>");
    html.piece(&throughput(facts, words)).ours("</figure><figure><figcaption>").text(words.latency);
    html.ours(" <small>")
        .text(words.latency_note)
        .ours("</small></figcaption>")
        .piece(&latency(facts, words));
    html.ours("</figure></section>");
    html
}

fn throughput(facts: &Facts, words: &Words) -> Html {
    let day = &facts.day;
    let highest = day.slots.iter().map(|slot| slot.took_ms.len() + slot.dead).max().unwrap_or(0);
    let most = round_up(highest.max(4));
    let y = |count: usize| bottom() - (bottom() - TOP) * portion(count, most);
    let mut html = frame(words.throughput);
    for tick in [0, most / 2, most] {
        line_at(&mut html, y(tick), &tick.to_string());
    }
    hours(&mut html, facts);
    let width = (slot_width() - 2.0).max(1.0);
    for (n, slot) in day.slots.iter().enumerate() {
        let (sent, dead) = (slot.took_ms.len(), slot.dead);
        if sent + dead == 0 {
            continue;
        }
        html.ours("<g><title>").text(&words.slot(&clock(day, n, facts), sent, dead)).ours("</title>");
        bar(&mut html, "sent", x(n) + 1.0, width, (y(sent), bottom()));
        bar(&mut html, "lost", x(n) + 1.0, width, (y(sent + dead), y(sent)));
        html.ours("</g>");
    }
    html.ours("</svg>");
    html
}

fn latency(facts: &Facts, words: &Words) -> Html {
    let day = &facts.day;
    let all = day.took_ms();
    let slowest = day.slots.iter().filter_map(|slot| percentile(&slot.took_ms, 95)).max().unwrap_or(0);
    let low = decade_below(all.first().copied().unwrap_or(FASTEST_MS).min(FASTEST_MS));
    let high = decade_above(slowest.max(SLOWEST_MS));
    let (from, to) = (f64::from(low).log10(), f64::from(high).log10());
    let y = |ms: u32| bottom() - (bottom() - TOP) * ((f64::from(ms.max(low)).log10() - from) / (to - from));
    let mut html = frame(words.latency);
    let mut tick = low;
    while tick <= high {
        line_at(&mut html, y(tick), &words.tick(tick));
        let Some(next) = tick.checked_mul(10) else { break };
        tick = next;
    }
    hours(&mut html, facts);
    for (n, slot) in day.slots.iter().enumerate() {
        let (Some(median), Some(slow)) = (percentile(&slot.took_ms, 50), percentile(&slot.took_ms, 95))
        else {
            continue;
        };
        let middle = x(n) + slot_width() / 2.0;
        let said = words.slot_times(&clock(day, n, facts), &words.measured(median), &words.measured(slow));
        html.ours("<g><title>").text(&said).ours("</title>");
        bar(&mut html, "range", middle - 1.0, 2.0, (y(slow), y(median)));
        html.ours("<circle class=\"median\" r=\"3\" cx=\"").number(middle).ours("\" cy=\"").number(y(median));
        html.ours("\"/></g>");
    }
    html.ours("</svg>");
    html
}

fn frame(name: &'static str) -> Html {
    let mut html = Html::new();
    html.ours("<svg role=\"img\" viewBox=\"0 0 ")
        .number(WIDTH)
        .ours(" ")
        .number(HEIGHT)
        .ours("\" aria-label=\"");
    html.text(name).ours("\">");
    html
}

/// A line across, with what it stands for.
fn line_at(html: &mut Html, y: f64, name: &str) {
    html.ours("<line class=\"grid\" x1=\"")
        .number(LEFT)
        .ours("\" x2=\"")
        .number(WIDTH)
        .ours("\" y1=\"")
        .number(y);
    html.ours("\" y2=\"").number(y).ours("\"/><text class=\"left\" x=\"").number(LEFT - 8.0).ours("\" y=\"");
    html.number(y + 4.0).ours("\">").text(name).ours("</text>");
}

/// The hours below: at each sixth full one.
fn hours(html: &mut Html, facts: &Facts) {
    for n in (0..LAST_NAMED).filter(|n| is_marked(&facts.day, *n, facts.offset_minutes)) {
        html.ours("<text class=\"below\" x=\"").number(x(n)).ours("\" y=\"").number(HEIGHT - 6.0).ours("\">");
        html.text(&clock(&facts.day, n, facts)).ours("</text>");
    }
}

fn is_marked(day: &Day, slot: usize, offset_minutes: i32) -> bool {
    let minutes = start(day, slot).unix_ms() / 60_000 + i64::from(offset_minutes);
    let every = i64::try_from(SLOT.as_secs() / 60).unwrap_or(30) * i64::try_from(HOURS_EVERY).unwrap_or(12);
    minutes.rem_euclid(every) == 0
}

fn start(day: &Day, slot: usize) -> Wall {
    let slot = u32::try_from(slot).unwrap_or(u32::MAX);
    day.begins.unwrap_or(Wall::from_unix_ms(0)).plus(SLOT.saturating_mul(slot))
}

/// When a slot begins: `04:30`.
fn clock(day: &Day, slot: usize, facts: &Facts) -> String {
    let at = start(day, slot);
    age::clock(at, at, facts.offset_minutes).chars().take(5).collect()
}

fn bar(html: &mut Html, class: &'static str, x: f64, width: f64, (top, bottom): (f64, f64)) {
    if bottom - top <= 0.0 {
        return;
    }
    html.ours("<rect class=\"").ours(class).ours("\" x=\"").number(x).ours("\" y=\"").number(top);
    html.ours("\" width=\"").number(width).ours("\" height=\"").number(bottom - top).ours("\"/>");
}

const fn bottom() -> f64 {
    HEIGHT - BOTTOM
}

fn slot_width() -> f64 {
    (WIDTH - LEFT) * portion_of_slots(1)
}

fn x(slot: usize) -> f64 {
    LEFT + (WIDTH - LEFT) * portion_of_slots(slot)
}

fn portion_of_slots(slots: usize) -> f64 {
    portion(slots, SLOTS)
}

fn portion(of: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(of) / number(whole).max(1.0)
}

/// The next number that is round and even: 4, 6, 10, 20, 40, 60, 100 …
fn round_up(count: usize) -> usize {
    let mut ten = 1;
    loop {
        if let Some(round) = [2, 4, 6, 10].into_iter().map(|it| it * ten).find(|it| *it >= count) {
            return round;
        }
        ten *= 10;
    }
}

fn decade_below(ms: u32) -> u32 {
    10_u32.pow(ms.max(1).ilog10())
}

fn decade_above(ms: u32) -> u32 {
    let below = decade_below(ms);
    if below == ms { ms } else { below.saturating_mul(10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_reach_far_enough() {
        assert_eq!([1, 4, 5, 7, 11, 61, 999].map(round_up), [2, 4, 6, 10, 20, 100, 1_000]);
        assert_eq!([1, 9, 10, 99, 100].map(decade_below), [1, 1, 10, 10, 100]);
        assert_eq!([1, 9, 10, 99, 4_000_000_000].map(decade_above), [1, 10, 10, 100, u32::MAX]);
    }
}
