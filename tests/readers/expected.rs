//! What a reader has to show of a sample.

use mime::{Charset, Shown};

use crate::sample::Sample;

/// One text that a reader has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    /// As in what readers say.
    pub(crate) key: &'static str,
    pub(crate) text: String,
    /// It travels in ISO-2022-JP.
    pub(crate) is_jis: bool,
}

/// All of a mail, in order.
pub(crate) fn expected(sample: &Sample) -> Vec<Expected> {
    let Sample { draft, identity, .. } = sample;
    let policy = identity.charset;
    let mut all = vec![shown("subject", Shown::value(&draft.subject, policy))];
    for (name, address, person) in [("from.name", "from.address", &identity.from)]
        .into_iter()
        .chain(draft.to.iter().map(|person| ("to.name", "to.address", person)))
    {
        all.push(shown(name, Shown::name(person.name.as_deref().unwrap_or_default(), policy)));
        all.push(Expected { key: address, text: person.address.clone(), is_jis: false });
    }
    all.push(shown("body", Shown::body(&draft.body, policy)));
    for file in &draft.attachments {
        // The form that readers prefer is in UTF-8 whatever the policy says.
        all.push(shown("file", Shown::name(&file.name, mime::CharsetPolicy::Utf8)));
    }
    all
}

fn shown(key: &'static str, shown: Shown) -> Expected {
    Expected { key, text: shown.text, is_jis: shown.charset == Charset::Iso2022Jp }
}

impl Expected {
    /// Whether this is what it has to be: in a body with any kind of line end, and with any number of them at its end;
    /// in either spelling of what ISO-2022-JP holds once and Unicode twice.
    pub(crate) fn is_shown_by(&self, got: &str) -> bool {
        self.normal(got) == self.normal(&self.text)
    }

    /// What is compared.
    pub(crate) fn normal(&self, text: &str) -> String {
        let mut text = match self.key {
            "body" => text.replace("\r\n", "\n").trim_end_matches('\n').to_owned(),
            // Quotes around a local part are a matter of spelling.
            "from.address" | "to.address" => text.replace('"', ""),
            _ => text.to_owned(),
        };
        if self.is_jis {
            text = text.chars().map(jis).collect();
        }
        text
    }
}

/// One of the two spellings of what JIS X 0208 has once.
fn jis(c: char) -> char {
    match c {
        '\u{FF5E}' => '\u{301C}',
        '\u{2015}' => '\u{2014}',
        '\u{2225}' => '\u{2016}',
        '\u{FF0D}' => '\u{2212}',
        '\u{FFE0}' => '\u{00A2}',
        '\u{FFE1}' => '\u{00A3}',
        '\u{FFE2}' => '\u{00AC}',
        _ => c,
    }
}

/// With one spelling also for what only vendors' tables have once.
pub(crate) fn folded(text: &str) -> String {
    let vendors = |c| match c {
        '\u{FFE5}' => '\u{00A5}',
        '\u{FFE3}' => '\u{203E}',
        '\u{FFE4}' => '\u{00A6}',
        _ => c,
    };
    text.chars().map(jis).map(vendors).collect()
}
