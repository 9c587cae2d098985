//! A provider that cannot prove who it is, or would read us in the clear, learns nothing, and the alert goes on.

use lab::{Act, Leaf, Personality, Stage};

use crate::stand::{Stand, enqueue, expect_sent_by_second_in_one_pass};

#[test]
fn a_provider_with_an_expired_certificate_is_passed_over() {
    expect_to_learn_nothing(|server| server.certificate(Leaf::Expired));
}

#[test]
fn a_provider_with_a_certificate_for_another_name_is_passed_over() {
    expect_to_learn_nothing(|server| server.certificate(Leaf::WrongName));
}

#[test]
fn a_provider_that_has_lost_its_starttls_is_passed_over() {
    expect_to_learn_nothing(|server| server.without_capability("STARTTLS"));
}

#[test]
fn a_provider_with_plain_text_behind_its_reply_to_starttls_is_passed_over() {
    let injected = || Act::Inject("250-AUTH PLAIN\r\n250 8BITMIME".to_owned());
    expect_to_learn_nothing(|server| server.at(Stage::StartTls, injected()));
}

fn expect_to_learn_nothing(change: impl FnOnce(Personality) -> Personality) {
    let stand = Stand::with(change);
    let id = enqueue(&stand.sandbox);
    expect_sent_by_second_in_one_pass(&stand.sandbox, id, &stand.second);
    let words: Vec<String> = stand.first.commands();
    let verb = |word: &String| word.split(' ').next().unwrap_or_default().to_ascii_uppercase();
    let harmless = |word: &String| ["EHLO", "STARTTLS", "QUIT"].contains(&verb(word).as_str());
    assert!(words.iter().all(harmless), "it got neither password nor envelope: {words:?}");
    assert!(words.iter().any(|word| verb(word) == "EHLO"), "it was asked: {words:?}");
}
