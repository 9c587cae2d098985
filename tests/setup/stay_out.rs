//! Secrets stay out of everything that anybody can read: with each mechanism, accepted and refused by a server that says back
//! all that it got, at the highest verbosity.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Agent, Config, PATIENCE, Provider, Sandbox, run, signal, write_file};
use lab::{Act, Mail, Personality, Server, Stage};
use rustix::process::Signal;

use crate::{alertmail, ask, sandbox};

const USER: &str = "alert@example.com";
const PASSWORD: &str = "Tr0ub4dor-&3";
const TOKEN: &str = "ya29.a0AfH6SMB-_~+/d9Zk2Qw7e4Rt6Yu8Io1Pa3Sd5Fg==";
const MECHANISMS: [&str; 8] =
    ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"];
/// So long that PLAIN cannot send it along with AUTH.
const LONG: usize = 40;
/// Who is told that the login is refused.
const OPS: &str = "ops@example.jp";

/// Characters of a secret that are no longer chance.
const PIECE: usize = 20;

/// Where was looked, and what was there.
type Places = Vec<(String, String)>;

/// The secret, what this server was sent to prove it, and what that was made of, all of it also in base64.
fn forbidden(secret: &str, server: &Server) -> BTreeSet<String> {
    let mut forbidden = BTreeSet::from([secret.to_owned(), STANDARD.encode(secret)]);
    let proofs = server.proofs();
    assert!(!proofs.is_empty(), "the server was told something: {:?}", server.commands());
    for proof in proofs.into_iter().filter(|proof| *proof != STANDARD.encode(USER)) {
        let decoded = String::from_utf8_lossy(&STANDARD.decode(&proof).unwrap_or_default()).into_owned();
        // Digests and proofs: of CRAM-MD5 behind a blank, of the others behind their names.
        for mark in [",p=", "response=", &format!("{USER} ")] {
            let value = decoded.split(mark).nth(1).and_then(|rest| rest.split(',').next());
            forbidden.extend(value.into_iter().flat_map(|it| [it.to_owned(), STANDARD.encode(it)]));
        }
        forbidden.insert(proof);
    }
    forbidden.into_iter().map(|it| it.trim_end_matches('=').to_owned()).filter(|it| it.len() > 4).collect()
}

/// Nothing of it is anywhere, neither whole nor a piece of it.
#[track_caller]
fn expect_nothing(forbidden: &BTreeSet<String>, places: &Places, when: &str) {
    let pieces: BTreeSet<&[u8]> = forbidden.iter().flat_map(|it| it.as_bytes().windows(PIECE)).collect();
    for (place, text) in places {
        let whole = forbidden.iter().find(|secret| text.contains(secret.as_str()));
        assert_eq!(whole, None, "{when}: it is in {place}:\n{text}");
        let piece = text.as_bytes().windows(PIECE).find(|window| pieces.contains(window));
        let piece = piece.map(String::from_utf8_lossy);
        assert_eq!(piece, None, "{when}: a piece of a secret is in {place}:\n{text}");
    }
}

#[test]
fn case_secrets_stay_out() {
    let long = PASSWORD.repeat(LONG);
    let secret_of = |mechanism: &str| if mechanism.contains("OAUTH") { TOKEN } else { PASSWORD };
    let rows = MECHANISMS.map(|mechanism| (mechanism, secret_of(mechanism)));
    std::thread::scope(|scope| {
        let running: Vec<_> = rows
            .into_iter()
            .chain([("PLAIN", long.as_str())])
            .map(|(mechanism, secret)| {
                let both = move || [true, false].map(|accepts| expect_clean(mechanism, secret, accepts));
                (mechanism, secret.len(), scope.spawn(both))
            })
            .collect();
        for (mechanism, octets, run) in running {
            assert!(run.join().is_ok(), "failed: {mechanism} with {octets} octets");
        }
    });
}

