//! The vectors of RFC 5802 and RFC 7677, hostile servers, and the preparation of texts.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::secret::{Credentials, Secret};

fn exchange(hash: Hash, user: &str, password: &str, nonce: &str) -> Scram {
    let credentials = Credentials::with_password(user, Secret::new(password.to_owned()));
    let host = "mx.example.com".to_owned();
    Scram::new(hash, Start { credentials: Arc::new(credentials), host, port: 587, nonce: nonce.to_owned() })
}

fn initial(exchange: &mut Scram) -> String {
    String::from_utf8(exchange.initial().unwrap().to_vec()).unwrap()
}

fn answer(exchange: &mut Scram, challenge: &str) -> Result<String, Fault> {
    let answer = exchange.answer(&STANDARD.encode(challenge))?;
    Ok(String::from_utf8(answer.to_vec()).unwrap())
}

/// One of the two examples: user, password `pencil`, and the four messages.
struct Example {
    hash: Hash,
    nonce: &'static str,
    first: &'static str,
    server_first: &'static str,
    last: &'static str,
    server_last: &'static str,
}

/// RFC 5802 section 5.
const SHA1: Example = Example {
    hash: Hash::Sha1,
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    first: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    server_first: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    last: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    server_last: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
};

/// RFC 7677 section 3.
const SHA256: Example = Example {
    hash: Hash::Sha256,
    nonce: "rOprNGfwEbeRWgbNEkqO",
    first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    server_first: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    last: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    server_last: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

#[test]
fn the_examples_of_the_standards_come_out() {
    for Example { hash, nonce, first, server_first, last, server_last } in [SHA1, SHA256] {
        let mut scram = exchange(hash, "user", "pencil", nonce);
        assert_eq!(initial(&mut scram), first);
        assert_eq!(answer(&mut scram, server_first).unwrap(), last);
        assert!(scram.finish().is_err(), "a server that says nothing is not trusted");
        assert_eq!(answer(&mut scram, server_last).unwrap(), "");
        assert_eq!(scram.finish(), Ok(()));
        assert_eq!(answer(&mut scram, server_last), Err(ONE_CHALLENGE_TOO_MANY));
    }
}

#[test]
fn a_server_without_the_right_signature_is_not_trusted() {
    let Example { hash, nonce, server_first, server_last, .. } = SHA256;
    let other = SHA1.server_last;
    for last in
        ["", "v=", "v=AAAA", "v=%%%", "x=y", "e=", other, &server_last[..20], &format!("{server_last},junk")]
    {
        let mut scram = exchange(hash, "user", "pencil", nonce);
        answer(&mut scram, server_first).unwrap();
        assert!(matches!(answer(&mut scram, last), Err(Fault::Unproven(_))), "{last}");
        assert!(scram.finish().is_err(), "{last}");
    }
    let mut scram = exchange(hash, "user", "another password", nonce);
    answer(&mut scram, server_first).unwrap();
    assert!(matches!(answer(&mut scram, server_last), Err(Fault::Unproven(_))), "of another password");
    let mut scram = exchange(hash, "user", "pencil", nonce);
    answer(&mut scram, server_first).unwrap();
    assert_eq!(answer(&mut scram, &format!("{server_last},x=later")).unwrap(), "", "with an extension");
}

#[test]
fn a_refusal_of_the_server_is_kept_and_is_no_success() {
    let Example { hash, nonce, server_first, .. } = SHA256;
    let mut scram = exchange(hash, "user", "pencil", nonce);
    answer(&mut scram, server_first).unwrap();
    assert_eq!(answer(&mut scram, "e=invalid-proof").unwrap(), "");
    assert_eq!(scram.refusal(), Some("invalid-proof"));
    assert!(matches!(scram.finish(), Err(Fault::Unproven(_))));
}

#[test]
fn a_first_message_that_is_not_as_it_has_to_be_gets_no_proof() {
    let unusable = |why: &'static str| Fault::Unusable(why.into());
    let garbled = || unusable("a challenge that cannot be read");
    for (challenge, expected) in [
        ("", garbled()),
        ("r=abcX,s=AAAA", garbled()),
        ("s=AAAA,r=abcX,i=4096", garbled()),
        ("r=abcX,s=AAAA,i=4096,", garbled()),
        ("r=abcX,s=AAAA,i=4096,junk", garbled()),
        ("r=abcX,s=,i=4096", garbled()),
        ("r=abcX,s=%%%,i=4096", garbled()),
        ("r=abcX,s=AAAA,i=", garbled()),
        ("r=abcX,s=AAAA,i=-4096", garbled()),
        ("r=abcX,s=AAAA,i=+4096", garbled()),
        ("r=abcX,s=AAAA,i=04096", garbled()),
        ("r=abcX,s=AAAA,i=4096 ", garbled()),
        ("m=x,r=abcX,s=AAAA,i=4096", unusable("the server demands an extension that nobody knows")),
        ("r=abX,s=AAAA,i=4096", Fault::Unproven("it answers to the login of somebody else")),
        ("r=Xabc,s=AAAA,i=4096", Fault::Unproven("it answers to the login of somebody else")),
        ("r=abc,s=AAAA,i=4096", Fault::Unproven("it adds no nonce of its own")),
        ("r=abcX Y,s=AAAA,i=4096", Fault::Unproven("it adds no nonce of its own")),
    ] {
        for hash in [Hash::Sha1, Hash::Sha256] {
            assert_eq!(
                answer(&mut exchange(hash, "u", "p", "abc"), challenge),
                Err(expected.clone()),
                "{challenge}"
            );
        }
    }
    assert!(answer(&mut exchange(Hash::Sha1, "u", "p", "abc"), "r=abcX,s=AAAA,i=4096,x=y").is_ok());
}

#[test]
fn the_number_of_iterations_is_bounded_both_ways() {
    for (count, fits) in [
        ("1", false),
        ("4095", false),
        ("4096", true),
        ("600001", false),
        ("1000000000", false),
        ("4294967296", false),
        ("99999999999999999999999999", false),
    ] {
        for hash in [Hash::Sha1, Hash::Sha256] {
            let answer = answer(&mut exchange(hash, "u", "p", "abc"), &format!("r=abcX,s=AAAA,i={count}"));
            assert_eq!(answer.is_ok(), fits, "{count}: {answer:?}");
            assert!(fits || matches!(answer, Err(Fault::Unusable(_))), "{count}");
        }
    }
}

#[test]
fn commas_and_equal_signs_of_a_user_are_escaped() {
    let mut scram = exchange(Hash::Sha256, "a=b,c\"\\d", "x", "n");
    assert_eq!(initial(&mut scram), "n,,n=a=3Db=2Cc\"\\d,r=n");
}

/// RFC 4013 section 3, and what Japanese input methods and file systems make of a word.
#[test]
fn texts_are_prepared_where_there_is_a_rule_and_else_go_as_they_are() {
    for (name, text, prepared) in [
        ("soft hyphen", "I\u{ad}X", "IX"),
        ("case is kept", "USER", "USER"),
        ("feminine ordinal", "\u{aa}", "a"),
        ("roman nine", "\u{2168}", "IX"),
        ("no-break space", "a\u{a0}b", "a b"),
        ("full width", "ｐａｓｓ１", "pass1"),
        ("half width", "ﾊﾟｽ", "パス"),
        ("decomposed", "ハ\u{309a}ス", "パス"),
        ("everyday", "§パス\"\\,=", "§パス\"\\,="),
        ("forbidden control", "a\u{7}b", "a\u{7}b"),
        ("forbidden mixture", "\u{627}1", "\u{627}1"),
        ("later than Unicode 3.2", "🦉", "🦉"),
    ] {
        assert_eq!(prepare(text).as_str(), prepared, "{name}");
    }
}

proptest! {
    #[test]
    fn no_octets_as_messages_make_it_panic_or_believe(messages: [Vec<u8>; 3], tail in "[ -~]{0,40}") {
        let mut scram = exchange(Hash::Sha256, "u", "p", "abc");
        for message in [&messages[0][..], format!("r=abc{tail}").as_bytes(), &messages[1], &messages[2]] {
            let _ = scram.answer(&STANDARD.encode(message));
        }
        let _ = scram.answer(&String::from_utf8_lossy(&messages[0]));
        prop_assert!(scram.finish().is_err());
    }
}
