//! A connection on which documents are posted: `/alert` takes an alert as it would stand in the spool, `/alertmanager` and
//! `/grafana` what those post.
//!
//! A document that was not understood is kept as an alert with all there was: who is answered 4xx does not try again, and a
//! monitor that says something odd has something to say. What could not be kept is answered 5xx, so that it comes again.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use ::smtp::Secret;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CONNECTION, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use spool_format::AlertId;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use super::keeper::NotKept;
use super::visitors::Seat;
use super::{House, UNIT_OCTETS};
use crate::config::Listen;
use crate::edge::clock;
use crate::metrics::Turned;
use crate::serve::{Answer, Hosts, answer, words};

/// Octets of a request's head at most.
const HEAD_OCTETS_MAX: usize = 16 * 1024;

/// What a path takes.
#[derive(Clone, Copy)]
enum Form {
    Alert,
    Webhook(&'static str),
}

impl Form {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/alert" => Some(Self::Alert),
            "/alertmanager" => Some(Self::Webhook("alertmanager")),
            "/grafana" => Some(Self::Webhook("grafana")),
            _ => None,
        }
    }
}

/// Answers one client until it has gone, or `closed` says that nobody listens any more.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    seat: Seat,
    house: Arc<House>,
    mut closed: watch::Receiver<()>,
) {
    let (idle, seat) = (house.intake.idle, Arc::new(seat));
    let service = service_fn(move |request: Request<Incoming>| {
        let (house, seat) = (Arc::clone(&house), Arc::clone(&seat));
        async move { Ok::<_, Infallible>(respond(request, &seat, &house).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_buf_size(HEAD_OCTETS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Who asked has gone, speaks no HTTP or is slow: the answer is all that counts, and each was given or not.
    tokio::select! {
        biased;
        _ = closed.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
        _ = connection.as_mut() => {}
    }
}

async fn respond(request: Request<Incoming>, seat: &Seat, house: &House) -> Answer {
    let (head, body) = request.into_parts();
    match refusal(&head, house) {
        Some(refusal) => {
            let why =
                if refusal.status() == StatusCode::UNAUTHORIZED { Turned::Token } else { Turned::Request };
            house.counts.turned(why);
            last(refusal)
        }
        None => take(&head, body, (seat, house)).await,
    }
}

/// What is said of a request without looking at what it holds.
fn refusal(head: &Parts, house: &House) -> Option<Answer> {
    let hosts = match &house.intake.place {
        Listen::Tcp(address) if address.ip().is_loopback() => Hosts::Here,
        _ => Hosts::Any,
    };
    if !hosts.include(head, &[]) {
        return Some(words(
            StatusCode::MISDIRECTED_REQUEST,
            "ask for this machine by its address or as localhost",
        ));
    }
    // Browsers say so, and no monitor does: no page is to send alerts in the name of who looks at it.
    if head.headers.contains_key(ORIGIN) {
        return Some(words(StatusCode::FORBIDDEN, "pages of a browser send no alerts here"));
    }
    if house.token.as_ref().is_some_and(|token| !shows(head, token)) {
        let refusal =
            words(StatusCode::UNAUTHORIZED, "show the token of this listener: Authorization: Bearer TOKEN");
        return Some(with(refusal, WWW_AUTHENTICATE, "Bearer"));
    }
    if Form::of(head.uri.path()).is_none() {
        return Some(words(StatusCode::NOT_FOUND, "post to /alert, /alertmanager or /grafana"));
    }
    if head.method != Method::POST {
        let refusal = words(StatusCode::METHOD_NOT_ALLOWED, "an alert is sent with POST");
        return Some(with(refusal, ALLOW, "POST"));
    }
    None
}

/// Whether the request shows this token (RFC 6750 section 2.1).
fn shows(head: &Parts, token: &Secret) -> bool {
    let shown = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.split_once(' '));
    shown.is_some_and(|(scheme, shown)| {
        scheme.eq_ignore_ascii_case("Bearer") && token.is_same(&Secret::new(shown.trim().to_owned()))
    })
}

/// Why a document was not read.
enum Unread {
    TooLarge,
    NoMemory,
    Slow,
    Gone,
}

impl Unread {
    const fn why(&self) -> Turned {
        match self {
            Self::TooLarge => Turned::Size,
            Self::NoMemory => Turned::Memory,
            Self::Slow => Turned::Slow,
            Self::Gone => Turned::Request,
        }
    }

    fn answer(&self, octets_max: usize) -> Answer {
        match self {
            Self::TooLarge => {
                let text = format!("a document may have {octets_max} octets here");
                last(words(StatusCode::PAYLOAD_TOO_LARGE, &text))
            }
            Self::NoMemory => later("no memory for more documents at a time"),
            Self::Slow => last(words(StatusCode::REQUEST_TIMEOUT, "the document did not come in time")),
            Self::Gone => last(words(StatusCode::BAD_REQUEST, "the document did not come whole")),
        }
    }
}

async fn take(head: &Parts, body: Incoming, (seat, house): (&Seat, &House)) -> Answer {
    let read = timeout(house.intake.within, read(body, house)).await.unwrap_or(Err(Unread::Slow));
    let (octets, _memory) = match read {
        Ok(read) => read,
        Err(unread) => {
            house.counts.turned(unread.why());
            return unread.answer(house.intake.octets_max);
        }
    };
    let Some(form) = Form::of(head.uri.path()) else {
        return words(StatusCode::NOT_FOUND, "nothing is taken there");
    };
    if matches!(form, Form::Alert) && octets.iter().all(u8::is_ascii_whitespace) {
        house.counts.turned(Turned::Request);
        return words(StatusCode::BAD_REQUEST, "there is nothing in it");
    }
    let (now, gate, so_many) = (clock::wall_now(), Arc::clone(&house.gate), octets.len());
    let make = move |_: AlertId| {
        let of_monitor = match form {
            Form::Webhook(name) => enqueue::intake::webhook(name, &octets, now),
            Form::Alert => None,
        };
        let mut alert = of_monitor.unwrap_or_else(|| enqueue::intake::document(&octets, now));
        gate.keep_to(&mut alert);
        Ok(alert)
    };
    match house.keep(seat, so_many, make).await {
        Ok(id) => answer(StatusCode::OK, "application/json", format!("{{\"id\":\"{id}\"}}\n")),
        Err(NotKept::Never(why)) => words(StatusCode::PAYLOAD_TOO_LARGE, &why),
        Err(NotKept::Later(why)) => later(&why),
    }
}

async fn read(mut body: Incoming, house: &House) -> Result<(Vec<u8>, OwnedSemaphorePermit), Unread> {
    let octets_max = house.intake.octets_max;
    if body.size_hint().lower() > octets_max as u64 {
        return Err(Unread::TooLarge);
    }
    let one_more = || Arc::clone(&house.memory).try_acquire_owned().map_err(|_| Unread::NoMemory);
    let (mut octets, mut memory) = (Vec::new(), one_more()?);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame.map_err(|_| Unread::Gone)?.into_data() else { continue };
        if octets.len() + frame.len() > octets_max {
            return Err(Unread::TooLarge);
        }
        octets.extend_from_slice(&frame);
        while memory.num_permits() * UNIT_OCTETS < octets.capacity() {
            memory.merge(one_more()?);
        }
    }
    Ok((octets, memory))
}

fn later(why: &str) -> Answer {
    with(words(StatusCode::SERVICE_UNAVAILABLE, why), RETRY_AFTER, "5")
}

/// What was not read of a request is not waited for.
fn last(answer: Answer) -> Answer {
    with(answer, CONNECTION, "close")
}

fn with(mut answer: Answer, name: HeaderName, value: &'static str) -> Answer {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
    answer
}
