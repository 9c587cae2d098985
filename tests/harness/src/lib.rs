//! What the tests of the whole program share: the real binaries, a spool, providers, and patience.
//!
//! A test reads like the story that it proves; everything in here panics with a sentence when the story cannot
//! go on, because its only callers are tests. Every wait is for a condition and has an end. Every child is ended by
//! its own process id, at the latest when its value is dropped. Nothing leaves the loopback interface or the sandbox's
//! temporary folder, so that tests can run beside each other.
//!
//! ```no_run
//! use harness::{Config, Programs, Provider, Sandbox};
//! use lab::{Act, Personality, Stage};
//!
//! let sandbox = Sandbox::new(&Programs::beside("target/debug/alertmail"));
//! let sick = sandbox.server("home", Personality::plain().at(Stage::Mail, Act::Close));
//! let well = sandbox.server("docomo", Personality::plain());
//! let provider = |name, port| Provider::clear(name, port).from("alert@example.jp");
//! sandbox.configure(&Config::of([provider("home", sick.port()), provider("docomo", well.port())]));
//! let agent = sandbox.start_agent();
//! let id = sandbox.enqueue(&["--to", "oncall@example.jp", "--subject", "disk full", ""]);
//! sandbox.wait_until_sent(id);
//! assert_eq!(well.mails().len(), 1);
//! assert_eq!(agent.stop(), Some(0));
//! ```

mod agent;
mod attached;
mod black_hole;
mod certificates;
mod child;
mod config;
mod cut;
mod disk;
mod hosts;
mod machine;
mod mounts;
mod openssl;
mod patience;
mod postfix;
mod programs;
mod sample;
mod sandbox;
mod story;
mod tap;
mod unpacked;

pub use agent::Agent;
pub use attached::{Attached, Threads};
pub use black_hole::BlackHole;
pub use certificates::make_certificates;
pub use child::{Ended, in_english, run, run_within, signal};
pub use config::{Config, Provider};
pub use cut::{Call, Cut, Fate, calls, watched, watched_from_aside};
pub use disk::{Disk, FileSystem};
pub use hosts::Host;
pub use mounts::{
    loopback, may_have_own_mounts, mount, not_tried, own_dev_and_run, own_etc, unmount, with_own_mounts,
    with_own_network,
};
pub use openssl::Openssl;
pub use patience::{PATIENCE, becomes_true};
pub use postfix::{Postfix, free_ports};
pub use programs::Programs;
pub use sample::{Sample, mails_of};
pub use sandbox::{Sandbox, write_file};
pub use tap::Tap;
pub use unpacked::unpacked;
