//! The command line: every subcommand and option in one place, which help, completions and tests read.

mod help;
mod japanese;
mod refusal;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::command::{
    check, completions, config, demo, drill, import, list, log, man, page, people, place::Place, preview,
    probe, providers, reload, route, run, send, show, spool, stats, why,
};
use crate::exit::Exit;
use crate::log as log_of_the_agent;
use crate::notice::Tongue;
use crate::output::terminal::Look;

/// Where options of every command stand in the help of one: behind its own.
const BEHIND: usize = 900;

/// Gets alerts from the spool to a phone, through whichever mail provider works.
#[derive(Debug, Parser)]
#[command(
    name = "alertmail",
    version,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  alertmail demo
  alertmail spool init
  alertmail run --config /etc/alertmail/alertmail.toml
  alertmail list

Alerts are put into the spool by the program enqueue. Exit codes are those of sysexits.h; `check` has its own."
)]
struct Cli {
    /// Configuration; default: /etc/alertmail/alertmail.toml.
    #[arg(long, global = true, display_order = BEHIND, value_name = "FILE", env = "ALERTMAIL_CONFIG")]
    config: Option<PathBuf>,
    /// Spool, in place of the configuration's.
    #[arg(long, global = true, display_order = BEHIND, value_name = "DIR", env = "ALERTMAIL_SPOOL")]
    spool: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the agent until SIGTERM.
    Run(run::Args),
    /// Let the running agent use a changed configuration.
    Reload(reload::Args),
    /// Show what waits, since when, for whom, and why.
    List(list::Args),
    /// Show everything that is known of one alert.
    Show(show::Args),
    /// Print the status page: one HTML file about everything.
    Page(page::Args),
    /// Show what happened, line by line, and what happens.
    Log(log::Args),
    /// Count what happened, by day and by provider.
    Stats(stats::Args),
    /// Say in words why an alert is where it is, what comes next, and what would change it.
    Why(why::Args),
    /// Try alerts that wait now.
    Retry(people::retry::Args),
    /// Let alerts wait until somebody releases them.
    Hold(people::hold::Args),
    /// Let alerts go on that are held.
    Release(people::release::Args),
    /// Give alerts up, for a reason.
    Drop(people::drop::Args),
    /// Send an alert to somebody else than it says.
    Edit(people::edit::Args),
    /// Try dead letters again.
    Requeue(people::requeue::Args),
    /// Remove dead letters for good.
    Purge(people::purge::Args),
    /// Show the mail that an alert becomes: on the wire, as a reader shows it, and what docomo makes of it.
    Preview(preview::Args),
    /// Say in one line and an exit code whether somebody has to look.
    Check(check::Args),
    /// Name every mistake in the configuration, or show what it means.
    Config(config::Args),
    /// Show which providers are configured and how they stand, and what is known of others.
    Providers(providers::Args),
    /// Ask providers what they offer, and say whether they can be used.
    Probe(probe::Args),
    /// Ask providers now whether they could take an alert, with their logins and without a mail.
    Drill(drill::Args),
    /// Say which providers would be asked for an alert, in which order, and why.
    Route(route::Args),
    /// Send one message now, past the spool, and show the dialogue.
    Send(Box<send::Args>),
    /// Make a spool, look whether it is in order, or put it in order.
    Spool(spool::Args),
    /// Take over the configuration, or the queue, of nullmailer, msmtp, ssmtp, dma or Postfix.
    Import(import::Args),
    /// Show on this machine alone how alerts get through.
    Demo(demo::Args),
    /// Write the manual as pages for man.
    Man(man::Args),
    /// Print what lets a shell complete commands and options.
    Completions(completions::Args),
}

