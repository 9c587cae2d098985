//! What a reader is to show of a text once it was composed: the text that was meant, less what mail cannot hold, in
//! the spelling of the charset that was chosen for it.

use crate::body;
use crate::charset::{self, Charset, CharsetPolicy};
use crate::header;

/// A text as a reader shows it, and the charset that it travels in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The text. In ISO-2022-JP six characters have two spellings in Unicode, so that a reader may show U+301C for
    /// U+FF5E here, and likewise U+2016 for U+2225, U+2212 for U+FF0D, U+00A2 for U+FFE0, U+00A3 for U+FFE1, U+00AC
    /// for U+FFE2.
    pub text: String,
    /// The charset that was chosen.
    pub charset: Charset,
}

impl Shown {
    /// What is shown of the value of an unstructured field: Subject, or one of the alert's own.
    pub fn value(value: &str, policy: CharsetPolicy) -> Self {
        Self::fit(&header::clean(value), policy)
    }

    /// What is shown of a display name or a file name: blanks around it are not kept.
    pub fn name(name: &str, policy: CharsetPolicy) -> Self {
        let shown = Self::fit(header::clean(name).trim_matches(' '), policy);
        Self { text: shown.text.trim_matches(' ').to_owned(), ..shown }
    }

    /// What is shown of a body. Lines end in CRLF, the last one too.
    pub fn body(text: &str, policy: CharsetPolicy) -> Self {
        Self::fit(&body::canonical(text), policy)
    }

    fn fit(clean: &str, policy: CharsetPolicy) -> Self {
        let fitted = charset::fit(clean, policy);
        Self { text: fitted.text.into_owned(), charset: fitted.charset }
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, CharsetPolicy, Shown};

    #[test]
    fn what_is_shown_is_what_was_meant_in_the_spelling_of_its_charset() {
        let jis = |text: &str| Shown { text: text.to_owned(), charset: Charset::Iso2022Jp };
        assert_eq!(Shown::value("ｶﾞｽ\r\nX: ¥5 ", CharsetPolicy::Auto), jis("ガス X: ￥5 "));
        assert_eq!(Shown::name(" 夜〜\t", CharsetPolicy::Auto), jis("夜～"));
        assert_eq!(Shown::body("ｶﾞｽ\nか\u{3099}", CharsetPolicy::Auto), jis("ガス\r\nが\r\n"));
        let utf8 = Shown { text: "ｶﾞｽ 🚨".to_owned(), charset: Charset::Utf8 };
        assert_eq!(Shown::value("ｶﾞｽ 🚨", CharsetPolicy::Auto), utf8);
    }
}
