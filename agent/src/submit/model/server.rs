//! A server of the model: one dialogue, as its manners have it. TLS itself is left out: every handshake fails, in one of
//! many ways.

use std::time::Duration;

use delivery::AttemptId;
use smtp::{Gate, Security};
use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep};

use super::chance::Dice;
use super::line::{Gone, Line};
use super::manners::{Act, Stage};
use super::net::Net;

struct Server {
    line: Line,
    /// It knows EHLO, and so may be given several commands at a time.
    is_extended: bool,
    /// MAIL was taken.
    has_sender: bool,
    /// The recipients that it took: their places in the attempt.
    round: Vec<usize>,
    /// Transactions that it has heard.
    heard: usize,
}

/// Serves one connection to its end.
pub(super) async fn serve(net: Net, wire: DuplexStream, connection: u64, dice: Dice) {
    let line = Line::new(net, wire, connection, dice);
    let (round, is_extended, has_sender) = (Vec::new(), false, false);
    let mut server = Server { line, is_extended, has_sender, round, heard: 0 };
    let Err(Gone) = server.talk().await;
    server.leaves();
}

fn number(line: &str, before: &str) -> Option<usize> {
    let (_, rest) = line.split_once(before)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

impl Server {
    async fn talk(&mut self) -> Result<std::convert::Infallible, Gone> {
        if self.line.net.manners.security == Security::Implicit {
            return Err(self.handshake().await);
        }
        self.line.answer(Stage::Greeting, "220 mx.example.jp ESMTP").await?;
        loop {
            let command = self.line.command().await?;
            let verb = command.split(' ').next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    let capabilities = self.line.net.manners.capabilities();
                    self.is_extended = self.line.answer(Stage::Ehlo, &capabilities).await? == 250;
                }
                "HELO" => drop(self.line.answer(Stage::Ehlo, "250 mx.example.jp").await?),
                "STARTTLS" => {
                    if self.line.answer(Stage::StartTls, "220 go ahead").await? == 220 {
                        return Err(self.handshake().await);
                    }
                }
                "AUTH" => {
                    if self.line.answer(Stage::Auth, "334 PDEuMkBteC5leGFtcGxlLmpwPg==").await? == 334 {
                        self.line.command().await?;
                        self.line.answer(Stage::Auth, "235 2.7.0 welcome").await?;
                    }
                }
                "RSET" => {
                    self.has_sender = false;
                    self.line.answer(Stage::Rset, "250 2.0.0 forgotten").await?;
                }
                "MAIL" => self.mail(&command).await?,
                "RCPT" => self.rcpt(&command).await?,
                "DATA" => self.data().await?,
                "BDAT" => self.chunk(&command).await?,
                "QUIT" => {
                    self.line.net.book().mark("goodbye");
                    self.line.answer(Stage::Quit, "221 2.0.0 goodbye").await?;
                    return Err(Gone);
                }
                "*" => {}
                other => {
                    let what = format!("connection {}: `{other}` is no command", self.line.connection);
                    self.line.net.book().violates(&what);
                }
            }
        }
    }

    async fn handshake(&mut self) -> Gone {
        self.line.is_fresh_now();
        self.line.owe(Stage::Handshake);
        let acts = [Act::Silence, Act::Silence, Act::Dribble(13), Act::Nonsense, Act::Refuses, Act::Closes];
        let act = self.line.dice.one_of(&acts);
        self.line.net.book().acts(self.line.connection, Stage::Handshake, act);
        let octets: &[u8] = match act {
            Act::Closes => return Gone,
            Act::Nonsense => b"220 we can talk in clear\r\n",
            // The alert `handshake_failure`.
            Act::Refuses => &[21, 3, 3, 0, 2, 2, 40],
            // A record that is long, and comes slowly.
            Act::Dribble(_) => &[22, 3, 3, 1, 0, 2],
            _ => &[],
        };
        if matches!(act, Act::Nonsense | Act::Refuses) {
            self.line.spoiled = Some(Instant::now());
        }
        for octet in octets {
            let pause = if let Act::Dribble(_) = act { 1_013 } else { 0 };
            let said = self.line.write(&[*octet]).await;
            if said.is_err() || self.line.wait(Duration::from_millis(pause)).await.is_err() {
                return Gone;
            }
        }
        self.line.wait_for_ever().await
    }

    async fn mail(&mut self, command: &str) -> Result<(), Gone> {
        let id = AttemptId(number(command, "FROM:<a").expect("an attempt's sender") as u64);
        let pipelines = self.is_extended && self.line.net.manners.pipelining;
        let (connection, in_one_flight) = (self.line.connection, self.line.is_in_one_flight);
        {
            let mut book = self.line.net.book();
            book.hears_mail(connection, id, in_one_flight, pipelines);
            book.mark(match (in_one_flight, pipelines) {
                (true, _) => "all in one flight",
                (false, true) => "the envelope in one flight",
                (false, false) => "one command at a time",
            });
            if self.line.net.manners.security != Security::None {
                book.violates(&format!("connection {connection}: MAIL without TLS"));
            }
            if self.line.spoiled.is_some_and(|at| at < Instant::now()) {
                book.violates(&format!("connection {connection}: {id:?} uses it, and it is broken"));
            }
            match self.line.attempt.replace(id) {
                Some(last) if last == id => book.mark("a further round"),
                Some(last) => book.follows(connection, id, last),
                None => {}
            }
        }
        self.round.clear();
        self.heard += 1;
        let is_enough = self.heard > self.line.net.manners.messages;
        let good = if is_enough { "421 4.7.0 enough" } else { "250 2.1.0 ok" };
        let code = self.line.answer(Stage::Mail, good).await?;
        self.line.goes |= is_enough;
        self.has_sender = code == 250;
        Ok(())
    }

    async fn rcpt(&mut self, command: &str) -> Result<(), Gone> {
        let place = number(command, "TO:<r").expect("an attempt's recipient");
        let good = if !self.has_sender {
            "503 5.5.1 from whom"
        } else if self.round.len() >= self.line.net.manners.recipients {
            "452 4.5.3 too many recipients"
        } else {
            "250 2.1.5 ok"
        };
        if self.line.answer(Stage::Rcpt, good).await? == 250 {
            self.round.push(place);
        }
        Ok(())
    }

    async fn data(&mut self) -> Result<(), Gone> {
        let id = self.line.attempt.expect("MAIL came before");
        self.line.net.book().passes(id, Gate::Data);
        let good = if self.round.is_empty() {
            self.line.dice.one_of(&["554 5.5.1 to whom", "354 go ahead"])
        } else {
            "354 go ahead"
        };
        if self.line.answer(Stage::Data, good).await? != 354 {
            return Ok(());
        }
        assert_eq!(self.line.buffer, b"", "nothing comes before the answer");
        self.line.read().await?;
        if self.round.is_empty() && self.line.buffer.starts_with(b".") {
            self.line.net.book().mark("a dot alone");
        } else {
            self.line.net.book().passes(id, Gate::FinalDot);
        }
        self.begins_to_read(id).await?;
        while !(self.line.buffer.ends_with(b"\r\n.\r\n") || self.line.buffer == b".\r\n") {
            self.line.read().await?;
        }
        self.line.buffer.clear();
        self.line.is_fresh_now();
        self.is_whole(id).await
    }

    async fn chunk(&mut self, command: &str) -> Result<(), Gone> {
        let id = self.line.attempt.expect("MAIL came before");
        self.line.net.book().passes(id, Gate::FinalDot);
        let size = number(command, "BDAT ").expect("a size");
        if self.begins_to_read(id).await? {
            self.line.is_fresh_now();
        }
        while self.line.buffer.len() < size {
            self.line.read().await?;
        }
        self.line.buffer.drain(..size);
        self.is_whole(id).await
    }

    /// Reads on, or leaves, or is slow, or stops. Says whether the writer had to wait.
    async fn begins_to_read(&mut self, id: AttemptId) -> Result<bool, Gone> {
        let manners = &self.line.net.manners;
        let (pipe, reply) = (manners.pipe, manners.limits.reply);
        let (leaves, stops) = (manners.leaves_in_message, manners.stops_reading);
        if self.line.dice.one_in(leaves) {
            self.line.net.book().mark("a server that leaves in the middle of a message");
            return Err(Gone);
        }
        let octets = self.line.net.book().attempts[&id].octets;
        let is_all_here = self.round.is_empty() || octets <= self.line.buffer.len() + pipe;
        if is_all_here || !self.line.dice.one_in(stops) {
            return Ok(false);
        }
        if self.line.dice.one_in(2) {
            self.line.net.book().mark("a slow reader");
            self.does_not_read(reply / 2).await;
            return Ok(true);
        }
        self.line.net.book().stalls(id);
        self.does_not_read(reply * 2).await;
        Err(Gone)
    }

    /// Who does not read does not see that he is alone.
    async fn does_not_read(&self, time: Duration) {
        self.line.net.book().open -= 1;
        sleep(time).await;
        self.line.net.book().open += 1;
    }

    async fn is_whole(&mut self, id: AttemptId) -> Result<(), Gone> {
        let round = std::mem::take(&mut self.round);
        let keeps = self.line.dice.one_in(2);
        for place in &round {
            self.line.net.book().truths(id)[*place].is_whole = true;
        }
        let good = if round.is_empty() {
            self.line.dice.one_of(&["554 5.5.1 to whom", "250 2.0.0 thanks"])
        } else {
            "250 2.0.0 kept"
        };
        let said = self.line.answer(Stage::Dot, good).await;
        let reply = said.as_ref().ok().copied();
        let is_close = reply.is_some() && self.line.is_close();
        let is_kept = match reply.map(|code| code / 100) {
            Some(2) => true,
            Some(4 | 5) => false,
            _ => keeps,
        };
        for place in round {
            let mut book = self.line.net.book();
            let truth = &mut book.truths(id)[place];
            truth.kept += usize::from(is_kept);
            (truth.reply, truth.is_close) = (reply, is_close);
        }
        self.has_sender = false;
        said.map(drop)
    }

    /// What is under way is lost with the connection.
    fn leaves(&mut self) {
        self.line.drain();
        let rest = self.line.buffer.len();
        let text = String::from_utf8_lossy(&self.line.buffer).into_owned();
        let mut book = self.line.net.book();
        let late = number(&text, "FROM:<a").map(|id| AttemptId(id as u64));
        for id in self.line.attempt.into_iter().chain(late) {
            book.loses(id, rest);
        }
        book.open -= 1;
    }
}
