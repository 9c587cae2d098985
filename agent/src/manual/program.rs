//! alertmail(1) and a page for each subcommand, from the definition that parses the command line.

use std::io;

use clap::Command;
use clap_mangen::Man;

use super::roff::Roff;
use super::{DATE, MANUAL, Page, SOURCE};
use crate::exit::Exit;

/// All of them, the program's own first.
pub(super) fn pages(definition: &Command) -> Vec<Page> {
    let mut built = definition.clone();
    built.build();
    let mut found = Vec::new();
    walk(&built, &mut found);
    found
}

fn walk(command: &Command, found: &mut Vec<Page>) {
    found.push(page(command));
    for sub in command.get_subcommands() {
        walk(sub, found);
    }
}

/// As it is called in the manual: `alertmail-spool-init`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Page {
    let title = name(command).to_uppercase();
    let man = Man::new(command.clone()).title(title).section("1").date(DATE).source(SOURCE).manual(MANUAL);
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (about, examples) = help.split_once("Examples:\n").unwrap_or((help.as_str(), ""));
    let (examples, behind) = examples.split_once("\n\n").unwrap_or((examples, ""));
    let mut page = Roff::from_text(made(|octets| man.render_title(octets)));
    page.append(&made(|octets| {
        man.render_name_section(octets)?;
        man.render_synopsis_section(octets)?;
        man.render_description_section(octets)
    }));
    for block in about.split("\n\n").chain(behind.split("\n\n")).filter(|block| !block.trim().is_empty()) {
        if block.lines().all(|line| line.starts_with("  ")) {
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
        page.heading("EXAMPLES");
        page.lines(examples.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)));
    }
    if name(command) == "alertmail" {
        whole(&mut page);
    } else {
        page.see_also(&["alertmail(1)", "enqueue(1)", "alertmail.toml(5)"]);
    }
    Page { file: format!("{}.1", name(command)), text: page.into_text() }
}

/// What a part of the generator writes.
fn made(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut octets = Vec::new();
    write(&mut octets).expect("memory takes what is written");
    String::from_utf8_lossy(&octets).into_owned()
}

/// What holds for the program as a whole.
fn whole(page: &mut Roff) {
    page.heading("EXIT STATUS");
    for exit in Exit::ALL {
        page.item(&exit.code().to_string(), meaning(exit));
    }
    page.heading("FILES");
    page.item("/etc/alertmail/alertmail.toml", "The configuration.");
    page.item("/var/spool/alertmail", "The spool of the machine.");
    page.see_also(&["enqueue(1)", "alertmail.toml(5)", "alertmail-spool(5)", "systemd.service(5)"]);
}

fn meaning(exit: Exit) -> &'static str {
    match exit {
        Exit::Done => "Done. `check`: all is well.",
        Exit::Warning => "`check`: somebody should look today. `demo`: something did not arrive.",
        Exit::Critical => "`check`: somebody should look now.",
        Exit::Unknown => "`check`: the spool cannot be read.",
        Exit::Usage => "The command line makes no sense.",
        Exit::Data => {
            "No alert has this id, or several have, or what was read makes no sense. `send`: a recipient, the sender or the message is refused."
        }
        Exit::NoInput => "There is no spool, or it or a file cannot be read.",
        Exit::Unavailable => {
            "Another agent has the spool, or a user or group that is needed does not exist. `send`, `probe`: no connection, no TLS, no service."
        }
        Exit::CannotCreate => "A folder or file cannot be made.",
        Exit::Io => "The disk failed.",
        Exit::NotNow => {
            "`send`, `probe`: the provider asks to come back later. `send`: it may have the mail, the reply was lost."
        }
        Exit::NoPermission => "No permission. `send`, `probe`: the login is refused or impossible.",
        Exit::Config => "The configuration makes no sense; the line and the key are named.",
    }
}
