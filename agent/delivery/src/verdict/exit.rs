//! The table for programs in the place of a server: their exit codes, as `sysexits.h` and sendmail have them.

use super::rule::{self, Rule};

/// Judges an exit code that is not 0. One that speaks of a recipient tells nothing of whom it means if there were several:
/// then nobody is given up.
pub(super) const fn judge_exit(code: i32, is_alone: bool) -> Rule {
    match code {
        64 => rule::EXIT_USAGE,
        65 => rule::EXIT_DATA,
        66 => rule::EXIT_NO_INPUT,
        67 if is_alone => rule::EXIT_NO_USER,
        68 if is_alone => rule::EXIT_NO_HOST,
        67 | 68 => rule::EXIT_ONE_OF_SEVERAL,
        69 => rule::EXIT_UNAVAILABLE,
        75 => rule::EXIT_LATER,
        77 => rule::EXIT_NO_PERMISSION,
        78 => rule::EXIT_CONFIG,
        _ => rule::EXIT_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exit_code_has_its_scope_and_only_one_for_a_recipient_alone_gives_it_up() {
        for (code, is_alone, expected) in [
            (1, true, "provider soft exit-unknown"),
            (64, true, "provider hard exit-usage"),
            (65, true, "message hard exit-data"),
            (66, true, "provider hard exit-no-input"),
            (67, true, "recipient hard exit-no-user"),
            (67, false, "provider soft exit-one-of-several"),
            (68, true, "recipient hard exit-no-host"),
            (69, true, "provider hard exit-unavailable"),
            (70, true, "provider soft exit-unknown"),
            (75, false, "provider soft exit-later"),
            (77, true, "provider hard exit-no-permission"),
            (78, true, "provider hard exit-config"),
            (127, true, "provider soft exit-unknown"),
        ] {
            let given = judge_exit(code, is_alone).verdict();
            let words = format!("{} {} {}", given.scope.as_str(), given.lasting.as_str(), given.rule);
            assert_eq!(words, expected, "{code}");
        }
        for code in (1..256).filter(|code| !matches!(code, 67 | 68)) {
            assert!(!judge_exit(code, true).verdict().refuses_recipient_for_good(), "{code}");
        }
        assert!((1..256).all(|code| !judge_exit(code, false).verdict().refuses_recipient_for_good()));
    }
}
