//! A reply before it is put into a provider's own way of speaking.

/// An SMTP reply: code, enhanced status code, text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The three digits (RFC 5321 section 4.2).
    pub(crate) code: u16,
    /// The enhanced status code (RFC 3463); empty where RFC 2034 has none: greeting, EHLO, 3yz.
    pub(crate) enhanced: &'static str,
    /// At least one line of text.
    pub(crate) lines: Vec<String>,
}

impl Reply {
    pub(crate) fn new(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Self { code, enhanced, lines: vec![text.into()] }
    }
}

/// Whether the dialogue moves on after this text, judged by its first digit.
pub(crate) fn moves_on(text: &str) -> bool {
    text.starts_with(['2', '3'])
}
