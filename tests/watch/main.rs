//! Who looks on from outside: numbers for Prometheus, words for the service manager, and the unit that it starts.

mod numbers;
mod service;
