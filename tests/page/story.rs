//! A spool with a day behind it: alerts by the hour, a provider that began to refuse its login three hours ago, alerts that
//! wait, and texts of people who want to see a script run.

use std::time::Duration;

use harness::{Sandbox, write_file};
use spool_format::drill::DrillResult;
use spool_format::outage::Cause;
use spool_format::{
    Address, Alert, AlertId, Drill, Entry, Event, Folder, Outage, RecipientResult, Settlement, Severity, Wall,
};

/// What somebody wrote who has read that this page is made of HTML.
pub(crate) const HOSTILE: &str = "<script>document.title='owned'</script>\"><img src=x onerror=\"document.title='owned'\">&lt;b&gt; '</style>";

/// What hooks write, again and again.
const SUBJECTS: [(&str, &str, Severity); 8] = [
    ("db1: disk /var at 91 %", "disk-db1", Severity::Warning),
    ("web2: nginx restarted", "nginx-web2", Severity::Info),
    ("バックアップが終了しました（fs1）", "backup-fs1", Severity::Info),
    ("web1: load 24 for 5 min", "load-web1", Severity::Warning),
    ("mail queue on mx1 is 1,204", "queue-mx1", Severity::Warning),
    ("db2: replication lag 340 s", "lag-db2", Severity::Critical),
    ("UPS: バッテリー運転に切り替わりました", "ups-1", Severity::Critical),
    ("cert for www.example.jp ends in 10 days", "cert-www", Severity::Warning),
];

/// Wheel of chance that turns the same way each time.
struct Wheel(u64);

impl Wheel {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The day, as the journal has it.
pub(crate) struct Story {
    entries: Vec<Entry>,
    wheel: Wheel,
    now: Wall,
}

fn to(who: &str) -> Address {
    Address::parse(who).expect("an address")
}

fn result(who: &str, said: Result<&str, (&str, &str, &str)>) -> RecipientResult {
    let (phase, text, failed) = match said {
        Ok(text) => ("dot", text, None),
        Err((phase, text, rule)) => (phase, text, Some(rule)),
    };
    let code: Option<u16> = text.get(..3).and_then(|code| code.parse().ok());
    RecipientResult {
        to: to(who),
        result: if failed.is_some() { Settlement::Open } else { Settlement::Delivered },
        phase: phase.to_owned(),
        code,
        enhanced: None,
        text: if code.is_some() { &text[4..] } else { text }.to_owned(),
        scope: failed.map(|_| "provider".to_owned()),
        duration: failed.map(|rule| if rule == "login-refused" { "hard" } else { "soft" }.to_owned()),
        rule: failed.map(str::to_owned),
    }
}

const REFUSED: (&str, &str, &str) = ("auth", "535 5.7.8 Error: authentication failed", "login-refused");
const BUSY: (&str, &str, &str) = ("mail", "451 4.3.2 try again later", "try-later");

impl Story {
    pub(crate) fn new(now: Wall) -> Self {
        Self { entries: Vec::new(), wheel: Wheel(7), now }
    }

    fn ago(&self, time: Duration) -> Wall {
        Wall::from_unix_ms(self.now.unix_ms() - i64::try_from(time.as_millis()).expect("not so long"))
    }

    fn say(&mut self, at: Wall, event: Event) {
        self.entries.push(Entry { at, event });
    }

    fn accepted(&mut self, id: AlertId, who: &[&str], (subject, key, severity): (&str, &str, Severity)) {
        let event = Event::Accepted {
            id,
            uid: 1000,
            octets: 400,
            recipients: who.iter().map(|it| to(it)).collect(),
            unusable: Vec::new(),
            severity,
            key: Some(key.to_owned()),
            subject: subject.to_owned(),
            created: None,
            ttl: None,
            message_id: Some(format!("<{}@db1.example.jp>", id.as_str())),
            notice: false,
            canary: None,
        };
        self.say(id.born().plus(Duration::from_millis(4)), event);
    }

    fn attempt(
        &mut self,
        id: AlertId,
        at: Wall,
        (attempt, provider): (u32, &str),
        who: &[&str],
        (took_ms, said): (u64, Result<&str, (&str, &str, &str)>),
    ) -> Wall {
        let recipients = who.iter().map(|it| to(it)).collect();
        let provider = provider.to_owned();
        self.say(at, Event::Attempt { id, attempt, provider: provider.clone(), recipients, beside: None });
        let end = at.plus(Duration::from_millis(took_ms));
        if said.is_ok() {
            let (notes, files) = (Vec::new(), Vec::new());
            self.say(
                end,
                Event::DotSent { id, attempt, provider: provider.clone(), notes, text: None, files },
            );
        }
        let recipients = who.iter().map(|it| result(it, said)).collect();
        self.say(end, Event::Outcome { id, attempt, provider, took_ms, preferred: Vec::new(), recipients });
        end
    }

