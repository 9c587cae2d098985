//! One history: hooks that enqueue, an agent that works, and whatever can happen to either.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use spool_format::{Severity, Wall};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use super::agent::{Agent, Setup};
use super::alert::Alert;
use super::chance::Dice;
use super::disk::{Disk, Place};
use super::fs::{Fault, Machine, ModelFs};
use super::hooks::Clients;
use super::oracle::{Known, Promise};
use super::rates::Rates;
use super::reach::ModelWorld;
use super::weather::Weather;
use super::world::{OWN, Outside};
use crate::spool::socket::Submission;
use crate::spool::watch::Hint;

/// What a history begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) seed: u64,
    pub(super) setup: Setup,
    pub(super) weather: Vec<Weather>,
    pub(super) has_two_disks: bool,
    /// After one of how many writes it is asked what a power cut would leave.
    pub(super) asks_one_in: usize,
    pub(super) tells: bool,
}

/// How something ends that did not end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// `kill -9`.
    Kill,
    /// The power goes.
    Power,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Enqueue {
        alert: Alert,
        hints: bool,
    },
    /// An alert on the socket; or the last one that came on it, once more.
    Submit {
        alert: Alert,
        again: bool,
    },
    /// A file that is no alert: under an alert's name, or another one.
    Stray {
        name: &'static str,
        octets: &'static [u8],
    },
    /// The engine hears so much, and hands over what it wants written.
    Hear(usize),
    /// The writer takes so many batches together.
    Write(usize),
    /// A session goes on.
    Answer,
    Pass(Duration),
    Rescan,
    Fault(Fault),
    Low(bool),
    /// At so many changing calls from now the machine stops, or what runs there is killed.
    Fuse(u64, Blow),
    Blow(Blow),
    /// Somebody reads the mails in a folder.
    Read,
    Stop,
    /// The agent starts, with a wall clock that has moved by so many hours.
    Start {
        clock: i64,
        domain: Option<&'static str>,
    },
}

/// A history.
pub(super) struct Story {
    pub(super) outside: Rc<RefCell<Outside>>,
    pub(super) machine: Rc<RefCell<Machine>>,
    pub(super) world: ModelWorld,
    pub(super) agent: Option<Agent>,
    pub(super) dice: Dice,
    setup: Setup,
    /// Who tells a loop of new alerts.
    pub(super) watcher: Option<UnboundedSender<Hint>>,
    /// The socket of a loop.
    pub(super) socket: Option<Sender<Submission>>,
    pub(super) clients: Clients,
    asks_one_in: usize,
    pub(super) blow: Blow,
    pub(super) boot: u32,
    pub(super) born: u8,
}

impl Story {
    pub(super) fn new(beginning: Beginning) -> Self {
        let Beginning { seed, setup, weather, has_two_disks, asks_one_in, tells } = beginning;
        let wall = Wall::parse("2026-11-25T23:30:00Z").expect("a time");
        let longest = setup.retry.longest_pause(Severity::Info);
        let mut machine = Machine::new(Disk::default(), wall);
        (machine.has_two_disks, machine.tells, machine.mutant) = (has_two_disks, tells, setup.mutant);
        let machine = Rc::new(RefCell::new(machine));
        let fs = ModelFs { machine: Rc::clone(&machine), uid: OWN, may_list: true };
        let mut outside = Outside::new(wall, weather, longest, (&setup, fs.clone()));
        outside.tells = tells;
        let outside = Rc::new(RefCell::new(outside));
        let world = ModelWorld { outside: Rc::clone(&outside), fs };
        let dice = Dice::new(seed);
        Self {
            outside,
            machine,
            world,
            agent: None,
            dice,
            setup,
            watcher: None,
            socket: None,
            clients: Clients::default(),
            asks_one_in,
            blow: Blow::Kill,
            boot: 1,
            born: 0,
        }
    }

