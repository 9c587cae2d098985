//! What a reader makes of our octets: limits of the wire, decoding by another parser, reports from the field,
//! and three mails kept as files.

mod cases; // bug reports against other programs, each with its slug
mod docomo; // what one carrier makes of a mail
mod golden; // whole mails, compared octet by octet with testdata/*.eml
mod properties; // any text at all
mod reading; // what the tests share: a draft to start from, and the reader's side
