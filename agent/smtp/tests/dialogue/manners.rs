//! What real servers do: long greetings, odd keywords, old commands, qmail's words.

use crate::script::{CONTENT, login, plain, play};
use smtp::{Security, Session, Settings, Step};

const PLAIN: &str = "C: AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuanAAY29ycmVjdCBob3JzZQ==\n";
const EHLO: &str = "C: EHLO client.example.jp\n";

/// Everything up to the reply to the dot, for a server without pipelining.
fn one_by_one(mail: &str, go: &str, taken: &str) -> String {
    format!(
        "C: MAIL FROM:<alert@example.jp>{mail}\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 250 ok\n\
         grant data\nC: DATA\n\
         S: {go}\ngrant dot\n{CONTENT}S: {taken}\nsettled delivered\nidle\nquit\nC: QUIT\n"
    )
}

#[test]
fn a_self_hosted_postfix_delivers_after_starttls() {
    let keywords = "S: 250-PIPELINING\nS: 250-SIZE 10240000\nS: 250-VRFY\nS: 250-ETRN\nSTARTTLS\
                    S: 250-AUTH LOGIN PLAIN CRAM-MD5 DIGEST-MD5\nS: 250-ENHANCEDSTATUSCODES\n\
                    S: 250-8BITMIME\nS: 250 DSN\n";
    let before = keywords.replace("STARTTLS", "S: 250-STARTTLS\n");
    let inside = keywords.replace("STARTTLS", "");
    play(
        &login(Security::StartTls),
        &format!(
            "begin a\nS: 220 mx.example.jp ESMTP Postfix\n{EHLO}S: 250-mx.example.jp\n{before}C: STARTTLS\n\
             S: 220 2.0.0 Ready to start TLS\ntls\n{EHLO}S: 250-mx.example.jp\n{inside}{PLAIN}\
             S: 235 2.7.0 Authentication successful\ngrant data\nC: MAIL FROM:<alert@example.jp> SIZE=31\n\
             C: RCPT TO:<a@example.com>\nC: DATA\nS: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\n\
             S: 354 End data with <CR><LF>.<CR><LF>\ngrant dot\n\
             {CONTENT}S: 250 2.0.0 Ok: queued as 4FKkXw0zQz\n\
             settled delivered\nidle\nquit\nC: QUIT\nS: 221 2.0.0 Bye\ndone\n"
        ),
    );
}

#[test]
fn a_qmail_with_a_private_mechanism_delivers() {
    play(
        &login(Security::Implicit),
        &format!(
            "begin a\nS: 220 smtp501.mail.example.jp ESMTP\n{EHLO}S: 250-smtp501.mail.example.jp\n\
             S: 250-AUTH LOGIN PLAIN XYMCOOKIE\nS: 250-PIPELINING\nS: 250 8BITMIME\n\
             {PLAIN}S: 235 ok, go ahead (#2.0.0)\n\
             grant data\nC: MAIL FROM:<alert@example.jp>\nC: RCPT TO:<a@example.com>\nC: DATA\n\
             S: 250 ok\nS: 250 ok\n\
             S: 354 go ahead\ngrant dot\n{CONTENT}S: 250 ok 1536500481 qp 21345\nsettled delivered\n\
             idle\nquit\nC: QUIT\n\
             S: 221 smtp501.mail.example.jp\ndone\n"
        ),
    );
}

#[test]
fn a_qmail_that_refuses_after_the_dot_is_quoted_with_its_own_kind_of_status() {
    let script = format!(
        "begin a\nS: 220 x\n{EHLO}S: 250 x\n{}",
        one_by_one("", "354 go ahead", "451 See http://pobox.example.jp/docs/smtplf.html. (#4.6.0)")
            .replace("settled delivered", "settled failed dot 451")
    );
    play(&plain(), &script);
}

#[test]
fn a_server_without_pipelining_and_with_auth_in_two_forms_delivers() {
    play(
        &login(Security::StartTls),
        &format!(
            "begin a\nS: 220 smtp.example.jp ESMTP\n{EHLO}S: 250-smtp.example.jp\n\
             S: 250-SIZE 104857600\nS: 250-STARTTLS\n\
             S: 250-AUTH LOGIN PLAIN\nS: 250-AUTH=LOGIN PLAIN\nS: 250 ENHANCEDSTATUSCODES\nC: STARTTLS\n\
             S: 220 go\ntls\n{EHLO}\
             S: 250-smtp.example.jp\nS: 250-SIZE 104857600\nS: 250-AUTH=LOGIN PLAIN\n\
             S: 250 ENHANCEDSTATUSCODES\n{PLAIN}S: 235 2.7.0 ok\n{}S: 221 bye\ndone\n",
            one_by_one(" SIZE=31", "354 go", "250 2.0.0 i5aBcD001 mail accepted for delivery")
        ),
    );
}

