//! What happens when: each phase of a session with each failure, at a provider behind which others stand and at the last one,
//! for one recipient and for several. What came of it is kept as a page for people, `contrib/failures.md`;
//! `ALERTMAIL_UPDATE_GOLDEN=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::{Config, PATIENCE, Provider, Sandbox};
use lab::{Act, Leaf, Personality, Port, Stage};
use spool_format::history::AttemptRecord;
use spool_format::{AlertId, History, RecipientResult, Settlement, State};

use crate::stand::{self, ONCALL, PASSWORD, USER, healthy};

/// How long a provider may take before the next one starts beside it, and how long any wait may last.
const HEDGE_AFTER: &str = "1500ms";
const LIMIT: (&str, Duration) = ("4s", Duration::from_secs(4));
/// Cells that run at the same time: most of them wait.
const AT_ONCE: usize = 10;

const OTHER: &str = "second.oncall@example.jp";
const DOWN: &str = "down";
const SICK: &str = "sick";
const WELL: &str = "well";
const TITLE: &str = include_str!("matrix.md");

/// What goes wrong, and where.
struct Row {
    phase: &'static str,
    failure: &'static str,
    severity: &'static str,
    manners: fn(&Sandbox) -> Option<Personality>,
    /// TLS from the first octet, where that is what fails.
    implicit: bool,
}

/// Where the sick provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    Middle,
    Last,
}

const PLACES: [Place; 3] = [Place::First, Place::Middle, Place::Last];

/// Phases in which a server has to say something, with the stage of the lab and a refusal for good that fits.
const PHASES: [(&str, Stage, &str); 8] = [
    ("greeting", Stage::Greeting, "554 5.3.2 no service here"),
    ("EHLO", Stage::Ehlo, "550 5.7.1 not you"),
    ("STARTTLS", Stage::StartTls, "554 5.3.0 no TLS for you"),
    ("AUTH", Stage::Auth, "535 5.7.8 bad credentials"),
    ("MAIL", Stage::Mail, "550 5.7.1 not from you"),
    ("RCPT", Stage::Rcpt, "550 5.1.1 no such user"),
    ("DATA", Stage::Data, "554 5.3.0 no data from you"),
    ("dot", Stage::Dot, "554 5.6.0 bad content"),
];

/// Its name, and the act for the refusal of a phase.
type Failure = (&'static str, fn(&str) -> Act);

/// What such a server does instead.
const FAILURES: [Failure; 8] = [
    ("421", |_| Act::SayAndClose("421 4.3.2 going down".to_owned())),
    ("4yz", |_| Act::Say("451 4.3.0 later".to_owned())),
    ("5yz", |refusal| Act::Say(refusal.to_owned())),
    ("garbage", |_| Act::Say("what is this?".to_owned())),
    ("closes", |_| Act::Close),
    ("resets", |_| Act::Reset),
    ("silent", |_| Act::Silence),
    ("dribbles", |_| Act::Dribble { ms_per_byte: 2000 }),
];

/// A fatal alert of TLS: handshake failure (RFC 8446 section 6).
const TLS_ALERT: &str = "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}";

/// Rows that are of no phase and failure above.
const OTHERS: [Row; 8] = [
    row("connect", "refused", |_| None),
    row("connect", "resets", |it| Some(healthy(it).at(Stage::Connect, Act::Reset))),
    Row {
        implicit: true,
        ..row("TLS", "alert", |_| {
            Some(Personality::plain().at(Stage::Connect, Act::BreakOff(TLS_ALERT.to_owned())))
        })
    },
    row("TLS", "certificate expired", |it| Some(healthy(it).certificate(Leaf::Expired))),
    row("dot", "keeps it and closes", |it| Some(healthy(it).at(Stage::Dot, Act::KeepThenClose))),
    row("dot", "loses it and closes", |it| Some(healthy(it).at(Stage::Dot, Act::LoseThenClose))),
    Row {
        severity: "critical",
        ..row("dot", "keeps it and closes, critical", |it| {
            Some(healthy(it).at(Stage::Dot, Act::KeepThenClose))
        })
    },
    row("RCPT", "5yz for one of them", |it| Some(healthy(it).recipient(ONCALL, "550 5.1.1 no such user"))),
];

const fn row(
    phase: &'static str,
    failure: &'static str,
    manners: fn(&Sandbox) -> Option<Personality>,
) -> Row {
    Row { phase, failure, severity: "warning", manners, implicit: false }
}

/// What to do with a sick server in one cell.
struct Sick {
    personality: Option<Personality>,
    implicit: bool,
    severity: &'static str,
}

/// What came of a cell, in words.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    verdict: String,
    end: String,
}

