//! `enqueue` is killed at every system call, from the first touch of the spool to its exit.

use harness::Fate;

use crate::hooks::{Hooks, Who, is_root};

/// Open, create, mode, write, sync, name, sync, answer, exit: an `enqueue` with fewer calls has left a step out.
const CALLS_MIN: usize = 9;

/// Kills a hook at each of its calls, and gives the number of calls.
fn kill_at_every_call(who: Who) -> usize {
    let hooks = Hooks::new(who);
    let calls = hooks.clean_calls();
    assert!(calls.len() >= CALLS_MIN, "{calls:?}");
    let mut named = Vec::new();
    for call in &calls {
        let attempt = hooks.attempt(&format!("killed at {}", call.label()), &[call.cut(Fate::Kill)]);
        assert_eq!(attempt.ended.code, None, "it was not killed at {}: {:?}", call.label(), attempt.ended);
        let last = attempt.calls.last().expect("it made calls");
        assert_eq!(last.label(), call.label(), "it was killed at another call");
        named.push(attempt.visible);
    }
    let first_visible =
        named.iter().position(|visible| *visible).expect("the last calls are behind the name");
    assert!(named[first_visible..].iter().all(|visible| *visible), "what has its name keeps it: {named:?}");
    assert!(calls[first_visible - 1].name.starts_with("rename"), "only a rename gives the name");
    assert!(hooks.drafts() > 0, "some were killed before their file had a name");

    let arrived = hooks.reckon();
    assert_eq!(
        arrived,
        1 + calls.len() - first_visible,
        "every visible alert arrived, and the undisturbed one"
    );
    assert!(hooks.drafts() > 0, "an agent leaves a writer's draft alone");
    calls.len()
}

#[test]
fn an_enqueue_that_is_killed_at_any_call_loses_nothing_that_it_promised() {
    let points = kill_at_every_call(Who::Owner);
    println!("{points} crash points: an owner's enqueue");
}

#[test]
fn an_enqueue_by_another_user_that_is_killed_at_any_call_loses_nothing_that_it_promised() {
    if !is_root() {
        println!("not tried: only root can be two users");
        return;
    }
    let points = kill_at_every_call(Who::Stranger);
    println!("{points} crash points: another user's enqueue");
}
