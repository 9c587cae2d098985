//! `alertmail send` against servers of every kind: what arrives, what people read, how it ends.

use harness::{Config, Ended, Provider, Sandbox, run, write_file};
use lab::{Act, Personality, Server, Stage};
use serde_json::Value;

use crate::{PASSWORD, alertmail, ask, file, sandbox};

/// A sandbox with one STARTTLS server, in the configuration as `home`.
fn home(change: impl FnOnce(Personality) -> Personality) -> (Sandbox, std::rc::Rc<Server>) {
    let sandbox = sandbox();
    let personality = Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD);
    let server = sandbox.server("home", change(personality));
    let home = Provider::starttls("home", server.port()).login("alert", PASSWORD).from("alert@example.jp");
    sandbox.configure(&Config::of([home]).default_to("oncall@example.jp").alias("ops", &["ops@example.jp"]));
    (sandbox, server)
}

/// The line on stdout, without its end.
#[track_caller]
fn line(ended: &Ended, code: i32) -> &str {
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    ended.stdout.trim_end()
}

#[test]
fn a_mail_through_a_provider_of_the_configuration_arrives_with_its_dialogue_to_look_at() {
    let (sandbox, server) = home(|it| it);
    let ended =
        ask(&sandbox, &["send", "--provider", "home", "--to", "ops", "--subject", "試験", "届きました"]);
    assert_eq!(line(&ended, 0), "sent: home has it for ops@example.jp (250 2.0.0 Ok: queued as 0000010001)");
    let mail = server.mails().pop().expect("a mail");
    assert_eq!(
        (mail.sender.as_str(), mail.recipients.join(" ").as_str()),
        ("alert@example.jp", "ops@example.jp")
    );
    assert!(mail.text().contains("charset=ISO-2022-JP"), "{}", mail.text());
    for part in [
        "connect   home -: connected to 127.0.0.1 port",
        "greeting  home<: 220 mail.example.jp ESMTP Postfix",
        "ehlo      home<: 250-STARTTLS",
        "tls       home tls-: TLS 1.3, TLS_AES_256_GCM_SHA384",
        "auth      home tls>: AUTH PLAIN (secret)",
        "auth      home tls<: 235 2.7.0 Authentication successful",
        "mail      home tls>: MAIL FROM:<alert@example.jp> SIZE=",
        "data      home tls<: 354 End data with <CR><LF>.<CR><LF>",
        "dot       home tls>: (message, ",
        "dot       home tls<: 250 2.0.0 Ok: queued as 0000010001",
        "quit      home tls<: 221 2.0.0 Bye",
    ] {
        assert!(ended.stderr.contains(part), "`{part}` is not in\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("Subject:") && !ended.stderr.contains('\u{1b}'), "{}", ended.stderr);
    let full = ask(&sandbox, &["send", "--provider", "home", "--trace=full", "--subject", "x", "the body"]);
    assert!(
        full.stderr.contains("    | Subject: x\n") && full.stderr.contains("    | the body\n"),
        "{}",
        full.stderr
    );
    let quiet = ask(&sandbox, &["send", "--provider", "home", "--trace=none", "x"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    assert_eq!(server.mails()[2].recipients, ["oncall@example.jp"]);
}

#[test]
fn everything_can_be_said_on_the_command_line_and_no_configuration_is_needed() {
    let sandbox = sandbox();
    let docomo = Personality::yahoo(sandbox.authority(), &["alert@example.jp"]).login("alert", PASSWORD);
    let server = sandbox.server("yahoo", docomo);
    let table = format!("# comment\nalert:127.0.0.1:{PASSWORD}\n");
    write_file(&sandbox.path().join("passwords"), 0o600, table.as_bytes());
    let port = server.port().to_string();
    let send = |more: &[&str], stdin: &[u8]| {
        let mut command = alertmail(&["send", "--server", "127.0.0.1", "--port", &port, "--tls", "implicit"]);
        command.args(["--ca-file", &file(&sandbox, "ca.pem"), "--user", "alert", "--auth", "login"]);
        command.args(["--from", "alert@example.jp", "--to", "a@example.jp", "--helo", "host.example.jp"]);
        run(command.args(more), stdin)
    };
    let table = file(&sandbox, "passwords");
    let ended = send(
        &["--password-table", &table, "--header-from", "監視 <watch@example.com>", "-"],
        b"from stdin\n",
    );
    assert!(line(&ended, 0).starts_with("sent: 127.0.0.1 has it for a@example.jp (250 "), "{ended:?}");
    let mail = server.mails().pop().expect("a mail");
    assert_eq!((mail.sender.as_str(), mail.user.as_deref()), ("alert@example.jp", Some("alert")));
    assert!(mail.header("From").is_some_and(|from| from.ends_with("<watch@example.com>")), "{}", mail.text());
    assert!(mail.text().ends_with("from stdin\r\n"), "{}", mail.text());
    assert!(server.commands().contains(&"EHLO host.example.jp".to_owned()), "{:?}", server.commands());

    write_file(&sandbox.path().join("body"), 0o600, b"from a file\n");
    let ended = send(
        &[
            "--password-file",
            "-",
            "--body-file",
            &file(&sandbox, "body"),
            "--cc",
            "b@example.jp",
            "--bcc",
            "c@example.jp",
        ],
        format!("{PASSWORD}\n").as_bytes(),
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mail = server.mails().pop().expect("a mail");
    assert_eq!(mail.recipients, ["a@example.jp", "b@example.jp", "c@example.jp"]);
    assert!(
        mail.text().ends_with("from a file\r\n") && !mail.text().contains("c@example.jp"),
        "{}",
        mail.text()
    );
    // Not the address that this server lets us send as.
    let ended = send(&["--password-table", &table, "--from", "shop@example.jp", "x"], b"");
    assert_eq!(ended.code, Some(64), "the same option twice: {ended:?}");
}

#[test]
fn who_does_not_have_it_is_named_with_the_reason() {
    let (sandbox, _server) = home(|it| {
        it.recipient("gone@example.jp", "550 5.1.1 unknown user")
            .recipient("busy@example.jp", "450 4.2.1 busy")
    });
    let send = |to: &str| ask(&sandbox, &["send", "--provider", "home", "--trace=none", "--to", to, "x"]);
    assert_eq!(
        line(&send("a@example.jp,gone@example.jp"), 65),
        "partly sent: home has it for a@example.jp (250 2.0.0 Ok: queued as 0000010001); does not have it for \
         gone@example.jp (at rcpt: the server answered `550 5.1.1 unknown user`)"
    );
    assert!(
        line(&send("busy@example.jp"), 75).starts_with("not sent: home does not have it for busy@example.jp")
    );
    let ended =
        ask(&sandbox, &["send", "--provider", "home", "--json", "--to", "a@example.jp,gone@example.jp", "x"]);
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        (ended.code, &report["exit_code"], &report["delivered"]),
        (Some(65), &65.into(), &false.into())
    );
    let results: Vec<_> = [0, 1].map(|n| report["recipients"][n]["result"].clone()).to_vec();
    assert_eq!(results, ["delivered", "not_delivered"]);
    assert_eq!(report["recipients"][1]["code"], 550);
}

#[test]
fn each_kind_of_trouble_has_its_exit_code_and_one_line() {
    for (change, code, part) in [
        (
            Box::new(|it: Personality| it.login("alert", "another")) as Box<dyn FnOnce(_) -> _>,
            77,
            "at auth: the server answered `535",
        ),
        (Box::new(|it: Personality| it.without_auth()), 77, "the server offers no authentication"),
        (
            Box::new(|it: Personality| it.at(Stage::Greeting, Act::Close)),
            69,
            "at greeting: the connection was lost",
        ),
        (Box::new(|it: Personality| it.at(Stage::Mail, Act::Silence)), 69, "at mail: no answer for 1 s"),
        (
            Box::new(|it: Personality| it.at(Stage::Mail, Act::Say("553 5.7.1 not you".into()))),
            65,
            "553 5.7.1 not you",
        ),
        (
            Box::new(|it: Personality| it.at(Stage::Greeting, Act::Say("421 4.3.2 later".into()))),
            75,
            "421 4.3.2 later",
        ),
        (
            Box::new(|it: Personality| it.at(Stage::Dot, Act::KeepThenClose)),
            75,
            "perhaps sent: home may have it for",
        ),
        (Box::new(|it: Personality| it.certificate(lab::Leaf::Expired)), 69, "certificate has expired"),
    ] {
        let (sandbox, _server) = home(change);
        let ended = ask(&sandbox, &["send", "--provider", "home", "--timeout", "1", "x"]);
        assert!(line(&ended, code).contains(part), "`{part}` is not in {}", ended.stdout);
    }
    let (sandbox, server) = home(|it| it);
    let port = server.port();
    drop(server);
    // The sandbox keeps it for its report, so that another port is the closed one.
    let closed = lab::Port::reserve().expect("a port");
    assert_ne!(port, closed.number());
    let number = closed.number().to_string();
    let ended = ask(&sandbox, &["send", "--provider", "home", "--port", &number, "x"]);
    assert!(line(&ended, 69).contains("at connect: cannot connect"), "{}", ended.stdout);
}

#[test]
fn a_dry_run_shows_the_mail_and_meets_nobody() {
    let (sandbox, server) = home(|it| it);
    std::fs::remove_file(sandbox.path().join("home.secret")).expect("removed");
    let arguments = [
        "send",
        "--provider",
        "home",
        "--to",
        "ops",
        "--header-from",
        "監視",
        "--subject",
        "ディスク満杯 ①",
        "--dry-run",
    ];
    let shown = ask(&sandbox, &[&arguments[..], &["空きがありません。"]].concat()).expect_success();
    for part in [
        &format!("via       home: 127.0.0.1 port {} (starttls), login as alert", server.port()),
        "sender    alert@example.jp\n",
        "to        ops@example.jp\n",
        "  From: 監視 <alert@example.jp>\n",
        "  Subject: ディスク満杯 ①\n",
        "  | 空きがありません。\n",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    let raw = ask(&sandbox, &[&arguments[..], &["--raw", "plain text"]].concat()).expect_success();
    assert!(raw.starts_with("Date: ") || raw.contains("\r\nDate: "), "{raw}");
    assert!(raw.contains("Subject: =?") && raw.ends_with("\r\n\r\nplain text\r\n"), "{raw}");
    let json = ask(&sandbox, &[&arguments[..], &["--json", "x"]].concat()).expect_success();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["sender"], &json["body"]), (&"alert@example.jp".into(), &"x\n".into()));
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_makes_no_sense_is_refused_before_anybody_is_called() {
    let (sandbox, server) = home(|it| it);
    write_file(&sandbox.path().join("open"), 0o644, b"x\n");
    let open = file(&sandbox, "open");
    for (arguments, code, part) in [
        (&["send", "x"][..], 64, "--provider <NAME>"),
        (
            &["send", "--provider", "hom", "x"],
            64,
            "no provider is called `hom`; the configuration has `home`",
        ),
        (&["send", "--server", "127.0.0.1", "x"], 64, "--from is missing"),
        (&["send", "--server", "127.0.0.1", "--from", "nobody", "x"], 64, "`nobody`"),
        (
            &["send", "--server", "127.0.0.1", "--from", "a@example.jp", "--user", "a", "x"],
            64,
            "--user has no password",
        ),
        (
            &["send", "--server", "127.0.0.1", "--from", "a@example.jp", "--auth", "plain", "x"],
            64,
            "there is no --user",
        ),
        (&["send", "--provider", "home", "--auth", "plane", "x"], 64, "`plane` is not a mechanism"),
        (
            &["send", "--provider", "home", "--to", "nobody", "x"],
            65,
            "`nobody` is neither an address nor an alias",
        ),
        (&["send", "--provider", "home", "--body-file", "/nonexistent/x"], 66, "`/nonexistent/x`"),
        (&["send", "--provider", "home", "--password-file", "-", "-"], 64, "cannot both come from stdin"),
        (&["send", "--provider", "home", "--raw", "x"], 64, "--dry-run"),
        (
            &["send", "--provider", "home", "--password-file", &open, "x"],
            78,
            "others can read it; run: chmod 600",
        ),
    ] {
        let ended = ask(&sandbox, arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(part), "{arguments:?}: `{part}` is not in {}", ended.stderr);
    }
    assert_eq!(server.connections(), 0);
}
