//! Pings for a service elsewhere, which notices when they end: then the agent, the machine or the network is gone.
//!
//! While alerts get out the URL is asked for; when they do not, the same with `/fail` behind its path. The engine's own
//! loop sends each ping on its way, so that none comes of an agent that hangs. A ping that fails is not repeated: the
//! next one comes soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::log;
use crate::submit::Web;

/// A ping takes no longer.
const WITHIN: Duration = Duration::from_secs(10);

/// A service that notices when the agent falls silent.
#[derive(Debug)]
pub struct DeadMan {
    web: Arc<Web>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a ping is on its way.
    is_busy: AtomicBool,
    /// Whether the last one came to nothing: that is said once.
    failed: AtomicBool,
}

impl DeadMan {
    /// At this address.
    pub fn new(web: Web) -> Self {
        Self { web: Arc::new(web), state: Arc::default() }
    }

    /// Sends a ping on its way, unless one still is.
    pub fn ping(&self, is_well: bool) {
        if self.state.is_busy.swap(true, Ordering::Relaxed) {
            return;
        }
        let (web, state) = (Arc::clone(&self.web), Arc::clone(&self.state));
        tokio::spawn(async move {
            let outcome = web.get(if is_well { "" } else { "/fail" }, WITHIN).await;
            let failed = state.failed.swap(outcome.is_err(), Ordering::Relaxed);
            match outcome {
                Err(why) if !failed => log::dead_man_unreached(web.host(), &why),
                Ok(()) if failed => log::dead_man_reached(web.host()),
                _ => {}
            }
            state.is_busy.store(false, Ordering::Relaxed);
        });
    }
}
