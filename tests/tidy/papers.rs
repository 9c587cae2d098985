//! The papers tell the truth: what ARCHITECTURE.md and README.md name, exists.

use std::collections::BTreeSet;

use crate::{expect_none, read, sources, top};

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources() {
        let mut expected = false;
        for line in source.text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                expected = true;
            } else if expected && line.contains("fn ") {
                let name = line.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
                names.extend(name.map(str::to_owned));
                expected = false;
            }
        }
    }
    assert!(names.len() > 300, "only {} tests were found", names.len());
    names
}

/// What stands between backticks in `text`.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_promise_names_tests_that_exist() {
    let tests = tests();
    let architecture = read("ARCHITECTURE.md");
    for number in 1..=10 {
        let row = architecture.lines().find(|line| line.starts_with(&format!("| I{number} |")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no promise I{number}"));
        let held_by = row.split('|').nth(3).expect("three columns");
        assert!(quoted(held_by).next().is_some(), "I{number} names no test");
        for name in quoted(held_by) {
            assert!(tests.contains(name), "I{number} is said to be held by `{name}`, which is no test");
        }
    }
}

#[test]
fn every_file_and_folder_that_the_papers_name_exists() {
    let mut offences = Vec::new();
    for paper in ["ARCHITECTURE.md", "README.md", "contrib/README.md"] {
        let text = read(paper);
        let folder = paper.rsplit_once('/').map_or("", |(folder, _)| folder);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains(':')) {
            if !top().join(folder).join(link).exists() {
                offences.push(format!("{paper}: {link}"));
            }
        }
        let paths = quoted(&text).filter(|name| {
            name.contains('/')
                && ["agent/", "tests/", "enqueue/", "spool-format/"].iter().any(|at| name.starts_with(at))
        });
        for path in paths {
            let path = path.trim_end_matches(['*', '/']);
            let found = top().join(path).exists() || top().join(format!("{path}.rs")).exists();
            if !found {
                offences.push(format!("{paper}: {path}"));
            }
        }
    }
    expect_none("what the papers name is there", &offences);
}

#[test]
fn every_kind_of_test_is_registered_and_described() {
    let manifest = read("agent/Cargo.toml");
    let architecture = read("ARCHITECTURE.md");
    for entry in std::fs::read_dir(top().join("tests")).expect("the tests") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("names here are ASCII");
        if entry.path().join("main.rs").exists() {
            assert!(manifest.contains(&format!("\"../tests/{name}/main.rs\"")), "tests/{name} is never run");
            assert!(
                architecture.contains(&format!("`tests/{name}/`")),
                "ARCHITECTURE.md says nothing of tests/{name}/"
            );
        }
    }
}
