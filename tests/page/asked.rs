//! What is answered by HTTP, and what it costs.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use alertmail::edge::clock::wall_now;
use harness::{Agent, Config, Provider, Sandbox};
use lab::{Personality, Port};

use crate::sandbox;
use crate::story::Story;

/// An agent with a page at a port of its own, and where that is.
#[track_caller]
pub(crate) fn agent_with_page(
    sandbox: &Sandbox,
    providers: &[(&str, u16)],
    more: &str,
) -> (Agent, SocketAddr) {
    let provider = |(name, port): &(&str, u16)| Provider::clear(name, *port).from("alert@example.jp");
    let page = format!("[page]\nlisten = \"127.0.0.1:0\"\n{more}");
    sandbox.configure(&Config::of(providers.iter().map(provider)).default_to("ops@example.jp").more(&page));
    let agent = sandbox.start_agent();
    let log = agent.log();
    let place = log.lines().find_map(|line| line.strip_prefix("page listen="));
    let place = place.unwrap_or_else(|| panic!("no page is shown:\n{log}")).parse().expect("an address");
    (agent, place)
}

/// What comes back for these octets.
fn ask(mut stream: impl std::io::Read + std::io::Write, request: &str) -> String {
    let _ = stream.write_all(request.as_bytes());
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{more}\r\n")
}

#[test]
fn the_page_is_read_only_for_this_machine_alone_and_forbids_everything_it_does_not_need() {
    let sandbox = sandbox();
    let server = sandbox.server("well", Personality::plain());
    let (agent, place) =
        agent_with_page(&sandbox, &[("well", server.port())], "hosts = [\"status.example.jp\"]\n");
    let ask = |request: &str| ask(TcpStream::connect(place).expect("connected"), request);
    for (request, status) in [
        (get("/", "Host: localhost:9711\r\n"), "200"),
        (get("/", "Host: 127.0.0.1\r\n"), "200"),
        (get("/", "Host: status.example.jp\r\n"), "200"),
        (get("/?lang=ja", "Host: [::1]:1\r\n"), "200"),
        (get("/", "Host: rebound.example.com\r\n"), "421"),
        (get("/", "Host: localhost.example.com\r\n"), "421"),
        (get("/", "Host: status.example.jp.example.com\r\n"), "421"),
        (get("/", ""), "421"),
        ("GET / HTTP/1.0\r\n\r\n".to_owned(), "200"),
        (get("/queue", "Host: localhost\r\n"), "404"),
        (get("/../", "Host: localhost\r\n"), "404"),
        (get("/", "Host: localhost\r\n").replace("GET", "POST"), "405"),
        (get("/", "Host: localhost\r\n").replace("GET", "DELETE"), "405"),
    ] {
        let said = ask(&request);
        assert_eq!(said.split(' ').nth(1), Some(status), "{request}\n{said}");
    }
    let said = ask(&get("/", "Host: localhost\r\n"));
    let (head, body) = said.split_once("\r\n\r\n").expect("a head");
    let head = head.to_ascii_lowercase();
    for line in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "x-frame-options: deny",
        "cross-origin-resource-policy: same-origin",
        "content-security-policy: default-src 'none'; style-src 'sha256-",
    ] {
        assert!(head.contains(line), "{line} is missing:\n{head}");
    }
    assert!(!head.contains("unsafe") && !head.contains("access-control"), "{head}");
    assert!(body.starts_with("<!doctype html>\n<html lang=\"en\">"), "{body}");
    let japanese = ask(&get("/", "Host: localhost\r\nAccept-Language: ja,en;q=0.5\r\n"));
    assert!(japanese.contains("<html lang=\"ja\">"), "{japanese}");
    let head_only = ask(&get("/", "Host: localhost\r\n").replace("GET", "HEAD"));
    assert!(head_only.ends_with("\r\n\r\n") && head_only.contains("content-length: "), "{head_only}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn without_a_place_nobody_listens_and_a_place_that_is_taken_stops_no_mail() {
    let sandbox = sandbox();
    let server = sandbox.server("well", Personality::plain());
    let provider = || Provider::clear("well", server.port()).from("alert@example.jp");
    sandbox.configure(&Config::of([provider()]));
    let agent = sandbox.start_agent();
    assert!(!agent.log().contains("page listen="), "{}", agent.log());
    assert_eq!(agent.stop(), Some(0));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let page = format!("[page]\nlisten = \"{}\"\n", taken.local_addr().expect("bound"));
    sandbox.configure(&Config::of([provider()]).more(&page));
    let agent = sandbox.start_agent();
    assert!(agent.log().contains("warning the status page cannot be shown at 127.0.0.1:"), "{}", agent.log());
    sandbox.wait_until_sent(sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "x", ""]));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn other_machines_cannot_be_let_in() {
    let sandbox = sandbox();
    let provider =
        Provider::clear("well", Port::reserve().expect("a port").number()).from("alert@example.jp");
    for (lines, said) in [
        ("listen = \"0.0.0.0:9711\"", "can be reached from other machines"),
        ("listen = \"0.0.0.0:9711\"\nallow_remote = true", "unknown key `allow_remote` in [page]"),
        ("listen = \"[::]:9711\"", "can be reached from other machines"),
        ("hosts = [\"status.example.jp:80\"]", "is no host name"),
    ] {
        sandbox.configure(&Config::of([provider.clone()]).more(&format!("[page]\n{lines}\n")));
        let ended = sandbox.alertmail(&["run", "--config", &sandbox.config_file().to_string_lossy()]);
        assert_eq!(ended.code, Some(78), "{lines}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{lines}: {}", ended.stderr);
    }
}