#[test]
fn each_failure_in_each_phase_has_its_verdict_and_costs_no_alert_more_than_it_must() {
    let rows = rows();
    let cells: Vec<(usize, Place, usize)> = (0..rows.len())
        .flat_map(|row| PLACES.map(|place| (row, place)))
        .flat_map(|(row, place)| [1, 2].map(|recipients| (row, place, recipients)))
        .collect();
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((row, place, recipients)) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (phase, failure, sick) = &rows[*row];
                    let name = format!("{phase} {failure}, {place:?}, {recipients}");
                    let came = cell(&name, sick, *place, *recipients);
                    seen.lock().expect("nobody died").insert((*row, *recipients, *place as usize), came);
                }
            });
        }
    });
    let seen = seen.into_inner().expect("nobody died");
    assert_eq!(seen.len(), cells.len(), "every cell has an end");
    let page = page(&rows, &seen);
    expect_kept(&page);
}

type Named = (&'static str, &'static str, Box<dyn Fn(&Sandbox) -> Sick + Sync>);

fn rows() -> Vec<Named> {
    let mut rows: Vec<Named> = Vec::new();
    let of = |wanted: &'static str| {
        OTHERS.iter().filter(move |row| row.phase == wanted).map(|row| -> Named {
            let make = |sandbox: &Sandbox| Sick {
                personality: (row.manners)(sandbox),
                implicit: row.implicit,
                severity: row.severity,
            };
            (row.phase, row.failure, Box::new(make))
        })
    };
    rows.extend(of("connect"));
    for (phase, stage, refusal) in PHASES {
        for (failure, act) in FAILURES {
            let make = move |sandbox: &Sandbox| Sick {
                personality: Some(healthy(sandbox).at(stage, act(refusal))),
                implicit: false,
                severity: "warning",
            };
            rows.push((phase, failure, Box::new(make)));
        }
        rows.extend(of(phase));
        if phase == "STARTTLS" {
            rows.extend(of("TLS"));
        }
    }
    rows
}

/// One alert on its way past the sick provider.
fn cell(name: &str, sick: &dyn Fn(&Sandbox) -> Sick, place: Place, recipients: usize) -> Seen {
    let sandbox = stand::sandbox();
    let Sick { personality, implicit, severity } = sick(&sandbox);
    let (down, closed) = (Port::reserve().expect("a port"), Port::reserve().expect("a port"));
    let server = personality.map(|personality| sandbox.server(SICK, personality));
    let port = server.as_ref().map_or(closed.number(), |server| server.port());
    let well = sandbox.server(WELL, healthy(&sandbox));
    let login = |provider: Provider| provider.login(USER, PASSWORD);
    let sick = login(if implicit { Provider::implicit(SICK, port) } else { Provider::starttls(SICK, port) });
    let before = (place != Place::First).then(|| login(Provider::starttls(DOWN, down.number())));
    let behind = (place != Place::Last).then(|| login(Provider::starttls(WELL, well.port())));
    let config = Config::of(before.into_iter().chain([sick]).chain(behind)).pause("1h");
    let config =
        ["connect", "reply", "dot"].into_iter().fold(config, |config, key| config.limit(key, LIMIT.0));
    let config = config.limit("hedge_after", HEDGE_AFTER).limit("hedge_after_critical", HEDGE_AFTER);
    sandbox.configure(&config);
    let agent = sandbox.start_agent();
    let to: &[&str] = if recipients == 1 { &["--to", ONCALL] } else { &["--to", ONCALL, "--to", OTHER] };
    let id = sandbox.enqueue(&[to, &["--severity", severity, "--subject", "disk full", "now"]].concat());
    let is_over = || matches!(sandbox.state(id), Some(State::Sent | State::Dead | State::Deferred { .. }));
    sandbox.wait_for(name, LIMIT.1 + PATIENCE, is_over);
    assert_eq!(agent.stop(), Some(0), "{name}");
    let history = sandbox.history(id);
    assert_eq!(history.misfits, 0, "{name}: the journal tells one story");
    let mails = server.iter().chain([&well]).flat_map(|server| server.mails()).collect::<Vec<_>>();
    expect_no_double(name, id, &history, mails.iter().flat_map(|mail| &mail.recipients));
    Seen { verdict: verdict(name, &history), end: end(&history) }
}

