//! A notice in words. A phone shows the beginning of a subject, so the first fifteen wide characters say it all.

use delivery::notices::Word;
use mime::Language;
use spool_format::{Notice, NoticeKind};

use super::reason::in_japanese;

/// The language in which people are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Tongue {
    /// What the configuration says, first for notices and then for all alerts; else that of the environment, whose
    /// variables `read` reads.
    pub fn choose(notices: Language, alerts: Language, read: impl Fn(&str) -> Option<String>) -> Self {
        for language in [notices, alerts] {
            match language {
                Language::Japanese => return Self::Japanese,
                Language::English => return Self::English,
                Language::Auto => {}
            }
        }
        Self::of(read)
    }

    /// What the environment says, whose variables `read` reads: `LC_ALL`, else `LC_MESSAGES`, else `LANG` (POSIX.1-2017,
    /// XBD 8.2). English where nobody says anything that we speak.
    pub fn of(read: impl Fn(&str) -> Option<String>) -> Self {
        if enqueue::asks_for_japanese(read) { Self::Japanese } else { Self::English }
    }

    /// The one of two texts that is in this language.
    pub(crate) fn either<T>(self, english: T, japanese: T) -> T {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}

/// A notice in a few words, for a subject.
pub(super) fn title(tongue: Tongue, word: Word, notice: &Notice) -> String {
    let Notice { subject, count, .. } = notice;
    let is_over = word == Word::Over;
    match tongue {
        Tongue::English => match (notice.kind, is_over) {
            (NoticeKind::ProviderFailing, false) => format!("{subject} fails, others work"),
            (NoticeKind::ProviderFailing, true) => format!("{subject} works again"),
            (NoticeKind::NoProvider, false) => "No alert goes out".to_owned(),
            (NoticeKind::NoProvider, true) => "Alerts go out again".to_owned(),
            (NoticeKind::Stuck, false) => format!("{count} critical stuck"),
            (NoticeKind::Stuck, true) => "No critical alert stuck".to_owned(),
            (NoticeKind::DeadLetter, _) => plural(*count, "dead letter"),
            (NoticeKind::Corrupt, _) => plural(*count, "corrupt file"),
            (NoticeKind::SpoolFull, false) => "Spool disk nearly full".to_owned(),
            (NoticeKind::SpoolFull, true) => "Spool disk has room again".to_owned(),
            (NoticeKind::Journal, false) => "Journal cannot be written".to_owned(),
            (NoticeKind::Journal, true) => "Journal is written again".to_owned(),
            (NoticeKind::Copies, false) => "Alerts cannot be copied".to_owned(),
            (NoticeKind::Copies, true) => "Alerts are copied again".to_owned(),
            (NoticeKind::Retired, false) => format!("{subject} has closed down"),
            (NoticeKind::Retired, true) => format!("{subject} is there again"),
            (NoticeKind::DrillFailed, false) => format!("{subject} fails its drill"),
            (NoticeKind::DrillFailed, true) => format!("{subject} usable again"),
            (NoticeKind::CertificateEnds, false) => format!("{subject}: certificate ends"),
            (NoticeKind::CertificateEnds, true) => format!("{subject}: new certificate"),
            (NoticeKind::OffersLess, _) => format!("{subject} offers less"),
            (NoticeKind::Other, _) => String::new(),
        },
        Tongue::Japanese => match (notice.kind, is_over) {
            (NoticeKind::ProviderFailing, false) => format!("{subject}不通、他で送信中"),
            (NoticeKind::ProviderFailing, true) => format!("{subject}復旧"),
            (NoticeKind::NoProvider, false) => "アラート送信不能".to_owned(),
            (NoticeKind::NoProvider, true) => "アラート送信復旧".to_owned(),
            (NoticeKind::Stuck, false) => format!("重大{count}件が未達"),
            (NoticeKind::Stuck, true) => "重大アラート未達解消".to_owned(),
            (NoticeKind::DeadLetter, _) => format!("送信断念{count}件"),
            (NoticeKind::Corrupt, _) => format!("不正ファイル{count}件"),
            (NoticeKind::SpoolFull, false) => "スプール空き不足".to_owned(),
            (NoticeKind::SpoolFull, true) => "スプール空き回復".to_owned(),
            (NoticeKind::Journal, false) => "ジャーナル書込不能".to_owned(),
            (NoticeKind::Journal, true) => "ジャーナル書込復旧".to_owned(),
            (NoticeKind::Copies, false) => "保留アラート複製不能".to_owned(),
            (NoticeKind::Copies, true) => "保留アラート複製復旧".to_owned(),
            (NoticeKind::Retired, false) => format!("{subject}は終了済み"),
            (NoticeKind::Retired, true) => format!("{subject}は再開"),
            (NoticeKind::DrillFailed, false) => format!("{subject}点検失敗"),
            (NoticeKind::DrillFailed, true) => format!("{subject}点検異常解消"),
            (NoticeKind::CertificateEnds, false) => format!("{subject}証明書期限間近"),
            (NoticeKind::CertificateEnds, true) => format!("{subject}証明書更新済み"),
            (NoticeKind::OffersLess, _) => format!("{subject}機能減少"),
            (NoticeKind::Other, _) => String::new(),
        },
    }
}

