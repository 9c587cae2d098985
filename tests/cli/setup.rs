//! What is said to whoever sets things up: `probe`, `drill`, `send`, `providers`, `route`, `spool`, `import`, in both languages and for programs.

use std::fs;

use harness::{Config, Provider, Sandbox, write_file};
use lab::{Personality, Port};
use spool_format::{Folder, Layout};

use crate::golden::{LANGUAGES, Said, document};
use crate::{alertmail, sandbox};

/// Providers that take a mail, refuse a login or a recipient, are not there, and are none.
fn providers(sandbox: &Sandbox) {
    let home = sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", "right"));
    let spare =
        sandbox.server("spare", Personality::plain().recipient("full@example.jp", "452 4.2.2 mailbox full"));
    let box_of_files = "[drills]\ncanary_to = [\"ops@example.jp\"]\n\
        [[provider]]\nkind = \"maildir\"\nname = \"box\"\npath = \"Maildir\"\nfrom = \"alert@example.jp\"\n";
    let config = Config::of([
        Provider::starttls("home", home.port()).login("alert", "right"),
        Provider::starttls("wrong", home.port()).login("alert", "wrong"),
        Provider::clear("spare", spare.port()),
        Provider::clear("down", Port::reserve().expect("a port").number()),
    ]);
    sandbox.configure(&config.alias("ops", &["ops@example.jp"]).more(box_of_files));
}

#[test]
fn what_is_said_of_providers_and_of_a_mail_to_them_is_what_is_kept() {
    let send = |provider| ["send", "--provider", provider, "--to", "ops,full@example.jp", "-s", "disk full"];
    for language in LANGUAGES {
        let sandbox = sandbox();
        providers(&sandbox);
        let config = sandbox.config_file().to_string_lossy().into_owned();
        let config = ["--config", &config];
        let mut said = Said::nothing(language, sandbox.path());
        said.ask(&["probe", "--auth"], &config);
        said.ask(&["probe", "nobody"], &config);
        said.looks_like("probe");

        let mut said = Said::nothing(language, sandbox.path());
        for provider in ["spare", "wrong", "box"] {
            said.ask(&["drill", provider], &config);
        }
        said.ask(&["drill", "--canary"], &config);
        said.looks_like("drill");

        let mut said = Said::nothing(language, sandbox.path());
        for (provider, more) in [
            ("home", &["text"][..]),
            ("spare", &["text"]),
            ("spare", &["--trace=full", "text"]),
            ("spare", &["--trace=none", "text"]),
            ("wrong", &["text"]),
            ("down", &["text"]),
            ("box", &["text"]),
            ("home", &["--dry-run", "text"]),
            ("nobody", &["text"]),
        ] {
            said.ask(&[&send(provider), more].concat(), &config);
        }
        said.looks_like("send");
    }
}

#[test]
fn what_programs_are_told_of_providers_is_what_is_kept() {
    let sandbox = sandbox();
    providers(&sandbox);
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let send = ["send", "--to", "ops,full@example.jp", "-s", "disk full", "text", "--provider"];
    for (name, arguments) in [
        ("probe", &["probe", "--auth"][..]),
        ("probe-drill", &["drill", "wrong"]),
        ("canaries", &["drill", "--canary"]),
        ("send", &[&send[..], &["spare"]].concat()),
        ("send-down", &[&send[..], &["down"]].concat()),
        ("send-dry-run", &[&send[..], &["home", "--dry-run"]].concat()),
        ("providers", &["providers"]),
        ("route", &["route", "--to", "ops,nobody-knows-me"]),
        ("check-no-agent", &["check"]),
    ] {
        let ended = sandbox.alertmail(&[arguments, &["--json", "--config", &config]].concat());
        document(name, &ended.stdout, sandbox.path());
    }
}

