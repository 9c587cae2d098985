//! What `alertmail route` says to people.

use std::fmt::Write as _;

use spool_format::Wall;

use super::{Asked, Route, Routes};
use crate::output::age;
use crate::output::terminal::printable;

/// The page. `offset_minutes` is the zone, east of UTC.
pub(super) fn page(routes: &Routes, now: Wall, offset_minutes: i32) -> String {
    let mut text = String::new();
    let mut line = |name: &str, what: &str| {
        let _ = writeln!(text, "{}", format!("{name:<11}{}", printable(what)).trim_end());
    };
    line("severity", routes.severity);
    if let Some(key) = &routes.key {
        line("key", key);
    }
    if !routes.journal_read {
        line("note", "the journal cannot be read: nobody is known to be left out");
    }
    for name in &routes.unusable {
        line("unusable", name);
    }
    if routes.recipients.is_empty() {
        line("nobody", "gets it: no recipient can be used, and [alerts] has no `to`");
    }
    for route in &routes.recipients {
        line("", "");
        let alias = route.alias.as_ref().map_or_else(String::new, |alias| format!(" (alias {alias})"));
        line("to", &format!("{}{alias}", route.to));
        let rule = route.rule.as_deref().map_or_else(String::new, |rule| format!("{rule}: "));
        line("rule", &format!("{rule}{}", route.why));
        for (n, asked) in route.providers.iter().enumerate() {
            let name = if n == 0 { "providers" } else { "" };
            let provider = &asked.provider;
            let state = state(asked, now, offset_minutes);
            line(name, &format!("{}. {provider} ({}): {state}", n + 1, asked.kind));
        }
        line("next", &next(route, now));
    }
    text
}

fn state(asked: &Asked, now: Wall, offset_minutes: i32) -> String {
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let state = match &asked.left_out {
        Some(outage) => format!(
            "left out since {}, until {} ({}): {}",
            clock(outage.since),
            clock(outage.until),
            age::until(crate::notice::Tongue::English, outage.until, now),
            outage.reason
        ),
        None => "used".to_owned(),
    };
    match &asked.retired {
        Some(day) => format!("{state}; closed on {day}"),
        None => state,
    }
}

/// What would happen.
fn next(route: &Route, now: Wall) -> String {
    let used = |asked: &&Asked| asked.left_out.as_ref().is_none_or(|outage| outage.until <= now);
    match route.providers.iter().find(used) {
        Some(first) => {
            let asks =
                if first.left_out.is_some() { "is asked, to find out whether it works" } else { "is asked" };
            format!("{} {asks}; if it does not take it, the next one, in the same pass", first.provider)
        }
        None if route.providers.is_empty() => "it waits: nobody may be asked".to_owned(),
        None => {
            let soonest =
                route.providers.iter().filter_map(|asked| asked.left_out.as_ref()).map(|it| it.until);
            let until = soonest.min().map_or_else(String::new, |until| {
                format!(" ({})", age::until(crate::notice::Tongue::English, until, now))
            });
            format!("all are left out: a fresh or critical alert may ask them before, any other waits{until}")
        }
    }
}
