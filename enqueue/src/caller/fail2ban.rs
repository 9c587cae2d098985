//! fail2ban, as an action: event, jail, address and number of failures are the arguments; matches may come on stdin.

use spool_format::Severity::{Info, Warning};

use super::given::Given;
use super::told::Told;

/// Jails start with every boot, and nobody wants to know it a day later.
const START_TTL_S: u64 = 3600;

/// A ban is over after a while, too.
const BAN_TTL_S: u64 = 24 * 3600;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let (Some(event), Some(jail)) = (given.word(0), given.word(1)) else {
        let mut told = Told::new("event of fail2ban", Warning);
        told.note("the arguments are not EVENT JAIL [IP [FAILURES]]; this is all there was");
        told.paragraph(&given.everything(&[]));
        return told;
    };
    let (address, failures) = (given.word(2), given.word(3));
    let shown = address.unwrap_or("an address");
    let (words, ttl) = match event {
        "start" => ("started".to_owned(), START_TTL_S),
        "stop" => ("stopped".to_owned(), START_TTL_S),
        "ban" => (format!("banned {shown}"), BAN_TTL_S),
        "unban" => (format!("unbanned {shown}"), BAN_TTL_S),
        other => {
            (address.map_or_else(|| other.to_owned(), |address| format!("{other} {address}")), BAN_TTL_S)
        }
    };
    let mut told = Told::new(format!("fail2ban {jail}: {words}"), Info);
    told.ttl = Some(ttl);
    told.resolves = event == "unban";
    told.key = given.key("fail2ban", &[jail, address.unwrap_or("jail")]);
    told.line("Jail", Some(jail));
    told.line("Address", address);
    told.line("Failures", failures);
    for word in given.words.iter().skip(4) {
        told.line("Further", Some(word));
    }
    told.paragraph(given.stdin);
    told
}
