//! Messages that come whole.

mod cases; // bug reports, and what the alert adds
mod inputs; // what programs hand over
mod mails; // those of people's programs
mod manner; // limits, head, lateness
mod properties; // any octets at all
mod reader; // what Python makes of the outcome
mod readings; // each input, and what has to become of it
mod seals; // what somebody has signed
