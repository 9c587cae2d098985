//! The program as `sendmail`, `mailq` and `newaliases`.

use std::ffi::OsString;

use crate::exit::{Exit, Refusal};
use crate::{Outcome, World};

/// Does what `argv` asks `sendmail` for.
#[cold]
pub(crate) fn answer(_argv: &[OsString], _world: &mut World<'_>) -> Result<Outcome, Refusal> {
    let text = "this program does not answer as `sendmail` yet; call it as enqueue";
    Err(Refusal::new(Exit::Usage, text.to_owned()))
}
