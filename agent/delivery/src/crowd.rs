//! How many connections a provider takes at a time, where that is fewer than it was to get.
//!
//! Nobody publishes that number, and it changes. So it is found out as TCP finds out how much a line carries: an answer that
//! speaks of too many halves what there was, once for all that began before it; ten mails that go well bring one more, at most
//! one a minute, up to what the configuration allows.
//!
//! A provider that turns the third connection away while two others work is not in trouble: see [`Crowding`].

use std::time::Duration;

use smtp::{Failure, Outcome, Phase, RecipientOutcome};

use crate::time::Monotonic;

/// Mails that go well bring one more connection.
const MAILS: u32 = 10;

/// No sooner than this after the last change.
const QUIET: Duration = Duration::from_mins(1);

/// What servers say. Postfix: "too many connections from", "Connection concurrency limit exceeded"; Exim: "Too many concurrent
/// SMTP connections"; Sendmail: "Too many open connections"; Microsoft: "Concurrent connections limit exceeded".
const WORDS: [&str; 9] = [
    "too many connections",
    "too many concurrent",
    "too many simultaneous",
    "too many open connections",
    "too many sessions",
    "too many smtp sessions",
    "concurrent connections",
    "concurrency limit",
    "connection limit",
];

/// What an outcome says of the number of connections. The order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crowding {
    /// Nothing.
    None,
    /// Perhaps there are too many: the server goes away or has no room (421, 452), which it would also say for other reasons.
    Perhaps,
    /// Perhaps there are too many: it turned a connection away at the door (421). While others work there, nothing else is
    /// wrong.
    AtTheDoor,
    /// There are too many, in so many words.
    Told,
}

/// Reads it from an outcome.
pub fn crowding(outcome: &Outcome) -> Crowding {
    let of = |recipient: &RecipientOutcome| match recipient {
        RecipientOutcome::Failed(failure) => crowding_of(failure),
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } | RecipientOutcome::Uncertain(_) => {
            Crowding::None
        }
    };
    outcome.recipients.iter().map(of).max().unwrap_or(Crowding::None)
}

/// Reads it from what happened to one recipient.
pub(crate) fn crowding_of(failure: &Failure) -> Crowding {
    let Some(reply) = failure.reply() else { return Crowding::None };
    let text = reply.lines.join(" ").to_ascii_lowercase();
    if WORDS.iter().any(|words| text.contains(words)) {
        return Crowding::Told;
    }
    match (reply.code.0, failure.phase) {
        (421, Phase::Greeting | Phase::Ehlo) => Crowding::AtTheDoor,
        // Of recipients it says that they are too many for one mail, or that a mailbox is full.
        (452, Phase::Rcpt) => Crowding::None,
        (421 | 452, _) => Crowding::Perhaps,
        _ => Crowding::None,
    }
}

/// What was found out of a provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowd {
    learnt: Option<Learnt>,
}

#[derive(Clone, Copy, Debug)]
struct Learnt {
    most: usize,
    /// When it became fewer.
    shrunk: Monotonic,
    /// When it changed.
    changed: Monotonic,
    /// Mails that went well since.
    mails: u32,
}

impl Crowding {
    /// Whether nothing is wrong but that others are there, if they are.
    pub fn is_turned_away(self) -> bool {
        self >= Self::AtTheDoor
    }
}

impl Crowd {
    /// How many there may be, at least 1, of those that are allowed.
    pub fn most(&self, allowed: usize) -> usize {
        self.learnt.map_or(allowed, |learnt| learnt.most.min(allowed)).max(1)
    }

    /// Of `running` connections one was turned away, which began then.
    pub fn is_too_many(&mut self, now: Monotonic, began: Monotonic, running: usize) {
        // It is an answer to what there was.
        if self.learnt.is_some_and(|learnt| began <= learnt.shrunk) {
            return;
        }
        let most = (self.most(running) / 2).max(1);
        self.learnt = Some(Learnt { most, shrunk: now, changed: now, mails: 0 });
    }

