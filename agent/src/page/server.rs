//! The thread that answers: apart from the engine's, so that who asks for the page, how often and how slowly is nothing to the
//! mail.

use std::io;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::reading::Source;
use super::site::Page;
use crate::config::{self, Listen};
use crate::edge::panic::PAGE;
use crate::serve;

/// The page, for as long as this lives.
#[derive(Debug)]
pub struct Server {
    /// Where it can be asked for.
    pub place: Listen,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.end.take());
        // The next one may listen at the same place, so this one is waited for: it has nothing to finish.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Begins to answer, if the configuration says where.
pub fn start(settings: &config::Page, source: Source) -> io::Result<Option<Server>> {
    let Some(place) = settings.listen.clone() else { return Ok(None) };
    let runtime = tokio::runtime::Builder::new_current_thread().thread_name(PAGE).enable_all().build()?;
    let site = Page::new(source, settings.hosts.clone());
    let (opened, is_open) = mpsc::channel();
    let (end, ended) = oneshot::channel::<()>();
    let answer = move || {
        runtime.block_on(async {
            match serve::listen(&place, site) {
                Ok(door) => {
                    let _ = opened.send(Ok(door.place().clone()));
                    // Nobody sends: it is over when the other end is dropped.
                    let _ = ended.await;
                }
                Err(error) => drop(opened.send(Err(error))),
            }
        });
        // A spool that is being read would hold the thread up.
        runtime.shutdown_background();
    };
    let thread = thread::Builder::new().name(PAGE.to_owned()).spawn(answer)?;
    let place = is_open.recv().map_err(io::Error::other)??;
    Ok(Some(Server { place, end: Some(end), thread: Some(thread) }))
}
