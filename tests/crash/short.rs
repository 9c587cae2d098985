//! Nothing is injected here: file systems that are really full, read-only or closed, and limits that are really low.

use std::fs;
use std::process::Command;

use harness::{mount, unmount, with_own_mounts, write_file};
use spool_format::Folder;

use crate::hooks::{Attempt, Hooks, Who, is_root, set_mode};

/// One line that says what it is about, and a code that says it too.
#[track_caller]
fn expect_refusal(attempt: &Attempt, codes: &[i32], about: &str) {
    let ended = &attempt.ended;
    assert!(ended.code.is_some_and(|code| codes.contains(&code)), "{ended:?}");
    assert_eq!((ended.stdout.as_str(), ended.stderr.matches('\n').count()), ("", 1), "{ended:?}");
    assert!(ended.stderr.starts_with("enqueue: not stored: ") && ended.stderr.contains(about), "{ended:?}");
}

/// Runs a hook as it is.
fn plainly(hooks: &Hooks, point: &str) -> Attempt {
    hooks.attempt(point, &[])
}

#[test]
fn on_a_full_file_system_an_alert_is_refused_and_the_next_one_is_stored_when_there_is_room() {
    let told = with_own_mounts(
        "short::on_a_full_file_system_an_alert_is_refused_and_the_next_one_is_stored_when_there_is_room",
        || {
            for options in ["size=64k", "nr_inodes=16"] {
                let hooks = Hooks::new(Who::Owner);
                let incoming = hooks.sandbox.folder(Folder::Incoming);
                mount(&["-t", "tmpfs", "-o", options, "tmpfs"], &incoming).expect("a small file system");
                let stored = plainly(&hooks, "there is room");
                assert_eq!(stored.ended.code, Some(0), "{:?}", stored.ended);

                let ballast = || (0..).map(|n| incoming.join(format!(".ballast{n}")));
                let fill = |path: &std::path::PathBuf| {
                    let file = fs::File::create_new(path);
                    file.and_then(|mut file| std::io::Write::write_all(&mut file, &[b'x'; 4096])).is_ok()
                };
                let last = ballast().take(64).find(|path| !fill(path)).expect("it is small");
                let refused = plainly(&hooks, "full");
                expect_refusal(&refused, &[75], "no room in the spool");

                for path in ballast().take_while(|path| *path != last).chain([last.clone()]) {
                    // The last one may have come to nothing.
                    let _ = fs::remove_file(path);
                }
                assert_eq!(plainly(&hooks, "there is room again").ended.code, Some(0));
                assert_eq!(hooks.visible("at the end").len(), 2, "{options}");
                unmount(&incoming);
            }
        },
    );
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn on_a_read_only_file_system_an_alert_is_refused() {
    let told = with_own_mounts("short::on_a_read_only_file_system_an_alert_is_refused", || {
        let hooks = Hooks::new(Who::Owner);
        let incoming = hooks.sandbox.folder(Folder::Incoming);
        mount(&["--bind", &incoming.to_string_lossy()], &incoming).expect("a mount of its own");
        mount(&["-o", "remount,bind,ro"], &incoming).expect("read-only");
        expect_refusal(&plainly(&hooks, "read-only"), &[73, 75], "can only be read");
        unmount(&incoming);
        assert_eq!(plainly(&hooks, "writable again").ended.code, Some(0));
        assert_eq!(hooks.reckon(), 1);
    });
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn below_a_limit_on_the_size_of_files_an_alert_is_refused_and_leaves_nothing() {
    let hooks = Hooks::new(Who::Owner);
    let limited = |octets: u32, point: &str| {
        hooks.attempt_by(point, |command| {
            let mut limit = Command::new("prlimit");
            limit.arg(format!("--fsize={octets}")).arg(command.get_program()).args(command.get_args());
            limit
        })
    };
    for octets in [0, 1, 100] {
        expect_refusal(&limited(octets, "a low limit"), &[75], "raise ulimit -f");
        assert_eq!(hooks.drafts(), 0);
    }
    assert_eq!(limited(10_000, "enough").ended.code, Some(0));
    assert_eq!(hooks.reckon(), 1);
}

#[test]
fn a_folder_that_is_closed_to_the_caller_refuses_the_alert() {
    // Root may write everywhere, so that as root somebody else has to try.
    let hooks = Hooks::new(if is_root() { Who::Stranger } else { Who::Owner });
    let incoming = hooks.sandbox.folder(Folder::Incoming);
    let was = fs::metadata(&incoming).expect("the folder").permissions();
    set_mode(&incoming, 0);
    let refused = plainly(&hooks, "closed");
    expect_refusal(&refused, &[77, 75], "no permission to write into the spool");
    fs::set_permissions(&incoming, was).expect("as it was");
    assert_eq!(plainly(&hooks, "open again").ended.code, Some(0));
    assert_eq!(hooks.reckon(), 1);
}

#[test]
fn a_spool_that_is_no_folder_or_is_missing_is_refused() {
    let hooks = Hooks::new(Who::Owner);
    let incoming = hooks.sandbox.folder(Folder::Incoming);
    fs::remove_dir(&incoming).expect("it is empty");
    expect_refusal(&plainly(&hooks, "missing"), &[73, 75], "no spool at");
    write_file(&incoming, 0o600, b"");
    expect_refusal(&plainly(&hooks, "a file"), &[73, 75], "cannot be a spool");
    fs::remove_file(&incoming).expect("the file");
    fs::create_dir(&incoming).expect("the folder");
    assert_eq!(plainly(&hooks, "mended").ended.code, Some(0));
    assert_eq!(hooks.reckon(), 1);
}
