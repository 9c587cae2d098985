//! What the dispatcher knows of one alert: who is still without it, who refused whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use spool_format::{Address, Folder, RecipientResult, Settlement, Severity};

use crate::arrival::Arrival;
use crate::dispatcher::Wish;
use crate::pass::{HeldUp, Pass};
use crate::time::Monotonic;

/// After so many replies that were lost nobody waits for word any more: each further try there may be one more copy, and
/// tells as little as those before it.
const LOST_REPLIES: u8 = 3;

/// One recipient of an alert.
#[derive(Clone, Debug)]
struct Recipient {
    to: Address,
    settlement: Settlement,
    /// Whom it goes with.
    group: usize,
    /// Places of the providers that refused it for good.
    refused_by: BTreeSet<usize>,
    /// The provider that may have it, and has said nothing since.
    doubt: Option<usize>,
    /// Replies that were lost, in this run of the agent.
    lost_replies: u8,
    /// Whether it waits since there is no room for it, and was not asked for in this pass.
    is_kept_back: bool,
}

impl Recipient {
    const fn is_open(&self) -> bool {
        matches!(self.settlement, Settlement::Open | Settlement::Uncertain)
    }
}

/// What an attempt came to for one recipient, before it is known whether another provider can help.
#[derive(Debug)]
pub(crate) struct Judged {
    /// For the journal; `Open` may still become `Refused`.
    pub(crate) result: RecipientResult,
    /// Whether this provider need not be asked for the recipient again.
    pub(crate) refused_for_good: bool,
    /// What went wrong, for the reason of a death.
    pub(crate) trouble: Option<String>,
}

/// Recipients for whom the same providers may be asked, in the same order.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Places of the providers, the preferred one first.
    pub(crate) order: Arc<[usize]>,
    /// The provider to ask before the others, since it may have the alert already.
    pub(crate) first: Option<usize>,
    /// The provider to ask behind the others, since it never gives word.
    last: Option<usize>,
}

/// Whether none of those who may be asked is left; where nobody may be asked, nobody has refused.
fn is_refused_by_all(order: &[usize], refused_by: &BTreeSet<usize>) -> bool {
    !order.is_empty() && order.iter().all(|place| refused_by.contains(place))
}

/// The place of the group with this order, which may be new.
fn group_of(groups: &mut Vec<Group>, order: Arc<[usize]>) -> usize {
    groups.iter().position(|group| group.order == order).unwrap_or_else(|| {
        groups.push(Group { order, first: None, last: None });
        groups.len() - 1
    })
}

/// An alert that is not settled.
#[derive(Clone, Debug)]
pub(crate) struct Alert {
    pub(crate) folder: Folder,
    pub(crate) severity: Severity,
    pub(crate) key: Option<String>,
    pub(crate) is_canary: bool,
    pub(crate) ends: Monotonic,
    /// Until when it counts as fresh, in its first pass.
    pub(crate) fresh_until: Monotonic,
    /// Size of its file.
    pub(crate) octets: u64,
    recipients: Vec<Recipient>,
    pub(crate) groups: Vec<Group>,
    pub(crate) passes: u32,
    pub(crate) attempts: u32,
    pub(crate) pass: Option<Pass>,
    /// Since when it is held.
    pub(crate) held: Option<Monotonic>,
    /// Until when a person wants it to be tried, whatever history says.
    pub(crate) urged_until: Option<Monotonic>,
    /// What a person wants when the attempt that runs has failed.
    pub(crate) wish: Option<Wish>,
    /// Whether nobody answered in its last pass.
    pub(crate) is_unanswered: bool,
    /// What holds it up since its last pass.
    pub(crate) held_up: HeldUp,
    /// When its next pass is due by the last line that puts it off.
    pub(crate) put_off_until: Monotonic,
    /// Whether the journal says that it waits for room, and nothing has happened since.
    pub(crate) is_told_to_wait: bool,
    last_trouble: Option<String>,
}

