//! The folders and the journal are read one beside the other, and an agent is at work meanwhile.

use std::fs;

use spool_format::{Address, Event};

use super::*;

/// A spool in which these files lie.
fn spool(files: &[(AlertId, Folder)]) -> (tempfile::TempDir, Layout) {
    let place = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(place.path());
    for folder in layout.all_folders() {
        fs::create_dir_all(folder).expect("a folder");
    }
    for (id, folder) in files {
        fs::File::create(layout.folder(*folder).join(spool_format::folder::file_name(*id))).expect("a file");
    }
    (place, layout)
}

fn id(n: u8) -> AlertId {
    AlertId::new(Wall::from_unix_ms(1), [n; 10])
}

/// Of a journal that tells of an alert's acceptance, and what came then.
fn read(events: impl IntoIterator<Item = Event>) -> ReadBack {
    let mut read = ReadBack::default();
    let accepted = Event::Accepted {
        id: id(1),
        uid: 0,
        octets: 0,
        recipients: vec![Address::parse("a@example.jp").expect("an address")],
        unusable: vec![],
        created: None,
        ttl: None,
        message_id: None,
        notice: false,
        canary: None,
        severity: Severity::Info,
        key: None,
        subject: String::new(),
    };
    for event in std::iter::once(accepted).chain(events) {
        read.ledger.take(Entry { at: Wall::from_unix_ms(1), event });
    }
    read
}

#[test]
fn an_alert_that_came_or_moved_while_it_was_read_is_where_it_is_now() {
    let nothing = || OF_ALERTS.map(|_| Ok(Vec::new()));
    let sent = Event::Sent { id: id(1), delivered: vec![], refused: vec![] };
    for (files, events, folder, standing) in [
        (vec![(id(1), Folder::Incoming)], vec![], Some(Folder::Incoming), Standing::Incoming),
        (
            vec![(id(1), Folder::Incoming), (id(1), Folder::Deferred)],
            vec![],
            Some(Folder::Deferred),
            Standing::Deferred(None),
        ),
        (vec![], vec![], None, Standing::Gone),
        (vec![], vec![sent], None, Standing::Sent),
    ] {
        let (_place, layout) = spool(&files);
        let view = View::of(&layout, read(events), nothing(), |_| true).expect("a spool");
        let [item] = &view.alerts[..] else { panic!("{:?}", view.alerts) };
        assert_eq!((item.folder, item.standing), (folder, standing), "{files:?}");
    }
}

#[test]
fn names_that_begin_so_are_found_among_many_and_no_others() {
    let ids: Vec<AlertId> = (0..=255).map(id).collect();
    let (_place, layout) = spool(&ids.iter().map(|id| (*id, Folder::Deferred)).collect::<Vec<_>>());
    for begins in ["", &ids[7].as_str()[..12], ids[7].as_str(), "zz"] {
        let mut found = list_beginning(&layout, Folder::Deferred, begins).expect("a folder");
        let mut all = list(&layout, Folder::Deferred).expect("a folder");
        all.retain(|name| name.starts_with(begins));
        found.retain(|name| !name.starts_with('.'));
        found.sort();
        all.sort();
        assert_eq!(found, all, "{begins}");
    }
}
