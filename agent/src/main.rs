//! The program `alertmail`.

use std::process::ExitCode;

fn main() -> ExitCode {
    alertmail::cli::main(std::env::args_os()).into()
}
