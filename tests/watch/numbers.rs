//! The numbers of a running agent are there for whoever asks, in the form that Prometheus's own tool accepts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use harness::{Config, PATIENCE, Programs, Provider, Sandbox};
use lab::{Act, Personality, Stage};

const ONCALL: &str = "oncall@example.jp";

pub(crate) fn page(socket: &Path, accept: &str) -> String {
    let Ok(mut stream) = UnixStream::connect(socket) else { return String::new() };
    let request =
        format!("GET /metrics HTTP/1.1\r\nHost: here\r\nAccept: {accept}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("an answer");
    said
}

/// Where `tests/servers/install` has put promtool, or where the system has it.
#[expect(clippy::print_stdout, reason = "what was left out is for whoever runs the tests")]
pub(crate) fn promtool() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home)?;
    let places =
        [cache.join("alertmail-tests/prometheus/usr/bin/promtool"), PathBuf::from("/usr/bin/promtool")];
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "tests/servers/install has not brought promtool");
        println!("promtool is left out: tests/servers/install has not brought it");
    }
    found
}

#[track_caller]
pub(crate) fn expect_success(command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("read");
    let ended = child.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert!(ended.status.success(), "{command:?}: {said}\n{input}");
}

#[test]
fn what_became_of_alerts_is_seen_by_prometheus_on_a_socket_and_in_a_file() {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let healthy = || Personality::self_hosted(sandbox.authority());
    let sick = healthy().at(Stage::Greeting, Act::Say("421 4.3.2 too busy".to_owned()));
    let (first, second) = (sandbox.server("first", sick), sandbox.server("second", healthy()));
    let provider = |name: &str, port| Provider::starttls(name, port).from("alert@example.jp");
    let (socket, file) = (sandbox.path().join("metrics.sock"), sandbox.path().join("alertmail.prom"));
    let providers = [provider("first", first.port()), provider("second", second.port())];
    let config = Config::of(providers)
        .default_to(ONCALL)
        .more("[metrics]\nlisten = \"./metrics.sock\"\ntextfile = \"alertmail.prom\"\n");
    sandbox.configure(&config);
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--severity", "critical", "--subject", "disk full", "now"]);
    sandbox.wait_until_sent(id);
    let sent = r#"alertmail_sent_total{provider="second",severity="critical"} 1"#;
    for line in [
        sent,
        r#"alertmail_attempts_total{provider="first",result="failed"} 1"#,
        r#"alertmail_alerts{state="trying",severity="critical"} 0"#,
        r#"alertmail_delivery_seconds_count{severity="critical"} 1"#,
        r#"alertmail_spool_files{folder="dead"} 0"#,
    ] {
        sandbox.wait_for(line, PATIENCE, || page(&socket, "text/plain").lines().any(|it| it == line));
    }
    let newer = page(&socket, "application/openmetrics-text; version=1.0.0");
    assert!(newer.contains("openmetrics-text; version=1.0.0") && newer.ends_with("# EOF\n"), "{newer}");
    let in_file = || fs::read_to_string(&file).unwrap_or_default();
    sandbox.wait_for("the file has it, too", PATIENCE, || in_file().lines().any(|it| it == sent));
    if let Some(promtool) = promtool() {
        let older = page(&socket, "text/plain");
        let (_, older) = older.split_once("\r\n\r\n").expect("a body");
        expect_success(Command::new(&promtool).args(["check", "metrics"]), older);
        expect_success(Command::new(&promtool).args(["check", "metrics"]), &in_file());
    }
    assert_eq!(agent.stop(), Some(0));
    assert!(!socket.exists(), "the socket goes with the agent");
}