#[test]
fn what_is_said_of_a_spool_is_what_is_kept() {
    let damage = |sandbox: &Sandbox| {
        let spool = Layout::new(sandbox.path().join("own"));
        fs::remove_dir_all(spool.folder(Folder::Corrupt)).expect("an empty folder");
        let waits = spool.folder(Folder::Deferred).join("01m88acff07gy3rf1w7gy3rf1w.json");
        write_file(&waits, 0o640, b"{");
        write_file(&spool.folder(Folder::Incoming).join("letter.txt"), 0o640, b"x");
    };
    for language in LANGUAGES {
        let sandbox = sandbox();
        let own = sandbox.path().join("own").to_string_lossy().into_owned();
        let mut said = Said::nothing(language, sandbox.path());
        said.ask(&["spool", "init", &own], &[]);
        said.ask(&["spool", "init", &own], &[]);
        said.ask(&["spool", "verify", "--spool", &own], &[]);
        damage(&sandbox);
        said.ask(&["spool", "verify", "--spool", &own], &[]);
        said.ask(&["spool", "repair", "--spool", &own], &[]);
        said.ask(&["spool", "verify", "--spool", &own], &[]);
        said.ask(&["spool", "init", "/proc/nowhere"], &[]);
        said.looks_like("spool");
    }
    let sandbox = sandbox();
    let own = sandbox.path().join("own").to_string_lossy().into_owned();
    document("spool-init", &sandbox.alertmail(&["spool", "init", &own, "--json"]).stdout, sandbox.path());
    damage(&sandbox);
    for order in ["verify", "repair"] {
        let ended = sandbox.alertmail(&["spool", order, "--json", "--spool", &own]);
        document(&format!("spool-order-{order}"), &ended.stdout, sandbox.path());
    }
}

/// Another program's files, and two mails in its queue, of which one is not whole.
fn other_program(sandbox: &Sandbox) -> String {
    let root = sandbox.path().join("other");
    let remotes = "mail.example.com smtp --port=587 --starttls --user=alert --pass=hunter2\n";
    for (path, text) in [
        ("etc/nullmailer/remotes", remotes),
        ("etc/nullmailer/pausetime", "60\n"),
        (
            "var/spool/nullmailer/queue/1795580000.4711",
            "root@db1.example.com\nops@example.jp\n\nSubject: disk full\n\n/var\n",
        ),
        ("var/spool/nullmailer/queue/1795580001.4712", "root@db1.example.com\nops@exa"),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("our own folder");
        write_file(&path, 0o600, text.as_bytes());
    }
    root.to_string_lossy().into_owned()
}

#[test]
fn what_is_said_of_another_programs_files_is_what_is_kept() {
    for language in LANGUAGES {
        let sandbox = sandbox();
        let root = other_program(&sandbox);
        let output = sandbox.path().join("imported.toml").to_string_lossy().into_owned();
        let spool = sandbox.spool().to_string_lossy().into_owned();
        let mut said = Said::nothing(language, sandbox.path());
        said.ask(&["import", "nullmailer", "--root", &root], &[]);
        said.ask(&["import", "nullmailer", "--root", &root, "--output", &output], &[]);
        said.ask(&["import", "nullmailer", "--root", &root, "--output", &output], &[]);
        said.ask(&["import", "nullmailer", "--root", &root, "--queue", "--spool", &spool], &[]);
        said.ask(&["import", "msmtp", "--root", &root], &[]);
        said.looks_like("import");
    }
    let sandbox = sandbox();
    let root = other_program(&sandbox);
    let spool = sandbox.spool().to_string_lossy().into_owned();
    for (name, more) in [("import", &[][..]), ("import-queue", &["--queue", "--spool", &spool])] {
        let ended = sandbox.alertmail(&[&["import", "nullmailer", "--root", &root, "--json"], more].concat());
        document(name, &ended.stdout, sandbox.path());
    }
}

#[test]
fn the_demonstration_tells_its_story_as_it_is_kept() {
    for language in LANGUAGES {
        let home = tempfile::tempdir().expect("a folder");
        let mut said = Said::nothing(language, home.path());
        said.ask_with(&["demo"], alertmail(&["demo"]).env("TMPDIR", home.path()), b"");
        said.looks_like("demo");
    }
}
