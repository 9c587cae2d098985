//! What `alertmail route` says to people.

use std::fmt::Write as _;

use spool_format::Wall;

use super::words::{self, Name};
use super::{Asked, Route, Routes};
use crate::notice::Tongue;
use crate::output::terminal::{columns, printable};
use crate::output::{age, words as common};

/// The page. `offset_minutes` is the zone, east of UTC.
pub(super) fn page(routes: &Routes, now: Wall, offset_minutes: i32, tongue: Tongue) -> String {
    let mut text = String::new();
    let mut line = |name: Name, what: &str| {
        let name = words::name(tongue, name);
        let blanks = words::name_columns(tongue).saturating_sub(columns(name));
        let _ = writeln!(text, "{}", format!("{name}{:blanks$}{}", "", printable(what)).trim_end());
    };
    line(Name::Severity, common::severity(tongue, routes.severity));
    if let Some(key) = &routes.key {
        line(Name::Key, key);
    }
    if !routes.journal_read {
        line(Name::Note, words::no_journal(tongue));
    }
    for name in &routes.unusable {
        line(Name::Unusable, name);
    }
    if routes.recipients.is_empty() {
        line(Name::Nobody, words::nobody(tongue));
    }
    for route in &routes.recipients {
        line(Name::More, "");
        let to = match &route.alias {
            Some(alias) => words::alias(tongue, &route.to, alias),
            None => route.to.clone(),
        };
        line(Name::To, &to);
        let rule = route.rule.as_deref().map_or_else(String::new, |rule| format!("{rule}: "));
        line(Name::Rule, &format!("{rule}{}", route.why));
        for (n, asked) in route.providers.iter().enumerate() {
            let name = if n == 0 { Name::Providers } else { Name::More };
            let provider = &asked.provider;
            let state = state(asked, now, offset_minutes, tongue);
            line(name, &format!("{}. {provider} ({}): {state}", n + 1, asked.kind));
        }
        line(Name::Next, &next(route, now, tongue));
    }
    text
}

fn state(asked: &Asked, now: Wall, offset_minutes: i32, tongue: Tongue) -> String {
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let state = match &asked.left_out {
        Some(outage) => {
            let soon = age::until(tongue, outage.until, now);
            words::left_out(tongue, &clock(outage.since), &clock(outage.until), &soon, &outage.reason)
        }
        None => words::used(tongue),
    };
    match &asked.retired {
        Some(day) => words::retired(tongue, &state, day),
        None => state,
    }
}

/// What would happen.
fn next(route: &Route, now: Wall, tongue: Tongue) -> String {
    let used = |asked: &&Asked| asked.left_out.as_ref().is_none_or(|outage| outage.until <= now);
    match route.providers.iter().find(used) {
        Some(first) => words::asked(tongue, &first.provider, first.left_out.is_some()),
        None if route.providers.is_empty() => words::nobody_may_be_asked(tongue),
        None => {
            let soonest =
                route.providers.iter().filter_map(|asked| asked.left_out.as_ref()).map(|it| it.until);
            words::all_left_out(tongue, soonest.min().map(|until| age::until(tongue, until, now)))
        }
    }
}
