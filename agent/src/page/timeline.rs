//! All that happened to one alert, in its order.

use std::cmp::Reverse;

use spool_format::history::AttemptRecord;
use spool_format::{Event, RecipientResult, Settlement, Wall};

use super::alerts::tag;
use super::facts::Facts;
use super::html::Html;
use super::words::Words;
use crate::notice;
use crate::output::events::told;
use crate::output::{age, words as common};
use crate::spool::view::{Item, Standing};

/// Attempts that are shown of one alert: the last ones.
const ATTEMPTS_MAX: usize = 25;
/// Recipients that are shown, of an alert and of an attempt.
const RECIPIENTS_MAX: usize = 12;
/// Characters of a subject, of anything else that others wrote.
const SUBJECT_MAX: usize = 300;
const TEXT_MAX: usize = 400;

/// The timelines of all alerts that the page shows, each once.
pub(super) fn part(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    html.ours("<section id=\"timelines\"><h2>").text(words.timelines).ours("</h2>");
    let mut items: Vec<&Item> = facts.queue.iter().chain(&facts.recent).collect();
    items.sort_by_key(|item| Reverse(item.id));
    items.dedup_by_key(|item| item.id);
    for item in items {
        html.piece(&timeline(item, facts, words));
    }
    html.ours("</section>");
    html
}

fn timeline(item: &Item, facts: &Facts, words: &Words) -> Html {
    let clock = |at: Wall| age::clock(at, facts.at, facts.offset_minutes);
    let history = item.history.as_ref();
    let mut html = Html::new();
    html.ours("<article id=\"a-").text(item.id.as_str()).ours("\" tabindex=\"-1\"><h3>");
    html.text_up_to(SUBJECT_MAX, if item.subject.is_empty() { item.id.as_str() } else { &item.subject });
    html.ours("</h3><p>");
    tag(&mut html, item.standing, words);
    html.ours(" <span class=\"dim\">").text(words.severity(item.severity)).ours("</span> <code>");
    html.text(item.id.as_str()).ours("</code></p><dl>");
    let by = history.and_then(|history| history.uid).map(|uid| format!(" ({} {uid})", words.by_user));
    let made =
        format!("{}, {}{}", clock(item.id.born()), words.ago(item.age(facts.at)), by.unwrap_or_default());
    fact(&mut html, words.made, &made);
    if let Some(key) = &item.key {
        fact(&mut html, words.key, key);
    }
    for (to, settlement) in item.recipients.iter().take(RECIPIENTS_MAX) {
        let class = match settlement {
            Settlement::Delivered => "good",
            Settlement::Open => "fair",
            Settlement::Refused | Settlement::Uncertain => "bad",
        };
        html.ours("<div><dt>").text(words.columns.to).ours("</dt><dd>").text_up_to(TEXT_MAX, to);
        html.ours(" <span class=\"").ours(class).ours("\">").text(words.settlement(*settlement));
        html.ours("</span></dd></div>");
    }
    if item.recipients.len() > RECIPIENTS_MAX {
        fact(&mut html, words.columns.to, &words.others(item.recipients.len() - RECIPIENTS_MAX));
    }
    for name in history.map_or(&[][..], |history| &history.unusable).iter().take(RECIPIENTS_MAX) {
        fact(&mut html, words.unusable, name);
    }
    if let Some(message_id) = history.and_then(|history| history.message_id.as_deref()) {
        fact(&mut html, words.mail, message_id);
    }
    fact(&mut html, words.next, &next(item, facts, words));
    html.ours("</dl><ol>");
    let attempts = history.map_or(&[][..], |history| &history.attempts);
    let left_out = attempts.len().saturating_sub(ATTEMPTS_MAX);
    if left_out > 0 {
        html.ours("<li class=\"note\">").text(words.earlier).ours("</li>");
    }
    let attempts = &attempts[left_out..];
    let from = attempts.first().filter(|_| left_out > 0).map(|attempt| attempt.at);
    let acts = history.map_or(&[][..], |history| &history.acts).iter();
    let mut acts = acts.filter(|(at, _)| from.is_none_or(|from| *at >= from)).peekable();
    for it in attempts {
        while let Some((at, what)) = acts.next_if(|(at, _)| *at <= it.at) {
            act(&mut html, *at, what, &clock, words);
        }
        attempt(&mut html, it, &clock, words);
    }
    acts.for_each(|(at, what)| act(&mut html, *at, what, &clock, words));
    html.ours("</ol><p class=\"back\"><a href=\"#top\">").text(words.back).ours("</a></p></article>");
    html
}

