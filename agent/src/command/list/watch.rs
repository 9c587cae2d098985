//! `alertmail list --watch`: the list again whenever something has happened. On a terminal it stands in place; where stdout is
//! none, each one comes below the one before.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use spool_format::{Folder, Layout};

use super::super::Refusal;
use super::super::place::Place;
use super::{Args, read, said, words};
use crate::edge::attention::{Attention, Stir};
use crate::edge::clock::{monotonic, wall_now};
use crate::exit::Exit;
use crate::output::terminal::{Colour, Look, cut};

/// Ages and countdowns on a terminal are written anew so often, without reading anything.
const TICK: Duration = Duration::from_secs(1);
/// Where no change is told of, the spool is read again so often.
const UNTOLD: Duration = Duration::from_secs(5);
/// Rows where nobody says how many there are.
const ROWS: usize = 24;
/// Ctrl-C, and Ctrl-D.
const ENDS: [u8; 4] = [b'q', b'Q', 3, 4];

/// Shows the list until somebody ends it.
pub(super) fn watch(args: &Args, place: &Place, pause: Duration) -> Result<(Exit, String), Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::new(Exit::Unavailable, format!("no runtime: {error}")))?;
    let ended = runtime.block_on(until_ended(args, &layout, pause));
    ended.map(|()| (Exit::Done, String::new()))
}

async fn until_ended(args: &Args, layout: &Layout, pause: Duration) -> Result<(), Refusal> {
    let mut folders = vec![layout.journal()];
    folders.extend(
        [Folder::Incoming, Folder::Deferred, Folder::Dead, Folder::Corrupt].map(|it| layout.folder(it)),
    );
    let unheard =
        |error: io::Error| Refusal::new(Exit::Unavailable, format!("cannot catch signals: {error}"));
    let mut attention = Attention::new(&folders).map_err(unheard)?;
    let in_place = io::stdout().is_terminal();
    let mut view = read(args, layout)?;
    let mut read_at = monotonic();
    let (mut is_stale, mut is_shown) = (false, false);
    loop {
        let unread = monotonic().duration_since(read_at);
        let is_new = if is_stale && unread >= pause || !attention.is_told() && unread >= UNTOLD.max(pause) {
            view = read(args, layout)?;
            (read_at, is_stale) = (monotonic(), false);
            true
        } else {
            !is_shown
        };
        if in_place || is_new {
            let now = wall_now();
            let text = said(args, layout, &view, now, Look::of_stdout());
            let page = if in_place { page(&text, rows()) } else { text };
            // Who reads no more has ended it.
            if io::stdout().lock().write_all(page.as_bytes()).and_then(|()| io::stdout().flush()).is_err() {
                return Ok(());
            }
            is_shown = true;
        }
        let wait = if is_stale {
            pause.saturating_sub(monotonic().duration_since(read_at))
        } else {
            TICK.max(pause)
        };
        match attention.next(wait.max(Duration::from_millis(20))).await {
            Stir::Stop => break,
            Stir::Key(key) if ENDS.contains(&key) => break,
            Stir::Changed => is_stale = true,
            Stir::Key(_) | Stir::Resized | Stir::Nothing => {}
        }
    }
    if in_place {
        let _ = io::stdout().lock().write_all(b"\r\n\x1b[J");
    }
    Ok(())
}

fn rows() -> usize {
    rustix::termios::tcgetwinsize(io::stdout()).map_or(ROWS, |size| usize::from(size.ws_row)).max(3)
}

/// The list from the upper left corner, as far as there are rows; what stood there before is gone. The last row is not
/// ended, so that nothing scrolls.
fn page(text: &str, rows: usize) -> String {
    let look = Look::of_stdout();
    let lines: Vec<&str> = text.lines().collect();
    let (shown, last) = if lines.len() < rows {
        (&lines[..], words::end(look.tongue).to_owned())
    } else {
        // The sum at the end is worth more than one more row.
        let kept = rows.saturating_sub(2);
        let left = lines.len() - kept - 1;
        (&lines[..kept], words::cut(look.tongue, left, lines.last().unwrap_or(&"")))
    };
    let mut page = "\x1b[H".to_owned();
    for line in shown {
        page.push_str(line);
        page.push_str("\x1b[K\r\n");
    }
    page.push_str(&look.paint(&cut(&last, look.columns), Colour::Dim));
    page.push_str("\x1b[J");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_has_more_rows_than_the_terminal_and_keeps_the_sum() {
        let text: String = "row\n".repeat(30) + "30 deferred\n";
        for rows in 3..40 {
            let page = page(&text, rows);
            assert!(page.matches('\n').count() < rows, "{rows}");
            assert!(page.contains("30 deferred"), "{rows}: {page}");
            let shown = page.matches("row").count();
            let says_how_many = page.contains(&format!("… {} more line", 30 - shown));
            assert!(shown == 30 || says_how_many, "{rows}: {page}");
        }
    }
}
