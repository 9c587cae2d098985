//! A provider is given what it takes and no more; what is more goes to the next one at once.

use harness::{Config, PATIENCE};
use lab::{Act, Stage};

use crate::stand::{self, FIRST, ONCALL, SECOND};

#[test]
fn a_quota_that_is_used_up_stays_so_over_kills_and_the_next_provider_gets_the_rest() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let second = sandbox.server(SECOND, stand::healthy(&sandbox));
    let limited = stand::first(first.port()).key("messages_per_day", "3");
    sandbox.configure(&Config::of([limited, stand::second(second.port())]));
    let agent = sandbox.start_agent();
    for _ in 0..5 {
        let id = stand::enqueue(&sandbox);
        sandbox.wait_until_sent(id);
    }
    assert_eq!((first.mails().len(), second.mails().len()), (3, 2));
    agent.kill();
    for kills in 1..=3 {
        let agent = sandbox.start_agent();
        let id = stand::enqueue(&sandbox);
        sandbox.wait_until_sent(id);
        assert_eq!((first.mails().len(), second.mails().len()), (3, 2 + kills));
        agent.kill();
    }
    assert!(sandbox.ledger().providers.is_empty(), "nobody is to blame");
}

#[test]
fn what_is_left_of_a_quota_is_listed_and_the_check_warns_before_it_is_used_up() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let limited = stand::first(first.port()).key("messages_per_day", "10").key("recipients_per_day", "100");
    sandbox.configure(&Config::of([limited]).default_to(ONCALL));
    let agent = sandbox.start_agent();
    let config = sandbox.config_file().display().to_string();
    let ask = |words: &[&str]| {
        let ended = sandbox.alertmail(&[&["--config", &config], words].concat());
        (ended.code, ended.stdout)
    };
    for sent in 1..=10 {
        let id = stand::enqueue(&sandbox);
        sandbox.wait_until_sent(id);
        let (code, line) = ask(&["check"]);
        let said = match sent {
            9 => "provider `first`: 9 of 10 messages a day have gone out: the last 1 are for critical alerts",
            10 => "provider `first`: 10 of 10 messages a day have gone out: it gets nothing until",
            _ => "the agent runs, nothing waits",
        };
        assert!(line.contains(said), "after {sent}: {line}");
        assert_eq!(code, Some(i32::from(sent >= 9)), "{line}");
    }
    let (_, listed) = ask(&["providers"]);
    let line = "first: sent 10 of 10 messages a day, 0 left; 10 of 100 recipients a day, 90 left";
    assert!(listed.contains(line), "{listed}");
    let listed: serde_json::Value = serde_json::from_str(&ask(&["providers", "--json"]).1).expect("JSON");
    let quota = &listed["configured"][0]["quota"];
    assert_eq!((&quota[0]["left"], &quota[1]["used"]), (&0.into(), &10.into()), "{quota}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn more_recipients_than_a_mail_may_have_get_theirs_at_once_in_further_mails() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(first.port()).key("recipients_per_message", "2")]));
    let agent = sandbox.start_agent();
    let to: Vec<String> = (0..5).map(|n| format!("user{n}@example.jp")).collect();
    let mut words: Vec<&str> = to.iter().flat_map(|to| ["--to", to.as_str()]).collect();
    words.extend(["--subject", "disk full", "now"]);
    let id = sandbox.enqueue(&words);
    sandbox.wait_until_sent(id);
    assert_eq!(first.mails().len(), 3, "two, two and one");
    assert_eq!((sandbox.history(id).attempts.len(), agent.stop()), (1, Some(0)));
}

#[test]
fn a_server_that_says_too_many_recipients_has_the_others_in_the_same_pass_whatever_it_offers() {
    for offers in [&[][..], &["CHUNKING"], &["LIMITS RCPTMAX=3", "CHUNKING"]] {
        for pipelines in [true, false] {
            let sandbox = stand::sandbox();
            let mut manners = stand::healthy(&sandbox).recipients_at_most(2);
            manners = offers.iter().fold(manners, |manners, line| manners.capability(line));
            if !pipelines {
                manners = manners.without_capability("PIPELINING");
            }
            let first = sandbox.server(FIRST, manners);
            let second = sandbox.server(SECOND, stand::healthy(&sandbox));
            sandbox.configure(&Config::of([stand::first(first.port()), stand::second(second.port())]));
            let agent = sandbox.start_agent();
            let to: Vec<String> = (0..5).map(|n| format!("user{n}@example.jp")).collect();
            for mails in [5, 10] {
                let id = sandbox.enqueue(&["--to", &to.join(","), "--subject", "disk full", "now"]);
                sandbox.wait_until_sent(id);
                let reached: Vec<String> =
                    first.mails().into_iter().flat_map(|mail| mail.recipients).collect();
                assert_eq!(reached.len(), mails, "each once: {offers:?} {pipelines}");
                assert_eq!(second.mails().len(), 0, "{offers:?} {pipelines}");
                let history = sandbox.history(id);
                assert_eq!((history.passes, history.attempts.len()), (0, 1), "{offers:?} {pipelines}");
            }
            assert!(sandbox.ledger().providers.is_empty(), "nobody is to blame");
            assert_eq!(agent.stop(), Some(0));
        }
    }
}

#[test]
fn who_throttles_is_left_out_for_a_minute_by_the_journal_and_in_the_list_and_asked_once() {
    let sandbox = stand::sandbox();
    let full =
        stand::healthy(&sandbox).at(Stage::Mail, Act::Say("450 4.7.0 throttled, slow down".to_owned()));
    let first = sandbox.server(FIRST, full);
    let second = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(first.port()), stand::second(second.port())]));
    let agent = sandbox.start_agent();
    for _ in 0..3 {
        let id = sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "now"]);
        sandbox.wait_until_sent(id);
    }
    assert_eq!((second.mails().len(), first.connections()), (3, 1), "asked once");
    sandbox.wait_for("the journal tells", PATIENCE, || !sandbox.ledger().providers.is_empty());
    let outage = sandbox.ledger().providers[FIRST].clone();
    assert_eq!(outage.cause.as_str(), "throttled");
    assert!(outage.reason.contains("slow down"), "{}", outage.reason);
    let seconds = outage.until.since(outage.since).as_secs();
    assert_eq!(seconds, 60);
    assert_eq!(agent.stop(), Some(0));
}