/// The agent with all that it could say of itself, in the sandbox's folder, where nobody forbids it to leave its memory.
fn start(sandbox: &Sandbox) -> Agent {
    sandbox.start_agent_by(|command| {
        let mut traced = Command::new("prlimit");
        traced.arg("--core=unlimited").arg(command.get_program()).args(command.get_args()).arg("--trace");
        traced.current_dir(sandbox.path());
        traced
    })
}

fn expect_clean(mechanism: &str, secret: &str, accepts: bool) {
    let sandbox = sandbox();
    let is_token = mechanism.contains("OAUTH");
    let offer = Personality::self_hosted(sandbox.authority()).without_capability("AUTH");
    let offer = offer.capability(&format!("AUTH {mechanism}"));
    let manners = if accepts {
        offer.login(USER, secret)
    } else {
        offer.login(USER, "another one").at(Stage::Auth, Act::Echo(535))
    };
    let server = sandbox.server("home", manners);
    let spare = sandbox.server("spare", Personality::self_hosted(sandbox.authority()).without_auth());
    let home = Provider::starttls("home", server.port());
    let home = if is_token { home.token(USER, secret) } else { home.login(USER, secret) };
    // A program carries the connection, so that there is a child to be looked at.
    let home = home.key("connect_command", "[\"socat\", \"-\", \"TCP:{host}:{port}\"]");
    let config =
        Config::of([home, Provider::starttls("spare", spare.port())]).default_to("oncall@example.jp");
    let config = config.notices("to", &format!("[\"{OPS}\"]")).notices("gather", "\"300ms\"");
    sandbox.configure(&config.notices("command", "[\"sh\", \"-c\", \"env >> told; cat >> told\"]"));

    let mut agent = start(&sandbox);
    let id = sandbox.enqueue(&["--subject", "disk full", "now"]);
    sandbox.wait_until_sent(id);
    let processes = processes_of(agent.pid());
    // The kept connection has its program; one that was refused has gone with it.
    assert!(processes.len() > usize::from(accepts), "{mechanism} {accepts}: {processes:?}");
    let named = |(pid, place, text)| (format!("/proc/{pid}/{place}"), text);
    let mut places: Places = processes.into_iter().map(named).collect();
    if !accepts {
        let of_notices = |mail: &Mail| mail.recipients == [OPS];
        sandbox.wait_for("people are told", PATIENCE, || {
            spare.mails().iter().any(of_notices) && sandbox.path().join("told").exists()
        });
    }
    // In the middle of its work, with the secret in its memory.
    signal(agent.pid(), Signal::ABORT);
    sandbox.wait_for("it has crashed", PATIENCE, || agent.has_ended());
    let cores = fs::read_dir(sandbox.path()).expect("a folder of ours").filter_map(Result::ok);
    let is_core = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("core");
    let cores: Vec<_> = cores.map(|entry| entry.file_name()).filter(|name| is_core(name)).collect();
    assert!(cores.is_empty(), "{mechanism} {accepts}: it has left its memory in {cores:?}");
    let delivered = server.mails().into_iter().chain(spare.mails());
    places.extend(delivered.map(|mail| ("a mail".to_owned(), mail.text())));

    let id = id.to_string();
    // A line so long that the mail has it in base64 is cut into pieces that nobody could know.
    let in_the_body = if [PASSWORD, TOKEN].contains(&secret) {
        format!("it is {secret}, in base64 {}", STANDARD.encode(secret))
    } else {
        "works".to_owned()
    };
    let code = Some(if accepts { 0 } else { 77 });
    for (arguments, code) in [
        (&["probe", "home", "--auth", "--trace"][..], code),
        (&["probe", "home", "--auth", "--trace", "--json"], code),
        (&["send", "--provider", "home", "--trace=full", "--subject", "x", &in_the_body], code),
        (&["send", "--provider", "home", "--trace=full", "--json", "x"], code),
        (&["show", &id], Some(0)),
        (&["show", &id, "--json"], Some(0)),
        (&["list", "--json"], Some(0)),
        (&["check", "--json"], None),
    ] {
        let ended = ask(&sandbox, arguments);
        assert!(code.is_none() || ended.code == code, "{mechanism} {accepts}: {ended:?}");
        places.push((arguments[0].to_owned(), ended.stdout + &ended.stderr));
    }
    collect(sandbox.path(), &mut places);
    let log = &places.iter().find(|(place, _)| place.ends_with("agent-1.log")).expect("a log").1;
    assert!(log.contains(&format!("AUTH {mechanism}")), "the trace was on: {log}");
    if mechanism == "PLAIN" {
        let alone = server.commands().iter().any(|command| command == "AUTH PLAIN");
        assert_eq!(alone, secret != PASSWORD, "a long one goes apart: {:?}", server.commands());
    }
    let when = format!("{mechanism}, {}", if accepts { "accepted" } else { "refused" });
    expect_nothing(&forbidden(secret, &server), &places, &when);
}

