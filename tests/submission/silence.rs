//! Servers that say nothing, too little, or go away.

use std::time::Duration;

use alertmail::submit::Limits;
use lab::{Act, Authority, Personality, Server, Stage};
use smtp::{Failure, Phase, RecipientOutcome, Security, Trouble};

use crate::desk::{Desk, LIMITS, clear, target};

/// Limits that a silent server reaches soon.
const SHORT: Limits = Limits {
    connect: Duration::from_secs(10),
    reply: Duration::from_millis(300),
    dot: Duration::from_millis(300),
    keep: Duration::from_secs(10),
};

async fn end_when(stage: Stage, act: Act) -> RecipientOutcome {
    let server = Server::start(Personality::plain().at(stage, act)).expect("a server");
    clear(&server, SHORT).submit().await
}

#[tokio::test]
async fn a_server_that_falls_silent_costs_the_limit_and_no_more() {
    for (stage, phase) in [
        (Stage::Connect, Phase::Greeting),
        (Stage::Greeting, Phase::Greeting),
        (Stage::Ehlo, Phase::Ehlo),
        (Stage::Mail, Phase::Mail),
        (Stage::Rcpt, Phase::Rcpt),
        (Stage::Data, Phase::Data),
    ] {
        match end_when(stage, Act::Silence).await {
            RecipientOutcome::Failed(Failure { phase: at, trouble: Trouble::Silent { .. } }) => {
                assert_eq!(at, phase, "{stage:?}");
            }
            other => panic!("{stage:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_dribbles_does_not_stretch_the_limit() {
    match end_when(Stage::Ehlo, Act::Dribble { ms_per_byte: 100 }).await {
        RecipientOutcome::Failed(Failure { phase: Phase::Ehlo, trouble: Trouble::Silent { .. } }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn silence_in_the_handshake_has_a_limit_too() {
    let authority = Authority::new().expect("an authority");
    let manners = Personality::docomo(&authority, "a@example.jp").at(Stage::Connect, Act::Silence);
    let server = Server::start(manners).expect("a server");
    let limits = Limits { connect: Duration::from_millis(300), ..LIMITS };
    let home = target(&[(server.port(), Security::Implicit)]);
    let failure = Desk::new(home, Some(&authority), limits).fails().await;
    assert_eq!(failure.phase, Phase::Tls);
}

#[tokio::test]
async fn a_connection_that_ends_before_the_dot_delivered_nothing() {
    for act in [Act::Close, Act::Reset] {
        match end_when(Stage::Rcpt, act.clone()).await {
            RecipientOutcome::Failed(Failure { trouble: Trouble::Closed(_), .. }) => {}
            other => panic!("{act:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lost_reply_to_the_dot_leaves_it_open_whether_the_mail_was_taken() {
    for act in [Act::KeepThenClose, Act::LoseThenClose, Act::Silence] {
        match end_when(Stage::Dot, act.clone()).await {
            RecipientOutcome::Uncertain(Failure { phase: Phase::Dot, .. }) => {}
            other => panic!("{act:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_and_closes_is_quoted() {
    let end = end_when(Stage::Greeting, Act::SayAndClose("554 5.3.2 no service".into())).await;
    match end {
        RecipientOutcome::Failed(failure) => {
            assert_eq!(failure.reply().map(|reply| reply.code.0), Some(554), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}
