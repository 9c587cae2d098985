//! What a server does, stage by stage: mostly what it should, else whatever its weather has.

use std::time::Duration;

use smtp::Security;

use super::chance::Dice;
use crate::submit::Limits;

/// Where a server owes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Greeting,
    Ehlo,
    StartTls,
    Handshake,
    Auth,
    Rset,
    Mail,
    Rcpt,
    Data,
    Dot,
    Quit,
}

impl Stage {
    pub(super) const ALL: [Self; 10] = [
        Self::Greeting,
        Self::Ehlo,
        Self::StartTls,
        Self::Auth,
        Self::Rset,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Dot,
        Self::Quit,
    ];

    /// How long a client has to wait, and no longer. RFC 5321 has two minutes for DATA.
    pub(super) fn limit(self, limits: &Limits) -> Duration {
        match self {
            Self::Handshake => limits.connect,
            Self::Data => limits.reply.min(Duration::from_mins(2)),
            Self::Dot => limits.dot,
            Self::Quit => Duration::from_secs(1),
            _ => limits.reply,
        }
    }
}

/// What it does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// What it should.
    Answer,
    /// The same, at the last moment.
    Late,
    /// Nothing, for ever.
    Silence,
    /// An octet every so many hundredths of the limit.
    Dribble(u32),
    /// 4yz.
    Puts,
    /// 5yz.
    Refuses,
    /// 421, and it goes.
    SaysGoodbye,
    /// What no server may say.
    Nonsense,
    /// What it should, and more.
    SaysMore,
    Closes,
    /// In the middle of its answer.
    ClosesMidway,
}

pub(super) const TROUBLES: [Act; 11] = [
    Act::Late,
    Act::Silence,
    Act::Dribble(2),
    Act::Dribble(13),
    Act::Dribble(90),
    Act::Puts,
    Act::Refuses,
    Act::SaysGoodbye,
    Act::Nonsense,
    Act::SaysMore,
    Act::Closes,
];

/// Where a provider may have its trouble: what is seldom come to is there more often.
const SORE: [Stage; 14] = [
    Stage::Greeting,
    Stage::Ehlo,
    Stage::StartTls,
    Stage::StartTls,
    Stage::Auth,
    Stage::Rset,
    Stage::Rset,
    Stage::Rset,
    Stage::Mail,
    Stage::Rcpt,
    Stage::Data,
    Stage::Dot,
    Stage::Dot,
    Stage::Quit,
];

/// What one provider's servers are like.
#[derive(Clone, Debug)]
pub(super) struct Manners {
    pub(super) limits: Limits,
    pub(super) security: Security,
    pub(super) login: bool,
    pub(super) pipelining: bool,
    pub(super) chunking: bool,
    /// Recipients that it takes at a time.
    pub(super) recipients: usize,
    /// Octets that are under way before a writer has to wait.
    pub(super) pipe: usize,
    /// How often there is trouble at a stage; 0 is never.
    one_in: usize,
    /// Where there is trouble every other time.
    sore: Option<Stage>,
    /// Which.
    troubles: Vec<Act>,
    /// After so long without work it leaves.
    pub(super) leaves_after: Duration,
    /// Messages that it takes on a connection before it says 421.
    pub(super) messages: usize,
    /// How often nobody answers a call, somebody refuses it, or it takes its time.
    pub(super) unanswered: usize,
    pub(super) refused: usize,
    pub(super) latency: Duration,
    /// How often it stops reading in the middle of a message.
    pub(super) stops_reading: usize,
    /// How often it leaves in the middle of one.
    pub(super) leaves_in_message: usize,
}

impl Manners {
    /// Of one provider: some are well, some have one kind of trouble, some have all.
    pub(super) fn draw(dice: &mut Dice, limits: Limits) -> Self {
        let mut troubles: Vec<Act> = TROUBLES.into_iter().filter(|_| dice.one_in(2)).collect();
        troubles.push(dice.one_of(&[Act::ClosesMidway, Act::Closes, Act::Silence, Act::Refuses, Act::Puts]));
        let sore = dice.one_in(2).then(|| dice.one_of(&SORE));
        let security = match dice.below(16) {
            _ if sore == Some(Stage::StartTls) => Security::StartTls,
            0 => Security::StartTls,
            1 => Security::Implicit,
            _ => Security::None,
        };
        if sore == Some(Stage::Rset) {
            // It is asked for after a refusal.
            troubles.extend([Act::Refuses, Act::Puts, Act::Refuses, Act::Puts]);
        }
        let pipelining = dice.one_in(2);
        Self {
            limits,
            security,
            login: dice.one_in(3),
            pipelining,
            chunking: pipelining && !dice.one_in(3),
            recipients: dice.one_of(&[1, 2, 100, 100]),
            pipe: dice.one_of(&[1_024, 65_536]),
            one_in: if sore == Some(Stage::Rset) { 6 } else { dice.one_of(&[0, 60, 25, 12, 6]) },
            sore,
            troubles,
            // Never in the same moment in which the engine does something.
            leaves_after: dice.seconds(&[2, 5, 20, 3_600, 3_600, 3_600]) + Duration::from_micros(37_500),
            messages: dice.one_of(&[1, 2, 100, 100]),
            unanswered: dice.one_of(&[0, 0, 0, 10, 3]),
            refused: dice.one_of(&[0, 0, 0, 10, 3]),
            latency: Duration::from_millis(dice.one_of(&[0, 5, 150, 2_000])),
            stops_reading: dice.one_of(&[0, 0, 8, 3]),
            leaves_in_message: dice.one_of(&[0, 0, 8, 3]),
        }
    }

    /// What it does at this stage, this time.
    pub(super) fn act(&self, dice: &mut Dice, stage: Stage) -> Act {
        let one_in = if self.sore == Some(stage) { 2 } else { self.one_in };
        if dice.one_in(one_in) { dice.one_of(&self.troubles) } else { Act::Answer }
    }

    /// Its answer to EHLO.
    pub(super) fn capabilities(&self) -> String {
        let mut lines = vec!["mx.example.jp"];
        lines.extend(self.pipelining.then_some("PIPELINING"));
        lines.extend(self.chunking.then_some("CHUNKING"));
        lines.extend(self.login.then_some("AUTH CRAM-MD5"));
        lines.extend((self.security == Security::StartTls).then_some("STARTTLS"));
        let last = lines.pop().expect("a name");
        let others = lines.iter().fold(String::new(), |text, line| text + "250-" + line + "\r\n");
        format!("{others}250 {last}")
    }
}
