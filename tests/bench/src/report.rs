//! What a measurement prints: a table for people, or JSON with the same numbers under the same names.

use std::fmt::Write as _;
use std::io;

use serde_json::{Map, Value, json};

/// The numbers of one measurement.
#[derive(Debug, Default)]
pub(crate) struct Report {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
    notes: Vec<String>,
}

impl Report {
    /// An empty table with these columns; the first one names the rows.
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), ..Self::default() }
    }

    /// One more row, as long as there are columns.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Value>) {
        let cells: Vec<Value> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns.len(), "one cell for each of {:?}", self.columns);
        self.rows.push(cells);
    }

    /// A sentence below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Prints it, below the facts about the machine.
    pub(crate) fn print(&self, facts: &[(&str, String)], form: Form) -> io::Result<()> {
        let text = match form {
            Form::Json => self.to_json(facts).to_string() + "\n",
            Form::People => self.to_text(facts),
        };
        io::Write::write_all(&mut io::stdout().lock(), text.as_bytes())
    }

    fn to_json(&self, facts: &[(&str, String)]) -> Value {
        let object = |cells: &Vec<Value>| -> Map<String, Value> {
            self.named(cells).map(|(k, v)| (k.to_owned(), v)).collect()
        };
        let facts: Map<String, Value> =
            facts.iter().map(|(name, fact)| ((*name).to_owned(), json!(fact))).collect();
        let rows: Vec<Map<String, Value>> = self.rows.iter().map(object).collect();
        json!({ "machine": facts, "rows": rows, "notes": self.notes })
    }

    fn named<'r>(&'r self, cells: &'r [Value]) -> impl Iterator<Item = (&'static str, Value)> + 'r {
        self.columns.iter().copied().zip(cells.iter().cloned())
    }

    fn to_text(&self, facts: &[(&str, String)]) -> String {
        let mut text = String::new();
        for (name, fact) in facts {
            let _ = writeln!(text, "{name}: {fact}");
        }
        text.push('\n');
        let head: Vec<String> = self.columns.iter().map(|&name| name.to_owned()).collect();
        let body = self.rows.iter().map(|row| row.iter().map(shown).collect());
        let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for line in &lines {
            let mut cells = line.iter().zip(&widths);
            if let Some((name, width)) = cells.next() {
                let _ = write!(text, "{name:<width$}");
            }
            for (cell, width) in cells {
                let _ = write!(text, "  {cell:>width$}");
            }
            text.push('\n');
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}");
        }
        if self.notes.is_empty() { text } else { text + "\n" }
    }
}

/// For whom to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A table.
    People,
    /// One object.
    Json,
}

fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            if number.abs() < 100.0 { format!("{number:.2}") } else { format!("{number:.0}") }
        }
        other => other.to_string(),
    }
}

/// The middle of these numbers, and the one that 99 of 100 do not exceed. Sorts them.
pub(crate) fn median_and_p99(numbers: &mut [f64]) -> (f64, f64) {
    assert!(!numbers.is_empty(), "at least one run");
    numbers.sort_by(f64::total_cmp);
    (numbers[numbers.len() / 2], numbers[(numbers.len() * 99).div_ceil(100) - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_p99_of_two_hundred_runs_is_the_third_slowest() {
        let mut numbers: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(median_and_p99(&mut numbers), (101.0, 198.0));
        assert_eq!(median_and_p99(&mut [7.0]), (7.0, 7.0));
    }

    #[test]
    fn people_and_machines_get_the_same_numbers() {
        let mut report = Report::new(&["what", "ms"]);
        report.row([json!("floor"), json!(1.25)]);
        report.row([json!("a peer"), Value::Null]);
        report.note("One note.");
        let facts = [("kernel", "6".to_owned())];
        assert_eq!(
            report.to_text(&facts),
            "kernel: 6\n\nwhat      ms\nfloor   1.25\na peer     -\n\nOne note.\n"
        );
        let json = report.to_json(&facts);
        assert_eq!(json["rows"][0], json!({ "what": "floor", "ms": 1.25 }));
    }
}
