//! An independent judge of documents: Debian's `python3-jsonschema`, given nothing but the published schemas.

use std::path::Path;
use std::process::Command;

use harness::run;

use crate::{document_schema, published};

/// The schema that a document is to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema {
    Alert,
    JournalLine,
    /// What a command prints for machines, by the name of its schema. Every key has to be described.
    Document(&'static str),
}

/// For each document the reason why it breaks the schema; empty if it keeps it.
#[track_caller]
pub(crate) fn judge<'a>(schema: Schema, documents: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let (path, is_closed) = match schema {
        Schema::Alert => (published("alert.schema.json"), false),
        Schema::JournalLine => (published("journal.schema.json"), false),
        Schema::Document(name) => (document_schema(name), true),
    };
    let mut asked = Vec::new();
    let mut count = 0;
    for text in documents {
        asked.extend(
            serde_json::json!({"schema": path, "closed": is_closed, "text": text}).to_string().into_bytes(),
        );
        asked.push(b'\n');
        count += 1;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/contract/validate.py");
    let mut command = Command::new("/usr/bin/python3");
    command.arg(program);
    let said = run(&mut command, &asked).expect_success();
    let answers: Vec<String> =
        said.lines().map(|line| serde_json::from_str(line).expect("a JSON string")).collect();
    assert_eq!(answers.len(), count, "one answer to each document");
    answers
}

/// Fails with every document that breaks the schema.
#[track_caller]
pub(crate) fn expect_valid<'a>(schema: Schema, documents: impl IntoIterator<Item = &'a str> + Clone) {
    let answers = judge(schema, documents.clone());
    let offences: Vec<String> = (documents.into_iter().zip(answers))
        .filter(|(_, why)| !why.is_empty())
        .map(|(text, why)| format!("{text}\n    {why}"))
        .collect();
    assert!(offences.is_empty(), "these break the schema ({schema:?}):\n  {}", offences.join("\n  "));
}
