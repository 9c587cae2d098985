//! How the mail of an alert is presented to some recipients now.
//!
//! One mail goes to all recipients of a transaction: readers know it by its Message-ID, which must not name two
//! texts, and each more takes a round trip of its own. Where the rules of its recipients differ the stricter one
//! holds: the smaller limit, the head if one of them wants it, ISO-2022-JP before UTF-8 before `auto`.

use std::time::Duration;

use delivery::Differences;
use mime::{CharsetPolicy, Head, Level, Limits, Mailbox, Manner};
use smtp::Path;
use spool_format::{Address, Severity, Wall};

use super::Accepted;
use super::draft::as_in_an_alert;
use crate::config::{Manners, Rule};

/// An alert that is later than this is not late: a clock was wrong.
const LATE_AT_MOST: Duration = Duration::from_hours(24 * 100);

/// What a provider gives the mails that go through it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The provider's name, for the log.
    pub provider: String,
    /// Envelope sender and header From.
    pub from: Address,
    /// Display name where the alert has none.
    pub from_name: Option<String>,
    /// Which charsets its readers take, where no rule of a recipient says so.
    pub charset: CharsetPolicy,
    /// What it takes at most.
    pub limits: Limits,
    /// Whether From may be the alert's own sender.
    pub free_from: bool,
    /// In which form its mails go.
    pub form: Form,
}

/// In which form a mail goes to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a message (RFC 5322).
    Mail,
    /// Its subject and text, in UTF-8, for what is no mail.
    Text {
        /// Characters at most.
        chars_max: Option<usize>,
    },
}

/// A mail as it goes out.
#[derive(Debug)]
pub struct Mail {
    /// Header and body, as [`mime::Composed`] has them.
    pub octets: Vec<u8>,
    /// What had to be left out or changed.
    pub differs: Differences,
}

impl Accepted {
    /// The mail of this alert for these recipients, through this provider, now. `domain` is the right side of its
    /// Message-ID, `offset_minutes` the zone of its Date.
    pub fn compose(
        &self,
        (sender, policy): (&Sender, &super::Policy),
        recipients: &[Address],
        (domain, offset_minutes): (&str, i32),
        now: Wall,
    ) -> Mail {
        let mut draft = self.draft(domain, offset_minutes);
        let name = self.from_name().or(sender.from_name.as_deref()).or(policy.from_name.as_deref());
        let ours = Mailbox { name: name.map(str::to_owned), address: on_the_wire(&sender.from) };
        let charset = charset(&policy.manners, sender.charset, recipients);
        let mut manner = self.manner(&policy.manners, recipients, now);
        if let Some(message) = self.message() {
            // It is worded already.
            manner.limits = manner.limits.and(sender.limits);
            let identity = mime::Identity { from: ours, charset };
            let mail = mime::compose_whole_in(&message, &draft, &identity, &manner);
            let differs = Differences { notes: mail.notes, text: mail.whole_text, files: Vec::new() };
            return Mail { octets: mail.octets, differs };
        }
        let failure = self.word(&mut draft, &manner, (sender, policy), recipients).err();
        manner.limits = manner.limits.and(sender.limits);
        let from = match &draft.reply_to {
            Some(own) if sender.free_from => {
                let name = ours.name.clone();
                manner.sender = Some(Mailbox { name: None, ..ours });
                Mailbox { name, ..own.clone() }
            }
            Some(_) | None => ours,
        };
        let mail = mime::compose_in(&draft, &mime::Identity { from, charset }, &manner);
        let notes = mail.notes.into_iter().chain(failure).collect();
        let left_out = draft.attachments.iter().rev().take(mail.left_out).rev();
        let files = left_out.map(as_in_an_alert).collect();
        Mail { octets: mail.octets, differs: Differences { notes, text: mail.whole_text, files } }
    }

