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
