//! What is said of what people do with alerts, in both languages.

use crate::notice::Tongue;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Retry,
    Hold,
    Release,
    Drop,
    Edit,
    Requeue,
    Purge,
}

/// `1 alert`, `3 alerts`.
fn alerts(count: usize) -> String {
    if count == 1 { "1 alert".to_owned() } else { format!("{count} alerts") }
}

/// What was done to so many.
pub(super) fn done(tongue: Tongue, deed: Deed, count: usize) -> String {
    let (english, japanese) = match deed {
        Deed::Retry => ("tried now", "すぐに再送します"),
        Deed::Hold => ("held", "保留にしました"),
        Deed::Release => ("released", "保留を解除しました"),
        Deed::Drop => ("given up, and kept in dead/", "送信を断念し、dead/ に残しました"),
        Deed::Edit => ("goes to somebody else", "宛先を変更しました"),
        Deed::Requeue => ("tried again", "再び送信します"),
        Deed::Purge => ("removed", "削除しました"),
    };
    tongue.either(format!("{english}: {}", alerts(count)), format!("{japanese}: {count}件"))
}

/// What is asked before that; only where something is lost.
pub(super) fn question(tongue: Tongue, deed: Deed, count: usize) -> Option<String> {
    let alerts = alerts(count);
    match deed {
        Deed::Drop => Some(
            tongue.either(format!("Give up {alerts}?"), format!("アラート{count}件の送信を断念しますか？")),
        ),
        Deed::Purge => Some(tongue.either(
            format!("Remove {alerts} for good?"),
            format!("送信断念{count}件を完全に削除しますか？"),
        )),
        Deed::Retry | Deed::Hold | Deed::Release | Deed::Edit | Deed::Requeue => None,
    }
}

/// Nothing fits.
pub(super) fn none(tongue: Tongue) -> &'static str {
    tongue.either("there is no such alert", "該当するアラートはありません")
}

/// How far it is, while it goes on.
pub(super) fn so_far(tongue: Tongue, count: usize, alerts: usize) -> String {
    tongue.either(format!("{count} of {alerts}"), format!("{count}/{alerts}件"))
}
