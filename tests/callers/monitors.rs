//! The monitors themselves, with the files of contrib/callers/: a trouble that they see, and its end.
//!
//! Not among them: smartd and mdadm, whose disks and arrays no kernel here has (`mailers` runs the script that smartd runs,
//! `recorded` has mdadm's call); Icinga 2 and Zabbix, which want a database or an hour; ZED, which Debian does not have
//! in main. Their calls are in `recorded`, as their own configuration or manual makes them.

use spool_format::Severity::{Critical, Info};

use crate::{Stage, key, row};

#[test]
fn monit_tells_of_a_trouble_and_of_its_end_under_one_key() {
    let Some(stage) = Stage::with(&["monit"]) else { return };
    stage.file(
        "etc/monitrc",
        0o600,
        "set daemon 1\nset log /run/m.log\nset idfile /run/m.id\nset pidfile /run/m.pid\nset statefile /run/m.state\n\
         check file gone with path /run/gone\n\
         if not exist then exec \"/usr/bin/enqueue --caller monit\"\n\
         else if succeeded then exec \"/usr/bin/enqueue --caller monit\"\n",
    );
    let ended = stage.run(
        "monit -I -c /etc/monitrc >/dev/null 2>&1 & wait_for 1; touch /run/gone; wait_for 2; cat /run/m.log >&2",
    );
    let (key, alerts) = (key("monit", "gone/existence"), stage.alerts());
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some(key.as_str());
    let expected = [("gone: Does not exist", Critical, key, false), ("gone: Exists", Critical, key, true)];
    assert_eq!(rows, expected, "{ended:?}");
    assert!(alerts[0].body.starts_with("file doesn't exist\n"), "{}", alerts[0].body);
}

#[test]
fn nagios_tells_of_a_trouble_and_of_its_end_under_one_key() {
    let Some(stage) = Stage::with(&["nagios4-core"]) else { return };
    stage.contrib("nagios/alertmail.cfg", "etc/nagios4/alertmail.cfg", 0o644);
    stage.file("usr/bin/probe", 0o755, "#!/bin/sh\n[ ! -e /run/well ] || { echo all well; exit 0; }\necho \"it's gone; (100%)\"\necho second\nexit 2\n");
    stage.file(
        "etc/nagios4/probe.cfg",
        0o644,
        "log_file=/run/nagios.log\ncfg_file=/etc/nagios4/objects.cfg\ncfg_file=/etc/nagios4/alertmail.cfg\n\
         object_cache_file=/run/objects.cache\nstatus_file=/run/status.dat\ncommand_file=/run/nagios.cmd\n\
         lock_file=/run/nagios.lock\ntemp_file=/run/nagios.tmp\ntemp_path=/run\ncheck_result_path=/run\n\
         state_retention_file=/run/retention.dat\nquery_socket=/run/nagios.qh\nnagios_user=root\nnagios_group=root\n\
         interval_length=1\nillegal_macro_output_chars=`~$&|'\"<>\n",
    );
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let days = days.join(" 00:00-24:00\n") + " 00:00-24:00\n";
    let often = "max_check_attempts 1\ncheck_period always\ncontacts oncall\nnotification_interval 0\nnotification_period always\n";
    stage.file(
        "etc/nagios4/objects.cfg",
        0o644,
        &format!(
            "define timeperiod {{\ntimeperiod_name always\nalias always\n{days}}}\n\
             define command {{\ncommand_name probe\ncommand_line /usr/bin/probe\n}}\n\
             define contact {{\ncontact_name oncall\nemail oncall@example.jp\nhost_notification_period always\n\
             service_notification_period always\nhost_notification_options d,u,r\nservice_notification_options w,u,c,r\n\
             host_notification_commands alertmail-host\nservice_notification_commands alertmail-service\n}}\n\
             define host {{\nhost_name web1\nalias web1\naddress 127.0.0.1\n{often}}}\n\
             define service {{\nhost_name web1\nservice_description HTTP\ncheck_command probe\ncheck_interval 1\n\
             retry_interval 1\n{often}}}\n"
        ),
    );
    let ended = stage.run(
        "nagios4 /etc/nagios4/probe.cfg >&2 & wait_for 1; touch /run/well; wait_for 2; cat /run/nagios.log >&2",
    );
    let alerts = stage.alerts();
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some("nagios/web1/HTTP");
    // Nagios itself takes quotes out, and makes its own separator a colon.
    let expected = [
        ("web1 HTTP: CRITICAL: its gone: (100%)", Critical, key, false),
        ("web1 HTTP: OK: all well", Critical, key, true),
    ];
    assert_eq!(rows, expected, "{ended:?}");
    assert_eq!(alerts[0].to, ["oncall@example.jp"]);
    assert!(alerts[0].body.contains("\nsecond\n"), "{}", alerts[0].body);
}

#[test]
fn fail2ban_tells_of_a_ban_with_the_lines_that_led_to_it_and_runs_none_of_them() {
    let Some(stage) = Stage::with(&["fail2ban"]) else { return };
    stage.contrib("fail2ban/alertmail.conf", "etc/fail2ban/action.d/alertmail.conf", 0o644);
    stage.file("etc/fail2ban/filter.d/probe.conf", 0o644, "[Definition]\nfailregex = ^\\s*bad from <HOST>\n");
    stage.file(
        "etc/fail2ban/jail.local",
        0o644,
        "[DEFAULT]\nbackend = polling\n[sshd]\nenabled = false\n[probe]\nenabled = true\nlogpath = /run/probe.log\n\
         maxretry = 2\naction = alertmail\n",
    );
    stage.file("line", 0o644, "bad from 192.0.2.7; $(touch /run/ran) `touch /run/ran` \"x\" 'y' %s\n");
    let ended = stage.run(
        "mkdir -p /run/fail2ban /var/lib/fail2ban; : >/run/probe.log
        /usr/bin/python3 /usr/bin/fail2ban-server -f --logtarget /run/f.log start >&2 &
        n=0; until grep -q \"Jail 'probe' started\" /run/f.log || [ $n -gt 100 ]; do sleep 0.1; n=$((n+1)); done
        for n in 1 2; do echo \"$(date '+%Y-%m-%d %H:%M:%S') $(cat line)\" >>/run/probe.log; done
        wait_for 1; cat /run/f.log >&2; [ ! -e /run/ran ]",
    );
    let (key, alert) = (key("fail2ban", "probe/192.0.2.7"), stage.alert(&ended));
    assert_eq!(row(&alert), ("fail2ban probe: banned 192.0.2.7", Info, Some(key.as_str()), false));
    assert!(alert.body.contains("Failures: 2\n"), "{}", alert.body);
    let line = "bad from 192.0.2.7; $(touch /run/ran) `touch /run/ran` \"x\" 'y' %s";
    assert_eq!(alert.body.matches(line).count(), 2, "{}", alert.body);
    assert_eq!(ended.code, Some(0), "a line of the log was run");
}
