//! TLS at a server's end of a connection in memory: real handshakes with rustls, and all that can be wrong with them.

use std::sync::{Arc, LazyLock};

use lab::{Authority, Leaf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::super::chance::Dice;

/// Who vouches for the servers.
pub(super) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new().expect("an authority"));

/// The alert `handshake_failure` of TLS 1.2.
const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// What is wrong.
#[derive(Clone, Copy)]
enum Fault {
    Shows(Leaf),
    Alert,
    CutOff,
    Silent,
    InClear,
}

const FAULTS: [(Fault, &str); 8] = [
    (Fault::Shows(Leaf::Expired), "a certificate that has expired"),
    (Fault::Shows(Leaf::WrongName), "a certificate for another name"),
    (Fault::Shows(Leaf::SelfSigned), "a certificate of nobody whom we trust"),
    (Fault::Shows(Leaf::Stolen), "a certificate whose key it does not have"),
    (Fault::Alert, "an alert in the place of a handshake"),
    (Fault::CutOff, "a handshake that is cut off"),
    (Fault::Silent, "a handshake that does not come"),
    (Fault::InClear, "no TLS where it should be"),
];

/// The handshake, as it should be, or with some fault. Gives nothing if there is no connection any more, and what it was.
pub(super) async fn accept(
    mut wire: DuplexStream,
    is_bad: bool,
    dice: &mut Dice,
) -> (Option<Box<TlsStream<DuplexStream>>>, Option<&'static str>) {
    if !is_bad {
        return (shows(wire, Leaf::Good).await, None);
    }
    let (fault, mark) = dice.one_of(&FAULTS);
    let cut_at = 1 + dice.below(90);
    match fault {
        Fault::Shows(leaf) => {
            // A client that does not believe it says so, and goes.
            let stream = shows(wire, leaf).await;
            return (stream, Some(mark));
        }
        Fault::Alert => {
            let _ = wire.write_all(&ALERT).await;
            rest(wire).await;
        }
        Fault::CutOff => {
            // The beginning of a record, and no more.
            let mut record = vec![22, 3, 3, 0, 100];
            record.resize(5 + cut_at, 2);
            let _ = wire.write_all(&record[..cut_at]).await;
        }
        Fault::Silent => rest(wire).await,
        Fault::InClear => {
            let _ = wire.write_all(b"220 we can talk in clear\r\n").await;
            rest(wire).await;
        }
    }
    (None, Some(mark))
}

async fn shows(wire: DuplexStream, leaf: Leaf) -> Option<Box<TlsStream<DuplexStream>>> {
    let acceptor = TlsAcceptor::from(Arc::clone(&AUTHORITY.leaf(leaf)));
    acceptor.accept(wire).await.ok().map(Box::new)
}

/// Says nothing, until the other end goes.
async fn rest(mut wire: DuplexStream) {
    let mut octets = [0; 512];
    while matches!(wire.read(&mut octets).await, Ok(1..)) {}
}
