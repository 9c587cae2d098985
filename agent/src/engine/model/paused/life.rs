//! An agent from its start to its end: what `alertmail run` puts together, around the loop.

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use delivery::Quota;
use smtp::{AuthPolicy, Credentials, Secret, Security};
use spool_format::Layout;
use tempfile::NamedTempFile;
use tokio::sync::Notify;
use tokio::sync::mpsc::{Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel};

use super::super::agent::{Ready, desk, name_of};
use super::super::chance::Dice;
use super::super::fs::ModelFs;
use super::super::hooks::RESCAN;
use super::super::mutants::Mutant;
use super::super::story::Story;
use super::handshake::AUTHORITY;
use super::world::{Outer, Shared, forward, write};
use crate::edge::service::Service;
use crate::edge::signals::StopSignals;
use crate::engine::{Ears, Eyes, Outside, Wanted, run_on};
use crate::spool::socket::{CONNECTIONS_MAX, Submission};
use crate::spool::watch::{Hint, Watch};
use crate::spool::writer::Desk;
use crate::submit::{Carrier, Endpoint, Identity, Limits, Report, Route, Target, Trust};

/// `[limits] stop`.
pub(super) const STOP: Duration = Duration::from_secs(30);

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(30),
    reply: Duration::from_mins(1),
    dot: Duration::from_mins(2),
    keep: Duration::from_secs(10),
};

static CA_FILE: LazyLock<NamedTempFile> = LazyLock::new(|| {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(AUTHORITY.ca_pem().as_bytes()).expect("it is written");
    file
});

/// Who speaks to the loop from outside.
pub(super) struct Mouths {
    pub(super) orders: Sender<Wanted>,
    pub(super) network: Sender<()>,
    pub(super) signals: UnboundedSender<()>,
    pub(super) fresh: Arc<Notify>,
    pub(super) submissions: Sender<Submission>,
}

/// Both ends.
pub(super) fn mouths_and_ears() -> (Mouths, Outside) {
    let (orders, wanted) = channel(16);
    let (network, changes) = channel(1);
    let (signals, told) = unbounded_channel();
    let (submitters, submissions) = channel(CONNECTIONS_MAX);
    let fresh = Arc::new(Notify::new());
    let outside = Outside {
        submissions,
        orders: wanted,
        network: changes,
        signals: StopSignals::told(told),
        fresh: Arc::clone(&fresh),
        service: Arc::new(Service::here()),
        anew: false,
    };
    (Mouths { orders, network, signals, fresh, submissions: submitters }, outside)
}

/// An agent that has read the spool.
pub(super) struct Agent {
    shared: Shared,
    ready: Ready<Outer>,
    desk: Rc<RefCell<Desk<ModelFs>>>,
    from_carrier: UnboundedReceiver<Report>,
    hints: UnboundedReceiver<Hint>,
    mutant: Option<Mutant>,
}

impl Agent {
    pub(super) fn start(
        shared: &Shared,
        story: &Story,
        hints: UnboundedReceiver<Hint>,
        seed: u64,
    ) -> io::Result<Self> {
        let (reports, from_carrier) = unbounded_channel();
        let setup = story.setup().clone();
        let quotas = setup.quotas();
        let targets: Vec<Target> =
            setup.listed().into_iter().map(|place| target(shared, place, quotas[place])).collect();
        let carrier = Carrier::new(targets, LIMITS, reports, None, None).expect("a file of certificates");
        let fs = &shared.model.fs;
        let desk = Rc::new(RefCell::new(desk(fs)?));
        let world = Outer { shared: shared.clone(), carrier, desk: Rc::clone(&desk), mutant: setup.mutant };
        let ready = Ready::new(world, (fs, shared.outside()), &setup, story.boot, seed)?;
        Ok(Self { shared: shared.clone(), ready, desk, from_carrier, hints, mutant: setup.mutant })
    }

    /// Lives until the loop ends. Never returns before.
    pub(super) async fn live(self, outside: &mut Outside, dice: Dice) {
        let Self { shared, ready, desk, from_carrier, hints, mutant } = self;
        let (to_loop, reports) = unbounded_channel();
        let (acks_of, acks) = unbounded_channel();
        let layout = Layout::new("/spool");
        let rescan = if mutant == Some(Mutant::Spins) { Duration::ZERO } else { RESCAN };
        let (watch, _) = Watch::new(&layout);
        let eyes = Eyes { layout, watch, rescan, stop: STOP };
        let ears = Ears { hints, reports, acks, outside };
        tokio::select! {
            biased;
            () = forward(shared.clone(), from_carrier, to_loop, mutant) => unreachable!("the carrier is gone"),
            () = write(shared, desk, acks_of, dice) => unreachable!("a writer ends with its loop"),
            () = run_on(ready.engine, ears, eyes, ready.found) => {}
        }
    }
}

fn target(shared: &Shared, place: usize, quota: Quota) -> Target {
    let security = if place == 1 { Security::Implicit } else { Security::StartTls };
    let credentials = Credentials::with_password("alert", Secret::new("a secret".to_owned()));
    Target {
        name: name_of(place),
        // An address, so that no name is asked for.
        host: "192.168.0.25".to_owned(),
        endpoints: vec![Endpoint { port: 587, security }],
        route: Route::Model(shared.servers.way(place, security)),
        trust: Trust::CaFile(CA_FILE.path().to_owned()),
        tls_name: Some("relay.example.com".to_owned()),
        helo: "agent.example.com".to_owned(),
        auth: AuthPolicy::Auto,
        identity: Identity::Password(Arc::new(credentials)),
        messages_per_connection: 100,
        chunking: true,
        recipients_max: quota.recipients_per_transaction().min(100),
    }
}
