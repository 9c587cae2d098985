//! When a certificate ends: the one thing in it that rustls does not tell (RFC 5280 section 4.1).
//!
//! Reads as much of the DER as stands before that, and believes nothing: what is not as it should be has no end.

use chrono::NaiveDate;
use spool_format::Wall;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The explicit tag of the version, which certificates of version 1 do not have.
const VERSION: u8 = 0xa0;

/// The last moment at which the certificate is valid.
pub(super) fn end_of(der: &[u8]) -> Option<Wall> {
    let (certificate, _) = content(der, SEQUENCE)?;
    let (mut body, _) = content(certificate, SEQUENCE)?;
    if let Some((_, behind)) = content(body, VERSION) {
        body = behind;
    }
    // Serial number, algorithm of the signature, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        body = content(body, tag)?.1;
    }
    let (validity, _) = content(body, SEQUENCE)?;
    let (_, _, behind_begin) = element(validity)?;
    let (tag, text, _) = element(behind_begin)?;
    moment(tag, std::str::from_utf8(text).ok()?)
}

/// The first element, which has to have this tag, and what stands behind it.
fn content(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, behind) = element(der)?;
    (found == tag).then_some((content, behind))
}

/// Tag, content, and what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], behind) = der.split_first_chunk()?;
    let (octets, behind) = match first {
        short @ 0..=0x7f => (usize::from(short), behind),
        // Four octets of length are more than any handshake carries.
        0x81..=0x84 => {
            let (length, behind) = behind.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), behind)
        }
        _ => return None,
    };
    let (content, behind) = behind.split_at_checked(octets)?;
    Some((tag, content, behind))
}

/// `YYMMDDHHMMSSZ` before 2050, `YYYYMMDDHHMMSSZ` from then on (RFC 5280 section 4.1.2.5).
fn moment(tag: u8, text: &str) -> Option<Wall> {
    let digits =
        text.strip_suffix('Z').filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()))?;
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let year: i32 = digits[..2].parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let part = |n: usize| rest[2 * n..2 * n + 2].parse::<u32>().ok();
    let day = NaiveDate::from_ymd_opt(year, part(0)?, part(1)?)?;
    let moment = day.and_hms_opt(part(2)?, part(3)?, part(4)?)?;
    Some(Wall::from_unix_ms(moment.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{Authority, Leaf};
    use proptest::prelude::*;
    use std::sync::LazyLock;
    use tokio_rustls::rustls::pki_types::CertificateDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;

    fn leaf(leaf: Leaf) -> Vec<u8> {
        let pem = Authority::new().expect("an authority").leaf_pem(leaf);
        CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate").to_vec()
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let end = end_of(&leaf(Leaf::Expired)).expect("an end");
        assert_eq!(end.to_string(), "2001-12-31T00:00:00.000Z");
        let end = end_of(&leaf(Leaf::Good)).expect("an end");
        assert_eq!(end.to_string(), "4096-01-01T00:00:00.000Z");
    }

    #[test]
    fn years_have_two_digits_until_2049() {
        let shown = |tag, text| moment(tag, text).map(|end| end.to_string());
        assert_eq!(shown(UTC_TIME, "491231235959Z").as_deref(), Some("2049-12-31T23:59:59.000Z"));
        assert_eq!(shown(UTC_TIME, "990101000000Z").as_deref(), Some("1999-01-01T00:00:00.000Z"));
        assert_eq!(shown(GENERALIZED_TIME, "20500101000000Z").as_deref(), Some("2050-01-01T00:00:00.000Z"));
        for (tag, text) in [
            (UTC_TIME, "20500101000000Z"),
            (GENERALIZED_TIME, "500101000000Z"),
            (UTC_TIME, "501301000000Z"),
            (UTC_TIME, "500101000000+"),
            (UTC_TIME, "50010100000éZ"),
            (INTEGER, "500101000000Z"),
        ] {
            assert_eq!(moment(tag, text), None, "{text}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_off_anywhere_has_no_end_and_harms_nobody() {
        let der = leaf(Leaf::Good);
        for end in 0..der.len() {
            assert_eq!(end_of(&der[..end]), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_the_reader_panic(octets: Vec<u8>, place in 0_usize..200, octet: u8) {
            static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| leaf(Leaf::Good));
            let _ = end_of(&octets);
            let mut der = GOOD.clone();
            der[place] = octet;
            let _ = end_of(&der);
        }
    }
}
