//! A drill in the model: the real session without a mail, against a model server, in one go.

use delivery::Sighting;
use smtp::{Failure, Phase, Session, Step, Trouble};

use super::chance::Dice;
use super::link::{SILENCE_S, settings};
use super::provider::{Says, Server, Then};
use super::weather::Weather;

/// What is seen, and what the server said.
pub(super) fn drill(weather: Weather, with_login: bool, dice: &mut Dice) -> (Sighting, Vec<Says>) {
    let mut truth = Vec::new();
    let failure = visit(weather, with_login, dice, &mut truth);
    let is_login = with_login && failure.as_ref().is_none_or(|failure| failure.phase >= Phase::Auth);
    (Sighting { login: is_login, failure, ..Sighting::default() }, truth)
}

fn visit(weather: Weather, with_login: bool, dice: &mut Dice, truth: &mut Vec<Says>) -> Option<Failure> {
    if let Some(why) = weather.lacks_network(dice) {
        return Some(Failure::new(Phase::Connect, Trouble::NoNetwork(why.to_owned())));
    }
    if dice.below(8) < weather.unreachable {
        return Some(Failure::connect("refused"));
    }
    let (mut session, mut server) = (Session::new(settings(with_login, 100)), Server::new(false));
    let mut says = server.greets(weather, dice);
    let mut words = says.octets.clone();
    loop {
        match session.next() {
            Step::Send => {
                let octets = session.output().to_vec();
                session.sent();
                if says.then == Then::Listens {
                    says = server.hears(&octets, weather, dice);
                    words.extend(&says.octets);
                    truth.push(says.clone());
                }
            }
            Step::Receive(_) if !words.is_empty() => session.received(&std::mem::take(&mut words)),
            Step::Receive(_) if says.then == Then::Closes => session.closed("reset"),
            Step::Receive(_) => session.silence(SILENCE_S),
            Step::StartTls if dice.below(8) < weather.bad_tls => {
                session.tls_failed("certificate has expired");
            }
            Step::StartTls => {
                server.starts_tls();
                session.tls_ready();
            }
            Step::Idle => session.quit(),
            Step::Done(failure) => return failure,
            Step::Ask(_) | Step::Settled(_) => unreachable!("it carries nothing"),
        }
    }
}
