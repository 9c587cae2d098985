//! The Date field (RFC 5322 section 3.3): English names and a numeric zone, whatever the locale.

use chrono::{DateTime, FixedOffset};

/// 1900-01-02 and 9999-12-30, so that every zone stays within the years that the format can hold.
const UNIX_S_MIN: i64 = -2_208_902_400;
const UNIX_S_MAX: i64 = 253_402_128_000;

/// The moment `created_ms` (Unix time, milliseconds) in the zone that is `utc_offset_minutes` east of UTC.
///
/// A moment out of bounds becomes the nearest one in bounds, and an impossible zone becomes UTC: a broken clock
/// must not cost the alert its mail.
pub fn rfc5322(created_ms: i64, utc_offset_minutes: i32) -> String {
    moment(created_ms, utc_offset_minutes).to_rfc2822()
}

/// The moment `created_ms` (Unix time, milliseconds) in the zone that is `utc_offset_minutes` east of UTC, for the text
/// of a mail: `2026-11-25 14:14:02 +0900`.
pub fn plain(created_ms: i64, utc_offset_minutes: i32) -> String {
    moment(created_ms, utc_offset_minutes).format("%Y-%m-%d %H:%M:%S %z").to_string()
}

fn moment(created_ms: i64, utc_offset_minutes: i32) -> DateTime<FixedOffset> {
    let unix_s = created_ms.div_euclid(1000).clamp(UNIX_S_MIN, UNIX_S_MAX);
    let zone = utc_offset_minutes.checked_mul(60).and_then(FixedOffset::east_opt);
    let utc = DateTime::from_timestamp(unix_s, 0).unwrap_or_default();
    match zone {
        Some(zone) => utc.with_timezone(&zone),
        None => utc.fixed_offset(),
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, rfc5322};

    #[test]
    fn a_date_has_english_names_and_a_numeric_zone() {
        for (name, created_ms, offset, date) in [
            ("tokyo", 1_795_583_642_999, 540, "Wed, 25 Nov 2026 14:14:02 +0900"),
            ("utc", 1_795_583_642_999, 0, "Wed, 25 Nov 2026 05:14:02 +0000"),
            ("st john's", 1_795_583_642_999, -210, "Wed, 25 Nov 2026 01:44:02 -0330"),
            ("kathmandu", 1_795_583_642_999, 345, "Wed, 25 Nov 2026 10:59:02 +0545"),
            ("day of one digit", 1_536_504_081_000, 540, "Sun, 9 Sep 2018 23:41:21 +0900"),
            ("the day changes with the zone", -1, -60, "Wed, 31 Dec 1969 22:59:59 -0100"),
        ] {
            assert_eq!(rfc5322(created_ms, offset), date, "{name}");
        }
    }

    #[test]
    fn a_text_has_the_same_moment_in_digits() {
        assert_eq!(plain(1_795_583_642_999, 540), "2026-11-25 14:14:02 +0900");
        assert_eq!(plain(1_795_583_642_999, -210), "2026-11-25 01:44:02 -0330");
    }

    #[test]
    fn no_clock_can_break_the_form() {
        for (created_ms, offset, date) in [
            (i64::MIN, 0, "Tue, 2 Jan 1900 00:00:00 +0000"),
            (i64::MIN, -1439, "Mon, 1 Jan 1900 00:01:00 -2359"),
            (i64::MAX, 1439, "Thu, 30 Dec 9999 23:59:00 +2359"),
            (0, i32::MAX, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (0, i32::MIN, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (0, 1440, "Thu, 1 Jan 1970 00:00:00 +0000"),
        ] {
            assert_eq!(rfc5322(created_ms, offset), date);
        }
    }
}
