//! What the check makes of a spool, and of the limits that somebody gives it.

use super::*;

pub(super) fn facts(spool: &Spool, running: bool) -> check::Facts {
    let room = check::Room { free: 2 << 20, floor: 1 << 20 };
    let (quotas, warnings, findings) = (vec![], vec![], vec![]);
    let (view, providers) = (spool.view(), vec!["home".to_owned(), "docomo".to_owned()]);
    let (drills, canaries) = (view.drills.clone(), view.canaries.clone());
    let (status, now, tongue) = (None, spool.now, Tongue::English);
    check::Facts {
        view,
        running,
        status,
        room,
        providers,
        drills,
        canaries,
        quotas,
        deaf: vec![],
        warnings,
        findings,
        now,
        tongue,
    }
}

/// The limits of such options.
pub(super) fn limits(options: &str) -> check::Limits {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: check::Args,
    }
    let words = std::iter::once("check").chain(options.split_whitespace());
    let line: Line = clap::Parser::try_parse_from(words).expect("such options");
    line.args.limits().expect("limits that make sense")
}

pub(super) fn judged(facts: &check::Facts) -> (u8, String) {
    judged_by("", facts)
}

pub(super) fn judged_by(options: &str, facts: &check::Facts) -> (u8, String) {
    let limits = limits(options);
    let (exit, report) = check::judge(&limits, facts);
    (exit.code(), report.line(&limits))
}

#[test]
fn the_check_tells_which_providers_are_left_out_and_that_none_works() {
    let quiet = Spool::new();
    let outage = |name: &str| Event::Provider {
        provider: name.to_owned(),
        outage: Some(spool_format::Outage {
            since: Wall::from_unix_ms(0),
            until: Wall::from_unix_ms(1),
            openings: 1,
            cause: spool_format::Cause::Login,
            reason: "at auth: no".to_owned(),
        }),
    };
    quiet.journal(vec![(quiet.now, outage("home")), (quiet.now, outage("gone"))]);
    let (code, line) = judged(&facts(&quiet, true));
    let said = "alertmail WARNING: provider `home` is left out since 1970-01-01T00:00:00.000Z: at auth: no; look with: alertmail probe home --auth |";
    assert!(code == 1 && line.starts_with(said), "{line}");
    let quiet = Spool::new();
    quiet.journal(vec![(quiet.now, outage("home")), (quiet.now, outage("docomo"))]);
    let (code, line) = judged(&facts(&quiet, true));
    assert!(code == 2 && line.starts_with("alertmail CRITICAL: no provider works; "), "{line}");
}

#[test]
fn the_check_tells_what_the_disk_does_not_do() {
    let quiet = Spool::new();
    let mut facts = facts(&quiet, true);
    facts.room.free = 0;
    let (code, text) = judged(&facts);
    assert_eq!(code, 2);
    assert!(text.contains("0 MiB are free, less than [disk] floor_mib (1): make room"), "{text}");
    facts.room.free = 2 << 20;
    let troubles = vec!["cannot write the journal: no".to_owned()];
    facts.status = Some(Status {
        troubles,
        pulse: Pulse { watching: false, in_hand: 0, notices: vec![], deaf: vec![], ..Pulse::default() },
    });
    let (code, text) = judged(&facts);
    assert_eq!(code, 2);
    assert!(text.contains("cannot write the journal: no; incoming/ cannot be watched"), "{text}");
    facts.running = false;
    assert!(!judged(&facts).1.contains("cannot write"), "what a dead agent said is not the case any more");
}

#[test]
fn the_check_names_the_worst_first_and_has_the_exit_code_of_a_plugin() {
    let line = |spool: &Spool, running| judged(&facts(spool, running));
    let everything = Spool::with_everything();
    assert_eq!(
        line(&everything, false),
        (
            2,
            "alertmail CRITICAL: no agent runs: start `alertmail run`; 1 dead: alertmail list --state dead; \
             a critical alert has waited for 4m; 1 corrupt: alertmail list --state corrupt; \
             the login is refused by home | oldest_critical=240s;120;900;0 oldest=240s;300;900;0 waiting=3;;;0 \
             deferred=1;;;0 dead=1;;0;0 corrupt=1;0;;0 left_out=0;0;;0 free=2097152B;;1048576:;0\n"
                .to_owned()
        )
    );
    let quiet = Spool::new();
    let (code, text) = line(&quiet, true);
    assert!(code == 0 && text.starts_with("alertmail OK: the agent runs, nothing waits |"), "{text}");
    quiet.put(Folder::Incoming, id(0));
    // Five minutes old: what is at a limit has not passed it.
    assert_eq!(line(&quiet, true).0, 0);
    let (code, text) = judged_by("--warning-oldest 299", &facts(&quiet, true));
    assert_eq!(code, 1);
    assert!(text.starts_with("alertmail WARNING: the oldest alert has waited for 5m |"), "{text}");
}

#[test]
fn a_limit_of_the_check_is_passed_by_what_is_above_it_and_stands_behind_its_number() {
    let everything = Spool::with_everything();
    let mut facts = facts(&everything, true);
    // What would be said anyway.
    facts.view.alerts.retain(|item| item.standing.waits());
    facts.view.corrupt.clear();
    let refused = "the login is refused by home";
    for (options, code, said, numbers) in [
        ("-w 240 -c 4m", 1, "", "oldest_critical=240s;240;240;0 "),
        ("-w 239", 1, "a critical alert has waited for 4m; ", "oldest_critical=240s;239;900;0 "),
        ("--warning 3m --critical 240s", 1, "a critical alert has waited for 4m; ", "=240s;180;240;0 "),
        ("-w 0 -c 239s", 2, "a critical alert has waited for 4m; ", "oldest_critical=240s;0;239;0 "),
        // The oldest alert is the critical one: said once, as the worse of the two.
        (
            "--critical-oldest 200s --warning-oldest 1",
            2,
            "the oldest alert has waited for 4m; ",
            "=240s;1;200;0 ",
        ),
        ("-w 5m --warning-oldest 4m", 1, "", "oldest=240s;240;900;0 "),
        ("-w 5m --warning-deferred 1", 1, "", "deferred=1;1;;0 "),
        (
            "-w 5m --warning-deferred 0",
            1,
            "1 deferred: alertmail list --state deferred; ",
            "deferred=1;0;;0 ",
        ),
        (
            "-w 5m --critical-deferred 0",
            2,
            "1 deferred: alertmail list --state deferred; ",
            "deferred=1;;0;0 ",
        ),
    ] {
        let (exit, line) = judged_by(options, &facts);
        let word = if code == 2 { "CRITICAL" } else { "WARNING" };
        let begins = format!("alertmail {word}: {said}{refused} | ");
        assert!(exit == code && line.starts_with(&begins) && line.contains(numbers), "{options}: {line}");
    }
    // Who holds an alert knows that it waits.
    for item in &mut facts.view.alerts {
        item.standing = crate::spool::view::Standing::Held;
    }
    let (_, line) = judged_by("-w 0 -c 0 --critical-deferred 0", &facts);
    assert!(
        line.contains("oldest_critical=0s;0;0;0 oldest=0s;300;900;0 waiting=3;;;0 deferred=0;;0;0"),
        "{line}"
    );
}
