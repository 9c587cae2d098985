//! Icinga 2, as a `NotificationCommand`: by the environment that its examples have always had.

use super::given::Given;
use super::nagios;
use super::told::Told;

const VARIABLES: [&str; 15] = [
    "NOTIFICATIONTYPE",
    "HOSTNAME",
    "HOSTDISPLAYNAME",
    "HOSTADDRESS",
    "HOSTSTATE",
    "HOSTOUTPUT",
    "LASTHOSTSTATE",
    "SERVICENAME",
    "SERVICEDISPLAYNAME",
    "SERVICESTATE",
    "SERVICEOUTPUT",
    "LASTSERVICESTATE",
    "LONGDATETIME",
    "NOTIFICATIONAUTHORNAME",
    "NOTIFICATIONCOMMENT",
];

pub(super) fn tell(given: &Given<'_>) -> Told {
    let value = |name: &str| given.var(name).or_else(|| given.assigned(name).map(str::to_owned));
    let mut told = nagios::notification("icinga2", given, &value, &VARIABLES);
    told.to = value("USEREMAIL");
    told
}