    fn manner(&self, manners: &Manners, recipients: &[Address], now: Wall) -> Manner {
        let rules = recipients.iter().filter_map(|to| manners.rule_for(to));
        let limits = rules.fold(Limits::default(), |limits, rule| limits.and(rule.limits));
        let wants_head = recipients.iter().any(|to| manners.wants_head(to));
        let late = now.since(self.born());
        let is_late = manners.late_after.is_some_and(|after| (after..LATE_AT_MOST).contains(&late));
        Manner {
            limits,
            head: wants_head.then(|| self.head()),
            late_ms: is_late.then(|| u64::try_from(late.as_millis()).unwrap_or(u64::MAX)),
            language: manners.language,
            sender: None,
        }
    }

    fn head(&self) -> Head {
        let level = match self.alert.severity {
            Severity::Critical => Level::Critical,
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        };
        let host = self.alert.source.as_ref().map(|source| source.host.clone());
        Head { level, host: host.unwrap_or_default() }
    }
}

fn charset(manners: &Manners, of_provider: CharsetPolicy, recipients: &[Address]) -> CharsetPolicy {
    let asked: Vec<CharsetPolicy> = recipients
        .iter()
        .filter_map(|to| manners.rule_for(to))
        .filter_map(|rule: &Rule| rule.charset)
        .collect();
    let strictness = [CharsetPolicy::Iso2022Jp, CharsetPolicy::Utf8, CharsetPolicy::Auto];
    strictness.into_iter().find(|policy| asked.contains(policy)).unwrap_or(of_provider)
}

