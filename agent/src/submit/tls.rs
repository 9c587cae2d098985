//! Trust and the handshake. The certificate is always verified: against the system's roots, or those of one file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

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
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?;
    let builder = match &target.trust {
        Trust::System => builder.with_platform_verifier().map_err(|error| {
            failed(format!(
                "the system's certificates cannot be used ({error}); install ca-certificates, or set `ca_file`"
            ))
        })?,
        Trust::CaFile(path) => {
            let roots = roots(path).map_err(failed)?;
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(|error| failed(format!("ca_file `{}` cannot be used: {error}", path.display())))?;
            builder.with_webpki_verifier(verifier)
        }
    };
    Ok(Some(Arc::new(builder.with_no_client_auth())))
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

/// Does the handshake; the error says in words why there is none.
pub(super) async fn handshake(
    config: &Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, String> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| format!("`{host}` is not a name that a certificate can have"))?;
    let connector = TlsConnector::from(Arc::clone(config));
    connector.connect(name, stream).await.map_err(|error| in_words(&error, host))
}

fn in_words(error: &io::Error, host: &str) -> String {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                "the server closed the connection during the handshake".to_owned()
            }
            _ => error.to_string(),
        };
    };
    match tls {
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the server's certificate has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the server's certificate is not valid yet; is the clock right?".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the server's certificate is not for `{host}`")
            }
            // Another authority of the same name shows as a bad signature.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "the server's certificate is signed by nobody whom we trust (see `ca_file`)".to_owned()
            }
            other => format!("the server's certificate is not acceptable: {other}"),
        },
        other => other.to_string(),
    }
}
