//! The server's first words: 220, or there is no service here.

use super::Session;
use super::hello::Hello;
use crate::outcome::{Failure, Phase};
use crate::reply::Reply;
use crate::status::ReplyCode;

impl Session {
    pub(super) fn greeted(&mut self, reply: Reply) {
        if reply.code == ReplyCode(220) {
            self.say_hello(Hello::Extended);
        } else {
            self.end(Failure::by_reply(Phase::Greeting, reply));
        }
    }
}
