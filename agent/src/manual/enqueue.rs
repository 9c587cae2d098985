//! enqueue(1), from what `enqueue --help` prints.

use enqueue::{HELP, HELP_JAPANESE};

use super::Page;
use super::help::{Part, read};
use super::roff::Roff;
use crate::notice::Tongue;

pub(super) fn page(tongue: Tongue) -> Page {
    let help = read(tongue.either(HELP, HELP_JAPANESE));
    let mut page = Roff::new("enqueue", 1, help.summary.trim_end_matches(['.', '。']), tongue);
    page.heading(tongue.either("SYNOPSIS", "書式"));
    let usage = help.usage.strip_prefix("enqueue").unwrap_or(help.usage);
    page.paragraph(&format!("`enqueue`{usage}"));
    page.heading(tongue.either("DESCRIPTION", "説明"));
    for paragraph in &help.about {
        page.paragraph(paragraph);
    }
    for section in &help.sections {
        let heading = match section.heading {
            "EXIT CODES" => "EXIT STATUS",
            "終了コード" => "終了ステータス",
            other => other,
        };
        page.heading(heading);
        for part in &section.parts {
            match part {
                Part::Item { tag, text } => page.item(tag, text),
                Part::Paragraph(text) => page.paragraph(text),
                Part::Lines(lines) => {
                    page.lines(lines.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)));
                }
            }
        }
    }
    page.see_also(&["alertmail(1)", "alertmail.toml(5)", "alertmail-spool(5)"]);
    Page::new("enqueue.1", tongue, page.into_text())
}
