//! What a provider is like.

use std::time::Duration;

use super::chance::Dice;

/// A mailbox that nobody has anywhere.
pub(super) const GONE: &str = "gone@example.com";
/// A mailbox that is full for the whole of a day.
pub(super) const FULL: &str = "full@example.com";

/// What a provider is like; each number is how often in eight it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weather {
    pub(super) unreachable: usize,
    pub(super) no_network: usize,
    /// No name server answers, which says as much.
    pub(super) no_names: bool,
    pub(super) says_goodbye: usize,
    pub(super) bad_tls: usize,
    pub(super) refuses_login: usize,
    pub(super) refuses_sender: usize,
    pub(super) refuses_softly: usize,
    pub(super) refuses_for_good: usize,
    pub(super) hangs_up: usize,
    pub(super) falls_silent: usize,
    pub(super) refuses_content: usize,
    pub(super) loses_reply: usize,
    /// Its replies come in pieces.
    pub(super) dribbles: bool,
    /// The command at which it hangs up or falls silent; `any` is DATA for the one and each for the other.
    pub(super) at: &'static str,
    /// For octets to arrive.
    pub(super) latency: Duration,
    /// Mailboxes that can be full are.
    pub(super) has_full_mailboxes: bool,
}

impl Weather {
    /// It does as it should.
    pub(super) const FAIR: Self = Self {
        unreachable: 0,
        no_network: 0,
        no_names: false,
        says_goodbye: 0,
        bad_tls: 0,
        refuses_login: 0,
        refuses_sender: 0,
        refuses_softly: 0,
        refuses_for_good: 0,
        hangs_up: 0,
        falls_silent: 0,
        refuses_content: 0,
        loses_reply: 0,
        dribbles: false,
        at: "any",
        latency: Duration::from_millis(10),
        has_full_mailboxes: false,
    };

    /// Why there is no way to it that would be its fault.
    pub(super) fn lacks_network(&self, dice: &mut Dice) -> Option<&'static str> {
        if self.no_names {
            return Some("no name server answers");
        }
        (dice.below(8) < self.no_network).then_some("no route")
    }

    pub(super) fn is_silent_at(&self, at: &str, dice: &mut Dice) -> bool {
        (self.at == "any" || self.at == at) && dice.below(8) < self.falls_silent
    }

    /// Whether nobody gets a mail through, and all can see that it is the provider.
    pub(super) const fn is_down(&self) -> bool {
        self.unreachable == 8 || self.says_goodbye == 8 || self.bad_tls == 8 || self.refuses_login == 8
    }

    /// Something is wrong with a program.
    pub(super) fn broken_program(dice: &mut Dice) -> Self {
        let (fair, often) = (Self::FAIR, dice.one_of(&[8, 8, 4]));
        match dice.below(5) {
            0 => Self { unreachable: often, ..fair },
            1 => Self { refuses_softly: often, ..fair },
            2 => Self { refuses_for_good: often, ..fair },
            3 => Self { loses_reply: often, ..fair },
            _ => Self { falls_silent: often, ..fair },
        }
    }

    /// Something is wrong with a folder for mail, beside its disk: it cannot be had, or hangs.
    pub(super) fn broken_folder(dice: &mut Dice) -> Self {
        let (fair, often) = (Self::FAIR, dice.one_of(&[8, 8, 4]));
        match dice.below(3) {
            0 => Self { unreachable: often, ..fair },
            _ => Self { falls_silent: often, ..fair },
        }
    }

    /// Something is wrong with it.
    pub(super) fn broken(dice: &mut Dice) -> Self {
        let fair = Self::FAIR;
        let at = dice.one_of(&["greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"]);
        let often = dice.one_of(&[8, 8, 4]);
        match dice.below(11) {
            0 => Self { unreachable: often, ..fair },
            1 => Self { says_goodbye: often, ..fair },
            2 => Self { bad_tls: often, ..fair },
            3 => Self { refuses_login: often, ..fair },
            4 => Self { refuses_sender: often, ..fair },
            5 => Self { refuses_softly: often, refuses_for_good: 1, ..fair },
            6 => Self { hangs_up: often, at, ..fair },
            7 | 8 => Self { falls_silent: often, at, ..fair },
            9 => Self { loses_reply: often, refuses_content: 2, ..fair },
            _ => Self { latency: Duration::from_secs(dice.one_of(&[1, 4])), dribbles: true, ..fair },
        }
    }
}
