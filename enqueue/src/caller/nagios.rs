//! Nagios and its kin (Naemon, Icinga 1): macros as `NAGIOS_…` in the environment or as `NAME=value` arguments.
//!
//! Arguments are what works everywhere: the environment is only filled with `enable_environment_macros=1`.

use spool_format::Severity::{self, Critical, Info, Warning};

use super::given::{Given, key_of};
use super::told::Told;

/// What a notification may say, by the names that Nagios has for it.
const MACROS: [&str; 18] = [
    "NOTIFICATIONTYPE",
    "HOSTNAME",
    "HOSTALIAS",
    "HOSTDISPLAYNAME",
    "HOSTADDRESS",
    "HOSTSTATE",
    "HOSTOUTPUT",
    "LASTHOSTSTATE",
    "SERVICEDESC",
    "SERVICEDISPLAYNAME",
    "SERVICESTATE",
    "SERVICEOUTPUT",
    "LASTSERVICESTATE",
    "LONGSERVICEOUTPUT",
    "LONGHOSTOUTPUT",
    "LONGDATETIME",
    "NOTIFICATIONAUTHOR",
    "NOTIFICATIONCOMMENT",
];

pub(super) fn tell(given: &Given<'_>) -> Told {
    let value = |name: &str| {
        let value = given.assigned(name).map(str::to_owned).or_else(|| given.var(&format!("NAGIOS_{name}")));
        // A macro that Nagios does not know, or that says nothing here, stands as it was typed.
        value.filter(|value| value.trim() != format!("${name}$"))
    };
    let names: Vec<String> = MACROS.iter().map(|name| format!("NAGIOS_{name}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut told = notification("nagios", given, &value, &names);
    told.to = value("CONTACTEMAIL");
    told
}

fn severity(state: &str) -> Severity {
    match state.trim().to_ascii_uppercase().as_str() {
        "CRITICAL" | "DOWN" | "UNREACHABLE" => Critical,
        _ => Warning,
    }
}

/// A notification about a host or a service, of Nagios or of Icinga.
pub(super) fn notification(
    caller: &str,
    given: &Given<'_>,
    value: &dyn Fn(&str) -> Option<String>,
    variables: &[&str],
) -> Told {
    let service = value("SERVICEDESC").or_else(|| value("SERVICENAME"));
    let of = if service.is_some() { "SERVICE" } else { "HOST" };
    let state = value(&format!("{of}STATE"));
    let kind = value("NOTIFICATIONTYPE").map(|kind| kind.trim().to_ascii_uppercase());
    let (Some(host), Some(state)) = (value("HOSTNAME"), state) else {
        let mut told = Told::new(format!("notification of {caller}"), Warning);
        told.note(&format!("HOSTNAME or {of}STATE is missing; this is all there was"));
        told.paragraph(&given.everything(variables));
        return told;
    };
    let host_shown = value("HOSTDISPLAYNAME").or_else(|| value("HOSTALIAS")).unwrap_or_else(|| host.clone());
    let service_shown = value("SERVICEDISPLAYNAME").or_else(|| service.clone());
    let what = service_shown.map_or_else(|| host_shown.clone(), |service| format!("{host_shown} {service}"));
    let output = value(&format!("{of}OUTPUT"));
    let is_well = ["OK", "UP"].iter().any(|well| state.trim().eq_ignore_ascii_case(well));
    let kind = kind.unwrap_or_else(|| if is_well { "RECOVERY".to_owned() } else { "PROBLEM".to_owned() });
    let (word, severity) = match kind.as_str() {
        "RECOVERY" => {
            let last =
                value(&format!("LAST{of}STATE")).filter(|last| !last.trim().eq_ignore_ascii_case(&state));
            // A host that is up can only have been down.
            let known = if service.is_none() { Critical } else { Warning };
            ("", last.map_or(known, |last| severity(&last)))
        }
        "PROBLEM" => ("", severity(&state)),
        "ACKNOWLEDGEMENT" => ("acknowledged, ", Info),
        "FLAPPINGSTART" => ("flapping, ", Warning),
        "FLAPPINGSTOP" | "FLAPPINGEND" | "FLAPPINGDISABLED" => ("no longer flapping, ", Info),
        "DOWNTIMESTART" => ("downtime begins, ", Info),
        "DOWNTIMEEND" => ("downtime is over, ", Info),
        "DOWNTIMECANCELLED" | "DOWNTIMEREMOVED" => ("downtime is cancelled, ", Info),
        // A custom notification, or one of a later version: somebody wants it to be read.
        _ => ("notification, ", severity(&state)),
    };
    let mut told = Told::new(format!("{what}: {word}{}", state.trim()), severity);
    if let Some(output) = output.as_deref().and_then(super::told::first_line) {
        told.subject.extend([": ", output]);
    }
    told.resolves = kind == "RECOVERY" || (kind == "PROBLEM" && is_well);
    told.key = match &service {
        Some(service) => key_of(caller, &[&host, service]),
        None => key_of(caller, &[&host]),
    };
    told.paragraph(&output.unwrap_or_default());
    // The long output has its line ends as two characters.
    told.paragraph(&value(&format!("LONG{of}OUTPUT")).unwrap_or_default().replace("\\n", "\n"));
    told.line("\nHost", Some(&host));
    told.line("Address", value("HOSTADDRESS"));
    told.line("Service", service);
    told.line("State", Some(&state));
    told.line("Notification", Some(&kind));
    told.line("Time", value("LONGDATETIME"));
    told.line("By", value("NOTIFICATIONAUTHOR").or_else(|| value("NOTIFICATIONAUTHORNAME")));
    told.line("Comment", value("NOTIFICATIONCOMMENT"));
    told
}
