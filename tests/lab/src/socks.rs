//! A small SOCKS5 proxy (RFC 1928, RFC 1929) on the loopback interface. Every name leads to 127.0.0.1.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::LabError;

/// A user and the password.
type Login = Option<(String, String)>;

/// A running proxy; dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Socks {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Socks {
    /// Starts a proxy; with a login it serves nobody else.
    pub fn start(login: Option<(&str, &str)>) -> Result<Self, LabError> {
        let login: Login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let book = Arc::clone(&asked);
        let (end, ends) = oneshot::channel();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(LabError::Port)?;
        listener.set_nonblocking(true).map_err(LabError::Port)?;
        let port = listener.local_addr().map_err(LabError::Port)?.port();
        let thread = thread::Builder::new().name("lab-socks".to_owned()).spawn(move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                if let Ok(listener) = TcpListener::from_std(listener) {
                    serve(&listener, &login, &book, ends).await;
                }
            });
        });
        Ok(Self { port, asked, end: Some(end), thread: Some(thread.map_err(LabError::Thread)?) })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every `HOST:PORT` that was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Socks {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(
    listener: &TcpListener,
    login: &Login,
    book: &Arc<Mutex<Vec<String>>>,
    mut end: oneshot::Receiver<()>,
) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut end => break,
            Some(_) = clients.join_next() => {}
            Ok((client, _)) = listener.accept() => {
                let (login, book) = (login.clone(), Arc::clone(book));
                // Whatever goes wrong ends this connection, and that is all that its client sees.
                clients.spawn(async move { drop(relay(client, &login, &book).await) });
            }
        }
    }
    clients.shutdown().await;
}

async fn relay(mut client: TcpStream, login: &Login, book: &Mutex<Vec<String>>) -> io::Result<()> {
    if !welcome(&mut client, login).await? {
        return Ok(());
    }
    let mut head = [0; 4];
    client.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => Ipv4Addr::from(client.read_u32().await?).to_string(),
        4 => std::net::Ipv6Addr::from(client.read_u128().await?).to_string(),
        _ => {
            let octets = client.read_u8().await?;
            text(&mut client, octets).await?
        }
    };
    let port = client.read_u16().await?;
    book.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{host}:{port}"));
    match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
        Ok(mut server) => {
            client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
            copy_bidirectional(&mut client, &mut server).await.map(drop)
        }
        Err(_) => client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).await,
    }
}

/// Whether the client may go on.
async fn welcome(client: &mut TcpStream, login: &Login) -> io::Result<bool> {
    let _version = client.read_u8().await?;
    let mut offers = vec![0; usize::from(client.read_u8().await?)];
    client.read_exact(&mut offers).await?;
    let Some((user, password)) = login else {
        client.write_all(&[5, 0]).await?;
        return Ok(true);
    };
    if !offers.contains(&2) {
        client.write_all(&[5, 0xff]).await?;
        return Ok(false);
    }
    client.write_all(&[5, 2]).await?;
    let _version = client.read_u8().await?;
    let octets = client.read_u8().await?;
    let is_user = text(client, octets).await? == *user;
    let octets = client.read_u8().await?;
    let is_good = text(client, octets).await? == *password && is_user;
    client.write_all(&[1, u8::from(!is_good)]).await?;
    Ok(is_good)
}

async fn text(client: &mut TcpStream, octets: u8) -> io::Result<String> {
    let mut text = vec![0; usize::from(octets)];
    client.read_exact(&mut text).await?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
