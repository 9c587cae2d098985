//! The machine's network fails, and nobody else does: that is waited out.
//!
//! Others are cut off from real providers on other hosts, in every way in which that happens.
//!
//! Each test has a network of its own with nothing but a loopback interface, an `/etc` of its own, and a name server
//! that does what the test wants. This takes root and the right to make namespaces. Without them a test says so and
//! passes, except for root where CI is set: there it fails.

mod addresses;
mod hosts;
mod machine;
mod memory;
mod name_server;
mod names;
