//! How the mail of an alert is worded: as it was given, or by a template of the configuration.

use mime::{Draft, Manner};
use spool_format::Address;

use super::{Accepted, Policy, Sender};
use crate::template::Fields;

impl Accepted {
    /// Words the mail for these recipients. The error says why the template failed; the draft is then as it was: an
    /// alert is worth more than its wording.
    pub(super) fn word(
        &self,
        draft: &mut Draft,
        manner: &Manner,
        (sender, policy): (&Sender, &Policy),
        recipients: &[Address],
    ) -> Result<(), String> {
        let alert = &self.alert;
        let wording = policy.manners.wording(recipients, alert.severity);
        let Some(template) = wording.template(manner.language, [&draft.subject, &draft.body]) else {
            return Ok(());
        };
        let source = alert.source.as_ref();
        let is_japanese = manner.language.is_japanese([&draft.subject, &draft.body]);
        let shown = draft.to.iter().chain(&draft.cc).map(|mailbox| mailbox.address.clone());
        let worded = template.render(&Fields {
            id: &draft.id,
            subject: &draft.subject,
            body: &draft.body,
            severity: alert.severity,
            key: alert.key.as_deref().unwrap_or_default(),
            host: source.map_or("", |source| &source.host),
            program: source.map_or("", |source| &source.program),
            created: &mime::local_time(draft.created_ms, draft.utc_offset_minutes),
            late: &manner.late_ms.map(mime::span).unwrap_or_default(),
            sender: alert.sender.as_deref().unwrap_or_default(),
            headers: &alert.headers,
            provider: &sender.provider,
            recipients: &shown.collect::<Vec<_>>(),
            attachments: &draft.attachments.iter().map(|file| file.name.clone()).collect::<Vec<_>>(),
            resolves: alert.resolves,
            language: if is_japanese { "ja" } else { "en" },
        });
        let worded = worded.map_err(|mistake| {
            format!("template `{}`: {mistake}; the mail is worded as the alert was given", template.name())
        })?;
        draft.subject = worded.subject;
        draft.body = worded.body;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::accept::{Accepted, Policy, Reach, Sender};
    use crate::config::Config;
    use mime::carrier::{Letter, Piece};
    use spool_format::{Address, AlertId, Wall};

    const PROVIDER: &str =
        "[[provider]]\nname = \"home\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n";

    /// Subject, text and notes of the mail of this alert.
    fn mail(rules: &str, alert: &str, to: &[&str]) -> (String, String, Vec<String>) {
        let config = Config::parse(&format!("{rules}\n{PROVIDER}"), "alertmail.toml".as_ref());
        let config = config.unwrap_or_else(|error| panic!("{rules}: {error}"));
        let (policy, sender) = (Policy::of(&config), Sender::of(&config.providers[0]));
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        let accepted = Accepted::read(alert.as_bytes(), id, &policy, || Reach::Anybody).expect("an alert");
        let to: Vec<Address> = to.iter().map(|to| Address::parse(to).expect("an address")).collect();
        let now = Wall::from_unix_ms(1_795_583_642_000);
        let composed = accepted.compose((&sender, &policy), &to, ("example.jp", 540), now);
        let letter = Letter::read(&composed.octets);
        let part = |piece| letter.part(piece).map_or("", |part| part.text.trim_end()).to_owned();
        (part(Piece::Subject), part(Piece::Text), composed.differs.notes)
    }

    fn alert(severity: &str, subject: &str) -> String {
        format!(
            r#"{{"version":1,"subject":"{subject}","body":"text\n","severity":"{severity}","to":["a@example.jp"],
            "bcc":["secret@example.jp"],"created":"2026-11-25T05:14:02Z","source":{{"host":"web1","program":"df"}}}}"#
        )
    }

    const TEMPLATES: &str =
        "[template.a]\nsubject = \"A {{ subject }}\"\n[template.b]\nsubject = \"B {{ subject }}\"\n";

    #[test]
    fn without_a_word_in_the_configuration_a_mail_is_worded_as_the_alert_was_given() {
        for rules in ["", "[alerts]\ntemplate = \"plain\"\n", TEMPLATES] {
            let (subject, text, notes) = mail(rules, &alert("critical", "{{ id }}"), &["a@example.jp"]);
            assert_eq!((subject.as_str(), text.as_str(), notes.len()), ("{{ id }}", "text", 0), "{rules}");
        }
    }

    #[test]
    fn a_template_is_chosen_by_severity_and_by_the_first_rule_that_one_of_the_recipients_has() {
        let by_severity = "[alerts]\ntemplate = { critical = \"a\", info = \"plain\" }\n";
        let rules = "[alerts]\ntemplate = \"a\"\n[[recipient]]\ndomain = [\"mild.example.jp\"]\n\
            [[recipient]]\ndomain = [\"example.jp\"]\ntemplate = { critical = \"b\" }\n\
            [[recipient]]\ndomain = [\"example.com\"]\ntemplate = \"plain\"\n";
        for (rules, severity, to, subject) in [
            (by_severity, "critical", &["a@example.jp"][..], "A s"),
            (by_severity, "warning", &["a@example.jp"], "s"),
            (by_severity, "info", &["a@example.jp"], "s"),
            (rules, "critical", &["a@example.jp"], "B s"),
            (rules, "critical", &["a@example.com", "a@example.jp"], "B s"),
            (rules, "critical", &["a@example.com"], "s"),
            (rules, "warning", &["a@example.jp"], "A s"),
            (rules, "warning", &["a@example.com", "a@example.jp"], "s"),
            (rules, "critical", &["a@mild.example.jp"], "A s"),
            (rules, "critical", &["a@example.net"], "A s"),
        ] {
            let shown = mail(&format!("{rules}{TEMPLATES}"), &alert(severity, "s"), to).0;
            assert_eq!(shown, subject, "{rules} {severity} {to:?}");
        }
    }

    #[test]
    fn the_built_in_templates_follow_the_language_of_the_alert() {
        for (template, given, shown) in [
            ("auto", "ディスク", "【重大】web1: ディスク"),
            ("auto", "disk", "CRITICAL web1: disk"),
            ("ja", "disk", "【重大】web1: disk"),
            ("en", "ディスク", "CRITICAL web1: ディスク"),
        ] {
            let rules = format!("[alerts]\ntemplate = \"{template}\"\n");
            assert_eq!(mail(&rules, &alert("critical", given), &["a@example.jp"]).0, shown, "{template}");
        }
    }

    #[test]
    fn a_template_that_fails_costs_the_wording_and_not_the_mail() {
        // It was tried with alerts of other hosts.
        let rules = "[alerts]\ntemplate = \"odd\"\n[template.odd]\nsubject = \"odd {{ subject }}\"\n\
            body = \"a\\n{% if host == 'web1' %}{{ headers['X-Runbook'] }}{% endif %}\"\n";
        let (subject, text, notes) = mail(rules, &alert("critical", "disk"), &["a@example.jp"]);
        assert_eq!((subject.as_str(), text.as_str()), ("disk", "text"));
        assert_eq!(
            notes,
            [
                "template `odd`: `body`: line 2: not every alert has this; write `| default(\"\")` behind it; the mail is \
              worded as the alert was given"
            ]
        );
    }

    #[test]
    fn a_whole_message_is_worded_already() {
        let message = r#"{"version":1,"message":"U3ViamVjdDogeAoKeQo="}"#;
        let (subject, text, _) = mail("[alerts]\ntemplate = \"en\"\n", message, &["a@example.jp"]);
        assert!(!subject.contains("WARNING") && !text.contains("Severity"), "{subject} {text}");
    }

    #[test]
    fn a_template_cannot_name_those_who_get_a_blind_copy() {
        let rules = "[alerts]\ntemplate = \"who\"\n[template.who]\nbody = \"{{ recipients | join(' ') }}\"\n";
        let to = ["a@example.jp", "secret@example.jp"];
        assert_eq!(mail(rules, &alert("info", "s"), &to).1, "a@example.jp");
    }

    #[test]
    fn no_alert_can_write_a_header_through_a_template() {
        let rules = "[alerts]\ntemplate = \"t\"\n[template.t]\nsubject = \"{{ key }}: {{ subject }}\"\n";
        let alert = r#"{"version":1,"subject":"x\r\nBcc: spy@example.net","key":"k\nTo: spy@example.net","body":"b"}"#;
        let (subject, _, _) = mail(rules, alert, &["a@example.jp"]);
        assert_eq!(subject, "k To: spy@example.net: x Bcc: spy@example.net");
    }
}
