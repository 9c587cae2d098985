//! The language of whoever asks.

use crate::notice::Tongue;

/// The language that the environment asks for.
pub fn asked() -> Tongue {
    Tongue::of(|name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_counts() {
        for (set, expected) in [
            (&[][..], Tongue::English),
            (&[("LANG", "ja_JP.UTF-8")], Tongue::Japanese),
            (&[("LANG", "ja")], Tongue::Japanese),
            (&[("LANG", "ja.UTF-8")], Tongue::Japanese),
            (&[("LANG", "jam_JM")], Tongue::English),
            (&[("LANG", "POSIX")], Tongue::English),
            (&[("LANG", "en_US.UTF-8")], Tongue::English),
            (&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")], Tongue::English),
            (&[("LC_ALL", ""), ("LC_MESSAGES", "ja_JP.eucJP"), ("LANG", "C")], Tongue::Japanese),
        ] {
            let find = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Tongue::of(find), expected, "{set:?}");
        }
    }
}
