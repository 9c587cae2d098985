//! The seven situations in which widespread queueing mailers lost mail although another relay was healthy.
//!
//! What a session owes to its caller in each of them: the exact phase and reply, for each recipient on its own, at
//! once. That the next provider then gets the mail is the caller's part.

use crate::script::{CONTENT, login, plain, play};
use smtp::{AuthPolicy, Failure, Security, Settings};

const HELLO: &str = "begin a b\nS: 220 mx\nC: EHLO client.example.jp\n";

#[test]
fn a_554_greeting_says_nothing_of_the_message() {
    play(
        &plain(),
        "begin a b\nS: 554 5.3.2 no service here\nsettled failed greeting 554, failed greeting 554\ndone\n",
    );
}

#[test]
fn a_530_at_mail_is_the_sender_s_trouble() {
    play(
        &plain(),
        &format!(
            "{HELLO}S: 250 mx\nC: MAIL FROM:<alert@example.jp>\nS: 530 5.7.0 authentication required\n\
             settled failed mail 530, failed mail 530\nidle\n"
        ),
    );
}

#[test]
fn a_535_is_the_same_after_plain_and_after_login() {
    let settings = login(Security::Implicit);
    let outcome = "S: 535 5.7.8 no\nsettled failed auth 535, failed auth 535\ndone\n";
    play(
        &settings,
        &format!(
            "{HELLO}S: 250-mx\nS: 250 AUTH PLAIN\n\
             C: AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuanAAY29ycmVjdCBob3JzZQ==\n{outcome}"
        ),
    );
    play(
        &settings,
        &format!(
            "{HELLO}S: 250-mx\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 x\nC: YWxlcnRAZXhhbXBsZS5qcA==\n\
             S: 334 x\nC: Y29ycmVjdCBob3JzZQ==\n{outcome}"
        ),
    );
}

#[test]
fn a_451_anywhere_is_a_reply_of_its_phase() {
    play(&plain(), "begin a b\nS: 451 4.3.0 no\nsettled failed greeting 451, failed greeting 451\ndone\n");
    play(&plain(), &format!("{HELLO}S: 451 4.3.0 no\nsettled failed ehlo 451, failed ehlo 451\ndone\n"));
}

#[test]
fn a_connection_that_never_was_is_not_a_refusal() {
    let failure = Failure::connect("connection refused");
    assert!(failure.reply().is_none());
    assert_eq!(failure.to_string(), "at connect: cannot connect: connection refused");
}

#[test]
fn a_550_for_one_of_two_recipients_is_for_that_one() {
    play(
        &plain(),
        &format!(
            "{HELLO}S: 250-mx\nS: 250 PIPELINING\ngrant data\nC: MAIL FROM:<alert@example.jp>\n\
             C: RCPT TO:<a@example.com>\n\
             C: RCPT TO:<b@example.com>\nC: DATA\nS: 250 ok\nS: 550 5.1.1 no\nS: 250 ok\nS: 354 go\n\
             grant dot\n{CONTENT}\
             S: 250 ok\nsettled failed rcpt 550, delivered\nidle\n"
        ),
    );
}

#[test]
fn a_421_to_ehlo_is_not_followed_by_helo_and_keeps_its_text() {
    let script = format!(
        "{HELLO}S: 421 4.7.0 host name not accepted\nclose\nsettled failed ehlo 421, failed ehlo 421\ndone\n"
    );
    let session = play(&plain(), &script);
    assert!(session.transcript().to_string().contains("host name not accepted"));
    let settings = Settings { auth: AuthPolicy::None, ..login(Security::Implicit) };
    play(&settings, &script);
}
