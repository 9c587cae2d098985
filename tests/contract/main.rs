//! The published contract of the spool holds: the page, the schemas and the examples in `spool-format/` say what the
//! programs do, and the programs do what they say.
//!
//! The judge of a document is never only our own code: schemas are applied by Debian's `python3-jsonschema`, the order of
//! system calls is what strace saw, and the examples share no line with the crates.

mod documents;
mod examples;
mod failures;
mod order;
mod page;
mod schemas;
mod setups;
mod tables;
mod validator;
mod writers;

use std::path::Path;

use harness::{Programs, Sandbox};

/// The specification.
const PAGE: &str = include_str!("../../spool-format/README.md");
/// The schema of an alert.
const ALERT_SCHEMA: &str = include_str!("../../spool-format/alert.schema.json");
/// The schema of a line of the journal.
const JOURNAL_SCHEMA: &str = include_str!("../../spool-format/journal.schema.json");

const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");
const ONCALL: &str = "oncall@example.jp";

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}

/// A place in the folder of the specification.
fn published(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spool-format").join(name)
}

/// The schema of what a command prints for machines.
fn document_schema(name: &str) -> std::path::PathBuf {
    published("../contrib/schemas").join(format!("{name}.schema.json"))
}
