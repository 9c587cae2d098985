//! The questions of a session to its driver.

#[cfg(doc)]
use super::Session;
use crate::outcome::{Failure, Outcome, Phase};

/// What the driver has to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Write [`Session::output`] whole, in one write, then call [`Session::sent`].
    Send,
    /// Read, then call [`Session::received`], [`Session::closed`] or [`Session::silence`]. The phase sets the limit.
    Receive(Phase),
    /// Do the TLS handshake, then call [`Session::tls_ready`] or [`Session::tls_failed`].
    StartTls,
    /// Get leave, then call [`Session::granted`] or [`Session::withdrawn`].
    Ask(Gate),
    /// Nothing is in hand: call [`Session::begin`] or [`Session::quit`], or keep the connection and watch it.
    Idle,
    /// The transaction is over; returned once. Go on with [`Session::next`].
    Settled(Outcome),
    /// Close the socket. The failure says why, if no transaction was in hand that could say it.
    Done(Option<Failure>),
}

/// A point that a session does not pass without leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Before DATA; with pipelining before the whole flight that ends with it.
    Data,
    /// Before the message and its final dot, or the chunk that holds it whole.
    FinalDot,
}
