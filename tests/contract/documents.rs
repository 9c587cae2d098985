//! What commands print for machines keeps the schemas in contrib/schemas/: the pages that are kept, and what is said of an agent
//! at work. A key that no schema describes is an offence here, and so is a description of a key that never comes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use harness::{Agent, Config, PATIENCE, Provider, Sandbox, write_file};
use lab::{Personality, Port};
use serde_json::Value;
use spool_format::folder::ALERT_MODE;
use spool_format::{Folder, State};

use crate::validator::{Schema, expect_valid};
use crate::{document_schema, published, sandbox, setups};

/// The schemas, by their names.
const SCHEMAS: [&str; 20] = [
    "acts",
    "canaries",
    "check",
    "config-check",
    "config-show",
    "import",
    "import-queue",
    "list",
    "list-line",
    "preview",
    "probe",
    "providers",
    "route",
    "send",
    "send-dry-run",
    "show",
    "spool-init",
    "spool-order",
    "stats",
    "why",
];

/// The kept documents of this schema.
fn kept(schema: &str) -> Vec<String> {
    let testdata = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/testdata");
    let paths = [testdata.clone(), testdata.join("pages"), testdata.join("commands")].into_iter().flat_map(
        |folder| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()),
    );
    let is_of_it = |path: &PathBuf| {
        let name =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
        let is_of = |name: &str, schema: &str| {
            name.strip_prefix(schema).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        // `import-queue` is one of its own, and not the queue of `import`.
        let its = |name| SCHEMAS.into_iter().filter(|schema| is_of(name, schema)).max_by_key(|it| it.len());
        name.and_then(its) == Some(schema)
    };
    paths.filter(is_of_it).map(|path| fs::read_to_string(path).expect("UTF-8")).collect()
}

/// Providers of all kinds and conditions: one that refuses the login, one with quotas and canaries, one that has ended, and a folder.
fn start(sandbox: &Sandbox) -> Agent {
    let refuses =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "right"));
    let well =
        sandbox.server("spare", Personality::plain().recipient("full@example.jp", "452 4.2.2 mailbox full"));
    let home = Provider::starttls("home", refuses.port()).login("alert", "wrong");
    let spare = Provider::clear("spare", well.port()).key("messages_per_day", "500");
    let more = r#"
[[provider]]
preset = "goo"
from = "alert@example.jp"

[[provider]]
kind = "maildir"
name = "box"
path = "Maildir"
from = "alert@example.jp"

[[route]]
to = ["example.jp"]
providers = ["home", "spare", "goo"]
"#;
    let config = Config::of([home, spare]).alias("ops", &["ops@example.jp"]).notices("gather", "\"100ms\"");
    sandbox.configure(&config.more(&more.replace("preset = \"goo\"", &dead_goo())));
    sandbox.start_agent()
}

/// The preset of a service that has ended, at a port where nothing listens.
fn dead_goo() -> String {
    let port = Port::reserve().expect("a port").number();
    format!("preset = \"goo\"\nhost = \"127.0.0.1\"\nendpoints = [\"{port}/tls\"]")
}

/// What the agent's machine says, as `(schema, document)`.
fn said_of_an_agent_at_work(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let agent = start(sandbox);
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| sandbox.alertmail(&[&["--config", &config], arguments].concat()).stdout;
    let sent =
        sandbox.enqueue(&["-t", "ops", "-s", "状態", "-k", "disk/db1", "--severity", "critical", "text"]);
    sandbox.wait_until_sent(sent);
    let waits = sandbox.enqueue(&["-t", "full@example.jp,nobody-knows-me", "-s", "waits", "text"]);
    let lost = sandbox.enqueue(&["-t", "nobody-knows-me", "-s", "lost", "text"]);
    write_file(&sandbox.folder(Folder::Incoming).join("letter.txt"), ALERT_MODE, b"x");
    sandbox.wait_for("one waits, one is dead, one is set aside", PATIENCE, || {
        matches!(sandbox.state(waits), Some(State::Deferred { .. }))
            && sandbox.state(lost) == Some(State::Dead)
            && !sandbox.names_in(Folder::Corrupt).is_empty()
    });
    sandbox.wait_for("people are told", PATIENCE, || ask(&["list"]).contains("! home fails"));
    let mut said = vec![
        ("list", ask(&["list", "--all", "--json"])),
        ("stats", ask(&["stats", "--json"])),
        ("check", ask(&["check", "--json"])),
        ("providers", ask(&["providers", "--json"])),
        ("route", ask(&["route", "--to", "ops,nobody-knows-me", "--key", "disk/db1", "--json"])),
        ("preview", ask(&["preview", waits.as_str(), "--all", "--json"])),
        ("config-check", ask(&["config", "check", "--json"])),
        ("config-show", ask(&["config", "show", "--json"])),
    ];
    said.extend(ask(&["list", "--all", "--jsonl"]).lines().map(|line| ("list-line", line.to_owned())));
    for id in [sent, waits, lost] {
        said.push(("show", ask(&["show", id.as_str(), "--json"])));
        said.push(("why", ask(&["why", id.as_str(), "--json"])));
    }
    said.push(("why", ask(&["why", "letter.txt", "--json"])));
    assert_eq!(agent.stop(), Some(0));
    said
}

