//! Every command of the README is run, in the order in which a newcomer types them.

use std::path::Path;
use std::process::Command;

use harness::{Sandbox, run, write_file};
use lab::{Mail, Personality};
use spool_format::AlertId;

use crate::{ALERTMAIL, repository, sandbox};

/// Commands that this test is a part of: cargo has built the programs, and `tests/run` or its last step runs this.
const RUN_BY_WHOEVER_RUNS_THIS: [&str; 3] =
    ["cargo run --release --bin alertmail -- demo", "./tests/run", "cargo build --release"];

/// What stands between three backquotes behind this word.
fn blocks<'r>(readme: &'r str, language: &str) -> Vec<&'r str> {
    let opening = format!("```{language}\n");
    readme.split(&opening).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

struct Newcomer {
    sandbox: Sandbox,
}

impl Newcomer {
    /// A command as typed, with the places of a whole machine replaced by those of the sandbox.
    fn types(&self, line: &str) -> String {
        let here = |place: &str| self.sandbox.path().join(place).to_string_lossy().into_owned();
        let built = Path::new(ALERTMAIL).parent().expect("a folder").to_string_lossy().into_owned();
        let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/");
        let line = line
            .replace("sudo -u alertmail ", "")
            .replace("sudo ", "")
            // The users are made in a folder, and numbers take their place: this machine stays as it is.
            .replace(
                "systemd-sysusers contrib/",
                &format!("systemd-sysusers --root={} {}", here(""), contrib.display()),
            )
            .replace("spool init --system", init_of_the_machine())
            .replace("-o alertmail ", "")
            .replace("/etc/alertmail/", &format!("{}/", here("etc")))
            .replace("/usr/local/bin/", &format!("{}/", here("bin")))
            .replace("target/release/", &format!("{built}/"));
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(&line).env("ALERTMAIL_SPOOL", self.sandbox.spool());
        bash.env("ALERTMAIL_CONFIG", self.sandbox.config_file());
        bash.env("PATH", format!("{}:{}", here("bin"), std::env::var("PATH").unwrap_or_default()));
        run(&mut bash, b"").expect_success()
    }
}

/// Only root can make the spool of a machine.
fn init_of_the_machine() -> &'static str {
    if rustix::process::geteuid().is_root() {
        "spool init --system --user 0 --ops-group 0"
    } else {
        "spool init"
    }
}

#[test]
fn every_command_works_as_it_stands() {
    let readme = repository("README.md");
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "the password"));
    for folder in ["etc", "bin"] {
        std::fs::create_dir(sandbox.path().join(folder)).expect("a folder");
    }
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
    let newcomer = Newcomer { sandbox };
    let (mut agent, mut ids) = (None, Vec::new());
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
    std::fs::create_dir_all(sandbox.path().join("bin")).expect("a folder");
    let newcomer = Newcomer { sandbox };
    newcomer.types("sudo install target/release/enqueue /usr/local/bin/");
    let hook = cron.split("|| ").nth(1).expect("a command");
    for line in [format!("false || {hook}"), unit.replace("%i", "db.service").replace("%H", "db1")] {
        let said = newcomer.types(&line);
        AlertId::parse(said.trim_end()).expect("an id");
    }
}
