//! One connection from accept to close: hears the client, asks the session, carries out the script.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;

use crate::content::ContentReader;
use crate::personality::Channel;
use crate::record::Visit;
use crate::reply::{self, Reply};
use crate::session::{Answer, Effect, Next, Session};
use crate::transcript;
use crate::wire::{Heard, Wire};
use crate::{Act, Kind, Stage};

/// How a connection comes to its end.
enum Ending {
    /// The client has gone, or TLS could not be agreed on.
    Gone(io::Error),
    Close,
    HangUp,
    Reset,
    Silence,
    Flood(String),
    Deafness,
}

impl From<io::Error> for Ending {
    fn from(why: io::Error) -> Self {
        Self::Gone(why)
    }
}

/// Serves a client until one of the two has enough. May be dropped at any point: that drops the connection.
pub(crate) async fn serve(stream: TcpStream, visit: Visit) {
    // Best effort: without it replies are only slower.
    let _ = stream.set_nodelay(true);
    let session = Session::new(visit.personality.clone(), visit.number);
    let mut conversation = Conversation { wire: Wire::new(stream), session, visit, proofs: Vec::new() };
    let Err(ending) = conversation.talk().await;
    match ending {
        Ending::Gone(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
            conversation.remark("client has gone");
        }
        Ending::Gone(why) => conversation.remark(&format!("connection lost: {why}")),
        Ending::Close => {
            conversation.remark("server closes");
            conversation.wire.close().await;
        }
        Ending::HangUp => {
            conversation.remark("server hangs up");
            // What is left is dropped, and with it the socket.
            let _ = conversation.wire.flush().await;
        }
        Ending::Reset => {
            conversation.remark("server resets");
            conversation.wire.reset().await;
        }
        Ending::Silence => {
            conversation.remark("server falls silent");
            conversation.wire.ignore().await;
        }
        Ending::Flood(text) => {
            conversation.remark("server talks without end");
            conversation.wire.flood(text.as_bytes()).await;
        }
        Ending::Deafness => {
            conversation.remark("server reads no more");
            if conversation.wire.flush().await.is_ok() {
                // Whether the client has gone is not seen without reading: the server's own end is the end of this.
                std::future::pending::<()>().await;
            }
        }
    }
}

struct Conversation {
    wire: Wire,
    session: Session,
    visit: Visit,
    /// What the client said since its last AUTH, to prove who it is.
    proofs: Vec<String>,
}

impl Conversation {
    async fn talk(&mut self) -> Result<std::convert::Infallible, Ending> {
        self.perform(Answer::silent(Stage::Connect)).await?;
        self.wire.flush().await?;
        if let Channel::Implicit(_) = self.visit.personality.channel {
            self.secure().await?;
        }
        let mut next = self.perform(self.session.greet()).await?;
        loop {
            let answer = match next {
                Next::Command => self.hear_command().await?,
                Next::Content => self.hear_content().await?,
                Next::Chunk(octets) => self.hear_chunk(octets).await?,
                Next::StartTls => {
                    self.secure().await?;
                    next = Next::Command;
                    continue;
                }
                Next::Keep(mail) => {
                    self.visit.keep(mail);
                    next = Next::Command;
                    continue;
                }
                Next::Close => return Err(Ending::Close),
            };
            next = self.perform(answer).await?;
        }
    }

    async fn secure(&mut self) -> Result<(), Ending> {
        let (Channel::StartTls(authority) | Channel::Implicit(authority)) = &self.visit.personality.channel
        else {
            // Not reached: the session offers STARTTLS only where there is an authority.
            return Err(Ending::Close);
        };
        let config = authority.leaf(self.visit.personality.leaf);
        self.wire.secure(config).await?;
        self.session.secured();
        self.remark(&match self.wire.asked_for() {
            Some(name) => format!("encrypted from here on, for {name}"),
            None => "encrypted from here on, for no name".to_owned(),
        });
        self.perform(Answer::silent(Stage::AfterTls)).await?;
        Ok(())
    }

    async fn hear_command(&mut self) -> Result<Answer, Ending> {
        self.refuse_what_was_sent_ahead()?;
        let line = match self.wire.line().await? {
            Heard::Line(line) => line,
            Heard::TooLong => return Err(self.hang_up(&Reply::new(500, "5.5.2", "Line too long"))),
        };
        if self.session.expects_secret() {
            self.keep_proof(&line);
            self.note(Kind::Secret, transcript::masked_secret());
        } else {
            if let Some(argument) = transcript::argument_of_auth(&line) {
                self.proofs.clear();
                self.keep_proof(argument.split_ascii_whitespace().nth(1).unwrap_or_default());
            }
            self.note(Kind::Command, transcript::masked_command(&line));
        }
        Ok(self.session.hear(&line))
    }

    async fn hear_content(&mut self) -> Result<Answer, Ending> {
        self.refuse_what_was_sent_ahead()?;
        let personality = &self.visit.personality;
        let reader = ContentReader::new(personality.message_octets_max(), personality.reading_of_lone_lf());
        let content = self.wire.content(reader).await?;
        let octets = content.octets.len();
        self.remark(&format!("message of {octets} octets"));
        let answer = self.session.hear_content(content);
        Ok(self.keep_within_bounds(answer, octets))
    }

    async fn hear_chunk(&mut self, octets: usize) -> Result<Answer, Ending> {
        let chunk = self.wire.chunk(octets).await?;
        self.remark(&format!("message of {octets} octets in a chunk"));
        let answer = self.session.hear_chunk(chunk);
        Ok(self.keep_within_bounds(answer, octets))
    }

