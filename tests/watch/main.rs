//! Who looks on from outside: the log, numbers for Prometheus, words for the service manager, and the unit that it starts.

mod listeners;
mod log;
mod numbers;
mod service;
