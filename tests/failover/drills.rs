//! What is wrong with a provider is found before an alert needs it: seldom, without a mail, and at no alert's expense.

use std::time::{Duration, Instant};

use harness::{Agent, Config, PATIENCE, Sandbox};
use lab::{Act, Leaf, Mail, Personality, Server, Stage};
use mail_parser::MessageParser;
use spool_format::{Cause, DrillResult};

use crate::stand::{self, FIRST, SECOND, USER};

/// Who gets notices.
const OPS: &str = "ops@example.jp";

/// A configuration with drills once in so long; the first ones come after an eighth of it.
fn drilled(config: &Config, every: &str) -> Config {
    config.clone().more(&format!("\n[drills]\nevery = \"{every}\"\n"))
}

/// Two providers, of which the second one has these manners, and an agent that drills them.
fn stage(
    every: &str,
    second: impl FnOnce(Personality) -> Personality,
) -> (Sandbox, [std::rc::Rc<Server>; 2], Agent) {
    stage_with(every, second, |config| config)
}

/// The same, with more in its configuration.
fn stage_with(
    every: &str,
    second: impl FnOnce(Personality) -> Personality,
    more: impl FnOnce(Config) -> Config,
) -> (Sandbox, [std::rc::Rc<Server>; 2], Agent) {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let second = sandbox.server(SECOND, second(stand::healthy(&sandbox)));
    let config = Config::of([stand::first(first.port()), stand::second(second.port())]);
    sandbox.configure(&drilled(&more(config.default_to(stand::ONCALL).pause("1s")), every));
    let agent = sandbox.start_agent();
    (sandbox, [first, second], agent)
}

fn found(sandbox: &Sandbox, provider: &str) -> Option<DrillResult> {
    sandbox.ledger().drills.get(provider).filter(|drill| !drill.is_running())?.result.clone()
}

#[track_caller]
fn wait_for(sandbox: &Sandbox, provider: &str, what: impl Fn(&DrillResult) -> bool) -> DrillResult {
    let result = || found(sandbox, provider).filter(&what);
    sandbox.wait_for("the drill has found it", PATIENCE, || result().is_some());
    result().expect("it was there")
}

fn logins(server: &Server) -> usize {
    server.commands().iter().filter(|command| command.starts_with("AUTH ")).count()
}

fn ask(sandbox: &Sandbox, words: &[&str]) -> (Option<i32>, String) {
    let config = sandbox.config_file();
    let ended = sandbox.alertmail(&[&["--config", &config.to_string_lossy()], words].concat());
    (ended.code, ended.stdout)
}

#[test]
fn an_expired_password_is_found_before_any_alert_and_seen_to_work_again() {
    let (sandbox, [first, second], agent) = stage("8s", |healthy| healthy.login(USER, "the new one"));
    let result = wait_for(&sandbox, SECOND, |_| true);
    assert_eq!((result.ok, result.login, &*result.phase), (false, true, "auth"), "{result:?}");
    assert!(wait_for(&sandbox, FIRST, |_| true).ok);
    let outages = || sandbox.ledger().providers;
    assert_eq!(outages().get(SECOND).map(|outage| outage.cause), Some(Cause::Login));
    assert_eq!(logins(&second), 1, "once, and not again: trying on locks accounts");
    let (code, line) = ask(&sandbox, &["check"]);
    assert_eq!(code, Some(1), "{line}");
    assert!(line.contains("provider `second` is left out") && line.contains(" drill_age="), "{line}");
    assert!(agent.log().contains("drill provider=second failed phase=auth login=true"), "{}", agent.log());
    let (_, listed) = ask(&sandbox, &["providers"]);
    assert!(listed.contains("first: drill ") && listed.contains("it refuses the login: "), "{listed}");
    let (code, _) = ask(&sandbox, &["drill", SECOND]);
    assert_eq!(code, Some(77), "a person may ask now");

    // The account's old password holds again; nobody tells the agent.
    second.replace(stand::healthy(&sandbox));
    wait_for(&sandbox, SECOND, |result| result.ok);
    sandbox.wait_for("it is used again", PATIENCE, || outages().is_empty());
    assert_eq!(ask(&sandbox, &["check"]).0, Some(0), "{}", ask(&sandbox, &["check"]).1);
    assert_eq!(first.mails().len() + second.mails().len(), 0, "no drill sends a mail");
    assert_eq!(agent.stop(), Some(0));
}

