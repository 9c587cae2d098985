//! NUT with its driver for tests, and the script of apcupsd: the power goes, and comes back.

use spool_format::Severity::{Critical, Warning};

use crate::{Stage, key, row};

#[test]
fn upsmon_tells_that_the_power_is_gone_and_that_it_is_back() {
    let Some(stage) = Stage::with(&["nut-client", "nut-server"]) else { return };
    stage.contrib("nut/upsmon.conf", "etc/nut/upsmon.contrib", 0o644);
    let contrib = std::fs::read_to_string(stage.at("etc/nut/upsmon.contrib")).expect("our own file");
    stage.file(
        "etc/nut/upsmon.conf",
        0o600,
        &format!(
            "{contrib}MONITOR home@127.0.0.1 1 mon x primary\nMINSUPPLIES 1\nSHUTDOWNCMD /bin/true\nRUN_AS_USER root\n\
             POLLFREQ 1\nPOLLFREQALERT 1\n"
        ),
    );
    stage.file("etc/nut/ups.conf", 0o600, "[home]\ndriver = dummy-ups\nport = home.dev\nmode = dummy-loop\n");
    stage.file(
        "etc/nut/home.dev",
        0o600,
        "ups.status: OL\nbattery.charge: 100\nTIMER 3\nups.status: OB\nTIMER 3\nups.status: OL\nTIMER 600\n",
    );
    stage.file("etc/nut/upsd.conf", 0o600, "LISTEN 127.0.0.1 3493\n");
    stage.file("etc/nut/upsd.users", 0o600, "[mon]\npassword = x\nupsmon primary\n");
    stage.file("etc/nut/nut.conf", 0o600, "MODE=standalone\n");
    let ended = stage.run(
        "mkdir -p /run/nut /var/lib/nut; export NUT_STATEPATH=/run/nut
        /lib/nut/dummy-ups -u root -a home -D >/run/d.log 2>&1 &
        n=0; until ls /run/nut | grep -q dummy || [ $n -gt 50 ]; do sleep 0.1; n=$((n+1)); done
        upsd -u root -D >/run/u.log 2>&1 &
        n=0; until upsc home@127.0.0.1 >/dev/null 2>&1 || [ $n -gt 50 ]; do sleep 0.1; n=$((n+1)); done
        upsmon -u root -D >/run/m.log 2>&1 &
        of_power() { grep -l /power \"$ALERTMAIL_SPOOL\"/submit/incoming/*.json | wc -l; }
        n=0; until [ \"$(of_power)\" -ge 2 ] || [ $n -gt 120 ]; do sleep 0.1; n=$((n+1)); done; cat /run/u.log /run/m.log >&2",
    );
    let (key, alerts) = (key("ups", "home@127.0.0.1/power"), stage.alerts());
    let of_power: Vec<_> = alerts.iter().map(row).filter(|row| row.2 == Some(key.as_str())).collect();
    let key = Some(key.as_str());
    let expected = [
        ("UPS home@127.0.0.1: on battery", Warning, key, false),
        ("UPS home@127.0.0.1: back on line power", Warning, key, true),
    ];
    assert_eq!(of_power, expected, "{ended:?}");
    stage.expect_delivered();
}

#[test]
fn upssched_tells_of_what_lasts_and_of_its_end() {
    let Some(stage) = Stage::with(&["nut-client"]) else { return };
    stage.contrib("upssched/upssched-cmd", "usr/bin/alertmail-upssched", 0o755);
    stage.contrib("upssched/upssched.conf", "etc/nut/upssched.conf", 0o644);
    let ended = stage.run(
        "mkdir -p /run/nut; sed -i 's|/usr/local/bin|/usr/bin|; s/onbatt 30/onbatt 1/' etc/nut/upssched.conf
        export NUT_CONFPATH=$PWD/etc/nut UPSNAME=home@nas
        NOTIFYTYPE=ONBATT upssched 'UPS home@nas on battery' >&2; wait_for 1
        NOTIFYTYPE=ONLINE upssched 'UPS home@nas on line power' >&2; wait_for 2
        NOTIFYTYPE=LOWBATT upssched 'UPS home@nas battery is low' >&2; wait_for 3",
    );
    let (key, alerts) = (key("ups", "home@nas/power"), stage.alerts());
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some(key.as_str());
    let expected = [
        ("UPS home@nas: on battery (timer onbatt)", Warning, key, false),
        ("UPS home@nas: back on line power (timer online)", Warning, key, true),
        ("UPS home@nas: battery is low (timer lowbatt)", Critical, key, false),
    ];
    assert_eq!(rows, expected, "{ended:?}");
    stage.expect_delivered();
}

#[test]
fn apccontrol_tells_of_its_events_and_goes_on_with_what_it_has_to_do() {
    let Some(stage) = Stage::with(&["apcupsd"]) else { return };
    for event in ["onbattery", "offbattery"] {
        stage.contrib("apcupsd/alertmail-apcupsd", &format!("etc/apcupsd/{event}"), 0o755);
    }
    stage.file("usr/bin/wall", 0o755, "#!/bin/sh\ncat\n");
    let ended =
        stage.run("/etc/apcupsd/apccontrol onbattery home 1 0; /etc/apcupsd/apccontrol offbattery home 1 1");
    let (key, alerts) = (key("ups", "home/power"), stage.alerts());
    let rows: Vec<_> = alerts.iter().map(row).collect();
    let key = Some(key.as_str());
    let expected =
        [("UPS home: on battery", Warning, key, false), ("UPS home: back on line power", Warning, key, true)];
    assert_eq!(rows, expected, "{ended:?}");
    stage.expect_delivered();
    assert!(ended.stdout.contains("Running on batteries"), "its default action: {ended:?}");
}
