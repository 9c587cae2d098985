//! Two providers, of which the first is sick and the second is well, and an agent that knows both.

use std::rc::Rc;
use std::time::{Duration, SystemTime};

use harness::{Agent, Config, Programs, Provider, Sandbox};
use lab::{Personality, Server};
use spool_format::{Alert, AlertId, Event, Severity, State, Wall};

pub(crate) const USER: &str = "alert";
pub(crate) const PASSWORD: &str = "open sesame";
pub(crate) const ONCALL: &str = "oncall@example.jp";
pub(crate) const FIRST: &str = "first";
pub(crate) const SECOND: &str = "second";
pub(crate) const FIRST_FROM: &str = "alert@first.example.jp";
pub(crate) const SECOND_FROM: &str = "alert@second.example.jp";

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")))
}

/// A server as it should be.
pub(crate) fn healthy(sandbox: &Sandbox) -> Personality {
    Personality::self_hosted(sandbox.authority()).login(USER, PASSWORD)
}

pub(crate) fn first(port: u16) -> Provider {
    Provider::starttls(FIRST, port).login(USER, PASSWORD).from(FIRST_FROM)
}

pub(crate) fn second(port: u16) -> Provider {
    Provider::starttls(SECOND, port).login(USER, PASSWORD).from(SECOND_FROM)
}

pub(crate) fn enqueue(sandbox: &Sandbox) -> AlertId {
    sandbox.enqueue(&["--to", ONCALL, "--severity", "critical", "--subject", "disk full", "db1 is at 100 %"])
}

/// Puts an alert into the spool that looks as if the machine had been off for days, long past its life.
pub(crate) fn publish_from_five_days_ago(sandbox: &Sandbox) -> AlertId {
    let created = days_ago(5);
    let id = AlertId::new(created, *b"five days ");
    let alert = Alert {
        version: 1,
        created: Some(created),
        to: vec![ONCALL.to_owned()],
        subject: "disk full".to_owned(),
        severity: Severity::Critical,
        ..Alert::default()
    };
    sandbox.publish(id, &alert);
    id
}

#[expect(clippy::disallowed_methods, reason = "the age of an alert is counted from now")]
fn days_ago(days: u64) -> Wall {
    Wall::from(SystemTime::now() - Duration::from_hours(24 * days))
}

/// Nobody starts beside a slow provider: what is asked is what its own limits cost.
pub(crate) fn patient(config: Config) -> Config {
    config.limit("hedge_after", "1h").limit("hedge_after_critical", "1h")
}

/// The stage.
pub(crate) struct Stand {
    _agent: Agent,
    pub(crate) first: Rc<Server>,
    pub(crate) second: Rc<Server>,
    pub(crate) sandbox: Sandbox,
}

impl Stand {
    /// Makes the first provider sick.
    pub(crate) fn with(sicken: impl FnOnce(Personality) -> Personality) -> Self {
        Self::with_provider(sicken, |provider| provider)
    }

    /// The same, with something to say about it in the configuration.
    pub(crate) fn with_provider(
        sicken: impl FnOnce(Personality) -> Personality,
        describe: impl FnOnce(Provider) -> Provider,
    ) -> Self {
        let sandbox = sandbox();
        let sick = sandbox.server(FIRST, sicken(healthy(&sandbox)));
        let well = sandbox.server(SECOND, healthy(&sandbox));
        sandbox.configure(&Config::of([describe(first(sick.port())), second(well.port())]));
        Self { _agent: sandbox.start_agent(), first: sick, second: well, sandbox }
    }

    /// Enqueues an alert, and sees it delivered by the second provider as if nothing had been wrong. `code` is what
    /// the first one said instead of taking it.
    #[track_caller]
    pub(crate) fn expect_next_provider_in_the_same_pass(&self, code: u16) {
        let id = enqueue(&self.sandbox);
        expect_sent_by_second_in_one_pass(&self.sandbox, id, &self.second);
        assert_eq!(self.first.mails(), [], "the first provider has it, too");
        let attempts = self.sandbox.history(id).attempts;
        let ended = attempts[0].ended.as_ref().expect("an outcome");
        assert_eq!(ended.recipients[0].code, Some(code), "the reply that the first provider is known for");
    }
}

/// The alert went through the first provider without success and through the second one with it, without a pause.
#[track_caller]
pub(crate) fn expect_sent_by_second_in_one_pass(sandbox: &Sandbox, id: AlertId, second: &Server) {
    sandbox.wait_until_sent(id);
    let history = sandbox.history(id);
    assert_eq!((history.state, history.passes, history.misfits), (State::Sent, 0, 0));
    let providers: Vec<&str> = history.attempts.iter().map(|attempt| attempt.provider.as_str()).collect();
    assert_eq!(providers, [FIRST, SECOND]);
    let waited = sandbox.events(id).into_iter().find(|event| matches!(event, Event::Deferred { .. }));
    assert_eq!(waited, None, "it went through in one pass, so it never waited");

    let mails = second.mails();
    assert_eq!(mails.len(), 1, "one mail, once");
    assert_eq!(mails[0].recipients, [ONCALL]);
    assert_eq!(mails[0].sender, SECOND_FROM, "the envelope is the second provider's");
    let from = mails[0].header("From").expect("a From field");
    assert!(
        from.contains(SECOND_FROM) && !from.contains(FIRST_FROM),
        "the header is the second provider's: {from}"
    );
    assert!(mails[0].tls && mails[0].user.as_deref() == Some(USER));
}
