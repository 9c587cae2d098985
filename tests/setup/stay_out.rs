//! Secrets stay out of everything that anybody can read: with each mechanism, accepted and refused by a server that says back
//! all that it got, at the highest verbosity.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Config, Provider, run, write_file};
use lab::{Act, Personality, Server, Stage};

use crate::{alertmail, ask, sandbox};

const USER: &str = "alert@example.com";
const PASSWORD: &str = "Tr0ub4dor-&3";
const TOKEN: &str = "ya29.a0AfH6SMB-_~+/d9Zk2Qw7e4Rt6Yu8Io1Pa3Sd5Fg==";
const MECHANISMS: [&str; 8] =
    ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"];

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
    std::thread::scope(|scope| {
        let running = MECHANISMS.map(|mechanism| {
            let both = move || [true, false].map(|accepts| expect_clean(mechanism, accepts));
            (mechanism, scope.spawn(both))
        });
        for (mechanism, run) in running {
            assert!(run.join().is_ok(), "failed: {mechanism}");
        }
    });
}

fn expect_clean(mechanism: &str, accepts: bool) {
    let sandbox = sandbox();
    let is_token = mechanism.contains("OAUTH");
    let secret = if is_token { TOKEN } else { PASSWORD };
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
    let spare = Provider::starttls("spare", spare.port());
    sandbox.configure(&Config::of([home, spare]).default_to("oncall@example.jp"));

    let agent = sandbox.start_agent_by(|command| {
        let mut traced = Command::new(command.get_program());
        traced.args(command.get_args()).arg("--trace");
        traced
    });
    let id = sandbox.enqueue(&["--subject", "disk full", "now"]);
    sandbox.wait_until_sent(id);
    let processes = processes_of(agent.pid());
    // The kept connection has its program; one that was refused has gone with it.
    assert!(processes.len() > usize::from(accepts), "{mechanism} {accepts}: {processes:?}");
    let named = |(pid, place, text)| (format!("/proc/{pid}/{place}"), text);
    let mut places: Places = processes.into_iter().map(named).collect();
    assert_eq!(agent.stop(), Some(0));

    let id = id.to_string();
    let in_the_body = format!("it is {secret}, in base64 {}", STANDARD.encode(secret));
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
    let when = format!("{mechanism}, {}", if accepts { "accepted" } else { "refused" });
    expect_nothing(&forbidden(secret, &server), &places, &when);
}

/// What everybody on the machine can read of the agent and its children.
fn processes_of(agent: u32) -> Vec<(u32, &'static str, String)> {
    let is_ours = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent =
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        *pid == agent || parent == Some(agent)
    };
    let all = fs::read_dir("/proc").expect("a kernel that tells of its processes").filter_map(Result::ok);
    let ours = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_ours);
    let mut seen = Vec::new();
    for pid in ours {
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
        for arguments in [&["run"][..], &["check"], &["probe"], &["send", "--provider", "home", "x"]] {
            let mut command = alertmail(arguments);
            let ended = run(command.arg("--config").arg(sandbox.config_file()), b"");
            assert!(ended.code.is_some_and(|code| code != 0), "{line}: {ended:?}");
            let said = ended.stdout + &ended.stderr;
            assert!(said.contains("alertmail.toml:6") && !said.contains(PASSWORD), "{line}: {said}");
        }
    }
}
