//! What a person wants to know of a certificate: whose it is, who says so, until when, and the digest of its key.
//!
//! It judges nothing that matters for trust: that is done by the handshake. The chain comes from a stranger, so that every
//! text of it is made printable, and a certificate that cannot be read is shown as such.

use std::net::IpAddr;

use spool_format::Wall;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use crate::output::terminal::printable;
use crate::submit::pin_of_key;

/// Names shown of one certificate; some have hundreds.
const NAMES_MAX: usize = 20;

/// A certificate as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Certificate {
    /// Whose it is.
    pub(super) subject: String,
    /// Who says so.
    pub(super) issuer: String,
    /// Host names and addresses for which it is.
    pub(super) names: Vec<String>,
    /// From when it holds.
    pub(super) not_before: Wall,
    /// Until when it holds.
    pub(super) not_after: Wall,
    /// Whole days until then; negative once it has ended.
    pub(super) days_left: i64,
    /// The digest of its public key, as the configuration takes it.
    pub(super) pin_sha256: String,
}

impl Certificate {
    /// Reads DER; `None` if it is none.
    pub(super) fn read(der: &[u8], now: Wall) -> Option<Self> {
        let (_, certificate) = parse_x509_certificate(der).ok()?;
        let wall = |seconds: i64| Wall::from_unix_ms(seconds.saturating_mul(1000));
        let validity = certificate.validity();
        let not_after = wall(validity.not_after.timestamp());
        Some(Self {
            subject: printable(&certificate.subject().to_string()),
            issuer: printable(&certificate.issuer().to_string()),
            names: names(&certificate),
            not_before: wall(validity.not_before.timestamp()),
            not_after,
            days_left: (not_after.unix_ms() - now.unix_ms()).div_euclid(24 * 3_600 * 1000),
            pin_sha256: pin_of_key(certificate.public_key().raw)?.to_string(),
        })
    }

    /// Whether it is for this host name or address, as far as a person wants to know (RFC 6125 section 6.4).
    pub(super) fn is_for(&self, host: &str) -> bool {
        self.names.iter().any(|name| {
            let same = name.eq_ignore_ascii_case(host);
            let starred = name.strip_prefix("*.").is_some_and(|domain| {
                host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain))
            });
            same || (starred && host.parse::<IpAddr>().is_err())
        })
    }

    /// Whether whoever made it vouches for it alone.
    pub(super) fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(printable(name)),
        GeneralName::IPAddress(octets) => address(octets).map(|address| address.to_string()),
        _ => None,
    });
    names.take(NAMES_MAX).collect()
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let four: Result<[u8; 4], _> = octets.try_into();
    let sixteen: Result<[u8; 16], _> = octets.try_into();
    four.map(IpAddr::from).or_else(|_| sixteen.map(IpAddr::from)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::Authority;
    use tokio_rustls::rustls::pki_types::CertificateDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;

    fn authority(now: Wall) -> Certificate {
        let pem = Authority::new().expect("an authority").ca_pem();
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
        Certificate::read(&der, now).expect("a certificate")
    }

    #[test]
    fn a_certificate_says_whose_it_is_and_how_long() {
        let certificate = authority(Wall::parse("2026-11-25T00:00:00Z").expect("a time"));
        assert_eq!(certificate.subject, "CN=alertmail lab authority");
        assert!(certificate.is_self_signed() && certificate.days_left > 365, "{certificate:?}");
        let after = authority(certificate.not_after.plus(std::time::Duration::from_secs(1)));
        assert_eq!(after.days_left, -1);
    }

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let pin = pin_of_key(b"abc").map(|pin| pin.to_string());
        assert_eq!(pin.as_deref(), Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    #[test]
    fn a_star_stands_for_one_label_and_for_no_part_of_an_address() {
        let mut certificate = authority(Wall::from_unix_ms(0));
        certificate.names =
            ["mail.example.jp", "*.example.com", "192.0.2.1", "*.0.2.9"].map(str::to_owned).to_vec();
        for (host, yes) in [
            ("Mail.Example.JP", true),
            ("smtp.example.com", true),
            ("a.b.example.com", false),
            ("example.com", false),
            ("192.0.2.1", true),
            ("192.0.2.9", false),
        ] {
            assert_eq!(certificate.is_for(host), yes, "{host}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert_eq!(Certificate::read(b"0\x82\xff", Wall::from_unix_ms(0)), None);
        assert_eq!(Certificate::read(b"", Wall::from_unix_ms(0)), None);
    }
}