    /// Alerts of 24 hours that went out: at `home` until three hours ago, since then at `yahoo`.
    fn day(&mut self) {
        let mut minutes = 24 * 60;
        while minutes > 12 {
            let born = self.ago(Duration::from_mins(minutes));
            let chance = [0; 10].map(|_: u8| u8::try_from(self.wheel.below(256)).expect("an octet"));
            let id = AlertId::new(born, chance);
            let subject = SUBJECTS[usize::try_from(self.wheel.below(8)).expect("small")];
            let who: &[&str] = if self.wheel.below(3) == 0 {
                &["oncall@docomo.example.jp", "ops@example.jp"]
            } else {
                &["ops@example.jp"]
            };
            self.accepted(id, who, subject);
            let mut at = born.plus(Duration::from_millis(10));
            let took = 90 + self.wheel.below(240);
            let mut number = 1;
            if minutes < 180 && (minutes > 175 || self.wheel.below(9) == 0) {
                at = self.attempt(id, at, (number, "home"), who, (310, Err(REFUSED)));
                number += 1;
            }
            let home = minutes >= 180;
            let took = if self.wheel.below(25) == 0 { took * 30 } else { took };
            let provider = if home { "home" } else { "yahoo" };
            at = self.attempt(id, at, (number, provider), who, (took, Ok("250 2.0.0 Ok: queued as 4F1A2")));
            let delivered = who.iter().map(|it| to(it)).collect();
            self.say(at, Event::Sent { id, delivered, refused: Vec::new() });
            let pause = if (6..18).contains(&(minutes / 60)) { 7 } else { 16 };
            minutes -= (1 + self.wheel.below(pause)).min(minutes - 12);
        }
    }

    fn providers(&mut self) {
        let since = self.ago(Duration::from_mins(178));
        let outage = Outage {
            since,
            until: self.now.plus(Duration::from_mins(9)),
            openings: 4,
            cause: Cause::Login,
            reason: "at auth: the server answered `535 5.7.8 Error: authentication failed`".to_owned(),
        };
        self.say(since, Event::Provider { provider: "home".to_owned(), outage: Some(outage) });
        for (provider, minutes, text) in [
            ("home", 95, "the server answered `535 5.7.8 Error: authentication failed`"),
            ("yahoo", 320, ""),
            ("docomo", 410, ""),
        ] {
            let begun = self.ago(Duration::from_mins(minutes));
            let drill = Drill {
                provider: provider.to_owned(),
                begun,
                result: Some(DrillResult {
                    ended: begun.plus(Duration::from_millis(700)),
                    ok: text.is_empty(),
                    login: true,
                    phase: if text.is_empty() { "quit" } else { "auth" }.to_owned(),
                    text: text.to_owned(),
                    cause: (!text.is_empty()).then_some(Cause::Login),
                    failures: 0,
                    took_ms: 700,
                    tls: Some("1.3".to_owned()),
                    certificate_end: None,
                    key: None,
                    offers: Vec::new(),
                    size: None,
                    news: Vec::new(),
                    missing: Vec::new(),
                    changes: Vec::new(),
                }),
                delivered: None,
            };
            self.say(begun, Event::Drill(Box::new(drill)));
        }
    }

    /// An alert that waits: nobody took it so far.
    fn waiting(
        &mut self,
        sandbox: &Sandbox,
        minutes: u64,
        subject: (&str, &str, Severity),
        who: &[&str],
    ) -> AlertId {
        let id =
            AlertId::new(self.ago(Duration::from_mins(minutes)), [u8::try_from(minutes).expect("small"); 10]);
        self.accepted(id, who, subject);
        let at = id.born().plus(Duration::from_millis(12));
        let at = self.attempt(id, at, (1, "yahoo"), who, (640, Err(BUSY)));
        let at = self.attempt(
            id,
            at,
            (2, "docomo"),
            who,
            (5_000, Err(("connect", "no answer in time", "silent"))),
        );
        let until = self.now.plus(Duration::from_mins(4));
        self.say(at, Event::Deferred { id, passes: 1, until, why: None });
        let alert = Alert { subject: subject.0.to_owned(), severity: subject.2, ..alert_to(who) };
        let file = sandbox.folder(Folder::Deferred).join(format!("{}.json", id.as_str()));
        write_file(&file, 0o600, &alert.to_octets());
        id
    }

    /// Writes all of it into the spool. The id is that of the hostile alert, which waits.
    pub(crate) fn write(mut self, sandbox: &Sandbox, is_hostile: bool) -> AlertId {
        self.day();
        self.providers();
        let critical = ("db1: RAID が縮退しています（sdb 故障）", "raid-db1", Severity::Critical);
        let mut shown = self.waiting(sandbox, 4, critical, &["oncall@docomo.example.jp", "ops@example.jp"]);
        if is_hostile {
            shown = self.waiting(sandbox, 2, (HOSTILE, HOSTILE, Severity::Warning), &["ops@example.jp"]);
        }
        self.entries.sort_by_key(|entry| entry.at);
        let started = Event::Started { boot: "another".to_owned(), program: "0.1.0".to_owned(), anew: false };
        let first = self.entries[0].at;
        let mut days: Vec<(String, Vec<u8>)> = vec![(first.day(), Vec::new())];
        Entry { at: first, event: started }.write_line(&mut days[0].1);
        for entry in &self.entries {
            if days.last().is_none_or(|(day, _)| *day != entry.at.day()) {
                days.push((entry.at.day(), Vec::new()));
            }
            entry.write_line(&mut days.last_mut().expect("a day").1);
        }
        let journal = sandbox.spool().join("queue/journal");
        for (day, lines) in days {
            write_file(&journal.join(format!("{day}.jsonl")), 0o600, &lines);
        }
        shown
    }
}

fn alert_to(who: &[&str]) -> Alert {
    let to: Vec<String> = who.iter().map(|it| (*it).to_owned()).collect();
    let text = serde_json::json!({ "version": 1, "to": to, "subject": "x", "body": "x" }).to_string() + "\n";
    let id = AlertId::new(Wall::from_unix_ms(0), [0; 10]);
    Alert::parse(text.as_bytes(), id).expect("an alert")
}
