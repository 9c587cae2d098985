//! What a history is going to be: how long things may take, who the providers are, and what the engine wants of them.

use std::sync::Arc;
use std::time::Duration;

use smtp::{AuthPolicy, Credentials, Mechanism, Path, Secret, Security, Transaction};

use super::chance::Dice;
use super::exchange::Exchange;
use super::manners::Manners;
use super::net::Net;
use crate::submit::{Endpoint, Identity, Limits, Route, Target, Trust};

/// What the engine says at a gate, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) after: Duration,
    pub(super) is_leave: bool,
}

/// One attempt, as the engine means it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) provider: usize,
    pub(super) recipients: usize,
    /// Octets of the message.
    pub(super) size: usize,
    pub(super) at_data: Word,
    pub(super) at_dot: Word,
    /// After so long it is taken back, wherever it is.
    pub(super) withdrawn_after: Option<Duration>,
}

pub(super) fn draw_limits(dice: &mut Dice) -> Limits {
    Limits {
        connect: dice.seconds(&[5, 10, 30]),
        reply: dice.seconds(&[5, 20, 60, 300]),
        dot: dice.seconds(&[10, 60, 600]),
        keep: dice.seconds(&[1, 10, 10, 60]),
    }
}

fn draw_word(dice: &mut Dice) -> Word {
    let most = dice.seconds(&[0, 0, 0, 1, 40]);
    Word { after: dice.time(most), is_leave: !dice.one_in(25) }
}

impl Plan {
    pub(super) fn draw(dice: &mut Dice, providers: usize) -> Self {
        let haste = dice.seconds(&[0, 1, 10, 300]);
        Self {
            provider: dice.below(providers),
            recipients: 1 + dice.below(3),
            size: dice.one_of(&[100, 100, 100, 5_000, 5_000, 60_000, 100_000]),
            at_data: draw_word(dice),
            at_dot: draw_word(dice),
            withdrawn_after: dice.one_in(6).then(|| dice.time(haste)),
        }
    }

    /// The message of attempt `n`, which is known at the other end by its sender.
    pub(super) fn transaction(&self, n: u64) -> Transaction {
        let path = |text: String| Path::parse(&text).expect("a path");
        let mut content = format!("Subject: {n}\r\n\r\n");
        while content.len() < self.size {
            content.push_str("It has happened again, and nobody knows why.\r\n");
        }
        Transaction {
            sender: path(format!("a{n}@example.com")),
            recipients: (0..self.recipients).map(|place| path(format!("r{place}@example.jp"))).collect(),
            content: content.into_bytes().into(),
        }
    }

    /// How long it may take, without the engine's own time: a kept connection that turns out to be stale, and a new one with
    /// everything at the last moment.
    pub(super) fn within(&self, limits: &Limits) -> Duration {
        let recipients = u32::try_from(self.recipients).expect("a few");
        let to_write = limits.dot.max(limits.reply);
        let login = 2 * limits.connect + 7 * limits.reply;
        let round = (5 + 2 * recipients) * limits.reply + to_write + limits.dot;
        2 * (login + recipients * round) + Duration::from_secs(2)
    }
}

fn exchange(net: &Net) -> Exchange {
    let net = net.clone();
    Exchange::new(move |address| Box::pin(net.clone().dial(address)))
}

/// A provider in memory. It has an address, so that no name is asked for, and a private one, so that clear words may go there.
pub(super) fn target(dice: &mut Dice, net: &Net) -> Target {
    let Manners { security, login, .. } = *net.manners;
    let ports = 1 + dice.below(2);
    let credentials = Credentials::with_password("alert", Secret::new("secret".to_owned()));
    Target {
        name: format!("p{}", net.provider),
        host: "192.168.0.25".to_owned(),
        endpoints: [Endpoint { port: 587, security }, Endpoint { port: 2525, security }][..ports].to_vec(),
        route: Route::Model(exchange(net)),
        // Nobody comes so far, and nothing is read for it.
        trust: Trust::Pins(Vec::new()),
        tls_name: None,
        helo: "client.example.com".to_owned(),
        auth: if login && security == Security::None {
            AuthPolicy::Listed(vec![Mechanism::CramMd5])
        } else {
            AuthPolicy::None
        },
        identity: if login { Identity::Password(Arc::new(credentials)) } else { Identity::Nobody },
        messages_per_connection: dice.one_of(&[1, 3, 100, 100]),
        chunking: !dice.one_in(4),
        recipients_max: dice.one_of(&[1, 100, 100]),
    }
}
