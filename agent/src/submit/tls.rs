//! Trust and the handshake. The certificate is always verified: against the system's roots, those of one file, or pins.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{
    self, AlertDescription, CertificateError, ClientConfig, OtherError, RootCertStore,
};

use super::trust::{Judge, Refused, Voucher};
use super::wire::Stream;
use super::{Target, Trust};
use smtp::Security;

/// Trust that cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("provider `{provider}`: {what}")]
pub struct TrustError {
    provider: String,
    what: String,
}

/// What a handshake with this provider needs; `None` if it never does one.
pub(super) fn config(target: &Target) -> Result<Option<Arc<ClientConfig>>, TrustError> {
    if target.endpoints.iter().all(|endpoint| endpoint.security == Security::None) {
        return Ok(None);
    }
    let failed = |what: String| TrustError { provider: target.name.clone(), what };
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?;
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
    let judge = Arc::new(Judge { voucher, algorithms });
    Ok(Some(Arc::new(builder.dangerous().with_custom_certificate_verifier(judge).with_no_client_auth())))
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

/// Does the handshake with a server whose certificate is for this name; the error says in words why there is none.
pub(super) async fn handshake(
    config: &Arc<ClientConfig>,
    name: &str,
    stream: Stream,
) -> Result<TlsStream<Stream>, String> {
    let server = ServerName::try_from(name.to_owned())
        .map_err(|_| format!("`{name}` is not a name that a certificate can have"))?;
    let connector = TlsConnector::from(Arc::clone(config));
    connector.connect(server, stream).await.map_err(|error| in_words(&error, name))
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
                None => format!("the server's certificate is not acceptable: {other}"),
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
            "the server's certificate has expired".to_owned()
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
