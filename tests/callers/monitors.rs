//! The monitors themselves, with the files of contrib/callers/: a trouble that they see, and its end.
//!
//! Not among them: smartd, which has a file of its own; mdadm, whose arrays no kernel here has (`mailers` and `recorded` have
//! its calls); Zabbix, which wants a database; ZED, which Debian does not have in main. Their calls are in `recorded`, as their own configuration or manual makes them.

use harness::Ended;
use spool_format::Severity::{Critical, Info};

use crate::mailbox::{FROM, ROOT};
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
    stage.expect_delivered();
}

#[test]
fn icinga2_tells_of_a_trouble_and_of_its_end_under_one_key() {
    let Some(stage) = Stage::with(&["icinga2-bin"]) else { return };
    stage.contrib("icinga2/alertmail.conf", "etc/icinga2/alertmail.conf", 0o644);
    stage.file("usr/bin/probe", 0o755, "#!/bin/sh\n[ ! -e /run/well ] || { echo all well; exit 0; }\necho \"it's gone; (100%)\"\necho second\nexit 2\n");
    stage.file(
        "etc/icinga2/probe.conf",
        0o644,
        "include <itl>\ninclude \"/etc/icinga2/alertmail.conf\"\n\
         object CheckerComponent \"checker\" { }\nobject NotificationComponent \"notification\" { }\n\
         object User \"icingaadmin\" { email = \"oncall@example.jp\" }\n\
         object CheckCommand \"probe\" { command = [ \"/usr/bin/probe\" ] }\n\
         object Host \"web1\" { display_name = \"Web 1\", address = \"127.0.0.1\", check_command = \"dummy\" }\n\
         object Service \"HTTP\" { host_name = \"web1\", check_command = \"probe\", check_interval = 1s,\n\
         retry_interval = 1s, max_check_attempts = 1 }\n",
    );
    let ended = stage.run(
        "for dir in Data Log Cache Spool InitRun; do mkdir -p /run/i/$dir; dirs=\"$dirs -D${dir}Dir=/run/i/$dir\"; done\n\
         export ICINGA2_USER=root ICINGA2_GROUP=root\n\
         icinga2 daemon -c /etc/icinga2/probe.conf $dirs >/run/i/out 2>&1 &\n\
         wait_for 1; touch /run/well; wait_for 2; cat /run/i/out >&2",
    );
    let alerts = stage.alerts();
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some("icinga2/web1/HTTP");
    let expected = [
        ("Web 1 HTTP: CRITICAL: it's gone; (100%)", Critical, key, false),
        ("Web 1 HTTP: OK: all well", Critical, key, true),
    ];
    assert_eq!(rows, expected, "{ended:?}");
    assert_eq!(alerts[0].to, ["oncall@example.jp"]);
    assert!(alerts[0].body.contains("second\n"), "{}", alerts[0].body);
    stage.expect_delivered();
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
    stage.expect_delivered();
}

/// Runs fail2ban with this action until it has seen a ban and there are so many alerts.
fn fail2ban(stage: &Stage, action: &str, count: usize) -> Ended {
    stage.file("etc/fail2ban/filter.d/probe.conf", 0o644, "[Definition]\nfailregex = ^\\s*bad from <HOST>\n");
    stage.file(
        "etc/fail2ban/jail.local",
        0o644,
        &format!(
            "[DEFAULT]\nbackend = polling\n[sshd]\nenabled = false\n[probe]\nenabled = true\nlogpath = /run/probe.log\n\
             maxretry = 2\naction = {action}\n"
        ),
    );
    stage.file("line", 0o644, "bad from 192.0.2.7; $(touch /run/ran) `touch /run/ran` \"x\" 'y' %s 障害\n");
    let script = "mkdir -p /run/fail2ban /var/lib/fail2ban; : >/run/probe.log
        /usr/bin/python3 /usr/bin/fail2ban-server -f --logtarget /run/f.log start >&2 &
        n=0; until grep -q \"Jail 'probe' started\" /run/f.log || [ $n -gt 100 ]; do sleep 0.1; n=$((n+1)); done
        for n in 1 2; do echo \"$(date '+%Y-%m-%d %H:%M:%S') $(cat line)\" >>/run/probe.log; done";
    stage.run(&format!("{script}\nwait_for {count}; cat /run/f.log >&2; [ ! -e /run/ran ]"))
}

