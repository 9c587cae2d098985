//! `alertmail completions`: what a shell completes, as a script for it.

use super::finish;
use crate::exit::Exit;
use crate::manual::{Program, Shell, completions};

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The script goes to stdout. Where each shell looks for it, with the name of the program for NAME:

  bash   /usr/share/bash-completion/completions/NAME
  zsh    _NAME in a folder of $fpath, like /usr/local/share/zsh/site-functions
  fish   /usr/share/fish/vendor_completions.d/NAME.fish

Examples:
  alertmail completions bash
  alertmail completions zsh enqueue")]
pub struct Args {
    /// For which shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
    /// For which program.
    #[arg(value_name = "PROGRAM", default_value = "alertmail")]
    program: Program,
}

/// Does what the command says; `definition` is that of the whole program.
pub fn run(args: &Args, definition: clap::Command) -> Exit {
    finish(Ok((Exit::Done, completions(args.shell, args.program, definition))))
}