/// A configuration that tells people within moments, in this language, and as often as there is something to tell.
fn told(config: Config, language: &str) -> Config {
    let config = config.notices("to", &format!("[\"{OPS}\"]")).notices("language", &format!("{language:?}"));
    config.notices("gather", "\"200ms\"").notices("every", "\"1s\"")
}

/// Subject and text of each notice that went out there, as people read them.
fn notices_at(server: &Server) -> Vec<(String, String)> {
    let own = server.mails().into_iter().filter(|mail| mail.recipients == [OPS]);
    let read = |mail: Mail| {
        let message = MessageParser::default().parse(&mail.octets).expect("a mail");
        let subject = message.subject().expect("a subject").to_owned();
        (subject, message.body_text(0).expect("a text").into_owned())
    };
    own.map(read).collect()
}

#[test]
fn people_hear_once_of_a_login_that_a_drill_finds_refused_and_once_that_it_works() {
    for (language, title, why, over) in [
        (
            "en",
            "second fails its drill (alertmail ",
            "Why: at auth: the server answered `535",
            "second usable again",
        ),
        ("ja", "second点検失敗 (alertmail ", "原因: 認証の段階: サーバーの応答「535", "second点検異常解消"),
    ] {
        let broken = |healthy: Personality| healthy.login(USER, "the new one");
        let (sandbox, [first, second], agent) = stage_with("8s", broken, |config| told(config, language));
        sandbox.wait_for("people are told", PATIENCE, || !notices_at(&first).is_empty());
        let (subject, text) = notices_at(&first).remove(0);
        assert!(subject.starts_with(title) && text.contains(why), "{subject}\n{text}");
        // An alert that goes another way is no second reason to tell of it.
        for _ in 0..2 {
            let id = stand::enqueue(&sandbox);
            sandbox.wait_until_sent(id);
        }
        second.replace(stand::healthy(&sandbox));
        sandbox.wait_for("people are told", PATIENCE, || {
            notices_at(&first).len() + notices_at(&second).len() == 2
        });
        let last = notices_at(&first).pop().expect("it comes first in the file");
        assert!(last.0.starts_with(over), "{last:?}");
        let notices = sandbox.ledger().notices;
        assert!(notices.values().all(|notice| !notice.open), "{notices:?}");
        assert_eq!(agent.stop(), Some(0));
    }
}

