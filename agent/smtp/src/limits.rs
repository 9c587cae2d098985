//! Every bound of a session, with its reason. A server can make us wait, but not grow.

/// Octets of one reply, line ends included. RFC 5321 allows 512 a line; an AUTH challenge may have 12,288 (RFC 4954).
pub const REPLY_OCTETS_MAX: usize = 32 * 1024;

/// Lines of one reply. The longest EHLO answers seen have about thirty; empty continuation lines count too.
pub const REPLY_LINES_MAX: usize = 128;

/// Octets of one command line, CRLF included (RFC 5321 section 4.5.3.1.4). Strict servers refuse longer ones.
pub const COMMAND_OCTETS_MAX: usize = 512;

/// Challenges answered in one AUTH exchange. No mechanism here needs more than two, and one more if its first message
/// was too long for the command.
pub const AUTH_ROUNDS_MAX: usize = 8;

/// Iterations of SCRAM below which a password is too easy to guess for whoever has heard the login (RFC 7677 section 4;
/// RFC 5802 section 5.1 advises the same for SHA-1).
pub const SCRAM_ITERATIONS_MIN: u32 = 4096;

/// Iterations of SCRAM above which a server is refused: they take the time of this machine, some tenths of a second for
/// so many. Servers of mail ask for a few thousand.
pub const SCRAM_ITERATIONS_MAX: u32 = 600_000;

/// Octets of a local part (RFC 5321 section 4.5.3.1.1), quotes included.
pub const LOCAL_OCTETS_MAX: usize = 64;

/// Octets of a domain (RFC 5321 section 4.5.3.1.2).
pub const DOMAIN_OCTETS_MAX: usize = 255;

/// Octets of one label of a domain (RFC 1035 section 2.3.4).
pub const LABEL_OCTETS_MAX: usize = 63;

/// Octets of a whole address, without the angle brackets (RFC 5321 section 4.5.3.1.3 counts 256 with them).
pub const PATH_OCTETS_MAX: usize = 254;

/// Recipients offered at a time: what every server must take (RFC 5321 section 4.5.3.1.8). It also keeps a pipelined
/// flight and its replies within what socket buffers hold, so that neither side waits for the other.
pub const RECIPIENTS_MAX: usize = 100;

/// Octets of a message that goes out along with its envelope. More would be wasted if the envelope is refused, and gains
/// nothing: a longer message takes several flights anyway.
pub const FLIGHT_OCTETS_MAX: u64 = 64 * 1024;

/// Lines kept by the transcript; older ones are dropped and counted.
pub const TRANSCRIPT_LINES_MAX: usize = 200;

/// Characters of stranger's text that are shown in one go, in a transcript line or an error.
pub const SHOWN_CHARS_MAX: usize = 400;

// The longest MAIL command has to fit into a command line: brackets, keywords, SIZE= with twenty digits, CRLF.
const _: () =
    assert!(PATH_OCTETS_MAX + "MAIL FROM:<> SIZE= BODY=8BITMIME".len() + 20 + 2 <= COMMAND_OCTETS_MAX);
// A challenge of the length that RFC 4954 allows has to fit into a reply.
const _: () = assert!(REPLY_OCTETS_MAX > 12_288 + 6);
