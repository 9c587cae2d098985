//! What `alertmail why` says to people.

use std::fmt::Write as _;

use spool_format::{Outage, Wall};

use super::Story;
use super::judged::Judged;
use super::next::{Next, Turn};
use super::words::{self, Head};
use crate::output::terminal::{Colour, Look, printable};
use crate::output::wrap::wrapped;
use crate::output::{age, words as common};

/// The page. `offset_minutes` is the zone, east of UTC.
pub(in super::super) fn text(story: &Story, now: Wall, offset_minutes: i32, look: Look) -> String {
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let page = Page { clock: &clock, now, look };
    let mut text = String::new();
    let subject = story.subject.as_deref().filter(|subject| !subject.is_empty());
    let subject = subject.map_or_else(String::new, |subject| format!("  {}", printable(subject)));
    let state = story
        .standing
        .map_or_else(|| words::corrupt(look.tongue), |standing| common::standing(look.tongue, standing));
    let _ = writeln!(text, "{}  {state}{subject}", printable(&story.id));
    page.paragraph(&mut text, 0, &story.summary);
    if !story.judged.is_empty() {
        page.head(&mut text, Head::Said);
        story.judged.iter().for_each(|judged| page.judged(&mut text, judged));
    }
    page.head(&mut text, Head::Next);
    page.next(&mut text, &story.next);
    if !story.change.is_empty() {
        let is_over = matches!(story.state, "sent" | "gone");
        page.head(&mut text, if is_over { Head::More } else { Head::Change });
    }
    for advice in &story.change {
        page.paragraph(&mut text, 2, &advice.text);
        if let Some(command) = &advice.command {
            let _ = writeln!(text, "      {}", look.paint(&printable(command), Colour::Cyan));
        }
    }
    text
}

struct Page<'p> {
    clock: &'p dyn Fn(Wall) -> String,
    now: Wall,
    look: Look,
}

impl Page<'_> {
    fn head(&self, text: &mut String, head: Head) {
        let _ = writeln!(text, "\n{}", self.look.paint(words::head(self.look.tongue, head), Colour::Dim));
    }

    /// A paragraph, so far to the right.
    fn paragraph(&self, text: &mut String, indent: usize, words: &str) {
        self.hanging(text, indent, indent, words);
    }

    /// The same with all lines but the first so far to the right.
    fn hanging(&self, text: &mut String, first: usize, indent: usize, words: &str) {
        let lines = wrapped(&printable(words), self.look.columns.saturating_sub(indent));
        for (n, line) in lines.iter().enumerate() {
            let indent = if n == 0 { first } else { indent };
            let _ = writeln!(text, "{:indent$}{line}", "");
        }
    }

    fn judged(&self, text: &mut String, judged: &Judged) {
        let (tongue, at) = (self.look.tongue, (self.clock)(judged.at));
        let Some(result) = &judged.result else {
            self.paragraph(text, 2, &words::unended(tongue, &at, judged));
            return;
        };
        self.paragraph(text, 2, &words::answered(tongue, &at, &judged.provider, result));
        if let Some(verdict) = words::verdict(tongue, judged, result) {
            self.paragraph(text, 6, &verdict);
        }
    }

    fn next(&self, text: &mut String, next: &Next) {
        let tongue = self.look.tongue;
        let step = match next.at.filter(|at| *at > self.now) {
            Some(at) => words::at(tongue, &age::until(tongue, at, self.now), &(self.clock)(at), &next.text),
            None => next.text.clone(),
        };
        self.paragraph(text, 2, &step);
        for turn in &next.turns {
            self.turn(text, turn);
        }
        if let Some(at) = next.gives_up {
            self.paragraph(text, 2, &words::life(tongue, &(self.clock)(at), at <= self.now));
        }
    }

    fn turn(&self, text: &mut String, turn: &Turn) {
        self.paragraph(text, 2, &words::turn(self.look.tongue, &turn.to));
        for (n, asked) in turn.providers.iter().enumerate() {
            let state = match &asked.left_out {
                _ if asked.has_refused => self.asked(&asked.provider, &words::Asked::HasRefused),
                Some(outage) => self.left_out(&asked.provider, outage),
                None => self.asked(&asked.provider, &words::Asked::Asked),
            };
            self.hanging(text, 4, 7, &format!("{}. {state}", n + 1));
        }
    }

    fn asked(&self, provider: &str, asked: &words::Asked<'_>) -> String {
        words::asked(self.look.tongue, provider, asked)
    }

    fn left_out(&self, provider: &str, outage: &Outage) -> String {
        let (since, until) = ((self.clock)(outage.since), (self.clock)(outage.until));
        let (since, reason) = (since.as_str(), outage.reason.as_str());
        if outage.until > self.now {
            let soon = age::until(self.look.tongue, outage.until, self.now);
            self.asked(provider, &words::Asked::LeftOut { since, soon: &soon, until: &until, reason })
        } else {
            self.asked(provider, &words::Asked::MayBeAsked { since, reason })
        }
    }
}
