//! Each monitor in its own words.

use spool_format::Severity::{Critical, Info, Warning};

use super::{Call, alert_of, expect, host};

#[test]
fn smartd_says_what_is_wrong_with_which_disk() {
    let call = |kind: &'static str| {
        alert_of(
            "smartd",
            &Call(
                &[
                    ("SMARTD_DEVICE", "/dev/sda"),
                    ("SMARTD_DEVICESTRING", "/dev/sda [SAT]"),
                    ("SMARTD_DEVICEINFO", "ST4000, S/N:Z1, 4.00 TB"),
                    ("SMARTD_FAILTYPE", kind),
                    ("SMARTD_MESSAGE", "Device: /dev/sda [SAT], it is so"),
                    ("SMARTD_TFIRST", "Fri Nov 27 03:10:00 2026 JST"),
                    ("SMARTD_PREVCNT", "2"),
                    ("SMARTD_NEXTDAYS", "4"),
                ],
                &[],
                "",
            ),
        )
    };
    for (kind, severity) in [
        ("EmailTest", Info),
        ("Health", Critical),
        ("Usage", Warning),
        ("SelfTest", Warning),
        ("ErrorCount", Warning),
        ("FailedHealthCheck", Warning),
        ("FailedReadSmartData", Warning),
        ("FailedReadSmartErrorLog", Warning),
        ("FailedReadSmartSelfTestLog", Warning),
        ("FailedOpenDevice", Critical),
        ("CurrentPendingSector", Warning),
        ("OfflineUncorrectableSector", Warning),
        ("Temperature", Warning),
    ] {
        let alert = call(kind);
        assert_eq!((alert.severity, alert.resolves), (severity, false), "{kind}");
        assert_eq!(alert.key.as_deref(), Some(format!("smartd/{}/sda [SAT]/{kind}", host()).as_str()));
        assert_eq!(alert.ttl.is_some(), kind == "EmailTest", "{kind}");
        assert!(alert.subject.starts_with("/dev/sda [SAT]: "), "{}", alert.subject);
        for part in ["it is so", "Model: ST4000, S/N:Z1, 4.00 TB", "Told before: 2", "First seen: Fri Nov 27"]
        {
            assert!(alert.body.contains(part), "{part}: {}", alert.body);
        }
    }
    let of_later = call("Humidity");
    assert_eq!((of_later.severity, of_later.subject.as_str()), (Warning, "/dev/sda [SAT]: Humidity"));
    assert!(of_later.body.starts_with("Note: failure type `Humidity` is not known"), "{}", of_later.body);
}

#[test]
fn mdadm_says_which_array_is_in_trouble_and_when_a_spare_has_taken_over() {
    for (words, expected) in [
        (
            ["Fail", "/dev/md0", "/dev/sdb1"].as_slice(),
            ("/dev/md0: disk failed (/dev/sdb1)", Critical, "mdadm/HOST/md0", false),
        ),
        (&["DegradedArray", "/dev/md0"], ("/dev/md0: array is degraded", Critical, "mdadm/HOST/md0", false)),
        (
            &["SpareActive", "/dev/md0", "/dev/sdc1"],
            ("/dev/md0: spare is active, the rebuild is done (/dev/sdc1)", Critical, "mdadm/HOST/md0", true),
        ),
        (&["Rebuild40", "/dev/md0"], ("/dev/md0: Rebuild40", Info, "mdadm/HOST/md0", false)),
        (&["RebuildFinished", "/dev/md0"], ("/dev/md0: rebuild has ended", Warning, "mdadm/HOST/md0", false)),
        (&["TestMessage", "/dev/md/all"], ("/dev/md/all: test of mdadm", Info, "mdadm/HOST/md/all", false)),
    ] {
        let alert = expect("mdadm", &Call(&[], words, "md0 : active raid1 sda1[0]\n"), expected);
        assert!(alert.body.contains("active raid1 sda1[0]"), "{}", alert.body);
    }
}

