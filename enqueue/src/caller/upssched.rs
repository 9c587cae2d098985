//! NUT's upssched, by `CMDSCRIPT` (upssched.conf(5)): the name of the timer is the argument.
//!
//! Its environment is that of the event that began the first timer, which may be over: a timer's name is believed before
//! `NOTIFYTYPE`, if it begins or ends with the name of an event (`onbatt`, `onbatt-5min`, `ups-lowbatt`).

use spool_format::Severity::Warning;

use super::given::Given;
use super::nut;
use super::told::Told;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let timer = given.words.join(" ");
    let parts: Vec<&str> =
        timer.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let by_name = parts.first().into_iter().chain(parts.last()).find_map(|part| nut::event(part));
    let kind = given.var("NOTIFYTYPE");
    let known = by_name.or_else(|| kind.as_deref().and_then(nut::event));
    let ups = nut::ups(given);
    let shown = ups.as_deref().unwrap_or_default();
    let mut told = match &known {
        Some(known) if timer.is_empty() => Told::new(format!("UPS {shown}: {}", known.words), known.severity),
        Some(known) => Told::new(format!("UPS {shown}: {} (timer {timer})", known.words), known.severity),
        None => Told::new(format!("UPS {shown}: timer {timer}"), Warning),
    };
    if let Some(known) = &known {
        told.key = given.key("ups", &[ups.as_deref().unwrap_or("upsmon"), &known.about]);
        told.resolves = known.resolves;
    } else {
        told.note("neither the timer's name nor NOTIFYTYPE says what has happened");
    }
    told.line("Timer", Some(&timer));
    told.line("Message", given.var("NOTIFYMSG"));
    told.line("UPS", ups);
    told.line("Type", kind);
    told
}
