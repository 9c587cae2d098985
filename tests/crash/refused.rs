//! Every system call of `enqueue` that touches the spool fails, with every error that a disk or a system can give.

use harness::{Call, Fate};

use crate::hooks::{Attempt, Hooks, Who, is_root};

/// Errors, and the exit codes that the README gives for them; with a place to fall back to, 75 is always right.
const ERRORS: [(&str, &[i32]); 8] = [
    ("ENOSPC", &[75]),
    ("EDQUOT", &[75]),
    ("EIO", &[75]),
    ("EROFS", &[73, 75]),
    ("EACCES", &[77, 75]),
    ("EPERM", &[77, 75]),
    ("EMFILE", &[75]),
    ("EINTR", &[75]),
];

/// A call that was only interrupted is made again, and a folder that may not be read is opened for writing alone; whatever
/// else fails, the caller must not hear of success.
fn may_succeed(call: &Call, error: &str) -> bool {
    match error {
        "EINTR" => call.name == "write",
        "EACCES" => call.text.contains("O_DIRECTORY") && !call.text.contains("O_PATH"),
        _ => false,
    }
}

/// The calls that can fail: those that make the alert durable.
fn steps(hooks: &Hooks) -> Vec<Call> {
    let on_the_way = |call: &Call| {
        ["open", "fchmod", "write", "fsync", "rename", "link"].iter().any(|name| call.name.starts_with(name))
            && !call.text.starts_with("write(1")
    };
    hooks.clean_calls().into_iter().filter(on_the_way).collect()
}

/// What a refusal must be, whatever its cause.
#[track_caller]
fn expect_a_clear_answer(attempt: &Attempt, point: &str, codes: &[i32]) {
    let ended = &attempt.ended;
    match ended.code {
        Some(0) => assert_eq!(ended.stderr, "", "{point}: it has succeeded"),
        Some(code) if codes.contains(&code) => {
            let (line, rest) = ended.stderr.split_once('\n').expect("a line");
            assert_eq!((ended.stdout.as_str(), rest), ("", ""), "{point}: one line and nothing else");
            let says_so = line.starts_with("enqueue: ") && line.contains("not stored: ");
            assert!(says_so && line.len() > 40, "{point}: {line}");
        }
        code => panic!("{point}: exit {code:?} instead of {codes:?}; it said: {}", ended.stderr),
    }
    expect_no_second_sync(&attempt.calls, point);
}

/// A file whose sync has failed is lost: the kernel has dropped its pages, and a second sync would succeed for nothing.
#[track_caller]
fn expect_no_second_sync(calls: &[Call], point: &str) {
    let syncs: Vec<&Call> = calls.iter().filter(|call| call.name.contains("sync")).collect();
    let descriptor = |call: &Call| call.text.split(['(', '<']).nth(1).map(str::to_owned);
    for (n, call) in syncs.iter().enumerate().filter(|(_, call)| call.text.contains("= -1")) {
        let again = syncs[n + 1..].iter().find(|later| descriptor(later) == descriptor(call));
        assert_eq!(again, None, "{point}: synced a second time after {}", call.text);
    }
}

/// Makes each step fail with each error, and gives the number of attempts.
fn fail_everywhere(who: Who) -> usize {
    let hooks = Hooks::new(who);
    let steps = steps(&hooks);
    let mut attempts = 0;
    for call in &steps {
        for (error, codes) in ERRORS {
            let point = format!("{error} at {}", call.label());
            let attempt = hooks.attempt(&point, &[call.cut(Fate::Fail(error))]);
            expect_a_clear_answer(&attempt, &point, codes);
            let stored = attempt.ended.code == Some(0);
            assert_eq!(stored, may_succeed(call, error), "{point}: exit {:?}", attempt.ended.code);
            assert_eq!(hooks.drafts(), 0, "{point}: it left its draft behind");
            attempts += 1;
        }
    }
    hooks.reckon();
    assert!(steps.len() >= 7, "{steps:?}");
    attempts
}

#[test]
fn each_error_at_each_step_is_answered_truly_and_leaves_nothing() {
    let attempts = fail_everywhere(Who::Owner);
    println!("{attempts} errors injected: an owner's enqueue");
}

#[test]
fn each_error_at_each_step_of_another_user_is_answered_truly_and_leaves_nothing() {
    if !is_root() {
        println!("not tried: only root can be two users");
        return;
    }
    let attempts = fail_everywhere(Who::Stranger);
    println!("{attempts} errors injected: another user's enqueue");
}

#[test]
fn a_step_that_fails_and_cannot_be_taken_back_is_answered_truly() {
    let hooks = Hooks::new(Who::Owner);
    let mut unsure = 0;
    for call in steps(&hooks) {
        let removal = harness::Cut { name: "unlinkat", when: "1+".to_owned(), fate: Fate::Fail("EIO") };
        let point = format!("EIO at {} and at every removal", call.label());
        let attempt = hooks.attempt(&point, &[call.cut(Fate::Fail("EIO")), removal]);
        expect_a_clear_answer(&attempt, &point, &[75]);
        assert_ne!(attempt.ended.code, Some(0), "{point}");
        let may_be_there = attempt.ended.stderr.contains("perhaps not stored");
        assert_eq!(may_be_there, attempt.visible, "{point}: {}", attempt.ended.stderr);
        unsure += usize::from(may_be_there);
    }
    assert_eq!(unsure, 1, "only behind its name can an alert be visible and not durable");
    hooks.reckon();
}
