//! Spools with every kind of fault, and the words that are found for it.

use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

struct Spool {
    _folder: tempfile::TempDir,
    layout: Layout,
}

/// A spool with these modes: of root and submit, of incoming, of the queue.
fn spool(open: u32, incoming: u32, queue: u32) -> Spool {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path().join("spool"));
    let spool = Spool { layout, _folder: folder };
    for path in spool.layout.all_folders() {
        fs::create_dir(&path).expect("a folder");
    }
    for path in spool.layout.all_folders() {
        let mode = if path == spool.layout.folder(Folder::Incoming) {
            incoming
        } else if path.starts_with(spool.layout.root().join("queue")) {
            queue
        } else {
            open
        };
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("our own");
    }
    spool
}

fn findings(spool: &Spool, agent: &Agent) -> Vec<Finding> {
    audit(&spool.layout, agent, HardLinks::Protected).expect("readable")
}

fn texts(spool: &Spool) -> Vec<String> {
    let root = spool.layout.root().display().to_string();
    findings(spool, &Agent::this()).iter().map(|it| it.to_string().replace(&root, "")).collect()
}

#[test]
fn spools_as_they_are_made_have_nothing_to_find() {
    assert_eq!(texts(&spool(0o700, 0o700, 0o700)), [""; 0]);
    assert_eq!(texts(&spool(0o755, 0o3733, 0o2750)), [""; 0]);
    assert_eq!(texts(&spool(0o710, 0o3733, 0o2750)), [""; 0]);
}

#[test]
fn who_could_remove_or_list_the_alerts_of_others_is_told_with_the_command_that_stops_it() {
    let found = texts(&spool(0o755, 0o2737, 0o2750));
    assert_eq!(
        found,
        [
            "`/submit/incoming` is not sticky: who may write there can remove and rename the alerts of others; run: chmod +t /submit/incoming",
            "`/submit/incoming` can be listed by everybody: the names of alerts are for the agent alone; run: chmod o-r /submit/incoming",
        ]
    );
}

#[test]
fn who_could_read_or_change_the_queue_is_told() {
    let found = texts(&spool(0o755, 0o3733, 0o777));
    assert_eq!(found.len(), 10, "two for each of five folders: {found:?}");
    assert!(found[0].starts_with("`/queue` can be written by others"), "{found:?}");
    assert!(found[1].ends_with("run: chmod o-rwx /queue"), "{found:?}");
}

#[test]
fn who_could_replace_the_spool_or_its_folders_is_told() {
    let spool = spool(0o777, 0o3733, 0o2750);
    let found = texts(&spool);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("can be written by everybody: who may do that can replace"), "{found:?}");
    let above = spool.layout.root().parent().expect("a folder");
    fs::set_permissions(above, Permissions::from_mode(0o777)).expect("our own");
    assert!(texts(&spool)[0].contains("the whole spool"), "{:?}", texts(&spool));
    fs::set_permissions(above, Permissions::from_mode(0o1777)).expect("our own");
    assert_eq!(texts(&spool).len(), 2, "what is sticky is safe");
}

#[test]
fn an_agent_that_could_not_remove_what_it_has_sent_cannot_work() {
    let spool = spool(0o755, 0o3733, 0o2750);
    let found = findings(&spool, &Agent { user: 64_001, groups: vec![64_001] });
    let impossible: Vec<String> = found
        .iter()
        .filter(|it| it.weight == Weight::Impossible)
        .map(|it| it.mend.replace(&spool.layout.root().display().to_string(), ""))
        .collect();
    let own = Agent::this().user;
    assert_ne!(own, 64_001, "the spool is to be somebody else's");
    assert_eq!(impossible.len(), 6, "{found:?}");
    assert!(impossible.contains(&"chown 64001 /submit/incoming".to_owned()), "{impossible:?}");
}

#[test]
fn a_set_uid_bit_is_told() {
    let found = texts(&spool(0o755, 0o7733, 0o2750));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("run: chmod u-s /submit/incoming"), "{found:?}");
}

#[test]
fn links_to_the_files_of_others_matter_where_others_write() {
    let find = |spool: &Spool| audit(&spool.layout, &Agent::this(), HardLinks::Open).expect("readable");
    let found = find(&spool(0o755, 0o3733, 0o2750));
    assert!(found.len() == 1 && found[0].to_string().contains("protected_hardlinks=1"), "{found:?}");
    assert_eq!(find(&spool(0o700, 0o700, 0o700)), []);
}

#[test]
fn a_spool_that_is_not_there_is_no_finding() {
    assert_eq!(
        audit(&Layout::new("/nonexistent/spool"), &Agent::this(), HardLinks::Open).expect("nothing"),
        []
    );
}
