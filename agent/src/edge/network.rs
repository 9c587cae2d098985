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

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt::set_socket_recv_buffer_size;

    #[test]
    fn what_tells_nothing_any_more_is_given_up_and_that_is_news() {
        let mut from = Some(());
        assert!(!still_told(LINKS, Ok(false), &mut from) && still_told(LINKS, Ok(true), &mut from));
        assert_eq!(from, Some(()));
        assert!(
            still_told(LINKS, Err(io::ErrorKind::Other.into()), &mut from),
            "it may have had news to tell"
        );
        assert_eq!(from, None);
    }

    #[tokio::test]
    async fn more_than_the_kernel_keeps_is_news_and_the_rest_is_heard() {
        let socket = netlink::open(rustix::net::SocketFlags::NONBLOCK).expect("a socket");
        // The kernel makes it as small as it can.
        set_socket_recv_buffer_size(&socket, 1).expect("a small buffer");
        let mut heard = 0;
        let receiver = pipe::Receiver::from_owned_fd_unchecked(socket).expect("a descriptor");
        for _ in 0..200 {
            // There is no such link; nobody reads the answer, which is no news.
            let mut fixed = [0; 16];
            fixed[4..8].copy_from_slice(&0x7fff_fff0_u32.to_ne_bytes());
            heard += usize::from(netlink::ask(&receiver, netlink::kind::GET_LINK, &fixed, None).is_ok());
        }
        assert!(heard > 0, "nobody could be asked");
        receiver.readable().await.expect("something to read");
        let mut links = Links::default();
        assert!(drain(&receiver, &mut links).expect("heard"), "what was lost may have been news");
        assert!(!drain(&receiver, &mut links).expect("heard"), "nothing is left");
    }
}
