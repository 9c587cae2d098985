//! Each mechanism against servers that keep to its standard, that refuse, that garble, and that prove nothing.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::script::{USER, login, play};
use smtp::{AuthPolicy, Credentials, Mechanism, Secret, Security, Session, Settings, Step, Trouble};

/// First message, challenge, proof and signature, computed by other means.
pub(crate) const SCRAM256: [&str; 4] = [
    "n,,n=alert@example.jp,r=LDTOHfI7g4xavyp/ZDfMo9MG",
    "r=LDTOHfI7g4xavyp/ZDfMo9MGSERVER,s=c29tZSBzYWx0,i=4096",
    "c=biws,r=LDTOHfI7g4xavyp/ZDfMo9MGSERVER,p=Egs46blPXMRn2BWFngalK+Qfu3OIX1UryP+7VMuE4RA=",
    "v=pCKXuBbirfTgCmDtDxXtIoa55ABBTHOQHotO6odY6QY=",
];

/// First message, challenge, proof and signature, computed by other means.
const SCRAM1: [&str; 4] = [
    "n,,n=alert@example.jp,r=LDTOHfI7g4xavyp/ZDfMo9MG",
    "r=LDTOHfI7g4xavyp/ZDfMo9MGSERVER,s=c29tZSBzYWx0,i=4096",
    "c=biws,r=LDTOHfI7g4xavyp/ZDfMo9MGSERVER,p=SdpK2RNWt8acT37CyqeM5AlH4qo=",
    "v=MWqGMZrm+tVLZ4updtDZm/uXxdw=",
];

/// Challenge, response and the server's proof, computed by other means.
pub(crate) const DIGEST: [&str; 3] = [
    r#"nonce="n2",realm="example.jp",qop="auth",charset=utf-8,algorithm=md5-sess"#,
    r#"charset=utf-8,username="alert@example.jp",realm="example.jp",nonce="n2",nc=00000001,cnonce="LDTOHfI7g4xavyp/ZDfMo9MG",digest-uri="smtp/mx.example.jp",response=e0dd4600b3c3956e175161b36ec293b7,qop=auth"#,
    "rspauth=c1a8ab8e4a4f7ea5de2b6c72fc9b2a81",
];

/// The nonce of the first login of a session whose seed is all zeros.
const NONCE: &str = "LDTOHfI7g4xavyp/ZDfMo9MG";

const MAIL: &str = "C: MAIL FROM:<alert@example.jp>\n";

pub(crate) fn hello(auth: &str) -> String {
    format!("begin a\nS: 220 mx\nC: EHLO client.example.jp\nS: 250-mx\nS: 250 AUTH {auth}\n")
}

fn password() -> Settings {
    login(Security::Implicit)
}

pub(crate) fn token(token: &str) -> Settings {
    let credentials = Credentials::with_token(USER, Secret::new(token.to_owned()));
    Settings { credentials: Some(Arc::new(credentials)), ..password() }
}

/// Each mechanism in which the server has to prove itself: its name, all up to our proof, and the server's.
fn mutual() -> [(&'static str, String, &'static str); 3] {
    let scram = |name: &str, [first, challenge, proof, _]: [&str; 4]| {
        format!("{}C64: AUTH {name} {first}\nS64: 334 {challenge}\nC64: {proof}\n", hello(name))
    };
    let [challenge, response, rspauth] = DIGEST;
    let digest =
        format!("{}C: AUTH DIGEST-MD5\nS64: 334 {challenge}\nC64: {response}\n", hello("DIGEST-MD5"));
    [
        ("SCRAM-SHA-256", scram("SCRAM-SHA-256", SCRAM256), SCRAM256[3]),
        ("SCRAM-SHA-1", scram("SCRAM-SHA-1", SCRAM1), SCRAM1[3]),
        ("DIGEST-MD5", digest, rspauth),
    ]
}

