//! Chance from the kernel.

use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

use super::clock;

/// A seed for what only has to differ from machine to machine and from run to run.
pub fn seed() -> u64 {
    let mut octets = [0; 8];
    match getrandom(&mut octets, GetRandomFlags::empty()) {
        Ok(_) => u64::from_le_bytes(octets),
        // Jitter from the clock is poorer, and still jitter.
        Err(_) => clock::wall_now().unix_ms().unsigned_abs(),
    }
}

/// Octets that nobody can foretell, for the nonces of a login. There is no poorer substitute for them.
pub fn octets() -> io::Result<[u8; 32]> {
    let mut octets = [0; 32];
    let count = getrandom(&mut octets, GetRandomFlags::empty())?;
    // The kernel never gives less of so few octets.
    if count == octets.len() { Ok(octets) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Octets that nobody else has drawn, for names.
pub fn names<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    for chunk in octets.chunks_mut(8) {
        chunk.copy_from_slice(&seed().to_le_bytes()[..chunk.len()]);
    }
    octets
}
