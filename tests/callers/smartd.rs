//! smartd itself, unchanged, with a disk that foretells its failure.
//!
//! No kernel here has such a disk, so a library (`scsi_disk.c`) answers the SCSI commands that smartd sends to one file.

use harness::{Ended, run};

use crate::mailbox::ROOT;
use crate::stage::repository;
use crate::{Stage, host, key, row};

use spool_format::Severity::{Critical, Info};

/// Runs smartd for one round of checks, on the disk alone, with these directives.
fn smartd(stage: &Stage, directives: &str) -> Ended {
    let library = stage.at("disk.so");
    let mut gcc = std::process::Command::new("gcc");
    gcc.args(["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]).arg(&library);
    run(gcc.arg(repository("tests/callers/scsi_disk.c")), b"").expect_success();
    stage.file("etc/smartd.conf", 0o644, &format!("/run/disk -d scsi -H {directives}\n"));
    stage.run(&format!(
        "truncate -s 1M /run/disk; mkdir /var/lib/smartmontools; LD_PRELOAD={} smartd -q onecheck -d",
        library.display()
    ))
}

#[test]
fn the_test_and_the_warning_of_smartd_come_into_the_mailbox_by_debians_own_scripts() {
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    let ended = smartd(&stage, "-m root -M test -M exec /usr/share/smartmontools/smartd-runner");
    let mails = stage.delivered();
    let [test, warning] = &mails[..] else { panic!("{ended:?} {mails:#?}") };
    for (mail, kind, line) in [
        (test, "EmailTest", "TEST EMAIL from smartd for device: /run/disk\n"),
        (
            warning,
            "Health",
            "Device: /run/disk, SMART Failure: HARDWARE IMPENDING FAILURE GENERAL HARD DRIVE FAILURE\n",
        ),
    ] {
        assert_eq!(mail.recipient, ROOT);
        assert_eq!(mail.subject, format!("SMART error ({kind}) detected on host: {}", host()));
        assert!(mail.body.contains(line), "{}", mail.raw);
    }
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn the_test_and_the_warning_of_smartd_come_into_the_mailbox_by_our_script() {
    let Some(stage) = Stage::with(&["smartmontools"]) else { return };
    stage.contrib("smartd/alertmail-smartd", "usr/bin/alertmail-smartd", 0o755);
    let ended = smartd(&stage, "-m <nomailer> -M test -M exec /usr/bin/alertmail-smartd");
    let alerts = stage.alerts();
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let keys = ["EmailTest", "Health"].map(|kind| key("smartd", &format!("/run/disk/{kind}")));
    let expected = [
        ("/run/disk: test of smartd", Info, Some(&*keys[0]), false),
        ("/run/disk: SMART health check failed", Critical, Some(&*keys[1]), false),
    ];
    assert_eq!(rows, expected, "{ended:?}");
    stage.expect_delivered();
}