/// What everybody on the machine can read of the agent and of all that it has started.
fn processes_of(agent: u32) -> Vec<(u32, &'static str, String)> {
    let all = fs::read_dir("/proc").expect("a kernel that tells of its processes").filter_map(Result::ok);
    let parent = |pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some((pid, stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?))
    };
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parents: BTreeMap<u32, u32> = pids.filter_map(parent).collect();
    let ancestors =
        |pid: u32| std::iter::successors(Some(pid), |pid| parents.get(pid).copied().filter(|&it| it > 1));
    let mut seen = Vec::new();
    for &pid in parents.keys().filter(|&&pid| ancestors(pid).any(|it| it == agent)) {
        for place in ["cmdline", "environ"] {
            let octets = fs::read(format!("/proc/{pid}/{place}")).unwrap_or_default();
            seen.push((pid, place, String::from_utf8_lossy(&octets).into_owned()));
        }
    }
    seen
}

/// Every file in the sandbox, but the one that holds the secret.
fn collect(folder: &Path, places: &mut Places) {
    for entry in fs::read_dir(folder).expect("a folder of ours").filter_map(Result::ok) {
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        if kind.is_dir() {
            collect(&path, places);
        } else if kind.is_file() && path.extension().is_none_or(|ending| ending != "secret") {
            let octets = fs::read(&path).expect("a file of ours");
            places.push((path.display().to_string(), String::from_utf8_lossy(&octets).into_owned()));
        }
    }
}

#[test]
fn case_secrets_stay_out_of_what_is_said_about_a_faulty_file() {
    let sandbox = sandbox();
    let top = "[[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nfrom = \"a@example.jp\"\nuser = \"a\"\n";
    for line in [
        format!("password = \"{PASSWORD}"),
        format!("password = {PASSWORD}"),
        format!("password = \"{PASSWORD}\" x"),
        format!("password = \"{PASSWORD}\""),
        format!("password = {{ file = \"{PASSWORD}"),
        format!("password = {{ text = \"{PASSWORD}\" }}"),
        format!("pasword = \"{PASSWORD}\""),
        format!("password = [\"{PASSWORD}\"]"),
    ] {
        write_file(&sandbox.config_file(), 0o600, format!("{top}{line}\n").as_bytes());
        for arguments in [
            &["run"][..],
            &["check"],
            &["probe"],
            &["send", "--provider", "home", "x"],
            &["config", "check"],
            &["config", "check", "--json"],
            &["config", "show"],
            &["reload"],
        ] {
            let mut command = alertmail(arguments);
            let ended = run(command.arg("--config").arg(sandbox.config_file()), b"");
            assert!(ended.code.is_some_and(|code| code != 0), "{line}: {ended:?}");
            let said = ended.stdout + &ended.stderr;
            let is_placed = said.contains("alertmail.toml:6") || said.contains("\"line\":6");
            assert!(is_placed && !said.contains(PASSWORD), "{line}: {said}");
        }
    }
}
