//! Subject and text as a [`Manner`] has them: with what belongs in front, and no longer than is taken.

use crate::manner::Manner;
use crate::{date, head, header, shorten};
use std::borrow::Cow;

/// The subject with severity, host and lateness in front, in one line, and whether its end is missing.
pub(crate) fn subject(given: &str, manner: &Manner, is_japanese: bool) -> (String, bool) {
    let given = header::clean(given);
    let headed = head::headed(&given, manner.head.as_ref(), manner.late_ms, is_japanese);
    let whole = header::clean(&headed).into_owned();
    let length = whole.len();
    let shown = match manner.limits.subject {
        Some(wide_max) => shorten::subject(Cow::Owned(whole), wide_max).into_owned(),
        None => whole,
    };
    // Dots take the place of at least one character more.
    let is_cut = shown.len() != length;
    (shown, is_cut)
}

/// The text, behind the time of the event if the mail comes late.
pub(crate) fn text<'a>(
    given: &'a str,
    manner: &Manner,
    (created_ms, offset_minutes): (i64, i32),
    is_japanese: bool,
) -> Cow<'a, str> {
    if manner.late_ms.is_none() {
        return Cow::Borrowed(given);
    }
    let word = if is_japanese { "発生時刻" } else { "Time of the event" };
    let event = date::plain(created_ms, offset_minutes);
    Cow::Owned(format!("{word}: {event}\n\n{given}"))
}