/// The text: what it means, since when, why, and what to look at. `moment` is a time as people here read it.
pub(super) fn text(tongue: Tongue, word: Word, notice: &Notice, moment: (&str, Option<&str>)) -> String {
    let meaning = meaning(tongue, word, notice);
    let (since, over) = moment;
    let Notice { kind, subject, reason, count, .. } = notice;
    let look = match kind {
        NoticeKind::ProviderFailing | NoticeKind::Retired => format!("alertmail probe {subject}"),
        NoticeKind::DrillFailed | NoticeKind::CertificateEnds | NoticeKind::OffersLess => {
            format!("alertmail drill {subject}")
        }
        NoticeKind::DeadLetter => "alertmail list --state dead".to_owned(),
        NoticeKind::Corrupt => "alertmail list --state corrupt".to_owned(),
        NoticeKind::NoProvider | NoticeKind::Stuck => "alertmail list".to_owned(),
        _ => "alertmail check".to_owned(),
    };
    let is_passed_over =
        *kind == NoticeKind::ProviderFailing || (*kind == NoticeKind::DrillFailed && *count > 0);
    let ways = is_passed_over.then_some(count);
    let mut lines = vec![meaning, String::new()];
    match tongue {
        Tongue::English => {
            lines.push(format!("Since: {since}"));
            lines.extend(over.map(|over| format!("Until: {over}")));
            lines.extend((!reason.is_empty()).then(|| format!("Why: {reason}")));
            lines.extend(ways.map(|count| format!("Went another way: {}", plural(*count, "alert"))));
            lines.push(format!("Look: {look}"));
        }
        Tongue::Japanese => {
            lines.push(format!("発生: {since}"));
            lines.extend(over.map(|over| format!("解消: {over}")));
            lines.extend((!reason.is_empty()).then(|| format!("原因: {}", why(tongue, reason))));
            lines.extend(ways.map(|count| format!("別経路で送信: {count}件")));
            lines.push(format!("確認: {look}"));
        }
    }
    lines.join("\n") + "\n"
}

/// What lasts, in a sentence for lists.
pub fn sentence(notice: &Notice) -> String {
    sentence_in(Tongue::English, notice, &notice.since.to_string())
}

