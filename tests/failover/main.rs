//! No alert waits for a sick provider: what one provider does wrong, the next one makes good, in the same pass.
//!
//! Everything here is the real program against scripted servers: `nullmailer` and `dma` hold the situations in which
//! those two programs were seen to lose mail, `outage` what happens when nobody answers, `sick` what a sick provider costs the alerts after
//! the first one, `login` and `storm` what comes of
//! trouble that lasts, `trust` what a provider gets to hear that cannot be trusted, `ways` providers that are reached in
//! another way, and `interruption` what becomes of an alert in hand when the agent is ended.

mod dma;
mod interruption;
mod login;
mod nullmailer;
mod outage;
mod sick;
mod stand;
mod storm;
mod trust;
mod ways;
