//! How the agent's own trace reads, and that neither it nor the command line, which every user of the machine can read, has a
//! password. `stay_out` looks everywhere else.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Config, PATIENCE, Provider, write_file};
use lab::{Act, Personality, Stage};

use crate::{PASSWORD, alertmail, file, sandbox};

/// Every form in which the password could be seen.
fn forms() -> Vec<String> {
    let of = |text: String| STANDARD.encode(text).trim_end_matches('=').to_owned();
    let plain = [format!("\0alert\0{PASSWORD}"), format!("alert\0alert\0{PASSWORD}"), PASSWORD.to_owned()];
    [PASSWORD.to_owned()].into_iter().chain(plain.map(of)).collect()
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for secret in forms() {
        assert!(!text.contains(&secret), "{what} shows the password:\n{text}");
    }
}

#[test]
fn the_agents_own_trace_has_no_password_either() {
    let sandbox = sandbox();
    let server =
        sandbox.server("home", Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD));
    let home = Provider::starttls("home", server.port()).login("alert", PASSWORD);
    sandbox.configure(&Config::of([home]).default_to("a@example.jp"));
    let agent = sandbox.start_traced_agent();
    let id = sandbox.enqueue(&["--subject", "x", ""]);
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    let said = std::fs::read_to_string(sandbox.path().join("agent-1.log")).expect("a log");
    for part in ["home tls>: AUTH PLAIN (secret)", "home tls>: (message, ", "home tls<: 250 2.0.0 Ok: queued"]
    {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert_clean("the log", &said);
}

#[test]
fn the_command_line_that_everybody_can_read_has_no_password() {
    let sandbox = sandbox();
    // The server that falls silent behind the login keeps the program there to be looked at.
    let personality = Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD);
    let server = sandbox.server("home", personality.at(Stage::Mail, Act::Silence));
    write_file(&sandbox.path().join("secret"), 0o600, format!("{PASSWORD}\n").as_bytes());
    let (port, ca, secret) = (server.port().to_string(), file(&sandbox, "ca.pem"), file(&sandbox, "secret"));
    for (round, password_file) in [secret.as_str(), "-"].into_iter().enumerate() {
        let mut command = alertmail(&["send", "--server", "127.0.0.1", "--port", &port, "--ca-file", &ca]);
        command.args(["--user", "alert", "--password-file", password_file, "--from", "alert@example.jp"]);
        command.args(["--to", "a@example.jp", "--timeout", "4", "x"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("started");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(format!("{PASSWORD}\n").as_bytes()).expect("written");
        drop(stdin);
        sandbox.wait_for("it is logged in", PATIENCE, || {
            server.commands().iter().filter(|command| command.starts_with("MAIL ")).count() > round
        });
        for place in ["cmdline", "environ"] {
            let octets = std::fs::read(format!("/proc/{}/{place}", child.id())).expect("it still runs");
            assert!(octets.len() > 10, "{place}");
            assert_clean(place, &String::from_utf8_lossy(&octets));
        }
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child.stdout.take().expect("a pipe").read_to_string(&mut stdout).expect("text");
        child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(69), "{stdout}{stderr}");
        assert_clean("its output", &(stdout + &stderr));
    }
}
