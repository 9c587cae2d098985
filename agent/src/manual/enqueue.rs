//! enqueue(1), from what `enqueue --help` prints.

use enqueue::HELP;

use super::Page;
use super::help::{Part, read};
use super::roff::Roff;

pub(super) fn page() -> Page {
    let help = read(HELP);
    let mut page = Roff::new("enqueue", 1, help.summary.trim_end_matches('.'));
    page.heading("SYNOPSIS");
    let usage = help.usage.strip_prefix("enqueue").unwrap_or(help.usage);
    page.paragraph(&format!("`enqueue`{usage}"));
    page.heading("DESCRIPTION");
    for paragraph in &help.about {
        page.paragraph(paragraph);
    }
    for section in &help.sections {
        let heading = if section.heading == "EXIT CODES" { "EXIT STATUS" } else { section.heading };
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
    Page { file: "enqueue.1".to_owned(), text: page.into_text() }
}
