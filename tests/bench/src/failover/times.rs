//! Times of the same thing in several starts, as a table shows them.

use serde_json::{Value, json};

use super::course::Took;
use crate::report::median_and_p99;

/// What was measured, once or more often.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) all: Vec<Took>,
    /// How many mails each of them is about.
    pub(super) count: u32,
    /// How long each was waited for.
    pub(super) seconds: u64,
}

impl Times {
    /// The median and the maximum, if all have come in time.
    fn whole(&self) -> Option<(f64, f64)> {
        let numbers: Option<Vec<f64>> = self.all.iter().map(|took| took.ms()).collect();
        let mut numbers = numbers.filter(|numbers| !numbers.is_empty())?;
        let (median, _) = median_and_p99(&mut numbers);
        Some((median, numbers[numbers.len() - 1]))
    }

    /// The median, or what there was when time was up.
    pub(super) fn shown(&self) -> Value {
        let fewest = self.all.iter().filter_map(|took| match took {
            Took::Only(came) => Some(came),
            Took::Ms(_) => None,
        });
        match fewest.min() {
            Some(_) if self.count == 1 => json!(format!("> {} s", self.seconds)),
            Some(came) => json!(format!("{came} in {} s", self.seconds)),
            None => number(self.whole().map(|(median, _)| median)),
        }
    }

    pub(super) fn max(&self) -> Value {
        number(self.whole().map(|(_, max)| max))
    }

    /// How much longer it took than that.
    pub(super) fn over(&self, other: &Self) -> Value {
        number(self.whole().zip(other.whole()).map(|((this, _), (that, _))| this - that))
    }

    /// How many times as long it took.
    pub(super) fn ratio(&self, other: &Self) -> Value {
        number(self.whole().zip(other.whole()).map(|((this, _), (that, _))| this / that))
    }
}

fn number(number: Option<f64>) -> Value {
    number.map_or(Value::Null, |number| json!(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_too_slow_once_has_no_median() {
        let times = |all: &[Took], count| Times { all: all.to_vec(), count, seconds: 10 };
        let quick = times(&[Took::Ms(2.0), Took::Ms(6.0), Took::Ms(4.0)], 1);
        assert_eq!((quick.shown(), quick.max()), (json!(4.0), json!(6.0)));
        let slow = times(&[Took::Ms(2.0), Took::Only(0)], 1);
        assert_eq!(
            (slow.shown(), slow.max(), slow.over(&quick)),
            (json!("> 10 s"), Value::Null, Value::Null)
        );
        let burst = times(&[Took::Ms(2.0), Took::Only(98), Took::Only(97)], 100);
        assert_eq!((burst.shown(), burst.ratio(&quick)), (json!("97 in 10 s"), Value::Null));
        let none = times(&[], 100);
        assert_eq!(none.shown(), Value::Null);
        assert_eq!((quick.over(&quick), quick.ratio(&quick)), (json!(0.0), json!(1.0)));
    }
}
