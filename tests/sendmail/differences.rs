//! The same command lines for us and for Postfix's `sendmail`: who gets the mail, and who is its sender.
//!
//! Where the two differ, it is one of the rows of [`REASONS`], or the test fails. A row that no call needs any more fails it, too.

use std::collections::BTreeMap;
use std::fs;

use harness::run;
use spool_format::folder::parse_file_name;
use spool_format::{Alert, Folder};

use crate::corpus::{Call, calls};
use crate::postfix::{PostfixSendmail, Queued};

/// Calls to compare.
const CALLS: usize = 400;

/// What both made of a call.
struct Both<'a> {
    call: &'a Call,
    ours: Queued,
    /// `None`: it refused, with this exit code.
    theirs: Result<Queued, Option<i32>>,
}

impl Both<'_> {
    fn has(&self, word: &str) -> bool {
        self.call.words.iter().any(|known| known == word)
    }

    fn refused(&self) -> bool {
        self.theirs == Err(Some(75))
    }

    /// Whether they are the same once quotes and routes are taken off.
    fn theirs_spelt_as_ours(&self) -> bool {
        let spelt = |queued: &Queued| {
            let plain = |to: &String| to.rsplit(':').next().unwrap_or_default().replace('"', "");
            let recipients = queued.recipients.iter().map(plain).collect();
            sorted(Queued { recipients, ..queued.clone() })
        };
        self.theirs.as_ref().is_ok_and(|theirs| same(&spelt(&self.ours), &spelt(theirs)))
    }

    fn header(&self) -> &str {
        self.call.stdin.split_once("Subject: s").map_or("", |(header, _)| header)
    }
}

/// A row of the table: why, and for which calls.
type Reason = (&'static str, fn(&Both<'_>) -> bool);

/// How the two may differ, and why we do as we do. Postfix says 75 to what it refuses.
const REASONS: [Reason; 6] = [
    (
        "nobody is named: Postfix refuses the mail, ours is for [alerts] to; a report without a reader is of no use",
        |both| both.ours.recipients.is_empty() && both.refused(),
    ),
    (
        "an unknown flag: Postfix refuses the mail, we warn; a monitor that is refused has told nobody",
        |both| both.has("-Zunknown") && both.refused(),
    ),
    (
        "-n (no aliases): Postfix refuses the mail; with us the flag is ignored, since the mail counts",
        |both| both.has("-n") && both.refused(),
    ),
    (
        "-X (a log of the dialogue): Postfix refuses the mail; with us the flag is ignored, since the mail counts",
        |both| both.has("-X") && both.refused(),
    ),
    (
        "quotes around a local part: Postfix's queue has it without them, an alert as it was written; it is one address",
        |both| both.theirs_spelt_as_ours() && both.ours.recipients.iter().any(|to| to.contains('"')),
    ),
    (
        "a route (`<@relay:a@example.com>`): Postfix keeps it in its queue, we drop it as RFC 5321 (appendix C) has it",
        |both| both.theirs_spelt_as_ours() && both.header().contains("<@"),
    ),
];

#[test]
fn recipients_and_sender_are_those_of_postfix_but_for_what_the_table_says() {
    let postfix = PostfixSendmail::new();
    let sandbox = crate::sandbox();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let calls = calls(CALLS);
    for call in &calls {
        let (code, queued, said) = postfix.run(&call.words, call.stdin.as_bytes());
        let theirs = match <[Queued; 1]>::try_from(queued) {
            Ok([queued]) if code == Some(0) => Ok(sorted(queued)),
            _ => Err(code),
        };
        let ended = run(sandbox.called("sendmail").args(&call.words), call.stdin.as_bytes());
        assert_eq!(ended.code, Some(0), "{call:?}: {}", ended.stderr);
        let incoming = sandbox.folder(Folder::Incoming);
        let names = sandbox.names_in(Folder::Incoming);
        let [name] = &names[..] else { panic!("{call:?}: {names:?}") };
        let octets = fs::read(incoming.join(name)).expect("the alert");
        fs::remove_file(incoming.join(name)).expect("our own file");
        let alert = Alert::parse(&octets, parse_file_name(name).expect("its name")).expect("an alert");
        let ours = sorted(Queued {
            sender: alert.sender.clone().unwrap_or_default(),
            recipients: alert.recipients().map(str::to_owned).collect(),
        });
        if theirs.as_ref().is_ok_and(|theirs| same(&ours, theirs)) {
            continue;
        }
        let both = Both { call, ours, theirs };
        match REASONS.iter().find(|(_, is_so)| is_so(&both)) {
            Some((reason, _)) => *used.entry(reason).or_default() += 1,
            None => unexplained.push(format!(
                "{:?} {:?}\n  ours   {:?}\n  theirs {:?} {said}",
                call.words,
                both.header(),
                both.ours,
                both.theirs
            )),
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} of {} differ:\n{}",
        unexplained.len(),
        calls.len(),
        unexplained.join("\n")
    );
    for (reason, _) in REASONS {
        assert!(used.contains_key(reason), "nothing differs any more because of: {reason}");
    }
}

/// In any order, each once.
fn sorted(mut queued: Queued) -> Queued {
    queued.recipients.sort();
    queued.recipients.dedup();
    queued
}

/// Who calls without `-f` has a name in Postfix, which is no address; answers go to nobody then.
fn same(ours: &Queued, theirs: &Queued) -> bool {
    let sender = if theirs.sender.contains('@') { theirs.sender.as_str() } else { "" };
    ours.recipients == theirs.recipients && ours.sender == sender
}
