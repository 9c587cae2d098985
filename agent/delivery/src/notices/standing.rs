//! Which providers fail, as far as people are to hear of it.

use spool_format::{RecipientResult, Settlement};

/// How a provider stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Whether it is left out.
    is_out: bool,
    /// Why it did not take an alert, if it has taken none since.
    why: Option<String>,
}

impl Standing {
    pub(super) const fn is_out(&self) -> bool {
        self.is_out
    }

    pub(super) fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    pub(super) fn is_left_out(&mut self, why: &str) {
        self.is_out = true;
        self.fails(why);
    }

    /// The first reason stays.
    pub(super) fn fails(&mut self, why: &str) {
        self.why.get_or_insert_with(|| why.to_owned());
    }

    pub(super) fn works(&mut self) {
        *self = Self::default();
    }
}

/// Whether somebody has it now.
pub(super) fn has_it(recipients: &[RecipientResult]) -> bool {
    recipients.iter().any(|result| result.result == Settlement::Delivered)
}

/// What an attempt has against its provider. What that says of a recipient or of a message does not hold for the next one,
/// and who was faster, or there already, says nothing.
pub(super) fn trouble(recipients: &[RecipientResult]) -> Option<String> {
    let is_about_this_mail = |result: &RecipientResult| {
        matches!(&*result.phase, "rcpt" | "dot") && result.code.is_some_and(|code| code != 421)
    };
    let counts = |result: &&RecipientResult| {
        result.scope.as_deref() == Some("provider")
            && !matches!(result.rule.as_deref(), Some("withdrawn" | "one-too-many"))
            && !is_about_this_mail(result)
    };
    recipients.iter().find(counts).map(|result| match result.code {
        Some(code) => format!("at {}: {code} {}", result.phase, result.text),
        None => format!("at {}: {}", result.phase, result.text),
    })
}
