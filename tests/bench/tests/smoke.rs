//! Each measurement with tiny numbers, so that none of them rots. Nothing is said about time: only that it was measured.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

/// Compilers and peers are started, on a machine that may do much else.
const PATIENCE: Duration = Duration::from_mins(5);

/// What `bench` says with these arguments, as JSON.
fn bench(arguments: &[&str]) -> Value {
    let program = env!("CARGO_BIN_EXE_bench");
    let built = Path::new(program).with_file_name("alertmail").is_file();
    assert!(
        built,
        "`alertmail` is missing; run: cargo build --workspace (cargo test --workspace does it by itself)"
    );
    let mut command = Command::new(program);
    command.args(arguments).arg("--json").arg("--disk").arg(env!("CARGO_TARGET_TMPDIR"));
    let said = harness::run_within(PATIENCE, &mut command, b"").expect_success();
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The numbers of one column, which are all there and more than nothing.
fn numbers(report: &Value, column: &str) -> Vec<f64> {
    let rows = report["rows"].as_array().expect("rows");
    let number = |row: &Value| row[column].as_f64().unwrap_or_else(|| panic!("no {column} in {row}"));
    let numbers: Vec<f64> = rows.iter().map(number).collect();
    assert!(numbers.iter().all(|number| *number > 0.0), "{column}: {numbers:?}");
    numbers
}

#[test]
fn enqueue_is_measured_next_to_the_floor() {
    let report = bench(&["enqueue", "--runs", "2"]);
    assert!(numbers(&report, "median_ms").len() >= 3, "two floors and enqueue: {report}");
    assert!((numbers(&report, "x_floor")[0] - 1.0).abs() < 1e-9, "the floor is the unit: {report}");
}

#[test]
fn a_backlog_is_measured_in_both_folders_and_all_of_it_arrives() {
    let report = bench(&["backlog", "--alerts", "200"]);
    for column in ["first_ms", "peak_mib", "critical_ms", "warning_ms", "per_s"] {
        assert_eq!(numbers(&report, column).len(), 2, "{report}");
    }
}

#[test]
fn the_commands_that_look_are_measured_next_to_the_floor() {
    let report = bench(&["inspect", "--alerts", "100", "--runs", "1"]);
    assert_eq!(numbers(&report, "median_ms").len(), 11, "the floor and ten commands: {report}");
}

#[test]
fn an_alert_on_its_way_is_measured_next_to_the_floor_with_and_without_a_login() {
    let report = bench(&["latency", "--mails", "2", "--delays", "0"]);
    let rows = numbers(&report, "median_ms").len();
    assert!(rows >= 8, "two floors and alertmail twice, in clear and in TLS: {report}");
    let report = bench(&["latency", "--mails", "1", "--delays", "1", "--logins", "none", "--no-chunking"]);
    assert!(numbers(&report, "median_ms").len() >= 4, "the same with a round trip: {report}");
}

#[test]
fn draining_is_measured_next_to_the_floor_with_and_without_a_login() {
    let report =
        bench(&["drain", "--alerts", "40", "--delays", "0,1", "--connections", "2", "--seconds", "5"]);
    assert!(numbers(&report, "per_s").len() >= 8, "floor and alertmail over four lines: {report}");
    assert!((numbers(&report, "x_floor")[0] - 1.0).abs() < 1e-9, "the floor is the unit: {report}");
}

#[test]
fn a_first_provider_in_trouble_is_measured_for_the_first_alert_the_next_ones_and_bursts() {
    let report = bench(&[
        "failover",
        "--wrong",
        "refused,greeting,mail,rcpt,data,dot,silent,black-hole",
        "--rounds",
        "1",
        "--next",
        "1",
        "--burst",
        "3",
        "--seconds",
        "60",
        "--no-peers",
    ]);
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 12, "two severities that work, eight troubles, two of them twice: {report}");
    for column in ["first_ms", "next_ms", "burst_ms", "at_once_ms"] {
        assert_eq!(numbers(&report, column).len(), rows.len(), "all mails have arrived: {report}");
    }
    assert!(rows.iter().all(|row| row["twice"] == 0), "none of them twice: {report}");
    let silent = rows.iter().find(|row| row["first provider"] == "silent").expect("it was measured");
    assert!(silent["first_ms"].as_f64() > Some(1_000.0), "silence is waited for: {report}");
    // Where connections can be counted, all broken providers were asked for some.
    if rows.iter().any(|row| !row["broken"].is_null()) {
        let of_broken = rows.iter().filter(|row| row["first provider"] != "works");
        assert!(of_broken.clone().all(|row| row["broken"].as_u64() > Some(0)), "{report}");
    }
}

#[test]
fn the_journal_is_measured_writing_and_reading() {
    let report = bench(&["journal", "--events", "1000", "--batches", "2"]);
    assert_eq!(numbers(&report, "per_s").len(), 6, "{report}");
}

#[test]
fn an_idle_agent_is_measured() {
    let report = bench(&["idle", "--seconds", "1"]);
    assert_eq!(numbers(&report, "resident_mib").len(), 2, "{report}");
}

#[test]
fn mails_are_composed_in_each_charset_next_to_others_and_to_the_floor() {
    let report = bench(&["compose", "--mails", "20", "--rounds", "3"]);
    assert_eq!(numbers(&report, "per_s").len(), 10, "{report}");
    assert!((numbers(&report, "x_floor")[0] - 1.0).abs() < 1e-9, "the floor is the unit: {report}");
}
