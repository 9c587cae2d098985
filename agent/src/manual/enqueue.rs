//! enqueue(1), from what `enqueue --help` prints; and a page for each other name by which it is a program of its own.

use enqueue::{HELP, HELP_JAPANESE, MAIL, MAIL_JAPANESE, SENDMAIL, SENDMAIL_JAPANESE};

use super::Page;
use super::help::{Part, read};
use super::roff::Roff;
use crate::notice::Tongue;

/// What the page is called, how the program is, and its help.
type Named = (&'static str, &'static str, [&'static str; 2]);

const ENQUEUE: Named = ("enqueue", "enqueue", [HELP, HELP_JAPANESE]);
/// The names are those of other packages' pages, too.
const OTHERS: [Named; 2] = [
    ("enqueue-sendmail", "sendmail", [SENDMAIL, SENDMAIL_JAPANESE]),
    ("enqueue-mail", "mail", [MAIL, MAIL_JAPANESE]),
];

pub(super) fn pages(tongue: Tongue) -> Vec<Page> {
    [ENQUEUE].into_iter().chain(OTHERS).map(|named| page(named, tongue)).collect()
}

fn page((name, program, [english, japanese]): Named, tongue: Tongue) -> Page {
    let help = read(tongue.either(english, japanese));
    let mut page = Roff::new(name, 1, help.summary.trim_end_matches(['.', '。']), tongue);
    page.heading(tongue.either("SYNOPSIS", "書式"));
    let usage = help.usage.strip_prefix(program).unwrap_or(help.usage);
    page.paragraph(&format!("`{program}`{usage}"));
    page.heading(tongue.either("DESCRIPTION", "説明"));
    let mut is_about = true;
    for part in &help.about {
        if is_about && matches!(part, Part::Item { .. }) {
            page.heading(tongue.either("OPTIONS", "オプション"));
            is_about = false;
        }
        write(&mut page, part);
    }
    for section in &help.sections {
        let heading = match section.heading {
            "EXIT CODES" => "EXIT STATUS",
            "終了コード" => "終了ステータス",
            other => other,
        };
        page.heading(heading);
        section.parts.iter().for_each(|part| write(&mut page, part));
    }
    let related: Vec<String> =
        [ENQUEUE].iter().chain(&OTHERS).map(|(name, ..)| format!("{name}(1)")).collect();
    let own = format!("{name}(1)");
    let further = ["alertmail(1)", "alertmail.toml(5)", "alertmail-spool(5)"];
    let related = related.iter().filter(|page| **page != own).map(String::as_str);
    page.see_also(&related.chain(further).collect::<Vec<_>>());
    Page::new(&format!("{name}.1"), tongue, page.into_text())
}

fn write(page: &mut Roff, part: &Part<'_>) {
    match part {
        Part::Item { tag, text } => page.item(tag, text),
        Part::Paragraph(text) => page.paragraph(text),
        Part::Lines(lines) => page.lines(lines.iter().map(|line| line.strip_prefix("  ").unwrap_or(line))),
    }
}
