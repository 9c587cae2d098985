//! Packages that are here without being installed.

use std::path::PathBuf;

/// Where `tests/servers/install` or `tests/callers/install` has unpacked a package, if one of them has.
pub fn unpacked(package: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    Some(cache.join("alertmail-tests").join(package)).filter(|copy| copy.join(".packages").is_file())
}
