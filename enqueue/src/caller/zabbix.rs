//! Zabbix, as an alert script: `{ALERT.SENDTO}`, `{ALERT.SUBJECT}` and `{ALERT.MESSAGE}` are the arguments.
//!
//! Behind them a media type may give macros as `NAME=value`: `EVENT.ID`, `EVENT.VALUE`, `EVENT.NSEVERITY`, `HOST.NAME`.
//! Without them the words of the built-in messages are read: `Problem: …`, `Resolved in 5m: …`, `Original problem ID: 7`.

use spool_format::Severity::{self, Critical, Info, Warning};

use super::given::{Given, key_of};
use super::told::Told;

fn severity(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "disaster" | "high" | "5" | "4" => Critical,
        "average" | "warning" | "3" | "2" => Warning,
        "information" | "not classified" | "1" | "0" => Info,
        _ => return None,
    })
}

/// What stands behind `label:` in a line of the message.
fn said<'m>(message: &'m str, label: &str) -> Option<&'m str> {
    let lines = message.lines().filter_map(|line| line.split_once(':'));
    let mut found =
        lines.filter(|(name, _)| name.trim().eq_ignore_ascii_case(label)).map(|(_, value)| value.trim());
    found.find(|value| !value.is_empty())
}

pub(super) fn tell(given: &Given<'_>) -> Told {
    let (to, subject, message) = (given.word(0), given.word(1), given.word(2).unwrap_or_default());
    let Some(subject) = subject.or_else(|| super::told::first_line(message)) else {
        let mut told = Told::new("alert of Zabbix", Warning);
        told.note("the arguments are not SENDTO SUBJECT MESSAGE; this is all there was");
        told.paragraph(&given.everything(&[]));
        return told;
    };
    let begins = |word: &str| subject.trim_start().to_ascii_lowercase().starts_with(word);
    let value = given.assigned("EVENT.VALUE").map(str::trim);
    let severity =
        [given.assigned("EVENT.NSEVERITY"), given.assigned("EVENT.SEVERITY"), said(message, "severity")]
            .into_iter()
            .flatten()
            .find_map(severity);
    let mut told = Told::new(subject, severity.unwrap_or(Warning));
    told.resolves = match value {
        // Of an update the status says nothing new, whatever the value is.
        _ if begins("updated problem")
            || given.assigned("EVENT.UPDATE.STATUS").map(str::trim) == Some("1") =>
        {
            false
        }
        Some(value) => value == "0",
        None => begins("resolved") || begins("recovery") || begins("ok:"),
    };
    let id = given.assigned("EVENT.ID").or_else(|| said(message, "original problem id"));
    told.key = id.and_then(|id| key_of("zabbix", &[id]));
    told.to = to.map(str::to_owned);
    told.paragraph(message);
    told.line("\nHost", given.assigned("HOST.NAME").filter(|_| said(message, "host").is_none()));
    // What is no assignment was an argument too many: a message that has lost its quotes.
    for word in given.words.iter().skip(3).filter(|word| !word.contains('=')) {
        told.paragraph(word);
    }
    if severity.is_none() {
        told.note("Zabbix did not say the severity");
    }
    told
}
