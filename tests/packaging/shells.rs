//! The completions, as each shell understands them.

use std::path::Path;
use std::process::Command;

use harness::{run, write_file};

use crate::{alertmail, has};

/// What is begun, and what has to be among that which it can become.
const BEGUN: [(&str, &str); 6] = [
    ("alertmail relo", "reload"),
    ("alertmail list --wat", "--watch"),
    ("alertmail --conf", "--config"),
    ("alertmail spool ini", "init"),
    ("enqueue --subj", "--subject"),
    ("enqueue --severity crit", "critical"),
];

/// Both scripts for this shell, in one folder.
fn scripts(shell: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for program in ["alertmail", "enqueue"] {
        let text = alertmail(&["completions", shell, program]);
        write_file(&folder.path().join(program), 0o644, text.as_bytes());
    }
    folder
}

fn said(command: &mut Command, folder: &Path, begun: &str) -> String {
    // Nothing of the person's own, whose prompt or history would be in the way.
    let command = command.env("HOME", folder).env("TERM", "dumb").current_dir(folder).env("BEGUN", begun);
    let ended = run(command, b"");
    assert!(ended.code == Some(0) && ended.stderr.is_empty(), "{begun}: {}", ended.stderr);
    ended.stdout
}

#[test]
fn bash_completes_commands_and_options() {
    let folder = scripts("bash");
    let script = "
        . ./alertmail && . ./enqueue
        COMP_WORDS=($BEGUN); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _${COMP_WORDS[0]} ${COMP_WORDS[0]} \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    for (begun, meant) in BEGUN {
        let said = said(Command::new("bash").args(["--norc", "-c", script]), folder.path(), begun);
        assert_eq!(said.lines().collect::<Vec<_>>(), [meant], "{begun}");
    }
}

#[test]
fn fish_completes_commands_and_options() {
    if !has("fish") {
        return;
    }
    let folder = scripts("fish");
    let script = "source ./alertmail; source ./enqueue; complete -C $BEGUN";
    for (begun, meant) in BEGUN {
        let said = said(Command::new("fish").args(["--no-config", "-c", script]), folder.path(), begun);
        let names: Vec<&str> = said.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(names, [meant], "{begun}");
    }
}

/// Zsh completes for somebody who types: it gets a terminal.
#[test]
fn zsh_completes_commands_and_options() {
    if !has("zsh") || !has("python3") {
        return;
    }
    let folder = scripts("zsh");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packaging/type.py");
    for (begun, meant) in BEGUN {
        let said = said(Command::new("python3").arg(&script), folder.path(), begun);
        // An option that takes a value may get its sign at once.
        let last = said.trim_end().trim_end_matches('=').rsplit(' ').next().unwrap_or_default();
        assert_eq!(last, meant, "{begun}: {said:?}");
    }
}
