//! The vector of RFC 2831, every form of challenge, and servers that prove nothing.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::secret::{Credentials, Secret};

const HOST: &str = "mx.example.com";

fn exchange(user: &str, password: &str, realm: Option<&str>, cnonce: &str) -> DigestMd5 {
    let mut credentials = Credentials::with_password(user, Secret::new(password.to_owned()));
    credentials.realm = realm.map(str::to_owned);
    DigestMd5::new(Start {
        credentials: Arc::new(credentials),
        host: HOST.to_owned(),
        port: 587,
        nonce: cnonce.to_owned(),
    })
}

fn answer(exchange: &mut DigestMd5, challenge: &str) -> Result<String, Fault> {
    let answer = exchange.answer(&STANDARD.encode(challenge))?;
    Ok(String::from_utf8(answer.to_vec()).unwrap())
}

/// The answer of user `alert` with password `pa:ss` and cnonce `c0ffee`.
fn wire(challenge: &str, realm: Option<&str>) -> Result<String, Fault> {
    answer(&mut exchange("alert", "pa:ss", realm, "c0ffee"), challenge)
}

fn why(challenge: &str, realm: Option<&str>) -> String {
    match wire(challenge, realm) {
        Err(Fault::Unusable(why)) => why.into_owned(),
        other => panic!("{other:?}"),
    }
}

/// RFC 2831 section 4. Its service is `imap`, so that it is computed, not played.
#[test]
fn the_example_of_the_standard_comes_out() {
    let proof = Proof {
        secret: md5(&[b"chris:elwood.innosoft.com:secret"]),
        nonce: b"OA6MG9tEQGm2hh",
        cnonce: "OA6MHXh6VqTrRk",
        uri: "imap/elwood.innosoft.com",
    };
    assert_eq!(proof.of("AUTHENTICATE:").as_str(), "d388dad90d4bbd760a152321f2143af7");
    assert_eq!(proof.of(":").as_str(), "ea40f60335c427b5527b84dbabcdfffd");
}

