//! Which mechanisms may be tried, and in which order.

use super::Mechanism;
use crate::outcome::Trouble;
use crate::settings::AuthPolicy;

/// The mechanisms that may be tried, best first; never an empty list.
///
/// A policy that wants authentication and finds no way fails here: mail is never sent without it by accident. `with_token`
/// decides between those that take a password and those that take a token; `offered` is the server's list in upper
/// case.
pub(crate) fn choose(
    policy: &AuthPolicy,
    with_token: bool,
    offered: &[String],
    tls: bool,
) -> Result<Vec<Mechanism>, Trouble> {
    let wanted: &[Mechanism] = match policy {
        AuthPolicy::None => &[],
        AuthPolicy::Auto => &Mechanism::ALL,
        AuthPolicy::Listed(listed) => listed,
    };
    let mut common: Vec<Mechanism> = Vec::new();
    for mechanism in wanted.iter().filter(|mechanism| mechanism.wants_token() == with_token) {
        if offered.iter().any(|name| name == mechanism.name()) && !common.contains(mechanism) {
            common.push(*mechanism);
        }
    }
    if common.is_empty() {
        return Err(Trouble::NoCommonMechanism { offered: offered.to_vec() });
    }
    common.retain(|mechanism| tls || mechanism.hides_the_password());
    if common.is_empty() { Err(Trouble::PasswordNeedsTls) } else { Ok(common) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mechanism::{CramMd5, DigestMd5, Login, OAuthBearer, Plain, ScramSha1, ScramSha256, XOAuth2};

    /// Everything that this crate knows, in no good order, and something else.
    const EVERYTHING: &[&str] = &[
        "CRAM-MD5",
        "LOGIN",
        "XOAUTH2",
        "NTLM",
        "PLAIN",
        "SCRAM-SHA-1",
        "DIGEST-MD5",
        "SCRAM-SHA-256",
        "OAUTHBEARER",
        "SCRAM-SHA-256-PLUS",
    ];

    const PASSWORD: bool = false;
    const TOKEN: bool = true;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_choice_never_shows_a_password_and_is_never_silently_none() {
        let auto = AuthPolicy::Auto;
        let listed = |mechanisms: &[Mechanism]| AuthPolicy::Listed(mechanisms.to_vec());
        let none_of = |offered: &[&str]| Err(Trouble::NoCommonMechanism { offered: names(offered) });
        for (name, policy, offered, tls, chosen) in [
            (
                "auto in TLS",
                &auto,
                EVERYTHING,
                true,
                Ok(vec![ScramSha256, ScramSha1, Plain, Login, DigestMd5, CramMd5]),
            ),
            ("auto in clear", &auto, EVERYTHING, false, Ok(vec![ScramSha256, ScramSha1, DigestMd5, CramMd5])),
            ("only clear ones", &auto, &["LOGIN", "PLAIN"], false, Err(Trouble::PasswordNeedsTls)),
            (
                "listed in clear",
                &listed(&[Plain]),
                &["PLAIN", "CRAM-MD5"],
                false,
                Err(Trouble::PasswordNeedsTls),
            ),
            (
                "listed order",
                &listed(&[Login, Plain, Login]),
                &["PLAIN", "LOGIN"],
                true,
                Ok(vec![Login, Plain]),
            ),
            (
                "the article's order",
                &listed(&[DigestMd5, CramMd5, Plain, Login]),
                &["LOGIN", "PLAIN", "DIGEST-MD5", "CRAM-MD5"],
                true,
                Ok(vec![DigestMd5, CramMd5, Plain, Login]),
            ),
            ("a token's", &auto, &["XOAUTH2"], true, none_of(&["XOAUTH2"])),
            ("listed, without a token", &listed(&[XOAuth2]), &["XOAUTH2"], true, none_of(&["XOAUTH2"])),
            ("none offered", &auto, &[], true, none_of(&[])),
            ("none listed", &listed(&[]), &["PLAIN"], true, none_of(&["PLAIN"])),
        ] {
            assert_eq!(choose(policy, PASSWORD, &names(offered), tls), chosen, "{name}");
        }
    }

    #[test]
    fn a_token_goes_to_mechanisms_for_tokens_and_only_inside_tls() {
        let auto = AuthPolicy::Auto;
        let everything = names(EVERYTHING);
        assert_eq!(choose(&auto, TOKEN, &everything, true), Ok(vec![OAuthBearer, XOAuth2]));
        assert_eq!(choose(&auto, TOKEN, &everything, false), Err(Trouble::PasswordNeedsTls));
        let plain = names(&["PLAIN"]);
        let none = Err(Trouble::NoCommonMechanism { offered: plain.clone() });
        assert_eq!(choose(&auto, TOKEN, &plain, true), none);
        assert_eq!(choose(&AuthPolicy::Listed(vec![Plain]), TOKEN, &plain, true), none);
    }

    /// What the providers of the presets offer today, and what comes of it.
    #[test]
    fn auto_does_the_right_thing_for_known_providers() {
        for (name, offered, tls, first) in [
            ("docomo", &["LOGIN", "PLAIN"][..], true, Plain),
            ("yahoo", &["LOGIN", "PLAIN", "XYMCOOKIE"], true, Plain),
            ("gmail", &["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER"], true, Plain),
            ("postfix with cyrus", &["LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5"], true, Plain),
            ("the same in clear", &["LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5"], false, DigestMd5),
            ("postfix with dovecot", &["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"], true, ScramSha256),
        ] {
            let chosen = choose(&AuthPolicy::Auto, PASSWORD, &names(offered), tls);
            assert_eq!(chosen.map(|all| all[0]), Ok(first), "{name}");
        }
    }
}
