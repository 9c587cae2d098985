//! What people hear of it when something fails that no alert is lost of: once, also over restarts, and when it is over.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use harness::{Agent, Config, PATIENCE, Sandbox};
use lab::{Act, Mail, Port, Server, Stage};
use serde_json::Value;

use crate::stand::{self, FIRST, ONCALL, SECOND};

/// Who gets notices.
const OPS: &str = "ops@example.jp";

/// A configuration that tells people within moments, and a program as well, which leaves what it gets in `told`.
fn talkative(config: Config) -> Config {
    let command = r#"["sh", "-c", "cat >> told; echo \"$ALERTMAIL_NOTICE\" >> lines"]"#;
    config
        .default_to(ONCALL)
        .notices("to", &format!("[\"{OPS}\"]"))
        .notices("language", "\"en\"")
        .notices("gather", "\"300ms\"")
        .notices("command", command)
}

fn start(sandbox: &Sandbox) -> Agent {
    let agent = sandbox.start_agent_by(|command| {
        let mut here = Command::new(command.get_program());
        here.args(command.get_args()).current_dir(sandbox.path());
        here
    });
    sandbox.wait_for("the agent is at work", PATIENCE, || {
        agent.log().lines().any(|line| line.starts_with("started "))
    });
    agent
}

/// What the program was told: kind and word of each.
fn told(sandbox: &Sandbox) -> Vec<String> {
    let text = fs::read_to_string(sandbox.path().join("told")).unwrap_or_default();
    let each = text.lines().map(|line| {
        let value: Value = serde_json::from_str(line).expect("one JSON object a line");
        let word = |field: &str| value[field].as_str().expect(field).to_owned();
        [word("notice"), word("subject"), word("what")].join(" ")
    });
    each.collect()
}

fn notices_at(server: &Server) -> Vec<String> {
    let subject = |mail: Mail| mail.header("Subject").expect("a subject");
    let own = server.mails().into_iter().filter(|mail| mail.recipients == [OPS]);
    own.map(|mail| subject(mail).split(" (").next().expect("a title").to_owned()).collect()
}

fn send_one(sandbox: &Sandbox) {
    let id = sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "now"]);
    sandbox.wait_until_sent(id);
}

fn check(sandbox: &Sandbox) -> (Option<i32>, String) {
    let config = sandbox.config_file();
    let ended = sandbox.alertmail(&["--config", &config.to_string_lossy(), "check"]);
    (ended.code, ended.stdout)
}

#[test]
fn one_notice_tells_that_the_primary_fails_and_one_that_it_is_back_also_over_a_kill() {
    let sandbox = stand::sandbox();
    let busy = || stand::healthy(&sandbox).at(Stage::Greeting, Act::Say("421 4.3.2 too busy".to_owned()));
    let (first, second) = (sandbox.server(FIRST, busy()), sandbox.server(SECOND, stand::healthy(&sandbox)));
    let providers = [stand::first(first.port()), stand::second(second.port())];
    sandbox.configure(&talkative(Config::of(providers)).pause("500ms"));
    let agent = start(&sandbox);
    for _ in 0..4 {
        send_one(&sandbox);
    }
    let fails = "first fails, others work";
    sandbox.wait_for("people are told", PATIENCE, || {
        !notices_at(&second).is_empty() && !told(&sandbox).is_empty()
    });
    let (code, line) = check(&sandbox);
    assert_eq!(code, Some(1), "{line}");
    assert!(line.contains("first"), "{line}");

    // Killed and started again, it tells nothing twice.
    agent.kill();
    let agent = start(&sandbox);
    for _ in 0..3 {
        send_one(&sandbox);
    }
    agent.kill();
    let agent = start(&sandbox);
    send_one(&sandbox);
    assert_eq!(notices_at(&second), [fails]);
    assert_eq!(told(&sandbox), ["provider-failing first begins"]);
    let notice = second.mails().into_iter().find(|mail| mail.recipients == [OPS]).expect("the notice");
    assert!(
        notice.text().contains("421 4.3.2 too busy; alerts go out through `second`"),
        "{}",
        notice.text()
    );

    first.replace(stand::healthy(&sandbox));
    sandbox.wait_for("the first one is used again", PATIENCE, || {
        send_one(&sandbox);
        !first.mails().is_empty()
    });
    sandbox
        .wait_for("people are told", PATIENCE, || told(&sandbox).len() > 1 && !notices_at(&first).is_empty());
    assert_eq!(notices_at(&first), ["first works again"]);
    assert_eq!(notices_at(&second), [fails]);
    assert_eq!(told(&sandbox)[1..], ["provider-failing first over"]);
    assert_eq!(check(&sandbox).0, Some(0), "{}", check(&sandbox).1);
    assert_eq!(agent.stop(), Some(0));
    let lines = fs::read_to_string(sandbox.path().join("lines")).expect("one line each");
    assert_eq!(lines.lines().count(), 2, "{lines}");
}