impl Alert {
    /// Takes in an arrival and its past; `place` knows where a provider of this name stands, `order` who may be asked for
    /// a recipient. What was told of a provider that the configuration no longer has is of no use.
    pub(crate) fn new(
        arrival: Arrival,
        (ends, fresh_until, now): (Monotonic, Monotonic, Monotonic),
        place: impl Fn(&str) -> Option<usize>,
        order: impl Fn(&Address) -> Arc<[usize]>,
    ) -> Self {
        let past = arrival.past;
        let mut recipients: Vec<Recipient> = Vec::with_capacity(arrival.recipients.len());
        let mut groups: Vec<Group> = Vec::with_capacity(1);
        for to in arrival.recipients {
            if recipients.iter().any(|other| other.to == to) {
                continue;
            }
            let order = order(&to);
            let group = group_of(&mut groups, order);
            let settled = past.settled.iter().find(|(who, _)| *who == to);
            let mut refusals = past.refused_by.iter().filter(|(who, _)| *who == to).peekable();
            let has_refusals = refusals.peek().is_some();
            let refused_by: BTreeSet<usize> = refusals.filter_map(|(_, name)| place(name)).collect();
            let doubt =
                past.uncertain_at.iter().find(|(who, _)| *who == to).and_then(|(_, name)| place(name));
            groups[group].first = groups[group].first.or(doubt);
            recipients.push(Recipient {
                settlement: match settled.map(|(_, settlement)| *settlement) {
                    Some(Settlement::Delivered) => Settlement::Delivered,
                    // The configuration may have lost some that it had then, and have others now.
                    _ if is_refused_by_all(&groups[group].order, &refused_by) => Settlement::Refused,
                    Some(Settlement::Refused) if !has_refusals => Settlement::Refused,
                    Some(Settlement::Uncertain) => Settlement::Uncertain,
                    Some(Settlement::Refused | Settlement::Open) | None => Settlement::Open,
                },
                group,
                refused_by,
                // Who may not be asked any more will never give word.
                doubt: doubt.filter(|place| groups[group].order.contains(place)),
                lost_replies: u8::from(doubt.is_some()),
                is_kept_back: false,
                to,
            });
        }
        groups.shrink_to_fit();
        Self {
            folder: arrival.folder,
            severity: arrival.severity,
            key: arrival.key,
            is_canary: arrival.canary.is_some(),
            ends,
            fresh_until,
            octets: arrival.octets,
            recipients,
            groups,
            passes: past.passes,
            attempts: past.attempts,
            pass: None,
            held: past.is_held.then_some(now),
            urged_until: None,
            wish: None,
            is_unanswered: false,
            held_up: HeldUp::By(Vec::new()),
            put_off_until: Monotonic::default(),
            is_told_to_wait: false,
            last_trouble: None,
        }
    }

    /// Begins a pass over the providers.
    pub(crate) fn begin_pass(&mut self) {
        self.pass = Some(Pass::new(self.groups.iter().map(|group| (&*group.order, group.first, group.last))));
        self.recipients.iter_mut().for_each(|recipient| recipient.is_kept_back = false);
    }

    /// There is no room for some of its recipients at present, and there is for others.
    pub(crate) fn keeps_back(&mut self, wait: &[Address], go: &[Address]) {
        for recipient in &mut self.recipients {
            recipient.is_kept_back &= !go.contains(&recipient.to);
            recipient.is_kept_back |= wait.contains(&recipient.to);
        }
    }

    /// An attempt for these begins.
    pub(crate) fn are_asked(&mut self, recipients: &[Address]) {
        self.is_told_to_wait = false;
        self.keeps_back(&[], recipients);
    }

    /// Those who are open, if all of them wait for room.
    pub(crate) fn all_kept_back(&self) -> Option<Vec<Address>> {
        let mut open = self.recipients.iter().filter(|recipient| recipient.is_open()).peekable();
        open.peek()?;
        open.map(|recipient| recipient.is_kept_back.then(|| recipient.to.clone())).collect()
    }