/// The same in this language, with the time since when as people here read it.
pub(crate) fn sentence_in(tongue: Tongue, notice: &Notice, since: &str) -> String {
    let Notice { kind, reason, count, .. } = notice;
    let title = title(tongue, Word::Begins, notice);
    let is_passed_over =
        *kind == NoticeKind::ProviderFailing || (*kind == NoticeKind::DrillFailed && *count > 0);
    let another_way = tongue
        .either(format!(", {} another way", plural(*count, "alert")), format!("、別経路で送信{count}件"));
    let another_way = if is_passed_over { another_way } else { String::new() };
    let reason = if reason.is_empty() { String::new() } else { format!(": {}", why(tongue, reason)) };
    match tongue {
        Tongue::English => format!("{title} since {since}{another_way}{reason}"),
        Tongue::Japanese => format!("{title}（{since}から{another_way}）{reason}"),
    }
}

/// What lasts, in a few words.
pub(crate) fn title_of(tongue: Tongue, notice: &Notice) -> String {
    title(tongue, Word::Begins, notice)
}

/// The reason as it is read in this language.
pub(crate) fn why(tongue: Tongue, reason: &str) -> String {
    match tongue {
        Tongue::English => reason.to_owned(),
        Tongue::Japanese => in_japanese(reason),
    }
}

fn meaning(tongue: Tongue, word: Word, notice: &Notice) -> String {
    let Notice { subject, count, .. } = notice;
    let is_over = word == Word::Over;
    match tongue {
        Tongue::English => match (notice.kind, is_over) {
            (NoticeKind::ProviderFailing, false) => {
                format!("The provider `{subject}` does not take alerts. They go out through another one.")
            }
            (NoticeKind::ProviderFailing, true) => format!("The provider `{subject}` takes alerts again."),
            (NoticeKind::NoProvider, false) => {
                format!("No provider works. {} in the spool; nothing is lost.", waits(*count))
            }
            (NoticeKind::NoProvider, true) => "A provider works again; what waited goes out.".to_owned(),
            (NoticeKind::Stuck, false) => {
                format!("{} waited for too long, and did not reach anybody.", has(*count, "critical alert"))
            }
            (NoticeKind::Stuck, true) => "No critical alert waits for too long any more.".to_owned(),
            (NoticeKind::DeadLetter, _) => {
                format!("{} been given up and kept in dead/: nobody got to read it.", has(*count, "alert"))
            }
            (NoticeKind::Corrupt, _) => {
                format!("{} been moved to corrupt/, being no alert.", has(*count, "file"))
            }
            (NoticeKind::SpoolFull, false) => "The disk of the spool is nearly full. Make room.".to_owned(),
            (NoticeKind::SpoolFull, true) => "There is room on the disk of the spool again.".to_owned(),
            (NoticeKind::Journal, false) => {
                "The journal cannot be written. Alerts go out all the same; after a crash some may go out twice."
                    .to_owned()
            }
            (NoticeKind::Journal, true) => "The journal can be written again; nothing is missing in it.".to_owned(),
            (NoticeKind::Copies, false) => {
                "Deferred alerts cannot be copied; they stay where they are and go out all the same.".to_owned()
            }
            (NoticeKind::Copies, true) => "Deferred alerts can be copied again.".to_owned(),
            (NoticeKind::Retired, false) => {
                format!("The service of `{subject}` has ended. Put another provider in its place.")
            }
            (NoticeKind::Retired, true) => format!("The service of `{subject}` is there again."),
            (_, _) => of_drills(tongue, is_over, notice),
        },
        Tongue::Japanese => match (notice.kind, is_over) {
            (NoticeKind::ProviderFailing, false) => {
                format!("プロバイダ「{subject}」で送信できません。アラートは別のプロバイダで送信されています。")
            }
            (NoticeKind::ProviderFailing, true) => {
                format!("プロバイダ「{subject}」で再び送信できるようになりました。")
            }
            (NoticeKind::NoProvider, false) => format!(
                "どのプロバイダでも送信できません。{count}件がスプールで待機中です（失われてはいません）。"
            ),
            (NoticeKind::NoProvider, true) => "送信できるようになりました。待機中のアラートを送ります。".to_owned(),
            (NoticeKind::Stuck, false) => format!("重大アラート{count}件が長時間、誰にも届いていません。"),
            (NoticeKind::Stuck, true) => "長時間届いていない重大アラートはなくなりました。".to_owned(),
            (NoticeKind::DeadLetter, _) => {
                format!("アラート{count}件の送信を断念し、dead/に残しました。誰にも届いていません。")
            }
            (NoticeKind::Corrupt, _) => {
                format!("アラートではないファイル{count}件をcorrupt/へ移しました。")
            }
            (NoticeKind::SpoolFull, false) => "スプールのディスクの空きが不足しています。".to_owned(),
            (NoticeKind::SpoolFull, true) => "スプールのディスクの空きが回復しました。".to_owned(),
            (NoticeKind::Journal, false) => {
                "ジャーナルに書き込めません。送信は続きますが、異常終了すると二重に送ることがあります。".to_owned()
            }
            (NoticeKind::Journal, true) => "ジャーナルに書き込めるようになりました。欠落はありません。".to_owned(),
            (NoticeKind::Copies, false) => {
                "保留アラートを複製できません。元の場所に残り、送信は続きます。".to_owned()
            }
            (NoticeKind::Copies, true) => "保留アラートを複製できるようになりました。".to_owned(),
            (NoticeKind::Retired, false) => {
                format!("「{subject}」のサービスは終了しました。別のプロバイダに替えてください。")
            }
            (NoticeKind::Retired, true) => format!("「{subject}」のサービスは再開しました。"),
            (_, _) => of_drills(tongue, is_over, notice),
        },
    }
}

