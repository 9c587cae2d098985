//! Looks at a certificate that was refused: a second connection with a handshake that accepts any chain.
//!
//! Nothing is ever sent over it, no EHLO and no goodbye: once the handshake has shown what there is to see, the connection
//! is dropped. Signatures are verified all the same, so that the key that is shown is one that the server really has.

use std::sync::Arc;

use smtp::{AuthPolicy, Security, Session};
use tokio::time::{Instant, timeout};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::carry::{self, Carriage};
use super::connect::{Connection, connect};
use super::drive::Line;
use super::onlooker::Protection;
use super::tls::Handshake;
use super::wire::Wire;

/// What the server shows, whoever vouches for it. `None` if no handshake comes about.
pub(super) async fn peek(carriage: &Carriage) -> Option<Protection> {
    let limit = carriage.limits.connect;
    let Connection { stream, endpoint, ending: _ } = connect(&carriage.target, limit).await.ok()?;
    let stream = match endpoint.security {
        Security::None => return None,
        Security::Implicit => stream,
        Security::StartTls => {
            let mut target = carriage.target.clone();
            target.auth = AuthPolicy::None;
            let session = Session::new(carry::settings(&target, endpoint, None, carry::seed().ok()?));
            let line = Line::new(session, Wire::Clear(stream), None, carriage.limits, None);
            line.up_to_handshake().await?
        }
    };
    let begun = Instant::now();
    let handshake = Handshake::only_to_look(&carriage.target, accepting_anybody()?);
    let shaken = timeout(limit, handshake.shake(stream)).await;
    Some(Protection::of(&shaken.ok()?.ok()?, begun.elapsed()))
}

fn accepting_anybody() -> Option<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    let verifier = Arc::new(Anybody(provider));
    Some(Arc::new(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
}

/// Accepts every chain, for looking only.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
