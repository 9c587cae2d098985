//! Where the programs under test are.

use std::path::{Path, PathBuf};

/// The two programs, as cargo built them.
#[derive(Debug, Clone)]
pub struct Programs {
    pub(crate) alertmail: PathBuf,
    pub(crate) enqueue: PathBuf,
}

impl Programs {
    /// Takes the path of `alertmail` (`env!("CARGO_BIN_EXE_alertmail")`) and looks for `enqueue` in the same folder.
    pub fn beside(alertmail: impl AsRef<Path>) -> Self {
        let alertmail = alertmail.as_ref().to_owned();
        let enqueue = alertmail.with_file_name("enqueue");
        Self { alertmail, enqueue }
    }

    /// The same programs in a folder that everybody can reach.
    pub(crate) fn shared_in(&self, folder: &Path) -> Self {
        let share = |program: &PathBuf| {
            let shared = folder.join(program.file_name().expect("a program has a name"));
            // A second name costs nothing; on another file system it takes a copy.
            let linked = std::fs::hard_link(program, &shared);
            linked.or_else(|_| std::fs::copy(program, &shared).map(drop)).expect("a place for the program");
            shared
        };
        Self { alertmail: share(&self.alertmail), enqueue: share(&self.enqueue) }
    }

    pub(crate) fn assert_built(&self) {
        for (path, package) in [(&self.alertmail, "alertmail"), (&self.enqueue, "enqueue")] {
            let profile =
                if path.components().any(|part| part.as_os_str() == "release") { " --release" } else { "" };
            assert!(
                path.is_file(),
                "`{}` is missing; run: cargo build -p {package}{profile} (cargo test --workspace builds it by itself)",
                path.display()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enqueue_is_looked_for_beside_the_agent() {
        assert_eq!(Programs::beside("/x/alertmail").enqueue, Path::new("/x/enqueue"));
    }

    #[test]
    #[should_panic(expected = "cargo build -p alertmail --release")]
    fn a_missing_program_is_named_together_with_the_command_that_builds_it() {
        Programs::beside("/nowhere/release/alertmail").assert_built();
    }
}
