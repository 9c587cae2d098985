//! What drills have found, as far as people are to hear of it: a provider that could not take an alert, a certificate near
//! its end, something that is missed.
//!
//! Each line of a drill holds all that is known, so that a start takes the last one up again and tells nothing twice.

use spool_format::{Canary, Drill, DrillResult, NoticeKind};

use super::Notices;
use crate::time::Now;

/// Why a provider could not take an alert, as far as drills and canaries have found out.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) drill: Option<String>,
    canary: Option<String>,
}

impl Notices {
    /// A drill has begun or ended, or an earlier run knew of it.
    pub(super) fn was_drilled(&mut self, now: Now, drill: &Drill) {
        let Some(result) = drill.result.as_ref().filter(|_| !drill.is_running()) else { return };
        let provider = &drill.provider;
        if !self.settings.drilled.contains(provider) {
            return;
        }
        match drill.failure() {
            None => self.is_found(now, provider, |found| found.drill = None),
            Some(failed) if failed.is_lasting_trouble() => {
                let why = format!("at {}: {}", failed.phase, failed.text);
                self.is_found(now, provider, |found| found.drill = Some(why));
            }
            Some(_) => {}
        }
        self.certificate(now, provider, result);
        if !result.missing.is_empty() {
            let what = format!("it no longer offers {}", result.missing.join(", "));
            self.misses(now, provider, result, &what);
        }
    }

    /// A canary mail is on its way or settled, or an earlier run knew of it.
    pub(super) fn was_sent_a_canary(&mut self, now: Now, canary: &Canary) {
        if canary.ended.is_none() || !self.settings.drilled.contains(&canary.provider) {
            return;
        }
        let why = canary.failed().map(|_| format!("a canary mail did not get through: {}", canary.text));
        self.is_found(now, &canary.provider, |found| found.canary = why);
    }

    /// Takes in what is wrong with a provider, or no longer is. Who fails while alerts go another way is told of already.
    pub(super) fn is_found(&mut self, now: Now, provider: &str, change: impl FnOnce(&mut Found)) {
        let found = self.found.entry(provider.to_owned()).or_default();
        change(found);
        let why = found.drill.clone().or_else(|| found.canary.clone());
        if why.is_none() || !self.lasts(NoticeKind::ProviderFailing, provider) {
            self.condition(now, NoticeKind::DrillFailed, provider, why.as_deref());
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
