//! Real programs that end in every way.

use super::*;
use smtp::Phase;
use spool_format::{AlertId, Severity, Wall};
use tokio::time::sleep;

fn about() -> About {
    About {
        id: AlertId::new(Wall::from_unix_ms(1_000), [7; 10]),
        severity: Severity::Critical,
        key: Some("disk/\nroot".to_owned()),
        subject: "障害".to_owned(),
    }
}

fn gateway(words: &[&str], input: Input) -> Gateway {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Gateway { name: "sms".into(), line: CommandLine { words, input }, within: Duration::from_millis(700) }
}

fn transaction(to: &[&str], content: &[u8]) -> Transaction {
    let path = |text: &str| Path::parse(text).expect("a path");
    Transaction {
        sender: path("alert@example.jp"),
        recipients: to.iter().map(|to| path(to)).collect(),
        content: content.into(),
    }
}

async fn take(gateway: &Gateway, to: &[&str], content: &[u8]) -> Vec<String> {
    let outcomes = gateway.take(&transaction(to, content), &about()).await;
    let words = |outcome: &RecipientOutcome| match outcome {
        RecipientOutcome::Taken { phase: Phase::Program, text } => format!("taken {text}"),
        RecipientOutcome::Failed(failure) => format!("failed {failure}"),
        RecipientOutcome::Uncertain(failure) => format!("uncertain {failure}"),
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(words).collect()
}

async fn shell(script: &str, content: &[u8]) -> String {
    let gateway = gateway(&["/bin/sh", "-c", script], Input::Message);
    take(&gateway, &["a@example.jp"], content).await.remove(0)
}

#[tokio::test]
async fn what_a_program_ends_with_says_what_became_of_the_mail_and_its_last_line_says_why() {
    for (script, expected) in [
        ("cat >/dev/null", "taken `/bin/sh` ended with 0"),
        ("cat >/dev/null; echo queued as 7 >&2", "taken `/bin/sh` ended with 0: queued as 7"),
        ("exit 75", "failed at program: `/bin/sh` ended with 75"),
        (
            "printf 'one\\ntwo \\033[1m\\n\\n' >&2; exit 69",
            "failed at program: `/bin/sh` ended with 69: two \\x1B[1m",
        ),
        ("cat >/dev/null; kill -SEGV $$", "uncertain at program: `/bin/sh` was ended by signal 11"),
        ("kill -SEGV $$", "failed at program: `/bin/sh` was ended by signal 11"),
        ("exec sleep 60", "failed at program: no answer for 0 s"),
        ("cat >/dev/null; exec sleep 60", "uncertain at program: no answer for 0 s"),
        (
            "trap '' TERM; cat >/dev/null; while :; do sleep 1; done",
            "uncertain at program: no answer for 0 s",
        ),
        ("exec <&-; exit 0", "taken `/bin/sh` ended with 0"),
    ] {
        let outcome = shell(script, b"Subject: x\r\n\r\ny\r\n").await;
        assert!(outcome.starts_with(expected), "{script}: {outcome}");
    }
}

#[tokio::test]
async fn a_program_that_closes_its_input_early_or_reads_nothing_of_much_holds_nobody_up() {
    let much = vec![b'x'; 3 << 20];
    assert_eq!(shell("exec <&-; sleep 0.1; exit 0", &much).await, "taken `/bin/sh` ended with 0");
    assert_eq!(shell("exit 75", &much).await, "failed at program: `/bin/sh` ended with 75");
    let hangs = shell("head -c 100 >/dev/null; exec sleep 60", &much).await;
    assert_eq!(hangs, "failed at program: no answer for 0 s", "it has not got the end of it");
    assert!(shell("cat >/dev/null; exec sleep 60", &much).await.starts_with("uncertain"));
}

#[tokio::test]
async fn megabytes_on_standard_error_block_nothing_and_only_the_end_is_kept() {
    let script = "cat >/dev/null; head -c 5000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo the end >&2";
    let mut gateway = gateway(&["/bin/sh", "-c", script], Input::Message);
    gateway.within = Duration::from_secs(30);
    let said = take(&gateway, &["a@example.jp"], b"m").await.remove(0);
    assert!(said.starts_with("taken `/bin/sh` ended with 0: ") && said.ends_with("the end"), "{said}");
    assert!(said.chars().count() < 400, "{said}");
}

#[tokio::test]
async fn children_of_a_program_end_with_it_when_its_time_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let pid = folder.path().join("pid");
    let script = format!("cat >/dev/null; sleep 60 & echo $! > {}; wait", pid.display());
    assert!(shell(&script, b"m").await.starts_with("uncertain"));
    let pid = std::fs::read_to_string(pid).expect("it was started");
    let lives =
        || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).is_ok_and(|it| !it.contains(") Z "));
    // It has been killed; when the kernel comes to it is the kernel's affair.
    for _ in 0..500 {
        if !lives() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("child {pid} lives");
}

