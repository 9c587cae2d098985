//! Scripts of Debian's packages that send by `mail`: what they hand over is in the message, as they wrote it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::Alert;

use crate::{Stage, key, row};

/// The message of an alert, and for whom it is.
fn message(alert: &Alert) -> (Vec<&str>, String) {
    let octets = STANDARD.decode(alert.message.as_deref().expect("a message")).expect("base64");
    (alert.to.iter().map(String::as_str).collect(), String::from_utf8(octets).expect("UTF-8"))
}

/// As smartd 7.3 sets it before it runs its script.
const OF_SMARTD: &str = "
    export SMARTD_DEVICE=/dev/sda SMARTD_DEVICESTRING='/dev/sda [SAT]' SMARTD_DEVICETYPE=sat SMARTD_DEVICEINFO='ST4000, S/N:Z1'
    export SMARTD_FAILTYPE=Health SMARTD_MESSAGE='Device: /dev/sda [SAT], FAILED SMART self-check' SMARTD_TFIRST='Fri Nov 27'
    export SMARTD_TFIRSTEPOCH=1 SMARTD_PREVCNT=0 SMARTD_NEXTDAYS= SMARTD_SUBJECT=
";

#[test]
fn the_script_of_smartd_sends_by_mail_and_by_our_program() {
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    let warning = "/usr/share/smartmontools/smartd_warning.sh";
    let ended = stage.run(&format!(
        "{OF_SMARTD} export SMARTD_MAILER=/usr/bin/mail SMARTD_ADDRESS='root ops@example.com'; {warning}"
    ));
    let alert = stage.alert(&ended);
    let (to, text) = message(&alert);
    assert_eq!(to, ["root", "ops@example.com"]);
    assert!(
        text.starts_with("To: root, ops@example.com\nSubject: SMART error (Health) detected on host: "),
        "{text}"
    );
    assert!(text.contains("\nDevice: /dev/sda [SAT], FAILED SMART self-check\n"), "{text}");
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    stage.contrib("smartd/alertmail-smartd", "usr/bin/alertmail-smartd", 0o755);
    let ended = stage.run(&format!(
        "{OF_SMARTD} export SMARTD_MAILER=/usr/bin/alertmail-smartd SMARTD_ADDRESS=; {warning}"
    ));
    let (alert, key) = (stage.alert(&ended), key("smartd", "sda [SAT]/Health"));
    let critical = spool_format::Severity::Critical;
    assert_eq!(
        row(&alert),
        ("/dev/sda [SAT]: SMART health check failed", critical, Some(key.as_str()), false)
    );
    assert!(alert.body.contains("FAILED SMART self-check"), "{}", alert.body);
}

#[test]
fn the_runner_of_debians_smartd_sends_by_mail_once_for_each_address() {
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    let ended =
        stage.run("printf 'disk fails\\n' | /usr/share/smartmontools/smartd-runner -s 'SMART error' root");
    let (alert, text) = (stage.alert(&ended), "To: root\nSubject: SMART error\n\ndisk fails\n".to_owned());
    assert_eq!(message(&alert), (vec!["root"], text), "{ended:?}");
}

#[test]
fn the_scripts_of_icinga2_send_by_mail_with_a_sender_in_a_field() {
    let Some(stage) = Stage::with(&["icinga2-common"]) else { return };
    let ended = stage.run(
        "/etc/icinga2/scripts/mail-service-notification.sh -d '2026-11-27 03:10' -e http -l web1 -n 'Web 1' -o 'refused' \
         -r oncall@example.com -s CRITICAL -t PROBLEM -u HTTP -f 'Icinga <icinga@example.com>'",
    );
    let alert = stage.alert(&ended);
    let (to, text) = message(&alert);
    assert_eq!(to, ["oncall@example.com"]);
    let head = "To: oncall@example.com\nSubject: [PROBLEM] HTTP on Web 1 is CRITICAL!\nFrom: Icinga <icinga@example.com>\n\n";
    assert!(text.starts_with(head) && text.contains("\nInfo:    refused\n"), "{text}");
}

#[test]
fn unattended_upgrades_sends_its_report_by_mail() {
    let Some(stage) = Stage::with(&["unattended-upgrades"]) else { return };
    let ended = stage.run(
        "cp /usr/bin/unattended-upgrade /run/unattended.py && cd /run && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c '
import unattended
unattended._send_mail_using_mailx(\"root\", \"ops@example.com\", \"result for nas: SUCCESS\", \"Upgraded: libc6\\n\")
'",
    );
    let alert = stage.alert(&ended);
    let text = "To: ops@example.com\nFrom: root\nSubject: result for nas: SUCCESS\n\nUpgraded: libc6\n";
    assert_eq!(message(&alert), (vec!["ops@example.com"], text.to_owned()));
}
