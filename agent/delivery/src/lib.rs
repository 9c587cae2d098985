//! When, where, what next: the scheduler of alerts, without a clock, a socket or a file.
//!
//! The agent's engine tells the [`Dispatcher`] what happened and carries out the [`Command`]s that it answers with;
//! the engine decides nothing, and the dispatcher touches nothing. Time comes in as [`Now`], chance as a seed.
//!
//! | module | what it decides |
//! | --- | --- |
//! | [`dispatcher`] | the whole: one event in, commands out |
//! | [`routing`] | which providers may be asked for a recipient, in which order |
//! | [`pass`] | one pass over the providers for one alert |
//! | [`breaker`] | whether a provider is used, left out, or being asked |
//! | [`blame`] | what an attempt tells of its provider |
//! | [`notices`] | what people are told of the agent's own condition, and when |
//! | [`verdict`] | whose fault a failure is, and for how long |
//! | [`quota`] | how much a provider is given in a minute and a day |
//! | [`rates`] | how much the readers at some domains are given |
//! | [`retry`] | how long an alert waits, and when its life is over |
//! | [`queue`] | which alert is due, and which of two goes first |
//! | [`act`] | what people do with an alert |
//! | [`arrival`] | an alert as it comes to it |
//! | [`alert`] | what the dispatcher knows of one alert |
//! | [`changes`] | when a change of the network is acted upon |
//! | [`crowd`] | how many connections a provider takes at a time |
//! | [`canaries`] | which provider is sent a mail to see that it gets through, and when |
//! | [`drills`] | which provider is asked without an alert, and when |
//! | [`time`] | the two kinds of time |
//! | [`chance`] | jitter that a seed reproduces |

pub mod act;
pub mod alert;
pub mod arrival;
pub mod blame;
pub mod breaker;
pub mod canaries;
pub mod chance;
pub mod changes;
pub mod command;
pub mod crowd;
pub mod dispatcher;
pub mod drills;
pub mod notices;
pub mod pass;
pub mod queue;
pub mod quota;
pub mod rates;
pub mod retry;
pub mod routing;
pub mod time;
pub mod verdict;

pub use act::{Act, Done, NotDone};
pub use arrival::{Arrival, Past};
pub use canaries::Canaries;
pub use command::{AttemptId, Command, Differences, Event, Sync};
pub use dispatcher::{Dispatcher, HedgeAfter, Provider, Settings};
pub use drills::{Drills, Plan as DrillPlan, Sighting};
pub use notices::{Notices, Telling};
pub use quota::Quota;
pub use rates::Rate;
pub use retry::RetryPlan;
pub use time::{Monotonic, Now};
pub use verdict::{Lasting, Phrase, Phrases, Scope, Verdict};
