//! Whole sentences of the page, with times, names and numbers put into them.

use std::time::Duration;

use spool_format::RecipientResult;

use super::Words;
use crate::notice::Tongue;
use crate::output::{age, words};

impl Words {
    /// The one of two texts that is in this language.
    fn either(&self, english: String, japanese: String) -> String {
        match self.tongue {
            Tongue::English => english,
            Tongue::Japanese => japanese,
        }
    }

    /// How long something took or has lasted: one number, rounded down.
    pub(in crate::page) fn span(&self, time: Duration) -> String {
        age::short(self.tongue, time)
    }

    /// A time that was measured: `0.42 s`, `12 s`, `3 min`.
    pub(in crate::page) fn measured(&self, ms: u32) -> String {
        let (seconds, minutes) = (f64::from(ms) / 1_000.0, f64::from(ms) / 60_000.0);
        let (s, min, h) = match self.tongue {
            Tongue::English => (" s", " min", " h"),
            Tongue::Japanese => ("秒", "分", "時間"),
        };
        match ms {
            0..1_000 => format!("{seconds:.2}{s}"),
            1_000..10_000 => format!("{seconds:.1}{s}"),
            10_000..60_000 => format!("{seconds:.0}{s}"),
            60_000..3_600_000 => format!("{minutes:.0}{min}"),
            _ => format!("{:.1}{h}", minutes / 60.0),
        }
    }

    /// A power of ten of milliseconds, at the side of a drawing: `0.1 s`, `10 s`, `1000 s`.
    pub(in crate::page) fn tick(&self, ms: u32) -> String {
        let seconds = f64::from(ms) / 1_000.0;
        self.either(format!("{seconds} s"), format!("{seconds}秒"))
    }

    pub(in crate::page) fn ago(&self, time: Duration) -> String {
        let span = self.span(time);
        self.either(format!("{span} ago"), format!("{span}前"))
    }

    pub(in crate::page) fn within(&self, time: Duration) -> String {
        if time.is_zero() {
            return self.now.to_owned();
        }
        let span = self.span(time + Duration::from_millis(999));
        self.either(format!("in {span}"), format!("{span}後"))
    }

    pub(in crate::page) fn zone(offset_minutes: i32) -> String {
        let (sign, minutes) = (if offset_minutes < 0 { '-' } else { '+' }, offset_minutes.abs());
        format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub(in crate::page) fn dead_letters(&self, count: usize) -> String {
        let s = if count == 1 { "" } else { "s" };
        self.either(
            format!("{count} dead letter{s}: nobody will take them; see: alertmail list --state dead"),
            format!("送信断念{count}件（どのプロバイダも受け付けません）。確認: alertmail list --state dead"),
        )
    }

    pub(in crate::page) fn corrupt_files(&self, count: usize, names: &str) -> String {
        let what =
            if count == 1 { "1 file is no alert".to_owned() } else { format!("{count} files are no alerts") };
        self.either(
            format!("{what} and lie in corrupt/: {names}"),
            format!("アラートではないファイルが{count}件、corrupt/ にあります: {names}"),
        )
    }

    pub(in crate::page) fn damaged(&self, count: usize) -> String {
        let s = if count == 1 { "" } else { "s" };
        self.either(
            format!("The journal is damaged in {count} line{s}; see: alertmail check"),
            format!("ジャーナルの{count}行が壊れています。確認: alertmail check"),
        )
    }

    pub(in crate::page) fn is_left_out(&self, name: &str, since: &str, reason: &str) -> String {
        self.either(
            format!("{name} is left out since {since}: {reason}"),
            format!("{name}は{since}から除外中: {reason}"),
        )
    }

    pub(in crate::page) fn fails_its_drill(&self, name: &str, reason: &str) -> String {
        self.either(format!("{name} fails its drill: {reason}"), format!("{name}の点検に失敗: {reason}"))
    }

    pub(in crate::page) fn lost_its_canary(&self, name: &str, reason: &str) -> String {
        self.either(
            format!("{name} did not take its canary mail: {reason}"),
            format!("{name}で試験メールを送れませんでした: {reason}"),
        )
    }

    pub(in crate::page) fn has_waited(&self, time: Duration) -> String {
        let span = self.span(time);
        self.either(
            format!("The oldest alert has waited for {span}"),
            format!("最も古いアラートの待ち時間は{span}です"),
        )
    }

    pub(in crate::page) fn more(&self, count: usize) -> String {
        self.either(
            format!("and {count} more; all of them: alertmail list"),
            format!("ほか{count}件。一覧: alertmail list"),
        )
    }

    pub(in crate::page) fn others(&self, count: usize) -> String {
        self.either(format!("+{count}"), format!("ほか{count}人"))
    }

    pub(in crate::page) fn asked_again(&self, at: &str) -> String {
        self.either(format!("asked again {at}"), format!("次の確認: {at}"))
    }

    pub(in crate::page) fn sent_and_failed(&self, sent: usize, failed: usize) -> String {
        if failed == 0 {
            return self.either(format!("{sent} sent"), format!("送信{sent}"));
        }
        self.either(format!("{sent} sent, {failed} failed"), format!("送信{sent}・失敗{failed}"))
    }

    pub(in crate::page) fn share(&self, of_recipients: bool, of_a_day: bool, used: u64, most: u64) -> String {
        let (what, time) =
            (if of_recipients { "recipients" } else { "messages" }, if of_a_day { "day" } else { "minute" });
        let (unit, span) = (if of_recipients { "人" } else { "通" }, if of_a_day { "日" } else { "分" });
        self.either(format!("{used} of {most} {what} a {time}"), format!("{used}/{most}{unit}（1{span}）"))
    }

    /// The words of a slot of the plots.
    pub(in crate::page) fn slot(&self, time: &str, sent: usize, dead: usize) -> String {
        if dead == 0 {
            return self.either(format!("{time}: {sent} sent"), format!("{time} 送信{sent}"));
        }
        self.either(format!("{time}: {sent} sent, {dead} given up"), format!("{time} 送信{sent}・断念{dead}"))
    }

    pub(in crate::page) fn slot_times(&self, time: &str, median: &str, slowest: &str) -> String {
        self.either(
            format!("{time}: {median}, 95 % within {slowest}"),
            format!("{time} 中央値{median}、95% {slowest}"),
        )
    }

    /// What was made of a failure.
    pub(in crate::page) fn verdict(&self, result: &RecipientResult) -> Option<String> {
        words::verdict(self.tongue, result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_in_both_languages() {
        let (en, ja) = (Words::of(Tongue::English), Words::of(Tongue::Japanese));
        let spans = [40, 180, 18_000, 200_000].map(Duration::from_secs);
        assert_eq!(spans.map(|it| en.ago(it)), ["40s ago", "3m ago", "5h ago", "2d ago"]);
        assert_eq!(spans.map(|it| ja.ago(it)), ["40秒前", "3分前", "5時間前", "2日前"]);
        assert_eq!(spans.map(|it| ja.within(it))[0], "40秒後");
        assert_eq!(
            [420, 4_200, 42_000, 420_000, 7_200_000].map(|ms| en.measured(ms)),
            ["0.42 s", "4.2 s", "42 s", "7 min", "2.0 h"]
        );
    }

    #[test]
    fn a_zone_is_written_with_its_sign() {
        assert_eq!([540, 0, -210].map(Words::zone), ["UTC+09:00", "UTC+00:00", "UTC-03:30"]);
    }
}
