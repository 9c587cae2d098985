//! What is answered by HTTP: the page, in the language that is wanted. However many ask, the spool is read once in a while.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::document::{Kind, document, policy, unreadable};
use super::facts::Facts;
use super::language::wanted;
use super::reading::{Source, read};
use crate::edge::{clock, host};
use crate::notice::Tongue;
use crate::serve::{Answer, Site, answer, words};

/// A page is shown again for so long at least.
const FRESH: Duration = Duration::from_secs(2);

/// And for so many times the time that it took to make: a large spool costs no more than a tenth of a processor.
const REST: u32 = 9;

/// What a browser is told besides what stands in the page.
const HEADERS: [(&str, &str); 5] = [
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// The site of one page.
#[derive(Debug)]
pub(super) struct Page {
    /// Names besides this machine's own, under which it may be asked for.
    hosts: Vec<String>,
    shelf: Arc<Shelf>,
}

/// The last page, in both languages.
#[derive(Debug)]
struct Shelf {
    source: Source,
    last: Mutex<Option<Printed>>,
}

#[derive(Clone, Debug)]
struct Printed {
    status: StatusCode,
    english: Bytes,
    japanese: Bytes,
    good_until: Instant,
}

impl Page {
    pub(super) fn new(source: Source, hosts: Vec<String>) -> Self {
        Self { hosts, shelf: Arc::new(Shelf { source, last: Mutex::new(None) }) }
    }
}

impl Site for Page {
    fn hosts(&self) -> &[String] {
        &self.hosts
    }

    async fn answer(&self, head: &Parts) -> Answer {
        if head.uri.path() != "/" {
            return words(StatusCode::NOT_FOUND, "there is one page here: /");
        }
        let last = Arc::clone(&self.shelf);
        // On its own: who goes away while the spool is read leaves the page to the next one, and not the work.
        let Ok(printed) = tokio::spawn(async move { last.printed().await }).await else {
            return words(StatusCode::SERVICE_UNAVAILABLE, "the agent stops");
        };
        let accepted = head.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let body = match wanted(head.uri.query(), accepted) {
            Tongue::English => printed.english,
            Tongue::Japanese => printed.japanese,
        };
        dressed(answer(printed.status, "text/html; charset=utf-8", body))
    }
}

/// With the headers of a page.
fn dressed(mut answer: Answer) -> Answer {
    let head = answer.headers_mut();
    for (name, value) in HEADERS {
        head.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Who may frame a page is not heard from the page itself.
    let framed = format!("{}; frame-ancestors 'none'", policy());
    if let Ok(value) = HeaderValue::from_str(&framed) {
        head.insert("content-security-policy", value);
    }
    answer
}

impl Shelf {
    /// The last page if it is fresh, else a new one. Whoever comes meanwhile waits for the same.
    async fn printed(self: Arc<Self>) -> Printed {
        let mut last = self.last.lock().await;
        if let Some(printed) = last.as_ref().filter(|it| clock::monotonic() < it.good_until) {
            return printed.clone();
        }
        let this = Arc::clone(&self);
        let began = clock::monotonic();
        let read = spawn_blocking(move || read(&this.source).map(|facts| print(&facts))).await;
        let ended = clock::monotonic();
        let good_until = ended + FRESH.max((ended - began) * REST);
        let printed = match read
            .map_err(|_| io::Error::other("a mistake of this program; its log has the line"))
            .flatten()
        {
            Ok((english, japanese)) => Printed { status: StatusCode::OK, english, japanese, good_until },
            Err(error) => self.failed(&error, good_until),
        };
        *last = Some(printed.clone());
        printed
    }

    fn failed(&self, error: &io::Error, good_until: Instant) -> Printed {
        let why = format!("the spool `{}` cannot be read: {error}", self.source.layout.root().display());
        let page = |tongue| Bytes::from(unreadable(&host::name(), &why, tongue));
        let (english, japanese) = (page(Tongue::English), page(Tongue::Japanese));
        Printed { status: StatusCode::SERVICE_UNAVAILABLE, english, japanese, good_until }
    }
}

fn print(facts: &Facts) -> (Bytes, Bytes) {
    let page = |tongue| Bytes::from(document(facts, tongue, Kind::Live));
    (page(Tongue::English), page(Tongue::Japanese))
}
