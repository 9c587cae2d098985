//! What the page says, in both languages: each word once, and whole sentences with what is put into them.

use std::time::Duration;

use spool_format::{RecipientResult, Settlement, Severity};

use crate::notice::Tongue;
use crate::output::age;
use crate::spool::view::Standing;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) tongue: Tongue,
    /// For the attribute `lang`.
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    /// The other language, as its readers call it, and the address that asks for it.
    pub(super) other: (&'static str, &'static str, &'static str),
    pub(super) read_at: &'static str,
    pub(super) stale: &'static str,
    pub(super) snapshot: &'static str,
    pub(super) well: &'static str,
    pub(super) look_today: &'static str,
    pub(super) look_now: &'static str,
    pub(super) no_agent: &'static str,
    pub(super) no_provider: &'static str,
    pub(super) hidden: &'static str,
    pub(super) waiting: &'static str,
    pub(super) oldest: &'static str,
    pub(super) dead: &'static str,
    pub(super) corrupt: &'static str,
    pub(super) sent_in_a_day: &'static str,
    pub(super) median: &'static str,
    pub(super) slowest: &'static str,
    pub(super) queue: &'static str,
    pub(super) nothing_waits: &'static str,
    pub(super) recent: &'static str,
    pub(super) nothing_yet: &'static str,
    pub(super) columns: Columns,
    pub(super) default_recipient: &'static str,
    pub(super) providers: &'static str,
    pub(super) works: &'static str,
    pub(super) left_out: &'static str,
    pub(super) never: &'static str,
    pub(super) running_now: &'static str,
    pub(super) passed: &'static str,
    pub(super) failed: &'static str,
    pub(super) no_providers: &'static str,
    pub(super) throughput: &'static str,
    pub(super) latency: &'static str,
    pub(super) latency_note: &'static str,
    pub(super) timelines: &'static str,
    pub(super) back: &'static str,
    pub(super) made: &'static str,
    pub(super) key: &'static str,
    pub(super) by_user: &'static str,
    pub(super) mail: &'static str,
    pub(super) unusable: &'static str,
    pub(super) next: &'static str,
    pub(super) attempt: &'static str,
    pub(super) last_octets: &'static str,
    pub(super) cut_off: &'static str,
    pub(super) uncertain: &'static str,
    pub(super) earlier: &'static str,
    pub(super) now: &'static str,
    pub(super) colon: &'static str,
}

/// Heads of columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) age: &'static str,
    pub(super) alert: &'static str,
    pub(super) severity: &'static str,
    pub(super) to: &'static str,
    pub(super) state: &'static str,
    pub(super) next: &'static str,
    pub(super) why: &'static str,
    pub(super) took: &'static str,
    pub(super) provider: &'static str,
    pub(super) drill: &'static str,
    pub(super) canary: &'static str,
    pub(super) day: &'static str,
    pub(super) quota: &'static str,
}

const ENGLISH: Words = Words {
    tongue: Tongue::English,
    code: "en",
    title: "Status",
    other: ("日本語", "ja", "?lang=ja"),
    read_at: "as of",
    stale: "The page could not be refreshed: what you see is old.",
    snapshot: "A snapshot: it does not refresh.",
    well: "All is well",
    look_today: "Look today",
    look_now: "Look now",
    no_agent: "No agent runs. Alerts are kept and wait; start it with: systemctl start alertmail",
    no_provider: "No provider works. Alerts are kept and wait.",
    hidden: "Alerts that no agent has met yet are not shown: only the agent's user and root can list them.",
    waiting: "waiting",
    oldest: "oldest",
    dead: "dead letters",
    corrupt: "corrupt files",
    sent_in_a_day: "sent in 24 h",
    median: "median time",
    slowest: "95 % within",
    queue: "Queue",
    nothing_waits: "Nothing waits, and there are no dead letters.",
    recent: "Recent alerts",
    nothing_yet: "There was no alert yet.",
    columns: Columns {
        age: "Age",
        alert: "Alert",
        severity: "Severity",
        to: "To",
        state: "State",
        next: "Next",
        why: "Why",
        took: "Took",
        provider: "Provider",
        drill: "Last drill",
        canary: "Canary mail",
        day: "In 24 h",
        quota: "Quota used",
    },
    default_recipient: "(default)",
    providers: "Providers",
    works: "working",
    left_out: "left out",
    never: "—",
    running_now: "running",
    passed: "passed",
    failed: "failed",
    no_providers: "No provider is known here.",
    throughput: "Alerts sent per half hour",
    latency: "From alert to delivery",
    latency_note: "Dot: median of a half hour; line: up to the slowest 5 %. Logarithmic.",
    timelines: "Timelines",
    back: "back to the top",
    made: "made",
    key: "key",
    by_user: "by user",
    mail: "Message-ID",
    unusable: "unusable recipient",
    next: "next",
    attempt: "attempt",
    last_octets: "the last octets went out",
    cut_off: "has not ended",
    uncertain: "It may arrive twice: a reply was lost.",
    earlier: "Earlier attempts are left out here.",
    now: "now",
    colon: ": ",
};

