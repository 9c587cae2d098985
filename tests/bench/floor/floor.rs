//! The least that a durable drop costs a Rust program: no options, no JSON, the system calls alone.
//!
//! `floor FOLDER NAME OCTETS`: the calls that `enqueue` makes, in its order. `bench enqueue` builds it with rustc, as
//! small and as static as `enqueue` can be built, and takes it as the unit. The rename is a plain one, since the
//! standard library has no other.

use std::fs::{File, OpenOptions, Permissions, rename};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(name), Some(octets)) = (arguments.next(), arguments.next(), arguments.next()) else {
        std::process::exit(64);
    };
    let (hidden, visible) = (format!("{folder}/.{name}.tmp"), format!("{folder}/{name}.json"));
    let dir = File::open(&folder)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&hidden)?;
    file.set_permissions(Permissions::from_mode(0o640))?;
    file.write_all(octets.as_bytes())?;
    file.sync_all()?;
    rename(&hidden, &visible)?;
    dir.sync_all()?;
    std::io::stdout().write_all(name.as_bytes())
}