    /// Recipients of a group that this provider can be asked for now. One that may have the alert elsewhere waits for word
    /// from there: a second copy is worth it to a critical alert alone.
    pub(crate) fn open_for(&self, group: usize, provider: usize) -> Vec<Address> {
        let may = |recipient: &&Recipient| {
            let elsewhere = recipient.doubt.is_some_and(|place| place != provider);
            self.severity == Severity::Critical || !elsewhere
        };
        self.to_be_asked(group, provider).filter(may).map(|recipient| recipient.to.clone()).collect()
    }

    /// Whether this provider can be of use to a group in this pass.
    pub(crate) fn is_of_use(&self, group: usize, provider: usize) -> bool {
        self.to_be_asked(group, provider).next().is_some()
    }

    /// Whether it waits, and would get on if this provider worked.
    pub(crate) fn is_held_up_by(&self, provider: usize) -> bool {
        let mut groups = self.groups.iter().enumerate();
        self.pass.is_none()
            && self.held_up.is_by(provider)
            && groups.any(|(group, it)| it.order.contains(&provider) && self.is_of_use(group, provider))
    }

    fn to_be_asked(&self, group: usize, provider: usize) -> impl Iterator<Item = &Recipient> {
        let skip_uncertain = self.pass.as_ref().is_some_and(|pass| pass.waits_for_certainty);
        self.recipients
            .iter()
            .filter(move |recipient| recipient.group == group)
            .filter(move |recipient| recipient.is_open() && !recipient.refused_by.contains(&provider))
            .filter(move |recipient| !(skip_uncertain && recipient.settlement == Settlement::Uncertain))
    }

    /// The groups of these recipients, each once.
    pub(crate) fn groups_of(&self, recipients: &[Address]) -> BTreeSet<usize> {
        let named = self.recipients.iter().filter(|recipient| recipients.contains(&recipient.to));
        named.map(|recipient| recipient.group).collect()
    }

    /// Whether somebody of a group is not settled.
    pub(crate) fn somebody_is_open_in(&self, group: usize) -> bool {
        self.recipients.iter().any(|recipient| recipient.group == group && recipient.is_open())
    }

    /// Everybody whom it is for.
    pub(crate) fn everybody(&self) -> Vec<Address> {
        self.recipients.iter().map(|recipient| recipient.to.clone()).collect()
    }

    /// Everybody who is not settled.
    pub(crate) fn open(&self) -> Vec<Address> {
        let open = self.recipients.iter().filter(|recipient| recipient.is_open());
        open.map(|recipient| recipient.to.clone()).collect()
    }

    /// It is not for the ones any more, unless they have it, and for the others, each of whom has an order of providers.
    pub(crate) fn readdress(
        &mut self,
        removed: &[Address],
        added: impl Iterator<Item = (Address, Arc<[usize]>)>,
    ) {
        let has_it = |recipient: &Recipient| recipient.settlement == Settlement::Delivered;
        self.recipients.retain(|recipient| has_it(recipient) || !removed.contains(&recipient.to));
        for (to, order) in added {
            if self.recipients.iter().any(|other| other.to == to) {
                continue;
            }
            let group = group_of(&mut self.groups, order);
            let (settlement, refused_by) = (Settlement::Open, BTreeSet::new());
            self.recipients.push(Recipient {
                to,
                settlement,
                group,
                refused_by,
                doubt: None,
                lost_replies: 0,
                is_kept_back: false,
            });
        }
    }

    /// Whether every recipient is settled.
    pub(crate) fn nobody_is_open(&self) -> bool {
        !self.recipients.iter().any(Recipient::is_open)
    }

    /// How it stands with one recipient.
    pub(crate) fn standing(&self, to: &Address) -> Settlement {
        let known = self.recipients.iter().find(|recipient| recipient.to == *to);
        known.map_or(Settlement::Open, |recipient| recipient.settlement)
    }

    pub(crate) fn settled_as(&self, settlement: Settlement) -> Vec<Address> {
        let as_asked = self.recipients.iter().filter(|recipient| recipient.settlement == settlement);
        as_asked.map(|recipient| recipient.to.clone()).collect()
    }

