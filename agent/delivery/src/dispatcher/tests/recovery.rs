//! When a provider works again, what it has held up goes out at once: nobody waits half an hour for what is mended. Who has
//! another reason to wait waits on.

use super::*;
use spool_format::{Cause, Outage};

fn silent() -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::new(Phase::Greeting, Trouble::Silent { seconds: 60 }))
}

impl Day {
    /// The first provider is left out until then.
    fn first_provider_is_left_out(&mut self, until: Wall) {
        let (since, reason) = (self.now.wall, "no answer".to_owned());
        let outage = Outage { since, until, openings: 3, cause: Cause::Silent, reason };
        self.dispatcher.remember(self.now, "home", outage, true);
    }

    /// Another alert finds that it works again.
    fn first_provider_works_again(&mut self) {
        self.first_provider_is_left_out(self.now.wall);
        let begun = self.arrives(arrival(99, Severity::Info, &["c@example.com"]));
        assert_eq!(begun[0], "attempt 1 home");
        let attempt = self.dispatcher.last_attempt;
        let ended = self.goes_out(attempt, 1);
        assert!(ended.contains(&"home closed".to_owned()), "{ended:?}");
    }

    /// Whether this alert begins at once.
    fn begins_now(&mut self, n: u8) -> bool {
        self.tell(Event::Woke);
        self.runs(n)
    }

    fn runs(&self, n: u8) -> bool {
        self.dispatcher.attempts.values().any(|attempt| attempt.id == id(n))
    }

    /// An alert has come to this at the only provider, and waits.
    fn waits_after(trouble: &RecipientOutcome) -> Self {
        let mut day = Self::new(&["home"]);
        day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
        let ended = day.ends(1, vec![trouble.clone()]);
        assert!(ended.iter().any(|word| word.starts_with("deferred 1 ")), "{ended:?}");
        assert!(!day.begins_now(1));
        day
    }
}

#[test]
fn what_failed_before_a_server_had_heard_of_it_goes_out_when_the_server_works_again() {
    for trouble in [
        silent(),
        unreachable(),
        refused(Phase::Greeting, "421 4.3.2 busy"),
        refused(Phase::Auth, "535 5.7.8 no"),
        RecipientOutcome::Failed(Failure::new(Phase::Tls, Trouble::Tls("expired".into()))),
    ] {
        let mut day = Day::waits_after(&trouble);
        day.first_provider_works_again();
        assert!(day.begins_now(1), "{trouble:?}");
    }
}

#[test]
fn what_failed_when_a_server_had_heard_of_it_keeps_its_pause() {
    for trouble in [
        refused(Phase::Rcpt, "450 4.2.1 later"),
        refused(Phase::Rcpt, "452 4.2.2 mailbox full"),
        refused(Phase::Dot, "451 4.3.0 later"),
        RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Closed(String::new()))),
        lost_reply(),
    ] {
        let mut day = Day::waits_after(&trouble);
        day.first_provider_works_again();
        assert!(!day.begins_now(1), "{trouble:?}");
    }
}

#[test]
fn who_is_called_up_in_vain_waits_its_pause_before_it_is_called_up_again() {
    let mut day = Day::waits_after(&silent());
    day.first_provider_works_again();
    assert!(day.begins_now(1));
    let attempt = day.dispatcher.last_attempt;
    day.ends(attempt, vec![silent()]);
    day.first_provider_works_again();
    assert!(!day.begins_now(1));
    while !day.runs(1) {
        day.wakes();
    }
    let attempt = day.dispatcher.last_attempt;
    day.ends(attempt, vec![silent()]);
    day.first_provider_works_again();
    assert!(day.begins_now(1));
}

#[test]
fn what_was_not_tried_where_nobody_answered_goes_out_there_when_somebody_does() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(9, Severity::Warning, &["b@example.jp"]));
    day.ends(1, vec![silent()]);
    day.goes_out(2, 1);
    let begun = day.arrives(arrival(1, Severity::Critical, &["a@example.jp"]));
    assert_eq!(begun[0], "attempt 1 docomo");
    let ended = day.ends(3, vec![refused(Phase::Rcpt, "450 4.2.1 later")]);
    assert!(ended.iter().any(|word| word.starts_with("deferred 1 ")), "{ended:?}");
    day.first_provider_works_again();
    assert!(day.begins_now(1));
}

#[test]
fn what_an_earlier_run_has_put_off_goes_out_when_a_provider_works_that_was_out_of_order_then() {
    for passes in [0, 3] {
        let mut day = Day::new(&["home"]);
        let until = day.now.wall.plus(Duration::from_mins(9));
        day.first_provider_is_left_out(until);
        let past = Past { passes, until: Some(until), ..Past::default() };
        day.arrives(Arrival { past, ..arrival(1, Severity::Warning, &["a@example.jp"]) });
        day.first_provider_works_again();
        assert_eq!(day.begins_now(1), passes > 0, "an alert that was never tried was put off by a person");
    }
}