    /// Lets it happen, with everything that follows from it at once.
    pub(super) fn go(&mut self, step: Step) {
        if self.machine.borrow().tells {
            eprintln!("{:?}  {step:?}", self.outside.borrow().now.monotonic.ms());
        }
        match step {
            Step::Enqueue { alert, hints } => return self.enqueue(alert, hints),
            Step::Submit { alert, again } => self.submit(alert, again),
            Step::Stray { name, octets } => return self.put(name, octets),
            Step::Hear(most) => self.hear(most),
            Step::Write(most) => self.write(most),
            Step::Answer => {
                self.outside.borrow_mut().let_a_session_go_on(&mut self.dice);
            }
            Step::Pass(time) => self.pass(time),
            Step::Rescan => {
                if let Some(agent) = &mut self.agent {
                    agent.rescan();
                    agent.flush();
                }
            }
            Step::Fault(mut fault) => {
                let mut machine = self.machine.borrow_mut();
                fault.from += machine.calls;
                machine.fault = Some(fault);
            }
            Step::Low(is_low) => self.machine.borrow_mut().is_low = is_low,
            Step::Fuse(calls, blow) => {
                let mut machine = self.machine.borrow_mut();
                (machine.fuse, self.blow) = (Some(machine.calls + calls), blow);
            }
            Step::Blow(blow) => self.strike(blow),
            Step::Read => super::mailbox::are_read(&self.world.fs),
            Step::Stop => self.stop(),
            Step::Start { clock, domain } => self.start(clock, domain),
        }
        self.clients_hear();
        self.strike_if_off();
    }

    /// The machine, or the agent, stops where a fuse was.
    pub(super) fn strike_if_off(&mut self) {
        if self.machine.borrow().is_off {
            self.strike(self.blow);
        }
    }

    /// From the next start on.
    pub(super) fn lift_quotas(&mut self) {
        self.setup.quotas.clear();
        self.outside.borrow_mut().rates = Rates::new(&self.setup.quotas());
    }

    /// Other settings: the agent ends as at a stop, and another one begins, if there was one.
    pub(super) fn reload(&mut self, setup: Setup) {
        if self.machine.borrow().tells {
            eprintln!("{:?}  reload {setup:?}", self.outside.borrow().now.monotonic.ms());
        }
        let was_running = self.agent.is_some();
        self.go(Step::Stop);
        self.takes_up(setup);
        if was_running && self.agent.is_none() {
            self.go(Step::Start { clock: 0, domain: None });
        }
    }

    /// Other settings, while no agent runs.
    pub(super) fn takes_up(&mut self, setup: Setup) {
        let mut outside = self.outside.borrow_mut();
        outside.rates.become_others(&setup.quotas());
        outside.listed = setup.listed();
        (outside.oracle.listed, outside.oracle.routing) = (setup.listed(), setup.routing.clone());
        drop(outside);
        self.setup = setup;
    }

    pub(super) const fn setup(&self) -> &Setup {
        &self.setup
    }

    fn hear(&mut self, most: usize) {
        let Some(agent) = &mut self.agent else { return };
        for _ in 0..most {
            if !agent.hear(&self.outside, &mut self.dice) {
                break;
            }
        }
        agent.flush();
    }

    fn write(&mut self, most: usize) {
        let Some(agent) = &mut self.agent else { return };
        let before = self.machine.borrow().calls;
        let lingers = self.dice.one_in(2);
        agent.write(&self.outside, &self.world.fs, (most, lingers));
        if self.machine.borrow().calls > before && self.dice.one_in(self.asks_one_in) {
            self.expect_to_survive("if the power went after a write");
        }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.outside.borrow_mut().pass(time);
        let wall = self.outside.borrow().now.wall;
        let mut machine = self.machine.borrow_mut();
        machine.wall = wall;
        if time >= Duration::from_secs(30) && machine.fault.is_none() {
            machine.disk.write_back();
        }
    }

