//! Tables of alerts: what waits, and what came last. Each leads to its timeline.

use spool_format::Severity;

use super::facts::Facts;
use super::html::Html;
use super::timeline::why;
use super::words::Words;
use crate::spool::view::{Item, Standing};

/// Characters of a subject, of a recipient and of a reason.
const SUBJECT_MAX: usize = 120;
const RECIPIENT_MAX: usize = 60;
const WHY_MAX: usize = 240;

/// What waits, the most urgent first, then the dead letters.
pub(super) fn queue(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    html.ours("<section id=\"queue\"><h2>").text(words.queue).ours("</h2>");
    if facts.queue.is_empty() {
        html.ours("<p class=\"note\">").text(words.nothing_waits).ours("</p>");
    } else {
        let columns = &words.columns;
        let heads = [
            columns.age,
            columns.severity,
            columns.alert,
            columns.to,
            columns.state,
            columns.next,
            columns.why,
        ];
        head(&mut html, &heads);
        for item in &facts.queue {
            html.ours("<tr>");
            age(&mut html, item, facts, words);
            severity(&mut html, item.severity, words);
            subject(&mut html, item, words);
            to(&mut html, item, words);
            state(&mut html, item.standing, words);
            let next = match item.standing {
                Standing::Deferred(Some(until)) => words.within(until.since(facts.at)),
                Standing::Incoming | Standing::Trying | Standing::Deferred(None) => words.now.to_owned(),
                Standing::Held | Standing::Sent | Standing::Dead | Standing::Gone => words.never.to_owned(),
            };
            cell(&mut html, "n", columns.next).text(&next).ours("</td>");
            cell(&mut html, "why", columns.why).text_up_to(WHY_MAX, &why(item, words)).ours("</td></tr>");
        }
        html.ours("</tbody></table>");
        let all = facts.counts.waiting() + facts.counts.dead;
        if all > facts.queue.len() {
            html.ours("<p class=\"note\">").text(&words.more(all - facts.queue.len())).ours("</p>");
        }
    }
    html.ours("</section>");
    html
}

/// What came last.
pub(super) fn recent(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    html.ours("<section id=\"recent\"><h2>").text(words.recent).ours("</h2>");
    if facts.recent.is_empty() {
        html.ours("<p class=\"note\">").text(words.nothing_yet).ours("</p>");
    } else {
        let columns = &words.columns;
        let heads = [
            columns.age,
            columns.severity,
            columns.alert,
            columns.to,
            columns.state,
            columns.provider,
            columns.took,
        ];
        head(&mut html, &heads);
        for item in &facts.recent {
            html.ours("<tr>");
            age(&mut html, item, facts, words);
            severity(&mut html, item.severity, words);
            subject(&mut html, item, words);
            to(&mut html, item, words);
            state(&mut html, item.standing, words);
            let last = item.history.as_ref().and_then(|history| history.attempts.last());
            let provider = last.map_or(words.never, |attempt| attempt.provider.as_str());
            cell(&mut html, "", columns.provider).text_up_to(RECIPIENT_MAX, provider).ours("</td>");
            cell(&mut html, "n", columns.took).text(&took(item, words)).ours("</td></tr>");
        }
        html.ours("</tbody></table>");
    }
    html.ours("</section>");
    html
}

/// From its making to its delivery.
fn took(item: &Item, words: &Words) -> String {
    match (&item.history, item.standing) {
        (Some(history), Standing::Sent) => {
            let time = history.last.since(item.id.born());
            words.measured(u32::try_from(time.as_millis()).unwrap_or(u32::MAX))
        }
        _ => words.never.to_owned(),
    }
}

pub(super) fn head(html: &mut Html, names: &[&'static str]) {
    html.ours("<table><thead><tr>");
    for name in names {
        html.ours("<th scope=\"col\">").text(name).ours("</th>");
    }
    html.ours("</tr></thead><tbody>");
}

/// Opens a cell; where there is room for one column only, the head's name stands in front of it.
pub(super) fn cell<'h>(html: &'h mut Html, class: &'static str, name: &'static str) -> &'h mut Html {
    html.ours("<td class=\"").ours(class).ours("\" data-name=\"").text(name).ours("\">")
}

fn age(html: &mut Html, item: &Item, facts: &Facts, words: &Words) {
    cell(html, "n", words.columns.age).text(&words.span(item.age(facts.at))).ours("</td>");
}

fn severity(html: &mut Html, severity: Severity, words: &Words) {
    cell(html, "tagged", words.columns.severity).ours("<span class=\"").ours(match severity {
        Severity::Critical => "tag bad",
        Severity::Warning => "tag plain",
        Severity::Info => "tag dim",
    });
    html.ours("\">").text(words.severity(severity)).ours("</span></td>");
}

fn subject(html: &mut Html, item: &Item, words: &Words) {
    let subject = if item.subject.is_empty() { item.id.as_str() } else { &item.subject };
    cell(html, "subject", words.columns.alert).ours("<a href=\"#a-").text(item.id.as_str()).ours("\">");
    html.text_up_to(SUBJECT_MAX, subject).ours("</a></td>");
}

fn to(html: &mut Html, item: &Item, words: &Words) {
    cell(html, "to", words.columns.to);
    match &item.recipients[..] {
        [] => html.text(words.default_recipient),
        [(one, _)] => html.text_up_to(RECIPIENT_MAX, one),
        [(first, _), others @ ..] => {
            html.text_up_to(RECIPIENT_MAX, first)
                .ours(" <span class=\"dim\">")
                .text(&words.others(others.len()));
            html.ours("</span>")
        }
    };
    html.ours("</td>");
}

fn state(html: &mut Html, standing: Standing, words: &Words) {
    cell(html, "tagged", words.columns.state);
    tag(html, standing, words);
    html.ours("</td>");
}

/// A state, in a word and a colour.
pub(super) fn tag(html: &mut Html, standing: Standing, words: &Words) {
    html.ours("<span class=\"").ours(match standing {
        Standing::Sent => "tag good",
        Standing::Dead | Standing::Gone => "tag bad",
        Standing::Deferred(_) | Standing::Held => "tag fair",
        Standing::Incoming | Standing::Trying => "tag busy",
    });
    html.ours("\">").text(words.standing(standing)).ours("</span>");
}
