//! The help of every command in both languages, and what is completed, as it is kept.

use std::path::Path;

use harness::run;

use crate::alertmail;
use crate::golden::{LANGUAGES, Said, looks_like};

/// Lines of a script for a shell that are kept: the rest follows from the definition of the commands.
const HEAD: usize = 12;

/// The commands below this one, as its help has them.
fn commands(of: &[String]) -> Vec<Vec<String>> {
    let mut asked: Vec<&str> = of.iter().map(String::as_str).collect();
    asked.push("--help");
    let help = run(&mut alertmail(&asked), b"").expect_success();
    let rows = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or("");
    let names = rows.lines().filter_map(|row| row.strip_prefix("  ")?.split(' ').next());
    let below = names.filter(|name| !name.is_empty()).map(|name| [of, &[name.to_owned()]].concat());
    below.flat_map(|command| [vec![command.clone()], commands(&command)].concat()).collect()
}

#[test]
fn the_help_of_every_command_is_the_one_that_is_kept_in_both_languages() {
    let all = [vec![vec![]], commands(&[])].concat();
    assert!(all.len() >= 34, "{}", all.len());
    for language in LANGUAGES {
        let mut said = Said::nothing(language, Path::new("/nonexistent"));
        for command in &all {
            let mut asked: Vec<&str> = command.iter().map(String::as_str).collect();
            asked.push("--help");
            said.ask(&asked, &[]);
        }
        said.looks_like("help");
    }
}

#[test]
fn what_a_shell_completes_begins_as_it_is_kept() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&mut alertmail(&["completions", shell]), b"").expect_success();
        let head: String = script.lines().take(HEAD).map(|line| line.to_owned() + "\n").collect();
        looks_like(&format!("commands/completions-{shell}.txt"), &head);
    }
}
