//! The status page: one page about the queue, the providers and what became of alerts, in English and Japanese.
//!
//! It only reads. What it shows is read from the disk, never from the engine, by a thread of its own, at most once in a
//! few seconds however many ask; `alertmail page` prints the same for a machine whose agent is down. It asks for nothing from
//! elsewhere, and works without JavaScript, which only keeps it fresh.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `reading` | the spool, read for the page |
//! | `facts` | what is shown, as values |
//! | `day` | the last 24 hours in half hours |
//! | `html` | markup into which others' words get as text alone |
//! | `words` | what the page says, in both languages |
//! | `document` | the whole page: its head, its parts in their order |
//! | `summary` | how it stands, in a sentence and in numbers |
//! | `alerts` | tables of alerts |
//! | `timeline` | all that happened to one alert |
//! | `providers` | the table of providers |
//! | `plot` | the drawings |
//! | `site` | what is answered by HTTP |
//! | `language` | in which language somebody wants it |
//! | `server` | the thread that answers |

mod alerts;
mod day;
mod document;
mod facts;
mod html;
mod language;
mod plot;
mod providers;
mod reading;
mod server;
mod site;
mod summary;
mod timeline;
mod words;

pub use document::{Kind, document};
pub use facts::Facts;
pub use reading::{Source, read};
pub use server::{Server, start};
