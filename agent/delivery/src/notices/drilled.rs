//! What drills have found, as far as people are to hear of it: a provider that could not take an alert, a certificate near
//! its end, something that is missed.
//!
//! Each line of a drill holds all that is known, so that a start takes the last one up again and tells nothing twice.

use spool_format::{Drill, DrillResult, NoticeKind};

use super::Notices;
use crate::time::Now;

impl Notices {
    /// A drill has begun or ended, or an earlier run knew of it.
    pub(super) fn was_drilled(&mut self, now: Now, drill: &Drill) {
        let Some(result) = drill.result.as_ref().filter(|_| !drill.is_running()) else { return };
        let provider = &drill.provider;
        if !self.settings.drilled.contains(provider) {
            return;
        }
        // Who fails while alerts go another way is told of already.
        let is_told = self.lasts(NoticeKind::ProviderFailing, provider);
        match drill.failure() {
            None => self.condition(now, NoticeKind::DrillFailed, provider, None),
            Some(failed) if failed.is_lasting_trouble() && !is_told => {
                let why = format!("at {}: {}", failed.phase, failed.text);
                self.condition(now, NoticeKind::DrillFailed, provider, Some(&why));
            }
            Some(_) => {}
        }
        self.certificate(now, provider, result);
        if !result.missing.is_empty() {
            let what = format!("it no longer offers {}", result.missing.join(", "));
            self.misses(now, provider, result, &what);
        }
    }

    /// One that has ended makes the drill fail: then something is said already.
    fn certificate(&mut self, now: Now, provider: &str, result: &DrillResult) {
        let end = result.certificate_end;
        let soon = end.filter(|end| end.since(result.ended) < self.settings.certificate_ends);
        match soon {
            Some(end) if result.ok => {
                let why = format!("it ends on {}", end.day());
                self.condition(now, NoticeKind::CertificateEnds, provider, Some(&why));
            }
            Some(_) => {}
            None => self.condition(now, NoticeKind::CertificateEnds, provider, None),
        }
    }

    /// What is gone is gone at the next drill, too: it is told of once.
    fn misses(&mut self, now: Now, provider: &str, result: &DrillResult, what: &str) {
        let item = self.item(now, NoticeKind::OffersLess, provider);
        let known = item.notice();
        if known.untold == 0 && known.told.is_none_or(|told| told < result.ended) {
            item.happens(now, what);
        }
    }

    /// An alert went another way than through this one, of which people know that a drill has failed.
    pub(super) fn is_told_of_by_a_drill(&mut self, provider: &str) -> bool {
        let key = (NoticeKind::DrillFailed, provider.to_owned());
        let Some(item) = self.items.get_mut(&key).filter(|item| item.lasts()) else { return false };
        item.counts_one_more();
        true
    }
}
