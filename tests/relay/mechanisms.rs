//! Each mechanism that Postfix with Cyrus SASL offers, judged by code that we have not written.

use harness::{Config, Postfix, Provider, Sample};

use crate::{FROM, MAILBOX, TO, USER, sandbox};

const MECHANISMS: [&str; 6] = ["scram-sha-256", "scram-sha-1", "digest-md5", "cram-md5", "plain", "login"];

/// Everything that a mechanism has to escape, beyond ISO 8859-1 and within it. DIGEST-MD5 hashes the two differently; a
/// Cyrus takes the second in either form.
const PASSWORDS: [&str; 2] = [r#"p"a\s,s=w;o:r d パス"#, r#"Größe"\,=é"#];

#[test]
fn a_postfix_with_cyrus_sasl_takes_every_mechanism_with_every_password() {
    for password in PASSWORDS {
        let postfix = Postfix::start(USER, password, MAILBOX);
        let sandbox = sandbox();
        sandbox.also_trust(&postfix.ca_pem());
        for (done, mechanism) in MECHANISMS.iter().enumerate() {
            let home = Provider::starttls("home", postfix.submission).login(USER, password).from(FROM);
            sandbox.configure(&Config::of([home.mechanisms(&[mechanism])]));
            let agent = sandbox.start_agent();
            let id = Sample::all()[0].enqueue(&sandbox, &[TO]);
            sandbox.wait_until_sent(id);
            assert_eq!(sandbox.history(id).attempts.len(), 1, "{mechanism} {password}");
            assert_eq!(agent.stop(), Some(0));
            postfix.wait_for_mails(MAILBOX, done + 1);
            let noted = format!("sasl_method={}", mechanism.to_uppercase());
            assert!(
                postfix.log().contains(&noted),
                "{noted} is not in what Postfix said:\n{}",
                postfix.log()
            );
        }
    }
}

#[test]
fn postfix_refuses_a_wrong_password_by_every_mechanism() {
    let postfix = Postfix::start(USER, PASSWORDS[0], MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    for mechanism in MECHANISMS {
        let home = Provider::starttls("home", postfix.submission).login(USER, "forgotten").from(FROM);
        sandbox.configure(&Config::of([home.mechanisms(&[mechanism])]));
        let agent = sandbox.start_agent();
        let id = Sample::all()[0].enqueue(&sandbox, &[TO]);
        sandbox.wait_for("a refusal", harness::PATIENCE, || {
            sandbox
                .ledger()
                .alerts
                .get(&id)
                .is_some_and(|it| it.attempts.iter().any(|one| one.ended.is_some()))
        });
        let attempt = sandbox.history(id).attempts[0].clone();
        let refusal = &attempt.ended.as_ref().expect("an outcome").recipients[0];
        assert_eq!((&*refusal.phase, refusal.code), ("auth", Some(535)), "{mechanism}: {refusal:?}");
        assert!(!agent.log().contains("forgotten"), "{}", agent.log());
        // A clean stop: the next one asks at once whether the login is still refused.
        assert_eq!(agent.stop(), Some(0));
    }
}
