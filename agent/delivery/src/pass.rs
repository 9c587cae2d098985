//! One pass over the providers for one alert: in the configured order, everybody who is still open goes on to the next.
//!
//! A pass remembers only where it is. It never waits: what cannot be tried now waits for a free connection, or for the
//! next pass.

use crate::command::AttemptId;

/// Where a pass is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Places of the providers, in the order of this pass.
    order: Vec<usize>,
    /// How many of them were tried or passed over.
    position: usize,
    /// The attempt that runs.
    pub attempt: Option<AttemptId>,
    /// Whether recipients that may have the alert already are left for a later pass.
    pub waits_for_certainty: bool,
}

impl Pass {
    /// A new pass over `providers` providers, with `first` moved to the front.
    pub fn new(providers: usize, first: Option<usize>) -> Self {
        let first = first.filter(|place| *place < providers);
        let rest = (0..providers).filter(|place| Some(*place) != first);
        Self {
            order: first.into_iter().chain(rest).collect(),
            position: 0,
            attempt: None,
            waits_for_certainty: false,
        }
    }

    /// The provider whose turn it is; `None` when the pass is over.
    pub fn current(&self) -> Option<usize> {
        self.order.get(self.position).copied()
    }

    /// Goes on to the next provider.
    pub const fn advance(&mut self) {
        self.position += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_provider_comes_first_and_the_others_keep_their_order() {
        for (first, expected) in [(None, vec![0, 1, 2]), (Some(2), vec![2, 0, 1]), (Some(9), vec![0, 1, 2])] {
            let mut pass = Pass::new(3, first);
            let mut seen = Vec::new();
            while let Some(place) = pass.current() {
                seen.push(place);
                pass.advance();
            }
            assert_eq!(seen, expected, "{first:?}");
        }
    }
}
