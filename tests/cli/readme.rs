//! Every command of the README is run, in the order in which a newcomer types them.

use harness::write_file;
use lab::{Mail, Personality};
use spool_format::AlertId;

use crate::newcomer::{Newcomer, blocks, chapter};
use crate::{repository, sandbox};

/// Commands that this test is a part of: cargo has built the programs, and `tests/run` or its last step runs this.
const RUN_BY_WHOEVER_RUNS_THIS: [&str; 3] =
    ["cargo run --release --bin alertmail -- demo", "./tests/run", "cargo build --release"];

#[test]
fn every_command_works_as_it_stands() {
    let readme = repository("README.md");
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "the password"));
    // The README's own configuration, with its first server on this machine.
    let config = blocks(&readme, "toml")[0]
        .replace("spool = \"/var/spool/alertmail\"", &format!("spool = \"{}\"", sandbox.spool().display()))
        .replace("host = \"mail.example.jp\"", "host = \"127.0.0.1\"")
        .replace("port = 587", &format!("port = {}", server.port()));
    write_file(&sandbox.config_file(), 0o600, config.as_bytes());
    let authority = sandbox.authority().ca_pem();
    for (name, text) in [("home-ca.pem", authority.as_str()), ("yahoo.secret", "x"), ("docomo.secret", "x")] {
        write_file(&sandbox.path().join(name), 0o600, text.as_bytes());
    }
    let newcomer = Newcomer::new(sandbox);
    let (mut agent, mut ids) = (None, Vec::new());
    // That chapter has a configuration of its own, and a test.
    let readme = readme.replace(chapter(&readme, "The first hour"), "");
    for line in blocks(&readme, "sh").iter().flat_map(|block| block.lines()) {
        if RUN_BY_WHOEVER_RUNS_THIS.contains(&line) {
            continue;
        }
        if line.contains(" alertmail run ") {
            agent = Some(newcomer.sandbox.start_agent());
            continue;
        }
        let last = ids.last().map_or("ID", AlertId::as_str).to_owned();
        let said = newcomer.types(&line.replace(" ID", &format!(" {last}")));
        if line.contains("/etc/alertmail/home.secret") {
            newcomer.types("cp /etc/alertmail/home.secret /etc/alertmail/../home.secret");
        }
        let stores = line.starts_with("enqueue ") || line.contains("| enqueue ");
        if stores && !line.contains("--check") {
            let id = AlertId::parse(said.trim_end()).expect("an id");
            newcomer.sandbox.wait_until_sent(id);
            ids.push(id);
        }
    }
    assert_eq!(ids.len(), 3);
    let subjects: Vec<String> =
        server.mails().iter().filter_map(|mail: &Mail| mail.header("Subject")).collect();
    assert_eq!(subjects[..3], ["test", "disk full on db1", "disk full on db1"]);
    assert_eq!(agent.expect("the README runs the agent").stop(), Some(0));
}

#[test]
fn the_lines_for_cron_and_systemd_call_enqueue_as_it_is() {
    let readme = repository("README.md");
    let cron = readme.lines().find(|line| line.contains("backup || enqueue")).expect("a line for cron");
    let unit = repository("contrib/systemd/alert@.service");
    let unit = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let sandbox = sandbox();
    let newcomer = Newcomer::new(sandbox);
    newcomer.types("sudo install target/release/enqueue /usr/local/bin/");
    let hook = cron.split("|| ").nth(1).expect("a command");
    for line in [format!("false || {hook}"), unit.replace("%i", "db.service").replace("%H", "db1")] {
        let said = newcomer.types(&line);
        AlertId::parse(said.trim_end()).expect("an id");
    }
}
