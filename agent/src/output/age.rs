//! Times as people say them: how long ago, how long from now, at what time of the day.

use std::time::Duration;

use spool_format::Wall;

use crate::notice::Tongue;

/// `40s`, `3m`, `5h`, `2d`: one number, rounded down.
pub fn short(tongue: Tongue, time: Duration) -> String {
    match time.as_secs() {
        s @ 0..=59 => format!("{s}{}", tongue.either("s", "秒")),
        s @ 60..=3_599 => format!("{}{}", s / 60, tongue.either("m", "分")),
        s @ 3_600..=86_399 => format!("{}{}", s / 3_600, tongue.either("h", "時間")),
        s => format!("{}{}", s / 86_400, tongue.either("d", "日")),
    }
}

/// `340 ms`, `1.3 s`, `3 min 20 s`, `5h`: where it counts how long something took.
pub fn precise(tongue: Tongue, time: Duration) -> String {
    let (millis, seconds) = tongue.either((" ms", " s"), ("ミリ秒", "秒"));
    match (time.as_millis(), time.as_secs()) {
        (ms @ 0..=999, _) => format!("{ms}{millis}"),
        (ms @ 1_000..=59_999, _) => format!("{}.{}{seconds}", ms / 1_000, ms % 1_000 / 100),
        (_, s @ 0..=3_599) => format!("{}{}{}{seconds}", s / 60, tongue.either(" min ", "分"), s % 60),
        _ => short(tongue, time),
    }
}

/// `in 40s`; `now` once it is over.
pub fn until(tongue: Tongue, then: Wall, now: Wall) -> String {
    let wait = then.since(now);
    if wait.is_zero() {
        return tongue.either("now", "まもなく").to_owned();
    }
    let wait = short(tongue, wait + Duration::from_millis(999));
    tongue.either(format!("in {wait}"), format!("{wait}後"))
}

/// `40s ago`.
pub fn ago(tongue: Tongue, time: Duration) -> String {
    let span = short(tongue, time);
    tongue.either(format!("{span} ago"), format!("{span}前"))
}

/// `10:03:20`, with the day in front if it is not the one of `now`. `offset_minutes` is the zone, east of UTC.
pub fn clock(at: Wall, now: Wall, offset_minutes: i32) -> String {
    let local =
        |wall: Wall| Wall::from_unix_ms(wall.unix_ms().saturating_add(i64::from(offset_minutes) * 60_000));
    let (day, time) = split(local(at));
    if day == split(local(now)).0 { time } else { format!("{day} {time}") }
}

/// The same with milliseconds.
pub fn clock_ms(at: Wall, now: Wall, offset_minutes: i32) -> String {
    format!("{}.{:03}", clock(at, now, offset_minutes), at.unix_ms().rem_euclid(1_000))
}

/// Day and time of the day, as `Wall` writes them.
fn split(wall: Wall) -> (String, String) {
    let text = wall.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    (day.to_owned(), time.chars().take(8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_enough() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (60, "1m"), (3_599, "59m"), (3_600, "1h"), (200_000, "2d")]
        {
            assert_eq!(short(Tongue::English, Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn what_something_took_is_as_precise_as_anybody_wants_it() {
        for (ms, text) in
            [(0, "0 ms"), (999, "999 ms"), (1_399, "1.3 s"), (200_400, "3 min 20 s"), (7_200_000, "2h")]
        {
            assert_eq!(precise(Tongue::English, Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn what_is_over_is_due_now_and_nothing_is_due_in_no_time() {
        let at = Wall::from_unix_ms;
        assert_eq!(until(Tongue::English, at(1_000), at(1_000)), "now");
        assert_eq!(until(Tongue::English, at(1_001), at(1_000)), "in 1s");
        assert_eq!(until(Tongue::English, at(41_000), at(1_000)), "in 40s");
    }

    #[test]
    fn times_are_said_in_japanese_too() {
        let spans = [40, 180, 18_000, 200_000].map(Duration::from_secs);
        assert_eq!(spans.map(|it| short(Tongue::Japanese, it)), ["40秒", "3分", "5時間", "2日"]);
        assert_eq!(ago(Tongue::Japanese, spans[1]), "3分前");
        let taken = [340, 1_399, 200_400].map(Duration::from_millis);
        assert_eq!(taken.map(|it| precise(Tongue::Japanese, it)), ["340ミリ秒", "1.3秒", "3分20秒"]);
        let (at, now) = (Wall::from_unix_ms(41_000), Wall::from_unix_ms(1_000));
        assert_eq!(
            [until(Tongue::Japanese, at, now), until(Tongue::Japanese, now, now)],
            ["40秒後", "まもなく"]
        );
    }

    #[test]
    fn the_day_is_said_only_when_it_is_another() {
        let at = Wall::parse("2026-11-25T23:30:00Z").expect("a time");
        assert_eq!(clock(at, at, 0), "23:30:00");
        assert_eq!(clock(at, at, 9 * 60), "08:30:00");
        assert_eq!(clock(at, at.plus(Duration::from_hours(1)), 0), "2026-11-25 23:30:00");
    }
}