#[test]
fn case_digest_md5_wire_form() {
    let quoted = r#"nonce="bm9uY2U+x==",realm="mail\"relay\\a",qop="auth-int,auth",maxbuf=8192,charset=utf-8,algorithm=md5-sess"#;
    let said = wire(quoted, None).unwrap();
    assert!(
        said.starts_with(
            r#"charset=utf-8,username="alert",realm="mail\"relay\\a",nonce="bm9uY2U+x==",nc=00000001,cnonce="c0ffee",digest-uri="smtp/mx.example.com",response="#
        ),
        "{said}"
    );
    let (_, rest) = said.split_once("response=").unwrap();
    let (response, rest) = rest.split_at(32);
    assert!(
        response.bytes().all(|digit| b"0123456789abcdef".contains(&digit)) && rest == ",qop=auth",
        "{said}"
    );

    let without_realm = r#"nonce="n2",qop="auth",charset=utf-8,algorithm=md5-sess"#;
    let said = wire(without_realm, None).unwrap();
    assert!(!said.contains("realm"), "{said}");
    assert!(said.contains("response=62bef3afe7a3179432d56ee99a5093bb,"), "{said}");
    let without_qop = r#"nonce="n2",charset=utf-8,algorithm=md5-sess"#;
    assert_eq!(wire(without_qop, None).unwrap(), said, "without qop it is auth");

    assert!(why(r#"nonce="n2",qop="auth-conf",algorithm=md5-sess"#, None).contains("no qop=auth"));
    assert!(why(r#"nonce="n2",qop="auth""#, None).contains("algorithm=md5-sess"));
}

#[test]
fn the_realm_is_the_configured_one_or_ours_or_the_first() {
    let offers = |realms: &[&str]| {
        let realms: Vec<String> = realms.iter().map(|realm| format!("realm=\"{realm}\",")).collect();
        format!("{}nonce=\"n\",charset=utf-8,algorithm=md5-sess", realms.concat())
    };
    let realm = |user: &str, realms: &[&str], configured: Option<&str>| {
        let said = answer(&mut exchange(user, "x", configured, "c"), &offers(realms)).unwrap();
        said.split_once("realm=\"").map(|(_, rest)| rest.split_once('"').unwrap().0.to_owned())
    };
    for (user, realms, configured, expected) in [
        ("a", &[][..], None, None),
        ("a", &[], Some("own"), Some("own")),
        ("a", &["one"], None, Some("one")),
        ("a", &[""], None, Some("")),
        ("a", &["one", "two"], None, Some("one")),
        ("a", &["one", "two"], Some("two"), Some("two")),
        ("a", &["one", "MX.example.com"], None, Some("MX.example.com")),
        ("a@example.jp", &["one", "example.jp"], None, Some("example.jp")),
        ("a", &["one", "監視"], Some("監視"), Some("監視")),
    ] {
        assert_eq!(realm(user, realms, configured).as_deref(), expected, "{user} {realms:?} {configured:?}");
    }
    assert_eq!(
        why(&offers(&["one", "two"]), Some("own")),
        "the server has no realm `own`; it has `one`, `two`"
    );
}

#[test]
fn texts_are_hashed_in_latin_1_where_that_is_enough_and_never_changed_on_the_wire() {
    // (user, password, the text in the charset that is hashed)
    let utf8 = "nonce=\"n\",charset=utf-8,algorithm=md5-sess";
    let bare = "nonce=\"n\",algorithm=md5-sess";
    let expected = |hashed: &[u8]| {
        let secret = md5(&[hashed]);
        Proof { secret, nonce: b"n", cnonce: "c", uri: "smtp/mx.example.com" }.of("AUTHENTICATE:")
    };
    for (challenge, user, password, hashed) in [
        (utf8, "müller", "é", &b"m\xfcller::\xe9"[..]),
        (utf8, "müller", "パス", b"m\xfcller::\xe3\x83\x91\xe3\x82\xb9"),
        (utf8, "監", "é", b"\xe7\x9b\xa3::\xe9"),
        (bare, "müller", "é", b"m\xfcller::\xe9"),
    ] {
        let mut exchange = exchange(user, password, None, "c");
        let said = exchange.answer(&STANDARD.encode(challenge)).unwrap();
        let response = format!("response={}", expected(hashed).as_str());
        assert!(
            said.windows(response.len()).any(|part| part == response.as_bytes()),
            "{challenge} {user} {password}"
        );
        let on_wire = if challenge == utf8 { user.as_bytes().to_vec() } else { b"m\xfcller".to_vec() };
        assert!(said.windows(on_wire.len()).any(|part| part == on_wire), "{challenge} {user}");
    }
    let refused = |user, password| answer(&mut exchange(user, password, None, "c"), bare).unwrap_err();
    assert!(matches!(refused("監", "x"), Fault::Unusable(why) if why.starts_with("the user has letters")));
    assert!(
        matches!(refused("x", "パス"), Fault::Unusable(why) if why.starts_with("the password has letters"))
    );
}

#[test]
fn quotes_and_backslashes_of_a_user_are_escaped_on_the_wire_and_hashed_as_they_are() {
    let mut exchange = exchange(r#"a"b\c"#, "x", None, "c");
    let said = answer(&mut exchange, "nonce=\"n\",charset=utf-8,algorithm=md5-sess").unwrap();
    assert!(said.contains(r#"username="a\"b\\c","#), "{said}");
    let secret = md5(&[br#"a"b\c::x"#]);
    let response = Proof { secret, nonce: b"n", cnonce: "c", uri: "smtp/mx.example.com" }.of("AUTHENTICATE:");
    assert!(said.contains(response.as_str()), "{said}");
}

#[test]
fn a_challenge_that_is_missing_something_or_says_it_twice_is_refused_before_anything_is_said() {
    for (challenge, expected) in [
        ("", "a challenge without a nonce"),
        ("realm=x,algorithm=md5-sess", "a challenge without a nonce"),
        ("nonce=\"\",algorithm=md5-sess", "a challenge without a nonce"),
        ("nonce=n,nonce=n,algorithm=md5-sess", "a challenge with `nonce` twice"),
        ("nonce=n,algorithm=md5-sess,Algorithm=md5-sess", "a challenge with `algorithm` twice"),
        ("nonce=n,qop=auth,qop=auth,algorithm=md5-sess", "a challenge with `qop` twice"),
        ("nonce=n,charset=utf-8,charset=utf-8,algorithm=md5-sess", "a challenge with `charset` twice"),
        ("nonce=n,stale=true,stale=true,algorithm=md5-sess", "a challenge with `stale` twice"),
        ("nonce=n,maxbuf=1,maxbuf=1,algorithm=md5-sess", "a challenge with `maxbuf` twice"),
        ("nonce=n,algorithm=md5", "a challenge without algorithm=md5-sess"),
        ("nonce=n,algorithm=md5-sess,charset=koi8-r", "a challenge in another charset than utf-8"),
        ("nonce=n,algorithm=md5-sess,", ""),
        ("nonce=n,algorithm=md5-sess,later=\"thing\",later=2", ""),
        ("nonce=n algorithm=md5-sess", "a challenge that cannot be read"),
        ("nonce=\"n,algorithm=md5-sess", "a challenge that cannot be read"),
    ] {
        match wire(challenge, None) {
            Ok(said) => assert!(expected.is_empty(), "{challenge}: {said}"),
            Err(Fault::Unusable(why)) => assert_eq!(why, expected, "{challenge}"),
            Err(other) => panic!("{challenge}: {other:?}"),
        }
    }
    let long = format!("nonce=n,algorithm=md5-sess,x={}", "x".repeat(2048));
    assert_eq!(why(&long, None), "a challenge of more than 2048 octets");
    let mut garbled = exchange("a", "x", None, "c");
    assert_eq!(garbled.answer("%%%"), Err(Fault::Unusable("a challenge that is not base64".into())));
}

#[test]
fn only_the_right_rspauth_makes_a_server_trusted() {
    let begun = || {
        let mut exchange = exchange("chris", "secret", None, "c");
        answer(&mut exchange, "nonce=\"n\",charset=utf-8,algorithm=md5-sess").unwrap();
        let State::Responded { rspauth, .. } = &exchange.state else { panic!("no response") };
        let rspauth = rspauth.to_string();
        (exchange, rspauth)
    };
    let (mut good, rspauth) = begun();
    assert!(good.finish().is_err(), "a server that says nothing");
    assert_eq!(answer(&mut good, &format!("rspauth={rspauth}")).unwrap(), "");
    assert_eq!(good.finish(), Ok(()));
    assert_eq!(answer(&mut good, "x=y"), Err(ONE_CHALLENGE_TOO_MANY));
    for said in [
        String::new(),
        "rspauth=".to_owned(),
        format!("rspauth={}", "0".repeat(32)),
        format!("rspauth={}", &rspauth[..31]),
        format!("rspauth={rspauth}0"),
        format!("rspauth={rspauth},rspauth={rspauth}"),
        format!("other={rspauth}"),
        "nonce=\"m\",charset=utf-8,algorithm=md5-sess".to_owned(),
    ] {
        let (mut exchange, _) = begun();
        assert!(matches!(answer(&mut exchange, &said), Err(Fault::Unproven(_))), "{said}");
        assert!(exchange.finish().is_err(), "{said}");
    }
}
