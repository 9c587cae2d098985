//! What is put in front of a subject: severity and host for lists on phones, and that an alert comes late.

use crate::manner::{Head, Level};
use crate::width::{columns, cut};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// What a list on a phone surely shows: 15 wide characters.
const SHOWN_COLUMNS: usize = 30;

/// Words in which a subject says by itself how bad it is, in lower case.
const CRITICAL: [&str; 6] = ["crit", "emerg", "fatal", "重大", "緊急", "致命"];
const WARNING: [&str; 3] = ["warn", "警告", "警報"];
const INFO: [&str; 4] = ["info", "notice", "情報", "通知"];

/// The subject with what belongs in front of it: `[重大] web1: [遅延 3h12m] subject`.
///
/// What the subject says by itself within its first 15 wide characters is not said again.
pub(crate) fn headed<'a>(
    subject: &'a str,
    head: Option<&Head>,
    late_ms: Option<u64>,
    is_japanese: bool,
) -> Cow<'a, str> {
    let mark = late_ms.map(|late_ms| late(late_ms, is_japanese));
    let marked = match &mark {
        Some(mark) => Cow::Owned(format!("{mark} {subject}")),
        None => Cow::Borrowed(subject),
    };
    let Some(head) = head else { return marked };
    if says_all(&marked, head) {
        return marked;
    }
    if let Some(mark) = mark.filter(|_| says_all(subject, head)) {
        return Cow::Owned(format!("{subject} {mark}"));
    }
    let (level, host) = (!says_level(subject, head.level), !says_host(subject, &head.host));
    let some = format!("{}{marked}", prefix(head, level, host, is_japanese));
    if says_all(&some, head) {
        return Cow::Owned(some);
    }
    // Half of it stood in the subject, and has been pushed out of sight.
    Cow::Owned(format!("{}{marked}", prefix(head, true, true, is_japanese)))
}

/// `[遅延 3h12m]` or `[late 3h12m]`.
pub(crate) fn late(late_ms: u64, is_japanese: bool) -> String {
    format!("[{} {}]", if is_japanese { "遅延" } else { "late" }, span(late_ms))
}

/// A span of time in its two largest units, of days, hours and minutes.
pub fn span(ms: u64) -> String {
    let minutes = ms / 60_000;
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, _) => format!("{hours}h{minutes:02}m"),
        (..) => format!("{days}d{hours:02}h"),
    }
}

fn prefix(head: &Head, level: bool, host: bool, is_japanese: bool) -> String {
    let word = match (head.level, is_japanese) {
        (Level::Critical, true) => "重大",
        (Level::Critical, false) => "CRIT",
        (Level::Warning, true) => "警告",
        (Level::Warning, false) => "WARN",
        (Level::Info, true) => "情報",
        (Level::Info, false) => "INFO",
    };
    let mut prefix = if level { format!("[{word}] ") } else { String::new() };
    if host && !head.host.is_empty() {
        let room = SHOWN_COLUMNS - columns(&prefix);
        prefix.push_str(cut(short(&head.host), room));
        prefix.push_str(": ");
    }
    prefix
}

/// What tells a machine apart on its own site: the first label, or the whole of an IPv4 address.
fn short(host: &str) -> &str {
    if host.parse::<Ipv4Addr>().is_ok() { host } else { host.split('.').next().unwrap_or_default() }
}

fn says_all(subject: &str, head: &Head) -> bool {
    says_level(subject, head.level) && says_host(subject, &head.host)
}

fn says_level(subject: &str, level: Level) -> bool {
    let shown = cut(subject, SHOWN_COLUMNS).to_lowercase();
    let words = match level {
        Level::Critical => &CRITICAL[..],
        Level::Warning => &WARNING,
        Level::Info => &INFO,
    };
    words.iter().any(|word| shown.contains(word))
}

