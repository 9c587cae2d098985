//! STARTTLS (RFC 3207): required or not used at all.
//!
//! Everything learned in clear is forgotten, and octets behind the 220 end the session: somebody on the path
//! could have put replies there that would be read as if they had come through TLS.

use super::hello::Hello;
use super::{At, Session};
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::outcome::{Failure, Phase, Trouble};
use crate::reply::{Reply, ReplyParser};
use crate::status::ReplyCode;

impl Session {
    pub(super) fn start_tls(&mut self) {
        self.at = At::StartTls;
        if self.capabilities.starttls() {
            self.say(&Command::StartTls);
        } else {
            self.end_with(Trouble::StartTlsMissing);
        }
    }

    pub(super) fn starttls_answered(&mut self, reply: Reply) {
        if reply.code == ReplyCode(220) {
            self.at = At::Handshake;
            self.capabilities = Capabilities::default();
        } else {
            self.end(Failure::by_reply(Phase::StartTls, reply));
        }
    }

    /// The handshake is done and the certificate was accepted. Ignored unless [`Step::StartTls`](super::Step) asked.
    pub fn tls_ready(&mut self) {
        if matches!(self.at, At::Handshake) {
            self.tls = true;
            self.parser = ReplyParser::new();
            self.transcript.enter_tls();
            self.transcript.event(Phase::Tls, &"TLS is on");
            self.say_hello(Hello::Extended);
        }
    }

    /// The handshake failed, at [`Step::StartTls`](super::Step) or before the greeting of an implicit-TLS server.
    ///
    /// Nothing more is written: there is no way to say goodbye on a half-made connection.
    pub fn tls_failed(&mut self, text: &str) {
        self.end(Failure::new(Phase::Tls, Trouble::Tls(text.to_owned())));
    }
}
