//! Each phase against each way of wasting somebody's time: silence, an octet a second, a line, a reply or a run of replies
//! without end; in clear, after STARTTLS, in TLS from the first octet. It costs the limit and no more, and no memory.

use std::time::{Duration, Instant};

use harness::{Agent, Config, Provider, Sandbox};
use lab::{Act, Personality, Stage};
use spool_format::AlertId;

use crate::stand::{self, FIRST_FROM, PASSWORD, SECOND, USER, enqueue, healthy};

/// For connection and handshake, each reply, and the reply to the final dot.
const LIMIT: (&str, Duration) = ("2s", Duration::from_secs(2));
/// What a busy machine adds to it.
const SLACK: Duration = Duration::from_secs(6);
/// What an agent may need beyond one that has met healthy servers only; less than half of it was seen.
const MORE_KIB: u64 = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    Clear,
    StartTls,
    Implicit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Silence,
    OctetASecond,
    EndlessLine,
    EndlessReply,
    EndlessReplies,
    EndlessNothing,
    EndlessNul,
}

const MANNERS: [Manner; 7] = [
    Manner::Silence,
    Manner::OctetASecond,
    Manner::EndlessLine,
    Manner::EndlessReply,
    Manner::EndlessReplies,
    Manner::EndlessNothing,
    Manner::EndlessNul,
];

impl Channel {
    /// The phases that are others than in clear, each with the word for it in the journal.
    const fn stages(self) -> &'static [(Stage, &'static str)] {
        match self {
            Self::Clear => &[
                (Stage::Connect, "greeting"),
                (Stage::Greeting, "greeting"),
                (Stage::Ehlo, "ehlo"),
                (Stage::Auth, "auth"),
                (Stage::Mail, "mail"),
                (Stage::Rcpt, "rcpt"),
                (Stage::Data, "data"),
                (Stage::Dot, "dot"),
            ],
            Self::StartTls => &[
                (Stage::StartTls, "starttls"),
                (Stage::AfterTls, "ehlo"),
                (Stage::Auth, "auth"),
                (Stage::Data, "data"),
                (Stage::Dot, "dot"),
            ],
            Self::Implicit => &[
                (Stage::Connect, "tls"),
                (Stage::AfterTls, "greeting"),
                (Stage::Greeting, "greeting"),
                (Stage::Ehlo, "ehlo"),
                (Stage::Auth, "auth"),
                (Stage::Mail, "mail"),
                (Stage::Rcpt, "rcpt"),
                (Stage::Data, "data"),
                (Stage::Dot, "dot"),
            ],
        }
    }

    fn server(self, sandbox: &Sandbox) -> Personality {
        match self {
            Self::Clear => Personality::plain().capability("AUTH CRAM-MD5").login(USER, PASSWORD),
            Self::StartTls => healthy(sandbox),
            Self::Implicit => Personality::yahoo(sandbox.authority(), &[FIRST_FROM]).login(USER, PASSWORD),
        }
    }

    fn provider(self, name: &str, port: u16) -> Provider {
        let provider = match self {
            Self::Clear => Provider::clear(name, port),
            Self::StartTls => Provider::starttls(name, port),
            Self::Implicit => Provider::implicit(name, port),
        };
        provider.login(USER, PASSWORD).from(FIRST_FROM)
    }
}

impl Manner {
    /// What the server does at this stage; `None` where it is nothing: what says nothing cannot say it slowly.
    fn at(self, stage: Stage) -> Option<Act> {
        let code = match stage {
            Stage::Connect | Stage::Greeting | Stage::StartTls => "220",
            Stage::Auth => "235",
            Stage::Data => "354",
            Stage::Quit => "221",
            Stage::Ehlo | Stage::AfterTls | Stage::Mail | Stage::Rcpt | Stage::Dot => "250",
        };
        Some(match self {
            Self::Silence => Act::Silence,
            Self::OctetASecond if matches!(stage, Stage::Connect | Stage::AfterTls) => return None,
            Self::OctetASecond => Act::Dribble { ms_per_byte: 1000 },
            Self::EndlessLine => Act::Flood(format!("{code} and ")),
            Self::EndlessReply => Act::Flood(format!("{code}-and\r\n")),
            Self::EndlessReplies => Act::Flood(format!("{code} 2.0.0 ok\r\n")),
            Self::EndlessNothing => Act::Flood("\r\n".to_owned()),
            Self::EndlessNul => Act::Flood("\0".to_owned()),
        })
    }

    /// Whether it is the time that runs out; whoever talks without end is cut off before.
    const fn runs_into_the_limit(self) -> bool {
        matches!(self, Self::Silence | Self::OctetASecond)
    }
}