/// Whether the host's short name stands there as a word of its own.
fn says_host(subject: &str, host: &str) -> bool {
    let label = short(host).to_lowercase();
    if label.is_empty() {
        return true;
    }
    let shown = cut(subject, SHOWN_COLUMNS).to_lowercase();
    // A longer name than is ever shown counts by what is.
    let label = cut(&label, SHOWN_COLUMNS - "[CRIT] ".len());
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    shown.match_indices(label).any(|(at, _)| {
        !is_part(shown[..at].chars().next_back()) && !is_part(shown[at + label.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::{headed, says_all, span};
    use crate::manner::{Head, Level};
    use proptest::prelude::*;

    fn head(level: Level, host: &str) -> Head {
        Head { level, host: host.to_owned() }
    }

    #[test]
    fn a_subject_begins_with_what_it_does_not_say_by_itself() {
        use Level::{Critical, Info, Warning};
        for (subject, level, host, japanese, shown) in [
            ("ディスク 98%", Critical, "web1", true, "[重大] web1: ディスク 98%"),
            ("disk 98 %", Critical, "web1", false, "[CRIT] web1: disk 98 %"),
            ("disk 98 %", Warning, "web1.example.jp", false, "[WARN] web1: disk 98 %"),
            ("backup done", Info, "db", false, "[INFO] db: backup done"),
            ("web1: disk 98 %", Critical, "web1.example.jp", false, "[CRIT] web1: disk 98 %"),
            ("CRITICAL - disk 98 %", Critical, "web1", false, "web1: CRITICAL - disk 98 %"),
            ("[CRIT] web1: disk", Critical, "web1.example.jp", false, "[CRIT] web1: disk"),
            ("【緊急】WEB1 停止", Critical, "web1", true, "【緊急】WEB1 停止"),
            ("web10 down", Critical, "web1", false, "[CRIT] web1: web10 down"),
            ("disk 98 %", Critical, "", false, "[CRIT] disk 98 %"),
            ("", Critical, "web1", false, "[CRIT] web1: "),
            (
                "the volume of the archive on web1 is full",
                Critical,
                "web1",
                false,
                "[CRIT] web1: the volume of the archive on web1 is full",
            ),
            (
                "disk usage on volume 1 CRIT",
                Critical,
                "database-primary",
                false,
                "[CRIT] database-primary: disk usage on volume 1 CRIT",
            ),
            ("x", Critical, "database-primary.tokyo.example.co.jp", false, "[CRIT] database-primary: x"),
            ("x", Critical, "192.0.2.1", false, "[CRIT] 192.0.2.1: x"),
            ("x", Critical, "abcdefghijklmnopqrstuvwxyz0123", false, "[CRIT] abcdefghijklmnopqrstuvw: x"),
        ] {
            assert_eq!(headed(subject, Some(&head(level, host)), None, japanese), shown);
        }
    }

    #[test]
    fn lateness_stands_behind_the_head_and_never_pushes_it_out_of_sight() {
        const LATE: Option<u64> = Some((3 * 60 + 12) * 60_000);
        let web1 = head(Level::Critical, "web1");
        assert_eq!(headed("障害", None, LATE, true), "[遅延 3h12m] 障害");
        assert_eq!(headed("down", None, LATE, false), "[late 3h12m] down");
        assert_eq!(headed("障害", Some(&web1), LATE, true), "[重大] web1: [遅延 3h12m] 障害");
        assert_eq!(headed("CRIT web1 down", Some(&web1), LATE, false), "[late 3h12m] CRIT web1 down");
        assert_eq!(
            headed("disk alert: CRIT on web1", Some(&web1), LATE, false),
            "disk alert: CRIT on web1 [late 3h12m]"
        );
    }

    #[test]
    fn a_span_has_its_two_largest_units() {
        for (minutes, words) in [
            (0, "0m"),
            (10, "10m"),
            (59, "59m"),
            (60, "1h00m"),
            (192, "3h12m"),
            (1439, "23h59m"),
            (1440, "1d00h"),
            (4500, "3d03h"),
        ] {
            assert_eq!(span(minutes * 60_000 + 59_999), words);
        }
    }

    proptest! {
        #[test]
        fn the_first_15_wide_characters_say_severity_and_host(
            subject in "[a-z :A-Z障害重大-]{0,60}",
            host in "[a-z0-9]{1,12}(\\.[a-z]{1,9}){0,4}",
            late_ms in prop::option::of(0..400_000_000_u64),
            japanese in any::<bool>(),
        ) {
            let head = head(Level::Critical, &host);
            let shown = headed(&subject, Some(&head), late_ms, japanese);
            prop_assert!(says_all(&shown, &head), "{}", shown);
        }
    }
}
