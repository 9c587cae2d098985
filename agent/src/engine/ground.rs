//! The ground under the hands: the spool that may go and come back at its path, and the end.

use spool_format::{Event as Fact, Layout};

use super::hands::Hands;
use super::{End, Eyes, Real, World};
use crate::log;
use crate::spool::lock::Lock;
use crate::spool::writer::Deed;
use crate::spool::{Folders, Place};

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
}

/// What the loop stands on: a spool that somebody watches, and what is left to be done at the end.
pub(super) trait Ground: World + Sized {
    /// What keeps other agents away, and holds beyond the end of the loop.
    type Lock;

    /// Begins to watch the spool, and says whether that can be done.
    fn watches(eyes: &mut Eyes) -> bool;
    /// Sees to it that what is open and watched is what is at the path now. Says whether it is watched.
    fn look_after(eyes: &mut Eyes, hands: &mut Hands<Self>) -> bool;
    /// Says goodbye to the providers.
    fn leaves(&mut self) -> impl Future<Output = ()>;
    /// Lets the writer finish.
    fn finishes(self) -> Self::Lock;
}

impl Ground for Real {
    type Lock = Lock;

    fn watches(eyes: &mut Eyes) -> bool {
        eyes.watch.begin()
    }

    fn look_after(eyes: &mut Eyes, hands: &mut Hands<Self>) -> bool {
        match hands.folders.place(&eyes.layout) {
            Place::Same => eyes.watch.begin(),
            Place::Gone => {
                hands.spool_is_gone(&eyes.layout);
                false
            }
            Place::Replaced => {
                hands.open_anew(&eyes.layout);
                eyes.watch.begin_anew()
            }
        }
    }

    fn leaves(&mut self) -> impl Future<Output = ()> {
        self.carrier.close()
    }

    fn finishes(self) -> Lock {
        self.writer.finish();
        self.lock
    }
}

impl<W: Ground> Hands<W> {
    /// Says goodbye to the providers and to the journal. The spool is still locked.
    pub(super) async fn part(mut self, end: End) -> W::Lock {
        let is_clean = end == End::Clean;
        self.world.leaves().await;
        if is_clean {
            self.batch.deeds.push(Deed::Line(Fact::Stopped));
            self.batch.sync = true;
        }
        self.flush();
        let lock = self.world.finishes();
        log::stopped(is_clean);
        lock
    }
}
