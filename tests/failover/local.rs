//! Providers that are no servers: a folder for mail as the last resort, and programs.

use std::path::Path;
use std::process::Command;

use harness::{Config, Ended, PATIENCE, Sandbox, run, write_file};
use lab::Port;
use spool_format::{Event, Settlement};

use crate::stand::{self, ONCALL};

const MAILDIR: &str =
    "[[provider]]\nkind = \"maildir\"\nname = \"box\"\npath = \"Maildir\"\nfrom = \"alert@example.jp\"\n";

/// What Python's own reader finds in a folder for mail: a line with the recipients, the subject and the text of each mail.
fn read_by_python(maildir: &Path) -> String {
    let script = "import mailbox, email.policy, email, sys\n\
        for key, mail in mailbox.Maildir(sys.argv[1], create=False).items():\n\
        \x20   mail = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)\n\
        \x20   print(mail.get_all('Delivered-To'), mail['Subject'], mail.get_content().strip(), sep='|')\n";
    run(Command::new("python3").args(["-c", script]).arg(maildir), b"").expect_success()
}

/// A program that does what the script says, with its standard input.
fn command(name: &str, script: &str, more: &str) -> String {
    let words = serde_json::json!(["/bin/sh", "-c", script, "x", "{local}"]);
    format!("[[provider]]\nkind = \"command\"\nname = \"{name}\"\ncommand = {words}\n{more}")
}

fn ask(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    let config = sandbox.config_file();
    sandbox.alertmail(&[arguments, &["--config", &config.to_string_lossy()]].concat())
}

fn file_in(sandbox: &Sandbox, name: &str) -> String {
    std::fs::read_to_string(sandbox.path().join(name)).unwrap_or_default()
}

#[test]
fn when_three_servers_are_down_the_list_ends_in_a_folder_that_any_reader_reads() {
    let sandbox = stand::sandbox();
    let down: Vec<Port> = (0..3).map(|_| Port::reserve().expect("a port")).collect();
    let third = harness::Provider::clear("third", down[2].number());
    let servers = [stand::first(down[0].number()), stand::second(down[1].number()), third];
    sandbox.configure(&Config::of(servers).more(MAILDIR));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--bcc", "b@example.com", "--subject", "障害①", "db1 が満杯"]);
    sandbox.wait_until_sent(id);
    let history = sandbox.history(id);
    let providers: Vec<&str> = history.attempts.iter().map(|attempt| &*attempt.provider).collect();
    assert_eq!(providers, ["first", "second", "third", "box"]);
    assert_eq!(history.passes, 0, "in one pass");
    let ended = history.attempts[3].ended.as_ref().expect("an outcome");
    let result = &ended.recipients[0];
    assert_eq!((result.result, &*result.phase, result.code), (Settlement::Delivered, "maildir", None));
    assert!(result.text.contains("Maildir/new/"), "{}", result.text);
    let read = read_by_python(&sandbox.path().join("Maildir"));
    assert_eq!(read, format!("['{ONCALL}', 'b@example.com']|障害①|db1 が満杯\n"));
    let shown = ask(&sandbox, &["show", id.as_str()]).expect_success();
    assert!(shown.contains("box") && shown.contains("Maildir/new/"), "{shown}");
}

#[test]
fn a_short_message_goes_through_a_program_for_each_recipient_and_the_refused_one_goes_on() {
    let sandbox = stand::sandbox();
    let out = sandbox.path().join("sms");
    let script = format!(
        "case $1 in 090*) {{ echo \"to $1\"; cat; }} >> {};; *) echo no number >&2; exit 67;; esac",
        out.display()
    );
    let sms = command("sms", &script, "input = \"text\"\ntext_max = 30\n");
    let config = Config::of([]).more(&format!("{sms}{MAILDIR}"));
    sandbox.configure(&config);
    let _agent = sandbox.start_agent();
    let text = "a long text that no short message can hold";
    let id =
        sandbox.enqueue(&["--to", "09012345678@sms.example.jp", "--to", ONCALL, "--subject", "障害", text]);
    sandbox.wait_until_sent(id);
    assert_eq!(file_in(&sandbox, "sms"), "to 09012345678\n障害\na long text that no shor...\n");
    assert!(read_by_python(&sandbox.path().join("Maildir")).starts_with(&format!("['{ONCALL}']|")));
    let history = sandbox.history(id);
    let rules: Vec<_> =
        history.attempts[0].ended.iter().flat_map(|it| &it.recipients).map(|it| it.rule.as_deref()).collect();
    assert_eq!(rules, [None, Some("exit-no-user")]);
}