    /// A mail went well.
    pub fn went_well(&mut self, now: Monotonic, allowed: usize) {
        let Some(learnt) = &mut self.learnt else { return };
        learnt.mails = learnt.mails.saturating_add(1);
        if learnt.mails < MAILS || now.since(learnt.changed) < QUIET {
            return;
        }
        *learnt = Learnt { most: learnt.most + 1, changed: now, mails: 0, ..*learnt };
        if learnt.most >= allowed {
            self.learnt = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use smtp::{Reply, ReplyCode, Trouble};

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_ms(seconds * 1000)
    }

    #[test]
    fn each_answer_is_read_for_what_it_says_of_the_number_of_connections() {
        for (phase, text, expected) in [
            (Phase::Greeting, "421 4.3.2 busy", Crowding::AtTheDoor),
            (Phase::Ehlo, "421 4.3.2 busy", Crowding::AtTheDoor),
            (Phase::Greeting, "421 4.7.0 mx Error: too many connections from 192.0.2.1", Crowding::Told),
            (Phase::Greeting, "554 5.7.0 Too many concurrent SMTP connections", Crowding::Told),
            (Phase::Mail, "450 4.7.1 Connection concurrency limit exceeded", Crowding::Told),
            (Phase::Dot, "432 4.3.2 Concurrent connections limit exceeded", Crowding::Told),
            (Phase::Rcpt, "421 4.3.2 going down", Crowding::Perhaps),
            (Phase::Mail, "452 4.3.1 insufficient system storage", Crowding::Perhaps),
            (Phase::Rcpt, "452 4.5.3 too many recipients", Crowding::None),
            (Phase::Greeting, "554 5.3.2 no service here", Crowding::None),
            (Phase::Auth, "454 4.7.0 too many login attempts", Crowding::None),
        ] {
            let reply = Reply::new(ReplyCode(text[..3].parse().expect("a code")), [&text[4..]]);
            let failed = RecipientOutcome::Failed(Failure::new(phase, Trouble::Reply(reply)));
            assert_eq!(crowding(&Outcome { recipients: vec![failed] }), expected, "{phase:?} {text}");
        }
        let delivered = RecipientOutcome::Delivered(Reply::new(ReplyCode(250), ["ok"]));
        assert_eq!(crowding(&Outcome { recipients: vec![delivered] }), Crowding::None);
    }

    #[test]
    fn an_answer_halves_what_ran_once_for_all_that_began_before_it() {
        let mut crowd = Crowd::default();
        assert_eq!(crowd.most(8), 8);
        crowd.is_too_many(at(10), at(9), 6);
        assert_eq!(crowd.most(8), 3, "of what ran, not of what would have been allowed");
        crowd.is_too_many(at(11), at(10), 5);
        assert_eq!(crowd.most(8), 3, "it began before");
        crowd.is_too_many(at(12), at(11), 3);
        crowd.is_too_many(at(14), at(13), 1);
        assert_eq!(crowd.most(8), 1, "never none");
    }

    #[test]
    fn ten_mails_bring_one_more_at_most_one_a_minute_and_never_more_than_allowed() {
        let mut crowd = Crowd::default();
        crowd.is_too_many(at(0), at(0), 4);
        crowd.is_too_many(at(0), at(1), 4);
        let mut grew = Vec::new();
        for second in 1..=600 {
            let before = crowd.most(4);
            crowd.went_well(at(second), 4);
            if crowd.most(4) != before {
                grew.push((second, crowd.most(4)));
            }
        }
        assert_eq!(grew, [(60, 2), (120, 3), (180, 4)]);
        assert!(crowd.learnt.is_none(), "nothing is left of it");
        crowd.is_too_many(at(700), at(699), 4);
        for second in [710, 720, 770, 780, 790, 800, 810, 820, 830] {
            crowd.went_well(at(second), 4);
        }
        assert_eq!(crowd.most(4), 2, "nine are not ten");
        crowd.went_well(at(840), 4);
        assert_eq!(crowd.most(4), 3);
    }

    proptest! {
        #[test]
        fn whatever_is_answered_there_is_one_connection_and_never_more_than_allowed(
            allowed in 1_usize..9,
            story in prop::collection::vec((0_u64..100, any::<bool>(), 0_usize..9), 0..200),
        ) {
            let mut crowd = Crowd::default();
            let mut second = 0;
            for (later, is_well, running) in story {
                second += later;
                if is_well {
                    crowd.went_well(at(second), allowed);
                } else {
                    crowd.is_too_many(at(second), at(second), running);
                }
                prop_assert!((1..=allowed).contains(&crowd.most(allowed)));
            }
        }
    }
}
