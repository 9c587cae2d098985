//! Attempts that are taken back, also before they have begun: an attempt may wait for a line about its alert, and meanwhile
//! a person holds the alert, or another provider is faster.

use delivery::{AttemptId, Command, Event};
use smtp::{Failure, Outcome, Phase, Trouble};

use super::hands::Hands;
use super::world::World;

impl<W: World> Hands<W> {
    /// Ends the attempt, or sees to it that it never begins.
    pub(super) fn take_back(&mut self, attempt: AttemptId) {
        let Some(recipients) = self.take_out(attempt) else {
            return self.act(Command::Withdraw { attempt });
        };
        let failure = Failure::new(Phase::Connect, Trouble::Withdrawn);
        let outcome = Outcome::failed(recipients, &failure);
        self.untold.push_back(Event::NotBegun { attempt, outcome });
    }

    /// Takes it out of what waits. Gives for how many it was to be, if it was there.
    fn take_out(&mut self, attempt: AttemptId) -> Option<usize> {
        let place = |commands: &[Command]| {
            commands
                .iter()
                .position(|command| matches!(command, Command::Begin { attempt: of, .. } if *of == attempt))
        };
        let mut waiting = std::iter::once(&mut self.behind_sync).chain(self.waiting.values_mut());
        match waiting.find_map(|commands| place(commands).map(|at| commands.remove(at)))? {
            Command::Begin { recipients, .. } => Some(recipients.len()),
            _ => None,
        }
    }
}
