//! A drill: what can be found out of a provider without an alert, over a connection of its own.
//!
//! A server is visited as by `alertmail probe`, over the same connect, handshake and session as with an alert. A program is
//! looked for and not run, a folder looked at and not written into.

use std::sync::Arc;
use std::time::Duration;

use delivery::Sighting;
use smtp::{AuthPolicy, Failure, Phase, Trouble};
use tokio::time::{Instant, timeout};
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::carry::Carriage;
use super::local::Local;
use super::notes::{Notes, Seen};
use super::visit::Visit;
use super::{Identity, Station, Trust, certificate, trust};

/// All of it. A server that needs longer is as good as silent when an alert is in a hurry.
const WITHIN: Duration = Duration::from_mins(1);

/// Goes as far as the login, if there is to be one, and tells what it has seen.
pub(super) async fn drill(station: Station, with_login: bool) -> Sighting {
    let began = Instant::now();
    let mut sighting = match station {
        Station::Server(carriage) => visit(&carriage, with_login).await,
        Station::Local(local) => look(local).await,
    };
    sighting.took = began.elapsed();
    sighting
}

async fn visit(carriage: &Carriage, with_login: bool) -> Sighting {
    let mut target = carriage.target.clone();
    if !with_login {
        (target.auth, target.identity) = (AuthPolicy::None, Identity::Nobody);
    }
    let asks_dates = !matches!(target.trust, Trust::Pins(_));
    let notes = Arc::new(Notes::new(None));
    let visit = Visit::beside(carriage, target, Arc::clone(&notes) as Arc<_>);
    let failure = if let Ok(ended) = timeout(WITHIN, visit.probe()).await {
        ended.err()
    } else {
        let phase = notes.seen().phase.unwrap_or(Phase::Connect);
        Some(Failure::new(phase, Trouble::Silent { seconds: WITHIN.as_secs() }))
    };
    // Where there is no login, to have got through says as much.
    let is_proof = with_login && failure.is_none();
    sighting(&notes.seen(), failure, is_proof, asks_dates)
}

fn sighting(seen: &Seen, failure: Option<Failure>, is_proof: bool, asks_dates: bool) -> Sighting {
    let leaf = seen.protection.as_ref().and_then(|protection| protection.chain.first());
    // Before TLS a server may hide what it offers.
    let in_channel = failure.as_ref().is_none_or(|failure| failure.phase >= Phase::Auth) && seen.was_told();
    let capabilities = seen.capabilities();
    let offers = in_channel.then(|| {
        let keywords = capabilities.keywords().map(str::to_owned);
        let mechanisms = capabilities.auth().iter().map(|name| format!("AUTH {name}"));
        keywords.chain(mechanisms).collect()
    });
    Sighting {
        login: seen.mechanism.is_some() || is_proof,
        failure,
        took: Duration::ZERO,
        tls: seen.protection.as_ref().map(|protection| protection.version.to_owned()),
        certificate_end: leaf.filter(|_| asks_dates).and_then(|der| certificate::end_of(der)),
        key: leaf
            .and_then(|der| trust::pin_of(&CertificateDer::from(der.as_slice())).ok())
            .map(|pin| pin.to_string()),
        size: capabilities.size_limit().filter(|_| in_channel),
        offers,
    }
}

/// On a thread that may hang with the disk.
async fn look(local: Local) -> Sighting {
    let phase = match &local {
        Local::Gateway(_) => Phase::Program,
        Local::Maildir(_) => Phase::Maildir,
    };
    let look = move || match local {
        Local::Gateway(gateway) => gateway.look().map(drop),
        Local::Maildir(maildir) => maildir.look().map(drop),
    };
    let trouble = match timeout(WITHIN, tokio::task::spawn_blocking(look)).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(why))) => Some(Trouble::Local(why)),
        Ok(Err(_)) | Err(_) => Some(Trouble::Silent { seconds: WITHIN.as_secs() }),
    };
    let failure = trouble.map(|trouble| Failure::new(phase, trouble));
    Sighting { login: failure.is_none(), failure, offers: Some(Vec::new()), ..Sighting::default() }
}
