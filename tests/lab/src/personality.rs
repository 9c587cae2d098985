//! How a server behaves: its extensions, its rules, its way of speaking, and what it was told to do wrong.
//!
//! Built by chaining; a personality is only a description, and cloning it gives two servers of the same
//! manners.

mod phrases;
mod providers;

use std::collections::BTreeMap;

use crate::auth::Login;
use crate::content::LoneLf;
use crate::reply::Reply;
use crate::{Act, Authority, Leaf, Stage};
use phrases::Phrases;

/// Octets in a message when the server names no SIZE of its own, and the most it takes whatever it names.
const MESSAGE_OCTETS_MAX: usize = 128 * 1024 * 1024;

/// The manners of a server.
#[derive(Debug, Clone)]
pub struct Personality {
    /// The name it gives itself.
    pub(crate) host: &'static str,
    phrases: &'static Phrases,
    accent: Accent,
    pub(crate) channel: Channel,
    pub(crate) leaf: Leaf,
    extensions: Vec<String>,
    /// Told before TLS, and of no effect.
    empty_words: Vec<String>,
    auth_before_tls: AuthBeforeTls,
    pub(crate) login: Option<Login>,
    pub(crate) senders: Senders,
    pub(crate) header_from: HeaderFrom,
    pub(crate) lone_lf: LoneLfRule,
    pub(crate) brackets: Brackets,
    /// Octets in a line, line end included.
    pub(crate) line_octets_max: Option<usize>,
    recipients: BTreeMap<String, String>,
    faults: BTreeMap<Stage, Act>,
    pub(crate) faulty_connections: Option<usize>,
    pub(crate) connections_max: usize,
    pub(crate) recipients_max: usize,
}

/// How the connection is protected.
#[derive(Debug, Clone)]
pub(crate) enum Channel {
    /// Not at all.
    Clear,
    /// After STARTTLS.
    StartTls(Authority),
    /// From the first octet (RFC 8314).
    Implicit(Authority),
}

/// Where the enhanced status code goes when there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accent {
    /// Before the text, if the extension is offered (RFC 2034).
    Standard,
    /// Behind the text as `(#5.1.1)`, on refusals and on 235.
    Qmail,
}

/// What a STARTTLS server has to say about AUTH while the channel is clear. It refuses it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthBeforeTls {
    Hidden,
    Offered,
}

/// Which envelope senders are taken.
#[derive(Debug, Clone)]
pub(crate) enum Senders {
    Any,
    Only { addresses: Vec<String>, refusal: Reply },
}

/// What the header From must be.
#[derive(Debug, Clone)]
pub(crate) enum HeaderFrom {
    Any,
    Only { address: String, refusal: Reply },
}

/// What becomes of a message with bare line feeds.
#[derive(Debug, Clone)]
pub(crate) enum LoneLfRule {
    Keep,
    TakeForLineEnd,
    Refuse(Reply),
}

/// Whether addresses must stand in angle brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brackets {
    Optional,
    Required,
}

