//! Canary mails: through each provider, the standby too, and through no other; what becomes of them is known.

use harness::{Agent, Config, PATIENCE, Sandbox};
use lab::{Mail, Personality, Server};
use mail_parser::MessageParser;
use spool_format::Canary;

use crate::stand::{self, FIRST, ONCALL, SECOND};

/// Who gets notices.
const OPS: &str = "ops@example.jp";

/// Who gets canaries.
const KEEPER: &str = "keeper@example.jp";

fn stage(
    language: &str,
    second: impl FnOnce(Personality) -> Personality,
) -> (Sandbox, [std::rc::Rc<Server>; 2], Agent) {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let second = sandbox.server(SECOND, second(stand::healthy(&sandbox)));
    let config = Config::of([stand::first(first.port()), stand::second(second.port())]).default_to(ONCALL);
    let config = config.notices("to", &format!("[\"{OPS}\"]")).notices("language", &format!("{language:?}"));
    let config = config.notices("gather", "\"200ms\"").notices("every", "\"1s\"").pause("1s");
    let canaries = format!("\n[drills]\nevery = \"never\"\ncanary = \"8s\"\ncanary_to = [\"{KEEPER}\"]\n");
    sandbox.configure(&config.more(&canaries));
    let agent = sandbox.start_agent();
    (sandbox, [first, second], agent)
}

/// Subject and text of each mail for this person, as people read them.
fn mails_for(server: &Server, to: &str) -> Vec<(String, String)> {
    let theirs = server.mails().into_iter().filter(|mail| mail.recipients == [to]);
    let read = |mail: Mail| {
        let message = MessageParser::default().parse(&mail.octets).expect("a mail");
        let subject = message.subject().expect("a subject").to_owned();
        (subject, message.body_text(0).expect("a text").into_owned())
    };
    theirs.map(read).collect()
}

fn settled(sandbox: &Sandbox, provider: &str) -> Option<Canary> {
    sandbox.ledger().canaries.get(provider).filter(|canary| canary.ended.is_some()).cloned()
}

fn ask(sandbox: &Sandbox, words: &[&str]) -> (Option<i32>, String) {
    let config = sandbox.config_file();
    let ended = sandbox.alertmail(&[&["--config", &config.to_string_lossy()], words].concat());
    (ended.code, ended.stdout)
}

#[test]
fn each_provider_carries_its_own_canary_that_says_so_in_the_language_of_notices() {
    for (language, subjects, text) in [
        (
            "en",
            ["first canary mail (alertmail ", "second canary mail (alertmail "],
            "to see that mail gets through",
        ),
        ("ja", ["first試験メール (alertmail ", "second試験メール (alertmail "], "定期的な試験メール"),
    ] {
        let (sandbox, servers, agent) = stage(language, |healthy| healthy);
        for (server, (name, subject)) in servers.iter().zip([FIRST, SECOND].into_iter().zip(subjects)) {
            sandbox.wait_for("a canary is taken", PATIENCE, || settled(&sandbox, name).is_some());
            let (said, body) = mails_for(server, KEEPER).remove(0);
            assert!(said.starts_with(subject) && body.contains(text), "{said}\n{body}");
            assert!(settled(&sandbox, name).expect("it is settled").ok);
        }
        assert_eq!(ask(&sandbox, &["check"]).0, Some(0), "{}", ask(&sandbox, &["check"]).1);
        let (_, listed) = ask(&sandbox, &["providers"]);
        assert!(listed.contains("second: canary mail ") && listed.contains(" ago: taken"), "{listed}");
        assert!(agent.log().contains("canary provider=second ok id="), "{}", agent.log());
        assert_eq!(agent.stop(), Some(0));
    }
}

#[test]
fn who_does_not_take_its_canary_is_told_of_as_a_failed_drill_and_no_other_one_carries_it() {
    let (sandbox, [first, second], agent) =
        stage("ja", |healthy| healthy.recipient(KEEPER, "550 5.1.1 no such user"));
    sandbox.wait_for("people are told", PATIENCE, || !mails_for(&first, OPS).is_empty());
    let (subject, text) = mails_for(&first, OPS).remove(0);
    assert!(subject.starts_with("second点検失敗 (alertmail "), "{subject}");
    let why = "原因: 試験メールが届きませんでした: second、宛先の指定の段階: サーバーの応答「550 5.1.1 no such user」";
    assert!(text.contains(why), "{text}");
    let carried = mails_for(&first, KEEPER);
    assert!(carried.iter().all(|(subject, _)| subject.starts_with("first")), "its own alone: {carried:?}");
    let (code, line) = ask(&sandbox, &["check"]);
    assert!(
        line.contains("provider `second` did not take its canary mail ") && line.contains("no such user"),
        "{line}"
    );
    assert!(code == Some(1) && line.contains(" dead=0;"), "no dead letter: {line}");
    // Killed at any time, it makes nothing of a canary that is over.
    agent.kill();
    second.replace(stand::healthy(&sandbox));
    let agent = sandbox.start_agent();
    let over = || {
        mails_for(&first, OPS)
            .into_iter()
            .chain(mails_for(&second, OPS))
            .any(|(it, _)| it.starts_with("second点検異常解消"))
    };
    sandbox.wait_for("the next one is taken, and people are told", PATIENCE, over);
    assert_eq!(ask(&sandbox, &["check"]).0, Some(0), "{}", ask(&sandbox, &["check"]).1);
    assert_eq!(mails_for(&first, OPS).len() + mails_for(&second, OPS).len(), 2, "of nothing else");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_person_can_send_one_now_through_one_provider_or_all() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let second = sandbox.server(SECOND, stand::healthy(&sandbox).login("another", "password"));
    let folder = sandbox.path().join("mails").display().to_string();
    let more = format!(
        "\n[[provider]]\nname = \"folder\"\nkind = \"maildir\"\npath = \"{folder}\"\nfrom = \"a@example.jp\"\n\
         \n[drills]\ncanary_to = [\"{KEEPER}\"]\n"
    );
    let config = Config::of([stand::first(first.port()), stand::second(second.port())]).default_to(ONCALL);
    sandbox.configure(&config.clone().notices("language", "\"ja\"").more(&more));
    let (code, said) = ask(&sandbox, &["drill", "--canary", FIRST]);
    assert!(code == Some(0) && said.starts_with("sent: first has it for keeper@example.jp (250 "), "{said}");
    assert!(mails_for(&first, KEEPER)[0].0.starts_with("first試験メール (alertmail "));
    let (code, said) = ask(&sandbox, &["drill", "--canary"]);
    assert_eq!(code, Some(77), "the second one refuses the login");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("sent: first ") && lines[1].starts_with("not sent: second "), "{said}");
    assert_eq!(lines[2], "left out: `folder` is no server; only the agent sends to it");
    let (_, said) = ask(&sandbox, &["drill", "--canary", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&said["canaries"][0]["delivered"], &said["left_out"][0]), (&true.into(), &"folder".into()));
    sandbox.configure(&config);
    let (code, _) = ask(&sandbox, &["drill", "--canary"]);
    assert_eq!(code, Some(78), "nobody is to get it");
}
