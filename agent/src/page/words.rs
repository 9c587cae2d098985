//! What the page says, in both languages: each word once; `sentences` are those with something put into them.

mod sentences;

use spool_format::{Settlement, Severity};

use crate::notice::Tongue;
use crate::output::words;
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

    pub(super) const fn severity(&self, severity: Severity) -> &'static str {
        words::severity(self.tongue, severity)
    }

    pub(super) const fn standing(&self, standing: Standing) -> &'static str {
        words::standing(self.tongue, standing)
    }

    pub(super) const fn settlement(&self, settlement: Settlement) -> &'static str {
        words::settlement(self.tongue, settlement)
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
}
