//! The table of readers and outcomes, as it stands in README.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::faults::FAULTS;
use crate::judge::{Column, Outcome};
use crate::reader::{READERS, Reader};

/// How often what came of the texts of each reader.
#[derive(Debug, Default)]
pub(crate) struct Table {
    counts: BTreeMap<(&'static str, Column), Count>,
    not_tried: Vec<String>,
}

#[derive(Debug, Default)]
struct Count {
    same: usize,
    /// By place in [`FAULTS`].
    faults: BTreeMap<usize, usize>,
    different: usize,
}

impl Table {
    pub(crate) fn add(&mut self, reader: Reader, column: Column, outcome: Outcome) {
        let count = self.counts.entry((reader.name, column)).or_default();
        match outcome {
            Outcome::Same => count.same += 1,
            Outcome::Fault(fault) => *count.faults.entry(fault).or_default() += 1,
            Outcome::Different => count.different += 1,
        }
    }

    pub(crate) fn leave_out(&mut self, reader: Reader, why: &str) {
        self.not_tried.push(format!("{} was not asked: {}", reader.name, why.trim_end()));
    }

    /// Where CI is set, everybody has to be there.
    pub(crate) fn expect_all_to_have_been_asked(&self) {
        assert!(std::env::var_os("CI").is_none() || self.not_tried.is_empty(), "{:?}", self.not_tried);
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = "| reader | subjects | names | addresses | bodies | file names |\n".to_owned();
        text.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for reader in READERS {
            let cells: Vec<String> = Column::ALL
                .into_iter()
                .map(|column| self.counts.get(&(reader.name, column)).map_or(String::new(), Count::to_cell))
                .collect();
            let _ = writeln!(text, "| {} | {} |", reader.name, cells.join(" | "));
        }
        text.push('\n');
        for (n, fault) in FAULTS.iter().enumerate() {
            let _ = writeln!(text, "{}. {}: {}.", n + 1, fault.readers.join(", "), fault.what);
        }
        for line in &self.not_tried {
            let _ = writeln!(text, "\n{line}");
        }
        text
    }
}

impl Count {
    fn to_cell(&self) -> String {
        let mut cell = self.same.to_string();
        for (fault, count) in &self.faults {
            let _ = write!(cell, ", {count} by fault {}", fault + 1);
        }
        if self.different > 0 {
            let _ = write!(cell, ", **{} DIFFERENT**", self.different);
        }
        cell
    }
}
