//! What is refused, in words that say what to do, and with the exit code of the README.

use std::collections::BTreeMap;

use alertmail::exit::Exit;
use harness::{Ended, run, write_file};

use crate::{alertmail, repository, sandbox};

fn asked(arguments: &[&str]) -> Ended {
    run(&mut alertmail(arguments), b"")
}

/// One line, from the program, to the point.
#[track_caller]
fn refuses(ended: &Ended, exit: Exit, part: &str) {
    assert_eq!(ended.code, Some(i32::from(exit.code())), "{ended:?}");
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.starts_with("alertmail: ") && ended.stderr.contains(part), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[test]
fn a_spool_that_is_not_there_is_named_with_the_command_that_makes_it() {
    for command in [&["list"][..], &["show", "x"]] {
        let ended = asked(&[command, &["--spool", "/nonexistent/spool"]].concat());
        refuses(
            &ended,
            Exit::NoInput,
            "there is no spool at `/nonexistent/spool`; make one with: alertmail spool init",
        );
    }
    let ended = asked(&["check", "--spool", "/nonexistent/spool"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stdout.starts_with("alertmail UNKNOWN: there is no spool"), "{ended:?}");
    // Who runs plugins reads stdout, also where the limits make no sense.
    let ended = asked(&["check", "-w", "10m", "-c", "5m"]);
    let said = "alertmail UNKNOWN: --warning-age 600 is above --critical-age 300: give both\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), said));
    let ended = asked(&["check", "--warning-oldest", "soon"]);
    assert_eq!(ended.code, Some(64));
    assert!(ended.stderr.contains("write for example 90 (seconds), 90s, 15m or 2h"), "{ended:?}");
}

#[test]
fn a_configuration_that_is_not_there_or_makes_no_sense_is_named() {
    refuses(&asked(&["run", "--config", "/nonexistent/x.toml"]), Exit::Config, "`/nonexistent/x.toml`");
    let sandbox = sandbox();
    write_file(&sandbox.config_file(), 0o600, b"spol = \"x\"\n");
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let ended = asked(&["list", "--config", &config]);
    assert_eq!(ended.code, Some(78));
    assert!(
        ended.stderr.contains("alertmail.toml:1: unknown key `spol`; did you mean `spool`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_provider_with_a_secret_for_everybody_is_skipped_and_without_any_other_the_agent_does_not_start() {
    let sandbox = sandbox();
    let spool = sandbox.spool().display();
    write_file(&sandbox.path().join("secret"), 0o644, b"hunter2\n");
    let text = format!(
        "spool = \"{spool}\"\n[[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nuser = \"a\"\n\
         password = {{ file = \"secret\" }}\nfrom = \"a@example.jp\"\n"
    );
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
    let ended = asked(&["run", "--config", &sandbox.config_file().to_string_lossy()]);
    assert_eq!(ended.code, Some(78));
    assert!(ended.stderr.contains("provider `home` is skipped"), "{}", ended.stderr);
    assert!(ended.stderr.contains("mode is 0644, others can read it; run: chmod 600"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}

#[test]
fn no_alert_of_that_name_is_a_mistake_in_the_data() {
    let sandbox = sandbox();
    let ended = asked(&["show", "zzz", "--spool", &sandbox.spool().to_string_lossy()]);
    refuses(&ended, Exit::Data, "no alert's id begins with `zzz`");
}

#[test]
fn the_readme_has_exactly_the_exit_codes_that_exist() {
    let readme = repository("README.md");
    let rows = readme.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split('|').map(str::trim).collect();
        Some((cells[0].parse::<u8>().ok()?, (!cells[1].is_empty(), !cells[2].is_empty())))
    });
    let told: BTreeMap<u8, (bool, bool)> = rows.collect();
    let mut known: BTreeMap<u8, (bool, bool)> = BTreeMap::new();
    for exit in enqueue::Exit::ALL {
        known.entry(exit.code()).or_default().0 = true;
    }
    for exit in Exit::ALL {
        known.entry(exit.code()).or_default().1 = true;
    }
    assert_eq!(told, known);
}
