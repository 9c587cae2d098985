//! A folder for mail as the last resort: the product's own calls, on the model's disk with all its faults, which loses power.
//! Somebody reads the mails now and then; a disk can hang, and go on when nobody waits for it any more.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use delivery::Monotonic;
use smtp::{Failure, Outcome, Phase, RecipientOutcome, Trouble};
use spool_format::fs::SpoolFs as _;
use spool_format::{AlertId, Wall};

use super::chance::Dice;
use super::disk::{Disk, Place};
use super::fs::{Fault, Machine, ModelFs, Trouble as OfTheDisk};
use super::link::{Link, Next, SILENCE_S, Went};
use super::mutants::Mutant;
use super::provider::Says;
use super::weather::Weather;
use super::world::message_id;
use crate::submit::{MailFolder, Written, named};

const HOST: &str = "db1";

/// What a disk that hangs will do all the same.
struct Late {
    due: Monotonic,
    written: Written,
    id: AlertId,
    provider: usize,
    message_id: String,
    recipients: Vec<String>,
}

/// The folder.
pub(super) struct Mailbox {
    fs: ModelFs,
    /// Mails that were said to be there for good, by their names.
    taken: BTreeMap<String, Vec<u8>>,
    late: Vec<Late>,
}

/// Somebody reads them.
pub(super) fn are_read(fs: &ModelFs) {
    for name in fs.list(&Place::MailNew).unwrap_or_default() {
        let _ = fs.move_to(&Place::MailNew, OsStr::new(&name), &Place::MailCur, &format!("{name}:2,S"));
    }
}

/// The octets of the mail of this name, wherever a reader has put it.
fn find(disk: &Disk, name: &str) -> Option<Vec<u8>> {
    [Place::MailNew, Place::MailCur].into_iter().find_map(|place| {
        let found = disk.names(place).find(|found| found.to_string_lossy().starts_with(name))?;
        Some(disk.octets(disk.find(place, found)?).to_vec())
    })
}

impl Mailbox {
    pub(super) const fn new(fs: ModelFs) -> Self {
        Self { fs, taken: BTreeMap::new(), late: Vec::new() }
    }

    fn folder(&self) -> MailFolder<'_, ModelFs> {
        MailFolder { fs: &self.fs, path: Path::new("/Maildir") }
    }

    fn has(&self, name: &str) -> bool {
        find(&self.fs.machine.borrow().disk, name).is_some()
    }

    /// Whatever was said to be there for good is there, whole.
    pub(super) fn expect_all_in(&self, disk: &Disk, when: &str) {
        for (name, octets) in &self.taken {
            let found = find(disk, name);
            assert!(found.as_ref() == Some(octets), "the mail {name} is lost {when}: {found:?}");
        }
    }

    /// Nobody is there any more who could go on.
    pub(super) fn is_left(&mut self) {
        self.late.clear();
    }

    pub(super) fn next_due(&self) -> Option<Monotonic> {
        self.late.iter().map(|late| late.due).min()
    }

    /// What has hung happens after all. Gives which mails there are of it.
    pub(super) fn goes_on(&mut self, now: Monotonic) -> Vec<(AlertId, usize, String, Says)> {
        let (due, later) = std::mem::take(&mut self.late).into_iter().partition(|late| late.due <= now);
        self.late = later;
        let due: Vec<Late> = due;
        let mut mailed = Vec::new();
        for late in due {
            let was_there = self.has(&late.written.name);
            let _ = self.folder().publish(&late.written);
            if !was_there && self.has(&late.written.name) {
                let says = Says { mailed: late.recipients, ..Says::default() };
                mailed.push((late.id, late.provider, late.message_id, says));
            }
        }
        mailed
    }

    /// The next step of an attempt.
    pub(super) fn step(
        &mut self,
        link: &mut Link,
        now: Monotonic,
        (weather, dice): (Weather, &mut Dice),
        truth: &mut Vec<Says>,
    ) -> Went {
        let everybody = link.everybody();
        let over = |outcome| Went::Over(Outcome { recipients: vec![outcome; everybody.len()] });
        let failed = |trouble| over(RecipientOutcome::Failed(Failure::new(Phase::Maildir, trouble)));
        let silent = Trouble::Silent { seconds: SILENCE_S };
        let hangs = dice.below(8) < weather.falls_silent;
        match std::mem::replace(&mut link.next, Next::Nothing) {
            Next::Connect => link.local_goes_on(now, weather.latency),
            Next::Withdraw => {
                if let Some(written) = &link.written {
                    self.folder().remove(written);
                }
                failed(Trouble::Withdrawn)
            }
            Next::Run if link.written.is_none() => {
                if dice.below(8) < weather.unreachable {
                    return failed(Trouble::Local("no such folder".to_owned()));
                }
                let (stem, mail) = named(&link.transaction, link.id);
                let written = self.folder().write((&stem, HOST), dice.next(), &mail);
                match written {
                    _ if hangs => failed(silent),
                    Err(trouble) => failed(trouble),
                    Ok(written) if written.is_there_already() => {
                        over(self.takes(&written.name, &written.in_words()))
                    }
                    Ok(written) => {
                        link.written = Some(written);
                        link.local_goes_on(now, weather.latency)
                    }
                }
            }
            Next::Run => {
                let written = link.written.take().expect("it was written");
                if hangs && dice.one_in(2) {
                    let due = now.plus(Duration::from_secs(1 + dice.next() % 600));
                    let (id, provider, recipients) = (link.id, link.provider, everybody.clone());
                    let message_id = message_id(&link.transaction);
                    self.late.push(Late { due, written, id, provider, message_id, recipients });
                    return over(RecipientOutcome::Uncertain(Failure::new(Phase::Maildir, silent)));
                }
                let was_there = self.has(&written.name);
                let published = self.folder().publish(&written);
                if !was_there && self.has(&written.name) {
                    truth.push(Says { mailed: everybody.clone(), ..Says::default() });
                }
                over(match published {
                    _ if hangs => RecipientOutcome::Uncertain(Failure::new(Phase::Maildir, silent)),
                    Ok(()) => self.takes(&written.name, &written.in_words()),
                    Err(lost) => {
                        let failure = Failure::new(Phase::Maildir, lost.trouble);
                        if lost.may_be_there {
                            RecipientOutcome::Uncertain(failure)
                        } else {
                            RecipientOutcome::Failed(failure)
                        }
                    }
                })
            }
            next => panic!("a folder does not {next:?}"),
        }
    }

    fn takes(&mut self, name: &str, text: &str) -> RecipientOutcome {
        let there = find(&self.fs.machine.borrow().disk, name);
        self.taken.insert(name.to_owned(), there.expect("it is there"));
        RecipientOutcome::Taken { phase: Phase::Maildir, text: text.to_owned() }
    }
}

