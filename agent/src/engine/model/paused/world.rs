//! How the loop reaches what is outside: the real carrier, the model's disk, and the oracle, which sees all that goes to and fro.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use delivery::{AttemptId, Now};
use smtp::Gate;
use spool_format::{AlertId, Wall};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep};

use super::super::chance::Dice;
use super::super::fs::ModelFs;
use super::super::mutants::Mutant;
use super::super::reach::ModelWorld;
use super::super::world::{Outside, alert_of, recipients};
use super::server::Servers;
use crate::accept::Reach;
use crate::engine::ground::Ground;
use crate::engine::hands::Hands;
use crate::engine::{Eyes, World};
use crate::notice::Announcement;
use crate::spool::writer::{Ack, Batch, Desk};
use crate::submit::{Carrier, Errand, Report};

/// The loop looks at the clock so often at one moment at most.
const LOOKS_MAX: u64 = 20_000;

/// The two clocks of an hour, and how often they are looked at.
#[derive(Debug)]
pub(super) struct Clock {
    origin: (Instant, Now),
    pub(super) looks: u64,
    at: Instant,
    at_once: u64,
}

impl Clock {
    pub(super) fn new(now: Now) -> Self {
        Self { origin: (Instant::now(), now), looks: 0, at: Instant::now(), at_once: 0 }
    }

    fn now(&self) -> Now {
        let (at, Now { wall, monotonic }) = self.origin;
        // Timers go by milliseconds.
        let passed = Duration::from_millis(u64::try_from(at.elapsed().as_millis()).expect("an hour"));
        Now { wall: wall.plus(passed), monotonic: monotonic.plus(passed) }
    }

    /// Somebody sets the one that can be set.
    pub(super) fn is_set(&mut self, by_ms: i64) {
        let wall = self.origin.1.wall.unix_ms() + by_ms;
        self.origin.1.wall = Wall::from_unix_ms(wall.max(0));
    }

    fn is_looked_at(&mut self) {
        self.looks += 1;
        let is_new = std::mem::replace(&mut self.at, Instant::now()) != self.at;
        self.at_once = if is_new { 0 } else { self.at_once + 1 };
        assert!(self.at_once < LOOKS_MAX, "the loop spins: {LOOKS_MAX} looks at the clock at one moment");
    }
}

/// What the parts of an hour share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) model: ModelWorld,
    pub(super) servers: Servers,
    pub(super) clock: Rc<RefCell<Clock>>,
    /// The writer has something to do.
    pub(super) work: Rc<Notify>,
    /// The machine has stopped in the middle of what the writer does.
    pub(super) is_off: Rc<Notify>,
    /// The gates at which attempts stand, and whose they are.
    attempts: Rc<RefCell<BTreeMap<AttemptId, Attempt>>>,
}

#[derive(Clone)]
struct Attempt {
    id: AlertId,
    provider: usize,
    recipients: Vec<String>,
    asks: Option<Gate>,
    may_send_all: bool,
}

impl Shared {
    pub(super) fn new(model: ModelWorld, servers: Servers) -> Self {
        let clock = Rc::new(RefCell::new(Clock::new(model.outside.borrow().now)));
        Self { model, servers, clock, work: Rc::default(), is_off: Rc::default(), attempts: Rc::default() }
    }

    pub(super) fn outside(&self) -> &Rc<RefCell<Outside>> {
        &self.model.outside
    }