fn fact(html: &mut Html, name: &'static str, value: &str) {
    html.ours("<div><dt>").text(name).ours("</dt><dd>").text_up_to(TEXT_MAX, value).ours("</dd></div>");
}

/// What a person did.
fn act(html: &mut Html, at: Wall, what: &Event, clock: &impl Fn(Wall) -> String, words: &Words) {
    let said = told(words.tongue, what, clock);
    html.ours("<li class=\"act\"><p><time>").text(&clock(at)).ours("</time> ");
    html.text_up_to(TEXT_MAX, &said.what).ours("</p></li>");
}

fn attempt(html: &mut Html, attempt: &AttemptRecord, clock: &impl Fn(Wall) -> String, words: &Words) {
    let results = attempt.ended.as_ref().map_or(&[][..], |ended| &ended.recipients);
    let is_delivered = results.iter().any(|result| result.result == Settlement::Delivered);
    html.ours(match (&attempt.ended, is_delivered) {
        (None, _) => "<li class=\"busy\">",
        (Some(_), true) => "<li class=\"good\">",
        (Some(_), false) => "<li class=\"bad\">",
    });
    html.ours("<p><time>")
        .text(&clock(attempt.at))
        .ours("</time> <b>")
        .text_up_to(TEXT_MAX, &attempt.provider);
    html.ours("</b> <span class=\"dim\">").text(&format!("{} {}", words.attempt, attempt.number));
    match &attempt.ended {
        Some(ended) => {
            let took = words.measured(u32::try_from(ended.took_ms).unwrap_or(u32::MAX));
            html.ours(" · ").text(&took).ours("</span></p>")
        }
        None => html.ours("</span> ").text(words.cut_off).ours("</p>"),
    };
    if let (Some(at), None) = (attempt.dot_sent, &attempt.ended) {
        html.ours("<p>").text(&clock(at)).ours(" ").text(words.last_octets).ours("</p>");
    }
    for result in results.iter().take(RECIPIENTS_MAX) {
        html.ours("<p>").text_up_to(TEXT_MAX, result.to.as_str()).ours(" <span class=\"dim\">");
        html.text(notice::phase(words.tongue, &result.phase))
            .ours("</span> ")
            .text_up_to(TEXT_MAX, &reply(result, words));
        if let Some(verdict) = words.verdict(result) {
            html.ours("<br><span class=\"dim\">").text_up_to(TEXT_MAX, &verdict).ours("</span>");
        }
        html.ours("</p>");
    }
    if results.len() > RECIPIENTS_MAX {
        html.ours("<p class=\"dim\">").text(&words.others(results.len() - RECIPIENTS_MAX)).ours("</p>");
    }
    for note in attempt.notes.iter().take(RECIPIENTS_MAX) {
        let note = notice::why(words.tongue, note);
        html.ours("<p class=\"dim\">").text_up_to(TEXT_MAX, &note).ours("</p>");
    }
    html.ours("</li>");
}

fn reply(result: &RecipientResult, words: &Words) -> String {
    common::reply(words.tongue, result)
}

/// Why it is where it is.
pub(super) fn why(item: &Item, words: &Words) -> String {
    if let Some(why) = &item.unreadable {
        return why.clone();
    }
    let Some(history) = &item.history else { return String::new() };
    match item.standing {
        Standing::Dead => notice::why(words.tongue, history.dead_reason.as_deref().unwrap_or_default()),
        Standing::Sent | Standing::Gone | Standing::Held => String::new(),
        Standing::Incoming | Standing::Trying | Standing::Deferred(_) => common::why(words.tongue, history),
    }
}

/// What happens next, and when.
fn next(item: &Item, facts: &Facts, words: &Words) -> String {
    let mut text = match item.standing {
        Standing::Deferred(Some(until)) => {
            let clock = age::clock(until, facts.at, facts.offset_minutes);
            format!("{} ({clock})", words.within(until.since(facts.at)))
        }
        other => words.then(other).to_owned(),
    };
    let why = why(item, words);
    if !why.is_empty() {
        text = format!("{text}{}{why}", words.colon);
    }
    if item.standing.waits() && item.is_uncertain() {
        text = format!("{text} {}", words.uncertain);
    }
    text
}
