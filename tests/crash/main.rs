//! No alert is lost: proved against the kernel, at every system call.
//!
//! The programs run under `strace`, which kills them, or makes a call fail, at any call that one likes. What has to be
//! true afterwards is always the same: an alert whose id was printed arrives, one that was refused does not, and nobody
//! gets half of one.
//!
//! Some tests need root, for file systems of their own; elsewhere they say so and pass.

mod agent_killed;
mod agent_power;
mod agent_refused;
mod agent_short;
mod agent_start;
mod hooks;
mod killed;
mod maildir;
mod order;
mod power;
mod refused;
mod short;
mod siege;