    /// Everybody has the time, and the oracle knows what servers have said up to now.
    pub(super) fn is_up_to_date(&self) -> Now {
        let now = self.clock.borrow().now();
        let (said, marks) = {
            let mut sites = self.servers.look();
            (std::mem::take(&mut sites.said), std::mem::take(&mut sites.marks))
        };
        let mut outside = self.outside().borrow_mut();
        let passed = now.monotonic.since(outside.now.monotonic);
        outside.now = now;
        {
            let mut machine = self.model.fs.machine.borrow_mut();
            machine.wall = now.wall;
            if passed >= Duration::from_secs(30) && machine.fault.is_none() {
                machine.disk.write_back();
            }
        }
        for mark in marks {
            outside.marks.hit(mark);
        }
        let attempts = self.attempts.borrow();
        for (provider, says) in said {
            if let Some(message_id) = &says.message_id {
                outside.note(alert_of(message_id), provider, message_id, &says);
                continue;
            }
            // Whose recipient it is that is refused, nobody tells a server; all of theirs count.
            for to in &says.refused {
                let of = |it: &&Attempt| it.provider == provider && it.recipients.contains(to);
                attempts.values().filter(of).for_each(|it| outside.oracle.refused(it.id, to, provider));
            }
            if says.has_refused_login {
                outside.rates.login_refused(now.monotonic, provider);
            }
        }
        now
    }

    /// The agent is gone, with whatever it had in hand.
    pub(super) fn forget_attempts(&self) {
        self.attempts.borrow_mut().clear();
    }
}

/// What the loop takes for the world.
pub(super) struct Outer {
    pub(super) shared: Shared,
    pub(super) carrier: Carrier,
    pub(super) desk: Rc<RefCell<Desk<ModelFs>>>,
    pub(super) mutant: Option<Mutant>,
}

impl World for Outer {
    type Fs = ModelFs;

    fn fs(&self) -> &ModelFs {
        &self.shared.model.fs
    }

    fn now(&self) -> Now {
        self.shared.clock.borrow_mut().is_looked_at();
        self.shared.is_up_to_date()
    }

    fn offset_minutes(&self, at: Wall) -> i32 {
        self.shared.model.offset_minutes(at)
    }

    fn reach(&mut self, uid: u32) -> Reach {
        self.shared.model.reach(uid)
    }

    fn write(&mut self, batch: Batch) {
        self.shared.is_up_to_date();
        self.shared.model.write(batch);
        self.shared.work.notify_one();
    }

    fn begin(&mut self, attempt: AttemptId, provider: usize, errand: Errand) {
        self.shared.is_up_to_date();
        let (id, place) =
            self.shared.outside().borrow_mut().sees_begin(attempt, provider, &errand.transaction);
        let recipients = recipients(&errand.transaction);
        let known = Attempt { id, provider: place, recipients, asks: None, may_send_all: false };
        let mut attempts = self.shared.attempts.borrow_mut();
        assert!(attempts.insert(attempt, known).is_none(), "{attempt:?} begins twice");
        if attempts.len() > 1 {
            self.shared.outside().borrow_mut().marks.hit("several at a time");
        }
        drop(attempts);
        self.carrier.begin(attempt, provider, errand);
    }

    fn grant(&mut self, attempt: AttemptId) {
        let mut attempts = self.shared.attempts.borrow_mut();
        let Some(it) = attempts.get_mut(&attempt) else { return };
        let gate = it.asks.take().unwrap_or_else(|| panic!("leave for nothing"));
        if gate == Gate::FinalDot {
            it.may_send_all = true;
            let who = it.recipients.iter().cloned().enumerate().collect();
            let all = it.recipients.clone();
            let mut outside = self.shared.outside().borrow_mut();
            outside.oracle.dot_granted(attempt, (it.id, it.provider), who, all);
            let now = outside.now.monotonic;
            if outside.rates.goes(now, it.provider, it.recipients.len()) {
                outside.marks.hit("a quota used up");
            }
        }
        self.carrier.grant(attempt);
    }

    fn withdraw(&mut self, attempt: AttemptId) {
        let attempts = self.shared.attempts.borrow();
        let is_late = attempts.get(&attempt).is_some_and(|it| it.may_send_all);
        assert!(!is_late, "it sends its last octets, and is taken back");
        self.shared.outside().borrow_mut().withdrawn.insert(attempt);
        self.carrier.withdraw(attempt);
    }

    fn drill(&mut self, provider: usize, with_login: bool) {
        self.carrier.drill(provider, with_login);
    }

