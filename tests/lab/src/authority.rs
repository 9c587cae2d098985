//! A certificate authority of the lab's own, made in memory.
//!
//! Every authority has a fresh key, so that trusting one means trusting nobody else. Keys never leave the
//! process and are never written down. The leaves are made at once: whoever holds an [`Authority`] can no
//! longer fail.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WantsServerCert;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::{ConfigBuilder, DEFAULT_VERSIONS, ServerConfig, SupportedProtocolVersion};

use crate::LabError;

/// Base64 characters in a line of PEM (RFC 7468 section 2).
const PEM_LINE_CHARS: usize = 64;

/// Which certificate a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leaf {
    /// Valid now, for `localhost`, `relay.example.com` and `127.0.0.1`.
    #[default]
    Good,
    /// For the right names, but it ended with the year 2001.
    Expired,
    /// The good one in its last ten days.
    EndsSoon,
    /// Valid now, but for `elsewhere.example.jp` only.
    WrongName,
    /// For the address `127.0.0.1`, and no name.
    AddressOnly,
    /// The good one, shown by a server that speaks TLS 1.2 and nothing newer.
    GoodInTls12,
    /// Signed by itself and marked as an authority's, as `openssl req -x509` makes them; for the right names, valid now.
    SelfSigned,
    /// The good one, shown by somebody who does not have its key.
    Stolen,
}

/// A certificate authority and its leaves. Cloning shares them.
#[derive(Clone)]
pub struct Authority(Arc<Certificates>);

struct Certificates {
    ca_pem: String,
    good: Shown,
    ends_soon: Shown,
    expired: Shown,
    wrong_name: Shown,
    address_only: Shown,
    good_in_tls12: Shown,
    self_signed: Shown,
    stolen: Shown,
}

/// A certificate with what shows it.
struct Shown {
    config: Arc<ServerConfig>,
    der: CertificateDer<'static>,
}

impl Authority {
    /// Makes an authority and its leaves; takes a few milliseconds.
    pub fn new() -> Result<Self, LabError> {
        let key = KeyPair::generate().map_err(LabError::Certificate)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "alertmail lab authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let ca = params.self_signed(&key).map_err(LabError::Certificate)?;
        let issuer = Issuer::new(params, key);
        let good = issue(&issuer, Leaf::Good)?;
        Ok(Self(Arc::new(Certificates {
            ca_pem: pem(ca.der()),
            stolen: steal(&good)?,
            good,
            expired: issue(&issuer, Leaf::Expired)?,
            ends_soon: issue(&issuer, Leaf::EndsSoon)?,
            wrong_name: issue(&issuer, Leaf::WrongName)?,
            address_only: issue(&issuer, Leaf::AddressOnly)?,
            good_in_tls12: issue(&issuer, Leaf::GoodInTls12)?,
            self_signed: issue(&issuer, Leaf::SelfSigned)?,
        })))
    }

    /// The authority's certificate as PEM, for a client's list of trusted roots.
    pub fn ca_pem(&self) -> String {
        self.0.ca_pem.clone()
    }

    /// The TLS set-up of a server that shows this leaf.
    pub fn leaf(&self, leaf: Leaf) -> Arc<ServerConfig> {
        Arc::clone(&self.shown(leaf).config)
    }

    /// This leaf as PEM, as its server's administrator has it.
    pub fn leaf_pem(&self, leaf: Leaf) -> String {
        pem(&self.shown(leaf).der)
    }

    fn shown(&self, leaf: Leaf) -> &Shown {
        match leaf {
            Leaf::Good => &self.0.good,
            Leaf::Expired => &self.0.expired,
            Leaf::EndsSoon => &self.0.ends_soon,
            Leaf::WrongName => &self.0.wrong_name,
            Leaf::AddressOnly => &self.0.address_only,
            Leaf::GoodInTls12 => &self.0.good_in_tls12,
            Leaf::SelfSigned => &self.0.self_signed,
            Leaf::Stolen => &self.0.stolen,
        }
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

fn issue(issuer: &Issuer<'_, KeyPair>, leaf: Leaf) -> Result<Shown, LabError> {
    let names = match leaf {
        Leaf::Good | Leaf::GoodInTls12 | Leaf::EndsSoon | Leaf::Expired | Leaf::SelfSigned | Leaf::Stolen => {
            ["localhost", "relay.example.com", "127.0.0.1"].map(str::to_owned).to_vec()
        }
        Leaf::AddressOnly => vec!["127.0.0.1".to_owned()],
        Leaf::WrongName => vec!["elsewhere.example.jp".to_owned()],
    };
    let mut params = CertificateParams::new(names).map_err(LabError::Certificate)?;
    params.distinguished_name.push(DnType::CommonName, "alertmail lab server");
    params.use_authority_key_identifier_extension = true;
    if leaf == Leaf::Expired {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2001, 12, 31);
    }
    if leaf == Leaf::EndsSoon {
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + in_ten_days();
    }
    let key = KeyPair::generate().map_err(LabError::Certificate)?;
    let certificate = if leaf == Leaf::SelfSigned {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.self_signed(&key)
    } else {
        params.signed_by(&key, issuer)
    };
    let certificate = certificate.map_err(LabError::Certificate)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let der = certificate.der().clone();
    let versions = if leaf == Leaf::GoodInTls12 { &[&TLS12][..] } else { DEFAULT_VERSIONS };
    let config = builder(versions)?.with_single_cert(vec![der.clone()], private).map_err(LabError::Tls)?;
    Ok(Shown { config: Arc::new(config), der })
}

/// Since 1970.
#[expect(clippy::disallowed_methods, reason = "certificates are judged by the clock of the machine")]
fn in_ten_days() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now + Duration::from_hours(240)
}

/// Shows the certificate of another server. Without its key nothing that is signed can be right.
fn steal(other: &Shown) -> Result<Shown, LabError> {
    let key = KeyPair::generate().map_err(LabError::Certificate)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let key = ring::sign::any_supported_type(&private).map_err(LabError::Tls)?;
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![other.der.clone()], key));
    let config = builder(DEFAULT_VERSIONS)?.with_cert_resolver(Arc::new(shown));
    Ok(Shown { config: Arc::new(config), der: other.der.clone() })
}

fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, LabError> {
    // The provider is named: a process-wide default belongs to the program, not to its lab.
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_protocol_versions(versions).map_err(LabError::Tls)?.with_no_client_auth())
}

/// Writes a certificate in the text form of RFC 7468.
fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in body.as_bytes().chunks(PEM_LINE_CHARS) {
        let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_lines_are_at_most_64_characters_and_decode_to_the_same_octets() {
        let der: Vec<u8> = (0..=255).collect();
        let text = pem(&der);
        let body: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(body.iter().all(|line| line.len() <= PEM_LINE_CHARS));
        assert_eq!(STANDARD.decode(body.concat()).unwrap(), der);
        assert!(text.ends_with("-----END CERTIFICATE-----\n"));
    }

    #[test]
    fn two_authorities_are_never_the_same() {
        let [one, other] = [Authority::new().unwrap(), Authority::new().unwrap()];
        assert_ne!(one.ca_pem(), other.ca_pem());
    }
}
