//! Clients of every kind at a real door: honest ones, and those who are slow, endless, wrong or not meant to be here.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use super::*;

/// Tells which path was asked for.
struct Echo;

impl Site for Echo {
    async fn answer(&self, head: &Parts) -> Answer {
        words(StatusCode::OK, head.uri.path())
    }
}

fn here() -> Listen {
    Listen::Tcp("127.0.0.1:0".parse().expect("an address"))
}

fn whole(mut stream: impl io::Read + io::Write, request: &str) -> String {
    // Whoever is refused may be refused before all is said.
    let _ = stream.write_all(request.as_bytes());
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

/// What comes back for these octets.
async fn ask(door: &Door, request: &str) -> String {
    let (place, request) = (door.place().clone(), request.to_owned());
    let talk = move || match place {
        Listen::Tcp(address) => whole(TcpStream::connect(address).expect("connected"), &request),
        Listen::Unix(path) => whole(UnixStream::connect(path).expect("connected"), &request),
    };
    tokio::task::spawn_blocking(talk).await.expect("asked")
}

fn get(path: &str, host: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn what_is_asked_for_is_answered_and_nothing_can_be_changed() {
    let door = listen(&here(), Echo).expect("a port");
    let endless = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(HEAD_OCTETS_MAX));
    for (request, status, body) in [
        (get("/metrics", "localhost:9712"), "200", "/metrics\n"),
        (get("/a?b=c", "127.0.0.1"), "200", "/a\n"),
        (get("/", "[::1]:80"), "200", "/\n"),
        ("GET /old HTTP/1.0\r\n\r\n".to_owned(), "200", "/old\n"),
        (get("/", "rebound.example.com"), "421", "localhost\n"),
        (get("http://rebound.example.com/", "localhost"), "421", "localhost\n"),
        (get("/", "localhost").replace("GET", "HEAD"), "200", "\r\n\r\n"),
        (get("/", "localhost").replace("GET", "POST"), "405", "HEAD\n"),
        (get("/", "localhost").replace("GET", "DELETE"), "405", "HEAD\n"),
        ("EHLO there\r\n\r\n".to_owned(), "400", "\r\n\r\n"),
        (endless, "431", "\r\n\r\n"),
    ] {
        let said = ask(&door, &request).await;
        let shown: String = request.chars().take(80).collect();
        assert_eq!(said.split(' ').nth(1), Some(status), "{shown}: {said}");
        assert!(said.ends_with(body), "{shown}: {said}");
    }
}

#[tokio::test]
async fn a_socket_takes_the_place_of_a_port_and_its_name_goes_with_the_door() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.sock");
    let door = listen(&Listen::Unix(path.clone()), Echo).expect("a socket");
    assert!(ask(&door, &get("/x", "whatever.example.com")).await.ends_with("/x\n"));
    let mode = std::fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, SOCKET_MODE);
    drop(door);
    assert!(!path.exists());
}

#[tokio::test]
async fn those_who_say_nothing_keep_others_waiting_for_ten_seconds_at_most() {
    let door = listen(&here(), Echo).expect("a port");
    let Listen::Tcp(address) = door.place().clone() else { panic!("a port") };
    let silent: Vec<TcpStream> =
        (0..CONNECTIONS_MAX).map(|_| TcpStream::connect(address).expect("connected")).collect();
    let asked = timeout(HEAD_WITHIN * 2, ask(&door, &get("/late", "localhost"))).await;
    assert!(asked.expect("answered in time").ends_with("/late\n"));
    drop(silent);
}

#[tokio::test]
async fn a_place_that_is_taken_is_an_error() {
    let door = listen(&here(), Echo).expect("a port");
    assert!(listen(door.place(), Echo).is_err());
}