#[test]
fn a_ups_on_battery_warns_a_low_one_is_critical_and_power_that_is_back_ends_it() {
    for (kind, expected) in [
        ("ONBATT", ("UPS home@nas: on battery", Warning, "ups/HOST/home@nas/power", false)),
        ("LOWBATT", ("UPS home@nas: battery is low", Critical, "ups/HOST/home@nas/power", false)),
        ("SHUTDOWN", ("UPS home@nas: this machine shuts down", Critical, "ups/HOST/home@nas/power", false)),
        ("ONLINE", ("UPS home@nas: back on line power", Warning, "ups/HOST/home@nas/power", true)),
        ("COMMBAD", ("UPS home@nas: communication lost", Warning, "ups/HOST/home@nas/communication", false)),
        ("COMMOK", ("UPS home@nas: communication is back", Warning, "ups/HOST/home@nas/communication", true)),
        (
            "NOTBYPASS",
            (
                "UPS home@nas: no longer: on bypass, without protection",
                Warning,
                "ups/HOST/home@nas/bypass",
                true,
            ),
        ),
    ] {
        let env = [("UPSNAME", "home@nas"), ("NOTIFYTYPE", kind)];
        let alert = expect("nut", &Call(&env, &["UPS home@nas said so"], ""), expected);
        assert!(alert.body.starts_with("UPS home@nas said so\n"), "{}", alert.body);
    }
}

#[test]
fn a_timer_of_upssched_is_believed_before_the_event_that_began_it() {
    let env = [("UPSNAME", "home@nas"), ("NOTIFYTYPE", "ONLINE"), ("NOTIFYMSG", "said so")];
    for (timer, expected) in [
        (
            "onbatt-5min",
            ("UPS home@nas: on battery (timer onbatt-5min)", Warning, "ups/HOST/home@nas/power", false),
        ),
        (
            "ups-lowbatt",
            ("UPS home@nas: battery is low (timer ups-lowbatt)", Critical, "ups/HOST/home@nas/power", false),
        ),
        ("back", ("UPS home@nas: back on line power (timer back)", Warning, "ups/HOST/home@nas/power", true)),
    ] {
        expect("upssched", &Call(&env, &[timer], ""), expected);
    }
}

#[test]
fn apcupsd_says_its_event_and_whether_the_power_is_back() {
    for (words, expected) in [
        (
            ["onbattery", "home", "1", "0"].as_slice(),
            ("UPS home: on battery", Warning, "ups/HOST/home/power", false),
        ),
        (
            &["doshutdown", "home"],
            ("UPS home: this machine shuts down", Critical, "ups/HOST/home/power", false),
        ),
        (
            &["/etc/apcupsd/offbattery", "home"],
            ("UPS home: back on line power", Warning, "ups/HOST/home/power", true),
        ),
        (
            &["changeme", "home"],
            ("UPS home: battery has to be replaced now", Critical, "ups/HOST/home/battery", false),
        ),
        (&["commok"], ("UPS: communication is back", Warning, "ups/HOST/apcupsd/communication", true)),
    ] {
        let alert = expect("apcupsd", &Call(&[], words, "BCHARGE  : 91.0 Percent\n"), expected);
        assert!(alert.body.contains("BCHARGE"), "{}", alert.body);
    }
}

#[test]
fn an_event_of_monit_and_its_end_have_one_key() {
    for (event, expected) in [
        ("Connection failed", ("nginx: Connection failed", Critical, "monit/HOST/nginx/connection", false)),
        (
            "Connection succeeded",
            ("nginx: Connection succeeded", Critical, "monit/HOST/nginx/connection", true),
        ),
        ("Does not exist", ("nginx: Does not exist", Critical, "monit/HOST/nginx/existence", false)),
        ("Exists", ("nginx: Exists", Critical, "monit/HOST/nginx/existence", true)),
        (
            "Resource limit matched",
            ("nginx: Resource limit matched", Warning, "monit/HOST/nginx/resource-limit", false),
        ),
        (
            "Resource limit succeeded",
            ("nginx: Resource limit succeeded", Warning, "monit/HOST/nginx/resource-limit", true),
        ),
        ("Timeout", ("nginx: Timeout", Critical, "monit/HOST/nginx/timeout", false)),
        ("Timeout recovery", ("nginx: Timeout recovery", Critical, "monit/HOST/nginx/timeout", true)),
        ("Link down", ("nginx: Link down", Critical, "monit/HOST/nginx/link", false)),
        ("Link up", ("nginx: Link up", Critical, "monit/HOST/nginx/link", true)),
        ("Size changed", ("nginx: Size changed", Warning, "monit/HOST/nginx/size", false)),
        (
            "Monit instance changed",
            ("nginx: Monit instance changed", Info, "monit/HOST/nginx/monit-instance", false),
        ),
    ] {
        let env = [
            ("MONIT_SERVICE", "nginx"),
            ("MONIT_EVENT", event),
            ("MONIT_DESCRIPTION", "so it is"),
            ("MONIT_PROCESS_PID", "7"),
        ];
        let alert = expect("monit", &Call(&env, &[], ""), expected);
        assert!(
            alert.body.starts_with("so it is\n") && alert.body.contains("Process: 7\n"),
            "{}",
            alert.body
        );
    }
}

