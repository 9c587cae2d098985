//! The order of the system calls that make an alert durable, as strace saw it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use harness::{Sandbox, run};
use spool_format::Folder;

use crate::sandbox;
use crate::writers::{Said, Writer};

/// The calls that the order is about.
const CALLS: &str = "trace=openat,fchmod,fchmodat,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

/// What a call means for the alert.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    CreateDraft,
    Mode0640,
    WriteDraft,
    SyncDraft,
    Rename,
    SyncFolder,
    SyncNamedFile,
    Tell,
    /// A call that has no place in the order.
    Other(String),
}

/// One line of strace's, for example `123 fsync(3</spool/submit/incoming/.ID.tmp>) = 0`. `caller` is the process that
/// was started: what its children write to their pipes is told to nobody.
fn act(line: &str, caller: &str) -> Option<Act> {
    let (process, call) = line.trim_start().split_once(' ')?;
    let call = call.trim_start();
    let name = call.split('(').next()?;
    let (on_draft, on_alert) = (call.contains(".tmp"), call.contains(".json"));
    let succeeded = !call.contains(" = -1 ");
    match name {
        // The shell opens the draft a second time, to append.
        "openat" if on_draft && call.contains("O_EXCL") => Some(Act::CreateDraft),
        "openat" => None,
        "fchmod" | "fchmodat" if on_draft && call.contains("0640") => Some(Act::Mode0640),
        "write" if on_draft => Some(Act::WriteDraft),
        "write" if call.starts_with("write(1<") && process == caller => Some(Act::Tell),
        "write" => None,
        "fsync" if on_draft => Some(Act::SyncDraft),
        "fsync" if on_alert => Some(Act::SyncNamedFile),
        "fsync" if call.contains("/submit/incoming>") => Some(Act::SyncFolder),
        "rename" | "renameat" | "renameat2" if on_draft && on_alert && succeeded => Some(Act::Rename),
        "renameat2" if call.contains(" = -1 EINVAL") => None,
        _ if on_draft || on_alert || name.starts_with('f') => Some(Act::Other(call.to_owned())),
        _ => None,
    }
}

/// Lets `writer` store an alert and tells what it did, in order. Writing in several pieces counts once.
fn watch(sandbox: &Sandbox, writer: Writer, fault: Option<&str>, starter: &[&str]) -> Vec<Act> {
    let trace = sandbox.path().join(format!("trace-{writer:?}"));
    let mut words: Vec<&OsStr> =
        ["strace", "-f", "-y", "-qq", "-s", "64", "-e", CALLS, "-o"].map(OsStr::new).into();
    words.push(trace.as_os_str());
    words.extend(fault.iter().flat_map(|fault| [OsStr::new("-e"), OsStr::new(*fault)]));
    words.extend(starter.iter().map(OsStr::new));
    run(&mut writer.behind(&words, sandbox.spool(), &Said::plain()), b"").expect_success();
    let trace = fs::read_to_string(trace).expect("a trace");
    let caller = trace.split_whitespace().next().expect("a line").to_owned();
    let mut acts: Vec<Act> = trace.lines().filter_map(|line| act(line, &caller)).collect();
    acts.dedup_by(|later, earlier| later == earlier && [Act::WriteDraft, Act::Tell].contains(later));
    acts
}

#[test]
fn every_writer_syncs_before_the_name_and_after_it_and_only_then_tells() {
    for writer in Writer::ALL {
        assert_eq!(
            watch(&sandbox(), writer, None, &[]),
            [
                Act::CreateDraft,
                Act::Mode0640,
                Act::WriteDraft,
                Act::SyncDraft,
                Act::Rename,
                Act::SyncFolder,
                Act::Tell
            ],
            "{writer:?}"
        );
    }
}

#[test]
fn a_writer_that_may_not_read_the_folder_syncs_the_file_again_under_its_new_name() {
    let sandbox = sandbox();
    let starter = forbid_reading(&sandbox);
    let seen = Writer::ALL.map(|writer| (writer, watch(&sandbox, writer, None, &starter)));
    // So that the sandbox can be removed, or can tell what is in it.
    set_mode(&sandbox.folder(Folder::Incoming), 0o700);
    for (writer, acts) in seen {
        assert_eq!(
            acts,
            [
                Act::CreateDraft,
                Act::Mode0640,
                Act::WriteDraft,
                Act::SyncDraft,
                Act::Rename,
                Act::SyncNamedFile,
                Act::Tell
            ],
            "{writer:?}"
        );
    }
}

#[test]
fn where_the_kernel_cannot_rename_without_replacing_the_file_has_one_name_all_the_same() {
    let without_flag = "inject=renameat2:error=EINVAL";
    for writer in Writer::ALL {
        let acts = watch(&sandbox(), writer, Some(without_flag), &[]);
        assert_eq!(acts[3..5], [Act::SyncDraft, Act::Rename], "{writer:?}: {acts:?}");
        assert_eq!(acts.len(), 7, "{writer:?}: no link, no unlink: {acts:?}");
    }
}

/// Makes `incoming/` one that the writer may use and not list, and tells with which program in front. No mode keeps root
/// out, so that root writes as nobody, in a folder as the machine's spool has it.
fn forbid_reading(sandbox: &Sandbox) -> Vec<&'static str> {
    let incoming = sandbox.folder(Folder::Incoming);
    if !rustix::process::getuid().is_root() {
        set_mode(&incoming, 0o300);
        return Vec::new();
    }
    for folder in incoming.ancestors().skip(1).take_while(|folder| folder.starts_with(sandbox.path())) {
        set_mode(folder, 0o755);
    }
    set_mode(&incoming, 0o3733);
    vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
}

fn set_mode(folder: &Path, mode: u32) {
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("our own folder");
}
