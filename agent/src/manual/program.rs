//! alertmail(1) and a page for each subcommand, from the definition that parses the command line, or the same with Japanese
//! texts.

use std::io;

use clap::Command;
use clap_mangen::Man;

use super::roff::Roff;
use super::{DATE, MANUAL, Page, SOURCE, words};
use crate::exit::Exit;
use crate::notice::Tongue;

/// All of them, the program's own first; `built` is the definition in this language.
pub(super) fn pages(built: &Command, tongue: Tongue) -> Vec<Page> {
    let mut found = Vec::new();
    walk(built, tongue, &mut found);
    found
}

fn walk(command: &Command, tongue: Tongue, found: &mut Vec<Page>) {
    found.push(page(command, tongue));
    for sub in command.get_subcommands() {
        walk(sub, tongue, found);
    }
}

/// As it is called in the manual: `alertmail-spool-init`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, tongue: Tongue) -> Page {
    let title = name(command).to_uppercase();
    let man = Man::new(command.clone()).title(title).section("1").date(DATE).source(SOURCE).manual(MANUAL);
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples = format!("{}\n", tongue.either("Examples:", "例:"));
    let (about, examples) = help.split_once(&examples).unwrap_or((help.as_str(), ""));
    let (examples, behind) = examples.split_once("\n\n").unwrap_or((examples, ""));
    let mut page = Roff::from_text(made(|octets| man.render_title(octets)), tongue);
    page.append(&made(|octets| {
        man.render_name_section(octets)?;
        man.render_synopsis_section(octets)?;
        man.render_description_section(octets)
    }));
    for block in about.split("\n\n").chain(behind.split("\n\n")).filter(|block| !block.trim().is_empty()) {
        // What has columns keeps them.
        if block.lines().any(|line| line.starts_with("  ")) {
            page.lines(block.lines());
        } else {
            page.paragraph(&block.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    if command.get_arguments().next().is_some() {
        let options = made(|octets| man.render_options_section(octets));
        // Two breaks around an empty line are more than mandoc wants.
        page.append(&options.replace(".br\n\n.br\n", ".sp\n"));
    }
    if command.has_subcommands() {
        page.append(&made(|octets| man.render_subcommands_section(octets)));
    }
    if !examples.is_empty() {
        page.heading(tongue.either("EXAMPLES", "例"));
        page.lines(examples.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)));
    }
    if name(command) == "alertmail" {
        whole(&mut page, tongue);
    } else {
        page.see_also(&["alertmail(1)", "enqueue(1)", "alertmail.toml(5)"]);
    }
    let text = page.into_text();
    let text = if tongue == Tongue::Japanese { words::of_clap(&text) } else { text };
    Page::new(&format!("{}.1", name(command)), tongue, text)
}

/// What a part of the generator writes.
fn made(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut octets = Vec::new();
    write(&mut octets).expect("memory takes what is written");
    String::from_utf8_lossy(&octets).into_owned()
}

/// What holds for the program as a whole.
fn whole(page: &mut Roff, tongue: Tongue) {
    page.heading(tongue.either("EXIT STATUS", "終了ステータス"));
    for exit in Exit::ALL {
        page.item(&exit.code().to_string(), words::meaning(tongue, exit));
    }
    page.heading(tongue.either("FILES", "ファイル"));
    page.item("/etc/alertmail/alertmail.toml", tongue.either("The configuration.", "設定ファイル。"));
    page.item("/var/spool/alertmail", tongue.either("The spool of the machine.", "マシン全体のスプール。"));
    page.see_also(&["enqueue(1)", "alertmail.toml(5)", "alertmail-spool(5)", "systemd.service(5)"]);
}
