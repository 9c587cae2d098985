//! A server's end of a connection: reads lines, answers or does not, and watches how long it is waited for.

use std::future::Future as _;
use std::time::Duration;

use delivery::AttemptId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use super::book::SLACK;
use super::chance::Dice;
use super::manners::{Act, Stage};
use super::net::Net;

/// The connection is over.
#[derive(Debug)]
pub(super) struct Gone;

/// What no server may say.
const NONSENSE: [&str; 5] = ["hello there", "199 what", "650 what", "25", "250-mixed\r\n550 up"];

pub(super) struct Line {
    pub(super) net: Net,
    pub(super) dice: Dice,
    pub(super) connection: u64,
    wire: DuplexStream,
    /// What was read and not understood yet.
    pub(super) buffer: Vec<u8>,
    /// Where an answer is owed, and since when.
    owed: Option<(Stage, Instant)>,
    last_owed: Option<(Stage, Instant)>,
    /// Whether the command in hand came after everything before it was answered.
    is_fresh: bool,
    /// Whether the envelope came along with its message.
    pub(super) is_in_one_flight: bool,
    /// It has said what no client forgives.
    pub(super) spoiled: Option<Instant>,
    /// It has said that it goes.
    pub(super) goes: bool,
    /// Whose transaction it heard last.
    pub(super) attempt: Option<AttemptId>,
}

impl Line {
    pub(super) fn new(net: Net, wire: DuplexStream, connection: u64, dice: Dice) -> Self {
        Self {
            net,
            dice,
            connection,
            wire,
            buffer: Vec::new(),
            owed: None,
            last_owed: None,
            is_fresh: true,
            is_in_one_flight: false,
            spoiled: None,
            goes: false,
            attempt: None,
        }
    }

    /// Reads what has come. Cancel-safe.
    pub(super) async fn read(&mut self) -> Result<(), Gone> {
        let mut octets = [0; 4096];
        match self.wire.read(&mut octets).await {
            Ok(count @ 1..) => self.buffer.extend_from_slice(&octets[..count]),
            Ok(0) | Err(_) => return Err(self.is_left()),
        }
        Ok(())
    }

