//! Whole lines of a journal file, many at a time; the lines of a long file are made entries by several threads.

use std::io::{self, ErrorKind, Read};
use std::num::NonZero;
use std::thread;

use memchr::{memchr_iter, memrchr};

use super::{Line, parse};

/// So much is read before anything is made of it, and so much each thread gets.
const PIECE_OCTETS: usize = 256 * 1024;

/// Threads at most: the order of the lines is kept by one, who is not to be waited for by more.
const THREADS_MAX: usize = 4;

/// The file, and what was read of it and is not given out yet.
pub(super) struct Blocks<R> {
    reader: R,
    held: Vec<u8>,
    /// Octets at the beginning that were given out.
    given: usize,
    threads: usize,
}

impl<R: Read> Blocks<R> {
    pub(super) const fn new(reader: R) -> Self {
        // Most files are short, and nobody asks the system for them how many threads there could be.
        Self { reader, held: Vec::new(), given: 0, threads: 1 }
    }

    /// Gives the next lines to `each`, in order; `false` at the end of the file.
    pub(super) fn next(&mut self, mut each: impl FnMut(&[u8], Line)) -> io::Result<bool> {
        self.held.drain(..self.given);
        self.given = 0;
        let Some(end) = self.fill()? else { return Ok(false) };
        self.given = end;
        let block = &self.held[..end];
        if self.threads == 1 {
            lines(block).for_each(|(line, read)| each(line, read));
        } else {
            pieces(block, self.threads).into_iter().flatten().for_each(|(line, read)| each(line, read));
        }
        if block.len() >= PIECE_OCTETS && self.threads == 1 {
            self.threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
        }
        Ok(true)
    }

    /// What stands behind the last line's end.
    pub(super) fn torn_octets(&self) -> usize {
        self.held.len() - self.given
    }

    /// Reads until there is enough or nothing more, and says where the last whole line ends, if there is one.
    fn fill(&mut self) -> io::Result<Option<usize>> {
        let mut end = None;
        loop {
            let begins = self.held.len();
            let wanted = PIECE_OCTETS * self.threads;
            if begins >= wanted && end.is_some() {
                return Ok(end);
            }
            self.held.resize(begins.max(wanted) + PIECE_OCTETS, 0);
            let read = match self.reader.read(&mut self.held[begins..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => None,
                read => Some(read?),
            };
            self.held.truncate(begins + read.unwrap_or(0));
            end = memrchr(b'\n', &self.held[begins..]).map(|at| begins + at + 1).or(end);
            if read == Some(0) {
                return Ok(end);
            }
        }
    }
}

/// The lines of a block without their ends, and what they are, in as many pieces as there are threads.
fn pieces(block: &[u8], threads: usize) -> Vec<Vec<(&[u8], Line)>> {
    let mut rest = block;
    let mut cut = || {
        let wanted = block.len().div_ceil(threads).min(rest.len());
        let end = memrchr(b'\n', &rest[..wanted]).map_or(rest.len(), |at| at + 1);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        piece
    };
    let first = cut();
    // What is left over by cutting at the ends of lines is the last one's.
    let mut others: Vec<&[u8]> = (1..threads).map(|_| cut()).collect();
    others.push(rest);
    others.retain(|piece| !piece.is_empty());
    thread::scope(|scope| {
        let begun: Vec<_> = others
            .iter()
            .map(|piece| thread::Builder::new().spawn_scoped(scope, || lines(piece).collect()))
            .collect();
        let mut read = vec![lines(first).collect()];
        for (piece, begun) in others.iter().zip(begun) {
            // Who may have no further thread reads by itself.
            read.push(match begun {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => lines(piece).collect(),
            });
        }
        read
    })
}

fn lines(piece: &[u8]) -> impl Iterator<Item = (&[u8], Line)> {
    let mut begin = 0;
    memchr_iter(b'\n', piece).map(move |end| {
        let line = &piece[begin..end];
        begin = end + 1;
        (line, parse(line))
    })
}
