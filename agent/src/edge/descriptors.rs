//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Asks for so many, as far as the administrator allows; says how many it may have.
pub fn make_room(wanted: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let has = current.unwrap_or(u64::MAX);
    let possible = maximum.unwrap_or(u64::MAX).min(wanted);
    if possible > has && setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum }).is_ok() {
        return possible;
    }
    has
}
