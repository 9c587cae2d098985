//! The whole page: its head, its parts in their order, and what a browser may do with it.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::facts::Facts;
use super::html::Html;
use super::words::Words;
use super::{alerts, plot, providers, summary, timeline};
use crate::notice::Tongue;
use crate::output::age;

/// How it looks.
const STYLE: &str = include_str!("style.css");
/// Keeps it fresh.
const SCRIPT: &str = include_str!("refresh.js");

/// Where the page is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In front of an agent: it keeps itself fresh, with a script or without.
    Live,
    /// A file.
    Snapshot,
}

/// What a browser may load and run for this page: the style and the script that are in it, and the page itself again. Also
/// in the page, for the file.
pub(super) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let (style, script) = (hash(STYLE), hash(SCRIPT));
        format!(
            "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
        )
    })
}

/// The page in one language.
pub fn document(facts: &Facts, tongue: Tongue, kind: Kind) -> String {
    let words = Words::of(tongue);
    let mut html = Html::new();
    head(&mut html, &facts.host, words, kind);
    html.ours("<header><h1>alertmail <span>").text_up_to(80, &facts.host).ours("</span></h1><p>");
    let at = age::clock(facts.at, facts.at.plus(FAR), facts.offset_minutes);
    html.text(words.read_at).ours(" <time id=\"read\">").text(&at).ours("</time> <span class=\"dim\">");
    html.text(&Words::zone(facts.offset_minutes)).ours("</span>");
    match kind {
        Kind::Live => other_language(&mut html, words),
        Kind::Snapshot => {
            html.ours(" <span class=\"dim\">").text(words.snapshot).ours("</span>");
        }
    }
    html.ours("</p><p id=\"stale\" hidden>").text(words.stale).ours("</p></header><main>");
    html.piece(&summary::part(facts, words)).piece(&alerts::queue(facts, words));
    html.piece(&providers::part(facts, words)).piece(&plot::part(facts, words));
    html.piece(&alerts::recent(facts, words)).piece(&timeline::part(facts, words));
    html.ours("</main>");
    close(&mut html, kind);
    html.into_string()
}

/// The page that says why there is none.
pub(super) fn unreadable(host: &str, why: &str, tongue: Tongue) -> String {
    let words = Words::of(tongue);
    let mut html = Html::new();
    head(&mut html, host, words, Kind::Live);
    html.ours("<header><h1>alertmail</h1></header><main><section id=\"summary\" class=\"now\"><h2>");
    html.text(words.look_now)
        .ours("</h2><ul><li class=\"now\">")
        .text(why)
        .ours("</li></ul></section></main>");
    close(&mut html, Kind::Live);
    html.into_string()
}

/// So far from now that a time is written with its day.
const FAR: std::time::Duration = std::time::Duration::from_hours(48);

fn head(html: &mut Html, host: &str, words: &Words, kind: Kind) {
    html.ours("<!doctype html>\n<html lang=\"").ours(words.code).ours("\"><head><meta charset=\"utf-8\">");
    html.ours("<meta http-equiv=\"Content-Security-Policy\" content=\"").text(policy()).ours("\">");
    html.ours("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.ours(
        "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">",
    );
    html.ours("<meta name=\"robots\" content=\"noindex\">");
    if kind == Kind::Live {
        html.ours("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>");
    }
    // A browser asks for an icon by itself if it is not given one.
    html.ours("<link rel=\"icon\" href=\"data:,\"><title>")
        .text(words.title)
        .ours(" · ")
        .text_up_to(80, host);
    html.ours(" · alertmail</title><style>").ours(STYLE).ours("</style></head><body id=\"top\">");
}

fn other_language(html: &mut Html, words: &Words) {
    let (name, code, address) = words.other;
    html.ours(" <a id=\"other\" lang=\"").ours(code).ours("\" hreflang=\"").ours(code).ours("\" href=\"");
    html.text(address).ours("\">").text(name).ours("</a>");
}

fn close(html: &mut Html, kind: Kind) {
    if kind == Kind::Live {
        html.ours("<script>").ours(SCRIPT).ours("</script>");
    }
    html.ours("</body></html>\n");
}
