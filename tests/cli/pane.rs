//! `alertmail list --watch` as somebody has it in a pane of tmux: what a real terminal shows after all that the program writes.

use std::path::Path;
use std::process::Command;

use harness::{Config, PATIENCE, Provider, Sandbox, becomes_true, in_english, not_tried, run, write_file};
use lab::{Personality, Port};
use spool_format::Folder;

use crate::{ALERTMAIL, sandbox};

const PROMPT: &str = "ready>";

/// A server of tmux with one window, which ends with this value.
struct Tmux<'a> {
    sandbox: &'a Sandbox,
}

impl<'a> Tmux<'a> {
    fn start(sandbox: &'a Sandbox) -> Self {
        let tmux = Self { sandbox };
        tmux.does(&["new-session", "-d", "-x", "100", "-y", "24", "sh"]);
        tmux
    }

    #[track_caller]
    fn does(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-S"]).arg(self.sandbox.path().join("tmux")).args(arguments);
        in_english(command.env_remove("TMUX").env("PS1", format!("{PROMPT} ")).env("SHELL", "/bin/sh"));
        command.env("ALERTMAIL_SPOOL", self.sandbox.spool()).env_remove("ALERTMAIL_CONFIG");
        run(&mut command, b"").expect_success()
    }

    /// As typed, with Enter behind it.
    fn types(&self, line: &str) {
        self.does(&["send-keys", "-l", line]);
        self.does(&["send-keys", "Enter"]);
    }

    /// What stands there now, row by row.
    fn rows(&self) -> Vec<String> {
        self.does(&["capture-pane", "-p"]).lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn shows(&self, what: &str, is_it: impl Fn(&[String]) -> bool) -> Vec<String> {
        let mut rows = Vec::new();
        let is_shown = becomes_true(PATIENCE, || {
            rows = self.rows();
            is_it(&rows)
        });
        assert!(is_shown, "not shown: {what}; this is:\n{}", rows.join("\n"));
        rows
    }

    /// The shell is back, echoes what is typed, and the terminal is as it was before.
    #[track_caller]
    fn is_as_before(&self, after: &str) {
        self.shows(after, |rows| {
            rows.iter().rfind(|row| !row.is_empty()).is_some_and(|row| row.trim_end() == PROMPT)
        });
        let status = self.sandbox.path().join("status");
        self.types(&format!("echo $? $(stty -g) > {}", status.display()));
        let said = || std::fs::read_to_string(&status).unwrap_or_default();
        assert!(becomes_true(PATIENCE, || said().ends_with('\n')), "{after}: no answer");
        let before = std::fs::read_to_string(self.sandbox.path().join("before")).expect("UTF-8");
        assert_eq!(said(), format!("0 {before}"), "{after}");
        std::fs::remove_file(&status).expect("our own file");
        let flags = self.does(&["display-message", "-p", "#{cursor_flag} #{alternate_on} #{mouse_any_flag}"]);
        assert_eq!(flags.trim_end(), "1 0 0", "{after}: the cursor is seen, nothing else is left");
        self.types("echo ec''hoed");
        self.shows("what is typed, and its answer", |rows| {
            let at = rows.iter().position(|row| row.contains("echo ec''hoed"));
            at.is_some_and(|at| rows.get(at + 1).is_some_and(|row| row == "echoed"))
        });
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let socket = self.sandbox.path().join("tmux");
        // It may have ended by itself.
        let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").output();
    }
}

fn has(rows: &[String], text: &str) -> bool {
    rows.iter().any(|row| row.contains(text))
}

#[test]
fn in_a_pane_the_list_follows_alerts_that_come_and_go_and_its_size_and_leaves_the_terminal_as_it_was() {
    if Command::new("tmux").arg("-V").output().is_err() {
        return not_tried("left out: there is no tmux here");
    }
    let sandbox = sandbox();
    // Nobody listens there yet.
    let port = Port::reserve().expect("a port");
    let home = Provider::starttls("home", port.number());
    sandbox.configure(&Config::of([home]).default_to("oncall@example.jp").pause("1s"));
    let tmux = Tmux::start(&sandbox);
    tmux.shows("a prompt", |rows| has(rows, PROMPT));
    tmux.types(&format!("stty -g > {}", sandbox.path().join("before").display()));

    let watch = format!("{} list --watch", Path::new(ALERTMAIL).display());
    tmux.types(&watch);
    tmux.shows("an empty list", |rows| has(rows, "nothing waits"));
    for n in 0..9 {
        sandbox.enqueue(&["--subject", &format!("disk {n} is full"), "text"]);
    }
    let rows = tmux.shows("nine alerts", |rows| has(rows, "9 incoming"));
    assert!((0..9).all(|n| has(&rows, &format!("disk {n} is full"))), "{rows:#?}");
    assert!(!has(&rows, "nothing waits") && !has(&rows, PROMPT), "nothing old is left: {rows:#?}");

    tmux.does(&["resize-window", "-x", "70", "-y", "6"]);
    let rows = tmux.shows("what there is room for", |rows| has(rows, "… 6 more lines; 9 incoming"));
    assert!(rows.len() <= 6 && rows[0].starts_with("AGE"), "the head stays in sight: {rows:#?}");
    tmux.does(&["resize-window", "-x", "120", "-y", "30"]);
    let rows = tmux.shows("all of them again", |rows| has(rows, "9 incoming") && !has(rows, "more lines"));
    assert_eq!(rows.iter().filter(|row| row.contains("is full")).count(), 9, "each once: {rows:#?}");

    let agent = sandbox.start_agent();
    tmux.shows("that they wait", |rows| has(rows, "9 deferred"));
    let _server = sandbox.listen("home", port, Personality::self_hosted(sandbox.authority()).without_auth());
    let rows = tmux.shows("that they are gone", |rows| has(rows, "nothing waits"));
    assert!(!has(&rows, "is full"), "{rows:#?}");
    tmux.does(&["send-keys", "q"]);
    tmux.is_as_before("after q");

    tmux.types("clear");
    tmux.shows("nothing of before", |rows| !has(rows, "nothing waits"));
    tmux.types(&watch);
    tmux.shows("an empty list", |rows| has(rows, "nothing waits"));
    tmux.does(&["send-keys", "C-c"]);
    tmux.is_as_before("after Ctrl-C");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn who_repairs_a_spool_at_a_terminal_is_told_how_far_it_is() {
    if Command::new("tmux").arg("-V").output().is_err() {
        return not_tried("left out: there is no tmux here");
    }
    let sandbox = sandbox();
    let broken = sandbox.folder(Folder::Deferred).join("01kax3tzzzzzzzzzzzzzzzzzzz.json");
    write_file(&broken, 0o640, b"{");
    let repair = format!("{} spool repair", Path::new(ALERTMAIL).display());
    let tmux = Tmux::start(&sandbox);
    tmux.shows("a prompt", |rows| has(rows, PROMPT));
    tmux.types(&repair);
    tmux.shows("each stage", |rows| ["1/3  ", "2/3  ", "3/3  "].iter().all(|stage| has(rows, stage)));
}