#[test]
fn zabbix_names_recipient_severity_and_problem_in_its_message_or_in_macros() {
    let message = "Problem started at 03:10:00\nHost: web1\nSeverity: High\nOriginal problem ID: 4711\n";
    let problem = Call(&[], &["oncall@example.jp", "Problem: no ping", message], "");
    let alert = expect("zabbix", &problem, ("Problem: no ping", Critical, "zabbix/4711", false));
    assert_eq!(
        (alert.to.as_slice(), alert.body.as_str()),
        (["oncall@example.jp".to_owned()].as_slice(), message)
    );
    let over = Call(&[], &["oncall@example.jp", "Resolved in 5m: no ping", message], "");
    expect("zabbix", &over, ("Resolved in 5m: no ping", Critical, "zabbix/4711", true));
    let macros =
        ["ops", "no ping", "text", "EVENT.ID=9", "EVENT.VALUE=0", "EVENT.NSEVERITY=2", "HOST.NAME=web1"];
    let alert = expect("zabbix", &Call(&[], &macros, ""), ("no ping", Warning, "zabbix/9", true));
    assert_eq!(alert.body, "text\n\nHost: web1\n");
    // A message may begin with a dash, and the recipient may be none.
    let dashes = alert_of("zabbix", &Call(&[], &["not an address", "-40 °C", "--help\n- x"], ""));
    assert_eq!((dashes.subject.as_str(), dashes.to.len()), ("-40 °C", 0));
    assert!(dashes.body.contains("not sent to `not an address`") && dashes.body.contains("--help\n- x"));
}

#[test]
fn nagios_says_host_and_service_by_arguments_or_environment() {
    let service = [
        "NOTIFICATIONTYPE=PROBLEM",
        "HOSTNAME=web1",
        "SERVICEDESC=HTTP",
        "SERVICESTATE=CRITICAL",
        "SERVICEOUTPUT=connect = refused",
        "LONGSERVICEOUTPUT=one\\ntwo",
        "CONTACTEMAIL=oncall@example.jp",
        "NOTIFICATIONCOMMENT=$NOTIFICATIONCOMMENT$",
    ];
    let alert = expect(
        "nagios",
        &Call(&[], &service, ""),
        ("web1 HTTP: CRITICAL: connect = refused", Critical, "nagios/web1/HTTP", false),
    );
    assert_eq!(alert.to, ["oncall@example.jp"]);
    assert!(alert.body.contains("one\ntwo\n") && !alert.body.contains("COMMENT"), "{}", alert.body);
    let env = [
        ("NAGIOS_NOTIFICATIONTYPE", "RECOVERY"),
        ("NAGIOS_HOSTNAME", "web1"),
        ("NAGIOS_SERVICEDESC", "HTTP"),
        ("NAGIOS_SERVICESTATE", "OK"),
        ("NAGIOS_LASTSERVICESTATE", "CRITICAL"),
    ];
    expect("nagios", &Call(&env, &[], ""), ("web1 HTTP: OK", Critical, "nagios/web1/HTTP", true));
    for (kind, state, expected) in [
        ("PROBLEM", "DOWN", ("web1: DOWN", Critical, "nagios/web1", false)),
        ("RECOVERY", "UP", ("web1: UP", Critical, "nagios/web1", true)),
        ("ACKNOWLEDGEMENT", "DOWN", ("web1: acknowledged, DOWN", Info, "nagios/web1", false)),
        ("FLAPPINGSTART", "UP", ("web1: flapping, UP", Warning, "nagios/web1", false)),
        ("DOWNTIMEEND", "UP", ("web1: downtime is over, UP", Info, "nagios/web1", false)),
    ] {
        let env =
            [("NAGIOS_NOTIFICATIONTYPE", kind), ("NAGIOS_HOSTNAME", "web1"), ("NAGIOS_HOSTSTATE", state)];
        expect("nagios", &Call(&env, &[], ""), expected);
    }
}

