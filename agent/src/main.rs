//! The program `alertmail`; its agent is still being built.

fn main() {}
