//! The login: which mechanism, what is sent, and what is tried after a refusal.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::script::{login, play};
use smtp::{AuthPolicy, Credentials, Mechanism, Secret, Security, Settings};

const PLAIN: &str = "C: AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuanAAY29ycmVjdCBob3JzZQ==\n";

fn hello(auth: &str) -> String {
    format!("begin a\nS: 220 mx\nC: EHLO client.example.jp\nS: 250-mx\nS: 250 {auth}\n")
}

fn listed(security: Security, mechanisms: &[Mechanism]) -> Settings {
    Settings { auth: AuthPolicy::Listed(mechanisms.to_vec()), ..login(security) }
}

fn with(user: &str, password: &str, mechanism: Mechanism) -> Settings {
    let credentials = Credentials::with_password(user, Secret::new(password.to_owned()));
    Settings { credentials: Some(Arc::new(credentials)), ..listed(Security::Implicit, &[mechanism]) }
}

#[test]
fn a_password_is_not_shown_outside_tls_even_if_the_settings_list_it() {
    let refused = "settled failed auth password needs tls\ndone\n";
    let auto = login(Security::None);
    play(&auto, &format!("{}{refused}", hello("AUTH PLAIN LOGIN")));
    let listed = listed(Security::None, &[Mechanism::Login, Mechanism::Plain]);
    play(&listed, &format!("{}{refused}", hello("AUTH PLAIN LOGIN CRAM-MD5")));
    play(&auto, &format!("{}C: AUTH CRAM-MD5\nwait auth\n", hello("AUTH PLAIN LOGIN CRAM-MD5")));
}

#[test]
fn mail_is_never_sent_without_a_login_that_was_wanted() {
    let tls = login(Security::Implicit);
    play(&tls, &format!("{}settled failed auth no mechanism in []\ndone\n", hello("8BITMIME")));
    play(&tls, &format!("{}settled failed auth no mechanism in [XOAUTH2]\ndone\n", hello("AUTH XOAUTH2")));
    let nobody = Settings { credentials: None, ..login(Security::Implicit) };
    play(&nobody, &format!("{}settled failed auth settings\ndone\n", hello("AUTH PLAIN")));
    for (user, password) in [("", "x"), ("x", ""), ("x\0", "x"), ("x", "x\0y")] {
        let settings = with(user, password, Mechanism::Plain);
        play(&settings, &format!("{}settled failed auth settings\ndone\n", hello("AUTH PLAIN")));
    }
}

#[test]
fn a_refused_mechanism_lets_the_next_one_try_and_a_refused_password_does_not() {
    let settings = login(Security::Implicit);
    let script = format!("{}{PLAIN}", hello("AUTH LOGIN CRAM-MD5 PLAIN"));
    for code in ["504 5.5.4", "534 5.7.9", "538 5.7.11"] {
        let twice = format!("{script}S: {code} no\nC: AUTH LOGIN\n");
        play(&settings, &format!("{twice}S: 235 ok\nC: MAIL FROM:<alert@example.jp>\n"));
        let third = format!("{twice}S: {code} no\nC: AUTH CRAM-MD5\n");
        play(&settings, &format!("{third}S: 535 no\nsettled failed auth 535\ndone\n"));
        play(&settings, &format!("{third}S: {code} no\nsettled failed auth {}\ndone\n", &code[..3]));
    }
    for code in ["535", "454", "432", "530", "500"] {
        play(&settings, &format!("{script}S: {code} no\nsettled failed auth {code}\ndone\n"));
    }
    play(&settings, &format!("{}{PLAIN}S: 504 no\nsettled failed auth 504\ndone\n", hello("AUTH PLAIN")));
}

