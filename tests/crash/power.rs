//! The power goes at every system call of `enqueue`, on real file systems.
//!
//! The hook is killed at the call, so that nothing of it is done, and then the file system loses what was not synced.

use harness::{Disk, Fate, FileSystem, Sandbox, with_own_mounts};

use crate::hooks::{Hooks, Who};

/// Plugs a disk in where the spool is, and makes a spool on it.
pub(crate) fn plug_in(sandbox: &Sandbox, kind: FileSystem) -> Result<Disk, String> {
    let spool = sandbox.spool();
    let disk = Disk::plug_in(kind, &sandbox.path().join("disk"), spool)
        .map_err(|why| format!("not tried: no {kind:?} on a loop device here: {why}"))?;
    sandbox.alertmail(&["spool", "init", &spool.to_string_lossy()]).expect_success();
    Ok(disk)
}

/// Cuts the power at each call of a hook, and gives the number of cuts.
fn cut_at_every_call(who: Who, kind: FileSystem) -> Result<usize, String> {
    let hooks = Hooks::new(who);
    let disk = plug_in(&hooks.sandbox, kind)?;
    hooks.let_in();
    disk.settle();
    let calls = hooks.clean_calls();
    disk.cut_power();
    hooks.expect_promised("the power went right behind exit 0");
    for call in &calls {
        let point = format!("{kind:?}, {who:?}: the power went at {}", call.label());
        let attempt = hooks.attempt(&point, &[call.cut(Fate::Kill)]);
        assert_eq!(attempt.ended.code, None, "it was not killed at {}: {:?}", call.label(), attempt.ended);
        disk.cut_power();
        hooks.expect_promised(&point);
    }
    assert!(hooks.reckon() > 1);
    Ok(1 + calls.len())
}

/// Says how many cuts there were, or why there were none.
fn cut_on_every_file_system(who: Who) -> String {
    let told = FileSystem::ALL.map(|kind| match cut_at_every_call(who, kind) {
        Ok(cuts) => format!("{cuts} power cuts on {kind:?}: {who:?}'s enqueue"),
        Err(why) => why,
    });
    told.join("\n")
}

#[test]
fn what_was_promised_survives_a_power_cut_at_any_call_of_enqueue() {
    let test = "power::what_was_promised_survives_a_power_cut_at_any_call_of_enqueue";
    let told = with_own_mounts(test, || println!("{}", cut_on_every_file_system(Who::Owner)));
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn what_was_promised_to_another_user_survives_a_power_cut_at_any_call_of_enqueue() {
    let test = "power::what_was_promised_to_another_user_survives_a_power_cut_at_any_call_of_enqueue";
    let told = with_own_mounts(test, || println!("{}", cut_on_every_file_system(Who::Stranger)));
    println!("{}", told.unwrap_or_else(|why| why));
}