    pub(super) fn strike(&mut self, blow: Blow) {
        let lost_power = blow == Blow::Power;
        if self.agent.is_some() || lost_power {
            self.agent_is_gone(lost_power);
        }
        let mut machine = self.machine.borrow_mut();
        if lost_power {
            self.boot += 1;
            machine.fault = None;
            machine.lose_power(&mut self.dice);
        }
        machine.switch_on();
        drop(machine);
        if lost_power {
            self.expect_promises_kept(&self.machine.borrow().disk, "after a power cut");
        }
    }

    pub(super) fn agent_is_gone(&mut self, lost_power: bool) {
        self.agent = None;
        self.outside.borrow_mut().agent_is_gone(lost_power, &mut self.dice);
        if self.machine.borrow().fault.is_some() {
            // What went out it may have been unable to write down.
            self.outside.borrow_mut().rates.forget_what_went();
        }
        // Lines that a sync has lost go into a new file, from the memory of the agent. One that dies before that leaves
        // them to be seen by the next agent, and nobody could tell that they are lost. This is not played.
        if !lost_power {
            self.machine.borrow_mut().disk.forgive(Place::Journal);
        }
    }

    fn start(&mut self, clock: i64, domain: Option<&'static str>) {
        if self.agent.is_some() {
            return;
        }
        if let Some(domain) = domain {
            self.setup.domain = domain;
        }
        {
            let mut outside = self.outside.borrow_mut();
            let moved = outside.now.wall.unix_ms() + clock * 3_600_000;
            outside.now.wall = Wall::from_unix_ms(moved.max(0));
            self.machine.borrow_mut().wall = outside.now.wall;
        }
        match Agent::start(&self.world, &self.setup, self.boot, self.dice.next()) {
            Ok(agent) => {
                self.agent = Some(agent);
                self.expect_to_survive("if the power went after a start");
            }
            Err(error) => {
                if self.machine.borrow().tells {
                    eprintln!("      it does not start: {error}");
                }
                self.agent_is_gone(false);
            }
        }
    }

    /// SIGTERM, with enough time for everything in hand or without.
    fn stop(&mut self) {
        let Some(agent) = &mut self.agent else { return };
        agent.begins_to_stop();
        let patience = if self.dice.one_in(4) { 5 } else { 200 };
        for _ in 0..patience {
            if agent.is_idle() || self.machine.borrow().is_off {
                break;
            }
            agent.hear(&self.outside, &mut self.dice);
            agent.flush();
            self.outside.borrow_mut().let_a_session_go_on(&mut self.dice);
            agent.write(&self.outside, &self.world.fs, (9, self.dice.one_in(2)));
        }
        agent.parts(agent.is_idle());
        agent.write(&self.outside, &self.world.fs, (usize::MAX, false));
        agent.write(&self.outside, &self.world.fs, (usize::MAX, false));
        self.agent_is_gone(false);
    }

    /// What would be left if the power went now is enough.
    fn expect_to_survive(&mut self, when: &str) {
        for _ in 0..3 {
            let mut disk = self.machine.borrow().disk.clone();
            disk.lose_power(&mut self.dice);
            self.expect_promises_kept(&disk, when);
        }
    }

    /// Everything that was promised is in a folder, or is known to be sent.
    pub(super) fn expect_promises_kept(&self, disk: &Disk, when: &str) {
        self.outside.borrow().mailbox.expect_all_in(disk, when);
        let ledger = std::cell::LazyCell::new(|| super::settled::ledger(disk).ledger);
        for (id, asked) in &self.outside.borrow().oracle.alerts {
            if asked.promise != Promise::Made || asked.sent == Known::Synced {
                continue;
            }
            let is_whole = |(_, node)| disk.octets(node) == asked.octets;
            if !disk.alert(*id).any(is_whole) {
                assert!(ledger.sent.contains(id), "{id} is lost {when}");
            }
        }
    }
}
