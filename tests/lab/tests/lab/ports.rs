//! Reservation of ports, stopping, closing.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use lab::{Act, Personality, Port, Server, Stage};

use crate::client::{Client, End, PATIENCE};

#[test]
fn a_reserved_port_refuses_connections_and_comes_alive_under_the_same_number() {
    let port = Port::reserve().unwrap();
    let number = port.number();
    let refused = TcpStream::connect((Ipv4Addr::LOCALHOST, number)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(TcpListener::bind((Ipv4Addr::LOCALHOST, number)).unwrap_err().kind(), ErrorKind::AddrInUse);

    let server = port.listen(Personality::plain()).unwrap();
    assert_eq!(server.port(), number);
    Client::greeted(number);
}

#[test]
fn a_dropped_server_ends_its_silent_connections() {
    let server = Server::start(Personality::plain().at(Stage::Greeting, Act::Silence)).unwrap();
    let mut client = Client::connect(server.port());
    drop(server);
    assert!(matches!(client.ending(), End::Closed | End::Reset));
}

#[test]
fn close_all_drops_open_connections_and_lets_new_ones_in() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut clients = [Client::greeted(server.port()), Client::greeted(server.port())];
    assert_eq!(server.open_connections(), 2);
    server.close_all();
    assert_eq!(server.open_connections(), 0);
    for client in &mut clients {
        assert!(matches!(client.ending(), End::Closed | End::Reset));
    }
    Client::greeted(server.port());
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_connection_that_the_client_closes_is_no_longer_open() {
    let server = Server::start(Personality::plain().at(Stage::Ehlo, Act::Silence)).unwrap();
    let mut client = Client::connect(server.port());
    client.expect("220");
    client.send(b"EHLO client.example.jp\r\n");
    drop(client);
    assert!(server.wait_for_open_connections(0, PATIENCE));
}

#[test]
fn new_manners_are_for_new_connections_only() {
    let server = Server::start(Personality::plain()).unwrap();
    let mut before = Client::greeted(server.port());
    server.replace(Personality::plain().at(Stage::Mail, Act::Say("451 4.3.0 not today".into())));
    let mut after = Client::greeted(server.port());
    before.ask_expecting("MAIL FROM:<a@example.jp>", "250");
    after.ask_expecting("MAIL FROM:<a@example.jp>", "451 4.3.0 not today");
}

#[test]
fn waiting_for_mail_that_does_not_come_ends_with_the_time_out() {
    let server = Server::start(Personality::plain()).unwrap();
    assert!(!server.wait_for_mails(1, std::time::Duration::from_millis(5)));
    Client::greeted(server.port()).submit("a@example.jp", "hello\r\n").unwrap();
    assert!(server.wait_for_mails(1, PATIENCE));
}
