//! `alertmail config`: what is wrong, and what it means, from a folder with files.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use harness::{Ended, run, write_file};

use super::alertmail;
use super::golden::{LANGUAGES, Said, looks_like};

const MAIN: &str = "\u{feff}include = [\"conf.d/*.toml\"]\r\nspool = \"spool\"\r\n[alerts]\r\nto = [\"oncall@example.jp\"]\r\n";
const DOCOMO: &str = "[[provider]]\npreset = \"docomo\"\nfrom = \"oncall@docomo.ne.jp\"\nuser = \"oncall\"\npassword = { file = \"docomo.secret\" }\n";
const GOO: &str = "[[provider]]\npreset = \"goo\"\nfrom = \"oncall@mail.goo.ne.jp\"\nuser = \"oncall\"\npassword = { command = [\"pass\", \"hunter2\"] }\n";
const FAULTY: &str = "[limits]\nreply = 3\nconect = \"1s\"\n[alerts]\nto = \"x@example.jp\"\n[[provider]]\nname = \"home\"\nhost = \"h\"\nfrom = \"a@example.jp\"\nca_file = \"none.pem\"\nport = 0\npassword = \"hunter2\"\n";

fn ask(folder: &Path, arguments: &[&str]) -> (Ended, String) {
    let mut command = alertmail(&["config"]);
    let ended = run(command.args(arguments).arg("--config").arg(folder.join("alertmail.toml")), b"");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!said.contains("hunter2"), "{said}");
    let folder = folder.to_str().expect("a path of ours");
    // How far a remark stands from a path depends on the folder's name.
    let line = |line: &str| match line.split_once("  #") {
        Some((before, remark)) if line.contains(folder) => format!("{}  #{remark}", before.trim_end()),
        _ => line.to_owned(),
    };
    let said: String = said.lines().map(|it| line(it).replace(folder, "/etc/alertmail") + "\n").collect();
    (ended, said)
}

fn files(files: &[(&str, u32, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("conf.d")).expect("a folder");
    for (name, mode, text) in files {
        write_file(&folder.path().join(name), *mode, text.as_bytes());
        std::fs::set_permissions(folder.path().join(name), Permissions::from_mode(*mode)).expect("a mode");
    }
    folder
}

fn sound() -> tempfile::TempDir {
    files(&[
        ("alertmail.toml", 0o644, MAIN),
        ("conf.d/10-docomo.toml", 0o644, DOCOMO),
        ("conf.d/20-goo.toml", 0o666, GOO),
        ("conf.d/docomo.secret", 0o640, "hunter2\n"),
    ])
}

#[test]
fn warnings_are_named_with_their_place_and_are_no_reason_to_stay_away() {
    let folder = sound();
    let (ended, said) = ask(folder.path(), &["check"]);
    assert_eq!(ended.code, Some(0), "{said}");
    looks_like("config-check-sound.txt", &said);
    let (ended, said) = ask(folder.path(), &["check", "--json"]);
    assert_eq!(ended.code, Some(0), "{said}");
    looks_like("config-check-sound.json", &said);
}

#[test]
fn every_mistake_is_named_at_once_with_file_line_key_and_what_is_allowed() {
    let folder = sound();
    write_file(&folder.path().join("conf.d/30-home.toml"), 0o644, FAULTY.as_bytes());
    let (ended, said) = ask(folder.path(), &["check"]);
    assert_eq!(ended.code, Some(78), "{said}");
    looks_like("config-check-faulty.txt", &said);
    let (ended, said) = ask(folder.path(), &["check", "--json"]);
    assert_eq!(ended.code, Some(78), "{said}");
    looks_like("config-check-faulty.json", &said);
    let (ended, said) = ask(folder.path(), &["show"]);
    assert_eq!(ended.code, Some(78), "{said}");
    assert!(ended.stdout.is_empty() && said.contains("conf.d/30-home.toml:2: `reply`"), "{said}");
}

#[test]
fn a_file_that_is_not_there_and_a_certificate_that_cannot_be_read_are_mistakes() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [&["check"][..], &["check", "--json"], &["show"]] {
        let (ended, said) = ask(folder.path(), arguments);
        assert_eq!(ended.code, Some(78), "{said}");
        assert!(said.contains("cannot read the configuration"), "{said}");
    }
    let text =
        "[[provider]]\nname = \"home\"\nhost = \"h\"\nfrom = \"a@example.jp\"\nca_file = \"none.pem\"\n";
    let folder = files(&[("alertmail.toml", 0o644, text)]);
    let (ended, said) = ask(folder.path(), &["check"]);
    assert_eq!(ended.code, Some(78), "{said}");
    assert!(said.contains("alertmail.toml:5: ") && said.contains("none.pem"), "{said}");
}

#[test]
fn what_is_said_of_a_configuration_is_what_is_kept_in_both_languages() {
    for language in LANGUAGES {
        let folder = sound();
        let config = folder.path().join("alertmail.toml").to_string_lossy().into_owned();
        let mut said = Said::nothing(language, folder.path());
        said.ask(&["config", "check"], &["--config", &config]);
        said.ask(&["config", "show"], &["--config", &config]);
        write_file(&folder.path().join("conf.d/30-home.toml"), 0o644, FAULTY.as_bytes());
        said.ask(&["config", "check"], &["--config", &config]);
        said.ask(&["config", "show"], &["--config", &config]);
        said.ask(&["config", "check"], &["--config", "/nonexistent/alertmail.toml"]);
        said.looks_like("config");
    }
}

#[test]
fn what_holds_is_shown_with_its_places_and_can_be_used_again() {
    let folder = sound();
    let (ended, said) = ask(folder.path(), &["show"]);
    assert_eq!(ended.code, Some(0), "{said}");
    looks_like("config-show.txt", &said);
    let (json, said) = ask(folder.path(), &["show", "--json"]);
    assert_eq!(json.code, Some(0), "{said}");
    looks_like("config-show.json", &said);
    let again = files(&[("alertmail.toml", 0o644, &ended.stdout)]);
    let values = |text: &str| -> Vec<String> {
        let line = |line: &str| line.split("  #").next().unwrap_or(line).trim_end().to_owned();
        text.lines().map(line).filter(|line| !line.starts_with('#')).collect()
    };
    assert_eq!(values(&ask(again.path(), &["show"]).0.stdout), values(&ended.stdout));
}
