//! The desk at which attempts are begun, given leave, and waited for.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use alertmail::submit::{Carrier, Endpoint, Identity, Limits, Report, Route, Target, TokenSource, Trust};
use delivery::AttemptId;
use lab::{Authority, Server};
use smtp::{
    AuthPolicy, Credentials, Failure, Gate, Outcome, Path, RecipientOutcome, Secret, Security, Transaction,
    Trouble,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Longer than anything takes that is not expected to take its time.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who sends, and to whom.
pub(crate) const SENDER: &str = "alert@example.jp";
pub(crate) const RECIPIENT: &str = "oncall@example.jp";

/// Limits that no healthy server on the loopback interface comes near.
pub(crate) const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    reply: Duration::from_secs(10),
    dot: Duration::from_secs(10),
    keep: Duration::from_secs(10),
};

/// Limits that a silent server reaches soon.
pub(crate) const SHORT: Limits = Limits {
    connect: Duration::from_secs(10),
    reply: Duration::from_millis(300),
    dot: Duration::from_millis(300),
    keep: Duration::from_secs(10),
};

/// One provider and the attempts at it.
pub(crate) struct Desk {
    pub(crate) carrier: Carrier,
    reports: UnboundedReceiver<Report>,
    last: u64,
    _ca: tempfile::NamedTempFile,
}

/// A provider that listens on these ports.
pub(crate) fn target(endpoints: &[(u16, Security)]) -> Target {
    Target {
        name: "home".into(),
        host: "127.0.0.1".into(),
        endpoints: endpoints
            .iter()
            .map(|(port, security)| Endpoint { port: *port, security: *security })
            .collect(),
        route: Route::Straight,
        trust: Trust::System,
        tls_name: None,
        helo: "[127.0.0.1]".into(),
        auth: AuthPolicy::None,
        identity: Identity::Nobody,
        messages_per_connection: 100,
        chunking: true,
        recipients_max: 100,
    }
}

/// The same with a login.
pub(crate) fn with_login(mut target: Target, password: &str) -> Target {
    target.auth = AuthPolicy::Auto;
    let credentials = Credentials::with_password("alert", Secret::new(password.to_owned()));
    target.identity = Identity::Password(Arc::new(credentials));
    target
}

/// The same with tokens from this source.
pub(crate) fn with_tokens(mut target: Target, source: TokenSource) -> Target {
    target.auth = AuthPolicy::Auto;
    target.identity = Identity::Token { user: "alert".into(), source };
    target
}

/// A desk for a server in clear.
pub(crate) fn clear(server: &Server, limits: Limits) -> Desk {
    Desk::new(target(&[(server.port(), Security::None)]), None, limits)
}

impl Desk {
    pub(crate) fn new(mut target: Target, authority: Option<&Authority>, limits: Limits) -> Self {
        let mut ca = tempfile::NamedTempFile::new().expect("a file");
        if let Some(authority) = authority {
            ca.write_all(authority.ca_pem().as_bytes()).expect("written");
            target.trust = Trust::CaFile(ca.path().to_owned());
        }
        let (sender, reports) = unbounded_channel();
        let carrier = Carrier::new(vec![target], limits, sender, None, None).expect("a provider");
        Self { carrier, reports, last: 0, _ca: ca }
    }

    /// Begins an attempt and gives its name.
    pub(crate) fn begin(&mut self) -> AttemptId {
        self.begin_for(RECIPIENT)
    }

    /// The same for another recipient.
    pub(crate) fn begin_for(&mut self, recipient: &str) -> AttemptId {
        let content = format!("Subject: attempt {}\r\n\r\nx\r\n", self.last + 1);
        self.begin_with(recipient, content)
    }

    /// The same with another message.
    pub(crate) fn begin_with(&mut self, recipient: &str, content: String) -> AttemptId {
        self.last += 1;
        let path = |text: &str| Path::parse(text).expect("a path");
        let transaction = Transaction {
            sender: path(SENDER),
            recipients: vec![path(recipient)],
            content: content.into_bytes().into(),
        };
        self.carrier.begin(AttemptId(self.last), 0, transaction);
        AttemptId(self.last)
    }

    /// The next report of any attempt.
    pub(crate) async fn report(&mut self) -> Report {
        let report = tokio::time::timeout(PATIENCE, self.reports.recv()).await;
        report.expect("a report in time").expect("a carrier that lives")
    }

    /// Waits until the attempt stands before this gate.
    pub(crate) async fn reaches(&mut self, wanted: Gate) -> AttemptId {
        match self.report().await {
            Report::Reached { attempt, gate } if gate == wanted => attempt,
            other => panic!("{other:?}"),
        }
    }

    /// Gives leave at every gate until one attempt is over.
    pub(crate) async fn end(&mut self) -> RecipientOutcome {
        loop {
            match self.report().await {
                Report::Reached { attempt, .. } => self.carrier.grant(attempt),
                Report::Noted { .. } | Report::Addresses(_) | Report::Drilled { .. } => {}
                Report::Ended { outcome: Outcome { recipients }, .. } => {
                    let [recipient] = recipients.try_into().expect("one recipient");
                    return recipient;
                }
            }
        }
    }

    /// Begins an attempt, gives leave everywhere, and waits for its end.
    pub(crate) async fn submit(&mut self) -> RecipientOutcome {
        self.begin();
        self.end().await
    }

    /// The same for one that has to fail.
    pub(crate) async fn fails(&mut self) -> Failure {
        match self.submit().await {
            RecipientOutcome::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    /// Nothing more may be reported: each attempt has one end.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.reports.try_recv().is_err()
    }
}

pub(crate) fn is_delivered(outcome: &RecipientOutcome) -> bool {
    matches!(outcome, RecipientOutcome::Delivered(_))
}

/// The words of a failed handshake.
pub(crate) fn tls_words(failure: &Failure) -> &str {
    match &failure.trouble {
        Trouble::Tls(words) => words,
        other => panic!("{other:?}"),
    }
}
