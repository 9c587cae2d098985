//! The table for programs in the place of a server: their exit codes, as `sysexits.h` and sendmail have them.

use super::Lasting::{Hard, Soft};
use super::Scope::{Message, Provider, Recipient};
use super::Verdict;

/// Judges an exit code that is not 0. One that speaks of a recipient tells nothing of whom it means if there were several:
/// then nobody is given up.
pub(super) const fn judge_exit(code: i32, is_alone: bool) -> Verdict {
    match code {
        64 => Verdict::new(Provider, Hard, "exit-usage"),
        65 => Verdict::new(Message, Hard, "exit-data"),
        66 => Verdict::new(Provider, Hard, "exit-no-input"),
        67 if is_alone => Verdict::new(Recipient, Hard, "exit-no-user"),
        68 if is_alone => Verdict::new(Recipient, Hard, "exit-no-host"),
        67 | 68 => Verdict::new(Provider, Soft, "exit-one-of-several"),
        69 => Verdict::new(Provider, Hard, "exit-unavailable"),
        75 => Verdict::new(Provider, Soft, "exit-later"),
        77 => Verdict::new(Provider, Hard, "exit-no-permission"),
        78 => Verdict::new(Provider, Hard, "exit-config"),
        _ => Verdict::new(Provider, Soft, "exit-unknown"),
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
            let given = judge_exit(code, is_alone);
            let words = format!("{} {} {}", given.scope.as_str(), given.lasting.as_str(), given.rule);
            assert_eq!(words, expected, "{code}");
        }
        for code in (1..256).filter(|code| !matches!(code, 67 | 68)) {
            assert!(!judge_exit(code, true).refuses_recipient_for_good(), "{code}");
        }
        assert!((1..256).all(|code| !judge_exit(code, false).refuses_recipient_for_good()));
    }
}