#[test]
fn a_socket_is_for_the_owner_and_the_group_of_the_spool_and_survives_a_reload() {
    let sandbox = sandbox();
    let server = sandbox.server("well", Personality::plain());
    let provider = Provider::clear("well", server.port()).from("alert@example.jp");
    sandbox.configure(&Config::of([provider]).more("[page]\nlisten = \"./page.sock\"\n"));
    let agent = sandbox.start_agent();
    let path = sandbox.path().join("page.sock");
    let page = || ask(UnixStream::connect(&path).expect("connected"), &get("/", "Host: localhost\r\n"));
    assert!(page().starts_with("HTTP/1.1 200"), "{}", page());
    let mode = std::fs::metadata(&path).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    sandbox.alertmail(&["reload", "--config", &sandbox.config_file().to_string_lossy()]).expect_success();
    assert!(page().starts_with("HTTP/1.1 200"), "{}", page());
    assert_eq!(agent.stop(), Some(0));
    assert!(!path.exists(), "the socket stays behind");
}

#[test]
fn whoever_asks_and_however_often_the_journal_is_read_once_and_the_mail_goes_out() {
    let sandbox = sandbox();
    let server = sandbox.server("well", Personality::plain());
    // A day's journal, so that reading it takes longer than answering.
    Story::new(wall_now()).write(&sandbox, false);
    let (agent, place) = agent_with_page(&sandbox, &[("well", server.port())], "");
    let request = get("/", "Host: localhost\r\n");
    // As many as the door lets in say nothing, or read nothing.
    let mut idle: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(place).expect("connected")).collect();
    for stream in idle.iter_mut().take(8) {
        stream.write_all(request.as_bytes()).expect("asked");
    }
    sandbox.wait_until_sent(sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "x", ""]));
    drop(idle);

    let before = agent.cpu_time();
    for _ in 0..300 {
        let said = ask(TcpStream::connect(place).expect("connected"), &request);
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    }
    let took = agent.cpu_time().saturating_sub(before);
    assert!(took < std::time::Duration::from_secs(2), "300 answers took {took:?} of a processor");
    assert_eq!(agent.stop(), Some(0));
}