/// What drills and canaries have found.
fn of_drills(tongue: Tongue, is_over: bool, notice: &Notice) -> String {
    let subject = &notice.subject;
    match tongue {
        Tongue::English => match (notice.kind, is_over) {
            (NoticeKind::DrillFailed, false) => format!(
                "A drill has found that the provider `{subject}` could not take an alert. If it is not mended, alerts take other ways."
            ),
            (NoticeKind::DrillFailed, true) => format!("The provider `{subject}` can take alerts again."),
            (NoticeKind::CertificateEnds, false) => format!(
                "The certificate of the provider `{subject}` ends soon. After that it gets no alert, unless it has a new one."
            ),
            (NoticeKind::CertificateEnds, true) => {
                format!("The certificate of the provider `{subject}` holds for longer again.")
            }
            (NoticeKind::OffersLess, _) => {
                format!("A drill has missed something that the provider `{subject}` offered before.")
            }
            _ => String::new(),
        },
        Tongue::Japanese => match (notice.kind, is_over) {
            (NoticeKind::DrillFailed, false) => format!(
                "点検の結果、プロバイダ「{subject}」ではアラートを送信できない状態です。直るまでアラートは別の経路で送信されます。"
            ),
            (NoticeKind::DrillFailed, true) => {
                format!("プロバイダ「{subject}」はアラートを送信できる状態に戻りました。")
            }
            (NoticeKind::CertificateEnds, false) => format!(
                "プロバイダ「{subject}」の証明書の有効期限が近づいています。更新されないまま期限を過ぎると、そこからは送信できなくなります。"
            ),
            (NoticeKind::CertificateEnds, true) => {
                format!("プロバイダ「{subject}」の証明書の有効期限に余裕ができました。")
            }
            (NoticeKind::OffersLess, _) => {
                format!("点検の結果、プロバイダ「{subject}」でこれまで使えた機能の一部がなくなりました。")
            }
            _ => String::new(),
        },
    }
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn waits(count: u64) -> String {
    format!("{} {}", plural(count, "alert"), if count == 1 { "waits" } else { "wait" })
}

fn has(count: u64, what: &str) -> String {
    format!("{} {}", plural(count, what), if count == 1 { "has" } else { "have" })
}