#[test]
fn people_hear_of_a_certificate_near_its_end_and_of_what_is_missed() {
    let ends = |healthy: Personality| healthy.certificate(Leaf::EndsSoon);
    let (sandbox, [first, second], agent) = stage_with("8s", ends, |config| told(config, "en"));
    let titles = || {
        let all = [notices_at(&first), notices_at(&second)].concat();
        all.into_iter()
            .map(|(subject, _)| subject.split(" (").next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    sandbox.wait_for("people are told", PATIENCE, || !titles().is_empty());
    assert_eq!(titles(), ["second: certificate ends"]);
    let good = wait_for(&sandbox, FIRST, |_| true);
    first.replace(stand::healthy(&sandbox).without_capability("PIPELINING"));
    second.replace(stand::healthy(&sandbox));
    wait_for(&sandbox, FIRST, |result| result.ended > good.ended);
    sandbox.wait_for("people are told", PATIENCE, || titles().len() == 3);
    let mut told = titles();
    told.sort_unstable();
    assert_eq!(told, ["first offers less", "second: certificate ends", "second: new certificate"]);
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn who_is_not_reached_is_told_of_after_the_second_drill_and_not_after_the_first() {
    let gone = |healthy: Personality| healthy.at(Stage::Greeting, Act::Close);
    let (sandbox, [first, _second], agent) = stage_with("24s", gone, |config| told(config, "en"));
    assert_eq!(wait_for(&sandbox, SECOND, |_| true).failures, 1);
    assert_eq!(notices_at(&first), Vec::new());
    sandbox.wait_for("people are told", PATIENCE, || !notices_at(&first).is_empty());
    assert!(wait_for(&sandbox, SECOND, |_| true).failures >= 2);
    assert_eq!(notices_at(&first)[0].0.split(" (").next(), Some("second fails its drill"));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_certificate_near_its_end_and_a_capability_that_is_gone_are_news() {
    let (sandbox, [first, second], agent) = stage("8s", |healthy| healthy.certificate(Leaf::EndsSoon));
    let result = wait_for(&sandbox, SECOND, |_| true);
    assert!(result.ok && result.news[0].starts_with("its certificate ends in 9 days, on "), "{result:?}");
    let good = wait_for(&sandbox, FIRST, |_| true);
    assert_eq!((good.ok, good.news.len(), good.changes.len()), (true, 0, 0), "{good:?}");
    assert!(good.tls.is_some() && good.key.is_some(), "{good:?}");
    let (code, line) = ask(&sandbox, &["check"]);
    assert_eq!(code, Some(1), "{line}");
    assert!(line.contains("provider `second`: its certificate ends in 9 days"), "{line}");
    let missing = good.offers.iter().find(|offer| *offer == "PIPELINING").expect("it is offered");
    first.replace(stand::healthy(&sandbox).without_capability(missing));
    let result = wait_for(&sandbox, FIRST, |result| result.ended > good.ended);
    assert_eq!(result.news, ["it no longer offers PIPELINING"]);
    assert_eq!(result.changes, Vec::<String>::new(), "the certificate is the same");
    second.replace(stand::healthy(&sandbox));
    let result = wait_for(&sandbox, SECOND, |result| result.news.is_empty());
    assert!(result.changes[0].starts_with("its certificate has another key than before: "), "{result:?}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "that nothing comes can only be waited for")]
fn an_agent_that_is_started_again_and_again_does_not_log_in_again_and_again() {
    let (sandbox, [first, second], agent) = stage("24s", |healthy| healthy);
    for name in [FIRST, SECOND] {
        assert!(wait_for(&sandbox, name, |_| true).ok);
    }
    agent.kill();
    let agent = sandbox.start_agent();
    // Without its memory it would begin within six seconds.
    std::thread::sleep(Duration::from_secs(7));
    assert_eq!((logins(&first), logins(&second)), (1, 1));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is measured")]
fn no_alert_waits_for_a_drill_that_hangs() {
    let (sandbox, [first, _second], agent) = stage("8s", |healthy| healthy.at(Stage::Greeting, Act::Silence));
    let hangs = || sandbox.ledger().drills.get(SECOND).is_some_and(spool_format::Drill::is_running);
    sandbox.wait_for("a drill hangs", PATIENCE, hangs);
    let begun = Instant::now();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(first.mails().len(), 1);
    assert!(hangs(), "it hung all the time");
    let begun = Instant::now();
    assert_eq!(agent.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(3), "nor does the end wait for it");
}

#[test]
fn of_what_is_no_server_it_is_seen_whether_it_is_there_and_nothing_is_run() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let here = |name: &str| sandbox.path().join(name).display().to_string();
    let local = format!(
        "\n[[provider]]\nname = \"gone\"\nkind = \"command\"\ninput = \"none\"\ncommand = [\"{}\"]\n\
         \n[[provider]]\nname = \"there\"\nkind = \"command\"\ninput = \"none\"\ncommand = [\"touch\", \"{}\"]\n\
         \n[[provider]]\nname = \"folder\"\nkind = \"maildir\"\npath = \"{}\"\nfrom = \"a@example.jp\"\n\
         \n[[provider]]\nname = \"quiet\"\nkind = \"maildir\"\npath = \"{}\"\nfrom = \"a@example.jp\"\ndrill = false\n",
        here("no-such-program"),
        here("was-run"),
        here("mails"),
        here("others"),
    );
    let config = Config::of([stand::first(first.port())]).default_to(stand::ONCALL).more(&local);
    sandbox.configure(&drilled(&config, "8s"));
    let agent = sandbox.start_agent();
    let gone = wait_for(&sandbox, "gone", |_| true);
    assert!(!gone.ok && gone.text.contains("no-such-program"), "{gone:?}");
    for name in [FIRST, "there", "folder"] {
        assert!(wait_for(&sandbox, name, |_| true).ok, "{name}");
    }
    assert!(!sandbox.path().join("was-run").exists() && !sandbox.path().join("mails").exists());
    assert_eq!(found(&sandbox, "quiet"), None, "it is left alone");
    let (code, line) = ask(&sandbox, &["check"]);
    assert_eq!(code, Some(1), "{line}");
    // After some drills in vain it is left out.
    assert!(line.contains("provider `gone` ") && line.contains("no-such-program"), "{line}");
    assert_eq!(agent.stop(), Some(0));
}