/// An address as a header has it: the same form as on the wire.
pub(crate) fn on_the_wire(address: &Address) -> String {
    Path::parse(address.as_str()).map_or_else(|_| address.as_str().to_owned(), |path| path.wire().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::{Policy, Reach};
    use crate::config::Config;
    use spool_format::AlertId;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    fn manners(rules: &str) -> Manners {
        let provider =
            "[[provider]]\nname = \"home\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n";
        Config::parse(&format!("{rules}\n{provider}"), "alertmail.toml".as_ref())
            .expect("a configuration")
            .manners
    }

    fn sender() -> Sender {
        Sender {
            provider: "home".into(),
            from: address("alert@example.jp"),
            from_name: Some("home".into()),
            charset: CharsetPolicy::Auto,
            limits: Limits::default(),
            free_from: false,
            form: Form::Mail,
        }
    }

    const BORN_MS: i64 = 1_795_583_642_000;

    /// The mail of an alert from web1, so many minutes after its event, as text.
    fn mail(sender: &Sender, manners: Manners, to: &[&str], minutes: i64) -> String {
        let alert = r#"{"version":1,"subject":"disk full","body":"text\n","severity":"critical","to":["old..name@example.jp"],
            "sender":"root@web1.example.jp","created":"2026-11-25T05:14:02Z","source":{"host":"web1","program":"df"}}"#;
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        let policy = Policy { manners, ..Policy::default() };
        let accepted = Accepted::read(alert.as_bytes(), id, &policy, || Reach::Anybody).expect("an alert");
        let to: Vec<Address> = to.iter().map(|to| address(to)).collect();
        let now = Wall::from_unix_ms(BORN_MS + minutes * 60_000);
        let octets = accepted.compose((sender, &policy), &to, ("example.jp", 540), now).octets;
        String::from_utf8(octets).expect("7-bit")
    }

    #[test]
    fn from_is_the_providers_and_answers_go_to_the_alerts_own_sender() {
        let mail = mail(&sender(), Manners::default(), &["a@example.jp"], 0);
        assert!(
            mail.starts_with("From: home <alert@example.jp>\r\nTo: <\"old..name\"@example.jp>\r\n"),
            "{mail}"
        );
        assert!(mail.contains("\r\nReply-To: root@web1.example.jp\r\n"), "{mail}");
        assert!(!mail.contains("Sender:"), "{mail}");
    }

    #[test]
    fn where_from_is_free_it_is_the_alerts_own_sender_and_nothing_else_says_so() {
        let free = Sender { free_from: true, ..sender() };
        let mail = mail(&free, Manners::default(), &["a@example.jp"], 0);
        assert!(
            mail.starts_with("From: home <root@web1.example.jp>\r\nSender: alert@example.jp\r\n"),
            "{mail}"
        );
        assert!(!mail.contains("Reply-To:"), "{mail}");
    }

    #[test]
    fn a_mail_says_that_it_is_late_from_the_configured_time_on_and_never_after_months() {
        let subject = |rules: &str, minutes| {
            let mail = mail(&sender(), manners(rules), &["a@example.jp"], minutes);
            mail.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("one").to_owned()
        };
        for (rules, minutes, shown) in [
            ("", 9, "disk full"),
            ("", 10, "[late 10m] disk full"),
            ("", 192, "[late 3h12m] disk full"),
            ("", 200 * 24 * 60, "disk full"),
            ("", -60, "disk full"),
            ("[alerts]\nlate_after = \"1h\"", 59, "disk full"),
            ("[alerts]\nlate_after = \"1h\"\nlanguage = \"en\"", 60, "[late 1h00m] disk full"),
            ("[alerts]\nlate_after = \"never\"", 600, "disk full"),
        ] {
            assert_eq!(subject(rules, minutes), shown, "{rules} {minutes}");
        }
        let mail = mail(&sender(), Manners::default(), &["a@example.jp"], 30);
        assert!(
            mail.ends_with("\r\n\r\nTime of the event: 2026-11-25 14:14:02 +0900\r\n\r\ntext\r\n"),
            "{mail}"
        );
        assert!(mail.contains("\r\nDate: Wed, 25 Nov 2026 14:14:02 +0900\r\n"), "{mail}");
    }

    #[test]
    fn who_is_with_a_carrier_sees_severity_and_host_first_unless_the_configuration_says_otherwise() {
        const RULE: &str = "[[recipient]]\ndomain = [\"example.jp\", \"carriers\"]\n";
        let head = "Subject: [CRIT] web1: disk full\r\n";
        for (rules, to, has_head) in [
            (String::new(), &["a@example.jp"][..], false),
            (String::new(), &["a@docomo.ne.jp"], true),
            (String::new(), &["a@example.jp", "b@EZWEB.ne.jp"], true),
            ("[alerts]\nsubject_head = \"never\"".to_owned(), &["a@docomo.ne.jp"], false),
            ("[alerts]\nsubject_head = \"always\"".to_owned(), &["a@example.jp"], true),
            (format!("{RULE}subject_head = true"), &["a@mail.example.jp"], true),
            (format!("{RULE}subject_head = false"), &["a@docomo.ne.jp"], false),
        ] {
            let mail = mail(&sender(), manners(&rules), to, 0);
            assert_eq!(mail.contains(head), has_head, "{rules} {to:?}: {mail}");
        }
    }

    #[test]
    fn the_stricter_of_several_rules_holds_and_the_first_one_that_fits_an_address() {
        use CharsetPolicy::{Auto, Iso2022Jp, Utf8};
        let manners = manners(
            "[[recipient]]\ndomain = [\"a.example\"]\nsubject_max = 40\nbody_max = 500\ncharset = \"utf-8\"\n\
             [[recipient]]\ndomain = [\"b.example\"]\nsubject_max = 20\nsize_max_kib = 100\ncharset = \"iso-2022-jp\"\n\
             [[recipient]]\ndomain = [\"example\"]\ncharset = \"auto\"\n",
        );
        let limits = |subject, body, octets| Limits { subject, body, octets };
        for (to, asked, least) in [
            (&["x@elsewhere.example.jp"][..], Utf8, limits(None, None, None)),
            (&["x@c.example"], Auto, limits(None, None, None)),
            (&["x@a.example"], Utf8, limits(Some(40), Some(500), None)),
            (
                &["x@a.example", "x@c.example", "x@elsewhere.example.jp"],
                Utf8,
                limits(Some(40), Some(500), None),
            ),
            (&["x@a.example", "x@b.example"], Iso2022Jp, limits(Some(20), Some(500), Some(100 << 10))),
        ] {
            let to: Vec<Address> = to.iter().map(|to| address(to)).collect();
            assert_eq!(charset(&manners, Utf8, &to), asked, "{to:?}");
            let rules = to.iter().filter_map(|to| manners.rule_for(to));
            assert_eq!(rules.fold(Limits::default(), |all, rule| all.and(rule.limits)), least, "{to:?}");
        }
    }
}
