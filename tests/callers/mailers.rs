//! Scripts of Debian's packages that send by `mail`: what they hand over is in the message, as they wrote it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::Alert;

use crate::mailbox::{FROM, ROOT};
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
    let mails = stage.delivered();
    let to: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(to, ["ops@example.com", ROOT]);
    let line = "\nDevice: /dev/sda [SAT], FAILED SMART self-check\n";
    assert!(mails[0].body.contains(line), "{}", mails[0].raw);
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
    stage.expect_delivered();
}

#[test]
fn the_runner_of_debians_smartd_sends_by_mail_once_for_each_address() {
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    let ended =
        stage.run("printf 'disk fails\\n' | /usr/share/smartmontools/smartd-runner -s 'SMART error' root");
    let (alert, text) = (stage.alert(&ended), "To: root\nSubject: SMART error\n\ndisk fails\n".to_owned());
    assert_eq!(message(&alert), (vec!["root"], text), "{ended:?}");
    let mail = stage.delivered_one();
    let read = (mail.recipient.as_str(), mail.subject.as_str(), mail.body.as_str());
    assert_eq!(read, (ROOT, "SMART error", "disk fails\n"), "{}", mail.raw);
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
    let mail = stage.delivered_one();
    assert_eq!(mail.recipient, "oncall@example.com");
    assert_eq!(mail.subject, "[PROBLEM] HTTP on Web 1 is CRITICAL!");
    assert_eq!(mail.from, ("Icinga".to_owned(), FROM.to_owned()));
    assert!(mail.body.contains("\nInfo:    refused\n"), "{}", mail.raw);
}

/// What mdadm 4.2 writes about a degraded array, and how it runs sendmail: by the old path, and without `-i`. No kernel
/// here has arrays, so this is replayed.
#[test]
fn the_exact_call_of_mdadm_comes_into_the_mailbox_of_root() {
    let stage = Stage::new();
    let text = "This is an automatically generated mail message from mdadm\nrunning on nas\n\n\
        A DegradedArray event had been detected on md device /dev/md0.\n\nFaithfully yours, etc.\n\n\
        P.S. The /proc/mdstat file currently contains the following:\n\nPersonalities : [raid1] \n.\n\
        md0 : active raid1 sdb1[1]\n      1046528 blocks super 1.2 [2/1] [_U]\n";
    let said = format!(
        "From: mdadm monitoring <root>\nTo: root\nSubject: DegradedArray event on /dev/md0:nas\n\n{text}"
    );
    stage.call(&stage.at("usr/lib/sendmail"), &["-t"], &[], said.as_bytes()).expect_success();
    let mail = stage.delivered_one();
    assert_eq!((mail.recipient.as_str(), mail.body.as_str()), (ROOT, text), "{}", mail.raw);
    assert_eq!(mail.subject, "DegradedArray event on /dev/md0:nas");
    assert_eq!(mail.from, ("mdadm monitoring".to_owned(), FROM.to_owned()));
}

#[test]
fn chkrootkit_sends_its_daily_report_by_mail() {
    let Some(stage) = Stage::with(&["chkrootkit"]) else { return };
    // Its search goes through all processes and files of a machine; what it does with a finding is the matter here.
    stage.file("usr/sbin/chkrootkit", 0o755, "#!/bin/sh\necho 'Searching for 悪い物... WARNING'\n");
    stage.file(
        "etc/chkrootkit/chkrootkit.conf",
        0o644,
        "RUN_DAILY=true\nMAILTO=root\nLOG_DIR=/run/log\nOUTPUT=$LOG_DIR/log.today\nRAW_OUTPUT=$OUTPUT.raw\n\
         EXPECTED_OUTPUT=$LOG_DIR/log.expected\n",
    );
    let ended = stage.run("mkdir /run/log; chkrootkit-daily");
    stage.alert(&ended);
    let mail = stage.delivered_one();
    assert_eq!(mail.recipient, ROOT);
    assert!(mail.subject.starts_with("[chkrootkit] alert for "), "{}", mail.raw);
    assert!(mail.body.contains("Searching for 悪い物... WARNING\n"), "{}", mail.raw);
}

#[test]
fn logwatch_sends_its_report_by_sendmail() {
    let Some(stage) = Stage::with(&["logwatch"]) else { return };
    stage.file("etc/logwatch/conf/logwatch.conf", 0o644, "TmpDir = /run/logwatch\n");
    let ended = stage.run(
        "mkdir /run/logwatch; logwatch --output mail --mailto root --service zz-sys --hostname nas --range all",
    );
    stage.alert(&ended);
    let mail = stage.delivered_one();
    assert_eq!(mail.recipient, ROOT);
    assert!(mail.subject.starts_with("Logwatch for nas"), "{}", mail.raw);
    assert!(mail.body.contains("CPU") && mail.body.contains("Logwatch End"), "{}", mail.raw);
}

#[test]
fn unattended_upgrades_sends_its_report_by_mail_and_by_sendmail() {
    let Some(stage) = Stage::with(&["unattended-upgrades"]) else { return };
    let ended = stage.run(
        "cp /usr/bin/unattended-upgrade /run/unattended.py && cd /run && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c '
import unattended
for send in unattended._send_mail_using_mailx, unattended._send_mail_using_sendmail:
    send(\"root\", \"ops@example.com\", \"result for nas: SUCCESS\", \"Upgraded: libc6\\n.\\n更新\\n\")
'",
    );
    let alerts = stage.alerts();
    let [by_mail, by_sendmail] = &alerts[..] else { panic!("{ended:?} {alerts:?}") };
    let text =
        "To: ops@example.com\nFrom: root\nSubject: result for nas: SUCCESS\n\nUpgraded: libc6\n.\n更新\n";
    assert_eq!(message(by_mail), (vec!["ops@example.com"], text.to_owned()));
    assert_eq!(message(by_sendmail).0, ["ops@example.com"]);
    let mails = stage.delivered();
    assert_eq!(mails.len(), 2, "{mails:#?}");
    for mail in mails {
        let read = (mail.recipient.as_str(), mail.subject.as_str(), mail.body.as_str());
        let expected = ("ops@example.com", "result for nas: SUCCESS", "Upgraded: libc6\n.\n更新\n");
        assert_eq!(read, expected, "{}", mail.raw);
    }
}