#[test]
fn icinga2_says_the_same_in_the_environment_of_its_examples() {
    let env = [
        ("NOTIFICATIONTYPE", "Problem"),
        ("HOSTNAME", "web1.example.jp"),
        ("HOSTDISPLAYNAME", "web1"),
        ("SERVICENAME", "disk"),
        ("SERVICEDISPLAYNAME", "disk /"),
        ("SERVICESTATE", "UNKNOWN"),
        ("SERVICEOUTPUT", "no answer\nsecond line"),
        ("USEREMAIL", "oncall@example.jp"),
    ];
    let alert = expect(
        "icinga2",
        &Call(&env, &[], ""),
        ("web1 disk /: UNKNOWN: no answer", Warning, "icinga2/web1.example.jp/disk", false),
    );
    assert_eq!(alert.to, ["oncall@example.jp"]);
    assert!(alert.body.starts_with("no answer\nsecond line\n"), "{}", alert.body);
}

#[test]
fn systemd_names_the_unit_and_the_reason_where_they_are_its_own() {
    let env = [
        ("MONITOR_UNIT", "backup.service"),
        ("MONITOR_SERVICE_RESULT", "exit-code"),
        ("MONITOR_EXIT_CODE", "exited"),
        ("MONITOR_EXIT_STATUS", "3"),
    ];
    let own = Call(&env, &["backup.service"], "Nov 27 backup[7]: no room\n");
    let alert = expect(
        "systemd",
        &own,
        ("backup.service failed with exit code 3", Critical, "systemd/HOST/backup.service", false),
    );
    assert!(alert.body.ends_with("\n\nNov 27 backup[7]: no room\n"), "{}", alert.body);
    for (env, words, expected) in [
        (
            env.as_slice(),
            [].as_slice(),
            ("backup.service failed with exit code 3", Critical, "systemd/HOST/backup.service", false),
        ),
        (&env, &["other.service"], ("other.service failed", Critical, "systemd/HOST/other.service", false)),
        (&[], &["other.service"], ("other.service failed", Critical, "systemd/HOST/other.service", false)),
        (
            &[("MONITOR_SERVICE_RESULT", "success")],
            &["a.service"],
            ("a.service works again", Warning, "systemd/HOST/a.service", true),
        ),
    ] {
        let alert = expect("systemd", &Call(env, words, ""), expected);
        assert!(alert.body.contains("See: journalctl -u "), "{}", alert.body);
    }
}

#[test]
fn zed_fail2ban_and_health_checks_are_understood() {
    let zed = |state: &'static str| {
        [
            ("ZEVENT_SUBCLASS", "statechange"),
            ("ZEVENT_POOL", "tank"),
            ("ZEVENT_VDEV_PATH", "/dev/disk/by-id/ata-7"),
            ("ZEVENT_VDEV_STATE_STR", state),
        ]
    };
    let text = "ZFS has detected that a device was removed.\n";
    let key = "zed/HOST/tank/disk/by-id/ata-7";
    expect(
        "zed",
        &Call(&zed("FAULTED"), &[], text),
        ("pool tank: device is FAULTED (ata-7)", Critical, key, false),
    );
    expect(
        "zed",
        &Call(&zed("ONLINE"), &[], text),
        ("pool tank: device is ONLINE (ata-7)", Critical, key, true),
    );
    let (ban, unban) = (["ban", "sshd", "192.0.2.7", "5"], ["unban", "sshd", "192.0.2.7"]);
    let key = "fail2ban/HOST/sshd/192.0.2.7";
    expect("fail2ban", &Call(&[], &ban, "one line\n"), ("fail2ban sshd: banned 192.0.2.7", Info, key, false));
    expect("fail2ban", &Call(&[], &unban, ""), ("fail2ban sshd: unbanned 192.0.2.7", Info, key, true));
    let start = expect(
        "fail2ban",
        &Call(&[], &["start", "sshd"], ""),
        ("fail2ban sshd: started", Info, "fail2ban/HOST/sshd/jail", false),
    );
    assert_eq!(start.ttl, Some(3600));
    let event = r#"{"status":"health_status: unhealthy","id":"c0ffee","Type":"container","Action":"health_status: unhealthy","Actor":{"ID":"c0ffee","Attributes":{"image":"web:1","name":"shop"}}}"#;
    let key = "healthcheck/HOST/shop";
    expect("healthcheck", &Call(&[], &[], event), ("shop: unhealthy", Critical, key, false));
    expect("healthcheck", &Call(&[], &["shop", "healthy"], ""), ("shop: healthy", Critical, key, true));
}
