//! Mails in a folder on a real disk: names, modes, a second try.

use super::*;
use std::os::unix::fs::PermissionsExt as _;

use spool_format::Wall;
use spool_format::fs::SpoolFs as _;

fn id(n: u8) -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_795_583_642_000), [n; 10])
}

fn maildir(path: &Path) -> Maildir {
    Maildir { name: "box".to_owned(), path: path.join("Maildir"), within: Duration::from_secs(20) }
}

fn transaction(to: &[&str]) -> Transaction {
    let path = |text: &str| smtp::Path::parse(text).expect("a path");
    Transaction {
        sender: path("alert@example.jp"),
        recipients: to.iter().map(|to| path(to)).collect(),
        content: b"Subject: x\r\n\r\ny\r\n".as_slice().into(),
    }
}

async fn deliver(maildir: &Maildir, n: u8, to: &[&str]) -> String {
    let written = maildir.write(&transaction(to), id(n)).await.expect("it is written");
    if !written.is_there_already() {
        maildir.publish(&written).await.expect("it becomes visible");
    }
    written.in_words()
}

fn names(maildir: &Maildir, folder: &str) -> Vec<String> {
    let dir = StdFs.open_dir(&maildir.path.join(folder)).expect("a folder");
    let mut names = StdFs.list(&dir).expect("names");
    names.sort();
    names
}

#[tokio::test]
async fn a_mail_lies_in_new_under_the_standards_name_and_its_owner_alone_can_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let maildir = maildir(folder.path());
    let said = deliver(&maildir, 1, &["a@example.jp", "b@example.jp"]).await;
    let [name] = &names(&maildir, "new")[..] else { panic!("one mail") };
    assert!(said.ends_with(name), "{said}");
    let parts: Vec<&str> = name.splitn(3, '.').collect();
    assert_eq!(parts[0], "1795583642");
    assert!(parts[1].starts_with(&format!("A{}R", id(1))) && !parts[2].is_empty(), "{name}");
    assert!(!name.contains(['/', ':']) && names(&maildir, "tmp").is_empty());
    let path = maildir.path.join("new").join(name);
    let text = std::fs::read_to_string(&path).expect("a mail");
    let head = "Return-Path: <alert@example.jp>\nDelivered-To: a@example.jp\nDelivered-To: b@example.jp\n";
    assert_eq!(text, format!("{head}Subject: x\n\ny\n"));
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&maildir.path), mode(&maildir.path.join("cur"))), (0o600, 0o700, 0o700));
}

#[tokio::test]
async fn the_same_mail_is_found_again_wherever_a_reader_has_put_it_and_another_one_is_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let maildir = maildir(folder.path());
    deliver(&maildir, 1, &["a@example.jp", "b@example.jp"]).await;
    assert!(deliver(&maildir, 1, &["b@example.jp", "a@EXAMPLE.jp"]).await.starts_with("it was there"));
    let [name] = &names(&maildir, "new")[..] else { panic!("one mail") };
    let read = StdFs.open_dir(&maildir.path.join("cur")).expect("cur");
    let new = StdFs.open_dir(&maildir.path.join("new")).expect("new");
    StdFs.move_to(&new, name.as_ref(), &read, &format!("{name}:2,S")).expect("it is read");
    assert!(deliver(&maildir, 1, &["a@example.jp", "b@example.jp"]).await.starts_with("it was there"));
    assert_eq!(names(&maildir, "new").len(), 0);
    deliver(&maildir, 1, &["a@example.jp"]).await;
    deliver(&maildir, 2, &["a@example.jp", "b@example.jp"]).await;
    assert_eq!(names(&maildir, "new").len(), 2, "other recipients, another alert");
}

#[tokio::test]
async fn what_was_cut_off_is_written_anew_and_what_is_taken_back_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let maildir = maildir(folder.path());
    let cut_off = maildir.write(&transaction(&["a@example.jp"]), id(1)).await.expect("written");
    assert_eq!((names(&maildir, "tmp").len(), names(&maildir, "new").len()), (1, 0));
    drop(cut_off);
    deliver(&maildir, 1, &["a@example.jp"]).await;
    assert_eq!((names(&maildir, "tmp").len(), names(&maildir, "new").len()), (0, 1));
    let taken_back = maildir.write(&transaction(&["b@example.jp"]), id(1)).await.expect("written");
    maildir.remove(taken_back).await;
    assert_eq!((names(&maildir, "tmp").len(), names(&maildir, "new").len()), (0, 1));
}

#[tokio::test]
async fn a_folder_that_cannot_be_had_is_named_and_certainly_has_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = maildir(&folder.path().join("missing"));
    let trouble = nowhere.write(&transaction(&["a@example.jp"]), id(1)).await.expect_err("no folder");
    assert!(trouble.to_string().contains("missing/Maildir: No such file"), "{trouble}");
    assert!(nowhere.look().expect_err("no").contains("missing"));
    let there = maildir(folder.path());
    assert_eq!(there.look(), Ok("will be made"));
    deliver(&there, 1, &["a@example.jp"]).await;
    assert_eq!(there.look(), Ok("can be written"));
}

#[tokio::test]
async fn what_a_disk_that_hung_does_late_makes_no_half_mail_visible() {
    let folder = tempfile::tempdir().expect("a folder");
    let maildir = maildir(folder.path());
    let hangs = maildir.write(&transaction(&["a@example.jp"]), id(1)).await.expect("written");
    let later = maildir.write(&transaction(&["a@example.jp"]), id(1)).await.expect("written anew");
    let late = maildir.publish(&hangs).await.expect_err("its draft is gone");
    assert!(!late.may_be_there && names(&maildir, "new").is_empty(), "{}", late.trouble);
    maildir.publish(&later).await.expect("it becomes visible");
    assert_eq!((names(&maildir, "tmp").len(), names(&maildir, "new").len()), (0, 1));
}