#[test]
fn a_program_that_hangs_before_it_has_read_is_ended_and_left_out_and_the_next_one_has_the_mail() {
    let sandbox = stand::sandbox();
    let hangs = command("hangs", "exec sleep 600", "from = \"alert@example.jp\"\n");
    sandbox.configure(&Config::of([]).limit("command", "1s").more(&format!("{hangs}{MAILDIR}")));
    let _agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    let attempts = sandbox.history(id).attempts;
    let ended = attempts[0].ended.as_ref().expect("an outcome");
    assert_eq!(ended.recipients[0].rule.as_deref(), Some("silent"));
    let is_left_out =
        |event: &Event| matches!(event, Event::Provider { provider, outage: Some(_) } if provider == "hangs");
    assert!(sandbox.journal().iter().any(|entry| is_left_out(&entry.event)));
    let second = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(second);
    assert_eq!(sandbox.history(second).attempts[0].provider, "box", "nobody waits for it again");
    let route = ask(&sandbox, &["route", "--to", ONCALL]).expect_success();
    assert!(
        route.contains("1. hangs (command): left out since") && route.contains("box is asked"),
        "{route}"
    );
    let check = ask(&sandbox, &["check"]).stdout;
    assert!(check.contains("provider `hangs` is left out"));
}

#[test]
fn a_program_that_is_ended_when_it_had_read_all_may_have_sent_it() {
    let sandbox = stand::sandbox();
    let dies = command("dies", "cat >/dev/null; kill -KILL $$", "from = \"alert@example.jp\"\n");
    sandbox.configure(&Config::of([]).pause("1s").more(&format!("{dies}{MAILDIR}")));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--severity", "warning", "x"]);
    let is_uncertain = || {
        let history = sandbox.history(id);
        history
            .attempts
            .iter()
            .filter_map(|it| it.ended.as_ref())
            .any(|it| it.recipients[0].result == Settlement::Uncertain)
    };
    sandbox.wait_for("it is in doubt", PATIENCE, || sandbox.events(id).len() > 2 && is_uncertain());
    let first: Vec<_> = sandbox.history(id).attempts.iter().map(|it| it.provider.clone()).collect();
    assert!(
        first.iter().all(|provider| provider == "dies"),
        "{first:?}: it waits for word of the one that may have it"
    );
}

#[test]
fn a_program_that_always_dies_when_it_has_read_all_is_run_three_times_and_then_the_next_one_has_the_mail() {
    let sandbox = stand::sandbox();
    let runs = sandbox.path().join("runs");
    let script = format!("cat >/dev/null; echo run >> {}; kill -KILL $$", runs.display());
    let dies = command("dies", &script, "from = \"alert@example.jp\"\n");
    sandbox.configure(&Config::of([]).pause("1s").more(&format!("{dies}{MAILDIR}")));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--severity", "warning", "x"]);
    sandbox.wait_until_sent(id);
    assert_eq!(file_in(&sandbox, "runs"), "run\n".repeat(3));
    assert!(read_by_python(&sandbox.path().join("Maildir")).starts_with(&format!("['{ONCALL}']|")));
}

#[test]
fn probe_says_what_would_be_run_and_whether_the_folder_can_be_written() {
    let sandbox = stand::sandbox();
    let sms = command("sms", "exit 0", "input = \"none\"\n");
    let missing =
        "[[provider]]\nkind = \"command\"\nname = \"gone\"\ncommand = [\"/nowhere/sms\"]\ninput = \"text\"\n";
    sandbox.configure(&Config::of([]).more(&format!("{sms}{MAILDIR}{missing}")));
    let probe = ask(&sandbox, &["probe"]);
    assert_eq!(probe.code, Some(69));
    let text = probe.stdout;
    for part in [
        "/bin/sh -c exit 0 x someone",
        "once for each recipient: /bin/sh",
        "Maildir will be made",
        "no program `/nowhere/sms`",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&ask(&sandbox, &["probe", "box", "--json"]).stdout).expect("JSON");
    assert_eq!(
        (&json["providers"][0]["kind"], &json["providers"][0]["usable"]),
        (&"maildir".into(), &true.into())
    );
    write_file(&sandbox.path().join("Maildir"), 0o600, b"a file");
    assert_eq!(ask(&sandbox, &["probe", "box"]).code, Some(69));
    let send = ask(&sandbox, &["send", "--provider", "sms", "--to", ONCALL, "x"]);
    assert_eq!(send.code, Some(64));
}