#[test]
fn an_old_carrier_server_that_lists_commands_as_keywords_delivers() {
    play(
        &login(Security::Implicit),
        &format!(
            "begin a\nS: 220 mail.example.jp DOCOMO Mail Server ready\n\
             {EHLO}S: 250-mail.example.jp Hello\nS: 250-AUTH LOGIN PLAIN\n\
             S: 250-AUTH=LOGIN PLAIN\nS: 250-MAIL\nS: 250-RCPT\nS: 250-DATA\nS: 250-SIZE\n\
             S: 250 8BITMIME\n{PLAIN}\
             S: 235 Authentication successful\n{}close\ndone\n",
            one_by_one(
                " SIZE=31",
                "354 Start mail input; end with <CRLF>.<CRLF>",
                "250 Mail accepted, thank you for waiting"
            )
        ),
    );
}

#[test]
fn case_split_multiline_replies() {
    let script = format!(
        "begin a\nS: 220-mx.example.com ESMTP\nS: 220-no spam please\nwait greeting\nS: 220\n\
         {EHLO}S: 250-mx.example.com\n\
         S: 250-SIZE 1000000\nwait ehlo\nS: 250-AUTH PLAIN\nS: 250\n"
    );
    let settings = login(Security::Implicit);
    play(&settings, &format!("{script}{PLAIN}S: 235\n{}", one_by_one(" SIZE=31", "354", "250")));

    let mut session = play(&settings, &format!("{script}{PLAIN}"));
    for octet in b"535 \xc7\xeb\xca\xb9\xd3\xc3\r\n" {
        session.received(&[*octet]);
    }
    let Step::Settled(outcome) = session.next() else { panic!("not settled") };
    let shown = format!("{:?}", outcome.recipients);
    assert!(shown.contains("ReplyCode(535)") && shown.contains("xC7") && shown.contains("xC3"), "{shown}");
}

#[test]
fn case_ehlo_forms_and_421() {
    let hello = format!("begin a\nS: 220 x\n{EHLO}");
    for code in ["500", "502"] {
        play(
            &plain(),
            &format!(
                "{hello}S: {code} what\nC: HELO client.example.jp\nS: 250 x\n{}",
                one_by_one("", "354", "250")
            ),
        );
        for needs in [
            login(Security::StartTls),
            login(Security::Implicit),
            Settings { security: Security::StartTls, ..plain() },
        ] {
            play(&needs, &format!("{hello}S: {code} what\nsettled failed ehlo {code}\ndone\n"));
        }
        play(
            &plain(),
            &format!(
                "{hello}S: {code} what\nC: HELO client.example.jp\nS: {code} what\n\
                 settled failed ehlo {code}\ndone\n"
            ),
        );
    }
    play(&plain(), &format!("{hello}S: 550 5.7.1 blocked\nsettled failed ehlo 550\ndone\n"));
    let login = login(Security::Implicit);
    let old = play(
        &login,
        &format!("{hello}S: 250-x\nS: 250-auth=login\nS: 250-Size\nS: 250 pipelining\nC: AUTH LOGIN\n"),
    );
    assert_eq!((old.capabilities().size_limit(), old.capabilities().pipelining()), (None, true));
    let both = play(&login, &format!("{hello}S: 250-x\nS: 250-AUTH=LOGIN\nS: 250 AUTH LOGIN PLAIN\n{PLAIN}"));
    assert_eq!(both.capabilities().auth(), ["LOGIN", "PLAIN"]);
}

#[test]
fn a_name_for_ehlo_that_would_end_the_command_is_not_said() {
    for helo in ["", "a b", "a\r\nMAIL FROM:<x>", "名前.example.jp"] {
        let settings = Settings { helo: helo.to_owned(), ..plain() };
        let session: Session = play(&settings, "begin a\nS: 220 x\nsettled failed ehlo settings\ndone\n");
        assert!(session.output().is_empty());
    }
}
