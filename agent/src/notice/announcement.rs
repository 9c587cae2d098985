//! A notice with its words: as an alert of the agent's own, as JSON for programs, as one line.

use delivery::Telling;
use delivery::notices::Word;
use serde_json::json;
use spool_format::alert::Source;
use spool_format::{Address, Alert, AlertId, Notice, NoticeKind, Severity, Wall};

use super::words::{self, Tongue};

/// Who such an alert says that it is from.
pub(super) const PROGRAM: &str = "alertmail";

/// How the key of such an alert begins: one thread of mail for each thing that is told of.
const KEY: &str = "alertmail:";

/// A notice with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    word: Word,
    notice: Notice,
    host: String,
    title: String,
    text: String,
    /// In the language of people.
    why: String,
}

impl Announcement {
    /// Puts it into words. `offset_minutes` is the zone in which people read times, `host` the name of this machine.
    pub fn new(telling: Telling, tongue: Tongue, host: &str, offset_minutes: impl Fn(Wall) -> i32) -> Self {
        let Telling { word, notice } = telling;
        let shown = |at: Wall| mime::local_time(at.unix_ms(), offset_minutes(at));
        let over = notice.told_over.filter(|_| word == Word::Over).map(shown);
        let title = words::title(tongue, word, &notice);
        let text = words::text(tongue, word, &notice, (&shown(notice.since), over.as_deref()));
        let why = words::why(tongue, &notice.reason);
        Self { word, notice, host: host.to_owned(), title, text, why }
    }

    /// For the journal, with the alert that tells of it by mail.
    pub fn notice(&self, alert: Option<AlertId>) -> Notice {
        Notice { alert, ..self.notice.clone() }
    }

    /// What has come of it, in one word.
    pub const fn word(&self) -> &'static str {
        match self.word {
            Word::Begins => "begins",
            Word::Over => "over",
            Word::Happened => "happened",
            Word::Forgotten => "forgotten",
        }
    }

    /// How urgent it is.
    pub const fn severity(&self) -> Severity {
        match (self.word, self.notice.kind) {
            (Word::Over | Word::Forgotten, _) => Severity::Info,
            (_, NoticeKind::NoProvider | NoticeKind::Stuck | NoticeKind::DeadLetter) => Severity::Critical,
            _ => Severity::Warning,
        }
    }

    /// All of it in one line.
    pub fn line(&self) -> String {
        let reason = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        format!("alertmail {}: {}{reason}", self.host, self.title).replace(char::is_control, " ")
    }

    /// For programs: one JSON object.
    pub fn to_json(&self) -> String {
        let Notice { kind, subject, since, reason, count, .. } = &self.notice;
        let json = json!({
            "version": 1,
            "notice": kind.as_str(),
            "what": self.word(),
            "subject": subject,
            "severity": self.severity().as_str(),
            "since": since,
            "reason": reason,
            "count": count,
            "host": self.host,
            "title": self.title,
            "text": self.text,
        });
        format!("{json}\n")
    }

    /// The alert that tells these people of it.
    pub fn alert(&self, id: AlertId, to: &[Address]) -> Alert {
        let Notice { kind, subject, .. } = &self.notice;
        let key = [kind.as_str(), subject].join(":");
        Alert {
            version: spool_format::alert::FORMAT_VERSION,
            id: Some(id),
            to: to.iter().map(|address| address.as_str().to_owned()).collect(),
            subject: format!("{} ({PROGRAM} {})", self.title, self.host),
            body: self.text.clone(),
            severity: self.severity(),
            key: Some(format!("{KEY}{}", key.trim_end_matches(':'))),
            resolves: self.word == Word::Over,
            source: Some(Source { host: self.host.clone(), program: PROGRAM.to_owned() }),
            ..Alert::default()
        }
    }
}

/// What an alert of the agent's own tells, as far as its file says. Others can write what looks like it, so that only of
/// files that nobody else can have written it says something.
pub fn told_by(alert: &Alert, id: AlertId) -> Option<Notice> {
    let key = alert.key.as_deref()?.strip_prefix(KEY)?;
    let (word, subject) = key.split_once(':').unwrap_or((key, ""));
    let kind = NoticeKind::ALL.into_iter().find(|kind| kind.as_str() == word)?;
    let at = id.born();
    let (told, told_over) = if alert.resolves { (None, Some(at)) } else { (Some(at), None) };
    let open = !alert.resolves && !kind.is_counted();
    Some(Notice { open, told, told_over, ..Notice::new(kind, subject.to_owned(), at) })
}