    fn new_id(&mut self) -> AlertId {
        self.shared.is_up_to_date();
        self.shared.model.new_id()
    }

    fn announce(&mut self, _: Announcement) {}

    fn ping(&mut self, _: bool) {}
}

impl Ground for Outer {
    type Lock = ();

    fn watches(_: &mut Eyes) -> bool {
        true
    }

    fn look_after(_: &mut Eyes, _: &mut Hands<Self>) -> bool {
        true
    }

    async fn leaves(&mut self) {
        if self.mutant == Some(Mutant::NeverStops) {
            sleep(Duration::from_mins(5)).await;
        }
        self.carrier.close().await;
    }

    fn finishes(self) {
        // What the writer has begun it has done: it does nothing in pieces.
        while !self.shared.outside().borrow().batches.is_empty() {
            writes(&self.shared, &self.desk);
        }
    }
}

/// What sessions say goes to the loop by way of the oracle.
pub(super) async fn forward(
    shared: Shared,
    mut from: UnboundedReceiver<Report>,
    to: UnboundedSender<Report>,
    mutant: Option<Mutant>,
) {
    while let Some(mut report) = from.recv().await {
        let now = shared.is_up_to_date().monotonic;
        shared.outside().borrow_mut().oracle.heard(now, &report);
        match &mut report {
            Report::Reached { attempt, gate } => {
                if let Some(it) = shared.attempts.borrow_mut().get_mut(attempt) {
                    it.asks = Some(*gate);
                }
            }
            Report::Ended { attempt, outcome } => {
                if let Some(it) = shared.attempts.borrow_mut().remove(attempt) {
                    let mut outside = shared.outside().borrow_mut();
                    if outside.rates.ended(now, it.provider, outcome) {
                        outside.oracle.asked(it.id).is_tried(it.id, now);
                    }
                    outside.marks.end(outcome);
                }
                if let Some(mutant) = mutant {
                    mutant.spoils_outcome(outcome);
                }
            }
            Report::Noted { .. } | Report::Drilled { .. } | Report::Addresses(_) => {}
        }
        // A loop that has ended does not want to know.
        let _ = to.send(report);
    }
}

/// The writer does what there is, at its own pace.
pub(super) async fn write(
    shared: Shared,
    desk: Rc<RefCell<Desk<ModelFs>>>,
    acks: UnboundedSender<Ack>,
    mut dice: Dice,
) {
    loop {
        let owes = desk.borrow().owes() || desk.borrow().has_removals();
        if shared.outside().borrow().batches.is_empty() && !owes {
            shared.work.notified().await;
        }
        let takes = if desk.borrow().is_in_trouble() {
            1_000
        } else if dice.one_in(50) {
            shared.outside().borrow_mut().marks.hit("a disk that takes its time");
            1 + dice.next() % 3_000
        } else {
            dice.one_of(&[0, 1, 3])
        };
        sleep(Duration::from_millis(takes)).await;
        shared.is_up_to_date();
        for ack in writes(&shared, &desk) {
            // A loop that has ended does not want to know.
            let _ = acks.send(ack);
        }
        if shared.model.fs.machine.borrow().is_off {
            shared.is_off.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// One round of the writer.
fn writes(shared: &Shared, desk: &RefCell<Desk<ModelFs>>) -> Vec<Ack> {
    let mut desk = desk.borrow_mut();
    let (now, batches) = {
        let mut outside = shared.outside().borrow_mut();
        let batches = std::mem::take(&mut outside.batches);
        outside.oracle.writes(&batches);
        (outside.now, batches)
    };
    let is_off = || shared.model.fs.machine.borrow().is_off;
    let mut acks = desk.write(now.wall, batches);
    if is_off() {
        return Vec::new();
    }
    shared.outside().borrow_mut().oracle.has_written(desk.is_in_trouble());
    acks.extend(desk.sync());
    if is_off() {
        return Vec::new();
    }
    shared.outside().borrow_mut().oracle.has_finished(desk.is_in_trouble());
    acks.extend(desk.remove_some(8));
    acks
}
