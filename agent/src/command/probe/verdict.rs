//! What a probe comes to: whether the provider can be used as it is configured, and what to do if not.

use smtp::{AuthPolicy, Failure, Phase, Security, Trouble};

use super::certificate::Certificate;
use super::report::Login;
use crate::command::failure::exit_for;
use crate::exit::Exit;
use crate::submit::{Target, Trust};

/// A certificate that ends sooner than this should have been renewed.
const DAYS_LEFT_MIN: i64 = 14;

/// A port that most networks in Japan block for everybody but their own servers (OP25B).
const BLOCKED_PORT: u16 = 25;

/// What is known when the judgement is made.
pub(super) struct Facts<'a> {
    pub(super) target: &'a Target,
    /// The mechanisms that may be used; the target's own are gone if no login was asked for.
    pub(super) policy: &'a AuthPolicy,
    /// Whether a login was asked for.
    pub(super) with_login: bool,
    /// Whether it is by a token.
    pub(super) with_token: bool,
    /// Which way in was taken.
    pub(super) security: Option<Security>,
    pub(super) certificates: &'a [Certificate],
    /// The mechanisms that were offered where the login takes place; `None` if it did not come to that.
    pub(super) offered: Option<&'a [String]>,
    pub(super) failure: Option<&'a Failure>,
    /// The day on which the service ended.
    pub(super) retired: Option<&'a str>,
    /// Whether it stands in a configuration, which says how to log in.
    pub(super) configured: bool,
}

/// The judgement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) exit: Exit,
    pub(super) login: Login,
    /// By its name in the configuration.
    pub(super) mechanism: Option<String>,
    pub(super) sentences: Vec<String>,
}

pub(super) fn judge(facts: &Facts<'_>) -> Verdict {
    let mut sentences = Vec::new();
    let mut verdict = match facts.failure {
        Some(failure) => {
            sentences.push(format!("at {}: {}", failure.phase, failure.trouble));
            sentences.extend(advice(facts, failure));
            let login = if failure.phase == Phase::Auth { Login::Failed } else { login_untried(facts) };
            Verdict { exit: exit_for(failure), login, mechanism: None, sentences }
        }
        None => went_well(facts, sentences),
    };
    if let Some(day) = facts.retired {
        verdict.sentences.push(format!("this service closed on {day}: put another provider in its place"));
    }
    let ends = facts.certificates.first().filter(|it| (0..DAYS_LEFT_MIN).contains(&it.days_left));
    if let Some(certificate) = ends {
        let days = certificate.days_left;
        verdict.sentences.push(format!("its certificate ends in {days} days: see that it is renewed"));
    }
    if facts.security == Some(Security::None) {
        verdict.sentences.push("without TLS everybody on the way can read the mail".to_owned());
    }
    verdict
}

fn login_untried(facts: &Facts<'_>) -> Login {
    if facts.policy == &AuthPolicy::None { Login::NotNeeded } else { Login::NotTried }
}

fn went_well(facts: &Facts<'_>, mut sentences: Vec<String>) -> Verdict {
    let tls = facts.security != Some(Security::None);
    let offered = facts.offered.unwrap_or_default();
    let login = if facts.with_login { Login::Accepted } else { login_untried(facts) };
    let works = Verdict { exit: Exit::Done, login, mechanism: None, sentences: Vec::new() };
    if login == Login::NotNeeded {
        sentences.push("it works as far as a probe can see; no login is configured".to_owned());
        return Verdict { sentences, ..works };
    }
    let usable = facts.policy.usable(facts.with_token, offered, tls);
    match usable {
        Ok(mechanisms) => {
            let mechanism = mechanisms.first().map(ToString::to_string);
            sentences.push(match login {
                Login::Accepted => "it works: the login was accepted, no mail was sent".to_owned(),
                _ if facts.configured => {
                    "it works as far as a probe can see; --auth tries the login".to_owned()
                }
                _ => "it works as far as a probe can see; alertmail send tries a login and a mail".to_owned(),
            });
            Verdict { mechanism, sentences, ..works }
        }
        // Nobody has said yet whether there is to be a login.
        Err(Trouble::NoCommonMechanism { .. }) if !facts.configured && offered.is_empty() => {
            sentences.push(
                "it works as far as a probe can see; it offers no login: set auth = \"none\"".to_owned(),
            );
            Verdict { login: Login::NotNeeded, sentences, ..works }
        }
        Err(trouble) => {
            let failure = Failure::new(Phase::Auth, trouble);
            sentences.push(format!("a login cannot work: {}", failure.trouble));
            sentences.extend(advice(facts, &failure));
            Verdict { exit: exit_for(&failure), sentences, ..works }
        }
    }
}

