//! The ground under the hands: the spool that may go and come back at its path, and the end.

use spool_format::{Event as Fact, Layout};

use super::hands::Hands;
use super::{End, Real, World as _};
use crate::log;
use crate::spool::Folders;
use crate::spool::lock::Lock;
use crate::spool::writer::Deed;

impl Hands<Real> {
    /// Nothing is at the path of the spool any more. What is in hand goes on; the folder may come back.
    pub(super) fn spool_is_gone(&mut self, layout: &Layout) {
        if !std::mem::replace(&mut self.is_gone, true) {
            log::spool_is_gone(layout.root());
        }
    }

    /// Another spool is at the path than the one that is open: the path counts, since that is where alerts come.
    pub(super) fn open_anew(&mut self, layout: &Layout) {
        let opened = Folders::open(self.world.fs(), layout).map_err(|error| error.to_string());
        let mut lock = || self.world.lock.renew(&layout.lock()).map_err(|error| error.to_string());
        match opened.and_then(|folders| lock().map(|()| folders)) {
            Ok(folders) => {
                self.is_gone = false;
                self.folders = folders;
                log::opened_anew(layout.root());
                self.batch.deeds.push(Deed::OpenAnew(layout.clone()));
            }
            Err(why) => {
                if !std::mem::replace(&mut self.is_gone, true) {
                    log::cannot_open_anew(&why);
                }
            }
        }
    }

    /// Says goodbye to the providers and to the journal. The spool is still locked.
    pub(super) async fn part(mut self, end: End) -> Lock {
        let is_clean = end == End::Clean;
        self.world.carrier.close().await;
        if is_clean {
            self.batch.deeds.push(Deed::Line(Fact::Stopped));
            self.batch.sync = true;
        }
        self.flush();
        self.world.writer.finish();
        log::stopped(is_clean);
        self.world.lock
    }
}
