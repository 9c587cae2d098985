//! What a reader makes of our octets: limits of the wire, decoding by another parser, reports from the field,
//! and whole mails kept as files.

mod cases; // bug reports against other programs, each with its slug
mod docomo; // what one carrier makes of a mail
mod golden; // whole mails, compared octet by octet with testdata/*.eml
mod known_bugs; // what went wrong in other composers and readers
mod manner; // heads, lateness, limits
mod personalities; // one mail for each kind of provider and charset, compared with testdata/providers/
mod properties; // any text at all
mod reading; // what the tests share: a draft to start from, and the reader's side
mod whole; // messages that came whole