/// Nobody has it twice, unless the journal says that a reply was lost.
fn expect_no_double<'a>(
    name: &str,
    id: AlertId,
    history: &History,
    delivered: impl Iterator<Item = &'a String>,
) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    delivered.for_each(|to| *times.entry(to).or_default() += 1);
    let results = history.attempts.iter().filter_map(|attempt| attempt.ended.as_ref());
    let in_doubt =
        results.flat_map(|ended| &ended.recipients).any(|result| result.result == Settlement::Uncertain);
    assert!(in_doubt || times.values().all(|times| *times == 1), "{name}, {id}: {times:?}");
}

/// What the sick provider's failure was judged as, for each recipient.
fn verdict(name: &str, history: &History) -> String {
    let of_it = history.attempts.iter().find(|attempt| attempt.provider == SICK);
    let attempt = of_it.unwrap_or_else(|| panic!("{name}: it was not tried: {:?}", history.attempts));
    let ended = attempt.ended.as_ref().unwrap_or_else(|| panic!("{name}: it has no end"));
    let words = |result: &RecipientResult| match (&result.scope, &result.duration, &result.rule) {
        (Some(scope), Some(duration), Some(rule)) => format!("{scope} {duration} `{rule}`"),
        _ => "taken".to_owned(),
    };
    let mut all: Vec<String> = ended.recipients.iter().map(words).collect();
    all.dedup();
    all.join(", ")
}

/// How it stands with the recipients.
fn end(history: &History) -> String {
    let by = |wanted: &str| {
        let has = |attempt: &&AttemptRecord| {
            attempt.ended.as_ref().is_some_and(|ended| {
                ended
                    .recipients
                    .iter()
                    .any(|it| it.to.as_str() == wanted && it.result == Settlement::Delivered)
            })
        };
        history.attempts.iter().rfind(has).map_or("nobody", |attempt| match attempt.provider.as_str() {
            WELL => "the next one",
            _ => "it",
        })
    };
    let each = history.recipients.iter().map(|(to, settlement)| match settlement {
        Settlement::Delivered => format!("sent by {}", by(to.as_str())),
        Settlement::Refused => "given up".to_owned(),
        Settlement::Uncertain => "in doubt".to_owned(),
        Settlement::Open => "waits".to_owned(),
    });
    let mut each: Vec<String> = each.collect();
    each.dedup();
    let mut words = each.join(", ");
    match history.state {
        State::Dead => words.push_str(": dead letter"),
        State::Deferred { .. } if !words.contains("waits") => words.push_str(": waits"),
        _ => {}
    }
    words
}

type All = BTreeMap<(usize, usize, usize), Seen>;

fn page(rows: &[Named], seen: &All) -> String {
    let mut page = TITLE.to_owned();
    for (n, (phase, failure, _)) in rows.iter().enumerate() {
        let cell = |recipients: usize, place: Place| &seen[&(n, recipients, place as usize)];
        let both = |words: &dyn Fn(usize) -> String| {
            let (one, two) = (words(1), words(2));
            if one == two { one } else { format!("{one}; two: {two}") }
        };
        let is_early_reset = matches!((*phase, *failure), ("connect" | "greeting", "resets"));
        let judged = |recipients, place| match cell(recipients, place).verdict.as_str() {
            // It may be there before the connection counts as made.
            "provider soft `connection-lost`" | "provider soft `unreachable`" if is_early_reset => {
                "provider soft `connection-lost` or `unreachable`"
            }
            other => other,
        };
        let verdict = both(&|recipients| {
            let mut all: Vec<&str> = PLACES.iter().map(|place| judged(recipients, *place)).collect();
            all.dedup();
            all.join(" / ")
        });
        let before = both(&|recipients| {
            let [first, middle] = [Place::First, Place::Middle].map(|place| &cell(recipients, place).end);
            if first == middle { first.clone() } else { format!("{first}; behind another: {middle}") }
        });
        let last = both(&|recipients| cell(recipients, Place::Last).end.clone());
        let _ = writeln!(page, "| {phase} | {failure} | {verdict} | {before} | {last} |");
    }
    page
}

#[expect(clippy::disallowed_methods, reason = "a page of the repository, not a spool file")]
fn expect_kept(page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/failures.md");
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differences: Vec<String> = page
        .lines()
        .filter(|line| !kept.lines().any(|other| other == *line))
        .map(|line| format!("now {line}"))
        .chain(
            kept.lines()
                .filter(|line| !page.lines().any(|other| other == *line))
                .map(|line| format!("was {line}")),
        )
        .collect();
    assert!(
        kept == page,
        "ALERTMAIL_UPDATE_GOLDEN=1 accepts what came of it now:\n{}",
        differences.join("\n")
    );
}
