//! A first provider that falls silent, at each stage and in each way: it costs its limit, and the alerts go on.

use std::time::{Duration, Instant};

use alertmail::config::Limits;
use harness::{Config, Sandbox};
use lab::{Act, Personality, Stage};
use spool_format::{Alert, AlertId, Severity, Wall};

use crate::stand::{self, FIRST, ONCALL, PASSWORD, SECOND, USER, healthy, patient};

/// For connection and handshake, each reply, and the reply to the final dot.
const LIMIT: (&str, Duration) = ("3s", Duration::from_secs(3));
/// What the case allows for three alerts.
const ALL_OUT_WITHIN: Duration = Duration::from_secs(3 * 3 + 10);
/// What buffers on both sides cannot hold.
const LONG_BODY_OCTETS: usize = 1 << 20;

/// How the first provider falls silent.
struct Variant {
    name: &'static str,
    manners: fn(&Sandbox) -> Personality,
    body_octets: usize,
    /// Where it was given up.
    phase: &'static str,
}

const fn variant(name: &'static str, phase: &'static str, manners: fn(&Sandbox) -> Personality) -> Variant {
    Variant { name, manners, body_octets: 1, phase }
}

const VARIANTS: [Variant; 10] = [
    variant("nothing at all", "greeting", |it| healthy(it).at(Stage::Connect, Act::Silence)),
    variant("one octet, and nothing", "greeting", |it| {
        healthy(it).at(Stage::Greeting, Act::BreakOff("2".into()))
    }),
    variant("an octet every 10 s", "greeting", |it| {
        healthy(it).at(Stage::Greeting, Act::Dribble { ms_per_byte: 10_000 })
    }),
    variant("an octet every second", "greeting", |it| {
        healthy(it).at(Stage::Greeting, Act::Dribble { ms_per_byte: 1000 })
    }),
    // Its side of the handshake waits for ours, which waits for its greeting.
    variant("a port for TLS from the first octet", "greeting", |it| {
        Personality::yahoo(it.authority(), &["alert@first.example.jp"]).login(USER, PASSWORD)
    }),
    variant("nothing after EHLO", "ehlo", |it| healthy(it).at(Stage::Ehlo, Act::Silence)),
    variant("nothing instead of a handshake", "tls", |it| {
        healthy(it).at(Stage::StartTls, Act::BreakOff("220 go ahead\r\n".into()))
    }),
    variant("nothing after RCPT", "rcpt", |it| healthy(it).at(Stage::Rcpt, Act::Silence)),
    variant("nothing after 354", "dot", |it| healthy(it).at(Stage::Dot, Act::Silence)),
    Variant {
        body_octets: LONG_BODY_OCTETS,
        ..variant("reads no more after 354", "dot", |it| healthy(it).at(Stage::Data, Act::Deafness))
    },
];

#[test]
fn case_silent_server_deadline() {
    std::thread::scope(|scope| {
        let running: Vec<_> = VARIANTS
            .iter()
            .map(|variant| (variant, scope.spawn(|| expect_all_to_be_out_in_time(variant))))
            .collect();
        for (variant, run) in running {
            assert!(run.join().is_ok(), "failed: {}", variant.name);
        }
    });
}

