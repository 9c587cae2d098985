//! Servers whose certificate or TLS is not as it should be: each is refused with words of its own, hears nothing more, and
//! the alert goes on; what is right is accepted, old or new.

use harness::{Config, Provider, Sandbox, Tap};
use lab::{Leaf, Personality};
use spool_format::{AlertId, History};

use crate::old_tls::OldTls;
use crate::stand::{self, PASSWORD, USER};

/// TLS from the first octet, or after STARTTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Starttls,
    Implicit,
}

const MODES: [Mode; 2] = [Mode::Starttls, Mode::Implicit];

impl Mode {
    fn server(self, sandbox: &Sandbox) -> Personality {
        let personality = match self {
            Self::Starttls => Personality::self_hosted(sandbox.authority()),
            Self::Implicit => Personality::yahoo(sandbox.authority(), &["first@example.jp"]),
        };
        personality.login(USER, PASSWORD)
    }

    fn provider(self, name: &str, port: u16) -> Provider {
        let provider = match self {
            Self::Starttls => Provider::starttls(name, port),
            Self::Implicit => Provider::implicit(name, port),
        };
        provider.login(USER, PASSWORD).from("first@example.jp")
    }
}

/// What the one server shows that is wrong, and where.
struct Row {
    name: &'static str,
    leaf: Leaf,
    host: &'static str,
    /// What is told where the sandbox's authority is trusted, and where the system's authorities are.
    told: [&'static str; 2],
}

const NOBODY: &str = "signed by nobody whom we trust";
const AUTHORITY: &str = "shows an authority's certificate as its own";
const EXPIRED: &str = "certificate has expired";

const ROWS: [Row; 5] = [
    Row { name: "expired", leaf: Leaf::Expired, host: "127.0.0.1", told: [EXPIRED, EXPIRED] },
    Row {
        name: "wrong-name",
        leaf: Leaf::WrongName,
        host: "127.0.0.1",
        told: ["certificate is not for `127.0.0.1`", NOBODY],
    },
    Row {
        name: "address-only",
        leaf: Leaf::AddressOnly,
        host: "localhost",
        told: ["certificate is not for `localhost`", NOBODY],
    },
    Row { name: "self-signed", leaf: Leaf::SelfSigned, host: "127.0.0.1", told: [AUTHORITY, AUTHORITY] },
    Row {
        name: "stolen",
        leaf: Leaf::Stolen,
        host: "127.0.0.1",
        told: ["a certificate whose key it does not have", NOBODY],
    },
];

#[test]
fn case_cert_reject_clean_error() {
    for mode in MODES {
        for (column, trusts_sandbox) in [true, false].into_iter().enumerate() {
            expect_each_to_be_refused(mode, column, trusts_sandbox);
        }
        expect_one_that_we_trust_is_used(mode, Leaf::Good, false, NOBODY);
        expect_one_that_we_trust_is_used(mode, Leaf::GoodInTls12, true, "");
    }
}

/// All of them in front of one good server, which takes the alert in the same pass.
fn expect_each_to_be_refused(mode: Mode, column: usize, trusts_sandbox: bool) {
    let sandbox = stand::sandbox();
    // Choice: an authority's own certificate is refused even if it is given as an anchor; the words name the reason and
    // the pin that would do.
    sandbox.also_trust(&sandbox.authority().leaf_pem(Leaf::SelfSigned));
    let trust = |provider: Provider| if trusts_sandbox { provider } else { provider.trusting_the_system() };
    let old = OldTls::start(&sandbox, if mode == Mode::Implicit { "implicit" } else { "starttls" });
    let mut taps = Vec::new();
    let mut providers = Vec::new();
    for Row { name, leaf, host, .. } in &ROWS {
        let server = sandbox.server(name, mode.server(&sandbox).certificate(*leaf));
        let tap = Tap::before(server.port());
        providers.push(trust(mode.provider(name, tap.port()).host(host)));
        taps.push(tap);
    }
    let tap = Tap::before(old.port);
    providers.push(trust(mode.provider("old-version", tap.port())));
    taps.push(tap);
    let well = sandbox.server("well", mode.server(&sandbox));
    providers.push(mode.provider("well", well.port()));
    sandbox.configure(&Config::of(providers));
    let mut agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert!(!agent.has_ended() && well.mails().len() == 1);

    let expected = ROWS.iter().map(|row| (row.name, row.told[column]));
    let expected = expected.chain([("old-version", "speaks neither TLS 1.2 nor 1.3")]);
    let history = sandbox.history(id);
    assert_eq!((history.passes, history.attempts.len()), (0, ROWS.len() + 2));
    for ((name, words), tap) in expected.zip(&taps) {
        let (phase, text) = first_failure(&history, name);
        assert_eq!(phase, "tls", "{mode:?} {name}: {text}");
        assert!(text.contains(words), "{mode:?} {name}: {text}");
        let line =
            agent.log().lines().find(|line| line.contains(&format!("provider={name} "))).map(str::to_owned);
        assert!(line.is_some_and(|line| line.contains(words)), "{mode:?} {name}: {}", agent.log());
        let heard = tap.heard();
        assert_eq!(heard.len(), 1, "{mode:?} {name}: it is tried once, and never in clear");
        expect_nothing_after_the_alert(mode, name, &heard[0]);
    }
    assert_eq!(agent.stop(), Some(0), "it is as well as before");
}

/// With the system's authorities alone the server is refused in these words, if there are any; with ours it is used.
fn expect_one_that_we_trust_is_used(mode: Mode, leaf: Leaf, trusts_sandbox: bool, words: &str) {
    let sandbox = stand::sandbox();
    let server = sandbox.server("first", mode.server(&sandbox).certificate(leaf));
    if !trusts_sandbox {
        let strange = mode.provider("first", server.port()).trusting_the_system();
        sandbox.configure(&Config::of([strange]).pause("1s"));
        let agent = sandbox.start_agent();
        let id = stand::enqueue(&sandbox);
        sandbox.wait_for("a refusal", harness::PATIENCE, || agent.log().contains(words));
        assert_eq!(agent.stop(), Some(0));
        assert_eq!(first_failure(&sandbox.history(id), "first").0, "tls", "{mode:?}");
    }
    sandbox.configure(&Config::of([mode.provider("first", server.port())]));
    let agent = sandbox.start_agent();
    let id: AlertId = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert!(server.mails().iter().all(|mail| mail.tls), "{mode:?} {leaf:?}");
    assert_eq!(agent.stop(), Some(0));
}

fn first_failure(history: &History, provider: &str) -> (String, String) {
    let attempt = history.attempts.iter().find(|attempt| attempt.provider == provider);
    let ended = attempt.and_then(|attempt| attempt.ended.as_ref()).expect("an outcome");
    (ended.recipients[0].phase.clone(), ended.recipients[0].text.clone())
}

/// What the client sent is: EHLO and STARTTLS if that comes first, its part of the handshake, and an alert that ends it.
#[track_caller]
fn expect_nothing_after_the_alert(mode: Mode, name: &str, heard: &[u8]) {
    let mut rest = heard;
    if mode == Mode::Starttls {
        let end = b"STARTTLS\r\n";
        let clear =
            heard.windows(end.len()).position(|part| part == end).expect("it asked for TLS") + end.len();
        let words = String::from_utf8_lossy(&heard[..clear]).into_owned();
        assert!(words.starts_with("EHLO ") && words.lines().count() == 2, "{name}: {words}");
        rest = &heard[clear..];
    }
    let mut records = Vec::new();
    while !rest.is_empty() {
        let [kind, 3, _, high, low, ..] = rest else { panic!("{mode:?} {name}: not TLS: {rest:?}") };
        let length = usize::from(*high) << 8 | usize::from(*low);
        records.push((*kind, length));
        rest = rest.get(5 + length..).expect("whole records");
    }
    // ContentType of RFC 8446 section 5.1: the handshake (22), its change of ciphers (20), and one alert: in clear (21), or
    // hidden among application data (23), where two octets, their kind and a tag of 16 are too few for any command.
    assert_eq!(records[0].0, 22, "{mode:?} {name}: {records:?}");
    let after: Vec<_> = records.iter().filter(|(kind, _)| !matches!(kind, 22 | 20)).collect();
    let is_alert = after.len() <= 1 && after.iter().all(|it| matches!(it, (21, 2) | (23, 19)));
    assert!(is_alert, "{mode:?} {name}: {records:?}");
}