/// Does what `argv` asks for; its first member is the name of the program.
pub fn main(argv: impl Iterator<Item = OsString>) -> Exit {
    let argv: Vec<OsString> = argv.collect();
    let cli = match Cli::try_parse_from(&argv) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &argv, Look::of_stdout()),
    };
    log_of_the_agent::begin();
    let place = Place { config: cli.config, spool: cli.spool };
    match cli.command {
        Command::Run(asked) => run::run(&asked, &place),
        Command::Reload(asked) => reload::run(&asked, &place),
        Command::List(asked) => list::run(&asked, &place),
        Command::Show(asked) => show::run(&asked, &place),
        Command::Page(asked) => page::run(&asked, &place),
        Command::Log(asked) => log::run(&asked, &place),
        Command::Stats(asked) => stats::run(&asked, &place),
        Command::Why(asked) => why::run(&asked, &place),
        Command::Retry(asked) => people::retry::run(&asked, &place),
        Command::Hold(asked) => people::hold::run(&asked, &place),
        Command::Release(asked) => people::release::run(&asked, &place),
        Command::Drop(asked) => people::drop::run(&asked, &place),
        Command::Edit(asked) => people::edit::run(&asked, &place),
        Command::Requeue(asked) => people::requeue::run(&asked, &place),
        Command::Purge(asked) => people::purge::run(&asked, &place),
        Command::Preview(asked) => preview::run(&asked, &place),
        Command::Check(asked) => check::run(&asked, &place),
        Command::Config(asked) => config::run(&asked, &place),
        Command::Providers(asked) => providers::run(&asked, &place),
        Command::Probe(asked) => probe::run(&asked, &place),
        Command::Drill(asked) => drill::run(&asked, &place),
        Command::Route(asked) => route::run(&asked, &place),
        Command::Send(asked) => send::run(&asked, &place),
        Command::Spool(asked) => spool::run(&asked, &place),
        Command::Import(asked) => import::run(&asked, &place),
        Command::Demo(asked) => demo::run(&asked),
        Command::Man(asked) => man::run(&asked, shown),
        Command::Completions(asked) => completions::run(&asked, Cli::command()),
    }
}

/// The definition of the program with all that clap adds by itself, in this language; for what is made of it, not to parse.
pub(crate) fn shown(tongue: Tongue) -> clap::Command {
    let mut built = Cli::command();
    built.build();
    match tongue {
        Tongue::English => built,
        Tongue::Japanese => japanese::localised(built),
    }
}

/// Whether a line of words without quotes is a command.
#[cfg(test)]
pub(crate) fn understands(line: &str) -> Result<(), clap::Error> {
    Cli::try_parse_from(line.split_whitespace()).map(|_| ())
}

/// Help and version are no mistakes; everything else is one of usage.
fn refuse(error: &clap::Error, argv: &[OsString], look: Look) -> Exit {
    // A closed pipe changes nothing about what was asked.
    let _ = match (look.tongue, error.kind()) {
        (Tongue::English, _) | (_, ErrorKind::DisplayVersion) => error.print(),
        (Tongue::Japanese, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            let command = help::with_help_of(Cli::command(), &shown(look.tongue), look.columns);
            command.try_get_matches_from(argv).err().map_or(Ok(()), |error| error.print())
        }
        (Tongue::Japanese, _) => io::stderr().lock().write_all(refusal::in_japanese(error).as_bytes()),
    };
    let _ = io::stdout().flush();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_example_of_every_help_is_understood() {
        let mut seen = 0;
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            let help = command.clone().render_long_help().to_string();
            let examples = help.split("Examples:\n").nth(1).unwrap_or_default();
            for line in examples.lines().map(str::trim).take_while(|line| line.starts_with("alertmail ")) {
                // Behind two blanks the line is explained.
                let example = line.split("  ").next().unwrap_or(line);
                parse(example).unwrap_or_else(|error| panic!("{example}: {error}"));
                seen += 1;
            }
            let leaf = !command.has_subcommands();
            assert!(!leaf || help.contains("Examples:"), "{} has no examples", command.get_name());
            commands.extend(command.get_subcommands().cloned());
        }
        assert!(seen >= 12, "{seen}");
    }

    #[test]
    fn configuration_and_spool_may_stand_on_either_side_of_the_command() {
        for line in [
            "alertmail --config f --spool s list --json",
            "alertmail list --json --spool s --config f",
            "alertmail spool verify --json --spool s --config f",
            "alertmail spool repair --json --spool s --config f",
            "alertmail --config f --spool s spool init --json",
        ] {
            let cli = parse(line).expect(line);
            assert_eq!((cli.config, cli.spool), (Some("f".into()), Some("s".into())), "{line}");
        }
    }

    #[test]
    fn wrong_usage_is_64_and_help_is_no_mistake() {
        for (line, code) in [
            ("alertmail", 64),
            ("alertmail lst", 64),
            ("alertmail show", 64),
            ("alertmail list --state x", 64),
            ("alertmail --help", 0),
            ("alertmail run --help", 0),
            ("alertmail --version", 0),
        ] {
            assert_eq!(main(line.split(' ').map(OsString::from)).code(), code, "{line}");
        }
    }
}
