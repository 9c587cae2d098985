//! Every way into a server, one after the other: each alert has to arrive as it was meant.

use harness::{Config, PATIENCE, Programs, Provider, Sample, Sandbox, becomes_true, mails_of};
use lab::{Personality, Server};
use spool_format::{AlertId, History, RecipientResult, Settlement};

use crate::note;
use crate::real::{Door, Login, MAILBOX, PASSWORD, Real};

const FROM: &str = "alert@example.jp";
const TO: &str = "oncall@example.jp";
/// A mailbox that no server has.
const STRANGER: &str = "stranger@example.jp";
const SPARE: &str = "spare";

/// Sends everything through every door of this server by every login that it offers, and tries a wrong password with
/// each. Prints what was tried. Does nothing if there is no server.
#[track_caller]
pub(crate) fn try_every_way_into(real: Option<Real>) {
    let Some(real) = real else { return };
    for &door in &real.doors {
        let offer = door.offer();
        note(&format!("{}, {:?}: {}", real.name, door.tls, offer.join("; ")));
        for login in door.logins(&offer) {
            note(&format!("| {} | {:?} | {login:?} |", real.name, door.tls));
            expect_all_to_arrive(&real, door, &login);
            if matches!(login, Login::By(_)) {
                expect_a_wrong_password_to_move_the_alert_on(&real, door, &login);
            }
        }
    }
}

/// A sandbox with this provider and, after it, a spare one of the lab's.
fn sandbox(real: &Real, provider: Provider) -> (Sandbox, std::rc::Rc<Server>) {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    sandbox.also_trust(&real.running.ca_pem());
    if let Some(postfix) = &real.behind {
        sandbox.also_trust(&(real.running.ca_pem() + &postfix.ca_pem()));
    }
    let spare = sandbox.server(SPARE, Personality::self_hosted(sandbox.authority()).login(SPARE, SPARE));
    let second = Provider::starttls(SPARE, spare.port()).login(SPARE, SPARE);
    sandbox.configure(&Config::of([provider.from(FROM), second]));
    (sandbox, spare)
}

#[track_caller]
fn expect_all_to_arrive(real: &Real, door: Door, login: &Login) {
    let (sandbox, spare) = sandbox(real, door.provider(real.user, PASSWORD, login));
    let agent = sandbox.start_agent();
    // One that nobody takes comes first: the session has to be good for the next one afterwards.
    sandbox.wait_until_sent(Sample::ascii().enqueue(&sandbox, &[STRANGER]));
    let samples = Sample::all();
    let ids: Vec<_> = samples.iter().map(|sample| sample.enqueue(&sandbox, &[TO])).collect();
    let shared = Sample::ascii().enqueue(&sandbox, &[STRANGER, TO]);
    for (sample, &id) in samples.iter().zip(&ids) {
        sandbox.wait_until_sent(id);
        let attempts = sandbox.history(id).attempts.len();
        assert_eq!(attempts, 1, "`{}` went through at the first attempt; {}", sample.subject, real.log());
        sample.expect_to_be(&arrived(real, id), id, FROM, TO);
    }
    sandbox.wait_until_sent(shared);
    expect_one_refused(&sandbox.history(shared), real);
    let mail = arrived(real, shared);
    assert!(String::from_utf8_lossy(&mail).contains(FROM), "it came from the first provider");
    let by_spare: Vec<_> = spare.mails().into_iter().flat_map(|mail| mail.recipients).collect();
    assert_eq!(
        by_spare,
        [STRANGER, STRANGER],
        "the spare provider is for whom the server refused, and for nobody else"
    );
    assert_eq!(agent.stop(), Some(0));
}

/// A server that ends connections whenever it likes costs no alert an attempt, and sends none twice.
#[track_caller]
pub(crate) fn expect_closed_connections_to_cost_nothing(real: &Real, [silence, limit]: [&str; 2]) {
    let (sandbox, spare) = sandbox(real, real.doors[0].provider(real.user, PASSWORD, &Login::Auto));
    let agent = sandbox.start_agent();
    let send = |count: usize| {
        let ids: Vec<_> = (0..count).map(|_| Sample::ascii().enqueue(&sandbox, &[TO])).collect();
        for id in ids {
            sandbox.wait_until_sent(id);
            assert_eq!(sandbox.history(id).attempts.len(), 1, "{}", real.log());
            Sample::ascii().expect_to_be(&arrived(real, id), id, FROM, TO);
        }
    };
    send(1);
    sandbox.wait_for("the server has lost its patience", PATIENCE, || real.log().contains(silence));
    send(12);
    assert!(real.log().contains(limit), "no connection had more mails than it may: {}", real.log());
    assert_eq!(spare.mails(), []);
    assert_eq!(agent.stop(), Some(0));
}

/// Waits for the mail of this alert.
#[track_caller]
fn arrived(real: &Real, id: AlertId) -> Vec<u8> {
    let mut found = Vec::new();
    let came = becomes_true(PATIENCE, || {
        found = mails_of(&real.mails(), id).into_iter().cloned().collect();
        !found.is_empty()
    });
    assert!(came, "{id} is not in {MAILBOX}'s mailbox; {} said:\n{}", real.name, real.log());
    assert_eq!(found.len(), 1, "{id} arrived once");
    found.swap_remove(0)
}

/// The first attempt reached the one and was refused the other, by a reply to RCPT.
#[track_caller]
fn expect_one_refused(history: &History, real: &Real) {
    let results = first_attempt(history);
    let of = |address: &str| results.iter().find(|result| result.to.as_str() == address).expect("an outcome");
    let (known, stranger) = (of(TO), of(STRANGER));
    assert_eq!(known.result, Settlement::Delivered, "{}", real.log());
    assert_eq!((&*stranger.phase, stranger.code), ("rcpt", Some(real.refusal())), "{}", real.log());
    let scope = (stranger.scope.as_deref(), stranger.duration.as_deref());
    assert_eq!(scope, (Some("recipient"), Some("hard")), "it is no fault of the server's: {}", stranger.text);
    note(&format!("|   | refusal of a recipient | {} |", stranger.text));
}

fn first_attempt(history: &History) -> &[RecipientResult] {
    &history.attempts[0].ended.as_ref().expect("an outcome").recipients
}

#[track_caller]
fn expect_a_wrong_password_to_move_the_alert_on(real: &Real, door: Door, login: &Login) {
    let refusal = expect_the_next_provider_to_take_over(real, door, login, "auth");
    assert_eq!(refusal.code, Some(535), "{}", real.log());
    note(&format!("|   | refusal of a password | {} |", refusal.text));
}

/// Sends an alert with a wrong password. It has to fail in this phase, and the spare provider has to send it.
#[track_caller]
pub(crate) fn expect_the_next_provider_to_take_over(
    real: &Real,
    door: Door,
    login: &Login,
    phase: &str,
) -> RecipientResult {
    let (sandbox, spare) = sandbox(real, door.provider(real.user, "forgotten", login));
    let agent = sandbox.start_agent();
    let id = Sample::ascii().enqueue(&sandbox, &[TO]);
    sandbox.wait_until_sent(id);
    let history = sandbox.history(id);
    let refusal = first_attempt(&history)[0].clone();
    assert_eq!(refusal.phase, phase, "{}; {}", refusal.text, real.log());
    assert_eq!((history.attempts.len(), spare.mails().len()), (2, 1));
    assert_eq!(agent.stop(), Some(0));
    refusal
}
