//! The program `alertmail`.

use std::process::ExitCode;

fn main() -> ExitCode {
    alertmail::edge::core::is_never_left();
    alertmail::edge::panic::ends_all_but_answers();
    alertmail::cli::main(std::env::args_os()).into()
}