    /// Takes in what an attempt at a provider came to, and gives the lines for the journal: who was refused for good by the
    /// last of its providers is refused.
    pub(crate) fn settle(&mut self, provider: usize, judged: Vec<Judged>) -> Vec<RecipientResult> {
        let mut results = Vec::with_capacity(judged.len());
        let mut asked = BTreeSet::new();
        for Judged { mut result, refused_for_good, trouble } in judged {
            if let Some(recipient) = self.recipients.iter_mut().find(|recipient| recipient.to == result.to) {
                asked.insert(recipient.group);
                if refused_for_good {
                    recipient.refused_by.insert(provider);
                    if is_refused_by_all(&self.groups[recipient.group].order, &recipient.refused_by) {
                        result.result = Settlement::Refused;
                    }
                }
                recipient.settlement = result.result;
                if result.result == Settlement::Uncertain {
                    recipient.lost_replies = recipient.lost_replies.saturating_add(1);
                    // Nobody else in this pass: only a critical alert risks a second copy at once.
                    if let Some(pass) = &mut self.pass {
                        pass.waits_for_certainty |= self.severity != Severity::Critical;
                    }
                    let group = &mut self.groups[recipient.group];
                    if recipient.lost_replies < LOST_REPLIES {
                        // The one that may have it is asked first.
                        recipient.doubt = Some(provider);
                        group.first = Some(provider);
                    } else {
                        recipient.doubt = None;
                        group.first = group.first.filter(|first| *first != provider);
                        group.last = Some(provider);
                    }
                } else if recipient.doubt == Some(provider) {
                    recipient.doubt = None;
                }
            }
            if trouble.is_some() {
                self.last_trouble = trouble;
            }
            results.push(result);
        }
        let is_in_doubt = |group| {
            let mut others = self.recipients.iter().filter(|recipient| recipient.group == group);
            others.any(|recipient| recipient.is_open() && recipient.doubt == Some(provider))
        };
        let is_settled = |group: &usize| {
            let delivered = |result: &RecipientResult| result.result == Settlement::Delivered;
            !is_in_doubt(*group) && results.iter().any(delivered)
        };
        for group in asked.into_iter().filter(is_settled).collect::<Vec<_>>() {
            let group = &mut self.groups[group];
            group.first = group.first.filter(|first| *first != provider);
        }
        results
    }

    /// The places that come before this one for those of an attempt's recipients who have it now, each once.
    pub(crate) fn places_before(&self, provider: usize, results: &[RecipientResult]) -> BTreeSet<usize> {
        let delivered = results.iter().filter(|result| result.result == Settlement::Delivered);
        let groups = delivered.filter_map(|result| {
            self.recipients.iter().find(|recipient| recipient.to == result.to).map(|it| it.group)
        });
        let before =
            |group: usize| self.groups[group].order.iter().copied().take_while(|place| *place != provider);
        groups.flat_map(before).collect()
    }

    /// Why it was not taken where it was tried last, in words.
    pub(crate) fn last_trouble(&self) -> Option<String> {
        self.last_trouble.clone()
    }

    /// Why nothing more will be tried, in words; `None` while something will.
    pub(crate) fn cause_of_death(&self, now: Monotonic) -> Option<String> {
        if self.recipients.is_empty() {
            return Some(
                "it names no recipient that can be used, and no default recipient is configured: set `to` in [alerts], or an alias `default`, and requeue it".to_owned(),
            );
        }
        let last = self
            .last_trouble
            .as_ref()
            .map_or_else(String::new, |trouble| format!("; last trouble: {trouble}"));
        if self.nobody_is_open() {
            return Some(format!("every provider refused every recipient for good{last}"));
        }
        if now < self.ends {
            return None;
        }
        let without: Vec<&str> = self
            .recipients
            .iter()
            .filter(|recipient| recipient.is_open())
            .map(|recipient| recipient.to.as_str())
            .collect();
        Some(format!("its life was over before {} had it{last}", without.join(", ")))
    }
}
