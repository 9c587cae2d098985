//! The order of the calls that make an alert durable.

use harness::Call;
use spool_format::Folder;

use crate::hooks::{Hooks, Who, is_root};

/// Where in the run the first call is that `is_it` knows, behind call number `after`.
#[track_caller]
fn position(calls: &[Call], after: usize, what: &str, is_it: impl Fn(&Call) -> bool) -> usize {
    let found = calls[after..].iter().position(is_it).map(|at| after + at);
    found.unwrap_or_else(|| panic!("{what} is missing behind call {after} of {calls:#?}"))
}

#[track_caller]
fn expect_durable_before_exit(who: Who) {
    let hooks = Hooks::new(who);
    let calls = hooks.clean_calls();
    let incoming = hooks.sandbox.folder(Folder::Incoming).to_string_lossy().into_owned();
    let is_on_the_draft = |call: &Call| call.text.contains(".tmp>");
    let succeeds = |call: &Call| call.text.ends_with("= 0");

    let create = position(&calls, 0, "a hidden file of its own", |call| {
        call.text.contains(".tmp\"") && call.text.contains("O_CREAT|O_EXCL")
    });
    let write = position(&calls, create, "its content", |call| call.name == "write" && is_on_the_draft(call));
    let sync = position(&calls, write, "its sync", |call| call.name == "fsync" && is_on_the_draft(call));
    let name = position(&calls, sync, "its name", |call| call.name.starts_with("rename") && succeeds(call));
    let again = position(&calls, name, "the sync of the name", |call| {
        let of_what = if who == Who::Owner { format!("<{incoming}>") } else { ".json>".to_owned() };
        call.name == "fsync" && call.text.contains(&of_what) && succeeds(call)
    });
    let told = position(&calls, again, "the id", |call| call.text.starts_with("write(1"));
    let end = position(&calls, told, "exit 0", |call| call.text.starts_with("exit_group(0"));
    assert_eq!(end, calls.len() - 1);
    assert!(succeeds(&calls[sync]), "{:?}", calls[sync]);
    let to_stdout = calls.iter().filter(|call| call.text.starts_with("write(1")).count();
    assert_eq!(to_stdout, 1, "the id is said once, and nothing before it");
}

#[test]
fn case_durable_before_exit_0() {
    expect_durable_before_exit(Who::Owner);
    if is_root() {
        expect_durable_before_exit(Who::Stranger);
    } else {
        println!("not tried as another user: only root can be two users");
    }
}