/// One try as an attempt makes it; says whether the mail is said to be there for good.
fn tries(fs: &ModelFs, draft: u64) -> bool {
    let folder = MailFolder { fs, path: Path::new("/Maildir") };
    match folder.write(("1795583642.A.", HOST), draft, b"Subject: x\n\ny\n") {
        Ok(written) => written.is_there_already() || folder.publish(&written).is_ok(),
        Err(_) => false,
    }
}

/// A try that is cut off or fails at this call, one without trouble, and a power cut: what is left of the mail, in how many
/// copies, and whether the first try came to nothing.
fn outcome(cut_at: u64, seed: u64, mutant: Option<Mutant>) -> (Option<Vec<u8>>, usize, bool) {
    let mut dice = Dice::new(seed * 100 + cut_at);
    let machine = Rc::new(RefCell::new(Machine::new(Disk::default(), Wall::from_unix_ms(0))));
    let fs = ModelFs { machine: Rc::clone(&machine), uid: 0, may_list: true };
    machine.borrow_mut().mutant = mutant;
    match dice.one_of(&[None, Some(OfTheDisk::Broken), Some(OfTheDisk::Full)]) {
        None => machine.borrow_mut().fuse = Some(cut_at),
        Some(trouble) => machine.borrow_mut().fault = Some(Fault { trouble, from: cut_at, calls: 1 }),
    }
    let is_cut_off = !tries(&fs, 1);
    machine.borrow_mut().switch_on();
    machine.borrow_mut().fault = None;
    let is_read = dice.one_in(2);
    if is_read {
        are_read(&fs);
    }
    assert!(tries(&fs, 2) || !is_cut_off, "a second try, without trouble, at {cut_at}");
    let mut disk = machine.borrow().disk.clone();
    disk.lose_power(&mut dice);
    // A reader's move that is cut off leaves both names.
    let places = if is_read { &[][..] } else { &[Place::MailNew, Place::MailCur] };
    let copies = places.iter().map(|place| disk.names(*place).count()).sum();
    (find(&disk, "1795583642.A."), copies, is_cut_off)
}

#[test]
fn a_mail_that_counts_as_taken_survives_a_power_cut_whatever_cut_off_the_tries_before() {
    let all = || (1..=8).flat_map(|cut_at| (0..30).map(move |seed| (cut_at, seed)));
    let mut cut_off = 0;
    for (cut_at, seed) in all() {
        let (left, copies, is_cut_off) = outcome(cut_at, seed, None);
        assert_eq!(left.as_deref(), Some(&b"Subject: x\n\ny\n"[..]), "cut at {cut_at}, seed {seed}");
        assert!(copies <= 1, "cut at {cut_at}, seed {seed}: {copies} copies");
        cut_off += usize::from(is_cut_off);
    }
    assert!(cut_off > 50, "only {cut_off} of the first tries were cut off");
    let is_lost = |(cut_at, seed)| outcome(cut_at, seed, Some(Mutant::MailNotSynced)).0.is_none();
    assert!(all().any(is_lost), "nobody notices that the folder is not synced");
}
