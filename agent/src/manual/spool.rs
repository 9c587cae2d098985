//! alertmail-spool(5): where alerts lie, in short; the contract itself is `spool-format/README.md`.

use spool_format::Folder;
use spool_format::folder::{SYSTEM_RUN, SYSTEM_SPOOL};

use super::Page;
use super::roff::Roff;
use crate::notice::Tongue;

pub(super) fn page() -> Page {
    let mut page =
        Roff::new("alertmail-spool", 5, "alerts on disk: folders, files and journal", Tongue::English);
    page.heading("DESCRIPTION");
    page.paragraph(&format!(
        "The spool is the contract between programs that have an alert to send, the agent that sends it, and whoever wants \
         to know what became of it. That of the machine is `{SYSTEM_SPOOL}`; there everybody may put alerts in, and nobody \
         may list, read or remove those of others. A private spool belongs to one user. `alertmail spool init` makes both."
    ));
    page.paragraph(
        "An alert is one file, `ID.json`: one JSON object in UTF-8 and a line end, at most 8 MiB. The folder in which it lies \
         says how it stands. Its id has 26 characters and the layout of a ULID in lower case; ids sort by time. Required are \
         `version` (1) and one of `subject`, `body` and `message`; further fields are to, cc, bcc, severity, key, resolves, ttl, \
         sender, from_name, headers, attachments, source and created.",
    );
    page.heading("FILES");
    page.paragraph("Below the spool:");
    for folder in Folder::ALL {
        let (parent, text) = match folder {
            Folder::Incoming => (
                "submit",
                "New alerts, and as `.ID.tmp` the drafts of those who write them. Anybody may create and rename here.",
            ),
            Folder::Deferred => ("queue", "Somebody is still without it; it is tried again."),
            Folder::Dead => (
                "queue",
                "Nobody will take it. Kept until somebody decides: alertmail-requeue(1), alertmail-purge(1).",
            ),
            Folder::Corrupt => ("queue", "What was no alert, and beside it `NAME.reason`."),
        };
        page.item(&format!("{parent}/{}/", folder.as_str()), text);
    }
    page.item(
        "queue/journal/",
        "What happened, one JSON object a line, one file a day (UTC): `2026-11-25.jsonl`. alertmail-log(1) reads it aloud.",
    );
    page.item("queue/lock", "Held by a running agent; its presence means nothing.");
    page.paragraph("In memory, for the spool of the machine:");
    page.item(
        &format!("{SYSTEM_RUN}/submit.sock"),
        "Takes alerts from those who cannot write into the spool. In a private spool it is submit/socket.",
    );
    page.item(
        &format!("{SYSTEM_RUN}/spare/"),
        "Takes alerts when nothing else does, if the administrator has made it. It survives no power cut.",
    );
    page.heading("WRITING AN ALERT");
    page.paragraph(
        "`enqueue` does it. A program of your own makes an id, creates submit/incoming/.ID.tmp exclusively with mode 0640, \
         writes, syncs, renames it to ID.json, and syncs the folder or, if it may not open that, the file once more. Only then \
         the alert is stored.",
    );
    page.heading("NOTES");
    page.paragraph(
        "All of it, with the fields' meanings and limits, the socket, the events of the journal, schemas and two complete \
         programs, stands in /usr/share/doc/alertmail/spool-format/README.md.",
    );
    page.see_also(&["enqueue(1)", "alertmail(1)", "alertmail-spool-init(1)", "alertmail.toml(5)"]);
    Page::new("alertmail-spool.5", Tongue::English, page.into_text())
}
