//! Whole lines of a journal file, many at a time; the lines of a long file are made entries by several threads, while the
//! entries of the lines before them are given out.

use std::io::{self, ErrorKind, Read};
use std::mem::{replace, take};
use std::num::NonZero;
use std::ops::Range;
use std::thread;

use memchr::{memchr_iter, memrchr};

use super::{Line, parse};

/// So much is read before anything is made of it, and so much each thread gets.
const PIECE_OCTETS: usize = 256 * 1024;

/// Threads at most: the order of the lines is kept by one, who is not to be waited for by more.
const THREADS_MAX: usize = 4;

/// A line is longer, as a rule.
const LINE_OCTETS: usize = 128;

/// The file, and what was read of it and is not given out yet.
pub(super) struct Blocks<R> {
    reader: R,
    /// Octets of which nothing was made yet.
    held: Vec<u8>,
    /// The lines before them, as far as they were not given out.
    ready: Ready,
    threads: usize,
}

/// Lines, and what each of them is; in as many rows as threads have read them.
#[derive(Default)]
struct Ready {
    octets: Vec<u8>,
    rows: Vec<Vec<(Range<usize>, Line)>>,
}

impl<R: Read> Blocks<R> {
    pub(super) const fn new(reader: R) -> Self {
        // Most files are short, and nobody asks the system for them how many threads there could be.
        Self { reader, held: Vec::new(), ready: Ready { octets: Vec::new(), rows: Vec::new() }, threads: 1 }
    }

    /// Gives the next lines to `each`, in order; `false` when they were the last ones.
    pub(super) fn next(&mut self, mut each: impl FnMut(&[u8], Line)) -> io::Result<bool> {
        let end = self.fill()?;
        let ready = take(&mut self.ready);
        let Some(end) = end else {
            ready.give_out(each);
            return Ok(false);
        };
        let behind = self.held.split_off(end);
        let octets = replace(&mut self.held, behind);
        if self.threads == 1 {
            lines(&octets, 0..end).for_each(|(line, read)| each(&octets[line], read));
            if end >= PIECE_OCTETS {
                self.threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
            }
        } else {
            let rows = rows(&octets, self.threads, || ready.give_out(each));
            self.ready = Ready { octets, rows };
        }
        Ok(true)
    }

    /// What stands behind the last line's end.
    pub(super) const fn torn_octets(&self) -> usize {
        self.held.len()
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

impl Ready {
    fn give_out(self, mut each: impl FnMut(&[u8], Line)) {
        let Self { octets, rows } = self;
        rows.into_iter().flatten().for_each(|(line, read)| each(&octets[line], read));
    }
}

/// What the lines of a block are, one row for each thread; `meanwhile` is done while they read.
fn rows(block: &[u8], threads: usize, meanwhile: impl FnOnce()) -> Vec<Vec<(Range<usize>, Line)>> {
    let mut cuts: Vec<usize> = (1..threads)
        .map(|n| memrchr(b'\n', &block[..block.len() * n / threads]).map_or(0, |end| end + 1))
        .collect();
    cuts.insert(0, 0);
    cuts.push(block.len());
    let row = |piece: &[usize]| {
        let piece = piece[0]..piece[1];
        let mut row = Vec::with_capacity(piece.len() / LINE_OCTETS);
        row.extend(lines(block, piece));
        row
    };
    thread::scope(|scope| {
        let pieces = cuts.windows(2);
        let begun: Vec<_> = pieces
            .map(|piece| (piece, thread::Builder::new().spawn_scoped(scope, move || row(piece))))
            .collect();
        meanwhile();
        let read = |(piece, begun): (&[usize], io::Result<thread::ScopedJoinHandle<'_, _>>)| match begun {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // Who may have no further thread reads by itself.
            Err(_) => row(piece),
        };
        begun.into_iter().map(read).collect()
    })
}

/// Where each line of a piece stands in its block, without its end, and what it is.
fn lines(block: &[u8], piece: Range<usize>) -> impl Iterator<Item = (Range<usize>, Line)> {
    let mut begin = piece.start;
    let ends = memchr_iter(b'\n', &block[piece]).map({
        let start = begin;
        move |end| start + end
    });
    ends.map(move |end| {
        let line = begin..end;
        begin = end + 1;
        (line.clone(), parse(&block[line]))
    })
}