impl Personality {
    /// Lets only this user in, and takes mail only from who is logged in. A server that offers no AUTH
    /// begins to.
    ///
    /// Without it a server that offers AUTH lets in anybody and takes mail from everybody.
    #[must_use]
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login { user: user.to_owned(), password: password.to_owned() });
        if !self.offers("AUTH") {
            self.extensions.push("AUTH LOGIN PLAIN CRAM-MD5".to_owned());
        }
        self
    }

    /// Offers no AUTH and wants none.
    #[must_use]
    pub fn without_auth(mut self) -> Self {
        self.login = None;
        self.without_capability("AUTH")
    }

    /// Does this at that stage, on every connection unless [`Personality::only_first`] says otherwise.
    ///
    /// A stage has one act; the last one given counts.
    #[must_use]
    pub fn at(mut self, stage: Stage, act: Act) -> Self {
        self.faults.insert(stage, act);
        self
    }

    /// Misbehaves on the first `connections` connections only, counted from when the server took on this
    /// personality.
    #[must_use]
    pub fn only_first(mut self, connections: usize) -> Self {
        self.faulty_connections = Some(connections);
        self
    }

    /// Serves so many connections at the same time, and turns others away with 421.
    #[must_use]
    pub fn connections_at_most(mut self, connections: usize) -> Self {
        self.connections_max = connections;
        self
    }

    /// Takes so many recipients for a mail, and says 452 to others.
    #[must_use]
    pub fn recipients_at_most(mut self, recipients: usize) -> Self {
        self.recipients_max = recipients;
        self
    }

    /// Answers RCPT TO for this address with this reply, verbatim: `550 5.1.1 unknown user`. Compares
    /// without case.
    #[must_use]
    pub fn recipient(mut self, address: &str, reply: &str) -> Self {
        self.recipients.insert(address.to_ascii_lowercase(), reply.to_owned());
        self
    }

    /// Shows this certificate instead of the good one; of no effect on a server without TLS.
    #[must_use]
    pub fn certificate(mut self, leaf: Leaf) -> Self {
        self.leaf = leaf;
        self
    }

    /// Adds a line to the answer to EHLO: `SIZE 1000`. An `AUTH` line adds the mechanisms that the lab
    /// speaks.
    #[must_use]
    pub fn capability(mut self, line: &str) -> Self {
        self.extensions.push(line.to_owned());
        self
    }

    /// Says this line, too, in the answer to EHLO before TLS, and means nothing by it.
    #[must_use]
    pub fn only_before_tls(mut self, line: &str) -> Self {
        self.empty_words.push(line.to_owned());
        self
    }

    /// Removes every line with this keyword from the answer to EHLO, and the behaviour that goes with it.
    #[must_use]
    pub fn without_capability(mut self, keyword: &str) -> Self {
        self.extensions.retain(|line| !keyword_of(line).eq_ignore_ascii_case(keyword));
        self
    }

    /// The lines of the answer to EHLO behind the first one.
    pub(crate) fn extensions(&self, over_tls: bool) -> impl Iterator<Item = &str> {
        let meant = self.extensions.iter().filter(move |line| match keyword_of(line) {
            "STARTTLS" => !over_tls,
            "AUTH" => over_tls || !self.hides_auth(),
            _ => true,
        });
        meant.chain(self.empty_words.iter().filter(move |_| !over_tls)).map(String::as_str)
    }

    /// Whether this keyword is offered at all, in whichever state.
    pub(crate) fn offers(&self, keyword: &str) -> bool {
        self.extensions.iter().any(|line| keyword_of(line).eq_ignore_ascii_case(keyword))
    }

    /// Whether this mechanism is offered, in either spelling of the AUTH line.
    pub(crate) fn offers_mechanism(&self, mechanism: &str) -> bool {
        self.extensions
            .iter()
            .filter(|line| keyword_of(line).eq_ignore_ascii_case("AUTH"))
            .flat_map(|line| line.split([' ', '=']).skip(1))
            .any(|word| word.eq_ignore_ascii_case(mechanism))
    }

    /// The refusal of AUTH on a channel that is still clear but need not stay so.
    pub(crate) fn refusal_of_auth_before_tls(&self) -> Option<Reply> {
        // Clear servers have nothing better to offer, implicit ones are never clear.
        match (&self.channel, self.auth_before_tls) {
            (Channel::Clear | Channel::Implicit(_), _) => None,
            (Channel::StartTls(_), AuthBeforeTls::Hidden) => {
                Some(Reply::new(530, "5.7.0", "Must issue a STARTTLS command first"))
            }
            (Channel::StartTls(_), AuthBeforeTls::Offered) => {
                Some(Reply::new(538, "5.7.11", "Encryption required for requested authentication mechanism"))
            }
        }
    }

    fn hides_auth(&self) -> bool {
        matches!(self.channel, Channel::StartTls(_)) && self.auth_before_tls == AuthBeforeTls::Hidden
    }

    /// Octets in a message, from the SIZE line if it has a number.
    pub(crate) fn message_octets_max(&self) -> usize {
        self.extensions
            .iter()
            .filter(|line| keyword_of(line).eq_ignore_ascii_case("SIZE"))
            // 0 is no limit (RFC 1870 section 3).
            .find_map(|line| line.split(' ').nth(1)?.parse().ok().filter(|size| *size > 0))
            .map_or(MESSAGE_OCTETS_MAX, |size: usize| size.min(MESSAGE_OCTETS_MAX))
    }

    pub(crate) fn reading_of_lone_lf(&self) -> LoneLf {
        match self.lone_lf {
            LoneLfRule::Keep | LoneLfRule::Refuse(_) => LoneLf::Content,
            LoneLfRule::TakeForLineEnd => LoneLf::EndsLine,
        }
    }

    /// The scripted reply to this recipient.
    pub(crate) fn reply_to_recipient(&self, address: &str) -> Option<&str> {
        self.recipients.get(&address.to_ascii_lowercase()).map(String::as_str)
    }

    pub(crate) fn fault(&self, stage: Stage) -> Option<&Act> {
        self.faults.get(&stage)
    }

    /// Puts a reply into this server's own way of speaking; lines are joined but the last one is not ended.
    pub(crate) fn voice(&self, reply: &Reply) -> String {
        let Reply { code, enhanced, lines } = reply;
        let last = lines.len().saturating_sub(1);
        let spoken = lines.iter().enumerate().map(|(index, text)| {
            let mark = if index == last { ' ' } else { '-' };
            match self.accent {
                _ if enhanced.is_empty() => format!("{code}{mark}{text}"),
                Accent::Standard if self.offers("ENHANCEDSTATUSCODES") => {
                    format!("{code}{mark}{enhanced} {text}")
                }
                Accent::Qmail if *code >= 400 || *code == 235 => format!("{code}{mark}{text} (#{enhanced})"),
                Accent::Standard | Accent::Qmail => format!("{code}{mark}{text}"),
            }
        });
        spoken.collect::<Vec<_>>().join("\r\n")
    }
}

/// The word that names an extension: `AUTH` in `AUTH=LOGIN PLAIN`.
fn keyword_of(line: &str) -> &str {
    line.split([' ', '=']).next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_spoken_with_the_accent_of_the_server() {
        let qmail = Personality { accent: Accent::Qmail, ..Personality::plain() };
        let bare = Personality::plain().without_capability("ENHANCEDSTATUSCODES");
        let rows = [
            ("enhanced", Personality::plain(), "550 5.1.1 no such user"),
            ("bare", bare, "550 no such user"),
            ("qmail", qmail, "550 no such user (#5.1.1)"),
        ];
        for (name, personality, expected) in rows {
            assert_eq!(personality.voice(&Reply::new(550, "5.1.1", "no such user")), expected, "{name}");
        }
    }

    #[test]
    fn the_size_line_is_a_limit_only_if_it_has_a_number() {
        let sized =
            |line| Personality::plain().without_capability("SIZE").capability(line).message_octets_max();
        assert_eq!(sized("SIZE 1000"), 1000);
        assert_eq!((sized("SIZE"), sized("SIZE 0")), (MESSAGE_OCTETS_MAX, MESSAGE_OCTETS_MAX));
    }

    #[test]
    fn removing_auth_removes_both_spellings() {
        let personality = Personality::plain().capability("AUTH LOGIN").capability("AUTH=PLAIN");
        assert!(personality.offers_mechanism("plain") && personality.offers_mechanism("LOGIN"));
        assert!(!personality.without_auth().offers("AUTH"));
    }
}
