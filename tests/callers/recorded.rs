//! The files of contrib/callers/ with what monitors were seen to say, or what their manuals say that they do.

use std::fs;

use spool_format::Severity::{Critical, Info, Warning};

use crate::stage::repository;
use crate::{Stage, key, row};

/// A file of contrib/callers/ as a text.
fn text(file: &str) -> String {
    fs::read_to_string(repository("contrib/callers").join(file)).expect("a file of contrib")
}

/// What stands in quotes behind `before`, once for each place.
fn quoted_behind<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').nth(1)).collect()
}

/// Runs a line as a monitor's shell does.
fn shell(stage: &Stage, line: &str, env: &[(&str, &str)], stdin: &[u8]) -> harness::Ended {
    stage.call("/bin/sh".as_ref(), &["-c", &line.replace("/usr/bin/enqueue", "enqueue")], env, stdin)
}

#[test]
fn the_scripts_that_monitors_run_tell_what_they_were_told() {
    let script = |name: &str| repository("contrib/callers").join(name);
    let smartd = [
        ("SMARTD_DEVICE", "/dev/sda"),
        ("SMARTD_DEVICESTRING", "/dev/sda [SAT]"),
        ("SMARTD_FAILTYPE", "OfflineUncorrectableSector"),
        ("SMARTD_MESSAGE", "Device: /dev/sda [SAT], 8 Offline uncorrectable sectors"),
    ];
    let of_disk = key("smartd", "sda [SAT]/OfflineUncorrectableSector");
    let (of_array, of_power) = (key("mdadm", "md0"), key("ups", "home/power"));
    let timer = [("UPSNAME", "home"), ("NOTIFYTYPE", "ONBATT")];
    for (file, words, env, expected) in [
        (
            "smartd/alertmail-smartd",
            [].as_slice(),
            smartd.as_slice(),
            ("/dev/sda [SAT]: uncorrectable sectors", Warning, Some(of_disk.as_str()), false),
        ),
        (
            "mdadm/alertmail-mdadm",
            &["Fail", "/dev/md0", "/dev/sdb1"],
            &[],
            ("/dev/md0: disk failed (/dev/sdb1)", Critical, Some(&of_array), false),
        ),
        (
            "upssched/upssched-cmd",
            &["online"],
            &timer,
            ("UPS home: back on line power (timer online)", Warning, Some(&of_power), true),
        ),
        (
            "zabbix/alertmail",
            &["ops", "-5 °C", "--x", "EVENT.ID=7", "EVENT.VALUE=1", "EVENT.NSEVERITY=5"],
            &[],
            ("-5 °C", Critical, Some("zabbix/7"), false),
        ),
    ] {
        let stage = Stage::new();
        let ended = stage.call(&script(file), words, env, b"nobody reads this");
        assert_eq!(row(&stage.alert(&ended)), expected, "{file}: {ended:?}");
        assert_eq!(ended.code, Some(0));
        stage.expect_delivered();
    }
}

#[test]
fn the_events_of_apcupsd_are_the_names_of_its_script() {
    for (event, words, severity, resolves) in [
        ("onbattery", "on battery", Warning, false),
        ("offbattery", "back on line power", Warning, true),
        ("doshutdown", "this machine shuts down", Critical, false),
    ] {
        let stage = Stage::new();
        stage.contrib("apcupsd/alertmail-apcupsd", &format!("etc/apcupsd/{event}"), 0o755);
        stage.file("usr/bin/apcaccess", 0o755, "#!/bin/sh\necho 'TIMELEFT : 41.0 Minutes'\n");
        let ended = stage.call(&stage.at(&format!("etc/apcupsd/{event}")), &["home", "1", "0"], &[], b"");
        let alert = stage.alert(&ended);
        let subject = format!("UPS home: {words}");
        assert_eq!(
            row(&alert),
            (subject.as_str(), severity, Some(key("ups", "home/power").as_str()), resolves)
        );
        assert_eq!(alert.body.contains("TIMELEFT"), event != "doshutdown", "{}", alert.body);
        stage.expect_delivered();
    }
}