#[test]
fn the_alert_rules_of_contrib_speak_of_numbers_that_there_are_and_tell_trouble_from_peace() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/prometheus");
    let rules = fs::read_to_string(folder.join("alertmail.rules.yml")).expect("the rules");
    let page = fs::read_to_string(folder.join("../../agent/src/metrics/page.rs")).expect("the families");
    let named =
        rules.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| name.starts_with("alertmail_"));
    let named: Vec<&str> = named.collect();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        let family = name.trim_end_matches("_total");
        assert!(page.contains(&format!("\"{family}\"")), "{name} is no number of ours");
    }
    if let Some(promtool) = promtool() {
        let run =
            |what: [&str; 3]| expect_success(Command::new(&promtool).args(what).current_dir(&folder), "");
        run(["check", "rules", "alertmail.rules.yml"]);
        run(["test", "rules", "alertmail.rules.test.yml"]);
    }
}

/// The families that the agent shows, with their labels, as the source of its page has them.
fn families() -> BTreeMap<String, BTreeSet<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/metrics/page.rs");
    let source = fs::read_to_string(path).expect("the families");
    let mut families = BTreeMap::new();
    for part in source.split("page.family(").skip(1) {
        let texts: Vec<&str> = part.split('"').skip(1).step_by(2).collect();
        let labels = part.split("(\"").skip(1).filter_map(|it| it.split_once("\","));
        families.insert(texts[0].to_owned(), labels.map(|(name, _)| name.to_owned()).collect());
    }
    families
}

/// What an expression names besides functions, numbers and what stands in quotes.
fn names(expression: &str) -> Vec<String> {
    let bare: String = expression.split('"').step_by(2).collect::<Vec<_>>().join("");
    let bare: String = bare.split('[').map(|it| it.split_once(']').map_or(it, |(_, rest)| rest)).collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = Vec::new();
    let mut rest = bare.as_str();
    while let Some(begin) = rest.find(|c: char| c.is_alphabetic()) {
        let end = rest[begin..].find(|c| !is_word(c)).map_or(rest.len(), |end| begin + end);
        if !rest[end..].starts_with('(') {
            names.push(rest[begin..end].to_owned());
        }
        rest = &rest[end..];
    }
    names
}

#[test]
fn the_dashboard_of_contrib_shows_numbers_that_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/grafana/alertmail.json");
    let text = fs::read_to_string(path).expect("the dashboard");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let families = families();
    assert!(families["alertmail_alerts"].contains("state"), "{families:?}");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let (mut seen, mut rules) = (BTreeSet::new(), Vec::new());
    for target in targets {
        let of = |key: &str| target[key].as_str().expect("a text").to_owned();
        let (expression, legend) = (of("expr"), of("legendFormat"));
        let named = names(&expression);
        let family_of = |name: &String| {
            let bare = ["_total", "_bucket"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            families.get_key_value(bare)
        };
        let (family, labels) = named.iter().find_map(family_of).unwrap_or_else(|| panic!("{expression}"));
        seen.insert(family.clone());
        let said = legend.split("{{").skip(1).map(|it| it.split("}}").next().unwrap_or_default().to_owned());
        for name in named.iter().cloned().chain(said) {
            let is_known = ["sum", "min", "max", "by", "le", "instance"].contains(&name.as_str())
                || labels.contains(&name);
            assert!(is_known || family_of(&name).is_some(), "{name} in {expression}, {legend}");
        }
        let expression = expression.replace("$__rate_interval", "5m").replace("$instance", ".*");
        let record = format!("dashboard:{}", rules.len());
        rules.push(serde_json::json!({ "record": record, "expr": expression }));
    }
    if let Some(promtool) = promtool() {
        let folder = tempfile::tempdir().expect("a folder");
        // What is JSON is YAML, too.
        let rules = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] }).to_string();
        harness::write_file(&folder.path().join("rules.yml"), 0o600, rules.as_bytes());
        let check = ["check", "rules", "rules.yml"];
        expect_success(Command::new(&promtool).args(check).current_dir(&folder), &rules);
    }
    assert!(seen.len() >= 15, "{seen:?}");
}