const JAPANESE: Words = Words {
    tongue: Tongue::Japanese,
    code: "ja",
    title: "状態",
    other: ("English", "en", "?lang=en"),
    read_at: "時点:",
    stale: "ページを更新できません。表示は古い内容です。",
    snapshot: "ある時点の記録です（自動更新なし）。",
    well: "正常",
    look_today: "要確認",
    look_now: "至急確認",
    no_agent: "エージェントが動いていません。アラートは保存され、待機しています。起動: systemctl start alertmail",
    no_provider: "使えるプロバイダがありません。アラートは保存され、待機しています。",
    hidden: "エージェント未確認のアラートは表示されません（一覧できるのはエージェントの利用者と root のみ）。",
    waiting: "待機中",
    oldest: "最長待ち時間",
    dead: "送信断念",
    corrupt: "不正ファイル",
    sent_in_a_day: "24時間の送信数",
    median: "所要時間（中央値）",
    slowest: "95%の所要時間",
    queue: "キュー",
    nothing_waits: "待機中のアラートも送信断念もありません。",
    recent: "最近のアラート",
    nothing_yet: "アラートはまだありません。",
    columns: Columns {
        age: "経過",
        alert: "アラート",
        severity: "重要度",
        to: "宛先",
        state: "状態",
        next: "次回",
        why: "理由",
        took: "所要時間",
        provider: "プロバイダ",
        drill: "最終点検",
        canary: "試験メール",
        day: "24時間",
        quota: "上限の使用量",
    },
    default_recipient: "（既定の宛先）",
    providers: "プロバイダ",
    works: "正常",
    left_out: "除外中",
    never: "—",
    running_now: "実行中",
    passed: "合格",
    failed: "失敗",
    no_providers: "プロバイダの情報がありません。",
    throughput: "30分ごとの送信数",
    latency: "発生から送信までの時間",
    latency_note: "点: 30分ごとの中央値、線: 遅い5%の手前まで。対数目盛。",
    timelines: "経過の記録",
    back: "先頭へ戻る",
    made: "発生",
    key: "キー",
    by_user: "利用者",
    mail: "Message-ID",
    unusable: "使えない宛先",
    next: "次の動作",
    attempt: "試行",
    last_octets: "本文の最後まで送信",
    cut_off: "終わっていません",
    uncertain: "応答を受け取れなかったため、二重に届くことがあります。",
    earlier: "これより前の試行は省略しています。",
    now: "まもなく",
    colon: ": ",
};