/// The case asks for limits of at least RFC 5321 section 4.5.3.2 where nothing is configured. Ours are shorter on
/// purpose, and those of the standard are the most that may be configured: they are meant for relays that try for days,
/// and an alert whose first provider is silent has a second one to go to. A server that is only slow at the one thing
/// that takes time, its verdict after the final dot, has all of the standard's ten minutes, since whoever gives up there
/// sends twice.
#[test]
fn case_silent_server_deadline_without_configuration() {
    let Limits { connect, reply, dot, keep, stop, rescan, hedge_after, command: _ } = Limits::default();
    let (minute, standard) = (Duration::from_mins(1), Duration::from_mins(5));
    for (name, limit) in [("connect", connect), ("reply", reply)] {
        assert!(limit >= Duration::from_secs(10) && limit <= standard, "{name}: {limit:?}");
    }
    assert_eq!(dot, Duration::from_mins(10));
    for (name, limit) in
        [("keep", keep), ("stop", stop), ("rescan", rescan), ("hedge_after", hedge_after.others)]
    {
        assert!(limit > Duration::ZERO && limit <= minute, "{name}: {limit:?}");
    }
    let sandbox = stand::sandbox();
    for (key, most, more) in [("connect", "5m", "6m"), ("reply", "5m", "301s"), ("dot", "10m", "11m")] {
        sandbox.configure(&Config::of([stand::first(587)]).limit(key, more).default_to(ONCALL));
        let refused = sandbox.alertmail(&["run", "--config", &sandbox.config_file().to_string_lossy()]);
        assert_eq!(refused.code, Some(78), "{refused:?}");
        assert!(refused.stderr.contains(&format!("`{key}` is longer than {most}")), "{}", refused.stderr);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is measured")]
fn expect_all_to_be_out_in_time(variant: &Variant) {
    let sandbox = stand::sandbox();
    let silent = sandbox.server(FIRST, (variant.manners)(&sandbox));
    let well = sandbox.server(SECOND, healthy(&sandbox));
    let config = Config::of([stand::first(silent.port()), stand::second(well.port())]);
    sandbox
        .configure(&patient(config).limit("connect", LIMIT.0).limit("reply", LIMIT.0).limit("dot", LIMIT.0));
    let queued: Vec<AlertId> = (0..3).map(|number| publish(&sandbox, number, variant.body_octets)).collect();
    let begun = Instant::now();
    let agent = sandbox.start_agent();
    let meanwhile = publish(&sandbox, 3, 1);
    for id in &queued {
        sandbox.wait_until_sent(*id);
    }
    let took = begun.elapsed();
    assert!(took < ALL_OUT_WITHIN, "{}: {took:?}", variant.name);
    sandbox.wait_until_sent(meanwhile);
    assert_eq!((well.mails().len(), silent.mails().len()), (4, 0), "{}", variant.name);
    let histories: Vec<_> = queued.iter().chain([&meanwhile]).map(|id| sandbox.history(*id)).collect();
    assert!(histories.iter().all(|history| history.passes == 0), "{}: in the same pass", variant.name);
    let attempts = histories.iter().flat_map(|history| &history.attempts);
    let at_first: Vec<_> = attempts.filter(|attempt| attempt.provider == FIRST).collect();
    // A server that has taken all but the last octets counts as working until it has not.
    let most = if variant.phase == "dot" { histories.len() } else { 1 };
    assert!((1..=most).contains(&at_first.len()), "{}: the others need not find it out", variant.name);
    for attempt in at_first {
        let ended = attempt.ended.as_ref().expect("an outcome");
        assert_eq!(ended.recipients[0].phase, variant.phase, "{}", variant.name);
        let spent = Duration::from_millis(ended.took_ms);
        assert!(spent >= LIMIT.1, "{}: the limit is the server's: {spent:?}", variant.name);
    }
    assert_eq!(agent.stop(), Some(0), "{}", variant.name);
}

/// A critical alert: one whose reply after the dot was lost does not wait for certainty.
fn publish(sandbox: &Sandbox, number: u8, body_octets: usize) -> AlertId {
    let created = Wall::from(now());
    let id = AlertId::new(created, [number; 10]);
    let alert = Alert {
        version: 1,
        created: Some(created),
        to: vec![ONCALL.to_owned()],
        subject: "disk full".to_owned(),
        body: "x".repeat(60) + &("\n".to_owned() + &"x".repeat(60)).repeat(body_octets / 61),
        severity: Severity::Critical,
        ..Alert::default()
    };
    sandbox.publish(id, &alert);
    id
}

#[expect(clippy::disallowed_methods, reason = "an alert is of now")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
