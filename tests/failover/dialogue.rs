//! Replies of every shape, through the whole program: pieces, old servers, odd keywords, a recipient that is refused, a
//! STARTTLS that is gone. The session's own tests hold each rule; here is what comes of it for an alert.

use harness::{Config, PATIENCE, Provider, Sandbox};
use lab::{Act, Personality, Stage};
use spool_format::{Folder, RecipientResult, Settlement, State};

use crate::stand::{self, FIRST, ONCALL, PASSWORD, SECOND, USER, enqueue, healthy};
use crate::verbatim::{Script, Verbatim};

/// What the first provider did to the alert, which the second one, a healthy one, has taken in the same pass.
#[track_caller]
fn passed_over(sandbox: &Sandbox, first: Provider) -> RecipientResult {
    let well = sandbox.server(SECOND, healthy(sandbox));
    sandbox.configure(&Config::of([first, stand::second(well.port())]));
    let agent = sandbox.start_agent();
    let id = enqueue(sandbox);
    stand::expect_sent_by_second_in_one_pass(sandbox, id, &well);
    let attempts = sandbox.history(id).attempts;
    let result = attempts[0].ended.as_ref().expect("an outcome").recipients[0].clone();
    let line = agent.log().lines().find(|line| line.starts_with("failed ")).map(str::to_owned);
    let words: String = result.text.chars().take_while(|letter| !['"', '\\'].contains(letter)).collect();
    assert!(line.is_some_and(|line| line.contains(&words)), "the log says it too: {}", agent.log());
    assert_eq!(agent.stop(), Some(0));
    result
}

/// The alert is delivered by this server, once.
#[track_caller]
fn taken(script: Script) -> Vec<String> {
    let server = Verbatim::start(script);
    let sandbox = stand::sandbox();
    sandbox.configure(&Config::of([Provider::clear(FIRST, server.port)]));
    let agent = sandbox.start_agent();
    let id = enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!((sandbox.history(id).attempts.len(), agent.stop()), (1, Some(0)));
    let heard = server.heard();
    assert_eq!(heard.iter().filter(|line| *line == "message").count(), 1, "{heard:?}");
    heard
}

/// What `alertmail probe` says of the server in clear.
#[track_caller]
fn probed(script: Script) -> String {
    let server = Verbatim::start(script);
    let sandbox = stand::sandbox();
    sandbox.alertmail(&["probe", &format!("127.0.0.1:{}", server.port), "--tls", "none"]).stdout
}

const SPLIT_GREETING: &[u8] = b"220-mx.example.com ESMTP\r\n220-no spam please\r\n220\r\n";
const SPLIT_EHLO: &[u8] = b"250-mx.example.com\r\n250-SIZE 1000000\r\n250-AUTH PLAIN\r\n250\r\n";

#[test]
fn case_split_multiline_replies() {
    let script = || Script { greeting: SPLIT_GREETING, answers: vec![("EHLO", SPLIT_EHLO)] };
    let heard = taken(script());
    assert!(!heard.contains(&"early".to_owned()), "it waits for the last line: {heard:?}");
    assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<") && line.contains(" SIZE=")), "{heard:?}");
    let shown = probed(script());
    assert!(shown.contains("PLAIN") && shown.contains("1000000 octets"), "{shown}");

    // A login in clear hides the password, so that the 535 comes to what the case has for PLAIN.
    let refusing = Verbatim::start(Script {
        greeting: b"220 mx.example.com\r\n",
        answers: vec![
            ("EHLO", b"250-mx.example.com\r\n250 AUTH CRAM-MD5\r\n"),
            ("AUTH", b"334 PDFAbXguZXhhbXBsZS5jb20+\r\n"),
            ("YWxlcnQg", b"535 \xc7\xeb\xca\xb9\xd3\xc3\r\n"),
        ],
    });
    let sandbox = stand::sandbox();
    let result = passed_over(&sandbox, Provider::clear(FIRST, refusing.port).login(USER, PASSWORD));
    assert_eq!(
        (&*result.phase, result.code, &*result.text),
        ("auth", Some(535), r"\xC7\xEB\xCA\xB9\xD3\xC3")
    );
}

