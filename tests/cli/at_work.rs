//! Looking on while an agent works: `log --follow`, and `why` and `stats` through the life of an alert.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use harness::{Config, Ended, PATIENCE, Provider, Sandbox, becomes_true, in_english, run, signal};
use lab::{Act, Personality, Stage};
use rustix::process::Signal;
use serde_json::Value;
use spool_format::{AlertId, Event, Settlement, State};

use crate::{alertmail, sandbox};

const ONCALL: &str = "oncall@example.jp";

fn ask(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    run(alertmail(arguments).arg("--config").arg(sandbox.config_file()).env("TZ", "UTC"), b"")
}

/// `alertmail log --follow`, with what it says in a file.
struct Follower {
    child: Child,
    said: PathBuf,
}

impl Follower {
    fn start(sandbox: &Sandbox, name: &str, arguments: &[&str]) -> Self {
        let said = sandbox.path().join(name);
        let mut command: Command = alertmail(&["log", "--follow"]);
        command.args(arguments).arg("--config").arg(sandbox.config_file());
        in_english(&mut command)
            .stdin(Stdio::null())
            .stdout(fs::File::create_new(&said).expect("a file of its own"));
        Self { child: command.spawn().expect("the program is there"), said }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).expect("UTF-8")
    }

    #[track_caller]
    fn wait_for(&self, word: &str) {
        assert!(becomes_true(PATIENCE, || self.said().contains(word)), "no {word:?} in: {}", self.said());
    }

    /// Its exit code after a signal; `None` if the signal has ended it, or nothing has.
    fn end(mut self, by: Signal) -> Option<i32> {
        signal(self.child.id(), by);
        let mut status = None;
        becomes_true(PATIENCE, || {
            status = self.child.try_wait().expect("a child of ours");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn whoever_follows_the_journal_sees_what_happens_as_it_happens_over_restarts_and_ends_it_with_ctrl_c() {
    let sandbox = sandbox();
    let sick = Personality::plain().at(Stage::Greeting, Act::Say("421 4.3.2 too busy".to_owned()));
    let (home, spare) = (sandbox.server("home", sick), sandbox.server("spare", Personality::plain()));
    let provider = |name, port| Provider::clear(name, port);
    sandbox.configure(&Config::of([provider("home", home.port()), provider("spare", spare.port())]));
    let enqueue = |subject| {
        let id = sandbox.enqueue(&["-t", ONCALL, "-s", subject, "text"]);
        sandbox.wait_until_sent(id);
        id
    };
    let agent = sandbox.start_agent();
    let before = enqueue("before");
    let all = Follower::start(&sandbox, "all", &[]);
    let lines = Follower::start(&sandbox, "lines", &["--lines", "1", "--json"]);
    let one = Follower::start(&sandbox, "one", &["--provider", "home", "--lines", "1"]);
    // What was there before, as much as is asked for; then each of them is there to hear what comes.
    all.wait_for(&format!("{}  sent", &before.as_str()[..14]));
    assert!(all.said().contains("agent 0.1.0 started"), "{}", all.said());
    lines.wait_for("\n");
    one.wait_for("\n");
    assert_eq!((lines.said().lines().count(), one.said().lines().count()), (1, 1));
    let heard = one.said().len();

    let first = enqueue("while somebody looks on");
    for follower in [&all, &lines] {
        follower.wait_for(&first.as_str()[..14]);
    }
    all.wait_for(&format!("{}  attempt 2: spare has taken it", &first.as_str()[..14]));
    all.wait_for(&format!("{}  sent", &first.as_str()[..14]));
    let is_heard = || one.said()[heard..].contains("attempt 1: home has not taken it");
    assert!(becomes_true(PATIENCE, is_heard), "{}", one.said());

    assert_eq!(agent.stop(), Some(0));
    all.wait_for("agent stopped in good order");
    let agent = sandbox.start_agent();
    let second = enqueue("after a restart");
    all.wait_for(&format!("{}  sent", &second.as_str()[..14]));
    lines.wait_for("\"event\":\"started\"");
    let last = format!("\"event\":\"sent\",\"id\":\"{second}\"");
    lines.wait_for(&last);

    assert!(!one.said().contains("spare is asked"), "{}", one.said());
    // Each line of the journal once, in its order, and as it stands there.
    let journal: Vec<String> = fs::read_dir(sandbox.spool().join("queue/journal"))
        .expect("a journal")
        .map(|file| fs::read_to_string(file.expect("an entry").path()).expect("UTF-8"))
        .collect();
    let said = lines.said();
    let known: Vec<&str> = said.lines().collect();
    let whole: Vec<&str> = journal.iter().flat_map(|text| text.lines()).collect();
    let begin = whole.iter().position(|line| *line == known[0]).expect("a line of the journal");
    let of_it: Vec<&str> = whole[begin..].iter().copied().filter(|line| !repeats(line)).collect();
    assert_eq!(of_it[..known.len()], known[..]);
    assert_eq!(all.end(Signal::INT), Some(0), "Ctrl-C is how it ends");
    assert_eq!(lines.end(Signal::INT), Some(0));
    assert_eq!(one.end(Signal::TERM), Some(0));
    assert_eq!(agent.stop(), Some(0));
}

/// What a day begins with only repeats what stands; `--all` shows it.
fn repeats(line: &str) -> bool {
    line.contains("\"event\":\"checkpoint\"") || line.contains("\"event\":\"alive\"")
}

/// What `why` says, as text; its document has the same state.
#[track_caller]
fn why(sandbox: &Sandbox, id: AlertId) -> (String, Value) {
    let document = ask(sandbox, &["why", id.as_str(), "--json"]).expect_success();
    let text = ask(sandbox, &["why", id.as_str()]).expect_success();
    (text, serde_json::from_str(&document).expect("a document"))
}

/// These words are there, wherever a line ends.
#[track_caller]
fn says(text: &str, words: &[&str]) {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(plain(text).contains(&plain(word)), "no {word:?} in:\n{text}");
    }
}

#[test]
fn why_goes_with_an_alert_through_its_life() {
    let sandbox = sandbox();
    let full = || Personality::plain().recipient(ONCALL, "452 4.2.2 mailbox full");
    let home = sandbox.server("home", full());
    sandbox.configure(&Config::of([Provider::clear("home", home.port())]).pause("1h"));
    let id = sandbox.enqueue(&["-t", ONCALL, "-s", "disk full", "text"]);
    let (text, document) = why(&sandbox, id);
    says(&text, &["incoming  disk full", "No agent has met it yet.", "No agent runs.", "alertmail run"]);
    assert_eq!(document["state"], "incoming");

    let agent = sandbox.start_agent();
    sandbox.wait_for("it waits", PATIENCE, || matches!(sandbox.state(id), Some(State::Deferred { .. })));
    let (text, document) = why(&sandbox, id);
    let asked = "home, at rcpt, for oncall@example.jp: 452 4.2.2 mailbox full";
    says(&text, &["deferred  disk full", asked, "(mailbox-full)", &format!("alertmail retry {id}")]);
    assert!(!text.contains("No agent runs"), "{text}");
    assert_eq!(document["judged"][0]["result"]["rule"], "mailbox-full");
    assert_eq!(document["next"]["turns"][0]["providers"][0]["provider"], "home");
    assert!(document["next"]["at"].is_string() && document["next"]["gives_up"].is_string(), "{document}");

    // Each act by the command that the page itself names.
    let act = |word: &str| {
        let (text, _) = why(&sandbox, id);
        let line = text.lines().map(str::trim).find(|line| line.starts_with(&format!("alertmail {word} ")));
        let line = line.unwrap_or_else(|| panic!("no `{word}` in:\n{text}"));
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        ask(&sandbox, &words).expect_success();
    };
    act("hold");
    let (text, document) = why(&sandbox, id);
    says(&text, &["held  disk full", "It is held", "Nothing, until somebody releases it."]);
    assert_eq!(document["next"]["at"], Value::Null);

    // A server that says nothing to the last octets may have it.
    home.replace(Personality::plain().at(Stage::Dot, Act::Silence));
    home.close_all();
    act("release");
    ask(&sandbox, &["retry", id.as_str()]).expect_success();
    let is_out = |event: &Event| matches!(event, Event::DotSent { .. });
    sandbox.wait_for("the last octets are out", PATIENCE, || sandbox.events(id).iter().any(is_out));
    let (text, document) = why(&sandbox, id);
    says(&text, &["trying  disk full", "A provider is being asked to take it", "It may then arrive twice"]);
    assert_eq!(document["judged"].as_array().expect("a list").last().expect("one")["dot_sent"], true);

    home.replace(Personality::plain());
    home.close_all();
    sandbox.wait_for("it waits again", PATIENCE, || {
        matches!(sandbox.state(id), Some(State::Deferred { .. })) || sandbox.state(id) == Some(State::Sent)
    });
    if sandbox.state(id) != Some(State::Sent) {
        act("retry");
    }
    sandbox.wait_until_sent(id);
    let (text, document) = why(&sandbox, id);
    says(&text, &["sent  disk full", "It is sent, taken by home after", "Nothing: everybody has it"]);
    assert_eq!((&document["state"], &document["next"]["turns"]), (&"sent".into(), &Value::Array(vec![])));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn stats_count_what_the_journal_of_an_agent_at_work_tells() {
    let sandbox = sandbox();
    let manners = Personality::plain()
        .recipient("full@example.jp", "452 4.2.2 mailbox full")
        .recipient("gone@example.jp", "550 5.1.1 no such user");
    let down = lab::Port::reserve().expect("a port");
    let spare = sandbox.server("spare", manners);
    let providers = [Provider::clear("down", down.number()), Provider::clear("spare", spare.port())];
    sandbox.configure(&Config::of(providers).pause("300ms"));
    let agent = sandbox.start_agent();
    for to in [ONCALL, "ops@example.jp", ONCALL] {
        let id = sandbox.enqueue(&["-t", to, "-s", "x", "text"]);
        sandbox.wait_until_sent(id);
    }
    // It waits for the provider that has not refused it yet.
    sandbox.enqueue(&["-t", "gone@example.jp", "-s", "x", "text"]);
    let waits = sandbox.enqueue(&["-t", "full@example.jp", "-s", "waits", "text"]);
    let lost = sandbox.enqueue(&["-t", "nobody-knows-me", "-s", "lost", "text"]);
    sandbox.wait_for("one waits again and again, and one is dead", PATIENCE, || {
        let again = |event: &Event| matches!(event, Event::Deferred { passes: 3.., .. });
        sandbox.events(waits).iter().any(again) && sandbox.state(lost) == Some(State::Dead)
    });
    let stats = || -> Value {
        let said = ask(&sandbox, &["stats", "--days", "2", "--json"]).expect_success();
        serde_json::from_str(&said).expect("a document")
    };
    // While the agent goes on, nothing that is counted becomes less.
    let total = |stats: &Value, what: &str| -> u64 {
        stats["days"].as_array().expect("days").iter().filter_map(|day| day[what].as_u64()).sum()
    };
    let early = stats();
    let more = || total(&stats(), "attempts") > total(&early, "attempts");
    sandbox.wait_for("more attempts are counted", PATIENCE, more);
    assert_eq!(agent.stop(), Some(0));

    let (stats, events): (Value, Vec<Event>) =
        (stats(), sandbox.journal().into_iter().map(|entry| entry.event).collect());
    let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count() as u64;
    let failed = |event: &Event| match event {
        Event::Outcome { recipients, .. } => recipients.iter().any(|it| it.result != Settlement::Delivered),
        _ => false,
    };
    for (what, counted) in [
        ("accepted", count(|event| matches!(event, Event::Accepted { .. }))),
        ("sent", count(|event| matches!(event, Event::Sent { .. }))),
        ("deferred", count(|event| matches!(event, Event::Deferred { .. }))),
        ("dead", count(|event| matches!(event, Event::Dead { .. }))),
        ("attempts", count(|event| matches!(event, Event::Outcome { .. }))),
        ("failed", count(failed)),
    ] {
        assert_eq!(total(&stats, what), counted, "{what}: {stats}");
        assert!(total(&early, what) <= counted && counted > 0, "{what}: {early}");
    }
    let at = |name: &str| -> Value {
        let all = stats["providers"].as_array().expect("providers");
        all.iter().find(|it| it["provider"] == name).cloned().unwrap_or_else(|| panic!("{name}: {stats}"))
    };
    assert_eq!((&at("down")["taken"], &at("spare")["taken"]), (&0.into(), &3.into()));
    let rules = |name: &str| -> Vec<String> {
        let failures = at(name)["failures"].as_array().expect("failures").clone();
        failures.iter().map(|failure| failure["rule"].as_str().expect("a rule").to_owned()).collect()
    };
    assert_eq!(rules("down"), ["unreachable"]);
    assert_eq!(rules("spare"), ["mailbox-full", "no-such-recipient"]);
    let page = ask(&sandbox, &["stats"]).expect_success();
    says(&page, &["failures of spare", "mailbox-full (recipient, soft)", "unreachable (provider, soft)"]);
}