#[test]
fn the_commands_of_nagios_are_a_shell_line_that_its_macros_do_not_break() {
    let macros = [
        ("NOTIFICATIONTYPE", "PROBLEM"),
        ("HOSTNAME", "web1"),
        ("HOSTSTATE", "DOWN"),
        ("HOSTOUTPUT", "PING CRITICAL - loss = 100%; (it's gone)"),
        ("SERVICEDESC", "HTTP"),
        ("SERVICESTATE", "WARNING"),
        ("SERVICEOUTPUT", "slow - 7 s"),
        ("LONGSERVICEOUTPUT", "first\\nsecond"),
        ("CONTACTEMAIL", "oncall@example.jp"),
    ];
    let file = text("nagios/alertmail.cfg");
    let lines: Vec<&str> = file.lines().filter_map(|line| line.trim().strip_prefix("command_line")).collect();
    let [host, service] = lines.as_slice() else { panic!("{lines:?}") };
    for (line, expected) in [
        (
            host,
            ("web1: DOWN: PING CRITICAL - loss = 100%; (it's gone)", Critical, Some("nagios/web1"), false),
        ),
        (service, ("web1 HTTP: WARNING: slow - 7 s", Warning, Some("nagios/web1/HTTP"), false)),
    ] {
        let stage = Stage::new();
        let mut line = (*line).to_owned();
        for (name, value) in macros {
            line = line.replace(&format!("${name}$"), value);
        }
        // What Nagios has no value for is empty.
        let parts: Vec<&str> = line.split('$').collect();
        let line: String = parts.iter().step_by(2).copied().collect();
        let ended = shell(&stage, &line, &[], b"");
        let alert = stage.alert(&ended);
        assert_eq!(row(&alert), expected, "{ended:?}");
        assert_eq!(alert.to, ["oncall@example.jp"]);
        stage.expect_delivered();
    }
}

#[test]
fn the_command_of_icinga2_hands_on_what_its_environment_names() {
    let file = text("icinga2/alertmail.conf");
    let values = [
        ("$notification.type$", "RECOVERY"),
        ("$host.name$", "web1"),
        ("$host.display_name$", "Web 1"),
        ("$host.state$", "UP"),
        ("$host.output$", "PING OK"),
        ("$user.email$", "oncall@example.jp"),
    ];
    let mut env = Vec::new();
    for line in file.lines().filter(|line| line.contains(" = \"$")) {
        let (name, value) = line.trim().split_once(" = ").expect("an assignment");
        let known = values.iter().find(|(key, _)| *key == value.trim_matches('"'));
        env.extend(known.map(|(_, value)| (name, *value)));
    }
    assert_eq!(env.len(), values.len(), "{env:?}");
    let command = quoted_behind(&file, "command = [").concat();
    assert_eq!(command, "/usr/bin/enqueue");
    let stage = Stage::new();
    let ended = shell(&stage, "enqueue --caller icinga2", &env, b"");
    let alert = stage.alert(&ended);
    assert_eq!(row(&alert), ("Web 1: UP: PING OK", Critical, Some("icinga2/web1"), true));
    assert_eq!(alert.to, ["oncall@example.jp"]);
    stage.expect_delivered();
}

#[test]
fn the_lines_for_nut_monit_and_zed_run_as_they_stand() {
    let stage = Stage::new();
    let notify = quoted_behind(&text("nut/upsmon.conf"), "NOTIFYCMD ").concat();
    let env = [("UPSNAME", "home@nas"), ("NOTIFYTYPE", "LOWBATT")];
    let ended = shell(&stage, &format!("{notify} \"UPS home@nas battery is low\""), &env, b"");
    let of_power = key("ups", "home@nas/power");
    assert_eq!(
        row(&stage.alert(&ended)),
        ("UPS home@nas: battery is low", Critical, Some(of_power.as_str()), false)
    );
    stage.expect_delivered();
    let file = text("monit/alertmail");
    let commands = quoted_behind(&file, "exec ");
    assert_eq!(commands.len(), 6);
    for command in commands {
        let stage = Stage::new();
        let env = [
            ("MONIT_SERVICE", "sshd"),
            ("MONIT_EVENT", "Connection failed"),
            ("MONIT_DESCRIPTION", "refused"),
        ];
        let ended = shell(&stage, command, &env, b"");
        let of_service = key("monit", "sshd/connection");
        assert_eq!(
            row(&stage.alert(&ended)),
            ("sshd: Connection failed", Critical, Some(of_service.as_str()), false)
        );
    }
    // ZED sources its settings, puts address and subject in, and pipes the text.
    let stage = Stage::new();
    stage.contrib("zed/zed.rc", "zed.rc", 0o644);
    let line = format!(". {}; eval \"$ZED_EMAIL_PROG $ZED_EMAIL_OPTS\"", stage.at("zed.rc").display());
    let env = [
        ("ZEVENT_SUBCLASS", "statechange"),
        ("ZEVENT_POOL", "tank"),
        ("ZEVENT_VDEV_PATH", "/dev/sdc1"),
        ("ZEVENT_VDEV_STATE_STR", "FAULTED"),
    ];
    let ended = shell(&stage, &line, &env, b"The number of I/O errors is too high.\n");
    let (of_pool, alert) = (key("zed", "tank/sdc1"), stage.alert(&ended));
    assert_eq!(row(&alert), ("pool tank: device is FAULTED (sdc1)", Critical, Some(of_pool.as_str()), false));
    assert!(alert.body.ends_with("\n\nThe number of I/O errors is too high.\n"), "{}", alert.body);
    stage.expect_delivered();
}

