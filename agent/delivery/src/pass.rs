//! One pass over the providers for one alert: in the configured order, everybody who is still open goes on to the next.
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

/// Where a pass is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Places of the providers that were not asked, in the order of this pass.
    left: Vec<usize>,
    /// Those whose attempt was taken back, since another one was faster: they may be asked once more.
    again: Vec<usize>,
    /// The attempts that run.
    pub attempts: Vec<AttemptId>,
    /// The attempt that has leave to enter DATA.
    pub leave: Option<AttemptId>,
    /// The provider for whose connection it waits.
    pub waits_at: Option<usize>,
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
    /// A new pass over `providers` providers, with `first` moved to the front.
    pub fn new(providers: usize, first: Option<usize>) -> Self {
        let first = first.filter(|place| *place < providers);
        let rest = (0..providers).filter(|place| Some(*place) != first);
        Self {
            left: first.into_iter().chain(rest).collect(),
            again: Vec::new(),
            attempts: Vec::new(),
            leave: None,
            waits_at: None,
            has_tried: false,
            is_outdated: false,
            network: Network::Unknown,
            waits_for_certainty: false,
        }
    }

    /// The providers that were not asked, in order.
    pub fn left(&self) -> &[usize] {
        &self.left
    }

    /// This provider is asked, or has nothing to be asked for.
    pub fn is_done_with(&mut self, place: usize) {
        self.left.retain(|left| *left != place);
        self.again.retain(|again| *again != place);
    }

    /// The attempt there was taken back without an answer: it is the first that is left, once.
    pub fn may_ask_again(&mut self, place: usize) {
        if !self.left.contains(&place) {
            self.left.insert(0, place);
            self.again.push(place);
        }
    }

    /// Whether the attempt there was taken back in this pass, so that it may be asked though it is left out.
    pub fn is_asked_again(&self, place: usize) -> bool {
        self.again.contains(&place)
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

    #[test]
    fn the_preferred_provider_comes_first_and_the_others_keep_their_order() {
        for (first, expected) in [(None, vec![0, 1, 2]), (Some(2), vec![2, 0, 1]), (Some(9), vec![0, 1, 2])] {
            assert_eq!(Pass::new(3, first).left(), expected, "{first:?}");
        }
    }

    #[test]
    fn a_provider_that_was_taken_back_is_asked_once_more_and_before_the_others() {
        let mut pass = Pass::new(3, None);
        pass.is_done_with(0);
        pass.may_ask_again(0);
        assert!((pass.left(), pass.is_asked_again(0)) == (&[0, 1, 2], true));
        pass.is_done_with(0);
        assert!((pass.left(), pass.is_asked_again(0)) == (&[1, 2], false));
    }
}