/// What to do, as far as one can say.
fn advice(facts: &Facts<'_>, failure: &Failure) -> Vec<String> {
    let host = &facts.target.host;
    let ports: Vec<u16> = facts.target.endpoints.iter().map(|endpoint| endpoint.port).collect();
    match &failure.trouble {
        Trouble::Unreachable(_) if ports == [BLOCKED_PORT] => vec![
            "most networks in Japan let nobody out on port 25 (OP25B): use port 587 with tls = \"starttls\", or 465 with tls = \"implicit\""
                .to_owned(),
        ],
        Trouble::Unreachable(_) => {
            vec![format!("are `{host}` and the port right, and does this network let it through?")]
        }
        Trouble::NoNetwork(_) => {
            vec!["look after this machine's network first: interface, route, name service".to_owned()]
        }
        Trouble::Tls(_) => certificate_advice(facts),
        Trouble::Silent { .. } | Trouble::Closed(_) | Trouble::Protocol(_) if failure.phase == Phase::Greeting => {
            let other = match facts.security {
                Some(Security::Implicit) => "starttls",
                _ => "implicit",
            };
            vec![format!("if this port begins otherwise, set tls = \"{other}\"; else the server is in trouble: try later")]
        }
        Trouble::StartTlsMissing => {
            vec!["if it has a port for TLS from the first octet (mostly 465), use that with tls = \"implicit\"".to_owned()]
        }
        Trouble::Reply(reply) if failure.phase == Phase::Auth && reply.code.is_permanent() => vec![
            "check user and password; some providers want one made for programs, or mail from programs switched on first"
                .to_owned(),
        ],
        Trouble::Reply(reply) if reply.code.is_transient() => vec!["it may pass: try again later".to_owned()],
        Trouble::NoCommonMechanism { offered } if !offered.is_empty() => {
            vec!["put one of them into `auth`, if it is known here".to_owned()]
        }
        Trouble::PasswordNeedsTls => vec!["set tls = \"starttls\" or \"implicit\"".to_owned()],
        Trouble::TokenRefused(_) => {
            vec!["check `user`, and whether what `token` names gives a token that still holds".to_owned()]
        }
        Trouble::ServerUnproven(_) => {
            vec!["check the password; if it is right, somebody else answers in place of the server".to_owned()]
        }
        Trouble::Silent { .. } | Trouble::Closed(_) => vec!["the server is in trouble: try later".to_owned()],
        Trouble::Reply(_)
        | Trouble::Protocol(_)
        | Trouble::NoCommonMechanism { .. }
        | Trouble::MechanismUnusable { .. }
        | Trouble::Withdrawn
        | Trouble::Exit { .. }
        | Trouble::Local(_)
        | Trouble::Unaddressable(_)
        | Trouble::TooLarge { .. }
        | Trouble::EightBitMissing
        | Trouble::Settings(_) => Vec::new(),
    }
}

/// Judged by what the second look has shown, in the order in which it can be mended.
fn certificate_advice(facts: &Facts<'_>) -> Vec<String> {
    let Some(certificate) = facts.certificates.first() else {
        let other = match facts.security {
            Some(Security::Implicit) => "if this port begins in clear, set tls = \"starttls\"",
            _ => "it answers STARTTLS, but not with a handshake of TLS 1.2 or 1.3",
        };
        return vec![other.to_owned()];
    };
    let host = facts.target.tls_name.as_ref().unwrap_or(&facts.target.host);
    let mut advice = Vec::new();
    if matches!(facts.target.trust, Trust::Pins(_)) {
        return vec![
            "if the server has got a new key, put the pin above into `pin_sha256`, once you have compared it with the server's own; else somebody may stand in between"
                .to_owned(),
        ];
    }
    if certificate.days_left < 0 {
        advice.push(
            "whoever runs the server has to renew it; or is the clock of this machine wrong?".to_owned(),
        );
    } else if !certificate.is_for(host) && !certificate.names.is_empty() {
        advice.push(format!(
            "it is not for `{host}`: set `tls_name` to a name that it is for, if that is the same server"
        ));
    } else if matches!(facts.target.trust, Trust::System) {
        advice.push(
            "if the server is your own, set `ca_file` to the certificate of whoever signed it".to_owned(),
        );
    } else {
        advice.push("is `ca_file` the certificate of whoever signed it?".to_owned());
    }
    advice.push(
        "if you have compared it with the server's own, the pin above can take the place of its authority; else somebody may stand in between"
            .to_owned(),
    );
    advice
}
