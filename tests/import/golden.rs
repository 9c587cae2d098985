//! Files as people write them, and what comes of them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{run, write_file};

use crate::{ALERTMAIL, furnish, import};

/// Every password that stands in a case: none may be seen anywhere.
const PASSWORDS: [&str; 8] =
    ["abcd efgh", "it's", "hunter2", "hunter3", "pass=word", "pa:ss", "abcdefghijklmnop", "'open"];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/import/cases");
    let entries = std::fs::read_dir(folder).expect("there are cases");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
fn looks_like(path: &Path, text: &str) {
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(path, text).expect("cases can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == text,
        "{} differs (ALERTMAIL_UPDATE_GOLDEN=1 accepts the new one)\n{text}",
        path.display()
    );
}

fn check(config: &Path) -> harness::Ended {
    run(Command::new(ALERTMAIL).args(["config", "check", "--config"]).arg(config), b"")
}

#[test]
fn each_case_becomes_a_configuration_that_is_accepted_and_every_loss_is_named() {
    let cases = cases();
    for case in &cases {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let peer = name.split('-').next().expect("the program comes first");
        let ended = import(peer, case, &[]);
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
        looks_like(&case.with_extension("toml"), &ended.stdout);
        looks_like(&case.with_extension("notes"), &ended.stderr);
        for password in PASSWORDS {
            assert!(
                !ended.stdout.contains(password) && !ended.stderr.contains(password),
                "{name}: {password}"
            );
        }
        let out = tempfile::tempdir().expect("a folder");
        let config = out.path().join("alertmail.toml");
        write_file(&config, 0o600, ended.stdout.as_bytes());
        let checked = check(&config);
        assert!(checked.stdout.contains(": no mistakes, "), "{name}: {}{}", checked.stdout, ended.stdout);
    }
    let all: Vec<String> = cases.iter().map(|case| case.display().to_string()).collect();
    for peer in ["nullmailer-", "msmtp-", "ssmtp-", "dma-", "postfix-"] {
        assert!(all.iter().filter(|case| case.contains(&format!("/{peer}"))).count() >= 2, "{peer}: {all:?}");
    }
}

#[test]
fn passwords_go_into_files_of_their_owner_and_nothing_is_overwritten() {
    let root = tempfile::tempdir().expect("a folder");
    furnish(
        root.path(),
        &[("etc/nullmailer/remotes", "mail.example.com smtp starttls user=alert pass='a b \"c\\\\ #='\n")],
    );
    let out = tempfile::tempdir().expect("a folder");
    let config = out.path().join("new.toml");
    let shown = config.display().to_string();
    let ended = import("nullmailer", root.path(), &["--output", &shown]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("next: alertmail config check --config"), "{}", ended.stdout);
    let secret = out.path().join("mail.example.com.secret");
    let mode = std::fs::metadata(&secret).expect("a file").permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
    assert_eq!(std::fs::read_to_string(&secret).expect("text"), "a b \"c\\\\ #=\n");
    assert!(check(&config).stdout.contains(": no mistakes"), "{}", check(&config).stdout);
    for there in ["new.toml", "mail.example.com.secret"] {
        let left = std::fs::read(out.path().join(there)).expect("a file");
        let other = if there == "new.toml" {
            shown.clone()
        } else {
            out.path().join("other.toml").display().to_string()
        };
        let again = import("nullmailer", root.path(), &["--output", &other]);
        assert_eq!(again.code, Some(73), "{}", again.stderr);
        assert!(again.stderr.contains("is there already, and nothing is overwritten"), "{}", again.stderr);
        assert_eq!(std::fs::read(out.path().join(there)).expect("a file"), left);
    }
    assert!(!out.path().join("other.toml").exists(), "all or none");
}

#[test]
fn without_output_nothing_is_written_and_json_tells_the_same() {
    let root = tempfile::tempdir().expect("a folder");
    furnish(
        root.path(),
        &[(
            "etc/ssmtp/ssmtp.conf",
            "root=ops@example.jp\nmailhub=mail.example.com:587\nUseSTARTTLS=YES\nAuthUser=u\nAuthPass=hunter2\n",
        )],
    );
    let before = run(Command::new("find").arg(root.path()), b"").stdout;
    let ended = import("ssmtp", root.path(), &["--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(document["read"][0], "/etc/ssmtp/ssmtp.conf");
    assert_eq!(document["notes"][1]["line"], 3, "{document}");
    assert!(
        document["toml"].as_str().is_some_and(|toml| toml.contains("mail.example.com.secret")),
        "{document}"
    );
    assert!(!ended.stdout.contains("hunter2"));
    assert_eq!(run(Command::new("find").arg(root.path()), b"").stdout, before);
}

#[test]
fn who_has_nothing_to_import_is_told_what_is_missing() {
    let root = tempfile::tempdir().expect("a folder");
    for peer in ["nullmailer", "msmtp", "ssmtp", "dma", "postfix"] {
        let ended = import(peer, root.path(), &[]);
        assert_eq!(ended.code, Some(66), "{peer}: {}", ended.stderr);
        assert!(ended.stderr.contains("--root DIR"), "{}", ended.stderr);
    }
    furnish(root.path(), &[("etc/postfix/main.cf", "relayhost =\n"), ("etc/nullmailer/remotes", "\n")]);
    for peer in ["postfix", "nullmailer"] {
        let ended = import(peer, root.path(), &[]);
        assert_eq!(ended.code, Some(65), "{peer}: {}", ended.stderr);
    }
    for peer in ["msmtp", "ssmtp", "postfix"] {
        assert_eq!(
            import(peer, root.path(), &["--queue"]).code,
            Some(64),
            "{peer} has no queue that is taken"
        );
    }
}

#[test]
fn losses_are_named_in_japanese_where_the_environment_asks_for_it() {
    let root = tempfile::tempdir().expect("a folder");
    furnish(root.path(), &[("etc/dma/dma.conf", "SMARTHOST mail.example.com\nSECURETRANSFER\nFULLBOUNCE\n")]);
    let mut command = crate::import_command("dma", root.path(), &[]);
    let ended = run(command.env("LANG", "ja_JP.UTF-8"), b"");
    assert!(
        ended.stderr.contains("/etc/dma/dma.conf:3: `FULLBOUNCE` に当たる設定はない"),
        "{}",
        ended.stderr
    );
}