    /// Lets time pass, and listens meanwhile.
    pub(super) async fn wait(&mut self, time: Duration) -> Result<(), Gone> {
        let end = sleep(time);
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                read = self.read() => read?,
                () = &mut end => return Ok(()),
            }
        }
    }

    /// Says nothing any more.
    pub(super) async fn wait_for_ever(&mut self) -> Gone {
        loop {
            if let Err(gone) = self.read().await {
                return gone;
            }
        }
    }

    /// The next command.
    pub(super) async fn command(&mut self) -> Result<String, Gone> {
        self.is_fresh = self.buffer.is_empty();
        loop {
            if self.goes {
                return Err(Gone);
            }
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                if self.is_fresh {
                    self.is_in_one_flight = self.buffer.windows(5).any(|octets| octets == b"BDAT ");
                }
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            let patience = self.net.manners.leaves_after;
            if let Ok(read) = timeout(patience, self.read()).await {
                read?;
            } else {
                self.has_enough().await?;
            }
        }
    }

    /// Nothing was asked of it for so long that it goes, with a word or without, or says so and stays.
    async fn has_enough(&mut self) -> Result<(), Gone> {
        let (stays, speaks) = (self.dice.one_in(3) && self.spoiled.is_none(), self.dice.one_in(2));
        self.net.book().mark(if stays {
            "a server that says goodbye and stays"
        } else {
            "a server that leaves a connection without work"
        });
        if stays {
            self.spoiled = Some(Instant::now());
        }
        if stays || speaks {
            self.write(b"421 4.4.2 idle for too long\r\n").await?;
        }
        if stays { Ok(()) } else { Err(Gone) }
    }

    /// From now on the client waits for an answer.
    pub(super) fn owe(&mut self, stage: Stage) {
        let stage = if self.is_in_one_flight { Stage::Dot } else { stage };
        let since = match self.last_owed {
            // Replies of one kind to the commands of one flight have one limit.
            Some((last, since)) if last == stage && !self.is_fresh => since,
            _ => Instant::now(),
        };
        (self.owed, self.last_owed) = (Some((stage, since)), Some((stage, since)));
    }

    /// The client has gone on at this moment only.
    pub(super) fn is_fresh_now(&mut self) {
        (self.is_fresh, self.is_in_one_flight) = (true, false);
    }

    /// Owes an answer, and gives it or does not. Says under which code it was given.
    pub(super) async fn answer(&mut self, stage: Stage, good: &str) -> Result<u16, Gone> {
        self.owe(stage);
        let amid = self.is_in_one_flight && stage != Stage::Dot
            || self.net.manners.pipelining && matches!(stage, Stage::Rset | Stage::Mail | Stage::Rcpt);
        let act = match self.net.manners.act(&mut self.dice, stage) {
            // What comes too early is an answer to the next command.
            Act::SaysMore if amid => Act::Answer,
            act => act,
        };
        self.net.book().acts(self.connection, stage, act);
        if stage != Stage::Quit {
            let latency = self.dice.time(self.net.manners.latency);
            self.wait(latency).await?;
        }
        let mut net = self.net.clone();
        tokio::select! {
            biased;
            gone = self.wait_for_ever() => return Err(gone),
            () = net.is_up() => {}
        }
        let text = match act {
            Act::Silence => return Err(self.wait_for_ever().await),
            Act::Closes => return Err(Gone),
            Act::Puts => "451 4.3.0 not now",
            Act::Refuses => self.refusal(stage),
            Act::SaysGoodbye => "421 4.3.2 goodbye",
            Act::Nonsense => self.dice.one_of(&NONSENSE),
            Act::Answer | Act::Late | Act::Dribble(_) | Act::SaysMore | Act::ClosesMidway => good,
        };
        if act == Act::Nonsense {
            // It may be enough to have heard its beginning.
            self.spoiled.get_or_insert_with(Instant::now);
        }
        self.say(act, text).await?;
        let code = text.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        let code = if act == Act::Nonsense { 0 } else { code };
        self.is_answered(stage, act, code);
        Ok(code)
    }

    fn refusal(&mut self, stage: Stage) -> &'static str {
        self.dice.one_of(match stage {
            Stage::Ehlo => &["550 5.7.1 not you", "502 5.5.1 what"],
            Stage::Auth => &["535 5.7.8 no", "504 5.5.4 what", "454 4.7.0 not now"],
            Stage::Dot => &["554 5.6.0 not this", "500 5.5.1 what"],
            _ => &["550 5.1.1 no", "501 5.5.4 no"],
        })
    }

    async fn say(&mut self, act: Act, text: &str) -> Result<(), Gone> {
        let (stage, since) = self.owed.expect("an answer is owed");
        let limit = stage.limit(&self.net.manners.limits);
        let more = if act == Act::SaysMore { "\r\n250 more\r\n" } else { "\r\n" };
        let octets = [text, more].concat().into_bytes();
        match act {
            Act::Late => {
                self.wait((since + limit * 9 / 10).duration_since(Instant::now())).await?;
                self.write(&octets).await
            }
            Act::Dribble(hundredths) => {
                let (last, others) = octets.split_last().expect("an answer");
                for octet in others {
                    self.write(&[*octet]).await?;
                    self.wait(limit * hundredths / 100 + Duration::from_millis(13)).await?;
                }
                self.write(&[*last]).await
            }
            Act::ClosesMidway => {
                let end = self.dice.below(text.len());
                self.write(&octets[..end]).await?;
                Err(Gone)
            }
            _ => {
                let mut rest = &octets[..];
                // What is beyond the answer comes with its end.
                while self.dice.one_in(3) && rest.len() > more.len() {
                    let (piece, later) = rest.split_at(self.dice.below(rest.len() - more.len() + 1));
                    self.write(piece).await?;
                    rest = later;
                    let pause = Duration::from_millis(self.dice.one_of(&[0, 1, 3]));
                    self.wait(pause).await?;
                }
                self.write(rest).await
            }
        }
    }

    pub(super) async fn write(&mut self, octets: &[u8]) -> Result<(), Gone> {
        match self.wire.write_all(octets).await {
            // Whoever listens hears each piece on its own.
            Ok(()) => yield_now().await,
            Err(_) => return Err(self.is_left()),
        }
        Ok(())
    }

    fn is_answered(&mut self, stage: Stage, act: Act, code: u16) {
        self.owed = None;
        self.goes |= act == Act::SaysGoodbye;
        let ends = match stage {
            Stage::Greeting | Stage::StartTls | Stage::Auth | Stage::Rset => code >= 400,
            Stage::Ehlo => code >= 400 && code != 502,
            Stage::Dot => self.is_in_one_flight && code == 500,
            _ => false,
        };
        if ends || self.goes || act == Act::SaysMore {
            self.spoiled.get_or_insert_with(Instant::now);
        }
    }

    /// Whether the answer comes in the last moment.
    pub(super) fn is_close(&self) -> bool {
        self.last_owed.is_some_and(|(stage, since)| {
            let limit = stage.limit(&self.net.manners.limits);
            since.elapsed() + SLACK >= limit && since.elapsed() <= limit + SLACK
        })
    }

    /// The other end has closed, or does not read any more.
    fn is_left(&mut self) -> Gone {
        let mut book = self.net.book();
        match self.owed {
            Some((stage, since)) => book.gave_up(self.connection, stage, since, self.spoiled.is_some()),
            None => book.is_idle_left(self.connection, self.net.provider),
        }
        Gone
    }

    /// Takes in what has been under way.
    pub(super) fn drain(&mut self) {
        use std::task::{Context, Poll, Waker};
        let mut context = Context::from_waker(Waker::noop());
        loop {
            let mut octets = [0; 4096];
            let read = std::pin::pin!(self.wire.read(&mut octets)).poll(&mut context);
            match read {
                Poll::Ready(Ok(count @ 1..)) => self.buffer.extend_from_slice(&octets[..count]),
                _ => return,
            }
        }
    }
}
