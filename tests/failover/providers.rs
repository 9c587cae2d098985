//! Each provider whose manners the lab has gets an alert through the whole program, and what one of them is known to
//! refuse goes on to the next.

use std::rc::Rc;

use harness::{Config, Provider, Sandbox};
use lab::{Act, Personality, Server, Stage};

use crate::stand::{self, ONCALL, PASSWORD, SECOND, USER};

const OWN: &str = "alert@example.jp";

/// How a provider is configured.
type Describe = fn(&str, u16) -> Provider;

/// One of them: its name, its manners, its description, and how its reply to the final dot begins.
struct Row {
    name: &'static str,
    manners: fn(&Sandbox) -> Personality,
    describe: Describe,
    taken: &'static str,
}

const STARTTLS: Describe = |name, port| Provider::starttls(name, port).login(USER, PASSWORD).from(OWN);
const IMPLICIT: Describe = |name, port| Provider::implicit(name, port).login(USER, PASSWORD).from(OWN);
const CLEAR: Describe = |name, port| Provider::clear(name, port).from(OWN);
const TOKEN: Describe = |name, port| Provider::starttls(name, port).token(USER, PASSWORD_AS_TOKEN).from(OWN);
const GMAIL: Describe = |name, port| STARTTLS(name, port).key("preset", "\"gmail\"");
const OUTLOOK: Describe = |name, port| STARTTLS(name, port).key("preset", "\"outlook\"");
/// The lab's docomo knows addresses of the example domains.
const DOCOMO: Describe =
    |name, port| IMPLICIT(name, port).key("preset", "\"docomo\"").key("sender_rule", "\"any\"");
const PASSWORD_AS_TOKEN: &str = "EwBwA8l6BAAUO9chh8cJscQLmU";

const ROWS: [Row; 9] = [
    Row {
        name: "self-hosted",
        manners: |it| Personality::self_hosted(it.authority()).login(USER, PASSWORD),
        describe: STARTTLS,
        taken: "2.0.0 Ok: queued as ",
    },
    Row {
        name: "yahoo",
        manners: |it| Personality::yahoo(it.authority(), &[OWN]).login(USER, PASSWORD),
        describe: IMPLICIT,
        taken: "ok 15",
    },
    Row {
        name: "goo",
        manners: |it| Personality::goo(it.authority()).login(USER, PASSWORD),
        describe: STARTTLS,
        taken: "2.0.0 ",
    },
    Row {
        name: "docomo",
        manners: |it| Personality::docomo(it.authority(), OWN).login(USER, PASSWORD),
        describe: IMPLICIT,
        taken: "Message ",
    },
    Row {
        name: "gmail",
        manners: |it| Personality::gmail(it.authority()).login(USER, PASSWORD),
        describe: STARTTLS,
        taken: "2.0.0 OK  15",
    },
    Row {
        name: "gmail-token",
        manners: |it| Personality::gmail(it.authority()).login(USER, PASSWORD_AS_TOKEN),
        describe: TOKEN,
        taken: "2.0.0 OK  15",
    },
    Row {
        name: "outlook",
        manners: |it| Personality::outlook(it.authority(), OWN).login(USER, PASSWORD),
        describe: STARTTLS,
        taken: "2.0.0 OK <",
    },
    Row {
        name: "outlook-token",
        manners: |it| Personality::outlook(it.authority(), OWN).login(USER, PASSWORD_AS_TOKEN),
        describe: TOKEN,
        taken: "2.0.0 OK <",
    },
    Row { name: "qmail", manners: |_| Personality::qmail(), describe: CLEAR, taken: "ok 15" },
];

/// Alone, so that nobody else helps.
fn alone(row: &Row, sandbox: &Sandbox) -> Rc<Server> {
    let server = sandbox.server(row.name, (row.manners)(sandbox));
    sandbox.configure(&Config::of([(row.describe)(row.name, server.port())]).pause("1s"));
    server
}

#[test]
fn each_provider_takes_alerts_in_every_charset_over_one_connection() {
    for row in &ROWS {
        let sandbox = stand::sandbox();
        let server = alone(row, &sandbox);
        let _agent = sandbox.start_agent();
        for (subject, body) in [
            ("disk full", "db1\n.\n..\nFrom here on\n"),
            ("障害 発生", "ディスク満杯です。\n"),
            ("🚨 Größe", "naïve ①"),
        ] {
            let id = sandbox.enqueue(&["--to", ONCALL, "--subject", subject, body]);
            sandbox.wait_until_sent(id);
            let attempts = sandbox.history(id).attempts;
            let ended = attempts[0].ended.as_ref().expect("an outcome");
            assert_eq!(attempts.len(), 1, "{}: {:?}", row.name, ended.recipients);
            assert!(ended.recipients[0].text.starts_with(row.taken), "{}: {:?}", row.name, ended.recipients);
        }
        let mails = server.mails();
        assert_eq!((mails.len(), server.connections()), (3, 1), "{}", row.name);
        assert!(
            mails.iter().all(|mail| mail.sender == OWN && mail.tls == (row.name != "qmail")),
            "{}",
            row.name
        );
    }
}

