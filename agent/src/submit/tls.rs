//! Trust and the handshake. The certificate is always verified: against the system's roots, those of one file, or pins.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use delivery::{Monotonic, Now};
use rustls_platform_verifier::Verifier;
use smtp::Security;
use spool_format::Wall;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{
    self, AlertDescription, CertificateError, ClientConfig, OtherError, RootCertStore,
};

use super::trust::{Refused, Voucher};
use super::wire::Stream;
use super::{Target, Trust, certificate, trust};
use crate::edge::clock;
use crate::log;

/// Trust that cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("provider `{provider}`: {what}")]
pub struct TrustError {
    provider: String,
    what: String,
}

/// A certificate that ends so soon deserves a word, once a day.
const SOON: Duration = Duration::from_hours(14 * 24);
const DAY: Duration = Duration::from_hours(24);

/// What handshakes with one provider need, and what was learnt by them.
#[derive(Debug)]
pub(super) struct Handshake {
    config: Arc<ClientConfig>,
    provider: String,
    /// The certificate has to be for it.
    name: String,
    /// With pins nobody asks when a certificate ends.
    asks_dates: bool,
    learnt: Mutex<Learnt>,
}

#[derive(Debug, Default)]
struct Learnt {
    end: Option<Wall>,
    warned: Option<Monotonic>,
}

impl Handshake {
    /// Prepares for this provider; `None` if it never does a handshake.
    pub(super) fn prepare(target: &Target) -> Result<Option<Self>, TrustError> {
        if target.endpoints.iter().all(|endpoint| endpoint.security == Security::None) {
            return Ok(None);
        }
        Ok(Some(Self::with(target, config(target)?)))
    }

    /// Whoever starts this handshake tells of dates in other ways: nothing is logged.
    pub(super) fn without_warnings(self) -> Self {
        Self { asks_dates: false, ..self }
    }

    /// Accepts any certificate, for looking only.
    pub(super) fn only_to_look(target: &Target) -> Result<Self, TrustError> {
        let config = trust::believing(Voucher::Nobody);
        let failed =
            |error: rustls::Error| TrustError { provider: target.name.clone(), what: error.to_string() };
        Ok(Self::with(target, config.map_err(failed)?).without_warnings())
    }

    fn with(target: &Target, config: Arc<ClientConfig>) -> Self {
        Self {
            config,
            provider: target.name.clone(),
            name: target.tls_name.as_ref().unwrap_or(&target.host).clone(),
            asks_dates: !matches!(target.trust, Trust::Pins(_)),
            learnt: Mutex::default(),
        }
    }

    /// Does the handshake; the error says in words why there is none.
    pub(super) async fn shake(&self, stream: Stream) -> Result<TlsStream<Stream>, String> {
        let name = &self.name;
        let server = ServerName::try_from(name.clone())
            .map_err(|_| format!("`{name}` is not a name that a certificate can have"))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(server, stream).await.map_err(|error| in_words(&error, name))?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        if let Some(end) = shown.and_then(|shown| certificate::end_of(shown)) {
            self.learn(end, clock::now());
        }
        Ok(stream)
    }

    /// When the certificate ends that was shown last.
    pub(super) fn certificate_end(&self) -> Option<Wall> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).end
    }

    fn learn(&self, end: Wall, now: Now) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.end = Some(end);
        if self.asks_dates && ends_soon(end, now.wall) && !warned_today(learnt.warned, now.monotonic) {
            learnt.warned = Some(now.monotonic);
            log::certificate_ends(&self.provider, end, end.since(now.wall));
        }
    }
}

fn ends_soon(end: Wall, now: Wall) -> bool {
    end.since(now) < SOON
}

fn warned_today(warned: Option<Monotonic>, now: Monotonic) -> bool {
    warned.is_some_and(|warned| now.since(warned) < DAY)
}

fn config(target: &Target) -> Result<Arc<ClientConfig>, TrustError> {
    let failed = |what: String| TrustError { provider: target.name.clone(), what };
    let provider = Arc::new(ring::default_provider());
    let voucher = match &target.trust {
        Trust::System => Voucher::Authorities(Arc::new(Verifier::new(provider).map_err(|error| {
            failed(format!(
                "the system's certificates cannot be used ({error}); install ca-certificates, or set `ca_file` or `pin_sha256`"
            ))
        })?)),
        Trust::CaFile(path) => {
            let roots = roots(path).map_err(failed)?;
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
            Voucher::Authorities(verifier.map_err(|error| {
                failed(format!("ca_file `{}` cannot be used: {error}", path.display()))
            })?)
        }
        Trust::Pins(pins) => Voucher::Pins(pins.clone()),
    };
    trust::believing(voucher).map_err(|error| failed(error.to_string()))
}

