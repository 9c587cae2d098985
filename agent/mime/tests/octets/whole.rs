//! Messages that come whole.

mod inputs; // what programs hand over
mod reader; // what Python makes of the outcome
mod readings; // each input, and what has to become of it
