//! The log of a running agent in each of its formats, and where it goes.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use harness::{Config, PATIENCE, Programs, Provider, Sandbox, becomes_true, may_have_own_mounts, not_tried};
use lab::{Act, Personality, Stage};

/// What nobody but the recipient is to see.
const WORDS: &str = "the words of the alert";

/// One provider that is down, and one that works; an alert goes through the second.
fn sandbox(log: &str) -> Sandbox {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let healthy = || Personality::self_hosted(sandbox.authority());
    let sick = healthy().at(Stage::Greeting, Act::Say("421 4.3.2 too busy".to_owned()));
    let (first, second) = (sandbox.server("first", sick), sandbox.server("second", healthy()));
    let provider = |name: &str, port| Provider::starttls(name, port).from("alert@example.jp");
    let providers = [provider("first", first.port()), provider("second", second.port())];
    sandbox.configure(&Config::of(providers).default_to("oncall@example.jp").more(log));
    sandbox
}

fn send(sandbox: &Sandbox) -> String {
    let id = sandbox.enqueue(&["--subject", WORDS, WORDS]);
    sandbox.wait_until_sent(id);
    id.to_string()
}

#[test]
fn by_itself_the_log_is_text_for_people() {
    let sandbox = sandbox("");
    // What a service manager has connected to its journal is another stream than this one.
    let agent = sandbox.start_agent_by(|command| {
        let mut agent = Command::new(command.get_program());
        agent.args(command.get_args()).env("JOURNAL_STREAM", "1:1");
        agent
    });
    let id = send(&sandbox);
    let log = agent.log();
    for line in [
        format!("failed id={id} attempt=1 provider=first rcpt=1 took_ms="),
        format!("delivered id={id} attempt=2 provider=second rcpt=1 took_ms="),
        format!("sent id={id} delivered=1 refused=0"),
    ] {
        assert!(log.lines().any(|it| it.starts_with(&line)), "{line}\n{log}");
    }
    assert!(!log.contains(WORDS) && !log.contains("accepted"), "{log}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn as_json_each_line_is_an_object_and_a_reload_changes_how_much_is_said() {
    let sandbox = sandbox("[log]\nformat = \"json\"\nlevel = \"debug\"\n");
    // Who waits for its start looks for a line of text.
    let agent = sandbox.start_agent_by(|command| {
        let mut agent = Command::new(command.get_program());
        agent.args(command.get_args());
        agent
    });
    let id = send(&sandbox);
    let log = agent.log();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of = |event: &str| {
        lines.iter().filter(|line| line["event"] == event && line["id"] == id.as_str()).collect::<Vec<_>>()
    };
    let outcomes = of("outcome");
    let seen: Vec<_> = outcomes.iter().map(|line| (&line["result"], &line["provider"])).collect();
    assert_eq!(seen, [(&"failed".into(), &"first".into()), (&"delivered".into(), &"second".into())], "{log}");
    assert_eq!(
        (&outcomes[0]["code"], &outcomes[1]["recipients"]),
        (&421.into(), &"oncall@example.jp".into())
    );
    assert_eq!(
        [of("accepted").len(), of("attempt").len(), of("dot-sent").len(), of("sent").len()],
        [1, 2, 1, 1]
    );
    assert!(!log.contains(WORDS), "{log}");

    let file = sandbox.config_file();
    let text = fs::read_to_string(&file).expect("the configuration");
    harness::write_file(&file, 0o600, text.replace("\"debug\"", "\"error\"").as_bytes());
    sandbox.alertmail(&["--config", &file.to_string_lossy(), "reload"]);
    let before = agent.log().len();
    send(&sandbox);
    assert_eq!(&agent.log()[before..], "", "nothing was an error");
    assert_eq!(agent.stop(), Some(0));
}

/// In a file system of its own the agent meets a journald that is ours; its stderr is the stream that it is told of.
#[test]
fn where_stderr_is_the_journal_entries_go_to_journald_itself() {
    if let Err(why) = may_have_own_mounts() {
        return not_tried(&why);
    }
    let sandbox = sandbox("");
    let folder = sandbox.path().join("journal");
    fs::create_dir(&folder).expect("a folder");
    let journald = UnixDatagram::bind(folder.join("socket")).expect("a socket");
    journald.set_read_timeout(Some(PATIENCE)).expect("set");
    let script = r#"mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind "$1" /run/systemd/journal || exit 9
shift; JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@""#;
    let agent = sandbox.start_agent_by(|command| {
        let mut agent = Command::new("unshare");
        agent.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]).arg(&folder);
        agent.arg(command.get_program()).args(command.get_args());
        agent
    });
    let id = send(&sandbox);
    let mut octets = vec![0; 65_536];
    let mut heard = String::new();
    let is_sent = becomes_true(PATIENCE, || {
        let so_many = journald.recv(&mut octets).unwrap_or(0);
        let entry = String::from_utf8_lossy(&octets[..so_many]).into_owned();
        heard.push_str(&entry);
        entry.contains("ALERTMAIL_EVENT=sent\n")
    });
    assert!(is_sent, "{heard}");
    for field in [
        format!("MESSAGE=failed id={id} attempt=1 provider=first"),
        "PRIORITY=4\nSYSLOG_IDENTIFIER=alertmail\nALERTMAIL_EVENT=outcome\nALERTMAIL_RESULT=failed\n"
            .to_owned(),
        format!("ALERTMAIL_ID={id}\n"),
        "ALERTMAIL_CODE=421\n".to_owned(),
    ] {
        assert!(heard.contains(&field), "{field}\n{heard}");
    }
    assert!(!heard.contains(WORDS), "{heard}");
    assert_eq!(agent.log(), "", "nothing is said twice");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_format_that_nobody_knows_is_a_mistake_with_its_place() {
    let sandbox = sandbox("[log]\nformat = \"xml\"\nlevel = \"loud\"\n");
    let ended = sandbox.alertmail(&["run", "--config", &sandbox.config_file().to_string_lossy()]);
    assert_eq!(ended.code, Some(78));
    let said = "`xml` is no format of the log; write \"auto\", \"text\", \"json\" or \"journald\" in [log]";
    assert!(ended.stderr.contains(said) && ended.stderr.contains("`loud` is no level"), "{}", ended.stderr);
}
