//! contrib/README.md names every file for a caller, and every file says how it is installed and whom it calls.

use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::{Stage, repository};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder of contrib").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

#[test]
fn the_index_names_every_file_and_every_file_says_how_it_is_installed() {
    let top = repository("contrib");
    let index = fs::read_to_string(top.join("README.md")).expect("the index");
    let files = files_below(&top.join("callers"));
    assert!(files.len() >= 20, "{files:?}");
    for file in files {
        let link = format!("({})", file.strip_prefix(&top).expect("below").display());
        assert!(index.contains(&link), "contrib/README.md does not name {link}");
        let text = fs::read_to_string(&file).expect("a text");
        let head: Vec<&str> = text.lines().take(5).collect();
        assert!(
            head.iter().any(|line| line.contains("Install: ")),
            "{link} does not say how it is installed"
        );
    }
}

#[test]
fn every_caller_has_a_file_and_every_file_calls_one_that_is_known() {
    let stage = Stage::new();
    let listed = stage.call(&stage.at("usr/bin/enqueue"), &["--caller", "help"], &[], b"").expect_success();
    let known: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert_eq!(known.len(), 15, "{listed}");
    for caller in &known {
        assert!(repository("contrib/callers").join(caller).is_dir(), "contrib/callers/{caller}/ is missing");
    }
    for file in files_below(&repository("contrib/callers")) {
        let text = fs::read_to_string(&file).expect("a text");
        for rest in text.split("--caller ").skip(1) {
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(known.contains(&name.as_str()), "{}: --caller {name}", file.display());
        }
    }
}
