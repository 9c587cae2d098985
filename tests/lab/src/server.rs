//! The handle of a running server.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::sync::mpsc;

use crate::listener::{self, Order};
use crate::record::Record;
use crate::{Kind, LabError, Line, Mail, Personality, Port};

/// A scripted SMTP server on the loopback interface.
///
/// Runs on a thread of its own from [`Server::start`] or [`Port::listen`] until it is dropped; dropping
/// closes the port and every connection, silent ones too, and waits for the thread. Whatever has been
/// answered has been recorded before.
pub struct Server {
    port: u16,
    record: Arc<Record>,
    /// Taken on drop: a closed channel is the order to end.
    orders: Option<mpsc::UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on 127.0.0.1, on a port of the kernel's choice. It is listening when this returns.
    pub fn start(personality: Personality) -> Result<Self, LabError> {
        Port::reserve()?.listen(personality)
    }

    pub(crate) fn on(socket: TcpSocket, port: u16, personality: Personality) -> Result<Self, LabError> {
        let record = Arc::new(Record::new(personality));
        let (orders, inbox) = mpsc::unbounded_channel();
        let (ready, started) = std_mpsc::channel();
        let guest_book = Arc::clone(&record);
        let thread = thread::Builder::new()
            .name(format!("lab-{port}"))
            .spawn(move || listener::run(socket, guest_book, inbox, &ready))
            .map_err(LabError::Thread)?;
        let server = Self { port, record, orders: Some(orders), thread: Some(thread) };
        match started.recv() {
            Ok(Ok(())) => Ok(server),
            Ok(Err(why)) => Err(why),
            Err(_) => Err(LabError::Thread(std::io::Error::other("it ended before it was ready"))),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every mail that was kept, in order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        self.record.seen().mails.clone()
    }

    /// Waits until at least `count` mails were kept; says whether they were. The reply to the last one may
    /// still be on its way.
    pub fn wait_for_mails(&self, count: usize, timeout: Duration) -> bool {
        self.record.wait_for(timeout, |seen| seen.mails.len() >= count)
    }

    /// How many connections were ever accepted.
    pub fn connections(&self) -> usize {
        self.record.seen().connections
    }

    /// How many connections are open now. One that the server closed counts until the peer has closed it
    /// too, at most a second.
    pub fn open_connections(&self) -> usize {
        self.record.seen().open
    }

    /// How many connections were ever open at the same time, counted as [`Server::open_connections`] does.
    pub fn most_open_connections(&self) -> usize {
        self.record.seen().most_open
    }

    /// How many connections were turned away, since there were as many as the server takes.
    pub fn turned_away(&self) -> usize {
        self.record.seen().turned_away
    }

    /// Waits until at most `count` connections are open; says whether that came true.
    pub fn wait_for_open_connections(&self, count: usize, timeout: Duration) -> bool {
        self.record.wait_for(timeout, |seen| seen.open <= count)
    }

    /// Every command of every client, in order of arrival; what AUTH carries is masked, and lines inside an
    /// exchange are left out.
    pub fn commands(&self) -> Vec<String> {
        let seen = self.record.seen();
        let commands = seen.transcript.iter().filter(|line| line.kind == Kind::Command);
        commands.map(|line| line.text.clone()).collect()
    }

    /// What clients said in AUTH to prove who they are, line by line and as it came. It is what may be found nowhere
    /// else; the transcript has none of it.
    pub fn proofs(&self) -> Vec<String> {
        self.record.seen().proofs.clone()
    }

    /// Everything that was said, without secrets and without the messages themselves.
    pub fn transcript(&self) -> Vec<Line> {
        self.record.seen().transcript.clone()
    }

    /// Changes the manners for new connections; those that are open go on as they began.
    pub fn replace(&self, personality: Personality) {
        self.record.replace(personality);
    }

    /// Drops every open connection without a word and returns when they are gone. New ones are welcome.
    pub fn close_all(&self) {
        let (done, gone) = std_mpsc::channel();
        let sent = self.orders.as_ref().is_some_and(|orders| orders.send(Order::CloseAll(done)).is_ok());
        if sent {
            // An error means that the thread has ended, and its connections with it.
            let _ = gone.recv();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("port", &self.port).finish_non_exhaustive()
    }
}
