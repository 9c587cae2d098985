//! What an attempt tells of its provider as a whole: that it works, that it does not, or nothing.
//!
//! Scope before health: who refuses a recipient or a message has listened to us, and works.

use smtp::{Failure, Outcome, Phase, RecipientOutcome, Reply, Trouble};
use spool_format::Cause;

use crate::verdict::{Lasting, Phrases, Scope, judge};

/// What an attempt tells of its provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// Nothing: it was taken back, or never began.
    Nobody,
    /// Nothing, and this machine has no network.
    NoNetwork,
    /// It works.
    Works,
    /// It does not, for this reason, which stands in words beside it.
    Fails(Cause, String),
}

/// Reads it from an outcome. `phrases` are what the provider is known to say, `was_slow` says whether it took longer than
/// a provider may take to be ready.
pub fn blame(outcome: &Outcome, phrases: &Phrases, was_slow: bool) -> Blame {
    let each = || outcome.recipients.iter();
    if each().any(|it| matches!(it, RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. })) {
        return Blame::Works;
    }
    each().map(|recipient| blame_one(recipient, phrases, was_slow)).max().unwrap_or(Blame::Nobody)
}

fn blame_one(recipient: &RecipientOutcome, phrases: &Phrases, was_slow: bool) -> Blame {
    let failure = match recipient {
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } => return Blame::Works,
        RecipientOutcome::Failed(failure) | RecipientOutcome::Uncertain(failure) => failure,
    };
    match &failure.trouble {
        Trouble::Withdrawn => return Blame::Nobody,
        Trouble::NoNetwork(_) => return Blame::NoNetwork,
        _ => {}
    }
    let verdict = judge(failure, phrases);
    if verdict.scope != Scope::Provider || (is_about_this_mail(failure) && !verdict.is_limit) {
        return Blame::Works;
    }
    let is_login_refused = failure.phase == Phase::Auth && failure.reply().is_some();
    let cause = match verdict.lasting {
        // More of the same only makes it last.
        _ if verdict.is_limit && failure.reply().is_some_and(is_of_a_day) => Cause::Exhausted,
        _ if verdict.is_limit => Cause::Throttled,
        Lasting::Hard if is_login_refused => Cause::Login,
        Lasting::Hard => Cause::Refused,
        Lasting::Soft if was_slow || matches!(failure.trouble, Trouble::Silent { .. }) => Cause::Silent,
        Lasting::Soft => Cause::Trouble,
    };
    Blame::Fails(cause, failure.to_string())
}

/// Whether the words speak of a limit of a day.
fn is_of_a_day(reply: &Reply) -> bool {
    let text = reply.lines.join(" ").to_ascii_lowercase();
    ["daily", "per day", "a day", "24 hours", "24-hour"].iter().any(|words| text.contains(words))
}

/// What a provider says of a recipient or of content does not hold for the next mail, whatever it is; that it goes away
/// does.
fn is_about_this_mail(failure: &Failure) -> bool {
    let is_late = matches!(failure.phase, Phase::Rcpt | Phase::Dot);
    is_late && failure.reply().is_some_and(|reply| reply.code.0 != 421)
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::ReplyCode;

    fn reply(phase: Phase, text: &str) -> RecipientOutcome {
        let reply = Reply::new(ReplyCode(text[..3].parse().expect("a code")), [&text[4..]]);
        RecipientOutcome::Failed(Failure::new(phase, Trouble::Reply(reply)))
    }

    fn failed(phase: Phase, trouble: Trouble) -> RecipientOutcome {
        RecipientOutcome::Failed(Failure::new(phase, trouble))
    }

    fn word(recipients: Vec<RecipientOutcome>, was_slow: bool) -> &'static str {
        match blame(&Outcome { recipients }, &Phrases::default(), was_slow) {
            Blame::Nobody => "nobody",
            Blame::NoNetwork => "no network",
            Blame::Works => "works",
            Blame::Fails(cause, _) => cause.as_str(),
        }
    }

    #[test]
    fn each_outcome_tells_of_its_provider_what_will_hold_for_the_next_alert() {
        let delivered = || RecipientOutcome::Delivered(Reply::new(ReplyCode(250), ["2.0.0 ok"]));
        let exit = |code| Trouble::Exit { code, is_alone: true, text: String::new() };
        let closed = || Trouble::Closed(String::new());
        for (outcome, expected) in [
            (delivered(), "works"),
            (reply(Phase::Greeting, "421 4.3.2 busy"), "trouble"),
            (reply(Phase::Greeting, "554 5.3.2 no"), "trouble"),
            (reply(Phase::Auth, "535 5.7.8 no"), "login"),
            (reply(Phase::Auth, "454 4.7.0 later"), "trouble"),
            (failed(Phase::Auth, Trouble::PasswordNeedsTls), "refused"),
            (failed(Phase::Tls, Trouble::Tls(String::new())), "refused"),
            (failed(Phase::Connect, Trouble::Settings(String::new())), "refused"),
            (reply(Phase::Mail, "450 4.7.1 later"), "trouble"),
            (reply(Phase::Mail, "553 5.7.1 not your address"), "refused"),
            (reply(Phase::Rcpt, "450 4.2.0 later"), "works"),
            (reply(Phase::Rcpt, "550 5.1.1 unknown"), "works"),
            (reply(Phase::Rcpt, "550 5.7.1 relay denied"), "works"),
            (reply(Phase::Rcpt, "421 4.3.2 going down"), "trouble"),
            (reply(Phase::Rcpt, "550 daily limit of messages reached"), "exhausted"),
            (reply(Phase::Dot, "450 throttled"), "throttled"),
            (reply(Phase::Auth, "454 Throttling failure"), "throttled"),
            (failed(Phase::Rcpt, closed()), "trouble"),
            (reply(Phase::Data, "451 4.3.0 later"), "trouble"),
            (reply(Phase::Dot, "554 5.6.0 bad"), "works"),
            (reply(Phase::Dot, "550 5.7.1 spam"), "works"),
            (RecipientOutcome::Uncertain(Failure::new(Phase::Dot, closed())), "trouble"),
            (RecipientOutcome::Taken { phase: Phase::Maildir, text: String::new() }, "works"),
            (failed(Phase::Program, exit(67)), "works"),
            (failed(Phase::Program, exit(65)), "works"),
            (failed(Phase::Program, exit(75)), "trouble"),
            (failed(Phase::Program, exit(78)), "refused"),
            (failed(Phase::Program, Trouble::Unaddressable(String::new())), "works"),
            (failed(Phase::Maildir, Trouble::Local("no space left".into())), "trouble"),
            (failed(Phase::Ehlo, Trouble::Silent { seconds: 60 }), "silent"),
            (failed(Phase::Connect, Trouble::Unreachable("refused".into())), "trouble"),
            (failed(Phase::Connect, Trouble::NoNetwork("no route".into())), "no network"),
            (failed(Phase::Data, Trouble::Withdrawn), "nobody"),
        ] {
            assert_eq!(word(vec![outcome.clone()], false), expected, "{outcome:?}");
        }
        let unreachable = || failed(Phase::Connect, Trouble::Unreachable("no answer".into()));
        assert_eq!(word(vec![unreachable()], true), "silent", "a time-out");
        assert_eq!(word(vec![reply(Phase::Rcpt, "550 5.1.1 no"), unreachable()], false), "trouble");
        assert_eq!(word(vec![unreachable(), delivered()], false), "works", "somebody has it");
        assert_eq!(word(vec![], false), "nobody");
    }
}