/// What happens rarely, as an agent wrote it into its journal: a drill that has found much, a canary mail, a notice that was over before.
const RARE: &str = r#"{"at":"2026-11-25T03:00:00.000Z","event":"drill","provider":"home","begun":"2026-11-25T03:00:00.000Z","result":{"ended":"2026-11-25T03:00:01.000Z","ok":false,"login":true,"phase":"auth","text":"535 5.7.8 no","cause":"login","failures":2,"took_ms":812,"tls":"TLS 1.3","certificate_end":"2026-12-01T00:00:00.000Z","key":"2fc70a55cf0db8ce116bef7161859a4142f031d3fd0d8b56dcb287d9df16840f","offers":["AUTH PLAIN","SIZE"],"size":10240000,"news":["the login is refused"],"missing":["AUTH LOGIN"],"changes":["another key"]},"delivered":"2026-11-24T03:00:00.000Z"}
{"at":"2026-11-25T03:00:02.000Z","event":"canary","provider":"home","alert":"01m88acff07gy3rf1w7gy3rf1w","begun":"2026-11-25T03:00:02.000Z","ended":"2026-11-25T03:10:02.000Z","ok":false,"text":"nobody took it within 10 minutes","delivered":"2026-11-24T03:00:00.000Z"}
{"at":"2026-11-25T03:00:03.000Z","event":"notice","kind":"provider-failing","subject":"home","open":true,"since":"2026-11-25T03:00:03.000Z","reason":"at auth: 535 5.7.8 no","count":3,"untold":1,"told":"2026-11-25T03:00:03.000Z","told_over":"2026-11-24T03:00:03.000Z","alert":"01m88acff07gy3rf1w7gy3rf1w"}
"#;

/// What is said of what happens rarely, and where there is no spool.
fn said_of_rare_things() -> Vec<(&'static str, String)> {
    let sandbox = sandbox();
    expect_valid(Schema::JournalLine, RARE.lines());
    write_file(&sandbox.spool().join("queue/journal/2026-11-25.jsonl"), 0o600, RARE.as_bytes());
    sandbox.configure(&Config::of([Provider::clear("home", 25)]));
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| sandbox.alertmail(&[&["--config", &config], arguments].concat()).stdout;
    let mut said: Vec<_> = [("list", "list"), ("check", "check"), ("providers", "providers")]
        .map(|(schema, command)| (schema, ask(&[command, "--json"])))
        .into();
    let elsewhere = sandbox.path().join("nothing").to_string_lossy().into_owned();
    said.push(("providers", ask(&["providers", "--json", "--spool", &elsewhere])));
    said
}