#[test]
fn case_ehlo_forms_and_421() {
    // 1 and 2: an old server, which nothing is asked of but what it can.
    for (code, answer) in [(500, b"500 what\r\n"), (502, b"502 what\r\n")] {
        let script = || Script::to_ehlo(answer);
        let heard = taken(script());
        let verbs: Vec<&str> = heard.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(verbs, ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "message", "QUIT"], "{code}");
        assert!(heard[2].ends_with('>') && heard[3].ends_with('>'), "no parameter: {heard:?}");
        for needy in [
            |port| Provider::clear(FIRST, port).login(USER, PASSWORD),
            |port| Provider::starttls(FIRST, port),
        ] {
            let (server, sandbox) = (Verbatim::start(script()), stand::sandbox());
            let result = passed_over(&sandbox, needy(server.port));
            assert_eq!(result.code, Some(code), "{result:?}");
            assert!(!server.heard().iter().any(|line| line.starts_with("MAIL")), "{:?}", server.heard());
        }
    }
    // 3 and 4: a refusal with a reason, which nothing else takes the place of.
    for (answer, code, words) in [
        (&b"421 4.7.0 host name not accepted\r\n"[..], 421, "host name not accepted"),
        (b"550 5.7.1 blocked\r\n", 550, "blocked"),
    ] {
        let server = Verbatim::start(Script::to_ehlo(answer));
        let sandbox = stand::sandbox();
        let result = passed_over(&sandbox, Provider::clear(FIRST, server.port));
        assert_eq!((&*result.phase, result.code), ("ehlo", Some(code)), "{result:?}");
        assert!(result.text.contains(words), "{result:?}");
        let judged = (result.scope.as_deref(), result.duration.as_deref());
        assert_eq!(judged, (Some("provider"), Some("soft")), "{result:?}");
        assert!(!server.heard().iter().any(|line| line.starts_with("HELO")), "{:?}", server.heard());
    }
    // 5 and 6: keywords in any case, AUTH in both forms, a SIZE that names no limit.
    let shown = probed(Script::to_ehlo(b"250-x\r\n250-auth=login\r\n250-Size\r\n250 pipelining\r\n"));
    for part in ["mechanisms   LOGIN\n", "no limit is named"] {
        assert!(shown.to_lowercase().contains(&part.to_lowercase()), "{shown}");
    }
    let shown = probed(Script::to_ehlo(b"250-x\r\n250-AUTH=LOGIN\r\n250 AUTH LOGIN PLAIN\r\n"));
    assert!(shown.contains("mechanisms   LOGIN, PLAIN"), "{shown}");
    let sandbox = stand::sandbox();
    let odd = healthy(&sandbox).without_capability("AUTH").without_capability("SIZE");
    let server = sandbox.server(FIRST, odd.capability("auth=login").capability("Size").login(USER, PASSWORD));
    sandbox.configure(&Config::of([stand::first(server.port())]));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(enqueue(&sandbox));
    assert!(server.commands().contains(&"AUTH LOGIN".to_owned()), "{:?}", server.commands());
}

#[test]
fn case_partial_recipient_mix() {
    const CYCLES: usize = 10;
    let sandbox = stand::sandbox();
    let [a, b, c] = ["a@example.com", "b@example.com", "c@example.com"];
    let whole = || healthy(&sandbox).recipient(b, "550 5.1.1 no such user");
    let grey = whole().recipient(c, "450 4.7.1 greylisted, try in 60 s");
    let server = sandbox.server(FIRST, grey);
    // A connection of its own for each cycle, as with the 60 s of the case.
    sandbox.configure(&Config::of([stand::first(server.port())]).pause("300ms").limit("keep", "50ms"));
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", a, "--to", b, "--to", c, "--subject", "disk full", "now"]);
    let offered = |to: &str| {
        server.commands().iter().filter(|line| line.starts_with(&format!("RCPT TO:<{to}>"))).count()
    };
    sandbox.wait_for("c was offered in nearly every cycle", PATIENCE, || offered(c) >= CYCLES - 1);
    assert_eq!((offered(a), offered(b)), (1, 1), "neither is offered again");
    let told = sandbox.history(id).attempts[0].ended.clone().expect("an outcome").recipients;
    let of_b = told.iter().find(|it| it.to.as_str() == b).expect("it was named");
    assert_eq!((of_b.result, of_b.code), (Settlement::Refused, Some(550)), "{of_b:?}");
    assert!(of_b.text.contains("no such user"), "{of_b:?}");
    server.replace(healthy(&sandbox));
    sandbox.wait_until_sent(id);
    let mails: Vec<Vec<String>> = server.mails().into_iter().map(|mail| mail.recipients).collect();
    assert_eq!(mails, [vec![a.to_owned()], vec![c.to_owned()]], "one copy each, and none for b");
    assert_eq!((offered(a), offered(b), agent.stop()), (1, 1, Some(0)));
}