#[test]
fn fail2ban_tells_of_a_ban_with_the_lines_that_led_to_it_and_runs_none_of_them() {
    let Some(stage) = Stage::with(&["fail2ban"]) else { return };
    stage.contrib("fail2ban/alertmail.conf", "etc/fail2ban/action.d/alertmail.conf", 0o644);
    let ended = fail2ban(&stage, "alertmail", 1);
    let (key, alert) = (key("fail2ban", "probe/192.0.2.7"), stage.alert(&ended));
    assert_eq!(row(&alert), ("fail2ban probe: banned 192.0.2.7", Info, Some(key.as_str()), false));
    assert!(alert.body.contains("Failures: 2\n"), "{}", alert.body);
    let line = "bad from 192.0.2.7; $(touch /run/ran) `touch /run/ran` \"x\" 'y' %s 障害";
    assert_eq!(alert.body.matches(line).count(), 2, "{}", alert.body);
    assert_eq!(ended.code, Some(0), "a line of the log was run");
    stage.expect_delivered();
}

#[test]
fn the_mails_that_fail2ban_itself_writes_come_into_the_mailbox_of_root() {
    let Some(stage) = Stage::with(&["fail2ban"]) else { return };
    let action = "sendmail-whois-lines[_whois_command=\"echo whois\", name=probe, logpath=/run/probe.log]";
    let ended = fail2ban(&stage, action, 2);
    let mails = stage.delivered();
    let [started, banned] = &mails[..] else { panic!("{ended:?} {mails:#?}") };
    assert_eq!((started.recipient.as_str(), banned.recipient.as_str()), (ROOT, ROOT));
    assert!(started.subject.starts_with("[Fail2Ban] probe: started on "), "{}", started.raw);
    assert!(banned.subject.starts_with("[Fail2Ban] probe: banned 192.0.2.7 from "), "{}", banned.raw);
    assert_eq!(banned.from, ("Fail2Ban".to_owned(), FROM.to_owned()));
    assert_eq!(banned.body.matches("\"x\" 'y' %s 障害").count(), 2, "{}", banned.raw);
}

#[test]
fn the_mails_of_monit_come_by_its_own_smtp_into_the_mailbox_of_root() {
    let Some(stage) = Stage::with(&["monit"]) else { return };
    let [port] = harness::free_ports();
    stage.file(
        "etc/monitrc",
        0o600,
        &format!(
            "set daemon 1\nset log /run/m.log\nset idfile /run/m.id\nset pidfile /run/m.pid\nset statefile /run/m.state\n\
             set mailserver 127.0.0.1 port {port}\nset mail-format {{ from: monit@example.com\nsubject: 障害 $SERVICE $EVENT }}\n\
             set alert root@localhost only on {{ nonexist }}\ncheck file gone with path /run/gone\n"
        ),
    );
    let way = stage.open(&format!("[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{port}\"\n"));
    let ended = stage
        .run("monit -I -c /etc/monitrc >&2 & wait_sent 1; touch /run/gone; wait_sent 2; cat /run/m.log >&2");
    let mails = stage.arrived(way, 2);
    let rows: Vec<_> = mails.iter().map(|mail| (mail.recipient.as_str(), mail.subject.as_str())).collect();
    assert_eq!(rows, [(ROOT, "障害 gone Does not exist"), (ROOT, "障害 gone Exists")], "{ended:?}");
    assert!(mails[0].body.contains("file doesn't exist"), "{}", mails[0].raw);
}
