//! What the texts of the samples are made of, from what alerts say every day to what is meant to break a reader.
//!
//! All of it comes from a stream of chance with a seed, so that a run can be had again.

use delivery::chance::Chance;

/// Words of an alert, all in JIS X 0208.
const WORDS: [&str; 48] = [
    "障害",
    "監視",
    "復旧",
    "警告",
    "緊急",
    "至急",
    "確認",
    "対応",
    "停止",
    "再起動",
    "応答なし",
    "容量不足",
    "東京",
    "大阪第二",
    "札幌",
    "データセンター",
    "サーバー",
    "ディスク",
    "メモリ",
    "ネットワーク",
    "データベース",
    "バックアップ",
    "ログ",
    "エラー",
    "の",
    "が",
    "は",
    "を",
    "です",
    "ます",
    "しました",
    "してください",
    "満杯",
    "温度異常",
    "電源喪失",
    "侵入検知",
    "夜間当直",
    "運用課",
    "齋藤",
    "渡邊",
    "鷗",
    "、",
    "。",
    "「",
    "」",
    "（株）",
    "℃",
    "→",
];
const ASCII: [&str; 24] = [
    "web1",
    "db1.example.jp",
    "/var",
    "98%",
    "CPU",
    "CRITICAL",
    "WARNING:",
    "[web1]",
    "(3/5)",
    "2026-11-26 19:55:18 +0900",
    "rc=137",
    "a,b;c",
    "\"quoted\"",
    "back\\slash",
    "root@localhost",
    "<root>",
    "it's",
    "#42",
    "100",
    "OOM",
    "eth0:",
    "x",
    "=",
    "?",
];
/// What ISO-2022-JP holds in another spelling, or spells in two ways.
const RESPELLED: &str = "〜～‖∥−－¢£¬￠￡￢—―¥‾￥￣…‥・";
/// What looks Japanese and is not in JIS X 0208.
const VENDOR: &str = "①②㈱㈲㎜Ⅲ№℡㍻髙﨑ⅰ￤剝塡頰𠮟𠮷☎ゔ㋿㍿纊";
/// What other languages write, and signs that are not seen.
const FOREIGN: &str = "éüßñøŁµΩÅ·–‑“”€한국어简体ไทยहिन्दीעבריתالعربية\u{A0}\u{AD}\u{200B}\u{200C}\u{2060}\u{FEFF}\u{FFFD}\u{3000}";
const EMOJI: [&str; 10] = [
    "🚨",
    "🔥",
    "✅",
    "⚠\u{FE0F}",
    "👨\u{200D}👩\u{200D}👧",
    "👍🏽",
    "🇯🇵",
    "1\u{FE0F}\u{20E3}",
    "🏴\u{E0067}\u{E007F}",
    "❤",
];
/// What ends fields, switches charsets or turns the display around.
const HOSTILE: [&str; 20] = [
    "\r\n",
    "\n",
    "\r",
    "\t",
    "\0",
    "\x1b$B",
    "\x1b(B",
    "\x1b",
    "\x0e",
    "\x0f",
    "\x7f",
    "\u{85}",
    "\u{9B}",
    "\u{2028}",
    "\u{2029}",
    "\u{202E}",
    "\u{2066}",
    "\u{200F}",
    "\r\nBcc: everybody@example.com\r\n\r\n",
    "\x0b\x0c",
];
const LOOKALIKES: [&str; 9] = [
    "=?UTF-8?B?8J+aqA==?=",
    "=?ISO-2022-JP?B?GyRCPmMbKEI=?=",
    "=?iso-8859-1?Q?=E9?=",
    "=?=",
    "=?",
    "?=",
    "=?x?y?z?=",
    "=E3=81=82",
    "=?US-ASCII?Q?a?= =?US-ASCII?Q?b?=",
];
const SPECIALS: [&str; 14] = ["\"", "\\", ",", ";", ":", "<", ">", "@", "(", ")", "[", "]", ".", "'"];

