//! One pass over the providers for one alert: in their order, everybody who is still open goes on to the next. Recipients
//! with the same order go together, as a group; groups do not wait for each other.
//!
//! A pass knows which providers it has not asked, which attempts run, and which of them has leave to send. A provider
//! that is passed over stays among those that are left: it may be there again before the pass is over.

use crate::command::AttemptId;

/// What attempts find of the network. The order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// Nothing yet.
    Unknown,
    /// This machine has none.
    None,
    /// Nobody answered, and nobody knows why.
    Unanswered,
    /// Whatever is wrong, it is not the network.
    There,
}

/// What holds an alert up between two passes, beside its pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldUp {
    /// Providers, by their places, that were out of order: when one of them works again, the alert is due.
    By(Vec<usize>),
    /// It is due for that, and before its time: not twice in a row, or a provider that works now and then would have it tried
    /// without a pause.
    CalledUp,
}

impl HeldUp {
    /// Whether this provider's return is news for it.
    pub fn is_by(&self, place: usize) -> bool {
        matches!(self, Self::By(places) if places.contains(&place))
    }

    /// After one more pass.
    #[must_use]
    pub fn after(&self, pass: Option<&Pass>) -> Self {
        let places = pass.filter(|_| *self != Self::CalledUp).map(Pass::out_of_order);
        Self::By(places.unwrap_or_default())
    }
}

/// Where a pass is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// For each group of recipients the places of the providers that were not asked for it, in the order of this pass.
    left: Vec<Vec<usize>>,
    /// Groups and providers whose attempt was taken back, since another one was faster: they may be asked once more.
    again: Vec<(usize, usize)>,
    /// The attempts that run.
    pub attempts: Vec<AttemptId>,
    /// The attempts that have leave to enter DATA; no two of them are for the same group.
    pub leave: Vec<AttemptId>,
    /// The providers for whose connections it waits.
    pub waits_at: Vec<usize>,
    /// The providers that were out of order before they had heard anything of the alert.
    pub failed: Vec<usize>,
    /// Whether anybody was asked.
    pub has_tried: bool,
    /// Whether the network has changed since it began.
    pub is_outdated: bool,
    /// The best that its attempts have found of the network.
    pub network: Network,
    /// Whether recipients that may have the alert already are left for a later pass.
    pub waits_for_certainty: bool,
}

impl Pass {
    /// A new pass. Each group has the places of its providers in order, the one that is to come before the others, and the
    /// one that is to come behind them.
    pub fn new<'a>(groups: impl Iterator<Item = (&'a [usize], Option<usize>, Option<usize>)>) -> Self {
        let in_order = |(order, first, last): (&[usize], Option<usize>, Option<usize>)| {
            let first = first.filter(|place| order.contains(place));
            let last = last.filter(|place| order.contains(place) && Some(*place) != first);
            let rest = order.iter().copied().filter(|place| Some(*place) != first && Some(*place) != last);
            first.into_iter().chain(rest).chain(last).collect()
        };
        Self {
            left: groups.map(in_order).collect(),
            again: Vec::new(),
            attempts: Vec::new(),
            leave: Vec::new(),
            waits_at: Vec::new(),
            failed: Vec::new(),
            has_tried: false,
            is_outdated: false,
            network: Network::Unknown,
            waits_for_certainty: false,
        }
    }

    /// The providers that were not asked for a group, in order.
    pub fn left(&self, group: usize) -> &[usize] {
        &self.left[group]
    }

    /// This provider is asked for the group, or has nothing to be asked for.
    pub fn is_done_with(&mut self, group: usize, place: usize) {
        self.left[group].retain(|left| *left != place);
        self.again.retain(|again| *again != (group, place));
    }

    /// The attempt there was taken back without an answer: it is the first that is left, once.
    pub fn may_ask_again(&mut self, group: usize, place: usize) {
        if !self.left[group].contains(&place) {
            self.left[group].insert(0, place);
            self.again.push((group, place));
        }
    }

    /// The provider had no connection for it: it stays the first that is left.
    pub fn was_turned_away(&mut self, group: usize, place: usize) {
        if !self.left[group].contains(&place) {
            self.left[group].insert(0, place);
        }
    }

    /// The providers that would have to work for the alert to get on: those that were left out, and those that failed whatever
    /// the alert.
    pub fn out_of_order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.left.iter().flatten().chain(&self.failed).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether the attempt there was taken back in this pass, so that it may be asked though it is left out.
    pub fn is_asked_again(&self, group: usize, place: usize) -> bool {
        self.again.contains(&(group, place))
    }

    /// Whether nobody has answered in it, so that the network may be to blame.
    pub const fn found_nobody(&self) -> bool {
        matches!(self.network, Network::None | Network::Unanswered)
    }

    /// Whether it ended with nothing but the news that this machine has no network.
    pub const fn found_no_network(&self) -> bool {
        matches!(self.network, Network::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(order: &[usize], first: Option<usize>) -> Pass {
        Pass::new([(order, first, None)].into_iter())
    }

    #[test]
    fn the_preferred_provider_comes_first_and_the_others_keep_their_order() {
        for (first, expected) in [(None, vec![0, 1, 2]), (Some(2), vec![2, 0, 1]), (Some(9), vec![0, 1, 2])] {
            assert_eq!(one(&[0, 1, 2], first).left(0), expected, "{first:?}");
        }
    }

    #[test]
    fn who_never_gives_word_comes_behind_the_others() {
        for (first, last, expected) in
            [(None, 0, [1, 2, 0]), (Some(2), 0, [2, 1, 0]), (Some(0), 0, [0, 1, 2])]
        {
            let pass = Pass::new([(&[0, 1, 2][..], first, Some(last))].into_iter());
            assert_eq!(pass.left(0), expected, "{first:?}");
        }
    }

    #[test]
    fn a_provider_that_was_taken_back_is_asked_once_more_and_before_the_others() {
        let mut pass = one(&[0, 1, 2], None);
        pass.is_done_with(0, 0);
        pass.may_ask_again(0, 0);
        assert!((pass.left(0), pass.is_asked_again(0, 0)) == (&[0, 1, 2], true));
        pass.is_done_with(0, 0);
        assert!((pass.left(0), pass.is_asked_again(0, 0)) == (&[1, 2], false));
    }

    #[test]
    fn who_was_asked_for_some_recipients_is_still_there_for_the_others() {
        let mut pass = Pass::new([(&[1, 0][..], None, None), (&[0][..], None, None)].into_iter());
        pass.is_done_with(0, 0);
        assert_eq!((pass.left(0), pass.left(1)), (&[1][..], &[0][..]));
    }
}