#[test]
fn when_no_provider_works_the_program_is_told_and_the_mail_waits() {
    let sandbox = stand::sandbox();
    let (first, second) = (Port::reserve().expect("a port"), Port::reserve().expect("a port"));
    let providers = [stand::first(first.number()), stand::second(second.number())];
    let config = talkative(Config::of(providers)).pause("300ms").notices("stuck_after", "\"1s\"");
    sandbox.configure(&config);
    let agent = start(&sandbox);
    let id = stand::enqueue(&sandbox);
    sandbox.wait_for("the program is told", PATIENCE, || told(&sandbox).len() >= 2);
    let mut begun = told(&sandbox);
    begun.sort_unstable();
    assert_eq!(begun, ["no-provider  begins", "stuck  begins"]);
    // The program hears of it before the disk has it.
    sandbox.wait_for("the journal has it", PATIENCE, || check(&sandbox).1.contains("critical stuck"));
    let (code, line) = check(&sandbox);
    assert_eq!(code, Some(2), "{line}");
    assert!(line.contains("no provider works") && line.contains("1 critical stuck"), "{line}");
    let listed = sandbox.alertmail(&["--spool", &sandbox.spool().to_string_lossy(), "list"]).expect_success();
    assert!(listed.contains("! 1 critical stuck since"), "{listed}");

    let well = sandbox.listen(SECOND, second, stand::healthy(&sandbox));
    sandbox.wait_until_sent(id);
    sandbox.wait_for("all is told", PATIENCE, || notices_at(&well).len() >= 5);
    let mut arrived = notices_at(&well);
    arrived.sort_unstable();
    let expected = [
        "1 critical stuck",
        "Alerts go out again",
        "No alert goes out",
        "No critical alert stuck",
        "first fails, others work",
    ];
    assert_eq!(arrived, expected);
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_program_that_hangs_or_fails_is_named_in_the_log_and_holds_up_nothing() {
    let sandbox = stand::sandbox();
    let well = sandbox.server(FIRST, stand::healthy(&sandbox));
    let config = Config::of([stand::first(well.port())]).retry("life_others", "\"1s\"").notices("to", "[]");
    let config = config.notices("gather", "\"100ms\"").notices("every", "\"100ms\"");
    let config = config.notices("command", r#"["sleep", "600"]"#).notices("command_within", "\"300ms\"");
    sandbox.configure(&config);
    let agent = sandbox.start_agent();
    // Nobody is to have it, so that it is dead at once.
    for expected in 1..=2 {
        sandbox.enqueue(&["--subject", "for nobody", "x"]);
        let failures = || agent.log().matches("it took longer than 0.3 s and was ended").count();
        sandbox.wait_for("the program is ended", PATIENCE, || failures() == expected);
    }
    assert!(agent.log().contains("notice happened kind=dead-letter severity=critical"), "{}", agent.log());
    assert_eq!(well.mails(), [], "[] sends no mail");
    send_one(&sandbox);
    assert_eq!(agent.stop(), Some(0));
}

/// A web server, as it stands in Python; it says its port, and then each path that it is asked for.
struct Web {
    child: Child,
    port: u16,
    paths: Rc<std::path::PathBuf>,
}

const SERVER: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "a") as paths:
            paths.write(self.path + "\n")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK")
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"#;

impl Web {
    fn start(sandbox: &Sandbox, certificate: &[std::path::PathBuf]) -> Self {
        let paths = Rc::new(sandbox.path().join("paths"));
        let mut command = Command::new("python3");
        command.args(["-c", SERVER]).arg(&*paths).args(certificate).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python3 is there");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("piped"));
        said.read_line(&mut line).expect("it says its port");
        Self { child, port: line.trim().parse().expect("a port"), paths }
    }

    fn asked(&self) -> Vec<String> {
        let text = fs::read_to_string(&*self.paths).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_service_elsewhere_is_pinged_while_alerts_get_out_and_told_when_they_do_not() {
    let sandbox = stand::sandbox();
    let web = Web::start(&sandbox, &[]);
    let port = Port::reserve().expect("a port");
    let config = Config::of([stand::first(port.number())]).pause("300ms").notices("gather", "\"100ms\"");
    let url = format!("\"http://127.0.0.1:{}/7f3c?rid=1\"", web.port);
    sandbox.configure(&config.notices("dead_man_url", &url).notices("dead_man_every", "\"1s\""));
    let agent = sandbox.start_agent();
    sandbox.wait_for("pings come", PATIENCE, || web.asked().len() >= 2);
    assert!(web.asked().iter().all(|path| path == "/7f3c?rid=1"), "{:?}", web.asked());
    let id = stand::enqueue(&sandbox);
    let last = || web.asked().pop().unwrap_or_default();
    sandbox.wait_for("it is told of the trouble", PATIENCE, || last() == "/7f3c/fail?rid=1");
    let _well = sandbox.listen(FIRST, port, stand::healthy(&sandbox));
    sandbox.wait_until_sent(id);
    sandbox.wait_for("and of its end", PATIENCE, || last() == "/7f3c?rid=1");
    drop(web);
    let log = || agent.log();
    sandbox.wait_for("the log tells once", PATIENCE, || {
        log().contains("dead_man_url at 127.0.0.1 cannot be pinged")
    });
    assert!(!log().contains("7f3c"), "whoever knows the path can ping in our place");
    assert_eq!(agent.stop(), Some(0));
}
