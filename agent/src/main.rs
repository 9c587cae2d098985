//! The program `alertmail`.

use std::process::ExitCode;

fn main() -> ExitCode {
    alertmail::edge::core::is_never_left();
    alertmail::cli::main(std::env::args_os()).into()
}
