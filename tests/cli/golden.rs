//! Pages that are kept as files: what people see changes only on purpose. `ALERTMAIL_UPDATE_GOLDEN=1` accepts the new ones.

use std::path::PathBuf;

/// The page is the one that is kept.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
pub(crate) fn looks_like(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/testdata").join(name);
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).expect("testdata can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "{name} differs (ALERTMAIL_UPDATE_GOLDEN=1 accepts the new one)\n{page}");
}
