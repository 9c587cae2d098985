//! The language of whoever asks: Japanese where the environment asks for it, English everywhere else, and for programs.

use harness::{Config, Ended, Provider, Sandbox, in_english, run};

use crate::{alertmail, sandbox};

const JAPANESE: (&str, &str) = ("LANG", "ja_JP.UTF-8");

/// What a command says where such a variable is the only one that names a language.
fn said(sandbox: &Sandbox, arguments: &[&str], (name, value): (&str, &str)) -> Ended {
    let mut command = alertmail(arguments);
    in_english(&mut command).arg("--spool").arg(sandbox.spool()).env(name, value).env("TZ", "UTC");
    if sandbox.config_file().exists() {
        command.env("ALERTMAIL_CONFIG", sandbox.config_file());
    }
    run(&mut command, b"")
}

#[test]
fn each_variable_that_names_japanese_is_heard_and_anything_else_is_english() {
    let sandbox = sandbox();
    sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "disk full", ""]);
    for (variable, head) in [
        (JAPANESE, "経過"),
        (("LC_MESSAGES", "ja"), "経過"),
        (("LC_ALL", "ja_JP.eucJP"), "経過"),
        (("LANG", "C.UTF-8"), "AGE"),
        (("LANG", "POSIX"), "AGE"),
        (("LC_ALL", "de_DE.UTF-8"), "AGE"),
    ] {
        let list = said(&sandbox, &["list"], variable).expect_success();
        assert!(list.starts_with(head), "{variable:?}: {list}");
    }
}

#[test]
fn what_people_do_and_what_is_refused_is_said_in_japanese_with_the_same_exit_code() {
    let sandbox = sandbox();
    sandbox.configure(&Config::of([Provider::clear("home", 25)]));
    let id = sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "disk full", ""]).to_string();
    for (arguments, part) in [
        (&["list", "--state", "dead"][..], "状態が dead のものはありません。"),
        (&["why", &id], "エージェントがまだ確認していません。"),
        (&["show", &id], "次の動作      エージェントが動き次第、受け付けます"),
        (&["show", "zz"], "ID が `zz` で始まるアラートはありません。一覧: alertmail list --all"),
        (&["retry"], "対象を指定してください"),
        (&["drop", &id, "--reason", "x"], "アラート1件の送信を断念しますか？"),
        (&["preview", &id], "メールソフトでの表示"),
        (
            &["send", "--dry-run", "--provider", "home", "--to", "ops@example.jp", "x"],
            "宛先      ops@example.jp",
        ),
        (&["hold", &id], "保留にしました: 1件"),
        (&["release", "--all"], "保留を解除しました: 1件"),
        (&["purge", "--all"], "該当するアラートはありません"),
        (&["stats"], "どのプロバイダも使われていません"),
        (&["config", "check"], "誤り0件、警告"),
        (&["probe", "home", "--tls", "none"], "--tls と --ca-file は HOST:PORT 用です"),
        (&["probe", "127.0.0.1:1", "--tls", "none"], "判定         接続の段階: 接続できません"),
        (&["send", "--server", "mail.example.jp", "x"], "--from（このサーバーで使える差出人アドレス）を指定"),
        (&["check"], "alertmail CRITICAL: エージェントが動いていません（起動: `alertmail run`）"),
    ] {
        let japanese = said(&sandbox, arguments, JAPANESE);
        let whole = format!("{}{}", japanese.stdout, japanese.stderr);
        assert!(whole.contains(part), "{arguments:?}: {japanese:?}");
    }
    let nowhere = |language| {
        let mut command = alertmail(&["list", "--spool", "/nonexistent/spool"]);
        run(command.env("LANG", language), b"")
    };
    let (japanese, english) = (nowhere("ja_JP.UTF-8"), nowhere("C"));
    let said = "alertmail: `/nonexistent/spool` にスプールがありません。作成: alertmail spool init /nonexistent/spool\n";
    assert_eq!(japanese.stderr, said);
    assert_eq!(japanese.code, english.code);
}

#[test]
fn help_and_what_is_wrong_with_a_command_line_is_said_in_japanese_with_the_same_exit_code_and_stream() {
    for (line, part) in [
        ("--help", "使い方: alertmail [オプション] <コマンド>"),
        ("list -h", "この重要度のものだけ"),
        ("spool init --help", "すでにあるものは、そのまま残します。"),
        ("", "コマンド:\n  run "),
        ("config", "使い方: alertmail config [オプション] <コマンド>"),
        ("--version", "alertmail 0."),
        ("list --al", "`--al` というオプションや引数はありません\n  もしかして: --all"),
        ("lst", "`lst` というコマンドはありません\n  もしかして: list"),
        ("show", "必須のオプションや引数がありません: `<ID>`\n\n使い方: alertmail show <ID>"),
        ("show a b", "`b` というオプションや引数はありません"),
        ("show -x", "前に `--` を付けてください: -- -x"),
        ("list --state ded", "指定できる値: incoming, trying,"),
        ("list --json --jsonl", "`--json` は `--jsonl` と同時に指定できません"),
        ("list --json --json", "`--json` は一度しか指定できません"),
        ("send --to", "`--to <ADDRESS>` には値が必要です"),
        ("list --older-than 5x", "時間は 30s、10m、48h、3d のように指定してください"),
        ("list --older-than 0s", "0 より長い時間を指定してください"),
        ("list --severity x", "critical、warning、info のいずれか"),
        ("log --since x", "UTC の日付か時刻"),
        ("stats --days 0", "1 から 3650 までの数値を指定してください"),
        ("stats --days x", "数値を指定してください"),
        ("spool init --gate ops", "必須のオプションや引数がありません: `--system`"),
        ("show --json=1 x", "`--json` に余分な値 `1` があります"),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let [japanese, english] = ["ja_JP.UTF-8", "C"].map(|language| {
            let mut command = alertmail(&arguments);
            run(command.env("LANG", language), b"")
        });
        let said = format!("{}{}", japanese.stdout, japanese.stderr);
        assert!(said.contains(part), "{line}: {said}");
        for english in ["error:", "Usage:", "tip:", "Options:", "Print help", "possible values", "For more"] {
            assert!(!said.contains(english), "{line}: {said}");
        }
        assert!(!said.contains('\u{1b}'), "colour is for terminals: {said}");
        assert_eq!(japanese.code, english.code, "{line}");
        assert_eq!(japanese.stdout.is_empty(), english.stdout.is_empty(), "{line}");
    }
}

#[test]
fn programs_are_told_in_english_wherever_they_run() {
    let sandbox = sandbox();
    let id = sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "disk full", ""]).to_string();
    for arguments in [
        &["list", "--jsonl"][..],
        &["why", &id, "--json"],
        &["show", &id, "--json"],
        &["check", "--json"],
        &["stats", "--json"],
        &["providers", "--json"],
    ] {
        let document = said(&sandbox, arguments, JAPANESE).stdout;
        assert!(!document.is_empty(), "{arguments:?}");
        // What is known of providers is in both languages, whoever asks.
        let ours = document.split("\"notes\"").next().unwrap_or_default();
        assert!(ours.is_ascii(), "{arguments:?}: {document}");
    }
    let line = said(&sandbox, &["check"], JAPANESE).stdout;
    let numbers = line.split(" | ").nth(1).expect("numbers");
    assert!(numbers.is_ascii() && numbers.starts_with("oldest_critical="), "{line}");
}