fn roots(path: &Path) -> Result<RootCertStore, String> {
    let shown = path.display();
    let octets = std::fs::read(path).map_err(|error| format!("cannot read ca_file `{shown}`: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&octets) {
        let added = certificate.map_err(|error| error.to_string());
        let added = added.and_then(|found| roots.add(found).map_err(|error| error.to_string()));
        added
            .map_err(|error| format!("ca_file `{shown}` holds something that is no certificate: {error}"))?;
    }
    if roots.is_empty() {
        return Err(format!("ca_file `{shown}` holds no certificate; it wants the authority's, in PEM"));
    }
    Ok(roots)
}

fn in_words(error: &io::Error, name: &str) -> String {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                "the server closed the connection during the handshake".to_owned()
            }
            _ => error.to_string(),
        };
    };
    match tls {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            match other.0.downcast_ref::<Refused>() {
                Some(refused) => refusal(refused, name),
                None if other.0.to_string().starts_with("UnsupportedCertVersion") => format!(
                    "the server's certificate is of version 1, which nobody accepts today; make another one: openssl req -x509 -key KEY -subj /CN={name} -days 3650 -out CERT"
                ),
                None => format!("the server's certificate is not acceptable: {}", other.0),
            }
        }
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
            "the server shows a certificate whose key it does not have".to_owned()
        }
        rustls::Error::InvalidCertificate(fault) => {
            format!("the server's certificate cannot be read: {fault}")
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            format!("the server speaks neither TLS 1.2 nor 1.3 in a way that is safe today ({tls})")
        }
        rustls::Error::InvalidMessage(_) => {
            format!("what the server says is not TLS ({tls}); is it the right port and the right `tls`?")
        }
        other => other.to_string(),
    }
}

fn refusal(refused: &Refused, name: &str) -> String {
    let why = match &refused.fault {
        None => "the server has another key than the one in `pin_sha256`".to_owned(),
        Some(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "the server's certificate has expired: have it renewed".to_owned()
        }
        Some(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            return "the server's certificate is not valid yet; is the clock right?".to_owned();
        }
        Some(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            format!("the server's certificate is not for `{name}`; if it is yours, set `tls_name`, or pin it")
        }
        // Another authority of the same name shows as a bad signature.
        Some(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "the server's certificate is signed by nobody whom we trust (see `ca_file`)".to_owned()
        }
        Some(CertificateError::Other(fault)) if is_authority(fault) => {
            "the server shows an authority's certificate as its own, as `openssl req -x509` makes them"
                .to_owned()
        }
        Some(other) => format!("the server's certificate is not acceptable: {other}"),
    };
    format!("{why}; {}", advice(refused))
}

/// `openssl req -x509` marks certificates as those of an authority, which no chain may end with.
fn is_authority(fault: &OtherError) -> bool {
    // The error's type belongs to a crate below rustls; the test with such a certificate notices another name.
    fault.0.to_string() == "CaUsedAsEndEntity"
}

/// How to trust it all the same, and how to find out first whether that is right.
fn advice(refused: &Refused) -> String {
    format!(
        "to trust this key: pin_sha256 = \"{}\", if on the server this says the same: openssl x509 -in CERT -noout -pubkey | openssl pkey -pubin -outform der | sha256sum",
        refused.pin
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_ends_within_two_weeks_is_told_of_once_a_day() {
        let now = Wall::from_unix_ms(1_800_000_000_000);
        let days = |days: u64| Duration::from_hours(24 * days);
        assert!(!ends_soon(now.plus(days(14)), now));
        assert!(ends_soon(now.plus(days(13)), now));
        assert!(ends_soon(Wall::from_unix_ms(0), now), "it has ended");
        let (morning, evening) = (Monotonic::from_ms(0), Monotonic::from_ms(12 * 3_600_000));
        assert!(!warned_today(None, morning));
        assert!(warned_today(Some(morning), evening));
        assert!(!warned_today(Some(morning), morning.plus(days(1))));
    }
}