#[test]
fn challenges_without_end_are_not_answered_without_end() {
    let script = format!("{}{PLAIN}S: 334 \nsettled failed auth protocol\ndone\n", hello("AUTH PLAIN"));
    play(&login(Security::Implicit), &script);
    let user_and_password =
        "C: AUTH LOGIN\nS: 334\nC: YWxlcnRAZXhhbXBsZS5qcA==\nS: 334\nC: Y29ycmVjdCBob3JzZQ==\n";
    let script =
        format!("{}{user_and_password}S: 334\nsettled failed auth protocol\ndone\n", hello("AUTH LOGIN"));
    play(&login(Security::Implicit), &script);
    let script = format!(
        "{}C: AUTH CRAM-MD5\nS: 334 ???\nsettled failed auth cram-md5 unusable\ndone\n",
        hello("AUTH CRAM-MD5")
    );
    play(&login(Security::Implicit), &script);
}

#[test]
fn login_does_not_read_the_prompts() {
    for prompt in ["334 UGFzc3dvcmQ6", "334", "334 not base64 \u{3042}", "334 VXNlciBOYW1lAA=="] {
        let script = format!(
            "C: AUTH LOGIN\nS: {prompt}\nC: YWxlcnRAZXhhbXBsZS5qcA==\nS: {prompt}\nC: Y29ycmVjdCBob3JzZQ==\n"
        );
        let script = format!(
            "{}{script}S: 235 ok, go ahead (#2.0.0)\nC: MAIL FROM:<alert@example.jp>\n",
            hello("AUTH LOGIN")
        );
        play(&login(Security::Implicit), &script);
    }
}

#[test]
fn the_cram_md5_dialogue_of_the_standard() {
    let settings =
        Settings { security: Security::None, ..with("tim", "tanstaaftanstaaf", Mechanism::CramMd5) };
    let script = "C: AUTH CRAM-MD5\nS: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\n\
                  C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\nS: 235 ok\n\
                  C: MAIL FROM:<alert@example.jp>\n";
    play(&settings, &format!("{}{script}", hello("AUTH CRAM-MD5")));
}

#[test]
fn case_auth_line_over_512() {
    let (user, password) = ("u".repeat(200), "p".repeat(200));
    let response = STANDARD.encode(format!("\0{user}\0{password}"));
    let script =
        format!("C: AUTH PLAIN\nS: 334 \nC: {response}\nS: 235 ok\nC: MAIL FROM:<alert@example.jp>\n");
    play(&with(&user, &password, Mechanism::Plain), &format!("{}{script}", hello("AUTH PLAIN")));

    let password = "p".repeat(9000);
    let response = STANDARD.encode(&password);
    let script = format!(
        "C: AUTH LOGIN\nS: 334\nC: dQ==\nS: 334\nC: {response}\nS: 235 ok\nC: MAIL FROM:<alert@example.jp>\n"
    );
    play(&with("u", &password, Mechanism::Login), &format!("{}{script}", hello("AUTH LOGIN")));
}

#[test]
fn the_longest_initial_response_fills_the_command_line_and_no_more() {
    // `AUTH PLAIN ` and CRLF leave 499 octets, of which base64 can use 496 for 372.
    for (octets, in_one_line) in [(372, true), (373, false)] {
        let password = "p".repeat(octets - 3);
        let response = STANDARD.encode(format!("\0u\0{password}"));
        let script =
            if in_one_line { format!("C: AUTH PLAIN {response}\n") } else { "C: AUTH PLAIN\n".to_owned() };
        play(&with("u", &password, Mechanism::Plain), &format!("{}{script}", hello("AUTH PLAIN")));
    }
}

#[test]
fn case_password_verbatim() {
    for (user, password) in
        [(r"a+b\c@example.jp", " p#s:w=r;d@ \\ \"q\" 'z' $HOME ${X} %41 {{y}} §パス "), ("u", "x")]
    {
        let response = STANDARD.encode(format!("\0{user}\0{password}"));
        let script = format!("{}C: AUTH PLAIN {response}\n", hello("AUTH PLAIN"));
        play(&with(user, password, Mechanism::Plain), &script);
        let (user64, password64) = (STANDARD.encode(user), STANDARD.encode(password));
        let script =
            format!("{}C: AUTH LOGIN\nS: 334\nC: {user64}\nS: 334\nC: {password64}\n", hello("AUTH LOGIN"));
        play(&with(user, password, Mechanism::Login), &script);
    }
}
