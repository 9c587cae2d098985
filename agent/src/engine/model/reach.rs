//! How the engine reaches the world of the model.

use std::cell::RefCell;
use std::rc::Rc;

use delivery::{AttemptId, Now};
use spool_format::{AlertId, Wall};

use super::fs::ModelFs;
use super::mutants::Mutant;
use super::world::{OWN, Outside, TRUSTED};
use crate::accept::Reach;
use crate::engine::World;
use crate::notice::Announcement;
use crate::spool::writer::Batch;
use crate::submit::Errand;

/// How the engine reaches it.
#[derive(Clone)]
pub(super) struct ModelWorld {
    pub(super) outside: Rc<RefCell<Outside>>,
    pub(super) fs: ModelFs,
}

impl World for ModelWorld {
    type Fs = ModelFs;

    fn fs(&self) -> &ModelFs {
        &self.fs
    }

    fn now(&self) -> Now {
        self.outside.borrow().now
    }

    fn offset_minutes(&self, _: Wall) -> i32 {
        540
    }

    fn reach(&mut self, uid: u32) -> Reach {
        if [0, OWN, TRUSTED].contains(&uid) { Reach::Anybody } else { Reach::Configured }
    }

    fn write(&mut self, batch: Batch) {
        self.outside.borrow_mut().hand_over(batch);
    }

    fn begin(&mut self, attempt: AttemptId, provider: usize, errand: Errand) {
        let Errand { transaction, .. } = errand;
        self.assert_alive("begins an attempt");
        self.outside.borrow_mut().begin(attempt, provider, &transaction);
    }

    fn grant(&mut self, attempt: AttemptId) {
        self.assert_alive("gives leave");
        self.outside.borrow_mut().grant(attempt);
    }

    fn withdraw(&mut self, attempt: AttemptId) {
        let mut outside = self.outside.borrow_mut();
        outside.withdrawn.insert(attempt);
        if outside.mutant == Some(Mutant::NotTakenBack) {
            return;
        }
        let now = outside.now.monotonic;
        if let Some(link) = outside.links.get_mut(&attempt) {
            assert!(!link.may_send_all(), "it sends its last octets, and is taken back");
            link.withdraw(now);
            outside.marks.hit("taken back");
        }
    }

    fn drill(&mut self, provider: usize, with_login: bool) {
        self.assert_alive("drills");
        self.outside.borrow_mut().begin_drill(provider, with_login);
    }

    fn new_id(&mut self) -> AlertId {
        let mut outside = self.outside.borrow_mut();
        outside.own += 1;
        let mut entropy = *b"notice    ";
        entropy[6..].copy_from_slice(&outside.own.to_be_bytes());
        let (now, id) = (outside.now, AlertId::new(outside.now.wall, entropy));
        outside.oracle.makes_its_own(now.monotonic, id);
        id
    }

    fn announce(&mut self, _: Announcement) {
        self.assert_alive("tells of a notice");
    }

    fn ping(&mut self, _: bool) {}
}

impl ModelWorld {
    fn assert_alive(&self, what: &str) {
        assert!(!self.fs.machine.borrow().is_off, "a dead machine {what}");
    }
}