#[test]
fn a_unit_that_fails_is_told_with_the_end_of_its_log() {
    let unit = text("systemd/alertmail-unit@.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let stage = Stage::new();
    stage.file("usr/bin/journalctl", 0o755, "#!/bin/sh\necho \"log of $*\"\n");
    let env = [("MONITOR_UNIT", "backup.service"), ("MONITOR_SERVICE_RESULT", "timeout")];
    let ended = shell(&stage, &line.replace("%i", "backup.service"), &env, b"");
    let (of_unit, alert) = (key("systemd", "backup.service"), stage.alert(&ended));
    assert_eq!(
        row(&alert),
        ("backup.service failed: it took too long", Critical, Some(of_unit.as_str()), false)
    );
    assert!(alert.body.contains("log of -u backup.service -n 30"), "{}", alert.body);
    stage.expect_delivered();
}

#[test]
fn a_unit_that_works_is_told_whether_systemd_says_so_or_not() {
    let unit = text("systemd/alertmail-unit-well@.service");
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)).expect("a value");
    let (name, result) = value("Environment=").split_once('=').expect("a variable");
    let line = value("ExecStart=").replace("%i", "backup.service");
    for env in [&[(name, result)][..], &[(name, result), ("MONITOR_UNIT", "backup.service")]] {
        let stage = Stage::new();
        let ended = shell(&stage, &line, env, b"");
        let (of_unit, alert) = (key("systemd", "backup.service"), stage.alert(&ended));
        assert_eq!(row(&alert), ("backup.service works again", Warning, Some(of_unit.as_str()), true));
        stage.expect_delivered();
    }
}

#[test]
fn a_container_is_told_of_when_it_becomes_unhealthy_and_when_it_is_well_again() {
    let stage = Stage::new();
    let event = |status: &str| {
        format!(
            r#"{{"status":"health_status: {status}","id":"c0ffee","Type":"container","Action":"health_status: {status}","Actor":{{"ID":"c0ffee","Attributes":{{"image":"web:1","name":"shop"}}}}}}"#
        )
    };
    let events = ["healthy", "unhealthy", "unhealthy", "healthy", "healthy"].map(event).join("\n");
    stage.file("events", 0o644, &(events + "\n"));
    stage.file("usr/bin/docker", 0o755, &format!("#!/bin/sh\ncat {}\n", stage.at("events").display()));
    let ended = stage.call(&repository("contrib/callers/healthcheck/alertmail-docker"), &[], &[], b"");
    let (of_container, alerts) = (key("healthcheck", "shop"), stage.alerts());
    let rows: Vec<_> = alerts.iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("shop: unhealthy", Critical, Some(of_container.as_str()), false),
            ("shop: healthy", Critical, Some(of_container.as_str()), true)
        ],
        "{ended:?}"
    );
    stage.expect_delivered();
}

#[test]
fn an_info_of_mdadm_does_not_wake_anybody() {
    let stage = Stage::new();
    let ended = stage.call(
        &repository("contrib/callers/mdadm/alertmail-mdadm"),
        &["TestMessage", "/dev/md0"],
        &[],
        b"",
    );
    assert_eq!(stage.alert(&ended).severity, Info);
}
