//! What `alertmail why` says to people.

use std::fmt::Write as _;

use spool_format::{Outage, Wall};

use super::Story;
use super::judged::Judged;
use super::next::{Next, Turn};
use crate::output::terminal::{Colour, Look, printable};
use crate::output::wrap::wrapped;
use crate::output::{age, words};

/// The page. `offset_minutes` is the zone, east of UTC.
pub(in super::super) fn text(story: &Story, now: Wall, offset_minutes: i32, look: Look) -> String {
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let page = Page { clock: &clock, now, look };
    let mut text = String::new();
    let subject = story.subject.as_deref().filter(|subject| !subject.is_empty());
    let subject = subject.map_or_else(String::new, |subject| format!("  {}", printable(subject)));
    let _ = writeln!(text, "{}  {}{subject}", printable(&story.id), story.state);
    page.paragraph(&mut text, 0, &story.summary);
    if !story.judged.is_empty() {
        page.head(&mut text, "What the providers said last");
        story.judged.iter().for_each(|judged| page.judged(&mut text, judged));
    }
    page.head(&mut text, "What comes next");
    page.next(&mut text, &story.next);
    if !story.change.is_empty() {
        let is_over = matches!(story.state, "sent" | "gone");
        page.head(&mut text, if is_over { "More" } else { "What would change it" });
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
    fn head(&self, text: &mut String, head: &str) {
        let _ = writeln!(text, "\n{}", self.look.paint(head, Colour::Dim));
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
        let provider = format!("{}  {}", (self.clock)(judged.at), judged.provider);
        let Some(result) = &judged.result else {
            let what = if judged.dot_sent {
                "has not said what became of it, behind the last octets: it may have it"
            } else {
                "has not ended"
            };
            self.paragraph(text, 2, &format!("{provider} {what}"));
            return;
        };
        let said = format!("{provider}, at {}, for {}: {}", result.phase, result.to, words::reply(result));
        self.paragraph(text, 2, &said);
        let meaning = judged.meaning.as_deref().map_or_else(String::new, |meaning| format!("{meaning}; "));
        if let Some(verdict) = words::verdict(result) {
            self.paragraph(text, 6, &format!("{meaning}{verdict}"));
        }
    }

    fn next(&self, text: &mut String, next: &Next) {
        let when = next.at.map_or_else(String::new, |at| {
            if at > self.now {
                format!("{}, at {}: ", capital(&age::until(at, self.now)), (self.clock)(at))
            } else {
                String::new()
            }
        });
        let words = if when.is_empty() { next.text.clone() } else { format!("{when}{}", small(&next.text)) };
        self.paragraph(text, 2, &words);
        for turn in &next.turns {
            self.turn(text, turn);
        }
        if let Some(at) = next.gives_up {
            let when = (self.clock)(at);
            let life = if at > self.now {
                format!("If nobody takes it until {when}, it becomes a dead letter.")
            } else {
                format!(
                    "Its life was over at {when}: if the next pass fails as well, it becomes a dead letter."
                )
            };
            self.paragraph(text, 2, &life);
        }
    }

    fn turn(&self, text: &mut String, turn: &Turn) {
        self.paragraph(text, 2, &format!("For {}:", turn.to));
        for (n, asked) in turn.providers.iter().enumerate() {
            let state = match &asked.left_out {
                _ if asked.has_refused => {
                    "is not asked, since it has refused this recipient for good".to_owned()
                }
                Some(outage) => self.left_out(outage),
                None => "is asked".to_owned(),
            };
            self.hanging(text, 4, 7, &format!("{}. {} {state}", n + 1, asked.provider));
        }
    }

    fn left_out(&self, outage: &Outage) -> String {
        let since = (self.clock)(outage.since);
        if outage.until > self.now {
            let (soon, until) = (age::until(outage.until, self.now), (self.clock)(outage.until));
            format!("is left out since {since}, and asked again {soon}, at {until}: {}", outage.reason)
        } else {
            format!("is left out since {since}, and may be asked again: {}", outage.reason)
        }
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn small(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
