//! Compares what a reader says with what it has to show.

use crate::expected::Expected;
use crate::faults::{FAULTS, Fault};
use crate::reader::Reading;

/// What readers say: of what has another key (an error), no more is known than that it is not the subject.
const KEYS: [&str; 7] = ["subject", "from.name", "from.address", "to.name", "to.address", "body", "file"];
/// Stands for a text that is not there.
const NOTHING: &str = "(nothing)";

/// What a text is in a mail: a column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    Subject,
    Name,
    Address,
    Body,
    File,
}

impl Column {
    pub(crate) const ALL: [Self; 5] = [Self::Subject, Self::Name, Self::Address, Self::Body, Self::File];

    /// The column of a key of [`Expected`].
    pub(crate) fn of(key: &str) -> Self {
        match key {
            "subject" => Self::Subject,
            "from.name" | "to.name" => Self::Name,
            "from.address" | "to.address" => Self::Address,
            "body" => Self::Body,
            "file" => Self::File,
            other => panic!("no column for `{other}`"),
        }
    }
}

/// One text, as a reader shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) expected: &'a Expected,
    pub(crate) got: &'a str,
    /// The field that it stands in, on one line; empty for bodies and file names.
    pub(crate) field: &'a str,
}

/// What came of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    Same,
    /// A fault of the reader's that is known, by its place in [`FAULTS`].
    Fault(usize),
    /// A fault of ours, until somebody shows that it is not.
    Different,
}

/// Judges each text of a mail that this reader reads; tells of each, in the order of `expected`.
pub(crate) fn judge(
    reader: &str,
    columns: &[Column],
    octets: &[u8],
    expected: &[Expected],
    reading: &Reading,
    mut tell: impl FnMut(Case<'_>, Outcome),
) {
    let mut judge = |expected: &Expected, got: &str| {
        if expected.is_shown_by(got) {
            tell(Case { expected, got, field: "" }, Outcome::Same);
        } else {
            let case = Case { expected, got, field: &field(octets, expected.key) };
            tell(case, fault(reader, case));
        }
    };
    let mut rest = reading.clone();
    for expected in expected.iter().filter(|expected| columns.contains(&Column::of(expected.key))) {
        let at = rest.iter().position(|(key, _)| key == expected.key);
        judge(expected, at.map(|at| rest.remove(at).1).as_deref().unwrap_or(NOTHING));
    }
    for (key, got) in rest {
        let key = KEYS.into_iter().find(|it| *it == key).unwrap_or(KEYS[0]);
        judge(&Expected { key, text: NOTHING.to_owned(), is_jis: false }, &got);
    }
}

fn fault(reader: &str, case: Case<'_>) -> Outcome {
    let explains = |fault: &Fault| fault.readers.contains(&reader) && (fault.explains)(case);
    FAULTS.iter().position(explains).map_or(Outcome::Different, Outcome::Fault)
}

/// The field of a key, on one line.
fn field(octets: &[u8], key: &str) -> String {
    let name = match key {
        "subject" => "subject:",
        "from.name" | "from.address" => "from:",
        "to.name" | "to.address" => "to:",
        _ => return String::new(),
    };
    let text = String::from_utf8_lossy(octets).replace("\r\n ", " ");
    let line =
        text.lines().find(|line| line.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)));
    line.unwrap_or_default().to_owned()
}
