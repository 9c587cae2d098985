//! The two gates: nothing enters DATA, and no final dot is sent, without leave.

use lab::{Act, Personality, Server, Stage};
use smtp::{Failure, Gate, RecipientOutcome, Trouble};

use crate::desk::{LIMITS, clear, is_delivered};

fn is_withdrawn(outcome: &RecipientOutcome) -> bool {
    matches!(outcome, RecipientOutcome::Failed(Failure { trouble: Trouble::Withdrawn, .. }))
}

#[tokio::test]
async fn an_attempt_asks_for_leave_before_data_and_before_the_final_dot() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    let attempt = desk.begin();
    assert_eq!(desk.reaches(Gate::Data).await, attempt);
    assert!(!server.commands().iter().any(|command| command == "DATA"));
    desk.carrier.grant(attempt);
    assert_eq!(desk.reaches(Gate::FinalDot).await, attempt);
    assert!(server.mails().is_empty());
    desk.carrier.grant(attempt);
    assert!(is_delivered(&desk.end().await));
}

#[tokio::test]
async fn without_leave_at_a_gate_nothing_is_delivered() {
    for gates in [1, 2] {
        let server = Server::start(Personality::plain()).expect("a server");
        let mut desk = clear(&server, LIMITS);
        let attempt = desk.begin();
        desk.reaches(Gate::Data).await;
        if gates == 2 {
            desk.carrier.grant(attempt);
            desk.reaches(Gate::FinalDot).await;
        }
        desk.carrier.withdraw(attempt);
        assert!(is_withdrawn(&desk.end().await), "{gates}");
        assert!(server.mails().is_empty());
        assert!(desk.is_quiet());
    }
}

#[tokio::test]
async fn an_attempt_that_hangs_before_data_is_let_go_at_once() {
    for stage in [Stage::Connect, Stage::Ehlo] {
        let server = Server::start(Personality::plain().at(stage, Act::Silence)).expect("a server");
        let mut desk = clear(&server, LIMITS);
        let attempt = desk.begin();
        desk.carrier.withdraw(attempt);
        assert!(is_withdrawn(&desk.end().await), "{stage:?}");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_while_leave_is_waited_for_is_noticed() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    desk.begin();
    desk.reaches(Gate::Data).await;
    server.close_all();
    assert!(matches!(
        desk.end().await,
        RecipientOutcome::Failed(Failure { trouble: Trouble::Closed(_), .. })
    ));
}