#[test]
fn case_partial_recipient_mix_without_anybody_left() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, healthy(&sandbox).recipient(ONCALL, "550 5.1.1 no such user"));
    let well = sandbox.server(SECOND, healthy(&sandbox));
    let config = Config::of([stand::first(first.port()), stand::second(well.port())]);
    sandbox.configure(&config.limit("keep", "100ms"));
    let _agent = sandbox.start_agent();
    stand::expect_sent_by_second_in_one_pass(&sandbox, enqueue(&sandbox), &well);
    sandbox.wait_for("the first one was left in order", PATIENCE, || {
        first.commands().iter().any(|line| line == "RSET" || line == "QUIT")
    });
    let messages = first.transcript().iter().filter(|line| line.text.starts_with("message of ")).count();
    // A server that answers a pipelined DATA with 354 although nobody is left gets an empty message; this one does not.
    assert_eq!((messages, first.mails().len()), (0, 0));
}

#[test]
fn case_starttls_required_but_gone() {
    let gone = |sandbox: &Sandbox| {
        Personality::goo(sandbox.authority()).login(USER, PASSWORD).without_capability("STARTTLS")
    };
    let not_now = |it: &Sandbox| healthy(it).at(Stage::StartTls, Act::Say("454 4.7.0 not now".into()));
    for (is_offered, words) in [(false, "STARTTLS"), (true, "4.7.0 not now")] {
        let sandbox = stand::sandbox();
        let manners = if is_offered { not_now(&sandbox) } else { gone(&sandbox) };
        let server = sandbox.server(FIRST, manners);
        let result = passed_over(&sandbox, stand::first(server.port()));
        assert_eq!(result.phase, "starttls", "{result:?}");
        assert!(result.text.contains(words), "{result:?}");
        expect_no_word_of_it(&server.commands());

        // With nobody else to go to, it waits.
        sandbox.configure(&Config::of([stand::first(server.port())]));
        let agent = sandbox.start_agent();
        let id = enqueue(&sandbox);
        let waits = || matches!(sandbox.state(id), Some(State::Deferred { .. }));
        sandbox.wait_for("it is deferred", PATIENCE, waits);
        assert_eq!(agent.stop(), Some(0));
        assert_eq!(sandbox.names_in(Folder::Deferred), [format!("{id}.json")]);
        expect_no_word_of_it(&server.commands());
    }
    // 3: what comes behind the 220, in later segments, is no handshake.
    let server = Verbatim::start(Script {
        greeting: b"220 mx.example.com\r\n",
        answers: vec![
            ("EHLO", b"250-mx.example.com\r\n250 STARTTLS\r\n"),
            ("STARTTLS", b"220 go ahead\r\n250 or not\r\n"),
        ],
    });
    let sandbox = stand::sandbox();
    let result = passed_over(&sandbox, stand::first(server.port));
    assert!(["tls", "starttls"].contains(&&*result.phase) && result.text.contains("TLS"), "{result:?}");
    expect_no_word_of_it(&server.heard());
}

/// Neither a password nor a mail was spoken of.
#[track_caller]
fn expect_no_word_of_it(commands: &[String]) {
    let spoke = |line: &&String| line.starts_with("AUTH") || line.starts_with("MAIL");
    assert_eq!(commands.iter().find(spoke), None, "{commands:?}");
    assert!(commands.iter().any(|line| line.starts_with("EHLO")), "{commands:?}");
}

#[test]
fn case_starttls_required_but_gone_and_what_was_said_before_it() {
    let sandbox = stand::sandbox();
    let two_faced = healthy(&sandbox).without_capability("AUTH").without_capability("SIZE");
    let two_faced = two_faced.capability("AUTH PLAIN").capability("SIZE 1000000");
    let two_faced = two_faced.only_before_tls("AUTH LOGIN").only_before_tls("SIZE 10");
    let server = sandbox.server(FIRST, two_faced.login(USER, PASSWORD));
    sandbox.configure(&Config::of([stand::first(server.port())]));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(enqueue(&sandbox));
    let commands = server.commands();
    let verbs: Vec<&str> = commands.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(verbs[..5], ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"], "{commands:?}");
    assert!(commands[3].starts_with("AUTH PLAIN"), "{commands:?}");
    assert!(server.transcript().iter().any(|line| !line.tls && line.text == "250 SIZE 10"), "it was told so");
    assert_eq!(server.mails().len(), 1);
}
