//! This machine's network: says when it has changed, and whether there is a way to an address.
//!
//! | module | what it does |
//! | --- | --- |
//! | `netlink` | messages of rtnetlink: asks, and reads answers |
//! | `links` | which of them is news of a network that may be there now |
//! | `files` | the files of the name service, by inotify |
//! | `way` | whether there is a way to an address, as far as this machine knows |
//!
//! Nothing here has a timer of its own: while nothing changes, nobody wakes.

mod files;
mod links;
mod netlink;
mod way;

use std::future::pending;
use std::io;
use std::time::Duration;

use rustix::io::Errno;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;

use crate::log;
use files::Files;
use links::Links;
pub use way::{Way, way_to};

/// What comes within this time is heard together, however much it is: a link that flaps wakes the agent ten times a second.
const PAUSE: Duration = Duration::from_millis(100);

/// What is listened to.
const LINKS: &str = "links, addresses and routes";
const FILES: &str = "the files of the name service";

/// Begins to listen. Something comes out whenever the network may be there that was not there before; news that nobody has
/// taken yet are one. Where the kernel tells nothing, that is said, and nothing comes.
pub fn listen() -> Receiver<()> {
    let (sender, receiver) = channel(1);
    let links = begin(LINKS, netlink::subscribe());
    let files = begin(FILES, Files::watch());
    if links.is_some() || files.is_some() {
        tokio::spawn(tell(links, files, sender));
    }
    receiver
}

fn begin<T>(what: &str, begun: io::Result<T>) -> Option<T> {
    begun.inspect_err(|error| log::network_not_watched(what, error)).ok()
}

/// Tells until nobody listens any more.
async fn tell(mut socket: Option<pipe::Receiver>, mut files: Option<Files>, sender: Sender<()>) {
    let mut links = Links::default();
    loop {
        let is_news = tokio::select! {
            biased;
            () = sender.closed() => return,
            () = readable(socket.as_ref()) => {
                let heard = socket.as_ref().map_or(Ok(false), |socket| drain(socket, &mut links));
                still_told(LINKS, heard, &mut socket)
            }
            () = readable(files.as_ref().map(Files::inotify)) => {
                let heard = files.as_mut().map_or(Ok(false), Files::heard);
                still_told(FILES, heard, &mut files)
            }
        };
        if is_news {
            // If it is full, the next one is told of already.
            let _ = sender.try_send(());
        }
        sleep(PAUSE).await;
    }
}

/// Gives up what cannot be read any more; whatever it would have told is news.
fn still_told<T>(what: &str, heard: io::Result<bool>, from: &mut Option<T>) -> bool {
    heard.unwrap_or_else(|error| {
        log::network_not_watched(what, &error);
        *from = None;
        true
    })
}

/// Waits until something can be read there, or says so when reading has an error to tell; for ever, if there is nothing to
/// read from.
async fn readable(from: Option<&pipe::Receiver>) {
    match from {
        Some(from) => drop(from.readable().await),
        None => pending().await,
    }
}

/// Reads all that waits there. Says whether any of it is news.
fn drain(socket: &pipe::Receiver, links: &mut Links) -> io::Result<bool> {
    let mut is_news = false;
    let mut buffer = vec![0; netlink::OCTETS_MAX];
    loop {
        match socket.try_read(&mut buffer) {
            Ok(octets) => is_news |= links.hear(&buffer[..octets]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(is_news),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // More has come than the kernel keeps: whatever it was, it is news.
            Err(error) if Errno::from_io_error(&error) == Some(Errno::NOBUFS) => {
                *links = Links::default();
                is_news = true;
            }
            Err(error) => return Err(error),
        }
    }
}