#[test]
fn what_a_provider_is_known_to_refuse_goes_on_to_the_next_in_the_same_pass() {
    const OTHER: &str = "watch@example.com";
    let yahoo: fn(&Sandbox) -> Personality =
        |it| Personality::yahoo(it.authority(), &[OWN]).login(USER, PASSWORD);
    let docomo: fn(&Sandbox) -> Personality =
        |it| Personality::docomo(it.authority(), OWN).login(USER, PASSWORD);
    let outlook: fn(&Sandbox) -> Personality =
        |it| Personality::outlook(it.authority(), OWN).login(USER, PASSWORD);
    // Microsoft's own words for accounts that may log in with tokens only.
    let no_passwords: fn(&Sandbox) -> Personality = |it| {
        let refusal = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.".to_owned();
        Personality::outlook(it.authority(), OWN).login(USER, PASSWORD).at(Stage::Auth, Act::Say(refusal))
    };
    let gmail: fn(&Sandbox) -> Personality =
        |it| Personality::gmail(it.authority()).login(USER, "an app password");
    let full: fn(&Sandbox) -> Personality = |it| {
        let refusal = "550 5.4.5 Daily user sending limit exceeded.".to_owned();
        Personality::gmail(it.authority()).login(USER, PASSWORD).at(Stage::Dot, Act::Say(refusal))
    };
    let qmail: fn(&Sandbox) -> Personality = |_| {
        Personality::qmail()
            .recipient(ONCALL, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")
    };
    let restricted: fn(&Sandbox) -> Personality = |it| {
        let manners = Personality::docomo(it.authority(), OWN).login(USER, PASSWORD);
        manners.recipient(ONCALL, "550 The address is restricted now")
    };
    for (name, manners, describe, phase, rule) in [
        ("yahoo", yahoo, IMPLICIT, "mail", "sender-refused"),
        ("docomo", docomo, IMPLICIT, "mail", "sender-refused"),
        ("outlook", outlook, STARTTLS, "dot", "sender-refused"),
        ("outlook", no_passwords, STARTTLS, "auth", "login-refused"),
        ("gmail", gmail, STARTTLS, "auth", "login-refused"),
        ("gmail", full, STARTTLS, "dot", "throttled"),
        // With its preset a provider is read by its own phrases.
        ("outlook", outlook, OUTLOOK, "dot", "microsoft-send-as-denied"),
        ("outlook", no_passwords, OUTLOOK, "auth", "microsoft-smtp-auth-off"),
        ("gmail", full, GMAIL, "dot", "gmail-daily-limit"),
        ("docomo", restricted, DOCOMO, "rcpt", "docomo-restricted"),
        ("qmail", qmail, CLEAR, "rcpt", "policy"),
    ] {
        let sandbox = stand::sandbox();
        let server = sandbox.server(name, manners(&sandbox));
        let well = sandbox.server(SECOND, stand::healthy(&sandbox));
        let first = describe(name, server.port());
        let is_sender = ["sender-refused", "microsoft-send-as-denied"].contains(&rule);
        let first = if is_sender { first.from(OTHER) } else { first };
        sandbox.configure(&Config::of([first, stand::second(well.port())]));
        let _agent = sandbox.start_agent();
        let id = stand::enqueue(&sandbox);
        sandbox.wait_until_sent(id);
        let history = sandbox.history(id);
        let told = &history.attempts[0].ended.as_ref().expect("an outcome").recipients[0];
        assert_eq!((&*told.phase, told.rule.as_deref()), (phase, Some(rule)), "{name}: {told:?}");
        assert_eq!((history.passes, server.mails().len(), well.mails().len()), (0, 0, 1), "{name}");
        // A used-up account is not asked by the next alert; a refused recipient is none of the provider's troubles.
        let is_left_out = sandbox.ledger().providers.contains_key(name);
        let is_known_for =
            phase == "auth" || phase == "mail" || rule == "throttled" || rule == "gmail-daily-limit";
        assert_eq!(is_left_out, is_known_for, "{name}: {rule}");
    }
}
