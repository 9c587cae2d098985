//! What is left of the quotas of a provider, as far as the journal knows: for the list of providers, and for the check.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::quota::{Budget, Usage};
use delivery::{Monotonic, Quota};
use spool_format::Wall;

use crate::notice::Tongue;

const DAY: Duration = Duration::from_hours(24);

/// How much of one limit is left; also what `providers --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Remainder {
    /// `messages` or `recipients`.
    pub(crate) unit: &'static str,
    /// In so many seconds.
    pub(crate) seconds: u64,
    /// The limit.
    pub(crate) most: u64,
    /// What has gone out in that time.
    pub(crate) used: u64,
    /// What may still go out now.
    pub(crate) left: u64,
    /// So much of the limit is for critical alerts.
    pub(crate) kept_for_critical: u64,
}

/// What is left of each limit of a provider at which these mails went out: when, and to how many recipients.
pub(crate) fn left(quota: &Quota, sent: &[(Wall, usize)], now: Wall) -> Vec<Remainder> {
    let (mut budget, start) = (Budget::new(quota), Monotonic::default());
    for (at, recipients) in sent {
        budget.has_gone(start, now.since(*at), quota.cost(*recipients));
    }
    budget.usage(start).map(Remainder::of).collect()
}

impl Remainder {
    const fn of(Usage { unit, length, most, used, kept }: Usage) -> Self {
        let left = most.saturating_sub(used);
        Self { unit: unit.as_str(), seconds: length.as_secs(), most, used, left, kept_for_critical: kept }
    }

    /// `3 of 200 messages a day`.
    pub(super) fn in_words(&self, tongue: Tongue) -> String {
        let Self { unit, most, used, .. } = self;
        let (time, span) = if self.is_of_a_day() { ("day", "日") } else { ("minute", "分") };
        let counted = if *unit == "recipients" { "人" } else { "通" };
        tongue
            .either(format!("{used} of {most} {unit} a {time}"), format!("{used}/{most}{counted}（1{span}）"))
    }

    pub(crate) const fn is_of_a_day(&self) -> bool {
        self.seconds == DAY.as_secs()
    }

    /// What somebody should know of a limit of a day that is used up, or nearly.
    fn warning(&self, tongue: Tongue) -> Option<String> {
        let is_near = self.is_of_a_day() && self.used.saturating_mul(10) >= self.most.saturating_mul(9);
        let what = match self.left {
            0 => tongue
                .either(
                    "it gets nothing until some of that is a day old",
                    "送信から1日たつ分が出るまで送信しません",
                )
                .to_owned(),
            left if left <= self.kept_for_critical => tongue.either(
                format!("the last {left} are for critical alerts"),
                format!("残り{left}は重大アラート用です"),
            ),
            left => tongue.either(format!("{left} are left"), format!("残り{left}")),
        };
        let used = self.in_words(tongue);
        is_near
            .then(|| tongue.either(format!("{used} have gone out: {what}"), format!("送信 {used}、{what}")))
    }
}

/// What somebody should know of quotas of a day that are used up, or nearly, by provider.
pub(super) fn warnings<'q>(
    tongue: Tongue,
    quotas: impl IntoIterator<Item = (&'q str, &'q Quota)>,
    sent: &BTreeMap<String, Vec<(Wall, usize)>>,
    now: Wall,
) -> Vec<String> {
    let of = |(name, quota): (&str, &Quota)| {
        let sent = sent.get(name).map_or(&[][..], Vec::as_slice);
        let said: Vec<String> = left(quota, sent, now).iter().filter_map(|it| it.warning(tongue)).collect();
        let said = said.join(tongue.either(", ", "、"));
        let whole =
            tongue.either(format!("provider `{name}`: {said}"), format!("プロバイダ「{name}」: {said}"));
        (!said.is_empty()).then_some(whole)
    };
    quotas.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Wall = Wall::from_unix_ms(1_800_000_000_000);

    fn quota(messages_per_day: u32) -> Quota {
        Quota { messages_per_day: Some(messages_per_day), messages_per_minute: Some(5), ..Quota::default() }
    }

    /// So many mails to one person each, an hour ago, and two from two days ago.
    fn sent(count: usize) -> Vec<(Wall, usize)> {
        let ago =
            |hours: u64| Wall::from_unix_ms(NOW.unix_ms() - i64::try_from(hours * 3_600_000).expect("small"));
        std::iter::repeat_n((ago(48), 1), 2).chain(std::iter::repeat_n((ago(1), 1), count)).collect()
    }

    #[test]
    fn what_is_left_is_counted_in_the_window_that_ends_now() {
        let words = |count| {
            left(&quota(20), &sent(count), NOW)
                .iter()
                .map(|it| it.in_words(Tongue::English))
                .collect::<Vec<_>>()
        };
        assert_eq!(words(7), ["0 of 5 messages a minute", "7 of 20 messages a day"]);
        assert_eq!(words(0), ["0 of 5 messages a minute", "0 of 20 messages a day"]);
        let people = Quota { recipients_per_day: Some(10), ..Quota::default() };
        let sent = [(NOW, 3), (NOW, 4)];
        assert_eq!(left(&people, &sent, NOW)[0].in_words(Tongue::English), "7 of 10 recipients a day");
        assert_eq!(left(&people, &sent, NOW)[0].left, 3);
    }

    #[test]
    fn a_day_that_is_used_up_or_nearly_is_worth_a_warning_and_a_minute_is_not() {
        for (most, count, expected) in [
            (20, 17, ""),
            (
                20,
                18,
                "provider `home`: 18 of 20 messages a day have gone out: the last 2 are for critical alerts",
            ),
            (
                20,
                20,
                "provider `home`: 20 of 20 messages a day have gone out: it gets nothing until some of that is a day old",
            ),
            (
                20,
                25,
                "provider `home`: 25 of 20 messages a day have gone out: it gets nothing until some of that is a day old",
            ),
            (3, 2, ""),
            (
                3,
                3,
                "provider `home`: 3 of 3 messages a day have gone out: it gets nothing until some of that is a day old",
            ),
        ] {
            let sent = BTreeMap::from([("home".to_owned(), sent(count))]);
            let said = warnings(Tongue::English, [("home", &quota(most)), ("other", &quota(1))], &sent, NOW);
            assert_eq!(said.join("; "), expected, "{count} of {most}");
        }
        let now = BTreeMap::from([("home".to_owned(), vec![(NOW, 1); 5])]);
        assert_eq!(
            warnings(Tongue::English, [("home", &quota(20))], &now, NOW),
            Vec::<String>::new(),
            "a minute is over soon"
        );
    }
}
