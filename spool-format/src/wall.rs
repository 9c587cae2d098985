//! Civil time as it is stored: milliseconds since 1970, written as RFC 3339 in UTC.
//!
//! A wall clock may be set either way at any moment, so nothing may measure a wait with it; the agent's
//! monotonic time is another type, and no arithmetic exists between the two. Own calendar code, since
//! `enqueue` writes one time stamp and would carry a whole library for it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY_MS: i64 = 86_400_000;
/// 9999-12-31: what RFC 3339 can write with four digits of year.
const LAST_MS: i64 = 253_402_300_799_999;

/// A moment of civil time, to the millisecond, from 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall(i64);

impl Wall {
    /// The moment `ms` milliseconds after the start of 1970; clamped to the years that can be written.
    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(if ms < 0 {
            0
        } else if ms > LAST_MS {
            LAST_MS
        } else {
            ms
        })
    }

    /// Milliseconds since the start of 1970.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// This moment plus a duration.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; nothing if it lies ahead (clocks are set back).
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339 with `Z` or a numeric offset; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        as_written(text).or_else(|| Self::parse_any(text))
    }

    fn parse_any(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let (clock, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
        let (fraction_ms, zone) = split_fraction(rest)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        moment([year, month, day], [hour, minute, second], fraction_ms - offset_seconds(zone)? * 1000)
    }

    /// The day, as `2026-11-25` in UTC: the name of a journal file.
    pub fn day(self) -> String {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        format!("{year:04}-{month:02}-{day:02}")
    }
}

impl From<SystemTime> for Wall {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(LAST_MS))
    }
}

impl fmt::Display for Wall {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let ms = self.0.rem_euclid(DAY_MS);
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
    }
}

impl Serialize for Wall {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Wall {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time like 2026-11-25T04:23:30Z"))
    }
}

/// A moment in the form in which `Display` writes it, and the journal has it in each line: `2026-11-25T04:23:30.123Z`. A journal has
/// hundreds of thousands of them.
fn as_written(text: &str) -> Option<Wall> {
    const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let octets: &[u8; 24] = text.as_bytes().try_into().ok()?;
    let fits = |(octet, form): (&u8, &u8)| if *form == b'0' { octet.is_ascii_digit() } else { octet == form };
    if !octets.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| {
        octets[from..to].iter().fold(0, |sum, octet| sum * 10 + i64::from(octet - b'0'))
    };
    let (date, clock) =
        ([number(0, 4), number(5, 7), number(8, 10)], [number(11, 13), number(14, 16), number(17, 19)]);
    moment(date, clock, number(20, 23))
}

/// The moment that these numbers say, if there is one.
fn moment([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3], further_ms: i64) -> Option<Wall> {
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds = (hour * 60 + minute) * 60 + second;
    in_range
        .then(|| Wall::from_unix_ms(days_from_civil(year, month, day) * DAY_MS + seconds * 1000 + further_ms))
}

/// Takes `.123` off the front, as milliseconds; further digits are cut.
fn split_fraction(text: &str) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 {
        return None;
    }
    let ms = digits[..end]
        .chars()
        .chain("000".chars())
        .take(3)
        .fold(0, |sum, c| sum * 10 + i64::from(c as u32 - '0' as u32));
    Some((ms, &digits[end..]))
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut found = [0; 3];
    for (slot, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let [hours, minutes, _] = numbers(&format!("{clock}:00"), ':', [2, 2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Both ways count years from March, so that the leap day is the last day of a year, and group 400 years, in
// which the calendar repeats after 146,097 days. 719,468 days lie between 0000-03-01 and 1970-01-01.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments_are_written_and_read() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999),
            ("2026-11-25T04:23:30.123Z", 1_795_580_610_123),
            ("9999-12-31T23:59:59.999Z", LAST_MS),
        ] {
            assert_eq!(Wall::from_unix_ms(ms).to_string(), text);
            assert_eq!(Wall::parse(text), Some(Wall::from_unix_ms(ms)), "{text}");
        }
    }

    #[test]
    fn offsets_and_missing_fractions_are_read() {
        let utc = Wall::parse("2026-11-25T04:23:30Z");
        assert_eq!(Wall::parse("2026-11-25T13:23:30+09:00"), utc);
        assert_eq!(Wall::parse("2026-11-25 01:53:30.0001-02:30"), utc);
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in [
            "",
            "2026-11-25",
            "2026-02-29T00:00:00Z",
            "2026-11-25T24:00:00Z",
            "2026-11-25T04:23:30",
            "2026-11-25T04:23:30.Z",
            "2026-1-25T04:23:300Z",
            "２０26-11-25T04:23:30Z",
        ] {
            assert_eq!(Wall::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_gives_an_age_of_nothing() {
        assert_eq!(Wall::from_unix_ms(5).since(Wall::from_unix_ms(9)), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn every_moment_survives_a_round_trip(ms in 0..=LAST_MS) {
            let wall = Wall::from_unix_ms(ms);
            prop_assert_eq!(Wall::parse(&wall.to_string()), Some(wall));
        }

        #[test]
        fn what_is_read_in_one_go_is_read_the_same_step_by_step(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}[Zz]",
        ) {
            prop_assert_eq!(Wall::parse(&text), Wall::parse_any(&text));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = Wall::parse(&text);
        }
    }
}
