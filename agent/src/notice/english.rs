//! What of a Japanese text is still English, for tests.

/// Words in a row from which on they are a piece of a sentence, and no name.
const WORDS: usize = 3;

/// Whether it has a few English words in a row outside of what is quoted: what somebody else has said, or what is to be typed.
pub(crate) fn is_left_in(text: &str) -> bool {
    let mut quoted_until = None;
    let ours: String = text
        .chars()
        .filter(|character| {
            let closes = match character {
                '「' => Some('」'),
                '[' => Some(']'),
                '`' | '"' => Some(*character),
                _ => None,
            };
            quoted_until = match quoted_until {
                Some(end) => (end != *character).then_some(end),
                None => closes,
            };
            quoted_until.is_none()
        })
        .collect();
    let words: Vec<&str> = ours.split_whitespace().collect();
    let is_word = |word: &&str| word.bytes().all(|octet| octet.is_ascii_lowercase());
    words.windows(WORDS).any(|row| row.iter().all(is_word))
}

#[test]
fn a_sentence_is_seen_and_a_name_or_a_quotation_is_none() {
    assert!(is_left_in("「x」がありません: the names of those"));
    assert!(!is_left_in("「the names of those」がありません: `a b c d` \"e f g h\" status failed"));
}