impl Words {
    pub(super) const fn of(tongue: Tongue) -> &'static Self {
        match tongue {
            Tongue::English => &ENGLISH,
            Tongue::Japanese => &JAPANESE,
        }
    }

    /// The one of two texts that is in this language.
    fn either(&self, english: String, japanese: String) -> String {
        match self.tongue {
            Tongue::English => english,
            Tongue::Japanese => japanese,
        }
    }

    pub(super) const fn severity(&self, severity: Severity) -> &'static str {
        match (self.tongue, severity) {
            (Tongue::English, Severity::Critical) => "critical",
            (Tongue::English, Severity::Warning) => "warning",
            (Tongue::English, Severity::Info) => "info",
            (Tongue::Japanese, Severity::Critical) => "重大",
            (Tongue::Japanese, Severity::Warning) => "警告",
            (Tongue::Japanese, Severity::Info) => "情報",
        }
    }

    pub(super) const fn standing(&self, standing: Standing) -> &'static str {
        match (self.tongue, standing) {
            (Tongue::English, _) => standing.as_str(),
            (Tongue::Japanese, Standing::Incoming) => "受付",
            (Tongue::Japanese, Standing::Trying) => "送信中",
            (Tongue::Japanese, Standing::Deferred(_)) => "再送待ち",
            (Tongue::Japanese, Standing::Held) => "保留",
            (Tongue::Japanese, Standing::Sent) => "送信済み",
            (Tongue::Japanese, Standing::Dead) => "送信断念",
            (Tongue::Japanese, Standing::Gone) => "不明",
        }
    }

    pub(super) const fn settlement(&self, settlement: Settlement) -> &'static str {
        match (self.tongue, settlement) {
            (Tongue::English, Settlement::Delivered) => "has it",
            (Tongue::English, Settlement::Open) => "does not have it yet",
            (Tongue::English, Settlement::Refused) => "refused for good by every provider",
            (Tongue::English, Settlement::Uncertain) => "may have it: the reply was lost",
            (Tongue::Japanese, Settlement::Delivered) => "送信済み",
            (Tongue::Japanese, Settlement::Open) => "未達",
            (Tongue::Japanese, Settlement::Refused) => "全プロバイダが恒久的に拒否",
            (Tongue::Japanese, Settlement::Uncertain) => "届いた可能性あり（応答なし）",
        }
    }

    /// What happens next with an alert that waits for no known moment, or for nothing any more.
    pub(super) const fn then(&self, standing: Standing) -> &'static str {
        match (self.tongue, standing) {
            (Tongue::English, Standing::Incoming) => "the agent takes it as soon as it runs",
            (Tongue::English, Standing::Trying) => {
                "the attempt ends, or the next start of the agent begins another"
            }
            (Tongue::English, Standing::Deferred(_)) => "the next attempt, as soon as the agent runs",
            (Tongue::English, Standing::Held) => "nothing, until somebody releases it",
            (Tongue::English, Standing::Sent) => "nothing: everybody has it who can have it",
            (Tongue::English, Standing::Dead) => "nothing: it was given up",
            (Tongue::English, Standing::Gone) => {
                "nothing: its file is gone, and the journal does not say why"
            }
            (Tongue::Japanese, Standing::Incoming) => "エージェントが動き次第、受け付けます",
            (Tongue::Japanese, Standing::Trying) => "試行の終了待ち（または次回起動時に再試行）",
            (Tongue::Japanese, Standing::Deferred(_)) => "エージェントが動き次第、再試行します",
            (Tongue::Japanese, Standing::Held) => "解除されるまで何もしません",
            (Tongue::Japanese, Standing::Sent) => "なし（届けられる宛先にはすべて送信済み）",
            (Tongue::Japanese, Standing::Dead) => "なし（送信を断念）",
            (Tongue::Japanese, Standing::Gone) => "なし（ファイルがなく、ジャーナルにも理由がありません）",
        }
    }

    /// How long something took or has lasted: one number, rounded down.
    pub(super) fn span(&self, time: Duration) -> String {
        let text = age::short(time);
        match self.tongue {
            Tongue::English => text,
            Tongue::Japanese => ["s秒", "m分", "h時間", "d日"]
                .iter()
                .find_map(|unit| {
                    text.strip_suffix(&unit[..1]).map(|number| format!("{number}{}", &unit[1..]))
                })
                .unwrap_or(text),
        }
    }

    /// A time that was measured: `0.42 s`, `12 s`, `3 min`.
    pub(super) fn measured(&self, ms: u32) -> String {
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
    pub(super) fn tick(&self, ms: u32) -> String {
        let seconds = f64::from(ms) / 1_000.0;
        self.either(format!("{seconds} s"), format!("{seconds}秒"))
    }

    pub(super) fn ago(&self, time: Duration) -> String {
        let span = self.span(time);
        self.either(format!("{span} ago"), format!("{span}前"))
    }

    pub(super) fn within(&self, time: Duration) -> String {
        if time.is_zero() {
            return self.now.to_owned();
        }
        let span = self.span(time + Duration::from_millis(999));
        self.either(format!("in {span}"), format!("{span}後"))
    }

    pub(super) fn zone(offset_minutes: i32) -> String {
        let (sign, minutes) = (if offset_minutes < 0 { '-' } else { '+' }, offset_minutes.abs());
        format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub(super) fn dead_letters(&self, count: usize) -> String {
        let s = if count == 1 { "" } else { "s" };
        self.either(
            format!("{count} dead letter{s}: nobody will take them; see: alertmail list --state dead"),
            format!("送信断念{count}件（どのプロバイダも受け付けません）。確認: alertmail list --state dead"),
        )
    }

    pub(super) fn corrupt_files(&self, count: usize, names: &str) -> String {
        let what =
            if count == 1 { "1 file is no alert".to_owned() } else { format!("{count} files are no alerts") };
        self.either(
            format!("{what} and lie in corrupt/: {names}"),
            format!("アラートではないファイルが{count}件、corrupt/ にあります: {names}"),
        )
    }

    pub(super) fn damaged(&self, count: usize) -> String {
        let s = if count == 1 { "" } else { "s" };
        self.either(
            format!("The journal is damaged in {count} line{s}; see: alertmail check"),
            format!("ジャーナルの{count}行が壊れています。確認: alertmail check"),
        )
    }

    pub(super) fn is_left_out(&self, name: &str, since: &str, reason: &str) -> String {
        self.either(
            format!("{name} is left out since {since}: {reason}"),
            format!("{name}は{since}から除外中: {reason}"),
        )
    }

    pub(super) fn fails_its_drill(&self, name: &str, reason: &str) -> String {
        self.either(format!("{name} fails its drill: {reason}"), format!("{name}の点検に失敗: {reason}"))
    }

    pub(super) fn lost_its_canary(&self, name: &str, reason: &str) -> String {
        self.either(
            format!("{name} did not take its canary mail: {reason}"),
            format!("{name}で試験メールを送れませんでした: {reason}"),
        )
    }

    pub(super) fn has_waited(&self, time: Duration) -> String {
        let span = self.span(time);
        self.either(
            format!("The oldest alert has waited for {span}"),
            format!("最も古いアラートの待ち時間は{span}です"),
        )
    }

    pub(super) fn more(&self, count: usize) -> String {
        self.either(
            format!("and {count} more; all of them: alertmail list"),
            format!("ほか{count}件。一覧: alertmail list"),
        )
    }

    pub(super) fn others(&self, count: usize) -> String {
        self.either(format!("+{count}"), format!("ほか{count}人"))
    }

    pub(super) fn asked_again(&self, at: &str) -> String {
        self.either(format!("asked again {at}"), format!("次の確認: {at}"))
    }

    pub(super) fn sent_and_failed(&self, sent: usize, failed: usize) -> String {
        if failed == 0 {
            return self.either(format!("{sent} sent"), format!("送信{sent}"));
        }
        self.either(format!("{sent} sent, {failed} failed"), format!("送信{sent}・失敗{failed}"))
    }

    pub(super) fn share(&self, of_recipients: bool, of_a_day: bool, used: u64, most: u64) -> String {
        let (what, time) =
            (if of_recipients { "recipients" } else { "messages" }, if of_a_day { "day" } else { "minute" });
        let (unit, span) = (if of_recipients { "人" } else { "通" }, if of_a_day { "日" } else { "分" });
        self.either(format!("{used} of {most} {what} a {time}"), format!("{used}/{most}{unit}（1{span}）"))
    }

    /// The words of a slot of the plots.
    pub(super) fn slot(&self, time: &str, sent: usize, dead: usize) -> String {
        if dead == 0 {
            return self.either(format!("{time}: {sent} sent"), format!("{time} 送信{sent}"));
        }
        self.either(format!("{time}: {sent} sent, {dead} given up"), format!("{time} 送信{sent}・断念{dead}"))
    }

    pub(super) fn slot_times(&self, time: &str, median: &str, slowest: &str) -> String {
        self.either(
            format!("{time}: {median}, 95 % within {slowest}"),
            format!("{time} 中央値{median}、95% {slowest}"),
        )
    }

    /// What was made of a failure.
    pub(super) fn verdict(&self, result: &RecipientResult) -> Option<String> {
        let (scope, scope_ja) = match result.scope.as_deref()? {
            "provider" => ("the provider's fault", "プロバイダ側の問題"),
            "recipient" => ("the recipient's fault", "宛先の問題"),
            "message" => ("the message's fault", "メールの問題"),
            other => (other, other),
        };
        let (lasting, lasting_ja) = match result.duration.as_deref()? {
            "soft" => ("may pass", "一時的"),
            "hard" => ("will not pass by itself", "自然には直らない"),
            other => (other, other),
        };
        let rule = result.rule.as_deref().unwrap_or_default();
        Some(
            self.either(
                format!("{scope}, {lasting} ({rule})"),
                format!("{scope_ja}、{lasting_ja}（{rule}）"),
            ),
        )
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
