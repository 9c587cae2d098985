//! Canary mails: alerts of the agent's own, each for one provider, that go the way of all alerts. When one is due is not
//! decided here.

use std::sync::Arc;

use super::hands::Hands;
use super::world::World;
use crate::accept::{Accepted, Reach};
use crate::log;
use crate::notice;

impl<W: World> Hands<W> {
    /// Makes a canary for the provider in this place. The dispatcher hears of it when it is through with what it said.
    pub(super) fn make_canary(&mut self, place: usize) {
        let (id, provider) = (self.world.new_id(), self.senders[place].provider.clone());
        let (tongue, host) = self.office.tongue_and_host();
        let alert = notice::canary(tongue, host, &provider, id, &self.policy.canary_to);
        let octets: Arc<[u8]> = alert.to_octets().into();
        match Accepted::read(&octets, id, &self.policy, || Reach::Anybody) {
            Ok(accepted) => {
                let event = self.keep_own(None, &accepted.as_canary(provider), octets);
                self.batch.sync = true;
                self.untold.push_back(event);
            }
            Err(error) => log::canary_not_made(&provider, &error.to_string()),
        }
    }
}
