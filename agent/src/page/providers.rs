//! The table of providers: whether each is used, what its last drill has found, and what it did in the last 24 hours.

use spool_format::{Canary, Drill};

use super::alerts::{cell, head};
use super::day::percentile;
use super::facts::{Facts, Provider};
use super::html::Html;
use super::words::Words;
use crate::notice;

/// Characters of a name, and of a reason.
const NAME_MAX: usize = 60;
const REASON_MAX: usize = 240;

/// The part of the page.
pub(super) fn part(facts: &Facts, words: &Words) -> Html {
    let mut html = Html::new();
    html.ours("<section id=\"providers\"><h2>").text(words.providers).ours("</h2>");
    if facts.providers.is_empty() {
        html.ours("<p class=\"note\">").text(words.no_providers).ours("</p>");
    } else {
        let columns = &words.columns;
        let mut heads = vec![columns.provider, columns.state, columns.day, columns.took, columns.drill];
        let has_canaries = facts.providers.iter().any(|it| it.canary.is_some());
        let has_quotas = facts.providers.iter().any(|it| !it.quota.is_empty());
        heads.extend(has_canaries.then_some(columns.canary));
        heads.extend(has_quotas.then_some(columns.quota));
        head(&mut html, &heads);
        for provider in &facts.providers {
            html.ours("<tr>");
            cell(&mut html, "name", columns.provider).text_up_to(NAME_MAX, &provider.name).ours("</td>");
            state(&mut html, provider, facts, words);
            work(&mut html, provider, facts, words);
            drill(&mut html, provider.drill.as_ref(), facts, words);
            if has_canaries {
                canary(&mut html, provider.canary.as_ref(), facts, words);
            }
            if has_quotas {
                quota(&mut html, provider, words);
            }
            html.ours("</tr>");
        }
        html.ours("</tbody></table>");
    }
    html.ours("</section>");
    html
}

fn state(html: &mut Html, provider: &Provider, facts: &Facts, words: &Words) {
    cell(html, "state", words.columns.state);
    match &provider.outage {
        None => {
            html.ours("<span class=\"tag good\">").text(words.works).ours("</span>");
        }
        Some(outage) => {
            html.ours("<span class=\"tag bad\">").text(words.left_out).ours("</span> ");
            html.text(&words.span(facts.at.since(outage.since))).ours("<br><span class=\"dim\">");
            html.text_up_to(REASON_MAX, &notice::why(words.tongue, &outage.reason)).ours("<br>");
            html.text(&words.asked_again(&words.within(outage.until.since(facts.at)))).ours("</span>");
        }
    }
    html.ours("</td>");
}

fn work(html: &mut Html, provider: &Provider, facts: &Facts, words: &Words) {
    let work = facts.day.providers.get(&provider.name).cloned().unwrap_or_default();
    let text = words.sent_and_failed(work.took_ms.len(), work.failed);
    cell(html, "", words.columns.day).text(&text).ours("</td>");
    let median =
        percentile(&work.took_ms, 50).map_or_else(|| words.never.to_owned(), |ms| words.measured(ms));
    cell(html, "n", words.columns.took).text(&median).ours("</td>");
}

fn drill(html: &mut Html, drill: Option<&Drill>, facts: &Facts, words: &Words) {
    cell(html, "drill", words.columns.drill);
    match drill.map(|drill| (drill, &drill.result)) {
        None => html.text(words.never),
        Some((drill, None)) => {
            html.text(words.running_now).ours(" ").text(&words.ago(facts.at.since(drill.begun)))
        }
        Some((_, Some(result))) if result.ok => {
            html.ours("<span class=\"good\">").text(words.passed).ours("</span> ");
            html.text(&words.ago(facts.at.since(result.ended)))
        }
        Some((_, Some(result))) => {
            html.ours("<span class=\"bad\">").text(words.failed).ours("</span> ");
            html.text(&words.ago(facts.at.since(result.ended))).ours("<br><span class=\"dim\">");
            html.text_up_to(REASON_MAX, &notice::why(words.tongue, &result.text)).ours("</span>")
        }
    };
    html.ours("</td>");
}

fn canary(html: &mut Html, canary: Option<&Canary>, facts: &Facts, words: &Words) {
    cell(html, "", words.columns.canary);
    match canary {
        None => html.text(words.never),
        Some(canary) => {
            let (class, word) = match (canary.ended, canary.ok) {
                (None, _) => ("busy", words.running_now),
                (Some(_), true) => ("good", words.passed),
                (Some(_), false) => ("bad", words.failed),
            };
            html.ours("<span class=\"").ours(class).ours("\">").text(word).ours("</span> ");
            html.text(&words.ago(facts.at.since(canary.ended.unwrap_or(canary.begun))))
        }
    };
    html.ours("</td>");
}

fn quota(html: &mut Html, provider: &Provider, words: &Words) {
    cell(html, "", words.columns.quota);
    if provider.quota.is_empty() {
        html.text(words.never);
    }
    for (n, it) in provider.quota.iter().enumerate() {
        html.ours(if n > 0 { "<br>" } else { "" });
        html.text(&words.share(it.of_recipients, it.of_a_day, it.used, it.most));
    }
    html.ours("</td>");
}
