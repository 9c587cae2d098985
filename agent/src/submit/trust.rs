//! Who is believed: the one place that says yes or no to a certificate.
//!
//! A pin says "this key": name, dates and signatures of the certificate are then not asked, and it may be an
//! authority's own. Without pins the authorities decide, and a refusal tells the pin. Either way the server has to prove
//! that it holds the key: rustls verifies that signature.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};

use super::Pin;

/// Who vouches.
#[derive(Debug)]
pub(super) enum Voucher {
    Authorities(Arc<dyn ServerCertVerifier>),
    Pins(Vec<Pin>),
    /// Nobody has to, for looking only: nothing may be sent over such a connection.
    Nobody,
}

/// A certificate that is not accepted.
#[derive(Debug)]
pub(super) struct Refused {
    /// What the authorities say of it; `None` if it has none of the pinned keys.
    pub(super) fault: Option<CertificateError>,
    /// The pin that would accept it.
    pub(super) pin: Pin,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Some(fault) => fault.fmt(f),
            None => f.write_str("another key than the pinned one"),
        }
    }
}

impl std::error::Error for Refused {}

/// The judge of certificates.
#[derive(Debug)]
struct Judge {
    voucher: Voucher,
    algorithms: WebPkiSupportedAlgorithms,
}

/// What a handshake needs in which this voucher decides.
pub(super) fn believing(voucher: Voucher) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let judge = Arc::new(Judge { voucher, algorithms });
    Ok(Arc::new(builder.dangerous().with_custom_certificate_verifier(judge).with_no_client_auth()))
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fault = match &self.voucher {
            Voucher::Pins(pins) if pins.contains(&pin_of(certificate)?) => {
                return Ok(ServerCertVerified::assertion());
            }
            Voucher::Pins(_) => None,
            Voucher::Nobody => return Ok(ServerCertVerified::assertion()),
            Voucher::Authorities(authorities) => {
                match authorities.verify_server_cert(certificate, chain, name, ocsp, now) {
                    Err(Error::InvalidCertificate(fault)) => Some(fault),
                    other => return other,
                }
            }
        };
        let refused = Refused { fault, pin: pin_of(certificate)? };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The digest of the key for which the certificate is.
pub(super) fn pin_of(certificate: &CertificateDer<'_>) -> Result<Pin, Error> {
    let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    pin_of_key(&key).ok_or_else(|| Error::General("there is no SHA-256".to_owned()))
}

/// The digest of a key (`SubjectPublicKeyInfo`, in DER).
pub fn pin_of_key(key: &[u8]) -> Option<Pin> {
    // The hash of a cipher suite is the SHA-256 that is in the program anyway.
    let suite = TLS13_AES_128_GCM_SHA256.tls13().map(|suite| suite.common.hash_provider);
    suite.and_then(|sha256| Pin::new(sha256.hash(key).as_ref()))
}
