//! Who may know whom, and who may touch what.

use std::collections::BTreeSet;

use crate::{expect_none, read, sources};

/// All that each pure crate and the small program may depend on. A new line here is a decision, not a detail.
const MAY_KNOW: [(&str, &[&str]); 6] = [
    ("spool-format", &["memchr", "rustix", "serde", "serde_json", "thiserror"]),
    ("enqueue", &["base64", "lexopt", "receive", "rustix", "serde_json", "spool-format"]),
    ("enqueue/receive", &[]),
    // hmac, md-5, sha1, sha2, stringprep and subtle are the arithmetic of AUTH: hashes, SASLprep, constant time.
    (
        "agent/smtp",
        &["base64", "hmac", "md-5", "sha1", "sha2", "stringprep", "subtle", "thiserror", "zeroize"],
    ),
    // mail-parser reads what others have written.
    ("agent/mime", &["base64", "chrono", "encoding_rs", "mail-parser", "receive"]),
    ("agent/delivery", &["smtp", "spool-format"]),
];

#[test]
fn the_pure_crates_know_only_what_they_may() {
    for (folder, allowed) in MAY_KNOW {
        let manifest: toml::Table = read(&format!("{folder}/Cargo.toml")).parse().expect("a manifest");
        let known: BTreeSet<&str> =
            manifest["dependencies"].as_table().expect("a table").keys().map(String::as_str).collect();
        assert_eq!(known, allowed.iter().copied().collect(), "dependencies of {folder}");
    }
}

#[test]
fn names_are_made_visible_by_publish_and_by_the_writer_alone() {
    let may = [
        "spool-format/src/fs.rs",
        "spool-format/src/publish.rs",
        "agent/src/spool/queue_fs.rs",
        "agent/src/spool/writer/aside.rs",
        "agent/src/spool/writer/copies.rs",
        "agent/src/spool/writer/ground.rs",
        // Under the lock, where no writer is.
        "agent/src/spool/repair.rs",
        // Into a folder for mail, which is no spool: there the standard says how.
        "agent/src/submit/maildir/folder.rs",
        // A reader of such a folder, in the model.
        "agent/src/engine/model/mailbox.rs",
        // For another program: no file of the spool.
        "agent/src/metrics/textfile.rs",
        // In another program's queue, once the mail is published in ours.
        "agent/src/command/import/queue.rs",
    ];
    let offences: Vec<String> = (sources().iter().filter(|source| !may.contains(&source.path.as_str())))
        .flat_map(|source| source.code().map(|(n, line)| (format!("{}:{n}", source.path), line.to_owned())))
        .filter(|(_, line)| {
            [".rename(", "renameat", "linkat(", ".relocate(", ".move_to(", ".move_name("]
                .iter()
                .any(|call| line.contains(call))
        })
        .map(|(place, line)| format!("{place}: {}", line.trim()))
        .collect();
    expect_none("a file becomes visible only through publish.rs and the writer", &offences);
}

#[test]
fn every_exception_from_a_lint_gives_its_reason() {
    let mut offences = Vec::new();
    for source in sources() {
        for (n, line) in source.text.lines().enumerate() {
            let starts =
                line.trim_start().starts_with("#[allow(") || line.trim_start().starts_with("#![allow(");
            if starts {
                offences.push(format!(
                    "{}:{}: `expect` ends when its cause ends, `allow` does not",
                    source.path,
                    n + 1
                ));
            }
        }
    }
    expect_none("exceptions are `#[expect(…, reason = …)]`", &offences);
}
