//! QUIT: said for politeness. Whatever the server does then, nothing has gone wrong.

use super::{At, Session};
use crate::command::Command;

impl Session {
    pub(super) fn say_goodbye(&mut self) {
        self.at = At::Quit;
        self.say(&Command::Quit);
    }
}
