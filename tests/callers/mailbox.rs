//! The rest of the way: a real agent takes what lies in the spool to a real Postfix, and a reader that is not ours says
//! what came into its mailbox.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Agent, Config, PATIENCE, Postfix, Provider, run};
use serde_json::Value;
use spool_format::State;

use crate::Stage;

const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
const MAILBOX: &str = "all";

/// The address that the provider lets us send from.
pub(crate) const FROM: &str = "alert@example.jp";
/// Whom `root` stands for on every machine here.
pub(crate) const ROOT: &str = "ops@example.jp";
/// Who gets what names nobody.
pub(crate) const ONCALL: &str = "oncall@example.jp";

/// A mail as it came into the mailbox.
#[derive(Debug)]
pub(crate) struct Received {
    /// Recipient of the envelope.
    pub(crate) recipient: String,
    /// Name and address of `From`.
    pub(crate) from: (String, String),
    /// Names and addresses of `To`.
    pub(crate) to: Vec<(String, String)>,
    pub(crate) subject: String,
    /// With lines that end in LF.
    pub(crate) body: String,
    /// Names and octets.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// All of it as it lies there.
    pub(crate) raw: String,
}

/// An agent at work, and its provider.
pub(crate) struct Way {
    postfix: Arc<Postfix>,
    agent: Agent,
}

/// One server for all tests that need it at the same time.
fn server() -> Arc<Postfix> {
    static SHARED: Mutex<Weak<Postfix>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Postfix::start_for_all(USER, PASSWORD, MAILBOX));
        *shared = Arc::downgrade(&started);
        started
    })
}

impl Stage {
    /// Starts the agent; `more` is what its configuration says besides the provider, `default_to` and the alias `root`.
    #[track_caller]
    pub(crate) fn open(&self, more: &str) -> Way {
        let postfix = server();
        self.sandbox.also_trust(&postfix.ca_pem());
        let home = Provider::starttls("home", postfix.submission).login(USER, PASSWORD).from(FROM);
        let config = Config::of([home]).default_to(ONCALL).alias("root", &[ROOT]).more(more);
        self.sandbox.configure(&config);
        Way { postfix, agent: self.sandbox.start_agent() }
    }

    /// What comes into the mailbox of all that lies in the spool, in the order of the alerts and of their recipients.
    #[track_caller]
    pub(crate) fn delivered(&self) -> Vec<Received> {
        let count = self.alerts().len();
        self.arrived(self.open(""), count)
    }

    /// The one mail that comes of the one alert in the spool.
    #[track_caller]
    pub(crate) fn delivered_one(&self) -> Received {
        let mails: [Received; 1] =
            self.delivered().try_into().unwrap_or_else(|mails| panic!("not one mail: {mails:#?}"));
        let [mail] = mails;
        mail
    }

    /// Sends what lies in the spool, and looks whether each alert has come to whom it is for, as it lies there.
    #[track_caller]
    pub(crate) fn expect_delivered(&self) {
        let alerts = self.alerts();
        let mut mails = self.delivered().into_iter();
        for alert in alerts {
            let mut to = if alert.to.is_empty() { vec![ONCALL.to_owned()] } else { alert.to };
            // A name that nobody knows is for whoever gets what names nobody.
            for name in to.iter_mut().filter(|to| !to.contains('@')) {
                (if name == "root" { ROOT } else { ONCALL }).clone_into(name);
            }
            to.sort();
            for to in to {
                let mail = mails.next().unwrap_or_else(|| panic!("no mail to {to} about {}", alert.subject));
                assert_eq!(
                    (&mail.recipient, mail.subject.trim()),
                    (&to, alert.subject.trim()),
                    "{}",
                    mail.raw
                );
                assert!(mail.to.iter().any(|(_, address)| *address == to), "{}", mail.raw);
                assert!(mail.body.contains(alert.body.trim()), "{}\n{}", alert.body, mail.raw);
            }
        }
        assert!(mails.next().is_none(), "one mail more than there were alerts");
    }

    /// The same when so many alerts have been sent, and with that the end of the agent.
    #[track_caller]
    pub(crate) fn arrived(&self, way: Way, count: usize) -> Vec<Received> {
        let sent = || {
            let alerts = self.sandbox.ledger().alerts;
            alerts.into_iter().filter(|(_, it)| it.state == State::Sent).collect::<Vec<_>>()
        };
        self.sandbox.wait_for(&format!("{count} alerts are sent"), PATIENCE, || sent().len() >= count);
        assert_eq!(way.agent.stop(), Some(0));
        let sent = sent();
        assert_eq!(sent.len(), count, "{sent:#?}");
        let expected: usize = sent.iter().map(|(_, it)| it.recipients.len()).sum();
        let ours = |mail: &Vec<u8>| {
            let text = String::from_utf8_lossy(mail);
            sent.iter().any(|(id, _)| text.contains(&format!("X-Alertmail-Id: {id}")))
        };
        let there = || way.postfix.mails(MAILBOX).into_iter().filter(ours).collect::<Vec<_>>();
        self.sandbox
            .wait_for(&format!("{expected} mails in the mailbox"), PATIENCE, || there().len() >= expected);
        let mut mails = read(&there());
        assert_eq!(mails.len(), expected, "{mails:#?}");
        mails.sort_by(|(one, a), (other, b)| (one, &a.recipient).cmp(&(other, &b.recipient)));
        mails.into_iter().map(|(_, mail)| mail).collect()
    }
}

/// What the reader says of each mail, with the alert that it is of.
#[track_caller]
fn read(mails: &[Vec<u8>]) -> Vec<(String, Received)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/callers/mailbox.py");
    let lines: Vec<String> = mails.iter().map(|mail| STANDARD.encode(mail)).collect();
    let said = run(Command::new("/usr/bin/python3").arg(script), lines.join("\n").as_bytes());
    let said = said.expect_success();
    mails.iter().zip(said.lines()).map(|(mail, line)| received(mail, line)).collect()
}

#[track_caller]
fn received(mail: &[u8], line: &str) -> (String, Received) {
    let raw = String::from_utf8_lossy(mail).into_owned();
    let said: Value = serde_json::from_str(line).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{line}\n{raw}")).to_owned();
    let list = |name: &str| said[name].as_array().unwrap_or_else(|| panic!("{line}\n{raw}")).clone();
    let pairs = |name: &str| list(name).iter().map(|it| (text(&it[0]), text(&it[1]))).collect::<Vec<_>>();
    assert_eq!(list("defects").len(), 0, "{line}\n{raw}");
    assert_eq!(text(&said["return_path"]), format!("<{FROM}>"), "{raw}");
    // Whoever got it as a blind copy stands in what the mailbox itself has put on top, and nowhere else.
    let sent = raw.split_once("\nReceived: ").map_or("", |(_, sent)| sent);
    assert!(!sent.to_lowercase().contains("\nbcc:"), "{raw}");
    let own = text(&said["delivered_to"]).replace("blind@", "");
    assert!(!sent.replace(&own, "").contains("blind@"), "{raw}");
    let (id, files) = (text(&said["id"]), pairs("files"));
    let received = Received {
        recipient: text(&said["delivered_to"]),
        from: pairs("from").pop().expect("a From"),
        to: pairs("to"),
        subject: text(&said["subject"]),
        body: text(&said["body"]),
        files: files.into_iter().map(|(name, it)| (name, STANDARD.decode(it).expect("base64"))).collect(),
        raw: raw.clone(),
    };
    (id, received)
}
