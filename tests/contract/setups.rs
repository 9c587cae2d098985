//! What commands print for machines that set up or take over: `probe`, `drill`, `send`, `spool init`, `import`.

use std::fs;

use harness::{Config, Provider, Sandbox, not_tried, write_file};
use lab::Personality;

use crate::sandbox;

/// All of it, as `(schema, document)`.
pub(crate) fn said() -> Vec<(&'static str, String)> {
    let sandbox = sandbox();
    let mut said = said_of_providers(&sandbox);
    said.extend(said_of_other_programs(&sandbox));
    said.extend(said_of_new_spools(&sandbox));
    said
}

fn said_of_providers(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let refuses =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "right"));
    let well =
        sandbox.server("spare", Personality::plain().recipient("full@example.jp", "452 4.2.2 mailbox full"));
    let home = Provider::starttls("home", refuses.port()).login("alert", "wrong");
    let spare = Provider::clear("spare", well.port());
    let more = "[drills]\ncanary_to = [\"ops@example.jp\"]\n\
        [[provider]]\nkind = \"maildir\"\nname = \"box\"\npath = \"Maildir\"\nfrom = \"alert@example.jp\"\n";
    sandbox.configure(&Config::of([home, spare]).more(more));
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| {
        sandbox.alertmail(&[arguments, &["--config", &config, "--json"]].concat()).stdout
    };
    let send =
        ["send", "--provider", "spare", "--to", "ops@example.jp,full@example.jp", "--subject", "s", "text"];
    vec![
        ("probe", ask(&["probe", "--auth"])),
        ("probe", ask(&["drill", "spare"])),
        ("send", ask(&send)),
        ("send-dry-run", ask(&[&send[..], &["--dry-run"]].concat())),
        ("canaries", ask(&["drill", "--canary"])),
    ]
}

fn said_of_other_programs(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let root = sandbox.path().join("other");
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("our own folder");
        write_file(&path, 0o600, text.as_bytes());
    };
    put(
        "etc/nullmailer/remotes",
        "mail.example.com smtp --port=587 --starttls --user=alert --pass=hunter2\n",
    );
    put("etc/nullmailer/pausetime", "60\n");
    put(
        "var/spool/nullmailer/queue/1795580000.4711",
        "root@db1.example.com\nops@example.jp\n\nSubject: disk full\n\n/var\n",
    );
    put("var/spool/nullmailer/queue/1795580001.4712", "root@db1.example.com\nops@exa");
    let (root, spool) = (root.to_string_lossy().into_owned(), sandbox.spool().to_string_lossy().into_owned());
    let output = sandbox.path().join("imported.toml").to_string_lossy().into_owned();
    let import = |more: &[&str]| {
        let ended = sandbox.alertmail(&[&["import", "nullmailer", "--root", &root, "--json"], more].concat());
        assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{ended:?}");
        ended.stdout
    };
    vec![
        ("import", import(&[])),
        ("import", import(&["--output", &output])),
        ("import-queue", import(&["--queue", "--spool", &spool])),
    ]
}

fn said_of_new_spools(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let place = |name: &str| sandbox.path().join(name).to_string_lossy().into_owned();
    let init = |place: &str, more: &[&str]| {
        sandbox.alertmail(&[&["spool", "init", place, "--json"], more].concat()).expect_success()
    };
    let mut said = vec![("spool-init", init(&place("own"), &[]))];
    if is_root() {
        // Users that every machine has.
        let shared = ["--system", "--user", "daemon", "--ops-group", "adm"];
        said.push(("spool-init", init(&place("shared"), &shared)));
        said.push(("spool-init", init(&place("own"), &shared)));
    } else {
        not_tried("what `spool init --system` prints was not looked at: only root can do it");
    }
    said
}

/// Whether what only root can do has been asked for, too.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
