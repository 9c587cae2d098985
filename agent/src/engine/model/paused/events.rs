//! What happens in an hour, one by one.

use std::time::Duration;

use delivery::Monotonic;
use spool_format::AlertId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::super::agent::Setup;
use super::super::alert::Alert;
use super::super::drawn;
use super::super::fs::{Fault, Trouble};
use super::super::story::{Blow, Step};
use super::super::weather::Weather;
use super::super::world::TRUSTED;
use super::hour::{Ending, Hour, Turn};
use super::life::Mouths;
use super::menu::{Kind, TO};
use crate::control::Order;
use crate::engine::Wanted;

impl Hour {
    pub(super) fn happens(&mut self, mouths: &Mouths, now: Monotonic) -> Option<Turn> {
        let kind = self.dice.one_of(&self.menu);
        if self.shared.model.fs.machine.borrow().tells {
            eprintln!("{:?}  {kind:?}", now.ms());
        }
        match kind {
            Kind::Alert => self.enqueue(),
            Kind::Submission => {
                let alert = self.alert();
                self.story.go(Step::Submit { alert, again: self.dice.one_in(4) });
            }
            Kind::Crowd => (0..12).for_each(|_| self.enqueue()),
            Kind::Break => {
                let (place, weather) = (self.dice.below(self.health.len()), Weather::broken(&mut self.dice));
                self.becomes(place, weather, now);
            }
            Kind::Heal => {
                let place = self.dice.below(self.health.len());
                self.becomes(place, Weather::FAIR, now);
            }
            Kind::Network => {
                let seconds = self.dice.one_of(&[5, 60, 300]);
                self.network_back.get_or_insert(Instant::now() + Duration::from_secs(seconds));
                self.shared.servers.look().weather.iter_mut().for_each(|it| it.no_network = 8);
            }
            Kind::Clock => {
                self.mark("the clock set while it runs");
                let hours = self.dice.one_of(&[1, -1, 24, -24, 9_000, -9_000]);
                self.shared.clock.borrow_mut().is_set(hours * 3_600_000);
                self.shared.outside().borrow_mut().rates.forget_what_went();
            }
            Kind::Disk => self.disk_goes(),
            Kind::Fuse => {
                self.mark("the end in the middle of a write");
                let blow = self.dice.one_of(&[Blow::Kill, Blow::Power]);
                self.story.go(Step::Fuse(1 + self.dice.next() % 60, blow));
            }
            Kind::Order => self.orders(mouths, now),
            Kind::Reload => {
                self.mark("a reload");
                let mut setup = self.story.setup().clone();
                drawn::change(&mut setup, &mut self.dice);
                self.gets_other_settings(setup, mouths);
            }
            Kind::Stop => {
                self.mark("a stop");
                self.ends = Some((Ending::Stop, Instant::now()));
                let _ = mouths.signals.send(());
            }
            Kind::Kill => {
                self.mark("killed");
                return Some(Turn::Cut(Blow::Kill));
            }
            Kind::Power => {
                self.mark("a power cut");
                return Some(Turn::Cut(Blow::Power));
            }
        }
        None
    }

    pub(super) fn becomes(&mut self, place: usize, weather: Weather, now: Monotonic) {
        let mut sites = self.shared.servers.look();
        let no_network = sites.weather[place].no_network;
        sites.weather[place] = Weather { no_network, ..weather };
        drop(sites);
        let is_free = self.shared.outside().borrow().rates.is_free(place);
        self.health[place].becomes(now, weather, weather == Weather::FAIR && is_free);
    }

    fn disk_goes(&mut self) {
        let (trouble, what) = self.dice.one_of(&[
            (Trouble::Full, "a full disk"),
            (Trouble::ReadOnly, "a disk that became read-only"),
            (Trouble::Broken, "a disk with errors"),
            (Trouble::Unreadable, "a disk that cannot be read"),
        ]);
        self.mark(what);
        let (calls, seconds) = self.dice.one_of(&[(1, 60), (3, 60), (10_000, 60), (10_000, 300)]);
        self.story.go(Step::Fault(Fault { trouble, from: self.dice.next() % 10, calls }));
        self.disk_back = Some(Instant::now() + Duration::from_secs(seconds));
        self.shared.outside().borrow_mut().rates.forget_what_went();
    }

    /// Whoever changes the configuration has the agent read it.
    pub(super) fn gets_other_settings(&mut self, setup: Setup, mouths: &Mouths) {
        self.next_setup = Some(setup);
        self.ends = Some((Ending::Reload, Instant::now()));
        mouths.fresh.notify_one();
    }

    pub(super) fn network_is_back(&mut self, mouths: &Mouths, now: Monotonic) {
        if self.network_back.take().is_none() {
            return;
        }
        self.shared.servers.look().weather.iter_mut().for_each(|it| it.no_network = 0);
        self.excuses += 1;
        if self.dice.one_in(2) {
            self.mark("the network is back, and says so");
            self.shared.outside().borrow_mut().oracle.network_told = Some(now);
            let _ = mouths.network.try_send(());
        }
    }

    /// A person wants something of an alert.
    fn orders(&mut self, mouths: &Mouths, now: Monotonic) {
        let all: Vec<AlertId> = {
            let outside = self.shared.outside().borrow();
            outside.oracle.alerts.iter().filter(|(_, it)| it.severity.is_some()).map(|(id, _)| *id).collect()
        };
        if all.is_empty() {
            return;
        }
        self.mark("an order");
        let id = self.dice.one_of(&all);
        let ids = vec![id];
        let order = match self.dice.below(3) {
            0 => Order::Hold { ids },
            1 => Order::Release { ids },
            _ => Order::Retry { ids },
        };
        let is_hold = matches!(order, Order::Hold { .. });
        self.ordered.insert(id, if is_hold { None } else { Some(now) });
        self.are_due(|other| other == id);
        self.gives(mouths, order);
    }

    pub(super) fn gives(&mut self, mouths: &Mouths, order: Order) {
        let (answer, reply) = oneshot::channel();
        if mouths.orders.try_send(Wanted { order, by: 0, answer }).is_ok() {
            self.answers.push((Instant::now(), reply));
        }
    }

    fn alert(&mut self) -> Alert {
        Alert { uid: TRUSTED, to: self.dice.one_of(&TO), is_critical: self.dice.one_in(2), ttl: None }
    }

    fn enqueue(&mut self) {
        let (alert, hints) = (self.alert(), !self.dice.one_in(6));
        // It is the agent whom the fuse is for.
        let fuse = self.shared.model.fs.machine.borrow_mut().fuse.take();
        self.story.go(Step::Enqueue { alert, hints });
        self.shared.model.fs.machine.borrow_mut().fuse = fuse;
    }
}