    fn keep_within_bounds(&self, answer: Answer, octets: usize) -> Answer {
        if matches!(answer.effect, Effect::Keep(_)) && !self.visit.has_room(octets) {
            return self.session.fixed(&Reply::new(452, "4.3.1", "the lab keeps no more mail"));
        }
        answer
    }

    /// Input that is here before the last reply has left was sent without waiting for it (RFC 2920 section
    /// 3.1).
    fn refuse_what_was_sent_ahead(&mut self) -> Result<(), Ending> {
        if self.wire.has_input() && !self.visit.personality.offers("PIPELINING") {
            return Err(self.hang_up(&Reply::new(
                503,
                "5.5.0",
                "commands were sent ahead without PIPELINING",
            )));
        }
        Ok(())
    }

    /// Carries out an answer, or what the script has in its place.
    async fn perform(&mut self, answer: Answer) -> Result<Next, Ending> {
        let act = self.act_for(&answer);
        let Answer { reply, effect, .. } = answer;
        let usual = reply.unwrap_or_default();
        match act {
            None => self.say(&usual),
            Some(Act::Say(text)) => {
                self.say(&text);
                if !reply::moves_on(&text) && !matches!(effect, Effect::Close) {
                    return Ok(Next::Command);
                }
            }
            Some(Act::SayAndClose(text)) => {
                self.say(&text);
                if reply::moves_on(&text) {
                    self.keep_if_mail(effect);
                }
                return Err(Ending::Close);
            }
            Some(Act::SayAndHangUp(text)) => {
                self.say(&text);
                if reply::moves_on(&text) {
                    self.keep_if_mail(effect);
                }
                return Err(Ending::HangUp);
            }
            Some(Act::Close | Act::LoseThenClose) => return Err(Ending::Close),
            Some(Act::Reset) => return Err(Ending::Reset),
            Some(Act::Silence) => return Err(Ending::Silence),
            Some(Act::Echo(code)) => {
                let said = self.proofs.iter().flat_map(|proof| [proof.clone(), decoded(proof)]);
                // Not for the transcript, which has no proofs.
                for line in said.collect::<Vec<_>>() {
                    self.wire.say(format!("{code}-5.7.8 {line}\r\n").as_bytes());
                }
                self.wire.say(format!("{code} 5.7.8 that is what I got\r\n").as_bytes());
                self.remark(&format!("server refuses with {code} and says everything back"));
                if !matches!(effect, Effect::Close) {
                    return Ok(Next::Command);
                }
            }
            Some(Act::BreakOff(text)) => {
                self.note_reply(&text);
                self.wire.say(text.as_bytes());
                return Err(Ending::Silence);
            }
            Some(Act::Flood(text)) => {
                self.note_reply(&text);
                return Err(Ending::Flood(text));
            }
            Some(Act::Deafness) => {
                self.say(&usual);
                return Err(Ending::Deafness);
            }
            Some(Act::Dribble { ms_per_byte }) => {
                let line = ended(&usual);
                self.note_reply(&line);
                self.wire.dribble(line.as_bytes(), Duration::from_millis(ms_per_byte)).await?;
            }
            Some(Act::DelayMs(pause)) => {
                self.wire.flush().await?;
                tokio::time::sleep(Duration::from_millis(pause)).await;
                self.say(&usual);
            }
            Some(Act::KeepThenClose) => {
                self.keep_if_mail(effect);
                return Err(Ending::Close);
            }
            Some(Act::Inject(extra)) => {
                self.say(&usual);
                self.say(&extra);
            }
        }
        Ok(self.session.commit(effect))
    }

    fn act_for(&self, answer: &Answer) -> Option<Act> {
        if answer.stage == Some(Stage::Greeting) && !self.visit.is_served {
            return Some(Act::SayAndClose("421 4.3.2 busy, come back later".to_owned()));
        }
        let stage = answer.stage.filter(|_| self.visit.faulty)?;
        let act = self.visit.personality.fault(stage)?;
        // "Command unknown" to EHLO is how a very old server shows itself; it does know HELO.
        let spares_helo = matches!(act, Act::Say(text) if text.starts_with("50"));
        if spares_helo && matches!(answer.effect, Effect::OldHello) {
            return None;
        }
        Some(act.clone())
    }

    fn keep_proof(&mut self, proof: &str) {
        if !proof.is_empty() {
            self.proofs.push(proof.to_owned());
            self.visit.keep_proof(proof);
        }
    }

    fn keep_if_mail(&mut self, effect: Effect) {
        if let Effect::Keep(mail) = effect {
            self.visit.keep(mail);
        }
    }

    /// Says why, and ends the connection.
    fn hang_up(&mut self, reply: &Reply) -> Ending {
        let text = self.visit.personality.voice(reply);
        self.say(&text);
        Ending::Close
    }

    fn say(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let line = ended(text);
        self.note_reply(&line);
        self.wire.say(line.as_bytes());
    }

    fn note_reply(&self, text: &str) {
        for line in text.lines() {
            self.note(Kind::Reply, line.to_owned());
        }
    }

    fn remark(&self, text: &str) {
        self.note(Kind::Note, text.to_owned());
    }

    fn note(&self, kind: Kind, text: String) {
        self.visit.note(self.wire.is_tls(), kind, text);
    }
}

impl Answer {
    /// A stage at which servers say nothing, but the script may.
    fn silent(stage: Stage) -> Self {
        Self { stage: Some(stage), reply: None, effect: Effect::Nothing }
    }
}

/// What a line in base64 holds, without line ends; nothing if it is not one.
fn decoded(line: &str) -> String {
    let octets = STANDARD.decode(line).unwrap_or_default();
    String::from_utf8_lossy(&octets).replace(['\r', '\n'], " ")
}

/// The text with a line end, unless it has one; nothing stays nothing.
fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\r\n") }
}
