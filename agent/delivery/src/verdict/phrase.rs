//! What one provider is known to mean by its replies: a table that comes with its preset.
//!
//! The table is data of others. Whatever it says, only a 5yz reply to RCPT can give a recipient up.

use std::borrow::Cow;

use smtp::{EnhancedStatus, Phase, Reply};

use super::{Lasting, Scope, Verdict};

/// One row: a reply that fits all of its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The name of the rule, in the journal; it begins with the provider's.
    pub rule: String,
    /// Where it may be said; empty for anywhere.
    pub phases: Vec<Phase>,
    /// The codes; empty for any.
    pub codes: Vec<u16>,
    /// The enhanced status codes; empty for any, and none. A row that names one is asked before the general table.
    pub enhanced: Vec<EnhancedStatus>,
    /// Lower-case words, one of which has to be there; a `^` in front says that the text begins so; empty for any text.
    pub words: Vec<String>,
    /// Whose fault.
    pub scope: Scope,
    /// For how long.
    pub lasting: Lasting,
    /// Whether it is about the account, and so holds for the next mail too.
    pub is_limit: bool,
    /// What it means, for people.
    pub meaning: String,
}

/// What a provider is known to say; the first row that fits counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases(pub Vec<Phrase>);

impl Phrase {
    fn fits(&self, phase: Phase, reply: &Reply, text: &str) -> bool {
        let any = |is_empty: bool, fits: bool| is_empty || fits;
        any(self.phases.is_empty(), self.phases.contains(&phase))
            && any(self.codes.is_empty(), self.codes.contains(&reply.code.0))
            && any(
                self.enhanced.is_empty(),
                reply.enhanced.is_some_and(|status| self.enhanced.contains(&status)),
            )
            && any(self.words.is_empty(), says_one(text, &self.words))
    }

    fn verdict(&self, phase: Phase, reply: &Reply) -> Verdict {
        let may_give_up = phase == Phase::Rcpt && reply.code.is_permanent();
        let lasting = match (self.scope, self.lasting) {
            (Scope::Recipient, Lasting::Hard) if !may_give_up => Lasting::Soft,
            (_, lasting) => lasting,
        };
        let rule = Cow::Owned(self.rule.clone());
        Verdict { scope: self.scope, lasting, rule, is_limit: self.is_limit }
    }
}

impl Phrases {
    /// Judges by the rows that name an enhanced status code.
    pub(super) fn by_status(&self, phase: Phase, reply: &Reply, text: &str) -> Option<Verdict> {
        self.find(phase, reply, text, |row| !row.enhanced.is_empty())
    }

    /// Judges by the others.
    pub(super) fn by_words(&self, phase: Phase, reply: &Reply, text: &str) -> Option<Verdict> {
        self.find(phase, reply, text, |row| row.enhanced.is_empty())
    }

    fn find(
        &self,
        phase: Phase,
        reply: &Reply,
        text: &str,
        is_asked: impl Fn(&Phrase) -> bool,
    ) -> Option<Verdict> {
        let mut rows = self.0.iter().filter(|row| is_asked(row));
        rows.find(|row| row.fits(phase, reply, text)).map(|row| row.verdict(phase, reply))
    }
}

/// Whether one of the words is in the lower-case text.
pub(super) fn says_one(text: &str, words: &[impl AsRef<str>]) -> bool {
    words.iter().map(AsRef::as_ref).any(|word| match word.strip_prefix('^') {
        Some(head) => text.starts_with(head),
        None => text.contains(word),
    })
}
