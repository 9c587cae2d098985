//! alertmail.toml(5), from the table of keys by which the configuration is read.

use super::Page;
use super::roff::Roff;
use crate::config::{Known, known};
use crate::notice::Tongue;

pub(super) fn page() -> Page {
    let mut page = Roff::new("alertmail.toml", 5, "configuration of the alert mail agent", Tongue::English);
    page.heading("DESCRIPTION");
    page.paragraph(
        "`alertmail` reads `/etc/alertmail/alertmail.toml`, or the file that `--config` or the variable ALERTMAIL_CONFIG \
         names. It is TOML. Relative paths are relative to the file. Times are written like `90s`, `15m`, `2h` or `3d`. \
         What is not understood is a mistake: it is named with its line and the key that was probably meant, and the agent \
         does not start, with exit code 78. `alertmail reload` lets a running agent use what was changed.",
    );
    page.paragraph(
        "For alerts to go anywhere there has to be a `[[provider]]`, and for those that name nobody `to` in `[alerts]`.",
    );
    page.heading("EXAMPLE");
    page.lines(EXAMPLE.lines());
    page.heading("KEYS");
    let mut places: Vec<&str> = Vec::new();
    for Known { place, .. } in known() {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        page.subheading(if place.is_empty() { "At the top" } else { place });
        for key in known().filter(|key| key.place == place) {
            page.item(key.name, &meaning(&key));
        }
    }
    page.heading("FILES");
    page.item("/etc/alertmail/alertmail.toml", "Readable by the agent's group, `alertmail`.");
    page.item(
        "/usr/share/doc/alertmail/examples/alertmail.toml",
        "Every key, where it stands, with what holds without it.",
    );
    page.see_also(&["alertmail(1)", "alertmail-providers(1)", "alertmail-probe(1)", "enqueue(1)"]);
    Page::new("alertmail.toml.5", Tongue::English, page.into_text())
}

const EXAMPLE: &str = "\
[alerts]
to = [\"oncall@example.jp\"]

[[provider]]
name = \"home\"
host = \"mail.example.jp\"
user = \"alert\"
password = { file = \"home.secret\" }
from = \"alert@example.jp\"";

fn meaning(key: &Known) -> String {
    let Known { kind, default, meaning, .. } = *key;
    let default = if default.is_empty() { String::new() } else { format!(" Without it: {default}.") };
    let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
    format!("{meaning}{kind}.{default}")
}