/// What people do with an alert, one thing after the other; and a spool of which a folder and a file are gone.
fn said_of_acts() -> Vec<(&'static str, String)> {
    let sandbox = sandbox();
    let home = Provider::clear("home", Port::reserve().expect("a port").number());
    sandbox.configure(&Config::of([home]).pause("1h"));
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| {
        let ended = sandbox.alertmail(&[&["--config", &config], arguments].concat());
        assert!(matches!(ended.code, Some(0 | 65)), "{arguments:?}: {ended:?}");
        ended.stdout
    };
    let id = sandbox.enqueue(&["-t", "ops@example.jp", "-s", "disk full", "text"]).to_string();
    let lost = sandbox.enqueue(&["-t", "nobody-knows-me", "-s", "lost", "text"]);
    let agent = sandbox.start_agent();
    sandbox.wait_for("one is dead", PATIENCE, || sandbox.state(lost) == Some(State::Dead));
    let mut said = Vec::new();
    for act in [
        &["hold", &id][..],
        &["hold", &id],
        &["release", &id],
        &["edit", &id, "--to", "a@example.jp"],
        &["retry", &id],
        &["requeue", lost.as_str()],
    ] {
        said.push(("acts", ask(&[act, &["--json"]].concat())));
    }
    assert_eq!(agent.stop(), Some(0));
    for act in [&["drop", &id, "--reason", "over", "--yes"][..], &["purge", "--all", "--yes"]] {
        said.push(("acts", ask(&[act, &["--json"]].concat())));
    }
    fs::remove_dir_all(sandbox.folder(Folder::Corrupt)).expect("an empty folder");
    write_file(&sandbox.folder(Folder::Deferred).join("01m88acff07gy3rf1w7gy3rf1w.json"), 0o640, b"{");
    for order in ["verify", "repair", "verify"] {
        said.push(("spool-order", ask(&["spool", order, "--json"])));
    }
    said
}

/// Every key of any object in a document.
fn keys(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            known.extend(map.keys().cloned());
            map.values().for_each(|value| keys(value, known));
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, known)),
        _ => {}
    }
}

/// Every key that a schema describes.
fn described(schema: &Value, known: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                known.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| described(value, known));
        }
        Value::Array(list) => list.iter().for_each(|value| described(value, known)),
        _ => {}
    }
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(document_schema(name)).expect("a schema")).expect("JSON")
}

#[test]
fn every_document_keeps_its_schema_and_every_key_that_a_schema_describes_comes() {
    let sandbox = sandbox();
    let mut said = said_of_an_agent_at_work(&sandbox);
    said.extend(said_of_rare_things());
    said.extend(said_of_acts());
    said.extend(setups::said());
    let mut never = Vec::new();
    for name in SCHEMAS {
        let mut documents: Vec<String> =
            said.iter().filter(|it| it.0 == name).map(|it| it.1.clone()).collect();
        assert!(!documents.is_empty(), "{name} was asked for");
        documents.extend(kept(name).into_iter().filter(|_| name != "list-line"));
        expect_valid(Schema::Document(name), documents.iter().map(String::as_str));
        let (mut come, mut promised) = (BTreeSet::new(), BTreeSet::new());
        for text in &documents {
            keys(&serde_json::from_str(text).expect("JSON"), &mut come);
        }
        described(&schema(name), &mut promised);
        let is_tried = name != "spool-init" || setups::is_root();
        let promised = promised.into_iter().filter(|_| is_tried).collect::<BTreeSet<_>>();
        never.extend(promised.difference(&come).map(|key| format!("{name}: {key}")));
    }
    assert_eq!(never, Vec::<String>::new(), "described, but never seen");
}

#[test]
fn what_several_schemas_describe_they_describe_in_the_same_words() {
    let journal = fs::read_to_string(published("journal.schema.json")).expect("a schema");
    let journal: Value = serde_json::from_str(&journal).expect("JSON");
    let mut known = std::collections::BTreeMap::new();
    for name in SCHEMAS {
        let schema = schema(name);
        for (part, text) in schema["$defs"].as_object().into_iter().flatten() {
            let first = known.entry(part.clone()).or_insert_with(|| text.clone());
            assert_eq!(first, text, "{part} in {name}");
        }
    }
    for (part, event) in [
        ("id", "id"),
        ("time", "time"),
        ("address", "address"),
        ("result", "result"),
        ("drill", "event-drill"),
        ("canary", "event-canary"),
        ("notice", "event-notice"),
    ] {
        for words in ["required", "properties", "pattern"] {
            assert_eq!(known[part][words], journal["$defs"][event][words], "{part} as in the journal");
        }
    }
    let folder = fs::read_dir(document_schema("list").parent().expect("a folder")).expect("a folder");
    assert_eq!(folder.count(), SCHEMAS.len(), "every schema is tried");
}
