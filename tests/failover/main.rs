//! No alert waits for a sick provider: what one provider does wrong, the next one makes good, in the same pass.
//!
//! Everything here is the real program against scripted servers: `nullmailer` and `dma` hold the situations in which
//! those two programs were seen to lose mail, `outage` what happens when nobody answers, `silence` when somebody answers
//! too little, `sick` what a sick provider costs the alerts after the first one, `endless` every phase with every way of wasting time, `dialogue` replies of every shape, `dot` what happens
//! after the final dot, `login` and `storm` what comes of trouble that lasts, `trust` what a provider gets to hear that
//! cannot be trusted, `certificates` all that a handshake can fail of, `providers` the manners of real ones, `ways` those
//! that are reached in another way, `clock` a wall clock that jumps, `leads` smaller reports, `notices` what people hear of all
//! that, and `interruption` what becomes of an alert in hand when the agent is ended. `routes` has recipients who go different
//! ways, `drills` what is found without an alert, `local` what is no server, `matrix` every failure in every phase, `quotas`
//! providers that take only so much, `reload` settings that change meanwhile, `bad_reload` those that are faulty, `people`
//! what people do with alerts.

mod bad_reload;
mod canaries;
mod certificates;
mod clock;
mod dialogue;
mod dma;
mod dot;
mod drills;
mod endless;
mod interruption;
mod leads;
mod local;
mod login;
mod matrix;
mod notices;
mod nullmailer;
mod old_tls;
mod outage;
mod people;
mod providers;
mod quotas;
mod rates;
mod reload;
mod routes;
mod sick;
mod silence;
mod stand;
mod storm;
mod trust;
mod verbatim;
mod ways;
