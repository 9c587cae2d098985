//! Where the spool is when nobody says so. The agent asks the same function, so that both always agree.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use spool_format::folder::SYSTEM_SPOOL;

/// The spool to use when no option names one.
///
/// `$ALERTMAIL_SPOOL`; else [`SYSTEM_SPOOL`] for root, and for everybody where that folder exists; else the user's
/// own, `$XDG_STATE_HOME/alertmail` or `$HOME/.local/state/alertmail`. Empty variables count as unset, and so does an
/// `XDG_STATE_HOME` that is not absolute. Reads no more variables than it needs. Whether the spool exists is not asked.
pub fn default_spool(env: &dyn Fn(&str) -> Option<OsString>, uid: u32) -> PathBuf {
    choose(env, uid, || Path::new(SYSTEM_SPOOL).is_dir())
}

fn choose(env: &dyn Fn(&str) -> Option<OsString>, uid: u32, system_exists: impl FnOnce() -> bool) -> PathBuf {
    let folder = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(spool) = folder("ALERTMAIL_SPOOL") {
        return spool;
    }
    if uid == 0 || system_exists() {
        return PathBuf::from(SYSTEM_SPOOL);
    }
    let state = folder("XDG_STATE_HOME").filter(|state| state.is_absolute());
    let state = state.or_else(|| folder("HOME").map(|home| home.join(".local/state")));
    // Without a home there is only the system's own place; that it is missing will be said there.
    state.map_or_else(|| PathBuf::from(SYSTEM_SPOOL), |state| state.join("alertmail"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_that_applies_is_the_spool() {
        let all = [("ALERTMAIL_SPOOL", "/own"), ("XDG_STATE_HOME", "/state"), ("HOME", "/home/x")];
        let relative = [("ALERTMAIL_SPOOL", ""), ("XDG_STATE_HOME", "state"), ("HOME", "/home/x")];
        for (name, variables, uid, system_exists, expected) in [
            ("variable", all.as_slice(), 0, true, "/own"),
            ("root", &all[1..], 0, false, SYSTEM_SPOOL),
            ("system spool exists", &all[1..], 7, true, SYSTEM_SPOOL),
            ("state home", &all[1..], 7, false, "/state/alertmail"),
            ("home", &all[2..], 7, false, "/home/x/.local/state/alertmail"),
            ("empty and relative", &relative, 7, false, "/home/x/.local/state/alertmail"),
            ("nothing at all", &[], 7, false, SYSTEM_SPOOL),
        ] {
            let env = |asked: &str| {
                variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(choose(&env, uid, || system_exists), PathBuf::from(expected), "{name}");
        }
    }
}
