//! A mail as plain text, for what is no mail: a short message, a chat. It is the mail of the moment, read by a reader that is
//! not ours, so that templates, heads and limits hold for it as for any other.

use mail_parser::MessageParser;

/// Stands at the end of what was cut.
const DOTS: &str = "...";

/// Subject and text of a mail, in UTF-8 with LF, in at most `chars_max` characters.
pub(crate) fn text_of(mail: &[u8], chars_max: Option<usize>) -> Vec<u8> {
    let message = MessageParser::default().parse(mail);
    let subject = message.as_ref().and_then(|message| message.subject()).unwrap_or_default();
    let body = message.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
    let body = body.replace("\r\n", "\n");
    let parts = [subject.trim(), body.trim_end()];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    let mut text = cut(&text, chars_max);
    text.push('\n');
    text.into_bytes()
}

fn cut(text: &str, chars_max: Option<usize>) -> String {
    match chars_max {
        Some(most) if text.chars().count() > most => {
            let kept: String = text.chars().take(most.saturating_sub(DOTS.len())).collect();
            kept + DOTS
        }
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(mail: &str, chars_max: Option<usize>) -> String {
        String::from_utf8(text_of(mail.as_bytes(), chars_max)).expect("UTF-8")
    }

    #[test]
    fn subject_and_text_are_decoded_and_what_is_too_long_is_cut_with_dots() {
        let mail = "Subject: =?utf-8?B?6Zqc5a6z?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nディスク\r\nfull\r\n";
        assert_eq!(text(mail, None), "障害\nディスク\nfull\n");
        assert_eq!(text(mail, Some(12)), "障害\nディスク\nfull\n");
        assert_eq!(text(mail, Some(8)), "障害\nディ...\n");
        assert_eq!(text("Subject: s\r\n\r\n", None), "s\n");
        assert_eq!(text("", None), "\n");
    }

    proptest! {
        #[test]
        fn no_mail_makes_more_than_was_asked_for(mail in prop::collection::vec(any::<u8>(), 0..200), most in 3_usize..50) {
            let text = String::from_utf8(text_of(&mail, Some(most))).expect("UTF-8");
            prop_assert!(text.trim_end_matches('\n').chars().count() <= most);
        }
    }
}
