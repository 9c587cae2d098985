//! A canary mail in words: through which provider it went, and that nothing is wrong.

use spool_format::alert::Source;
use spool_format::{Address, Alert, AlertId, Severity};

use super::announcement::PROGRAM;
use super::words::Tongue;

/// How the key of such an alert begins.
const KEY: &str = "alertmail:canary:";

/// Seconds after which nobody wants it any more: what takes longer would hold an alert up, too.
const TTL: u64 = 600;

/// The alert that goes to these people through this provider.
pub fn canary(tongue: Tongue, host: &str, provider: &str, id: AlertId, to: &[Address]) -> Alert {
    let (title, body) = match tongue {
        Tongue::English => (
            format!("{provider} canary mail"),
            format!(
                "This mail went out through the provider `{provider}`, to see that mail gets through there.\n\
                 Nothing is wrong, and there is nothing to do. If it stays away one day: alertmail check\n"
            ),
        ),
        Tongue::Japanese => (
            format!("{provider}試験メール"),
            format!(
                "プロバイダ「{provider}」経由でメールが届くことを確かめるための定期的な試験メールです。\n\
                 異常はなく、対応は不要です。届かなくなったときの確認: alertmail check\n"
            ),
        ),
    };
    Alert {
        version: spool_format::alert::FORMAT_VERSION,
        id: Some(id),
        to: to.iter().map(|address| address.as_str().to_owned()).collect(),
        subject: format!("{title} ({PROGRAM} {host})"),
        body,
        severity: Severity::Info,
        key: Some(format!("{KEY}{provider}")),
        ttl: Some(TTL),
        source: Some(Source { host: host.to_owned(), program: PROGRAM.to_owned() }),
        ..Alert::default()
    }
}

/// Whose canary an alert of the agent's own is, as far as its file says.
pub fn canary_of(alert: &Alert) -> Option<&str> {
    alert.key.as_deref()?.strip_prefix(KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_says_through_whom_it_went_in_its_first_words_and_is_known_by_its_file() {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        let to = [Address::parse("ops@example.jp").expect("an address")];
        for (tongue, subject) in [
            (Tongue::English, "docomo canary mail (alertmail db1)"),
            (Tongue::Japanese, "docomo試験メール (alertmail db1)"),
        ] {
            let alert = canary(tongue, "db1", "docomo", id, &to);
            assert_eq!(alert.subject, subject);
            assert_eq!(
                (canary_of(&alert), alert.severity, alert.resolves),
                (Some("docomo"), Severity::Info, false)
            );
            assert_eq!(super::super::told_by(&alert, id), None, "it is no notice");
            assert!(alert.body.contains("docomo"), "{}", alert.body);
        }
        assert_eq!(canary_of(&Alert { key: Some("alertmail:stuck".into()), ..Alert::default() }), None);
    }
}
