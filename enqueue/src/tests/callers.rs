//! What monitors say, as they say it, and the alert that it becomes.

mod monitors;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use proptest::prelude::*;
use spool_format::Severity::{self, Info};

use super::*;
use crate::caller::CALLERS;

/// One call of a monitor: environment, arguments, stdin.
struct Call<'a>(&'a [(&'static str, &'a str)], &'a [&'a str], &'a str);

fn alert_of(caller: &str, Call(env, words, stdin): &Call<'_>) -> Alert {
    let mut sandbox = Sandbox::with_stdin(stdin.as_bytes());
    sandbox.env = env.iter().map(|(name, value)| (*name, PathBuf::from(value))).collect();
    sandbox.alert(&[&["--caller", caller], *words].concat())
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Subject, severity, key (behind monitor and host, where it begins with them), whether it is the end of a trouble.
type Expected = (&'static str, Severity, &'static str, bool);

#[track_caller]
fn expect(caller: &str, call: &Call<'_>, (subject, severity, key, resolves): Expected) -> Alert {
    let alert = alert_of(caller, call);
    let key = key.replace("HOST", &host());
    assert_eq!(
        (alert.subject.as_str(), alert.severity, alert.key.as_deref().unwrap_or_default(), alert.resolves),
        (subject, severity, key.as_str(), resolves),
        "{caller}: {alert:?}"
    );
    assert_eq!(alert.source.as_ref().expect("a source").program, caller);
    assert!(!alert.body.contains("Note: "), "{}", alert.body);
    alert
}

#[test]
fn whatever_a_monitor_leaves_out_it_is_an_alert_with_a_note() {
    for caller in CALLERS {
        let alert = alert_of(caller.name, &Call(&[], &[], "what there was\n"));
        assert!(!alert.subject.is_empty() && alert.body.contains("Note: "), "{}: {alert:?}", caller.name);
        assert!(!alert.resolves, "{}: what is not understood is not the end of anything", caller.name);
    }
}

#[test]
fn octets_that_are_not_utf_8_cost_a_letter_and_not_the_alert() {
    let mut sandbox = Sandbox::new();
    let octets = PathBuf::from(OsStr::from_bytes(b"caf\xe9 \x1b[31m"));
    sandbox.env = vec![
        ("MONIT_SERVICE", octets.clone()),
        ("MONIT_EVENT", octets.clone()),
        ("MONIT_DESCRIPTION", octets),
    ];
    let alert = sandbox.alert(&["--caller", "monit"]);
    assert_eq!(alert.subject, "caf\u{fffd} [31m: caf\u{fffd} [31m");
    assert!(alert.body.starts_with("caf\u{fffd} "), "{}", alert.body);
}

#[test]
fn options_win_over_what_a_monitor_says() {
    let mut sandbox = Sandbox::new();
    sandbox.env =
        vec![("USEREMAIL", "a@example.jp".into()), ("HOSTNAME", "web1".into()), ("HOSTSTATE", "DOWN".into())];
    let alert = sandbox.alert(&[
        "--severity",
        "info",
        "--to",
        "b@example.jp",
        "--key",
        "mine",
        "--subject",
        "own words",
        "--ttl",
        "90s",
        "--caller",
        "icinga2",
    ]);
    assert_eq!(
        (alert.subject.as_str(), alert.severity, alert.key.as_deref(), alert.ttl, alert.to.as_slice()),
        ("own words", Info, Some("mine"), Some(90), ["b@example.jp".to_owned()].as_slice())
    );
    assert!(alert.body.contains("State: DOWN"), "{}", alert.body);
}

#[test]
fn who_says_nothing_on_stdin_is_not_waited_for() {
    struct Endless;
    impl io::Read for Endless {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("read")
        }
    }
    let sandbox = Sandbox::new();
    let spool = sandbox.folder.path().as_os_str().to_owned();
    for caller in ["nut", "upssched", "smartd", "monit", "nagios", "icinga2", "zabbix"] {
        let argv = ["enqueue", "--caller", caller, "UPS on battery"].map(OsString::from);
        let exit = run(
            &argv,
            &mut World {
                stdin: &mut Endless,
                stdin_is_terminal: false,
                stdout: &mut Vec::new(),
                stderr: &mut Vec::new(),
                env: &|name| (name == "ALERTMAIL_SPOOL").then(|| spool.clone()),
                now: Wall::from_unix_ms(0),
                entropy: &mut || Ok(fresh()),
                uid: 0,
                clock: monotonic,
                syslog: Syslog::nowhere(),
                leave: None,
                become_alertmail: None,
            },
        );
        assert_eq!(exit, Exit::Done, "{caller}");
    }
}

#[test]
fn a_stdin_that_is_too_large_is_cut_and_says_so() {
    let sandbox = Sandbox::with_stdin(&vec![1; 9 * 1024 * 1024]);
    let alert = sandbox.alert(&["--caller", "systemd", "a.service"]);
    assert!(alert.body.starts_with("Note: stdin holds more than 8 MiB") && alert.body.contains("[cut here"));
}

#[test]
fn the_callers_are_listed_and_a_misspelt_one_is_refused() {
    let listed = Sandbox::new().run(&["--caller", "help"]);
    let refused = Sandbox::new().run(&["--caller", "smarted"]);
    for caller in CALLERS {
        assert!(listed.stdout.contains(&format!("\n  {} ", caller.name)), "{}", listed.stdout);
        assert!(crate::help::HELP.contains(caller.name), "{}", caller.name);
    }
    assert_eq!(refused.exit, Exit::Usage);
    assert!(refused.stderr.contains("--caller help lists them"), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_words_and_no_variables_cost_an_alert(
        at in 0..CALLERS.len(),
        words in prop::collection::vec("\\PC{0,12}|[A-Z]{2,8}=\\PC{0,8}|-{1,2}[a-z]{1,5}", 0..5),
        value in prop::collection::vec(1..=255u8, 0..24),
        stdin in "(?s).{0,60}",
    ) {
        let mut sandbox = Sandbox::with_stdin(stdin.as_bytes());
        let value = PathBuf::from(OsStr::from_bytes(&value));
        let names = ["SMARTD_DEVICE", "SMARTD_FAILTYPE", "NOTIFYTYPE", "MONIT_SERVICE", "MONIT_EVENT", "HOSTNAME", "HOSTSTATE", "ZEVENT_POOL", "ZEVENT_SUBCLASS", "MONITOR_UNIT", "USEREMAIL"];
        sandbox.env = names.map(|name| (name, value.clone())).to_vec();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let alert = sandbox.alert(&[&["--caller", CALLERS[at].name, "--"], words.as_slice()].concat());
        prop_assert!(!alert.subject.is_empty() && alert.subject.chars().count() <= 121);
    }
}