#[test]
fn each_way_of_wasting_time_in_each_phase_costs_the_limit_and_no_memory() {
    for channel in [Channel::Clear, Channel::StartTls, Channel::Implicit] {
        let usual = peak_of_a_healthy_day(channel);
        std::thread::scope(|scope| {
            let cells =
                MANNERS.map(|manner| (manner, scope.spawn(move || expect_row(channel, manner, usual))));
            for (manner, cell) in cells {
                assert!(cell.join().is_ok(), "failed: {channel:?} {manner:?}");
            }
        });
    }
}

/// One provider for each phase, all of them in one pass, with a healthy one at the end of it.
fn expect_row(channel: Channel, manner: Manner, usual_kib: u64) {
    let sandbox = stand::sandbox();
    let mut providers = Vec::new();
    let mut expected = Vec::new();
    for (stage, phase) in channel.stages() {
        let Some(act) = manner.at(*stage) else { continue };
        let name = format!("{stage:?}").to_lowercase();
        let server = sandbox.server(&name, channel.server(&sandbox).at(*stage, act));
        providers.push(channel.provider(&name, server.port()));
        expected.push((name, *phase));
    }
    let well = sandbox.server(SECOND, channel.server(&sandbox));
    providers.push(channel.provider(SECOND, well.port()));
    let agent = start(&sandbox, providers);
    let id = enqueue(&sandbox);
    sandbox.wait_for("it is out", (LIMIT.1 + SLACK) * u32::try_from(expected.len()).expect("a few"), || {
        sandbox.state(id) == Some(spool_format::State::Sent)
    });
    let history = sandbox.history(id);
    assert_eq!(history.passes, 0, "{channel:?} {manner:?}: in one pass");
    // The first of endless replies to the dot says that the mail was taken, and it was.
    let taken_at_the_dot = manner == Manner::EndlessReplies;
    assert_eq!(well.mails().len(), usize::from(!taken_at_the_dot), "{channel:?} {manner:?}");
    for ((name, phase), attempt) in expected.iter().zip(&history.attempts) {
        assert_eq!(attempt.provider, *name);
        let ended = attempt.ended.as_ref().expect("an outcome");
        let took = Duration::from_millis(ended.took_ms);
        assert!(took < LIMIT.1 + SLACK, "{channel:?} {manner:?} {name}: {took:?}");
        if manner.runs_into_the_limit() {
            assert_eq!(
                ended.recipients[0].phase, *phase,
                "{channel:?} {manner:?} {name}: {:?}",
                ended.recipients
            );
            assert!(took >= LIMIT.1, "{channel:?} {manner:?} {name}: {took:?}");
        }
        let shown = ended.recipients[0].text.len();
        assert!(shown < 1000, "{channel:?} {manner:?} {name}: {shown} octets of it are on record");
    }
    expect_usual_memory(&agent, usual_kib, &format!("{channel:?} {manner:?}"));
    stop_soon(agent, &format!("{channel:?} {manner:?}"));
}

#[test]
fn each_way_of_wasting_time_at_the_goodbye_holds_up_no_stop() {
    for manner in MANNERS {
        let sandbox = stand::sandbox();
        let act = manner.at(Stage::Quit).expect("something");
        let server = sandbox.server(SECOND, Channel::StartTls.server(&sandbox).at(Stage::Quit, act));
        let agent = start(&sandbox, vec![Channel::StartTls.provider(SECOND, server.port())]);
        let id = enqueue(&sandbox);
        sandbox.wait_until_sent(id);
        stop_soon(agent, &format!("{manner:?}"));
        assert_eq!(server.mails().len(), 1, "{manner:?}");
        assert!(server.commands().contains(&"QUIT".to_owned()), "{manner:?}");
    }
}

fn start(sandbox: &Sandbox, providers: Vec<Provider>) -> Agent {
    let config = Config::of(providers).limit("connect", LIMIT.0).limit("reply", LIMIT.0);
    sandbox.configure(&config.limit("dot", LIMIT.0));
    sandbox.start_agent()
}

/// The most memory of an agent that has sent as many mails to healthy servers as others have met sick ones.
fn peak_of_a_healthy_day(channel: Channel) -> u64 {
    let sandbox = stand::sandbox();
    let server = sandbox.server(SECOND, channel.server(&sandbox));
    let agent = start(&sandbox, vec![channel.provider(SECOND, server.port())]);
    let ids: Vec<AlertId> = channel.stages().iter().map(|_| enqueue(&sandbox)).collect();
    for id in ids {
        sandbox.wait_until_sent(id);
    }
    agent.peak_kib()
}

#[track_caller]
fn expect_usual_memory(agent: &Agent, usual_kib: u64, when: &str) {
    let peak = agent.peak_kib();
    assert!(peak <= usual_kib + MORE_KIB, "{when}: {peak} KiB at most, usually {usual_kib} KiB");
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is measured")]
fn stop_soon(agent: Agent, when: &str) {
    let begun = Instant::now();
    assert_eq!(agent.stop(), Some(0), "{when}");
    let took = begun.elapsed();
    assert!(took < LIMIT.1 + SLACK, "{when}: {took:?}");
}
