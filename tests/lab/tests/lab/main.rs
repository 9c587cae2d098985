//! The lab's promises, proved by a small client that shares no code with it.

mod client; // the client and a few addresses
mod faults; // what the script can do, stage by stage
mod manners; // one test or more per provider
mod ports; // reservation, stopping, closing
mod tls; // certificates, names, the STARTTLS border
