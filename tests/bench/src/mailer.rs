//! Programs that have a queue and deliver it: ours, and peers in a place of their own. All deliver to the same kind of
//! sink, by the same way.

mod exim;
mod nullmailer;
mod ours;
mod postfix;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use harness::{Agent, run, signal};
use lab::{Authority, Leaf};
use rustix::process::{Pid, Signal, kill_process};

use crate::peers;
use crate::place::Place;
use crate::process::Tree;
use crate::sink::{Manner, Sink};
pub(crate) use ours::{Keeping, Ours};
pub(crate) use postfix::Timeouts;

/// Who sends.
const SENDER: &str = "alert@example.com";
/// Who gets it.
const RECIPIENT: &str = "oncall@example.jp";
/// For a program to end.
const END_WITHIN: Duration = Duration::from_secs(10);
/// For those that it has started to notice that it has ended.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

/// Whether mail goes in clear, or in TLS with a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Login {
    /// No TLS and no login.
    None,
    /// STARTTLS, then AUTH.
    Starttls,
}

impl Login {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Starttls => "starttls, auth",
        }
    }
}

/// What is between a mailer and its sink.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) login: Login,
    pub(crate) round_trip: Duration,
    pub(crate) chunking: bool,
}

impl Line {
    /// A sink at the other end.
    pub(crate) fn sink(&self, authority: &Authority) -> Result<Sink, String> {
        let tls = (self.login == Login::Starttls).then(|| authority.leaf(Leaf::Good));
        let manner = Manner { round_trip: self.round_trip, tls, chunking: self.chunking, trouble: None };
        Sink::with(manner).map_err(|error| format!("no port for the sink: {error}"))
    }

    /// One provider at the other end, a sink.
    pub(crate) fn ends(&self, authority: &Authority) -> Result<Ends, String> {
        let sink = self.sink(authority)?;
        Ok(Ends { ports: vec![sink.port()], sink, login: self.login })
    }
}

/// Where a mailer delivers.
#[derive(Debug)]
pub(crate) struct Ends {
    /// The ports of its providers, in order of preference.
    pub(crate) ports: Vec<u16>,
    /// Where its mails are to arrive.
    pub(crate) sink: Sink,
    pub(crate) login: Login,
}

/// A program of others, as it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Postfix(Timeouts),
    Nullmailer,
    Exim,
}

impl Peer {
    /// Why it cannot be measured.
    pub(crate) fn missing(self) -> Option<String> {
        if !peers::has_own_mounts() {
            return Some("peers: not measured: it takes root and the right to mount.".to_owned());
        }
        let (name, why) = match self {
            Self::Postfix(_) => ("postfix", postfix::missing()),
            Self::Nullmailer => ("nullmailer", nullmailer::missing()),
            Self::Exim => ("exim", exim::missing()),
        };
        why.map(|why| format!("{name}: not measured: {why}."))
    }

    pub(crate) fn build(self, place: &Place, ends: Ends) -> Result<Box<dyn Mailer>, String> {
        Ok(match self {
            Self::Postfix(timeouts) => Box::new(postfix::Postfix::new(place, ends, timeouts)?),
            Self::Nullmailer => Box::new(nullmailer::Nullmailer::new(place, ends)?),
            Self::Exim => Box::new(exim::Exim::new(place, ends)?),
        })
    }
}

/// A program with a queue.
pub(crate) trait Mailer {
    /// What it is called in the table.
    fn name(&self) -> &str;
    /// Where its mails arrive.
    fn sink(&self) -> &Sink;
    /// Puts mails into its queue while it is not at work.
    fn fill(&self, count: usize) -> Result<(), String>;
    /// Begins its work.
    fn start(&self) -> Result<Running, String>;
    /// The command that puts one mail with this subject into its queue, and what it reads.
    fn submit(&self, subject: &str) -> (Command, Vec<u8>);
}

/// The peers that can be measured over this line; `notes` gets to know why the others cannot.
pub(crate) fn peers(
    place: &Place,
    line: &Line,
    authority: &Authority,
    notes: &mut Vec<String>,
) -> Result<Vec<Box<dyn Mailer>>, String> {
    let mut there: Vec<Box<dyn Mailer>> = Vec::new();
    for peer in [Peer::Postfix(Timeouts::Default), Peer::Nullmailer] {
        match peer.missing() {
            None => there.push(peer.build(place, line.ends(authority)?)?),
            Some(why) => notes.push(why),
        }
    }
    Ok(there)
}

/// A mailer at work.
#[derive(Debug)]
pub(crate) enum Running {
    Agent(Agent),
    Peer(Child),
}

impl Running {
    fn peer(command: &mut Command) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self::Peer).map_err(|error| format!("cannot start {command:?}: {error}"))
    }

    /// What it and its children have used until now.
    pub(crate) fn look(&self) -> Tree {
        match self {
            Self::Agent(agent) => Tree::of(agent.pid()),
            Self::Peer(child) => Tree::of(child.id()),
        }
    }

    /// Ends it.
    pub(crate) fn stop(self) -> Result<(), String> {
        match self {
            Self::Agent(agent) => match agent.stop() {
                Some(0) => Ok(()),
                _ => Err("the agent did not stop in good order".to_owned()),
            },
            Self::Peer(mut child) => {
                end(&mut child);
                Ok(())
            }
        }
    }
}

/// Asks a peer to end, and what it has started; whoever does not is killed.
fn end(child: &mut Child) {
    let below = Tree::members(child.id());
    if !matches!(child.try_wait(), Ok(Some(_))) {
        signal(child.id(), Signal::TERM);
    }
    let mut has_ended = || matches!(child.try_wait(), Ok(Some(_)) | Err(_));
    if !harness::becomes_true(END_WITHIN, &mut has_ended) {
        let _ = child.kill();
        let _ = child.wait();
    }
    // What a master leaves behind ends by itself as soon as it notices; nobody measures meanwhile. What waits for a
    // server that never answers notices nothing.
    let is_there = |pid: &u32| PathBuf::from(format!("/proc/{pid}")).exists();
    if !harness::becomes_true(NOTICED_WITHIN, || !below.iter().any(is_there)) {
        for pid in below.iter().filter(|pid| is_there(pid)) {
            let pid = i32::try_from(*pid).ok().and_then(Pid::from_raw);
            // One that has ended meanwhile is no error.
            let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
        }
    }
}

/// Runs a command that has to succeed.
fn done(command: &mut Command) -> Result<(), String> {
    let ended = run(command, b"");
    if ended.code == Some(0) { Ok(()) } else { Err(format!("{command:?}: {}", ended.stderr.trim_end())) }
}

/// A whole message with this subject, some 400 octets, as alerts are.
pub(crate) fn message(subject: &str) -> String {
    let text = "The database stops within the hour.\n".repeat(10);
    format!("From: {SENDER}\nTo: {RECIPIENT}\nSubject: {subject}\n\n{text}")
}
