//! How it stands: one sentence in a colour, what somebody should look at, and the numbers.

use std::cmp::Reverse;
use std::time::Duration;

use spool_format::NoticeKind;

use super::day::percentile;
use super::facts::Facts;
use super::html::Html;
use super::words::Words;
use crate::notice;
use crate::output::age;

/// An alert that has waited for so long has to be looked at today, and now.
const WAITS: (Duration, Duration) = (Duration::from_mins(5), Duration::from_mins(15));

/// Characters of a sentence about trouble.
const SENTENCE_MAX: usize = 400;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Degree {
    Well,
    Today,
    Now,
}

/// What somebody should look at, the worst first.
pub(super) fn problems(facts: &Facts, words: &Words) -> Vec<(Degree, String)> {
    let mut found = Vec::new();
    let mut add = |degree, sentence: String| found.push((degree, sentence));
    let why = |reason: &str| notice::why(words.tongue, reason);
    if !facts.running {
        add(Degree::Now, words.no_agent.to_owned());
    }
    let is_broken = |it: &super::facts::Provider| it.outage.is_some();
    if !facts.providers.is_empty() && facts.providers.iter().all(is_broken) {
        add(Degree::Now, words.no_provider.to_owned());
    }
    for trouble in &facts.troubles {
        add(Degree::Now, trouble.clone());
    }
    if facts.counts.dead > 0 {
        add(Degree::Now, words.dead_letters(facts.counts.dead));
    }
    match facts.counts.oldest {
        Some(time) if time >= WAITS.1 => add(Degree::Now, words.has_waited(time)),
        Some(time) if time >= WAITS.0 => add(Degree::Today, words.has_waited(time)),
        _ => {}
    }
    for provider in &facts.providers {
        if let Some(outage) = &provider.outage {
            let since = age::clock(outage.since, facts.at, facts.offset_minutes);
            add(Degree::Today, words.is_left_out(&provider.name, &since, &why(&outage.reason)));
        } else if let Some(failure) = provider.drill.as_ref().and_then(|drill| drill.failure()) {
            add(Degree::Today, words.fails_its_drill(&provider.name, &why(&failure.text)));
        }
        if let Some(canary) = provider.canary.as_ref().filter(|canary| canary.failed().is_some()) {
            add(Degree::Today, words.lost_its_canary(&provider.name, &why(&canary.text)));
        }
    }
    for notice in &facts.notices {
        // What else there is to be told of stands above, from what is so now.
        let degree = match notice.kind {
            NoticeKind::Stuck | NoticeKind::SpoolFull | NoticeKind::Journal | NoticeKind::Copies => {
                Degree::Now
            }
            NoticeKind::CertificateEnds | NoticeKind::Retired => Degree::Today,
            _ => continue,
        };
        let reason = why(&notice.reason);
        let colon = if reason.is_empty() { "" } else { words.colon };
        add(degree, format!("{}{colon}{reason}", notice::title(words.tongue, notice)));
    }
    if facts.counts.corrupt > 0 {
        let names = facts.corrupt.join(", ");
        add(Degree::Today, words.corrupt_files(facts.counts.corrupt, &names));
    }
    if facts.broken_lines > 0 {
        add(Degree::Today, words.damaged(facts.broken_lines));
    }
    found.sort_by_key(|(degree, _)| Reverse(*degree));
    found
}

/// The part of the page.
pub(super) fn part(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    let problems = problems(facts, words);
    let worst = problems.first().map_or(Degree::Well, |(degree, _)| *degree);
    html.ours("<section id=\"summary\" class=\"").ours(match worst {
        Degree::Well => "well",
        Degree::Today => "today",
        Degree::Now => "now",
    });
    html.ours("\"><h2>").text(match worst {
        Degree::Well => words.well,
        Degree::Today => words.look_today,
        Degree::Now => words.look_now,
    });
    html.ours("</h2>");
    if !problems.is_empty() {
        html.ours("<ul>");
        for (degree, sentence) in &problems {
            html.ours(if *degree == Degree::Now { "<li class=\"now\">" } else { "<li class=\"today\">" });
            html.text_up_to(SENTENCE_MAX, sentence).ours("</li>");
        }
        html.ours("</ul>");
    }
    if facts.incoming_is_hidden {
        html.ours("<p class=\"note\">").text(words.hidden).ours("</p>");
    }
    html.ours("</section>").piece(&numbers(facts, words));
    html
}

fn numbers(facts: &Facts, words: &Words) -> Html {
    let counts = &facts.counts;
    let took = facts.day.took_ms();
    let time =
        |percent| percentile(&took, percent).map_or_else(|| words.never.to_owned(), |ms| words.measured(ms));
    let oldest = counts.oldest.map_or_else(|| words.never.to_owned(), |time| words.span(time));
    let class = |count| if count > 0 { "bad" } else { "" };
    let mut html = Html::new();
    html.ours("<dl id=\"numbers\">");
    for (name, value, class) in [
        (words.waiting, counts.waiting().to_string(), ""),
        (words.oldest, oldest, ""),
        (words.dead, counts.dead.to_string(), class(counts.dead)),
        (words.corrupt, counts.corrupt.to_string(), class(counts.corrupt)),
        (words.sent_in_a_day, facts.day.sent().to_string(), ""),
        (words.median, time(50), ""),
        (words.slowest, time(95), ""),
    ] {
        html.ours("<div><dt>").text(name).ours("</dt><dd class=\"").ours(class).ours("\">").text(&value);
        html.ours("</dd></div>");
    }
    html.ours("</dl>");
    html
}
