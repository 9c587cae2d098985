//! The language of whoever asks.

/// Whether the environment asks for Japanese: `LC_ALL`, else `LC_MESSAGES`, else `LANG` (POSIX.1-2017, XBD 8.2).
pub fn is_japanese() -> bool {
    asks_for_japanese(|name| std::env::var(name).ok())
}

fn asks_for_japanese(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|text| !text.is_empty());
    set.is_some_and(|locale| locale == "ja" || locale.starts_with("ja_") || locale.starts_with("ja."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_counts() {
        for (set, expected) in [
            (&[][..], false),
            (&[("LANG", "ja_JP.UTF-8")], true),
            (&[("LANG", "ja")], true),
            (&[("LANG", "jam_JM")], false),
            (&[("LANG", "en_US.UTF-8")], false),
            (&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")], false),
            (&[("LC_ALL", ""), ("LC_MESSAGES", "ja_JP.eucJP"), ("LANG", "C")], true),
        ] {
            let find = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(asks_for_japanese(find), expected, "{set:?}");
        }
    }
}
