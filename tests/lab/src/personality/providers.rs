//! The providers: what each one offers, wants and forgives.
//!
//! Manners as they were seen on real servers, under host names of the example domains.

use std::collections::BTreeMap;

use super::phrases::{self, Phrases};
use super::{Accent, AuthBeforeTls, Brackets, Channel, HeaderFrom, LoneLfRule, Personality, Senders};
use crate::reply::Reply;
use crate::{Authority, Leaf};

/// Recipients of one mail; ten times what every server must take (RFC 5321 section 4.5.3.1.8).
const RECIPIENTS_MAX: usize = 1000;

/// Octets in a line that docomo's server takes, line end included (the limit of RFC 5321 section 4.5.3.1.6).
const DOCOMO_LINE_OCTETS_MAX: usize = 1000;

impl Personality {
    /// A simple server by the book: no TLS, no AUTH, takes anything from anybody.
    pub fn plain() -> Self {
        Self::new(
            "mx.example.jp",
            &phrases::PLAIN,
            Channel::Clear,
            &["PIPELINING", "SIZE 104857600", "ENHANCEDSTATUSCODES", "8BITMIME"],
        )
    }

    /// One's own Postfix on port 587: AUTH shows up after STARTTLS only.
    pub fn self_hosted(authority: &Authority) -> Self {
        Self::new(
            "mail.example.jp",
            &phrases::POSTFIX,
            Channel::StartTls(authority.clone()),
            &[
                "PIPELINING",
                "SIZE 10240000",
                "ETRN",
                "STARTTLS",
                "AUTH LOGIN PLAIN CRAM-MD5",
                "ENHANCEDSTATUSCODES",
                "8BITMIME",
                "DSN",
            ],
        )
    }

    /// Yahoo BB on port 465, a qmail: takes mail only from registered addresses, names no SIZE, and complains
    /// about bare line feeds after the final dot.
    pub fn yahoo(authority: &Authority, registered: &[&str]) -> Self {
        let refusal =
            Reply::new(553, "5.7.1", "sorry, that envelope sender is not registered for this account");
        let lone_lf = Reply::new(451, "4.6.0", "the message has a line feed without a carriage return");
        Self {
            accent: Accent::Qmail,
            senders: Senders::Only {
                addresses: registered.iter().map(|&address| address.to_owned()).collect(),
                refusal,
            },
            lone_lf: LoneLfRule::Refuse(lone_lf),
            ..Self::new(
                "smtp504.mail.example.jp",
                &phrases::QMAIL,
                Channel::Implicit(authority.clone()),
                &["AUTH LOGIN PLAIN XYMCOOKIE", "PIPELINING", "8BITMIME"],
            )
        }
    }

    /// goo on port 587: offers AUTH in both spellings before TLS (and refuses it there), and has no
    /// patience with commands sent ahead.
    pub fn goo(authority: &Authority) -> Self {
        Self {
            auth_before_tls: AuthBeforeTls::Offered,
            ..Self::new(
                "smtp.goo.example.jp",
                &phrases::GOO,
                Channel::StartTls(authority.clone()),
                &[
                    "SIZE 104857600",
                    "STARTTLS",
                    "AUTH LOGIN PLAIN",
                    "AUTH=LOGIN PLAIN",
                    "ENHANCEDSTATUSCODES",
                ],
            )
        }
    }

    /// docomo on port 465: envelope sender and header From must both be the account's own address.
    pub fn docomo(authority: &Authority, own_address: &str) -> Self {
        Self {
            senders: Senders::Only {
                addresses: vec![own_address.to_owned()],
                refusal: Reply::new(550, "5.7.1", "The sender address is not the address of this account"),
            },
            header_from: HeaderFrom::Only {
                address: own_address.to_owned(),
                refusal: Reply::new(550, "5.7.1", "The From header is not the address of this account"),
            },
            lone_lf: LoneLfRule::TakeForLineEnd,
            brackets: Brackets::Required,
            line_octets_max: Some(DOCOMO_LINE_OCTETS_MAX),
            ..Self::new(
                "smtp.spmode.example.jp",
                &phrases::DOCOMO,
                Channel::Implicit(authority.clone()),
                &["AUTH LOGIN PLAIN", "AUTH=LOGIN PLAIN", "SIZE 15727616", "8BITMIME"],
            )
        }
    }

    /// A plain qmail: neither TLS nor AUTH, no SIZE, and no patience with bare line feeds.
    pub fn qmail() -> Self {
        let lone_lf = Reply::new(451, "4.6.0", "see the page on bare line feeds");
        Self {
            accent: Accent::Qmail,
            lone_lf: LoneLfRule::Refuse(lone_lf),
            ..Self::new("qmail.example.jp", &phrases::QMAIL, Channel::Clear, &["PIPELINING", "8BITMIME"])
        }
    }

    /// Gmail on port 587: logs in with passwords made for programs and with tokens, takes messages in chunks, and any
    /// header From, which it replaces.
    pub fn gmail(authority: &Authority) -> Self {
        Self::new(
            "smtp.gmail.example.com",
            &phrases::GMAIL,
            Channel::StartTls(authority.clone()),
            &[
                "SIZE 35882577",
                "8BITMIME",
                "STARTTLS",
                "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
                "ENHANCEDSTATUSCODES",
                "PIPELINING",
                "CHUNKING",
                "SMTPUTF8",
            ],
        )
    }

    /// Outlook on port 587: logs in with tokens, has LOGIN and no PLAIN, takes messages in chunks, and refuses after the
    /// end of the message a header From that is not the account's.
    pub fn outlook(authority: &Authority, own_address: &str) -> Self {
        Self {
            header_from: HeaderFrom::Only {
                address: own_address.to_owned(),
                refusal: Reply::new(554, "5.2.252", "SendAsDenied; not allowed to send as another"),
            },
            ..Self::new(
                "smtp.outlook.example.com",
                &phrases::OUTLOOK,
                Channel::StartTls(authority.clone()),
                &[
                    "SIZE 157286400",
                    "PIPELINING",
                    "DSN",
                    "ENHANCEDSTATUSCODES",
                    "STARTTLS",
                    "AUTH LOGIN XOAUTH2",
                    "8BITMIME",
                    "CHUNKING",
                    "SMTPUTF8",
                ],
            )
        }
    }

    fn new(host: &'static str, phrases: &'static Phrases, channel: Channel, extensions: &[&str]) -> Self {
        Self {
            host,
            phrases,
            accent: Accent::Standard,
            channel,
            leaf: Leaf::Good,
            extensions: extensions.iter().map(|&line| line.to_owned()).collect(),
            empty_words: Vec::new(),
            auth_before_tls: AuthBeforeTls::Hidden,
            login: None,
            senders: Senders::Any,
            header_from: HeaderFrom::Any,
            lone_lf: LoneLfRule::Keep,
            brackets: Brackets::Optional,
            line_octets_max: None,
            recipients: BTreeMap::new(),
            faults: BTreeMap::new(),
            faulty_connections: None,
            connections_max: usize::MAX,
            recipients_max: RECIPIENTS_MAX,
        }
    }
}