#[tokio::test]
async fn the_mail_comes_with_the_line_ends_of_this_machine_and_a_program_that_wants_nothing_gets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (input, expected) in [(Input::Message, "Subject: x\n\ny\rz\n"), (Input::None, "")] {
        let file = folder.path().join("got");
        let script = format!("cat > {}", file.display());
        let gateway = gateway(&["/bin/sh", "-c", &script], input);
        let told = take(&gateway, &["a@example.jp"], b"Subject: x\r\n\r\ny\rz\r\n").await;
        assert_eq!(told, ["taken `/bin/sh` ended with 0"]);
        assert_eq!(std::fs::read_to_string(&file).expect("it ran"), expected);
    }
    let hangs = take(&gateway(&["/bin/sleep", "60"], Input::None), &["a@example.jp"], b"x").await;
    assert!(hangs[0].starts_with("uncertain"), "its arguments are all that it wants: {hangs:?}");
}

#[tokio::test]
async fn with_a_recipient_in_its_words_it_is_run_for_each_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("runs");
    let script = format!(
        "echo \"$1 $2 $ALERTMAIL_TO $ALERTMAIL_SEVERITY $ALERTMAIL_KEY $ALERTMAIL_SUBJECT\" >> {}; case $1 in bad*) exit 67;; esac",
        file.display()
    );
    let each = gateway(
        &["/bin/sh", "-c", &script, "x", "{to}", "{local}-{id}-{severity}-{from}-{none}"],
        Input::Message,
    );
    let told = take(&each, &["bad@example.jp", "good@example.jp"], b"m").await;
    assert_eq!(told, ["failed at program: `/bin/sh` ended with 67", "taken `/bin/sh` ended with 0"]);
    let runs = std::fs::read_to_string(&file).expect("it ran");
    let id = about().id;
    let line = |to: &str, local: &str| {
        format!("{to} {local}-{id}-critical-alert@example.jp-{{none}} {to} critical disk/ root 障害\n")
    };
    assert_eq!(runs, line("bad@example.jp", "bad") + &line("good@example.jp", "good"));
}

#[tokio::test]
async fn a_recipient_never_becomes_an_option_or_a_blank_to_be_filled_in() {
    let dash = gateway(&["/bin/echo", "{to}"], Input::Message);
    let told = take(&dash, &["-oQ/tmp@example.jp", "a@example.jp"], b"m").await;
    assert!(told[0].contains("begins with a dash") && told[1].starts_with("taken"), "{told:?}");
    let behind = gateway(&["/bin/echo", "--to={to}"], Input::Message);
    assert!(take(&behind, &["-x@example.jp"], b"m").await[0].starts_with("taken"));
    let words = behind.words("alert@example.jp", &["{from}@example.jp"], &about());
    assert_eq!(words.expect("words")[1], "--to={from}@example.jp");
}

#[tokio::test]
async fn a_program_that_is_not_there_or_may_not_be_run_is_a_mistake_of_the_configuration() {
    for program in ["/nowhere/sms", "/etc/passwd"] {
        let gateway = gateway(&[program], Input::Message);
        let outcomes = gateway.take(&transaction(&["a@example.jp"], b"m"), &about()).await;
        match &outcomes[0] {
            RecipientOutcome::Failed(Failure { trouble: Trouble::Settings(text), .. }) => {
                assert!(text.contains(program) && text.contains("cannot be started"), "{text}");
            }
            other => panic!("{program}: {other:?}"),
        }
    }
}
