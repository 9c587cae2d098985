//! What is to be said of what a drill has seen: that the provider cannot be used, will not be for long, or offers less than
//! it did.

use std::time::Duration;

use smtp::Phase;
use spool_format::{DrillResult, Wall};

use super::Sighting;

const DAY: Duration = Duration::from_hours(24);

/// What is missed when it is gone, beside mechanisms of AUTH. Others come and go.
const MATTERS: [&str; 6] = ["STARTTLS", "AUTH", "8BITMIME", "SMTPUTF8", "PIPELINING", "CHUNKING"];

/// One sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// What somebody should look at.
    pub(super) warnings: Vec<String>,
    /// What is no longer offered.
    pub(super) missing: Vec<String>,
    /// What is nothing bad by itself.
    pub(super) changes: Vec<String>,
}

/// What this drill has to say, after the last one. A certificate that ends within `soon` deserves a word.
pub(super) fn of(now: Wall, seen: &Sighting, last: Option<&DrillResult>, soon: Duration) -> News {
    let mut said = News::default();
    if let Some(failure) = &seen.failure {
        let is_login_refused = failure.phase == Phase::Auth && failure.reply().is_some();
        let what = if is_login_refused { "it refuses the login" } else { "it cannot be used" };
        said.warnings.push(format!("{what}: {failure}"));
    }
    said.warnings.extend(seen.certificate_end.and_then(|end| certificate_ends(now, end, soon)));
    let Some(last) = last else { return said };
    if let (Some(key), Some(before)) = (&seen.key, &last.key)
        && key != before
    {
        said.changes.push(format!("its certificate has another key than before: {key}, was {before}"));
    }
    let Some(offers) = &seen.offers else { return said };
    let is_missed = |offer: &&String| {
        let matters = MATTERS.contains(&offer.as_str()) || offer.starts_with("AUTH ");
        matters && !offers.contains(offer)
    };
    said.missing = last.offers.iter().filter(is_missed).cloned().collect();
    if !said.missing.is_empty() {
        said.warnings.push(format!("it no longer offers {}", said.missing.join(", ")));
    }
    if let Some(size) = seen.size
        && last.size.is_none_or(|before| size < before)
        && !last.offers.is_empty()
    {
        let before = last.size.map_or_else(|| "without a limit".to_owned(), |before| before.to_string());
        said.warnings.push(format!("it takes mails of {size} octets at most, before {before}"));
        said.missing.push("SIZE".to_owned());
    }
    said
}

fn certificate_ends(now: Wall, end: Wall, soon: Duration) -> Option<String> {
    if end <= now {
        return Some(format!("its certificate has ended on {}", end.day()));
    }
    let left = end.since(now);
    (left < soon).then(|| {
        let days = left.as_secs() / DAY.as_secs();
        format!("its certificate ends in {days} days, on {}", end.day())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::{Failure, Reply, ReplyCode, Trouble};

    const SOON: Duration = Duration::from_hours(14 * 24);

    fn result(ended: i64, seen: &Sighting, last: Option<&DrillResult>) -> DrillResult {
        super::super::result(Wall::from_unix_ms(ended), (seen, None), last, SOON)
    }

    fn good() -> Sighting {
        Sighting {
            login: true,
            key: Some("aa".into()),
            certificate_end: Some(Wall::from_unix_ms(0).plus(DAY * 100)),
            offers: Some(
                ["AUTH", "AUTH PLAIN", "AUTH LOGIN", "8BITMIME", "XWHATEVER"].map(str::to_owned).to_vec(),
            ),
            size: Some(1000),
            ..Sighting::default()
        }
    }

    fn after_a_good_one(seen: &Sighting, day: u32) -> News {
        let last = result(0, &good(), None);
        of(Wall::from_unix_ms(0).plus(DAY * day), seen, Some(&last), SOON)
    }

    fn without(offer: &str) -> Sighting {
        let offers = good().offers.map(|all| all.into_iter().filter(|it| it != offer).collect());
        Sighting { offers, ..good() }
    }

    #[test]
    fn what_has_become_worse_since_the_last_drill_is_news_and_the_rest_is_not() {
        let refused = Failure::new(Phase::Auth, Trouble::Reply(Reply::new(ReplyCode(535), ["5.7.8 no"])));
        let gone = Failure::connect("connection refused");
        for (seen, day, expected) in [
            (good(), 1, vec![]),
            (good(), 86, vec![]),
            (good(), 87, vec!["its certificate ends in 13 days, on 1970-04-11"]),
            (good(), 100, vec!["its certificate has ended on 1970-04-11"]),
            (without("AUTH PLAIN"), 1, vec!["it no longer offers AUTH PLAIN"]),
            (without("8BITMIME"), 1, vec!["it no longer offers 8BITMIME"]),
            (without("XWHATEVER"), 1, vec![]),
            (
                Sighting { size: Some(999), ..good() },
                1,
                vec!["it takes mails of 999 octets at most, before 1000"],
            ),
            (Sighting { size: Some(1001), ..good() }, 1, vec![]),
            (Sighting { size: None, ..good() }, 1, vec![]),
            // What was not seen is not missing.
            (Sighting { offers: None, size: None, key: None, ..good() }, 1, vec![]),
        ] {
            let said = after_a_good_one(&seen, day);
            assert_eq!(
                (said.warnings, said.changes),
                (expected.into_iter().map(str::to_owned).collect(), vec![])
            );
        }
        let said =
            |failure: Failure| after_a_good_one(&Sighting { failure: Some(failure), ..good() }, 1).warnings;
        assert!(said(refused)[0].starts_with("it refuses the login: "), "the reason stands there");
        assert!(said(gone)[0].starts_with("it cannot be used: "));
    }

    #[test]
    fn another_key_is_told_of_and_is_nothing_bad() {
        let said = after_a_good_one(&Sighting { key: Some("bb".into()), ..good() }, 1);
        let changes = vec!["its certificate has another key than before: bb, was aa".to_owned()];
        assert_eq!(said, News { changes, ..News::default() });
    }

    #[test]
    fn a_first_drill_has_nothing_to_compare_with() {
        assert_eq!(of(Wall::from_unix_ms(0), &good(), None, SOON), News::default());
    }

    #[test]
    fn what_a_failed_drill_did_not_see_is_compared_by_the_next_one() {
        let failed = Sighting { failure: Some(Failure::connect("refused")), ..Sighting::default() };
        let first = result(0, &good(), None);
        let second = result(1, &failed, Some(&first));
        let third = of(Wall::from_unix_ms(2), &without("AUTH LOGIN"), Some(&second), SOON);
        assert_eq!(third.warnings, ["it no longer offers AUTH LOGIN"]);
    }
}
