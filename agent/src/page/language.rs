//! In which language somebody wants the page: as the address says, else as the browser does (RFC 9110 section 12.5.4).

use crate::notice::Tongue;

/// Languages that are looked at of a list: nobody speaks more.
const LANGUAGES_MAX: usize = 32;

/// The language. English where nobody says anything that we speak.
pub(super) fn wanted(query: Option<&str>, accepted: Option<&str>) -> Tongue {
    let asked = query.into_iter().flat_map(|query| query.split('&')).find_map(|pair| match pair {
        "lang=ja" => Some(Tongue::Japanese),
        "lang=en" => Some(Tongue::English),
        _ => None,
    });
    asked.unwrap_or_else(|| accepted.map_or(Tongue::English, preferred))
}

/// What a list like `ja,en-US;q=0.8` prefers, of what we speak.
fn preferred(list: &str) -> Tongue {
    let weight = |wanted: &str| {
        let ranges = list.split(',').take(LANGUAGES_MAX).enumerate();
        let fits = ranges.filter_map(|(place, range)| {
            let (name, weight) = range.trim().split_once(';').unwrap_or((range.trim(), "q=1"));
            let name = name.trim().split('-').next().unwrap_or_default();
            let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
            // Of two with the same weight the first one is meant.
            let is_meant = name.eq_ignore_ascii_case(wanted) && weight > 0.0 && weight <= 1.0;
            is_meant.then_some((weight, LANGUAGES_MAX - place))
        });
        fits.fold((0.0, 0), |best, it| if it > best { it } else { best })
    };
    if weight("ja") > weight("en") { Tongue::Japanese } else { Tongue::English }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_address_says_it_and_else_the_browser() {
        for (query, accepted, expected) in [
            (None, None, Tongue::English),
            (Some("lang=ja"), Some("en"), Tongue::Japanese),
            (Some("x=1&lang=en"), Some("ja"), Tongue::English),
            (Some("lang=fr"), Some("ja"), Tongue::Japanese),
            (None, Some("ja"), Tongue::Japanese),
            (None, Some("ja-JP, en;q=0.5"), Tongue::Japanese),
            (None, Some("en-US,en;q=0.9,ja;q=0.8"), Tongue::English),
            (None, Some("fr, ja;q=0.2"), Tongue::Japanese),
            (None, Some("en,ja"), Tongue::English),
            (None, Some("JA ; q=0.7, en;q=0.6"), Tongue::Japanese),
            (None, Some("ja;q=0, en;q=0.1"), Tongue::English),
            (None, Some("ja;q=7, *"), Tongue::English),
            (None, Some("jam"), Tongue::English),
        ] {
            assert_eq!(wanted(query, accepted), expected, "{query:?} {accepted:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(query in any::<String>(), accepted in "[a-z;=,.0-9 -]{0,80}") {
            let _ = wanted(Some(&query), Some(&accepted));
        }
    }
}