/// Throws dice.
#[derive(Debug)]
pub(crate) struct Dice(Chance);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("64 bits at most");
        usize::try_from(self.0.next() % end).expect("below a usize")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn character(&mut self, from: &str) -> char {
        from.chars().nth(self.below(from.chars().count())).expect("within it")
    }

    fn between(&mut self, first: char, last: char) -> char {
        let (first, last) = (u32::from(first), u32::from(last));
        let span = usize::try_from(last - first + 1).expect("a code point");
        loop {
            let drawn = u32::try_from(self.below(span)).expect("a code point");
            if let Some(c) = char::from_u32(first + drawn) {
                return c;
            }
        }
    }

    fn repeat(&mut self, count_max: usize, mut piece: impl FnMut(&mut Self) -> String) -> String {
        (0..=self.below(count_max)).map(|_| piece(self)).collect()
    }

    /// A subject, a name or a line: now plain, now hostile, mostly short.
    pub(crate) fn text(&mut self) -> String {
        match self.below(12) {
            0 => String::new(),
            1 => self.repeat(8, |dice| dice.pick(&WORDS).to_owned()),
            2 => self.repeat(6, |dice| dice.pick(&ASCII).to_owned() + " ").trim_end().to_owned(),
            3..=5 => self.alert(),
            6 => self.long(),
            7..=10 => {
                let joint = self.pick(&["", " ", " ", "  ", ", ", "   "]);
                let count = 1 + self.below(6);
                (0..count).map(|_| self.piece()).collect::<Vec<_>>().join(joint)
            }
            _ => self.repeat(12, |dice| dice.between('\0', char::MAX).to_string()),
        }
    }

    /// Some lines, with every kind of line end, some of them too long for a line of mail.
    pub(crate) fn body(&mut self) -> String {
        let count = self.below(8);
        let mut body = String::new();
        for _ in 0..count {
            let line = match self.below(12) {
                0 => {
                    self.pick(&[".", "..", "-- ", "From root", ">", "--", " ", "\t", "trailing  "]).to_owned()
                }
                1 => self.pick(&WORDS).repeat(1 + self.below(400)),
                2 => "x".repeat(self.below(3000)),
                _ => self.text(),
            };
            body.push_str(&line);
            body.push_str(self.pick(&["\n", "\n", "\n", "\r\n", "\r", "\n\n\n"]));
        }
        body
    }

    /// As hooks write it: a host, a state, what happened.
    fn alert(&mut self) -> String {
        let what = self.repeat(6, |dice| {
            let word = if dice.below(3) == 0 { dice.pick(&ASCII) } else { dice.pick(&WORDS) };
            word.to_owned() + dice.pick(&["", "", " "])
        });
        format!("[{}] {}: {}", self.pick(&ASCII), self.pick(&WORDS), what.trim_end())
    }

    fn long(&mut self) -> String {
        match self.below(5) {
            0 => self.repeat(120, |dice| dice.pick(&WORDS).to_owned()),
            1 => self.between('!', '~').to_string().repeat(60 + self.below(1200)),
            2 => (0..60 + self.below(400)).map(|_| self.between('!', '~')).collect(),
            3 => self.repeat(200, |dice| format!("{}{}", dice.pick(&WORDS), dice.pick(&ASCII))),
            _ => self.repeat(80, Self::piece),
        }
    }

    fn piece(&mut self) -> String {
        match self.below(15) {
            0 => self.pick(&WORDS).to_owned(),
            1 => self.pick(&ASCII).to_owned(),
            2 => self.pick(&EMOJI).repeat(1 + self.below(4)),
            3 => self.pick(&HOSTILE).to_owned(),
            4 => self.pick(&LOOKALIKES).to_owned(),
            5 => self.pick(&SPECIALS).to_owned(),
            6 => " ".repeat(1 + self.below(5)),
            7 => self.repeat(6, |dice| dice.between('\u{FF61}', '\u{FF9F}').to_string()),
            8 => self.repeat(4, |dice| {
                format!("{}{}", dice.between('ぁ', 'ヾ'), dice.pick(&["\u{3099}", "\u{309A}"]))
            }),
            9 => self.repeat(3, |dice| dice.character(RESPELLED).to_string()),
            10 => self.repeat(2, |dice| dice.character(VENDOR).to_string()),
            11 => self.repeat(6, |dice| dice.character(FOREIGN).to_string()),
            12 => self.repeat(5, |dice| dice.between('一', '龠').to_string()),
            13 => self.repeat(3, |dice| format!("{}\u{301}", dice.between('a', 'z'))),
            _ => self.between('\0', char::MAX).to_string(),
        }
    }
}