/// What the session failed with, in words.
fn words(session: &mut Session) -> String {
    match session.next() {
        Step::Done(Some(failure)) => failure.to_string(),
        Step::Settled(outcome) => format!("{:?}", outcome.recipients[0]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_sides_prove_themselves_and_the_mail_goes() {
    for security in [Security::Implicit, Security::None] {
        for (_, begin, proof) in mutual() {
            play(&login(security), &format!("{begin}S64: 334 {proof}\nC:\nS: 235 2.7.0 ok\n{MAIL}"));
        }
    }
}

#[test]
fn a_server_that_proves_nothing_gets_no_mail() {
    for (name, begin, proof) in mutual() {
        let unproven = "settled failed auth server unproven\ndone\n";
        play(&password(), &format!("{begin}S: 235 2.7.0 ok\n{unproven}"));
        let begun = begin.lines().take_while(|line| !line.starts_with("S64")).collect::<Vec<_>>().join("\n");
        play(&password(), &format!("{begun}\nS: 235 2.7.0 ok\n{unproven}"));
        for wrong in
            ["", "v=AAAA", "rspauth=00000000000000000000000000000000", &proof[..proof.len() - 1], "e="]
        {
            play(&password(), &format!("{begin}S64: 334 {wrong}\n{unproven}"));
        }
        play(&password(), &format!("{begin}S: 334 ???\n{unproven}"));
        // A second proof is a challenge that nobody may give.
        let twice =
            format!("{begin}S64: 334 {proof}\nC:\nS64: 334 {proof}\nsettled failed auth protocol\ndone\n");
        play(&password(), &twice);
        play(&password(), &format!("{begin}S: 535 5.7.8 no {name}\nsettled failed auth 535\ndone\n"));
    }
}

#[test]
fn an_error_of_scram_is_no_success_and_its_word_is_told() {
    for (name, begin, _) in mutual().into_iter().take(2) {
        let refused = format!("{begin}S64: 334 e=unknown-user\nC:\n");
        let mut session = play(&password(), &format!("{refused}S: 535 5.7.8 no\n"));
        assert!(words(&mut session).contains("unknown-user"), "{name}");
        play(&password(), &format!("{refused}S: 235 ok\nsettled failed auth server unproven\ndone\n"));
    }
}

#[test]
fn a_server_nonce_that_does_not_extend_ours_ends_the_session() {
    for nonce in [NONCE, "SERVER", &format!("x{NONCE}"), &NONCE[..23]] {
        let script = format!(
            "{}C64: AUTH SCRAM-SHA-256 {}\nS64: 334 r={nonce},s=c29tZSBzYWx0,i=4096\n\
             settled failed auth server unproven\ndone\n",
            hello("SCRAM-SHA-256 PLAIN"),
            SCRAM256[0]
        );
        play(&password(), &script);
    }
}

#[test]
fn a_challenge_that_is_of_no_use_is_cancelled_and_the_next_mechanism_tries() {
    let scram = format!("C64: AUTH SCRAM-SHA-256 {}\n", SCRAM256[0]);
    let digest = "C: AUTH DIGEST-MD5\n".to_owned();
    let cases = [
        ("SCRAM-SHA-256", &scram, format!("r={NONCE}x,s=c29tZSBzYWx0,i=1000000000")),
        ("SCRAM-SHA-256", &scram, format!("r={NONCE}x,s=c29tZSBzYWx0,i=4095")),
        ("SCRAM-SHA-256", &scram, format!("m=x,r={NONCE}x,s=c29tZSBzYWx0,i=4096")),
        ("SCRAM-SHA-256", &scram, "junk".to_owned()),
        ("DIGEST-MD5", &digest, "nonce=\"n2\",qop=\"auth-conf\",algorithm=md5-sess".to_owned()),
        ("DIGEST-MD5", &digest, "nonce=\"n2\",qop=\"auth\"".to_owned()),
        ("DIGEST-MD5", &digest, "nonce=\"n2\",nonce=\"n2\",algorithm=md5-sess".to_owned()),
    ];
    for (name, auth, challenge) in cases {
        let policy = |list: &[&str]| {
            let list = list.iter().map(|name| name.parse().expect("a mechanism")).collect();
            Settings { auth: AuthPolicy::Listed(list), ..password() }
        };
        let both = policy(&[name, "plain"]);
        let cancelled = format!("{}{auth}S64: 334 {challenge}\nC: *\n", hello(&format!("PLAIN {name}")));
        let plain = format!("C64: AUTH PLAIN \0{USER}\0correct horse\n");
        for code in ["501 5.7.0", "500", "535 5.7.0", "454"] {
            play(&both, &format!("{cancelled}S: {code} aborted\n{plain}S: 235 ok\n{MAIL}"));
        }
        for code in ["334", "235"] {
            play(&both, &format!("{cancelled}S: {code} go on\nsettled failed auth protocol\ndone\n"));
        }
        play(&both, &format!("{cancelled}close\nsettled failed auth closed\ndone\n"));
        play(&both, &format!("{cancelled}S: 421 bye\nsettled failed auth 421\ndone\n"));
        let alone = policy(&[name]);
        let unusable = format!("settled failed auth {} unusable\ndone\n", name.to_lowercase());
        play(&alone, &format!("{}{auth}S64: 334 {challenge}\n{unusable}", hello(name)));
    }
}

#[test]
fn the_words_about_a_hostile_number_of_iterations_say_what_it_is() {
    let challenge = format!("r={NONCE}x,s=c29tZSBzYWx0,i=1000000000");
    let script = format!(
        "{}C64: AUTH SCRAM-SHA-256 {}\nS64: 334 {challenge}\n",
        hello("SCRAM-SHA-256").replace("begin a\n", ""),
        SCRAM256[0]
    );
    assert_eq!(
        words(&mut play(&password(), &script)),
        "at auth: scram-sha-256 cannot be used with this server: the server asks for 1000000000 iterations; more than \
         600000 would keep this machine busy"
    );
}

#[test]
fn a_list_is_tried_in_its_own_order() {
    let list = [Mechanism::DigestMd5, Mechanism::CramMd5, Mechanism::Plain, Mechanism::Login];
    let settings = Settings { auth: AuthPolicy::Listed(list.to_vec()), ..password() };
    let refused = "S: 504 5.5.4 no\n";
    let script = format!(
        "{}C: AUTH DIGEST-MD5\n{refused}C: AUTH CRAM-MD5\n{refused}\
         C64: AUTH PLAIN \0{USER}\0correct horse\n{refused}C: AUTH LOGIN\n{refused}settled failed auth 504\ndone\n",
        hello("login plain cram-md5 Digest-MD5 SCRAM-SHA-256")
    );
    play(&settings, &script);
}

#[test]
fn auto_begins_with_the_best_and_goes_down_only_where_the_mechanism_is_refused() {
    let all = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2";
    let first = format!("{}C64: AUTH SCRAM-SHA-256 {}\n", hello(all), SCRAM256[0]);
    play(&password(), &format!("{first}S: 535 no\nsettled failed auth 535\ndone\n"));
    // The second login of a session has a nonce of its own.
    play(
        &password(),
        &format!(
            "{first}S: 534 5.7.9 no\nC64: AUTH SCRAM-SHA-1 n,,n={USER},r=COACZv/wqsxkl08ipTYip9xF\nS: 535 no\nsettled failed auth 535\n"
        ),
    );
    let in_clear = format!("{}C: AUTH DIGEST-MD5\n", hello("PLAIN LOGIN CRAM-MD5 DIGEST-MD5"));
    play(
        &login(Security::None),
        &format!("{in_clear}S: 504 no\nC: AUTH CRAM-MD5\nS: 504 no\nsettled failed auth 504\n"),
    );
}

#[test]
fn a_token_logs_in_by_either_mechanism() {
    let bearer = format!("n,a={USER},\x01host=mx.example.jp\x01port=587\x01auth=Bearer to.ken\x01\x01");
    let script = format!("{}C64: AUTH OAUTHBEARER {bearer}\n", hello("PLAIN XOAUTH2 OAUTHBEARER"));
    play(&token("to.ken"), &format!("{script}S: 235 ok\n{MAIL}"));
    let invented = format!("C64: AUTH XOAUTH2 user={USER}\x01auth=Bearer to.ken\x01\x01\n");
    play(&token("to.ken"), &format!("{script}S: 504 no\n{invented}S: 235 ok\n{MAIL}"));
    play(&token("to.ken"), &format!("{}{invented}S: 235 ok\n{MAIL}", hello("XOAUTH2")));
    let in_clear = Settings { security: Security::None, ..token("to.ken") };
    play(
        &in_clear,
        &format!("{}settled failed auth password needs tls\ndone\n", hello("XOAUTH2 OAUTHBEARER")),
    );
}

#[test]
fn a_refused_token_is_an_outcome_of_its_own_with_the_words_of_the_server() {
    let json = r#"{"status":"invalid_token","scope":"mail"}"#;
    let begin = |name: &str| {
        let message = match name {
            "XOAUTH2" => format!("user={USER}\x01auth=Bearer to.ken\x01\x01"),
            _ => format!("n,a={USER},\x01host=mx.example.jp\x01port=587\x01auth=Bearer to.ken\x01\x01"),
        };
        format!("{}C64: AUTH {name} {message}\n", hello(name))
    };
    for (name, answer) in [("OAUTHBEARER", "C: AQ==\n"), ("XOAUTH2", "C:\n")] {
        let challenged = format!("{}S64: 334 {json}\n{answer}", begin(name));
        let refused = format!("{challenged}S: 535 5.7.8 no\n");
        play(&token("to.ken"), &format!("{refused}settled failed auth token refused 535\ndone\n"));
        let mut session = play(&token("to.ken"), &refused.replace("begin a\n", ""));
        let Step::Done(Some(failure)) = session.next() else { panic!("no failure") };
        let Trouble::TokenRefused(reply) = &failure.trouble else { panic!("{failure}") };
        assert_eq!(reply.lines, ["5.7.8 no", json]);
        assert!(failure.to_string().contains("invalid_token"), "{failure}");

        let at_once =
            format!("{}S: 535 5.7.8 no\nsettled failed auth token refused 535\ndone\n", begin(name));
        play(&token("to.ken"), &at_once);
        play(
            &token("to.ken"),
            &format!("{}S: 454 4.7.0 later\nsettled failed auth 454\ndone\n", begin(name)),
        );
        play(&token("to.ken"), &format!("{challenged}S: 454 4.7.0 later\nsettled failed auth 454\ndone\n"));
        play(&token("to.ken"), &format!("{challenged}S: 235 ok\nsettled failed auth protocol\ndone\n"));
        play(&token("to.ken"), &format!("{challenged}S64: 334 {json}\nsettled failed auth protocol\ndone\n"));
    }
}

#[test]
fn a_token_that_cannot_be_one_is_not_sent() {
    for bad in ["", "two words", "line\nend", "トークン", "x\x01y"] {
        play(&token(bad), &format!("{}settled failed auth settings\ndone\n", hello("XOAUTH2")));
    }
}

#[test]
fn case_auth_line_over_512() {
    for octets in [1_500, 9_000] {
        let long = "t".repeat(octets);
        for name in ["XOAUTH2", "OAUTHBEARER"] {
            let message = match name {
                "XOAUTH2" => format!("user={USER}\x01auth=Bearer {long}\x01\x01"),
                _ => format!("n,a={USER},\x01host=mx.example.jp\x01port=587\x01auth=Bearer {long}\x01\x01"),
            };
            let script = format!("{}C: AUTH {name}\nS: 334 \nC64: {message}\nS: 235 ok\n{MAIL}", hello(name));
            play(&token(&long), &script);
        }
    }
    let user = "u".repeat(600);
    let credentials = Credentials::with_password(user.as_str(), Secret::new("correct horse".to_owned()));
    let settings = Settings { credentials: Some(Arc::new(credentials)), ..password() };
    let script = format!(
        "{}C: AUTH SCRAM-SHA-256\nS: 334 \nC64: n,,n={user},r={NONCE}\nwait auth\n",
        hello("SCRAM-SHA-256")
    );
    play(&settings, &script);
}

/// RFC 4954 section 4: a line of 12,288 octets has to be taken.
#[test]
fn a_challenge_as_long_as_the_standard_allows_is_read() {
    let challenge = format!("{},x={}", SCRAM256[1], "y".repeat(9216 - 3 - SCRAM256[1].len()));
    assert_eq!(STANDARD.encode(&challenge).len(), 12_288);
    let first = format!("{}C64: AUTH SCRAM-SHA-256 {}\n", hello("SCRAM-SHA-256"), SCRAM256[0]);
    let mut session = play(&password(), &format!("{first}S64: 334 {challenge}\n"));
    assert_eq!(session.next(), Step::Send);
}
