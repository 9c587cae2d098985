//! What a probe or a drill has seen, kept while it goes on; a trace sees it as well.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smtp::{Capabilities, Phase, Reply, ReplyCode, Speaker, Spoken};

use super::Endpoint;
use super::onlooker::{Onlooker, Protection, Sight};

/// Where a connection went.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Of the server or its proxy; `None` if a program has made the connection.
    pub address: Option<SocketAddr>,
    /// Which of the ways in it is.
    pub endpoint: Endpoint,
    /// How long name and connection took.
    pub took: Duration,
}

/// What was seen so far.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Where the connection went.
    pub connected: Option<Way>,
    /// The server's first words.
    pub greeting: Vec<String>,
    /// The texts of its answers to EHLO, before TLS.
    in_clear: Vec<String>,
    /// The same inside TLS.
    in_tls: Vec<String>,
    /// How the connection is protected.
    pub protection: Option<Protection>,
    /// The phase of the last sight.
    pub phase: Option<Phase>,
    /// Which mechanism was used.
    pub mechanism: Option<String>,
}

impl Seen {
    /// What was offered before TLS.
    pub fn before_tls(&self) -> Vec<String> {
        lines(&self.in_clear)
    }

    /// What was offered in the end, inside TLS or without it.
    pub fn offered(&self) -> Vec<String> {
        lines(if self.in_tls.is_empty() { &self.in_clear } else { &self.in_tls })
    }

    /// The same, understood.
    pub fn capabilities(&self) -> Capabilities {
        let texts = if self.in_tls.is_empty() { &self.in_clear } else { &self.in_tls };
        Capabilities::of(&Reply::new(ReplyCode(250), texts))
    }

    /// Whether EHLO was answered in the channel that counts.
    pub fn was_told(&self) -> bool {
        !self.in_tls.is_empty() || !self.in_clear.is_empty()
    }

    fn hear(&mut self, said: &Spoken) {
        self.phase = Some(said.phase);
        match (said.speaker, said.phase) {
            (Speaker::Server, Phase::Greeting) => self.greeting.push(text(said)),
            (Speaker::Server, Phase::Ehlo) if said.text.starts_with("250") => {
                if said.tls { &mut self.in_tls } else { &mut self.in_clear }.push(text(said));
            }
            (Speaker::Client, Phase::Auth) => {
                if let Some(rest) = said.text.strip_prefix("AUTH ") {
                    self.mechanism = rest.split(' ').next().map(str::to_lowercase);
                }
            }
            _ => {}
        }
    }
}

/// Without the first line, which is the server's name.
fn lines(texts: &[String]) -> Vec<String> {
    texts.iter().skip(1).cloned().collect()
}

/// Behind the code.
fn text(said: &Spoken) -> String {
    said.text.get(4..).unwrap_or_default().to_owned()
}

/// Takes notes, and passes on what it sees.
pub struct Notes {
    seen: Mutex<Seen>,
    trace: Option<Arc<dyn Onlooker>>,
}

impl Notes {
    /// Nothing was seen yet.
    pub fn new(trace: Option<Arc<dyn Onlooker>>) -> Self {
        Self { seen: Mutex::default(), trace }
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Onlooker for Notes {
    fn sees(&self, sight: &Sight<'_>) {
        if let Some(trace) = &self.trace {
            trace.sees(sight);
        }
        let mut seen = self.locked();
        match sight {
            Sight::Connected { address, endpoint, took } => {
                // Who has connected waits for the handshake or for the first words.
                let implicit = endpoint.security == smtp::Security::Implicit;
                seen.phase = Some(if implicit { Phase::Tls } else { Phase::Greeting });
                seen.connected = Some(Way { address: *address, endpoint: *endpoint, took: *took });
            }
            Sight::Secured(protection) => {
                seen.phase = Some(Phase::Ehlo);
                seen.protection = Some((*protection).clone());
            }
            Sight::Said(said) => seen.hear(said),
            Sight::Failed(failure) => seen.phase = Some(failure.phase),
        }
    }
}
