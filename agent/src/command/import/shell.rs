//! Words as a shell parts them: quotes, and a backslash before what is to stand for itself.

/// The words of a line; `None` if a quote has no end.
pub(crate) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('"') | None, '\\') => {
                let next = letters.next()?;
                let into = word.get_or_insert_default();
                // Between double quotes a backslash stands for itself before most letters.
                if quote.is_some() && !matches!(next, '"' | '\\' | '$' | '`') {
                    into.push('\\');
                }
                into.push(next);
            }
            (Some(_), _) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_parted_as_a_shell_does_it() {
        for (line, expected) in [
            ("a  b\tc", Some(vec!["a", "b", "c"])),
            ("pass='my pass phrase'", Some(vec!["pass=my pass phrase"])),
            ("\"a \\\"b\\\" \\n\" c", Some(vec!["a \"b\" \\n", "c"])),
            ("a\\ b ''", Some(vec!["a b", ""])),
            ("'open", None),
            ("end\\", None),
            ("", Some(vec![])),
        ] {
            let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(words(line), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(texts in proptest::collection::vec("[ -~]{0,12}", 0..6)) {
            let line: Vec<String> = texts.iter().map(|text| format!("'{}'", text.replace('\'', "'\\''"))).collect();
            prop_assert_eq!(words(&line.join(" ")), Some(texts));
        }
    }
}
